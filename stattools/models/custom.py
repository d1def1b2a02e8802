"""A user's own log-likelihood: `st.custom(loglik, start=..., names=...)` gets a fit, standard errors and intervals.

Derivatives that are not given are taken by differences (`differences.py`) in units of the parameters' own uncertainty.
Before a fit these come from the curvature at the start; the climb (`solvers/own_units.py`) takes them anew at each of
its points, and the model of the fit keeps those of the estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.own_functions import called
from stattools.models.any_model import AnyModel
from stattools.models.differences import PLACES, SLOPE, H, Steps, best_steps, differences, information_of, noise
from stattools.models.evaluation import Evaluation
from stattools.text.one_line import many

LARGEST = 1e150
"""Parameters and log-likelihoods are squared on the way."""


@dataclass(frozen=True, eq=False, repr=False)
class Custom(AnyModel):
    """A log-likelihood given as a function of theta, shape (p,); made by `st.custom`.

    `T` maps the coordinates that solvers work in to the user's: theta = T phi. The columns of `units` (p, p), in those
    coordinates, are as long as what the data leave open; None where no fit has found them yet. Parameters stay between
    `low` and `high`; in the model of a fit `edges` has the values of those that are on a bound, NaN for the others.
    Where the function returns an array with a number for each row, `is_by_row`, the log-likelihood is its sum.
    """

    function: Callable[[Floats], float]
    start: Floats
    names: tuple[str, ...]
    gradient: Callable[[Floats], ArrayLike] | None
    observations: float | None
    title: str
    T: Floats
    units: Floats | None = None
    low: Floats | None = None
    high: Floats | None = None
    is_by_row: bool = False
    edges: Floats | None = None
    kind = "custom"
    is_function = True
    is_concave = False
    is_unconstrained = True
    without_rows = "has no rows that the package knows. Draw from your own likelihood at posterior.sample(...)"

    @property
    def is_saved(self) -> bool:
        """False where the maximum is on a bound: a file has no place for a standard error that does not exist."""
        return not self.on_bounds

    @property
    def on_bounds(self) -> tuple[str, ...]:
        """Names of the parameters that the maximum has on a bound."""
        return () if self.edges is None else tuple(np.array(self.names)[~np.isnan(self.edges)].tolist())

    @property
    def ends_at_zero(self) -> tuple[str, ...]:
        """Names of the parameters that have 0 as a bound."""
        ends = () if self.low is None or self.high is None else zip(self.low, self.high, self.names, strict=True)
        return tuple(name for low, high, name in ends if 0.0 in (low, high))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a certificate says of parameters that are on their bounds."""
        at = {} if self.edges is None else dict(zip(self.names, self.edges.tolist(), strict=True))
        return tuple(
            f"{name!r} is at its bound {at[name]:g}, from which the log-likelihood falls: it has no standard error and "
            "no interval, and those of the others hold with it there."
            for name in self.on_bounds
        )

    @property
    def n(self) -> float:
        """Number of observations, or 1 where it was not given."""
        return 1.0 if self.observations is None else self.observations

    @property
    def is_counted(self) -> bool:
        """True where the number of observations was given."""
        return self.observations is not None

    @property
    def counted(self) -> str:
        """How many observations there are, in words."""
        return many(self.n, "observation") if self.is_counted else "number of observations not given"

    def arrays(self) -> dict[str, Any]:
        """Raises IncompatibleError: what a function depends on cannot be seen."""
        raise IncompatibleError(f"{self.title} is a function, whose data cannot be seen and have no hash.")

    def loglik(self, theta: ArrayLike) -> float:
        """The user's function at theta, in the user's coordinates."""
        return self._value(np.linalg.solve(self.T, self._checked(theta)))

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        phi = self._checked(theta)
        if order == 0:
            return Evaluation(self._value(phi))
        if order == 1 and self.gradient is not None:
            value = self._value(phi)
            return Evaluation(value, self._given(phi)) if np.isfinite(value) else Evaluation(value)
        W = self.axes
        now = self.along(phi, W, order, H, H)
        if not np.isfinite(now.loglik):
            return now
        back = np.linalg.inv(W)
        score = back.T @ now.score
        return Evaluation(now.loglik, score, back.T @ now.information @ back if order == 2 else now.information)

    def along(self, phi: Floats, W: Floats, order: int, step: float, wide: float) -> Evaluation:
        """Log-likelihood, score along the columns of W by differences of `step`, information by those of `wide`."""
        if self.gradient is None:
            return differences(self._value, phi, W, order, step, wide)
        now = Evaluation(self._value(phi))
        if order == 0 or not np.isfinite(now.loglik):
            return now

        def slopes(at: Floats) -> Floats:
            return W.T @ self._given(at)

        score = slopes(phi)
        if order == 1:
            return Evaluation(now.loglik, score)
        return Evaluation(now.loglik, score, information_of(slopes, phi, W))

    def noise(self, phi: Floats, W: Floats) -> float:
        """The size of what is random in the last digits of the log-likelihood near phi."""
        return noise(self._value, phi, W)

    def steps(self, phi: Floats, W: Floats, noise: float) -> Steps:
        """The steps of differences along the columns of W that leave the smallest errors."""
        if self.gradient is None:
            return best_steps(self._value, phi, W, noise)
        return Steps(H, H, 0.0, 0.0)

    @property
    def axes(self) -> Floats:
        """`units`, or the uncertainty of each parameter at the start by itself, which is looked for once."""
        if self.units is not None:
            return self.units
        if self not in AT_START:
            AT_START[self] = np.diag([self._unit(axis) for axis in np.eye(len(self.start))])
        return AT_START[self]

    def in_units(self, W: Floats) -> Custom:
        """This function, differentiated along the columns of W."""
        return replace(self, units=W)

    def standardized(self) -> tuple[Custom, Floats]:
        """This function in units of what the data leave open, and the map back."""
        W = self.axes
        return replace(self, start=np.linalg.solve(W, self.start), T=self.T @ W, units=np.eye(len(W))), W

    def _unit(self, axis: Floats) -> float:
        """1 / sqrt(curvature) along an axis, from a step made longer or shorter until it changes f by about 1."""
        here = self._value(self.start)
        step = 1e-2 * max(1.0, abs(float(self.start @ axis)))
        least = max(1e-4, 1e-12 * abs(here))  # where f has no more digits than this, smaller changes say nothing
        sloping = None
        for _ in range(80):
            up, down = self._value(self.start + step * axis), self._value(self.start - step * axis)
            bend, rise = abs(up + down - 2.0 * here), abs(up - down)
            if not np.isfinite(bend):
                step /= 8.0
            elif bend > 1e4 * least:
                step /= 4.0
            elif bend >= least:
                return step / float(np.sqrt(bend))
            else:
                if rise >= least:
                    sloping = step / rise
                step *= 4.0
        if sloping is not None:
            return sloping
        raise DomainError(
            f"{self.title}: the log-likelihood does not depend on {self.names[int(np.argmax(axis))]!r} near the start, "
            "or not smoothly. Start elsewhere, or leave the parameter out."
        )

    def rows_at(self, theta: ArrayLike) -> Floats:
        """The log-likelihood of each row, (n,), at theta in the user's coordinates; -inf where theta is impossible."""
        found = self._returned(self._checked(theta))
        return np.broadcast_to(found, round(self.n)).copy()

    def rows_at_each(self, theta: Floats) -> Floats:
        """The log-likelihood of each row at many points (S, p), shape (S, n)."""
        return np.array([self.rows_at(point) for point in theta])

    def row_scores(self, theta: Floats) -> Floats:
        """The slopes of each row's log-likelihood at theta, (n, p), by differences along the axes."""
        W = self.axes
        near = [[self.rows_at(theta + k * H * axis) for k in PLACES] for axis in (self.T @ W).T]
        along = np.einsum("pkn,k->np", np.array(near), SLOPE) / H
        return np.linalg.solve((self.T @ W).T, along.T).T

    def without(self, k: int, value: float) -> Custom:
        """The model of the other parameters, with this one held at a value."""
        full, gradient = self.function, self.gradient

        def restored(theta: Floats) -> Floats:
            return np.insert(theta, k, value)

        bounds = [None if ends is None else np.delete(ends, k) for ends in (self.low, self.high)]
        return replace(
            self,
            function=lambda theta: full(restored(theta)),
            gradient=None if gradient is None else lambda theta: np.delete(gradient(restored(theta)), k),
            start=np.delete(self.start, k),
            names=self.names[:k] + self.names[k + 1 :],
            T=np.eye(len(self.start) - 1),
            units=None,
            low=bounds[0],
            high=bounds[1],
        )

    def is_inside(self, theta: Floats) -> bool:
        """Whether every parameter is between its bounds, or on one."""
        if self.low is None or self.high is None:
            return True
        return bool((theta >= self.low).all() and (theta <= self.high).all())

    def _given(self, phi: Floats) -> Floats:
        """The user's score, along the coordinates of phi."""
        assert self.gradient is not None
        if not self.is_inside(self.T @ phi):
            return np.full(len(phi), np.nan)
        found = called(f"{self.title}: score", self.gradient, self.T @ phi)
        try:
            given = np.asarray(found, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise DomainError(f"{self.title}: score must return numbers; got {quoted(found)}.") from None
        if given.shape != phi.shape:
            raise DomainError(f"{self.title}: score returns shape {given.shape} for {len(phi)} parameters.")
        return self.T.T @ given

    def _value(self, phi: Floats) -> float:
        with np.errstate(over="ignore", invalid="ignore"):  # rows of inf and -inf add up to no number
            return float(self._returned(self.T @ phi).sum())

    def _returned(self, theta: Floats) -> NDArray[Any]:
        """What the function returns: one number, or one for each row; -inf beyond the bounds."""
        if not self.is_inside(theta):
            return np.array(-np.inf)
        # A step that is too long may overflow: the value is then no number, and whoever made the step shortens it.
        found = called(f"{self.title}: loglik", self.function, theta)
        value = numbers(found)
        if value is None or not (value.shape == self._shape or (value.shape == () and not np.isfinite(value))):
            rows = f"an array of {self.n:,.0f} numbers, one for each row" if self.is_by_row else "one number, the sum"
            raise DomainError(
                f"{self.title}: loglik must return one number, the summed log-likelihood, or an array with one for "
                f"each row, and the same at every theta: here {rows}; got {quoted(found)}."
            )
        return value

    @property
    def _shape(self) -> tuple[int, ...]:
        return (round(self.n),) if self.is_by_row else ()

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title, self.names)
        if theta.shape != self.start.shape:
            raise DomainError(f"{self.title} has {len(self.start)} parameters; got theta of shape {theta.shape}.")
        return theta


def numbers(found: Any) -> NDArray[Any] | None:
    """What a function returned as an array of real numbers; None where it is none."""
    try:
        value = np.asarray(found)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if value.dtype.kind in "fiu" else None


AT_START: WeakKeyDictionary[Custom, Floats] = WeakKeyDictionary()
"""Axes at the start; beside the models, which are frozen and are saved as they are."""
