"""A quadratic and an absolute penalty beside a log-likelihood, and the maximum of the sum.

    l(theta) - d^T Q d / 2 - sum_j a_j |d_j|,     d = theta - center

Coefficients that the absolute penalty holds at 0 are known from a solution to be checked, and so are the signs of the
others; with both fixed the function is smooth and Newton's method climbs it. Source: Tibshirani (1996), the
Karush-Kuhn-Tucker conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.climb import newton_ascent


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """`quadratic` Q (p, p) and `absolute` a (p,); `words` say what it is, `strength` is its size in one number.

    `center` is where it is 0: the negative coefficients of the first of K categories where all K are penalized.
    """

    words: str
    strength: float
    quadratic: Floats
    absolute: Floats
    center: Floats | float = 0.0

    def slope(self, theta: Floats) -> Floats:
        """The derivative of the penalty; 0 from the absolute part where theta is at the center."""
        apart = theta - self.center
        return self.quadratic @ apart + self.absolute * np.sign(apart)

    def held(self, theta: Floats) -> NDArray[np.bool_]:
        """Which coefficients the absolute penalty holds at the center."""
        return (theta == self.center) & (self.absolute > 0)


def penalized(model: Model, *, free: NDArray[np.bool_] | None = None, units: Floats | None = None) -> Floats:
    """P (p, p) of a ridge penalty of strength 1 on all columns but the `free`, by default the constant ones.

    `units` are per column. Of K categories all K sets of coefficients are penalized, at the shift that makes this
    least: (I - 1 1^T / K).
    """
    X = model.rows.X
    shrunk = np.ptp(X, axis=0) > 0 if free is None else ~free
    each = np.diag(shrunk * (1.0 if units is None else np.square(units)))
    if model.categories is not None:
        K = len(model.categories) + 1
        return np.asarray(np.kron(np.eye(K - 1) - 1.0 / K, each), dtype=float)
    P = np.zeros((len(model.names), len(model.names)))
    P[: len(each), : len(each)] = each
    return P


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A model with a penalty over some coefficients, theta = base + V gamma; what Newton's steps ask of a model."""

    model: Model
    shrinkage: Shrinkage
    V: Floats
    signs: Floats
    base: Floats | float = 0.0

    @property
    def title(self) -> str:
        return f"{self.model.title}, penalized"

    @property
    def n(self) -> float:
        return self.model.n

    def evaluate(self, gamma: ArrayLike, order: int = 2) -> Evaluation:
        theta = self.base + self.V @ np.asarray(gamma, dtype=float)
        now, Q, a = self.model.evaluate(theta, order), self.shrinkage.quadratic, self.shrinkage.absolute * self.signs
        if not now.is_finite:
            return now
        apart = theta - self.shrinkage.center
        value = now.loglik - 0.5 * float(apart @ Q @ apart) - float(a @ apart)
        if order == 0:
            return Evaluation(value)
        score = self.V.T @ (now.score - Q @ apart - a)
        return Evaluation(value, score, self.V.T @ (now.information + Q) @ self.V if order == 2 else np.empty(0))

    def dispersion(self, gamma: ArrayLike) -> float:
        return 1.0


def keeps_zeros(model: Any, shrinkage: Shrinkage, theta: Floats) -> bool:
    """Whether the absolute penalty is as strong as the slope where a coefficient is 0, which is then the maximum."""
    held = shrinkage.held(theta)
    slope = np.abs(model.evaluate(theta, 1).score - shrinkage.quadratic @ (theta - shrinkage.center))
    return bool((slope[held] <= 1.001 * shrinkage.absolute[held]).all())


def shrunk_maximum(model: Model, shrinkage: Shrinkage, near: Floats) -> Floats:
    """The maximum of the penalized log-likelihood, with the zeros and signs of `near` where a penalty is absolute."""
    held = shrinkage.held(near)
    if held.all():
        return np.broadcast_to(shrinkage.center, near.shape).astype(float)
    V = np.eye(len(near))[:, ~held] if held.any() else model.standardized()[1]
    base = np.where(held, shrinkage.center, 0.0)
    target: Any = Shrunk(model, shrinkage, V, np.sign(near - shrinkage.center), base)
    start = np.linalg.lstsq(V, model.start - base, rcond=None)[0]
    return base + V @ newton_ascent(target, start, 1e-10, 200, "Newton").estimate
