"""The cuts between the labels of every row, and what derivatives by them are by the linear predictors.

a, b = (theta_{y-1} - eta_0, theta_y - eta_0) / exp(s),   d / d s = -(b d / d b + a d / d a)
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.likelihoods.between import Between, between

LARGEST_SCALE = 300.0
"""The logarithm of a scale: beyond, it stays there, so that all is finite."""


class Ordered(Protocol):
    """What is known of a family of labels in order: how many they are, the link, and which linear predictors it has."""

    @property
    def categories(self) -> int: ...
    @property
    def link_name(self) -> str: ...
    @property
    def partial(self) -> bool: ...
    @property
    def scaled(self) -> bool: ...
    @property
    def width(self) -> int: ...


class Cuts:
    """The cuts of every row, -inf and inf beside them: `whole` in units of the scale, `thresholds` before the location
    is taken off.
    """

    def __init__(self, eta: ArrayLike, family: Ordered) -> None:
        eta = np.asarray(eta, dtype=float)
        if eta.ndim < 2 or eta.shape[-1] != family.width:
            raise DomainError(
                f"Cumulative needs eta with {family.width} columns, the location first, then the thresholds; got shape "
                f"{eta.shape}."
            )
        K = family.categories
        self.shape, eta = eta.shape[:-1], eta.reshape(-1, family.width)
        self.family, self.eta, self.n = family, eta, len(eta)
        self.thresholds = np.empty((self.n, K + 1))
        self.thresholds[:, 0], self.thresholds[:, K] = -np.inf, np.inf
        self.thresholds[:, 1:K] = eta[:, 1:K]
        if family.partial:
            self.thresholds[:, 1:K] -= eta[:, K : 2 * K - 1]
        self.s = np.clip(eta[:, -1], -LARGEST_SCALE, LARGEST_SCALE) if family.scaled else None
        self.per = 1.0 if self.s is None else np.exp(-self.s)
        self.rows = np.arange(self.n) * (K + 1)

    def codes(self, y: ArrayLike) -> NDArray[np.intp]:
        """The outcome of every row, (n,), where linear predictors have leading axes too."""
        codes = codes_of(y)
        return codes if codes.shape == self.shape == (self.n,) else np.broadcast_to(codes, self.shape).ravel()

    def shaped(self, values: Floats) -> Floats:
        """What every row has, with the leading axes of the linear predictors."""
        return values if len(self.shape) == 1 else values.reshape(*self.shape, *values.shape[1:])

    @property
    def whole(self) -> Floats:
        return (self.thresholds - self.eta[:, :1]) * np.reshape(self.per, (-1, 1))

    def at(self, y: NDArray[np.intp]) -> Between:
        """The probability between the cuts about each outcome."""
        flat, place = self.thresholds.ravel(), self.rows + y
        lower, upper = flat[place], flat[place + 1]
        location = self.eta[:, 0]
        return between(
            self.family.link_name,
            (lower - location) * self.per,
            (upper - location) * self.per,
            (upper - lower) * self.per,
        )

    def require_order(self) -> None:
        """DomainError where a probability would be negative."""
        wrong = ~(np.diff(self.thresholds[:, 1:-1], axis=1) > 0.0).all(axis=1)
        if wrong.any():
            raise DomainError(
                f"cumulative probabilities fall from one cut to the next in {int(wrong.sum())} rows, the first of them "
                f"row {int(np.argmax(wrong))}, counting from 0: probabilities there would be negative. Ask of rows "
                "nearer to those of the fit, or leave columns out of nonparallel=."
            )

    def score(self, y: NDArray[np.intp], found: Between) -> Floats:
        """Derivatives by eta, (n, width)."""
        K, score = self.family.categories, np.zeros((self.n, self.family.width))
        wide = np.zeros(self.n * (K + 1))
        place = self.rows + y
        wide[place], wide[place + 1] = found.lower, found.upper
        of_cuts = wide.reshape(self.n, K + 1)[:, 1:-1]
        score[:, 0], score[:, 1:K] = -found.shift, of_cuts
        if self.family.partial:
            score[:, K : 2 * K - 1] = -of_cuts
        if self.s is not None:
            a, b, _ = self._finite(y)
            score *= np.reshape(self.per, (-1, 1))
            score[:, -1] = -(b * found.upper + a * found.lower)
        return score

    def information(self, y: NDArray[np.intp], found: Between) -> Floats:
        """Second derivatives by eta, with the other sign, (n, width, width)."""
        K, width = self.family.categories, self.family.width
        inner = np.zeros((self.n, K + 1, K + 1))  # of the cuts, those beside them too
        flat, place = inner.reshape(-1), np.arange(self.n) * (K + 1) ** 2 + y * (K + 2)
        mixed = found.mixed
        flat[place], flat[place + K + 2] = found.of_lower, found.of_upper
        flat[place + 1] = flat[place + K + 1] = mixed
        edge, here = np.zeros(self.n * (K + 1)), self.rows + y
        edge[here], edge[here + 1] = -found.lower_shift, -found.upper_shift
        cuts, edges = inner[:, 1:-1, 1:-1], edge.reshape(self.n, K + 1)[:, 1:-1]
        whole = np.zeros((self.n, width, width))
        whole[:, 0, 0] = found.upper_shift + found.lower_shift
        whole[:, 1:K, 1:K], whole[:, 0, 1:K], whole[:, 1:K, 0] = cuts, edges, edges
        if self.family.partial:
            effects = slice(K, 2 * K - 1)
            whole[:, effects, effects], whole[:, 0, effects], whole[:, effects, 0] = cuts, -edges, -edges
            whole[:, 1:K, effects], whole[:, effects, 1:K] = -cuts, -cuts
        if self.s is not None:
            self._scale(whole, y, found)
        return whole

    def _finite(self, y: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        """The cuts about each outcome and their distance, 0 where they are infinite: nothing is lost there."""
        place, flat = self.rows + y, self.whole.ravel()
        a, b = flat[place], flat[place + 1]
        each = (a, b, b - a)
        return tuple(np.where(np.isfinite(of), of, 0.0) for of in each)  # type: ignore[return-value]

    def _scale(self, whole: Floats, y: NDArray[np.intp], found: Between) -> None:
        """The same in place where both cuts are divided by exp(s): the rows and columns of s, too."""
        a, b, w = self._finite(y)
        K, per = self.family.categories, np.reshape(self.per, (-1, 1))
        whole *= (per * per)[:, :, None]
        upper = found.upper - (found.upper_shift * b - found.mixed * w)
        lower = found.lower - (found.lower_shift * a + found.mixed * w)
        wide, place = np.zeros(self.n * (K + 1)), self.rows + y
        wide[place], wide[place + 1] = lower, upper
        of_cuts = wide.reshape(self.n, K + 1)[:, 1:-1] * per
        cross = np.zeros((self.n, self.family.width))
        cross[:, 0], cross[:, 1:K] = -(upper + lower) * self.per, of_cuts
        if self.family.partial:
            cross[:, K : 2 * K - 1] = -of_cuts
        cross[:, -1] = (
            b * b * found.of_upper
            + 2.0 * a * b * found.mixed
            + a * a * found.of_lower
            - (b * found.upper + a * found.lower)
        )
        whole[:, -1, :], whole[:, :, -1] = cross, cross


def codes_of(y: ArrayLike) -> NDArray[np.intp]:
    return np.asarray(y, dtype=float).astype(np.intp)
