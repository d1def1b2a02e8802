"""Fits and posteriors as an `xarray.DataTree` in the layout of ArviZ 1.x, which only this file knows: `st.to_arviz(x)`.

Independent exact draws are one chain: R-hat and effective sample sizes of pretend chains would prove nothing. Of a
maximum-likelihood fit they are of the asymptotic distribution of its estimates, labelled so:

    theta ~ Normal(estimate, covariance);   for `st.ols` sigma^2 = scale^2 df / chi2_df and beta | sigma as wide as that

Parameters of a model become named variables, and each kind of model says what it has observed:

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

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools import __version__
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.estimates import AnyFit, Estimates
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape, require_memory
from stattools.interface.record import nearest
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import Package, pd
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.predictive import with_trials
from stattools.models.custom import Custom
from stattools.models.model import Model, behind_links, on_own_scale, shared
from stattools.models.questions import AnyModel
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, log_binomial_pmf
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.states import innovations
from stattools.series.statespace.structural import Structural

if TYPE_CHECKING:
    from xarray import DataTree


@dataclass(frozen=True, eq=False)
class Layout:
    """The variables of a model by name, each with its dims after chain and draw and the positions of its entries in
    theta; and the entries of the dims.

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> {name: array.shape for name, array in layout(model).split(np.zeros((4, 100, 3))).items()}
    {'beta': (4, 100, 2), 'sigma': (4, 100)}
    """

    variables: dict[str, tuple[tuple[str, ...], Any]]
    coords: dict[str, tuple[Any, ...]]

    def split(self, theta: Floats) -> dict[str, Floats]:
        """Arrays by variable from theta (..., q)."""
        return {name: theta[..., places] for name, (_, places) in self.variables.items()}

    @property
    def dims(self) -> dict[str, tuple[str, ...]]:
        """Dims by variable."""
        return {name: dims for name, (dims, _) in self.variables.items() if dims}


def layout(model: Any) -> Layout:
    """The layout of a model's parameters: coefficients, then sigma or alpha."""
    if model.facts.is_regression:
        return _of_regression(model)
    if not model.facts.has_arms:
        return Layout({"theta": (("coef",), np.arange(len(model.names)))}, {"coef": tuple(model.names)})
    places = np.arange(len(model.names)).reshape(len(model.parameters), *model.shape)
    dims = (model.dim,) if model.shape else ()
    arms = tuple(map(str, model.names if model.arms is None else model.arms))
    variables = {name: (dims, places[k]) for k, name in enumerate(model.parameters)}
    return Layout(variables, dict.fromkeys(dims, arms))


def _of_regression(model: Model) -> Layout:
    predictor, count = model.predictor, model.predictor.size_first
    terms = tuple(np.array(model.terms)[predictor.first].tolist())
    p = len(terms)
    coords: dict[str, tuple[Any, ...]] = {"coef": terms}
    variables: dict[str, tuple[tuple[str, ...], Any]] = {"beta": (("coef",), np.arange(p))}
    if model.categories is not None:
        variables["beta"], coords["category"] = (
            (("category", "coef"), np.arange(count).reshape(-1, p)),
            model.categories,
        )
    scalars = {k: name for k, (name, _) in shared(model).items()} | ({count: "sigma"} if model.has_scale else {})
    for own, part, name in zip(predictor.own, predictor.parts[predictor.n_first :], model.others, strict=True):
        if own:
            variables[name] = (f"coef of {name}",), np.arange(part.start, part.stop)
            coords[f"coef of {name}"] = tuple(model.terms[k] for k in own)
    return Layout(variables | {name: ((), np.intp(k)) for k, name in scalars.items()}, coords)


def outcome(model: AnyModel) -> str:
    """The name of the outcome as a variable; NetCDF allows no slash."""
    return str(getattr(model, "outcome_name", "y")).replace("/", " per ")


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

    def part(eta: Floats, sigma: Floats) -> Floats:
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

    def part(eta: Floats, sigma: Floats) -> Floats:
        if model.has_scale:
            return eta + sigma * random.standard_normal(eta.shape)
        among = model.likelihood.trials_of(model.rows.y) if trials is None else trials
        return with_trials(model.likelihood, among).sample(eta, seed=random)

    return _over(model, theta, part)


