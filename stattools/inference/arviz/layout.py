"""How the parameters of a model become named variables of a DataTree, and what each kind of model has observed.

beta (coef)              coefficients; (category, coef) where the outcome has several
log scale (coef of log scale)   those of another parameter with a formula of its own
sigma, alpha             the noise scale of `st.ols`, the dispersion of `st.negative_binomial`
theta (coef)             parameters of your own likelihood, variances of a state space model
theta, rate, mean, sd    of proportions, rates and normal samples; (arm) where there are several

Observed is one entry per row; of coins one per flip, the ones first, of arms their successes, of series each value
given those before it. theta has shape (S, q), parameters on their own scale, log-likelihoods and replicates (S, n).
Leaving out an observation that is all its arm has leaves the prior there, and PSIS-LOO says so by a k-hat above 0.7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.record import nearest
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.predictive import with_trials
from stattools.models.custom import Custom
from stattools.models.model import Model, behind_links, shared
from stattools.models.questions import AnyModel
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, log_binomial_pmf
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.states import innovations
from stattools.series.statespace.structural import Structural


@dataclass(frozen=True, eq=False)
class Variable:
    """A variable: its dims after chain and draw, and the positions of its entries in theta."""

    dims: tuple[str, ...]
    places: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Layout:
    """The variables of a model by name, and the entries of their dims.

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> {name: array.shape for name, array in layout(model).split(np.zeros((4, 100, 3))).items()}
    {'beta': (4, 100, 2), 'sigma': (4, 100)}
    """

    variables: dict[str, Variable]
    coords: dict[str, tuple[Any, ...]]

    def split(self, theta: Floats) -> dict[str, Floats]:
        """Arrays by variable from theta (..., q)."""
        return {name: theta[..., variable.places] for name, variable in self.variables.items()}

    @property
    def dims(self) -> dict[str, tuple[str, ...]]:
        """Dims by variable."""
        return {name: variable.dims for name, variable in self.variables.items() if variable.dims}


def layout(model: Any) -> Layout:
    """The layout of a model's parameters: coefficients, then sigma or alpha."""
    if model.facts.is_regression:
        return _of_regression(model)
    if not model.parameters:
        return Layout({"theta": Variable(("coef",), np.arange(len(model.names)))}, {"coef": tuple(model.names)})
    places = np.arange(len(model.names)).reshape(len(model.parameters), *model.shape)
    dims = (model.dim,) if model.shape else ()
    arms = tuple(map(str, model.names if model.arms is None else model.arms))
    variables = {name: Variable(dims, places[k]) for k, name in enumerate(model.parameters)}
    return Layout(variables, dict.fromkeys(dims, arms))


def _of_regression(model: Model) -> Layout:
    predictor, count = model.predictor, model.predictor.size_first
    terms = tuple(np.array(model.terms)[predictor.first].tolist())
    p = len(terms)
    coords: dict[str, tuple[Any, ...]] = {"coef": terms}
    if model.categories is None:
        variables = {"beta": Variable(("coef",), np.arange(p))}
    else:
        variables = {"beta": Variable(("category", "coef"), np.arange(count).reshape(-1, p))}
        coords["category"] = model.categories
    scalars = {k: name for k, (name, _) in shared(model).items()} | ({count: "sigma"} if model.has_scale else {})
    for own, part, name in zip(predictor.own, predictor.parts[predictor.n_first :], model.others, strict=True):
        if own:
            variables[name] = Variable((f"coef of {name}",), np.arange(part.start, part.stop))
            coords[f"coef of {name}"] = tuple(model.terms[k] for k in own)
    for k, name in scalars.items():
        variables[name] = Variable((), np.intp(k))  # type: ignore[arg-type]
    return Layout(variables, coords)


def outcome(model: AnyModel) -> str:
    """The name of the outcome as a variable; NetCDF allows no slash."""
    return str(getattr(model, "outcome_name", "y")).replace("/", " per ")


def observations(model: Model) -> tuple[object, ...]:
    """The numbers of the rows, as in the table that the model came from."""
    return tuple(range(len(model.rows.X))) if model.kept is None else tuple(int(row) for row in model.kept)


type Groups = tuple[dict[str, Mapping[str, ArrayLike]], dict[str, tuple[str, ...]], dict[str, Any]]
"""Variables by name in each group, and the dims and the coords of these."""


