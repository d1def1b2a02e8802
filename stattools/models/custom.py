"""A user's own log-likelihood: `st.custom(loglik, start=..., names=...)` gets a fit, standard errors and intervals.

Derivatives that are not given are taken by differences (`evaluation.py`) in units of the parameters' own uncertainty.
Before a fit these come from the curvature at the start; the climb (`solvers/newton.py`) takes them anew at each of
its points, and the model of the fit keeps those of the estimate.

A start of names, {"mean": 0.0, "slopes": [0.0, 0.0]}, has the parameters mean, slopes[0], slopes[1]; the function gets
mean=theta[0], slopes=theta[1:3]. A function of one argument that is none of the names gets the whole array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.rows.standardization import Standardization
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import are_different, as_numbers, as_theta, called, is_number, labelled, written
from stattools.interface.arrays import Floats
from stattools.models import evaluation
from stattools.models.evaluation import NOT_ASKED, Evaluation, H, Steps
from stattools.models.questions import AnyModel, ModelFacts
from stattools.text.columns import many

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
    facts = ModelFacts(
        is_unconstrained=True,
        is_function=True,
        is_saved=True,
        without_rows="has no rows that the package knows. Draw from your own likelihood at posterior.sample(...)",
    )

    @property
    def on_bounds(self) -> tuple[str, ...]:
        """Names of the parameters that the maximum has on a bound."""
        return () if self.edges is None else tuple(np.array(self.names)[~np.isnan(self.edges)].tolist())

    @property
    def ranges(self) -> tuple[Floats, Floats, tuple[str, ...]] | None:
        """The bounds, if there are any, of parameters that are coefficients."""
        if self.low is None or self.high is None:
            return None
        return self.low, self.high, ("coefficient",) * len(self.names)

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
    def n_telling(self) -> float:
        """Number of observations, NaN where it was not given."""
        return np.nan if self.observations is None else self.observations

    @property
    def counted(self) -> str:
        """How many observations there are, in words."""
        return many(self.n, "observation") if self.observations is not None else "number of observations not given"

    def arrays(self) -> dict[str, object]:
        """Raises IncompatibleError: what a function depends on cannot be seen."""
        raise IncompatibleError(f"{self.title} is a function, whose data cannot be seen and have no hash.")

    def loglik(self, theta: ArrayLike) -> float:
        """The user's function at theta, in the user's coordinates."""
        return self._value(np.linalg.solve(self.T, self._checked(theta)))

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        phi = self._checked(theta)
        needs_axes = order > 1 or (order == 1 and self.gradient is None)
        W = self.axes if needs_axes else np.eye(len(phi))
        now = self.along(phi, W, order, H, H)
        if not order or not np.isfinite(now.loglik):
            return now
        back = np.linalg.inv(W)
        score = back.T @ now.score
        return Evaluation(now.loglik, score, back.T @ now.information @ back if order == 2 else now.information)

    def along(self, phi: Floats, W: Floats, order: int, step: float, wide: float) -> Evaluation:
        """Log-likelihood, score along the columns of W by differences of `step`, information by those of `wide`."""
        if self.gradient is None:
            return evaluation.differences(self._value, phi, W, order, step, wide)
        now = Evaluation(self._value(phi))
        if order == 0 or not np.isfinite(now.loglik):
            return now

        def slopes(at: Floats) -> Floats:
            return W.T @ self._given(at)

        return Evaluation(
            now.loglik, slopes(phi), evaluation.information_of(slopes, phi, W) if order > 1 else NOT_ASKED
        )

    def noise(self, phi: Floats, W: Floats) -> float:
        """The size of what is random in the last digits of the log-likelihood near phi."""
        return evaluation.noise(self._value, phi, W)

    def steps(self, phi: Floats, W: Floats, noise: float) -> Steps:
        """The steps of differences along the columns of W that leave the smallest errors."""
        if self.gradient is None:
            return evaluation.best_steps(self._value, phi, W, noise)
        return Steps(H, H, 0.0, 0.0)

    @cached_property
    def axes(self) -> Floats:
        """`units`, or the uncertainty of each parameter at the start by itself, which is looked for once."""
        return np.diag([self._unit(axis) for axis in np.eye(len(self.start))]) if self.units is None else self.units

    def in_units(self, W: Floats) -> Custom:
        """This function, differentiated along the columns of W."""
        return replace(self, units=W)

    def standardized(self) -> tuple[Custom, Standardization]:
        """This function in units of what the data leave open, and the map back."""
        W = self.axes
        return replace(
            self, start=np.linalg.solve(W, self.start), T=self.T @ W, units=np.eye(len(W))
        ), Standardization.whole_block(W)

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

    def row_scores(self, theta: Floats) -> Floats:
        """The slopes of each row's log-likelihood at theta, (n, p), by differences along the axes."""
        W = self.axes
        near = [[self.rows_at(theta + k * H * axis) for k in evaluation.PLACES] for axis in (self.T @ W).T]
        along = np.einsum("pkn,k->np", np.array(near), evaluation.SLOPE) / H
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

    def _returned(self, theta: Floats) -> np.ndarray:
        """What the function returns: one number, or one for each row; -inf beyond the bounds."""
        if not self.is_inside(theta):
            return np.array(-np.inf)
        # A step that is too long may overflow: the value is then no number, and whoever made the step shortens it.
        found = called(f"{self.title}: loglik", self.function, theta)
        value, shape = numbers(found), (round(self.n),) if self.is_by_row else ()
        if value is None or not (value.shape == shape or (value.shape == () and not np.isfinite(value))):
            rows = f"an array of {self.n:,.0f} numbers, one for each row" if self.is_by_row else "one number, the sum"
            raise DomainError(
                f"{self.title}: loglik must return one number, the summed log-likelihood, or an array with one for "
                f"each row, and the same at every theta: here {rows}; got {quoted(found)}."
            )
        return value

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title, self.names)
        if theta.shape != self.start.shape:
            raise DomainError(f"{self.title} has {len(self.start)} parameters; got theta of shape {theta.shape}.")
        return theta