def _over(model: Model, theta: Floats, part: Callable[[Floats, Floats], Floats]) -> Floats:
    rows, width = len(model.rows.X), model.predictor.width
    what = f"{len(theta):,} draws of {rows:,} rows"
    require_memory(what, 2 * len(theta) * rows * width, "Take some of the draws, or fewer rows.")
    return np.concatenate([part(eta, sigma) for eta, sigma in _predictors(model, theta)])


def _predictors(model: Model, theta: Floats) -> Iterator[tuple[Floats, Floats]]:
    """eta (s, rows) or (s, rows, width), and the standard deviation of each row where there is one."""
    X, predictor = model.rows.X, model.predictor
    precision = 1.0 if model.rows.precision is None else np.sqrt(model.rows.precision)
    step = max(1, CELLS // max(len(X), 1))
    for start in range(0, len(theta), step):
        some = behind_links(model, theta[start : start + step, : predictor.size])
        sigma = theta[start : start + step, -1:] / precision if model.has_scale else np.empty(0)
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
    rows, predictor, parts = model.rows, model.predictor, named_parts(model.likelihood, model.rows.y)
    observed = np.asarray(parts.pop("y"), dtype=float)
    designs = {"X": np.asarray(rows.X)[:, predictor.first]}
    others = zip(predictor.own, model.others, strict=True)
    designs |= {f"X of {called}": rows.X[:, list(own)] for own, called in others if own}
    beside = {"weight": rows.weight, "offset": rows.offset, "precision": rows.precision}
    return Observations(
        outcome(model),
        observed,
        partial(log_likelihood, model),
        lambda theta, random: replicates(model, theta, seed=random),
        designs | parts | {key: part for key, part in beside.items() if part is not None},
        {key: ("obs", f"coef{key[1:]}") for key in designs},
        {"obs": tuple(range(len(rows.X)) if model.kept is None else model.kept.tolist())},  # as in the table
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


arviz: Any = Package("arviz")
stats: Any = Package("arviz_stats.base.array")

Group = Mapping[str, ArrayLike]

FEWEST = 30
"""Draws of which a fifth, the tail, are the six that a generalized Pareto distribution is fitted to."""


def datatree(
    groups: Mapping[str, Group],
    *,
    dims: Mapping[str, Sequence[str]],
    coords: Mapping[str, Sequence[object]],
    attrs: Mapping[str, object],
) -> DataTree:
    """A DataTree of `groups`, name -> variable -> array.

    Arrays of draws have shape (chain, draw, ...); groups whose name contains "data" have no chain and draw. `dims`
    names the axes that follow, `coords` their entries. `attrs` go to the root with the library and its version; no time
    stamp is kept, so the same inputs give the same tree.

    >>> tree = datatree({"posterior": {"theta": [[0.2, 0.4]]}}, dims={}, coords={}, attrs={"seed": 0})
    >>> tree["posterior"]["theta"].dims, tree.attrs["inference_library"]
    (('chain', 'draw'), 'stattools')
    """
    root = {"inference_library": "stattools", "inference_library_version": __version__, **attrs}
    tree = arviz.from_dict(
        {name: {variable: np.asarray(values) for variable, values in group.items()} for name, group in groups.items()},
        dims={name: list(axes) for name, axes in dims.items()},
        coords={name: list(entries) for name, entries in coords.items()},
        attrs={"/": root},
    )
    for node in tree.subtree:
        node.attrs.pop("created_at", None)
    return tree


def pareto_smoothed(log_ratios: ArrayLike) -> tuple[Floats, float]:
    """Smoothed log weights, (draws,), and the Pareto shape k of the largest; infinite k where a ratio is no number.

    Raises DomainError for fewer than 30 draws.
    """
    ratios = np.asarray(log_ratios, dtype=float)
    ratios = np.where(np.isnan(ratios), -np.inf, ratios)
    if len(ratios) < FEWEST:
        raise DomainError(f"Pareto's k-hat needs {FEWEST} draws, six of them in the tail; got {len(ratios)}.")
    if not np.isfinite(ratios).sum() > 10:
        return ratios, float("inf")
    floor = ratios[np.isfinite(ratios)].min() - 700.0
    weights, k = stats.array_stats.psislw(-np.maximum(ratios, floor))  # it takes log-likelihoods, the ratios' negatives
    return np.asarray(weights), float(k)


def convergence(draws: Floats) -> dict[str, Floats]:
    """R-hat, bulk and tail effective sample size and the Monte Carlo error of the mean, per parameter.

    `draws` has shape (chain, draw, q); R-hat is NaN for a single chain. Source: Vehtari, Gelman, Simpson, Carpenter &
    Bürkner, Bayesian Analysis 16 (2021), 667-718.
    """
    measures, axes = stats.array_stats, {"chain_axis": 0, "draw_axis": 1}
    return {
        "r_hat": measures.rhat(draws, **axes) if draws.shape[0] > 1 else np.full(draws.shape[-1], np.nan),
        "ess_bulk": measures.ess(draws, method="bulk", **axes),
        "ess_tail": measures.ess(draws, method="tail", prob=(0.1, 0.9), **axes),
        "mcse": measures.mcse(draws, method="mean", **axes),
    }


def energy_fraction(energy: Floats) -> Floats:
    """E-BFMI per chain, from the energies (chain, draw): how freely the sampler moves between energies, 0 where it does
    not move.

    >>> energy_fraction(np.array([[3.0, 3.0, 3.0], [1.0, 2.0, 0.0]])).tolist()
    [0.0, 2.5]
    """
    moves = energy.max(axis=1) > energy.min(axis=1)
    fraction = np.zeros(len(energy))
    if moves.any():
        fraction[moves] = np.asarray(stats.array_stats.bfmi(energy[moves]), dtype=float)
    return fraction


def summary(tree: DataTree, *, prob: float, kind: str, sampled: bool) -> pd.DataFrame:
    """ArviZ's summary with an explicit interval; diagnostics of convergence only where a sampler made the draws."""
    what = "all" if sampled else "stats"
    return arviz.summary(tree, kind=what, ci_kind=kind, ci_prob=prob, round_to="none")


def smoothed_weights(log_likelihood: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pareto-smoothed log of the weights 1 / p(y_i | theta), normalized over the draws (the first axis), and k-hat of
    each column.

    >>> weights, k_hat = smoothed_weights(np.random.default_rng(0).normal(size=(1000, 2)))
    >>> np.exp(weights).sum(axis=0).round(12).tolist(), k_hat.shape
    ([1.0, 1.0], (2,))
    """
    weights, k_hat = stats.array_stats.psislw(np.asarray(log_likelihood, dtype=float).T, axis=-1)
    return np.asarray(weights).T, np.asarray(k_hat)


def leave_one_out(tree: DataTree) -> tuple[Floats, float, Floats]:
    """PSIS-LOO by ArviZ: log p(y_i | y_-i), (rows,), the effective number of parameters, and k-hat of each row."""
    with warnings.catch_warnings():  # the k-hats that it warns of are returned, and read for the user by the caller
        warnings.simplefilter("ignore", UserWarning)
        found = arviz.loo(tree, pointwise=True)
    return np.asarray(found.elpd_i).reshape(-1), float(found.p), np.asarray(found.pareto_k).reshape(-1)


@runtime_checkable
class Exports(Protocol):
    """What makes a DataTree of itself: posteriors, drawn or exact, draws of states, the Bayesian bootstrap."""

    @property
    def to_arviz(self) -> Callable[..., DataTree]: ...


def to_arviz(x: object, /, *, draws: int | None = None, seed: int | np.random.Generator | None = None) -> DataTree:
    """A DataTree for ArviZ of a fit or a posterior.

    A posterior, drawn or exact, is what its own `to_arviz` makes: posterior, prior, their predictives, log-likelihood,
    data. A fit has `draws` (4000) independent draws of the asymptotic distribution of its estimates under its
    covariance (`cov=`), the log-likelihood of each row, replicates, the data: one chain, in a group that ArviZ calls
    posterior, of which the attribute `inference` says that it is none. `draws` and `seed` (0) are for fits and exact
    posteriors. Raises IncompatibleError for what has no draws, such as models, networks, and fits without standard
    errors.

    >>> import stattools as st
    >>> tree = to_arviz(st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})), draws=10)
    >>> dict(tree["posterior"].sizes), "prior" in tree.children
    ({'chain': 1, 'draw': 10, 'coef': 2}, False)
    >>> sorted(to_arviz(st.Beta(1, 1).update([1, 0, 1]), draws=10, seed=1).children)[:3]
    ['constant_data', 'log_likelihood', 'log_prior']
    """
    given: dict[str, Any] = {name: value for name, value in (("draws", draws), ("seed", seed)) if value is not None}
    if isinstance(x, Estimates):
        return asymptotic(x, **given)
    if isinstance(x, type) or not isinstance(x, Exports):
        raise IncompatibleError(f"to_arviz needs a fit, st.fit(model), or a posterior; {_instead(x)}")
    if unused := given.keys() - signature(x.to_arviz).parameters.keys():
        raise IncompatibleError(
            f"to_arviz takes {' and '.join(f'{name}=' for name in sorted(unused))} for fits and exact posteriors; "
            f"{described(x)} has its draws."
        )
    return x.to_arviz(**given)


def _instead(x: object) -> str:
    if isinstance(x, AnyFit):
        return f"{described(x.model)} has no standard errors of all its parameters together, and so no draws of them."
    if isinstance(x, AnyModel):
        return f"got the model {described(x)}: fit it first."
    return f"got {described(x)}, which has no draws."


TRIES = 100
"""Times that draws are made until enough of them have means that the family has."""

LABEL = "asymptotic distribution of the maximum-likelihood estimate: not a posterior, no prior"


def asymptotic(fit: Estimates, *, draws: int = 4000, seed: int | np.random.Generator = 0) -> DataTree:
    """A DataTree of a fit: independent draws of its estimates, the log-likelihood of each row, replicates, the data.

    One chain, group "posterior" by ArviZ's name for it; the attribute `inference` says what it is. Uses the covariance
    of the fit (`cov=`). Raises IncompatibleError for a fit without standard errors.
    """
    if not (fit.kinds and np.isfinite(fit.covariance).all() and np.isfinite(fit.estimate).all()):
        raise IncompatibleError(f"to_arviz needs standard errors, and this fit of {fit.model.title} has none.")
    model: Any = fit.model
    has_rows = model.facts.is_regression
    count = draws_shape(draws, (len(fit.estimate) + (len(model.rows.X) if has_rows else 0),), copies=3)[0]
    random = generator(seed)
    theta = _drawn(fit, count, random)
    shape = layout(model)
    groups, dims, coords = dict[str, Group](posterior=shape.split(theta[None])), shape.dims, dict(shape.coords)
    data = _rows(model) if has_rows else _all_trials(fit.model) if isinstance(fit.model, BernoulliTrials) else None
    if has_rows:
        groups["log_likelihood"] = {outcome(model): log_likelihood(model, theta)[None]}
        groups["posterior_predictive"] = {outcome(model): replicates(model, theta, seed=random)[None]}
    if data is not None:
        groups["observed_data"] = {data.name: data.observed if has_rows else data.stored(data.observed)}
        groups["constant_data"], dims, coords = data.constant, dims | data.dims, coords | data.coords
    attrs = {"inference": LABEL, "model": model.title, "covariance": fit.cov, "seed": recorded(seed)}
    attrs |= {"formula": "; ".join(model.formulas)} if model.formulas else {}
    return datatree(groups, dims=dims, coords=coords, attrs=attrs)


def _drawn(fit: Estimates, draws: int, random: np.random.Generator) -> Floats:
    """theta (draws, q), sigma and alpha on their own scale."""
    values, vectors = np.linalg.eigh(fit.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    step = random.standard_normal((draws, len(fit.estimate))) @ root.T
    if not fit.model.has_scale:
        theta = fit.estimate + step
        if fit.model.facts.is_regression and np.isfinite(fit.model.likelihood.facts.domain).any():
            theta = _within(fit.model, theta, lambda: fit.estimate + random.standard_normal(step.shape) @ root.T)
        return on_own_scale(fit.model, theta) if fit.model.facts.is_regression else theta
    wider = np.sqrt(fit.df / random.chisquare(fit.df, draws))
    return np.column_stack([fit.estimate + step * wider[:, None], fit.scale * wider])


def _within(model: Model, theta: Floats, more: Callable[[], Floats]) -> Floats:
    """As many draws whose means the family has in every row, from these and from more of them."""
    found, low, high = theta[:0], *model.likelihood.facts.domain
    for _ in range(TRIES):
        eta = model.predictor.forward_many(theta, model.rows.X, model.rows.offset)
        first = eta if eta.ndim == 2 else eta[:, :, 0]
        found = np.concatenate([found, theta[((first > low) & (first < high)).all(axis=1)]])
        if len(found) >= len(theta):
            return found[: len(theta)]
        theta = more()
    raise IncompatibleError(
        f"to_arviz draws estimates from their normal approximation, and nearly all draws of {model.title} have rows "
        "whose mean the family does not have: the maximum is too near to the edge. Use st.posterior."
    )