def data_groups(model: AnyModel) -> Groups:
    """observed_data and constant_data of a model, with their dims and coords; all empty for your own likelihood."""
    if isinstance(model, Model):
        return _of_rows(model)
    if not isinstance(model, BernoulliTrials):
        return {}, {}, {}
    data = _all_trials(model)
    observed: dict[str, ArrayLike] = {data.name: [model.successes]}
    return {"observed_data": observed, "constant_data": data.constant}, data.dims, data.coords


def _of_rows(model: Model) -> Groups:
    rows, name = model.rows, outcome(model)
    parts = named_parts(model.likelihood, rows.y)
    observed = parts.pop("y")
    designs, predictor = {"X": np.asarray(rows.X)[:, model.predictor.first]}, model.predictor
    for own, called in zip(predictor.own, model.others, strict=True):
        if own:
            designs[f"X of {called}"] = rows.X[:, list(own)]
    beside = {"weight": rows.weight, "offset": rows.offset, "precision": rows.precision}
    constant: dict[str, ArrayLike] = {
        **designs,
        **parts,
        **{key: part for key, part in beside.items() if part is not None},
    }
    dims: dict[str, tuple[str, ...]] = dict.fromkeys((name, *constant), ("obs",))
    dims |= {key: ("obs", f"coef{key[1:]}") for key in designs}
    return {"observed_data": {name: observed}, "constant_data": constant}, dims, {"obs": observations(model)}


CELLS = 2_000_000
"""Draws are taken together until rows times draws reach this."""


def log_likelihood(model: Model, theta: Floats) -> Floats:
    """log p(y_i | theta_s), times the frequency of row i: leaving a row out leaves out all that it stands for.

    >>> import stattools as st
    >>> model = st.ols("y ~ 1", {"y": [0.0, 1.0]})
    >>> log_likelihood(model, np.array([[0.0, 1.0]])).round(6).tolist()
    [[-0.918939, -1.418939]]
    """
    weight = 1.0 if model.rows.weight is None else model.rows.weight

    def part(eta: Floats, sigma: Any) -> Floats:
        y = np.broadcast_to(model.rows.y, (*eta.shape[:2], *model.rows.y.shape[1:]))
        if not model.has_scale:
            return model.likelihood.loglik(eta, y) * weight
        return normal_loglik(y - eta, sigma) * weight

    return _over(model, theta, part)


def normal_loglik(gap: Floats, sd: Floats) -> Floats:
    """The log density of normal values, of their distance from the mean and their standard deviation."""
    z = gap / sd
    return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI


def rows_said(model: AnyModel) -> Callable[[Floats], Floats] | None:
    """What makes log-likelihoods of single rows, (S, rows), of many theta; None where the model has no rows."""
    if isinstance(model, Custom):
        return (lambda points: np.array([model.rows_at(theta) for theta in points])) if model.is_by_row else None
    return partial(log_likelihood, model) if isinstance(model, Model) else None


def expectations(model: Model, theta: Floats) -> Floats:
    """E(y_i | theta_s), (S, rows), or (S, rows, K) of probabilities for K categories."""
    return _over(model, theta, lambda eta, sigma: model.likelihood.mean(eta))


def replicates(model: Model, theta: Floats, *, seed: int | np.random.Generator, trials: Floats | None = None) -> Floats:
    """A new outcome of every row for every theta_s; successes out of `trials` for a grouped outcome."""
    random = generator(seed)

    def part(eta: Floats, sigma: Any) -> Floats:
        if model.has_scale:
            return eta + sigma * random.standard_normal(eta.shape)
        among = model.likelihood.trials_of(model.rows.y) if trials is None else trials
        return with_trials(model.likelihood, among).sample(eta, seed=random)

    return _over(model, theta, part)


def _over(model: Model, theta: Floats, part: Callable[[Floats, object], Floats]) -> Floats:
    rows, width = len(model.rows.X), model.predictor.width
    what = f"{len(theta):,} draws of {rows:,} rows"
    require_memory(what, 2 * len(theta) * rows * width, "Take some of the draws, or fewer rows.")
    return np.concatenate([part(eta, sigma) for eta, sigma in _predictors(model, theta)])


