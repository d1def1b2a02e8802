"""A user's own log-likelihood: `st.custom(loglik, start=..., names=...)` gets a fit, standard errors and intervals.

Derivatives that are not given are taken by central differences of fourth order, in units of the parameters' own
uncertainty (the curvature at the start), where one step size, H = 5e-3, suits every problem:

    f'(x)  = [f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)] / 12 h                          error h^4 f^(5) / 30
    f''(x) = [-f(x - 2h) + 16 f(x - h) - 30 f(x) + 16 f(x + h) - f(x + 2h)] / 12 h^2           error h^4 f^(6) / 90

Mixed derivatives come from f'' along the sums of two axes. Source: Fornberg, Mathematics of Computation 51 (1988).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError
from stattools.model import Evaluation

Floats = NDArray[np.float64]

H = 5e-3
SLOPE = np.array([1.0, -8.0, 8.0, -1.0]) / 12.0
BEND = np.array([-1.0, 16.0, 16.0, -1.0]) / 12.0
PLACES = np.array([-2.0, -1.0, 1.0, 2.0])


@dataclass(frozen=True, eq=False)
class Custom:
    """A log-likelihood given as a function of theta, shape (p,); made by `st.custom`.

    `T` maps the coordinates that solvers work in to the user's: theta = T phi.
    """

    function: Callable[[Floats], float]
    start: Floats
    names: tuple[str, ...]
    gradient: Callable[[Floats], ArrayLike] | None
    observations: float | None
    title: str
    T: Floats
    kind = "custom"
    has_scale = False

    @property
    def n(self) -> float:
        """Number of observations, or 1 where it was not given."""
        return 1.0 if self.observations is None else self.observations

    def loglik(self, theta: ArrayLike) -> float:
        """The user's function at theta, in the user's coordinates."""
        return self._value(np.linalg.solve(self.T, self._checked(theta)))

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        phi = self._checked(theta)
        value = self._value(phi)
        if order == 0 or not np.isfinite(value):
            return Evaluation(value)
        return (
            Evaluation(value, self._score(phi), self._information(phi, value))
            if order == 2
            else Evaluation(value, self._score(phi))
        )

    def dispersion(self, theta: ArrayLike) -> float:
        """1: a scale is one of the user's own parameters."""
        return 1.0

    def standardized(self) -> tuple[Custom, Floats]:
        """The same function in units of each parameter's uncertainty at the start, and the map back."""
        unit = np.array([self._unit(axis) for axis in np.eye(len(self.start))])
        T = np.diag(unit)
        return replace(self, start=self.start / unit, T=self.T @ T), T

    def _unit(self, axis: Floats) -> float:
        """1 / sqrt(curvature) along an axis, from a step made longer or shorter until it changes f by about 1."""
        here = self._value(self.start)
        step = 1e-2 * max(1.0, abs(float(self.start @ axis)))
        for _ in range(60):
            up, down = self._value(self.start + step * axis), self._value(self.start - step * axis)
            bend = abs(up + down - 2.0 * here)
            if not np.isfinite(bend):
                step /= 8.0
            elif bend < 1e-4:
                step *= 4.0
            elif bend > 1.0:
                step /= 4.0
            else:
                return step / float(np.sqrt(bend))
        raise DomainError(
            f"{self.title}: the log-likelihood does not depend on {self._name(axis)!r} near the start, or not "
            "smoothly. Start elsewhere, or leave the parameter out."
        )

    def _score(self, phi: Floats) -> Floats:
        if self.gradient is not None:
            given = np.asarray(self.gradient(self.T @ phi), dtype=float)
            if given.shape != phi.shape:
                raise DomainError(f"{self.title}: score returns shape {given.shape} for {len(phi)} parameters.")
            return self.T.T @ given
        return np.array([SLOPE @ self._along(phi, axis) / H for axis in np.eye(len(phi))])

    def _information(self, phi: Floats, value: float) -> Floats:
        if self.gradient is not None:
            rows = [SLOPE @ [self._score(phi + k * H * axis) for k in PLACES] / H for axis in np.eye(len(phi))]
            return -0.5 * (np.array(rows) + np.array(rows).T)
        axes = np.eye(len(phi))

        def bend(direction: Floats) -> float:
            return float(BEND @ self._along(phi, direction) - 2.5 * value) / H**2

        own = np.array([bend(axis) for axis in axes])
        second = np.diag(own)
        for i in range(len(phi)):
            for j in range(i):
                second[i, j] = second[j, i] = 0.5 * (bend(axes[i] + axes[j]) - own[i] - own[j])
        return -second

    def _along(self, phi: Floats, direction: Floats) -> Floats:
        return np.array([self._value(phi + k * H * direction) for k in PLACES])

    def _value(self, phi: Floats) -> float:
        value = np.asarray(self.function(self.T @ phi))
        if value.shape != () or value.dtype.kind not in "fiu":
            raise DomainError(
                f"{self.title}: loglik must return one number, the summed log-likelihood; got {value!r:.60}. "
                "Return the sum over the observations."
            )
        return float(value)

    def _name(self, axis: Floats) -> str:
        return self.names[int(np.argmax(axis))]

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = np.asarray(theta, dtype=float)
        if theta.shape != self.start.shape:
            raise DomainError(f"{self.title} has {len(self.start)} parameters; got theta of shape {theta.shape}.")
        return theta