def numbers(found: object) -> np.ndarray | None:
    """What a function returned as an array of real numbers; None where it is none."""
    try:
        value = np.asarray(found)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if value.dtype.kind in "fiu" else None


NEEDS_START = "custom needs start=, one finite number per parameter"

NEEDS_BOUNDS = 'custom needs bounds=, (low, high) for each parameter or by name, {"sigma": (0, None)}'

Places = Mapping[str, int | slice]
"""Where in theta the entries of each name are."""


def of_names(start: Mapping[str, ArrayLike]) -> tuple[Floats, tuple[str, ...], Places]:
    """A start by name, numbers or vectors of them: as an array, the names of its entries, and where each name has them.

    >>> of_names({"mean": 1.0, "slopes": [2.0, 3.0]})[1:]
    (('mean', 'slopes[0]', 'slopes[1]'), {'mean': 0, 'slopes': slice(1, 3, None)})
    """
    entries: list[float] = []
    names: list[str] = []
    places: dict[str, int | slice] = {}
    for name, given in start.items():
        numbers = as_numbers(given, NEEDS_START)
        if numbers.ndim > 1 or not numbers.size:
            raise DomainError(f"{NEEDS_START}, or a vector of them by a name; got {quoted(given)} as {quoted(name)}.")
        at, size = len(entries), numbers.size
        places[name] = at if numbers.ndim == 0 else slice(at, at + size)
        names += [name] if numbers.ndim == 0 else [f"{name}[{k}]" for k in range(size)]
        entries += np.atleast_1d(numbers).tolist()
    return np.array(entries, dtype=float), tuple(names), places


@dataclass(frozen=True, eq=False)
class ByName:
    """A function of keywords as one of theta."""

    function: Callable[..., Any]
    places: Places

    def __call__(self, theta: Floats) -> Any:
        found = self.function(**{name: theta[place] for name, place in self.places.items()})
        if not isinstance(found, Mapping):
            return found
        if set(found) != set(self.places):
            raise DomainError(
                f"score= returns slopes by the names {', '.join(map(repr, found))}; it needs "
                f"{', '.join(map(repr, self.places))}."
            )
        return np.concatenate([np.atleast_1d(np.asarray(found[name], dtype=float)) for name in self.places])


def of_array(function: Callable[..., object], places: Places, word: str) -> Callable[..., Any]:
    """The function as one of theta, by what its signature takes.

    >>> of_array(lambda a, b: a - b, {"a": 0, "b": 1}, "loglik")(np.array([5.0, 2.0]))
    np.float64(3.0)
    """
    if not places:
        return function
    try:
        takes = signature(function)
    except (TypeError, ValueError):  # written in C, it does not say what it takes
        return ByName(function, places)
    try:
        takes.bind(**dict.fromkeys(places))
        return ByName(function, places)
    except TypeError:
        pass  # it may take one array
    (only, *others) = [*takes.parameters.values()] or [None]
    if only is not None and not others and only.kind not in (Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD):
        return function
    raise IncompatibleError(
        f"custom calls {word}({', '.join(f'{name}=' for name in places)}), a keyword for each name of start=, and the "
        f"function takes {takes}. Give both the same names, or give start=[...] and names=[...] for a function of one "
        "array."
    )


def read_bounds(given: object, start: Floats, names: Sequence[str], places: Places) -> tuple[Floats, Floats]:
    """The lowest and the highest value of each parameter, infinite where it has none.

    >>> read_bounds({"sigma": (0, None)}, np.array([1.0, 2.0]), ("mean", "sigma"), {})
    (array([-inf,   0.]), array([inf, inf]))
    """
    low, high = np.full(len(start), -np.inf), np.full(len(start), np.inf)
    where: dict[Any, Any] = {name: k for k, name in enumerate(names)} | dict(places)
    if isinstance(given, Mapping):
        pairs = [(where.get(name), name, pair) for name, pair in given.items()]
    elif isinstance(given, list | tuple | np.ndarray) and len(given) == len(start):
        pairs = [(k, name, pair) for k, (name, pair) in enumerate(zip(names, given, strict=True))]
    else:
        raise DomainError(f"{NEEDS_BOUNDS}; got {quoted(given)}.")
    for place, name, pair in pairs:
        if place is None:
            raise DomainError(f"bounds= has {quoted(name)}, which is no parameter: {', '.join(map(repr, names))}.")
        low[place], high[place] = _ends(pair, name)
    outside = np.flatnonzero(~((low < start) & (start < high)))
    if outside.size:
        k = int(outside[0])
        raise DomainError(
            f"custom starts inside of bounds=; {names[k]!r} starts at {start[k]:g}, and lies between {low[k]:g} and "
            f"{high[k]:g}."
        )
    return low, high