def _predictors(model: Model, theta: Floats) -> Iterator[tuple[Floats, Any]]:
    """eta (s, rows) or (s, rows, width), and the standard deviation of each row where there is one."""
    X, predictor = model.rows.X, model.predictor
    precision = 1.0 if model.rows.precision is None else np.sqrt(model.rows.precision)
    step = max(1, CELLS // max(len(X), 1))
    for start in range(0, len(theta), step):
        some = behind_links(model, theta[start : start + step, : predictor.size])
        sigma = theta[start : start + step, -1:] / precision if model.has_scale else None
        yield predictor.forward_many(some, X, model.rows.offset), sigma


Draw = Callable[[Floats, np.random.Generator], Floats]

MOST_FLIPS = 10_000
"""A coin of more flips is its count of ones."""


@dataclass(frozen=True, eq=False)
class Observations:
    """The data of a model by name, what goes with them, and their dimension.

    `pointwise(theta)` are log-likelihoods, `replicate(theta, random)` new data, None where there are none from a prior:
    `conditional` says that they are predictions given the data before them, `whole` that the data are whole numbers.
    `coords` are the entries of the dimensions, the first of which is the one of the data, counted by default; `dims`
    are those of variables that have another.
    """

    name: str
    observed: Floats
    pointwise: Callable[[Floats], Floats]
    replicate: Draw
    constant: Mapping[str, ArrayLike] = field(default_factory=dict)
    dims: dict[str, tuple[str, ...]] = field(default_factory=dict)
    coords: dict[str, Any] = field(default_factory=dict)
    conditional: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        vars(self)["coords"] = self.coords or {"obs": range(len(self.observed))}
        vars(self)["dims"] = dict.fromkeys((self.name, *self.constant), (next(iter(self.coords)),)) | self.dims

    def stored(self, values: Floats) -> NDArray[np.generic]:
        """Counts and categories as whole numbers, by which ArviZ knows that they are no measurements."""
        return values.astype(np.int64) if self.whole else values


def observations_of(model: AnyModel) -> Observations | None:
    """The observations of a model, or None for your own likelihood, whose data nobody else knows, and rows in files.

    >>> import stattools as st
    >>> found = observations_of(st.poisson_rate([3, 0, 2]))
    >>> found.pointwise(np.array([[1.0], [2.0]])).round(3).tolist()
    [[-2.792, -1.0, -1.693], [-1.712, -2.0, -1.307]]
    """
    make = nearest(OBSERVED, model) if model.in_memory else None
    return None if make is None else make(model)


def _rows(model: Model) -> Observations:
    groups, dims, coords = data_groups(model)
    name = outcome(model)
    return Observations(
        name,
        np.asarray(groups["observed_data"][name], dtype=float),
        partial(log_likelihood, model),
        lambda theta, random: replicates(model, theta, seed=random),
        groups["constant_data"],
        dims,
        coords,
        whole=model.likelihood.outcome.is_whole,
    )


def _trials(model: BernoulliTrials) -> Observations:
    k, n = model.successes, model.trials
    if model.kind != "coin" or n > MOST_FLIPS:
        return _all_trials(model)
    y = np.repeat([1.0, 0.0], [k, n - k])
    return Observations(
        "y",
        y,
        lambda theta: np.log(np.where(y == 1.0, theta, 1.0 - theta)),
        lambda theta, random: (random.random((len(theta), n)) < theta).astype(float),
        whole=True,
    )


def _all_trials(model: BernoulliTrials) -> Observations:
    """The number of successes among all trials: one observation."""
    return Observations(
        "successes",
        np.array([float(model.successes)]),
        lambda theta: np.asarray(model.log_probability(theta[:, 0], 1.0 - theta[:, 0]))[:, None],
        lambda theta, random: random.binomial(model.trials, theta).astype(float),
        {"trials": [model.trials]},
        coords={"obs": ("all trials",)},
        whole=True,
    )


def _arms(model: BinomialArms) -> Observations:
    k, n = model.successes, model.trials

    def pointwise(theta: Floats) -> Floats:
        if model.observed == "coin":
            return np.asarray(k * np.log(theta) + (n - k) * np.log1p(-theta), dtype=float)
        return log_binomial_pmf(k, n, theta, 1.0 - theta)

    return Observations(
        "successes",
        k.astype(float),
        pointwise,
        lambda theta, random: random.binomial(n, theta).astype(float),
        {"trials": n},
        coords={"arm": model.names},
        whole=True,
    )


def _waits(model: Waits) -> Observations:
    return Observations(
        "failures",
        model.failures.astype(float),
        lambda theta: model.pointwise(theta[:, 0], 1.0 - theta[:, 0]),
        lambda theta, random: random.negative_binomial(model.wanted, theta).astype(float),
        {"successes": model.wanted},
        whole=True,
    )


def _events(model: EventRates) -> Observations:
    counted = model.kind == "poisson rate"

    def replicate(theta: Floats, random: np.random.Generator) -> Floats:
        rate = theta[:, model.index]
        return random.poisson(rate * model.exposure).astype(float) if counted else random.exponential(1.0 / rate)

    return Observations(
        "counts" if counted else "times",
        (model.events if counted else model.exposure).astype(float),
        model.pointwise,
        replicate,
        ({"exposure": model.exposure} if counted else {"ended": model.events}) | {"arm_of": model.index},
        whole=counted,
    )


Ahead = Callable[[Floats], tuple[Floats, Floats]]
"""What is left of each value, (S, n), and its standard deviation."""


def _normal(name: str, y: Floats, gaps: Ahead, **others: Any) -> Observations:
    """Normal values y of which each theta leaves some gaps."""

    def replicate(theta: Floats, random: np.random.Generator) -> Floats:
        gap, sd = gaps(theta)
        return y - gap + sd * random.standard_normal(gap.shape)

    return Observations(name, y, lambda theta: normal_loglik(*gaps(theta)), replicate, **others)


def _measurements(model: NormalSample) -> Observations:
    known = None if model.sd is None else np.broadcast_to(1.0 / np.sqrt(model.weight), model.values.shape)

    def gaps(theta: Floats) -> tuple[Floats, Floats]:
        sd = theta[:, model.size + model.arm_of] if known is None else known
        return model.values - theta[:, model.arm_of], sd

    beside: dict[str, Any] = {"arm_of": model.arm_of} | ({} if model.sd is None else {"known_sd": model.sd})
    return _normal("y", model.values, gaps, constant=beside)


def _series(model: Structural) -> Observations:
    """One step ahead, over the observed values that the flat initial states leave a prediction for."""

    last: dict[str, Any] = {"theta": None, "ahead": None}

    def ahead(theta: Floats) -> tuple[Floats, Floats]:
        if last["theta"] is not theta:  # a tree asks for log-likelihoods and replicates at the same draws
            runs = [innovations(model, point) for point in theta]
            surprise = np.array([run["surprise"].to_numpy() for run in runs])
            last.update(theta=theta, ahead=(surprise, np.sqrt([run["variance"].to_numpy() for run in runs])))
        return last["ahead"]

    surprise, sd = ahead(model.start[None])
    some = np.isfinite(surprise[0]) & np.isfinite(sd[0])

    def seen(theta: Floats) -> tuple[Floats, Floats]:
        gap, sd = ahead(theta)
        return gap[:, some], sd[:, some]

    return _one_step(outcome(model), model, some, seen)


def _smoothed(model: ExponentialSmoothing) -> Observations:
    """One step ahead, over the values that have an error."""

    def ahead(theta: Floats) -> tuple[Floats, Floats]:
        return np.array([model.errors(point).error[model.used] for point in theta]), np.exp(theta[:, -1:])

    return _one_step("y", model, model.used, ahead)


def _one_step(name: str, model: Structural | ExponentialSmoothing, some: Any, ahead: Ahead) -> Observations:
    """Some values of a series, each given those before it."""
    clock = np.arange(len(model.y)) if model.times is None else np.asarray(model.times)
    times = [time if isinstance(time, int | float | np.number) else str(time) for time in clock[some]]
    return _normal(name, model.y[some], ahead, coords={"time": times}, conditional=True)


OBSERVED: dict[type, Callable[[Any], Observations]] = {
    Model: _rows,
    BernoulliTrials: _trials,
    BinomialArms: _arms,
    Waits: _waits,
    EventRates: _events,
    NormalSample: _measurements,
    Structural: _series,
    ExponentialSmoothing: _smoothed,
}
"""The observations of the models of each class."""