def custom(
    loglik: Callable[[Floats], float],
    /,
    *,
    start: ArrayLike | dict[str, float],
    names: Sequence[str] | None = None,
    score: Callable[[Floats], ArrayLike] | None = None,
    n: float | None = None,
    title: str = "Custom likelihood",
) -> Custom:
    """A model from your own log-likelihood function of theta, a float array of shape (p,).

    `start` is where to begin: numbers, or a dict of name to number, and has to have a finite log-likelihood. `score`
    is the gradient, by default taken by differences; `n` the number of observations, which BIC needs. Parameters are
    unconstrained: give log sigma, not sigma, and return -inf where the function is not defined. Raises DomainError for
    a start, names or a function that do not fit together.

    >>> import numpy as np
    >>> import stattools as st
    >>> y = np.array([2.0, 3.0, 7.0])
    >>> model = st.custom(lambda t: -len(y) * t[0] - np.sum(y) * np.exp(-t[0]), start={"log mean": 0.0}, n=3)
    >>> float(np.exp(st.fit(model).estimate[0]).round(6))  # exponential waiting times: the mean is 4
    4.0
    """
    if not callable(loglik):
        raise DomainError(f"custom needs a function of theta that returns the log-likelihood; got {loglik!r:.60}.")
    if isinstance(start, dict):
        if names is not None:
            raise DomainError("custom got names= and a dict of starts, which has names already; give one of the two.")
        names, start = list(start), list(start.values())
    try:
        begin = np.atleast_1d(np.asarray(start, dtype=float))
    except (TypeError, ValueError):
        raise DomainError(f"custom needs start=, one finite number per parameter; got {start!r:.60}.") from None
    labels = tuple(names) if names is not None else tuple(f"theta{i + 1}" for i in range(len(begin)))
    if begin.ndim != 1 or not len(begin) or not np.isfinite(begin).all():
        raise DomainError(f"custom needs start=, one finite number per parameter; got {start!r:.60}.")
    if len(labels) != len(begin) or len(set(labels)) < len(labels):
        raise DomainError(f"custom needs {len(begin)} different names, one per parameter; got {list(labels)}.")
    if n is not None and not (np.isfinite(n) and n > 0):
        raise DomainError(f"custom needs n=, the number of observations, positive; got {n!r}.")
    model = Custom(loglik, begin, labels, score, n, title, np.eye(len(begin)))
    value: Any = model.loglik(begin)
    if not np.isfinite(value):
        raise DomainError(f"{title}: the log-likelihood at the start {begin.tolist()} is {value}. Start elsewhere.")
    return model
