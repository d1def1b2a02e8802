"""A user's own log-likelihood: `st.custom(loglik, start=..., names=...)` gets a fit, standard errors and intervals.

Derivatives that are not given are taken by differences (`differences.py`) in units of the parameters' own uncertainty.
Before a fit these come from the curvature at the start; the climb (`solvers/own_units.py`) takes them anew at each of
its points, and the model of the fit keeps those of the estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import are_different, as_numbers, as_theta, is_number, labelled, written
from stattools.interface.arrays import Floats
from stattools.models.any_model import AnyModel
from stattools.models.differences import H, Steps, best_steps, differences, information_of, noise
from stattools.models.evaluation import Evaluation

LARGEST = 1e150
"""Parameters and log-likelihoods are squared on the way."""


@dataclass(frozen=True, eq=False, repr=False)
class Custom(AnyModel):
    """A log-likelihood given as a function of theta, shape (p,); made by `st.custom`.

    `T` maps the coordinates that solvers work in to the user's: theta = T phi. The columns of `units` (p, p), in those
    coordinates, are as long as what the data leave open; None where no fit has found them yet.
    """

    function: Callable[[Floats], float]
    start: Floats
    names: tuple[str, ...]
    gradient: Callable[[Floats], ArrayLike] | None
    observations: float | None
    title: str
    T: Floats
    units: Floats | None = None
    kind = "custom"
    is_function = True
    is_concave = False
    is_unconstrained = True
    is_saved = True

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
        return f"{self.n:,.0f} observations" if self.is_counted else "number of observations not given"

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
        """The same function, differentiated along the columns of W from now on."""
        return replace(self, units=W)

    def standardized(self) -> tuple[Custom, Floats]:
        """The same function in units of what the data leave open, and the map back."""
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

    def _given(self, phi: Floats) -> Floats:
        """The user's score, along the coordinates of phi."""
        assert self.gradient is not None
        found = self.gradient(self.T @ phi)
        try:
            given = np.asarray(found, dtype=float)
        except (TypeError, ValueError):
            raise DomainError(f"{self.title}: score must return numbers; got {quoted(found)}.") from None
        if given.shape != phi.shape:
            raise DomainError(f"{self.title}: score returns shape {given.shape} for {len(phi)} parameters.")
        return self.T.T @ given

    def _value(self, phi: Floats) -> float:
        # A step that is too long may overflow: the value is then no number, and whoever made the step shortens it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value = np.asarray(self.function(self.T @ phi))
        if value.shape != () or value.dtype.kind not in "fiu":
            raise DomainError(
                f"{self.title}: loglik must return one number, the summed log-likelihood; got {quoted(value)}. "
                "Return the sum over the observations."
            )
        return float(value)

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title, self.names)
        if theta.shape != self.start.shape:
            raise DomainError(f"{self.title} has {len(self.start)} parameters; got theta of shape {theta.shape}.")
        return theta


AT_START: WeakKeyDictionary[Custom, Floats] = WeakKeyDictionary()
"""Axes at the start; beside the models, which are frozen and are saved as they are."""


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
    unconstrained: give log sigma, not sigma, and return -inf where a point is impossible (a posterior refuses NaN).
    Raises DomainError for a start, names or a function that do not fit together.

    >>> import numpy as np
    >>> import stattools as st
    >>> y = np.array([2.0, 3.0, 7.0])
    >>> model = st.custom(lambda t: -len(y) * t[0] - np.sum(y) * np.exp(-t[0]), start={"log mean": 0.0}, n=3)
    >>> float(np.exp(st.fit(model).estimate[0]).round(6))  # exponential waiting times: the mean is 4
    4.0
    """
    if not callable(loglik):
        raise DomainError(f"custom needs a function of theta that returns the log-likelihood; got {quoted(loglik)}.")
    if score is not None and not callable(score):
        raise DomainError(f"custom needs score=, a function of theta that returns the gradient; got {quoted(score)}.")
    if isinstance(start, dict):
        if names is not None:
            raise DomainError("custom got names= and a dict of starts, which has names already; give one of the two.")
        names, start = list(start), list(start.values())
    names = labelled("the names", names, ("start", start))
    begin = np.atleast_1d(as_numbers(start, "custom needs start=, one finite number per parameter"))
    labels = written(names) if names is not None else tuple(f"theta{i + 1}" for i in range(len(begin)))
    if begin.ndim != 1 or not len(begin) or not (np.abs(begin) < LARGEST).all():
        raise DomainError(f"custom needs start=, one finite number per parameter; got {quoted(start)}.")
    texts = all(isinstance(label, str) for label in (title, *labels))
    if not texts or len(labels) != len(begin) or not are_different(labels):
        raise DomainError(
            f"custom needs {len(begin)} different names, one text per parameter, and a text as title=; got "
            f"{quoted(list(labels))}, {quoted(title)}."
        )
    if n is not None and not (is_number(n) and n > 0):
        raise DomainError(f"custom needs n=, the number of observations, positive; got {quoted(n)}.")
    model = Custom(loglik, begin, labels, score, n, title, np.eye(len(begin)))
    value: Any = model.loglik(begin)
    if not abs(value) < LARGEST:
        raise DomainError(f"{title}: the log-likelihood at the start {begin.tolist()} is {value}. Start elsewhere.")
    return model