def _ends(pair: Any, name: object) -> tuple[float, float]:
    try:
        low, high = pair
        ends = (-np.inf if low is None else float(low), np.inf if high is None else float(high))
    except (TypeError, ValueError, OverflowError):
        raise DomainError(f"{NEEDS_BOUNDS}; got {quoted(pair)} for {quoted(name)}.") from None
    if not ends[0] < ends[1]:
        raise DomainError(f"the bounds of {quoted(name)} are (low, high) with low < high; got {quoted(pair)}.")
    return ends


def custom(
    loglik: Callable[..., ArrayLike],
    /,
    *,
    start: ArrayLike | Mapping[str, ArrayLike],
    names: Sequence[str] | None = None,
    score: Callable[..., ArrayLike] | None = None,
    n: float | None = None,
    bounds: object = None,
    title: str = "Custom likelihood",
) -> Custom:
    """A model from your own log-likelihood function: of theta, a float array of shape (p,), or of parameters by name.

    `start` is where to begin, with a finite log-likelihood: numbers, for a function of the array, or a dict of name to
    number or vector, for one with a keyword for each name (of one array, if it takes one argument only). The function
    returns the sum over the observations, or an array with one log-likelihood for each row: a fit then knows n, has
    BIC, robust standard errors (`cov="HC0"`, `st.Cluster(labels)`), and its posterior leave-one-out (`st.compare`).
    `score` is the gradient, called alike, by default taken by differences; `n` the number of observations, which BIC
    needs. `bounds` are (low, high) for each parameter, or by name: `{"sigma": (0, None)}`. The function is not called
    outside of them, and a maximum on a bound is named and has no standard error. Return -inf where a point is
    impossible otherwise (a posterior refuses NaN). Raises DomainError for a start, names, bounds or a function that do
    not fit together, IncompatibleError for a function that does not take the names.

    >>> import numpy as np
    >>> import stattools as st
    >>> y = np.array([2.0, 3.0, 7.0])  # exponential waiting times: the mean is 4
    >>> fit = st.fit(st.custom(lambda mean: -np.log(mean) - y / mean, start={"mean": 1.0}, bounds={"mean": (0, None)}))
    >>> float(fit.estimate[0].round(6)), fit.n, st.fit(fit.model, cov="HC0").se.round(4).tolist()
    (4.0, 3, [1.2472])
    """
    if not callable(loglik):
        raise DomainError(f"custom needs a function of theta that returns the log-likelihood; got {quoted(loglik)}.")
    if score is not None and not callable(score):
        raise DomainError(f"custom needs score=, a function of theta that returns the gradient; got {quoted(score)}.")
    places: Places = {}
    if isinstance(start, Mapping):
        if names is not None:
            raise DomainError("custom got names= and a dict of starts, which has names already; give one of the two.")
        start, names, places = of_names(start)
    names = labelled("the names", names, ("start", start))
    begin = np.atleast_1d(as_numbers(start, NEEDS_START))
    labels = written(names) if names is not None else tuple(f"theta{i + 1}" for i in range(len(begin)))
    if begin.ndim != 1 or not len(begin) or not (np.abs(begin) < LARGEST).all():
        raise DomainError(f"{NEEDS_START}; got {quoted(start)}.")
    texts = all(isinstance(label, str) for label in (title, *labels))
    if not texts or len(labels) != len(begin) or not are_different(labels):
        raise DomainError(
            f"custom needs {len(begin)} different names, one text per parameter, and a text as title=; got "
            f"{quoted(list(labels))}, {quoted(title)}."
        )
    if n is not None and not (is_number(n) and n > 0):
        raise DomainError(f"custom needs n=, the number of observations, positive; got {quoted(n)}.")
    function, gradient = of_array(loglik, places, "loglik"), None if score is None else of_array(score, places, "score")
    low, high = (None, None) if bounds is None else read_bounds(bounds, begin, labels, places)
    model = Custom(function, begin, labels, gradient, n, title, np.eye(len(begin)), None, low, high)
    first = numbers(called(f"{title}: loglik", function, begin))
    if first is not None and first.ndim == 1 and len(first):
        if n is not None and n != len(first):
            raise DomainError(f"{title}: loglik returns {len(first):,} numbers, one for each row, and n={quoted(n)}.")
        model = replace(model, observations=len(first), is_by_row=True)
    value: Any = model.loglik(begin)
    if not abs(value) < LARGEST:
        raise DomainError(f"{title}: the log-likelihood at the start {begin.tolist()} is {value}. Start elsewhere.")
    return model
