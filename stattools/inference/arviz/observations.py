"""What each kind of model has observed: the data, their log-likelihood one by one, and new data of the same design.

    regressions          one entry per row, `obs` by the numbers of the table's rows
    coins                one entry per flip, the ones first: their order says nothing; a count of successes is one entry
    arms                 the successes of each; waits, counts, times, measurements one by one
    state space models   each value given those before it, p(y_t | y_1 ... y_(t-1))

theta has shape (S, q), parameters on their own scale; log-likelihoods and replicates have shape (S, n). Leaving out an
observation that is all its arm has leaves the prior there, and PSIS-LOO says so by a k-hat above 0.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.inference.arviz.layout import data_groups, outcome
from stattools.inference.arviz.replicates import log_likelihood, replicates
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest
from stattools.models.model import Model
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.samples.binomial_arms import BinomialArms
from stattools.models.samples.event_rates import EventRates
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.waiting import Waits
from stattools.numerics.saddle_point import log_binomial_pmf
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.innovations import innovations
from stattools.series.statespace.structural import Structural

Draw = Callable[[Floats, np.random.Generator], Floats]

MOST_FLIPS = 10_000
"""A coin of more flips is its count of ones."""


@dataclass(frozen=True, eq=False)
class Observations:
    """The data of a model by name, what goes with them, and their dimension.

    `pointwise(theta)` are log-likelihoods, `replicate(theta, random)` new data, None where there are none from a prior:
    `conditional` says that they are predictions given the data before them, `whole` that the data are whole numbers.
    """

    name: str
    observed: Floats
    pointwise: Callable[[Floats], Floats]
    replicate: Draw
    constant: dict[str, ArrayLike] = field(default_factory=dict)
    dims: dict[str, tuple[str, ...]] = field(default_factory=dict)
    coords: dict[str, Any] = field(default_factory=dict)
    conditional: bool = False
    whole: bool = False

    def stored(self, values: Floats) -> NDArray[Any]:
        """Counts and categories as whole numbers, by which ArviZ knows that they are no measurements."""
        return values.astype(np.int64) if self.whole else values


def observations(model: Any) -> Observations | None:
    """The observations of a model, or None for your own likelihood, whose data nobody else knows, and rows in files.

    >>> import stattools as st
    >>> found = observations(st.poisson_rate([3, 0, 2]))
    >>> found.pointwise(np.array([[1.0], [2.0]])).round(3).tolist()
    [[-2.792, -1.0, -1.693], [-1.712, -2.0, -1.307]]
    """
    make = nearest(OBSERVED, model) if model.in_memory else None
    return None if make is None else make(model)


def _rows(model: Model) -> Observations:
    groups, dims, coords = data_groups(model)
    name = outcome(model)
    observed = np.asarray(groups["observed_data"][name], dtype=float)
    return Observations(
        name,
        observed,
        lambda theta: log_likelihood(model, theta),
        lambda theta, random: replicates(model, theta, seed=random),
        groups["constant_data"],
        dims,
        coords,
        whole=model.likelihood.outcome.is_whole,
    )


def _trials(model: BernoulliTrials) -> Observations:
    k, n = model.successes, model.trials
    if model.kind == "coin" and n <= MOST_FLIPS:
        y = np.repeat([1.0, 0.0], [k, n - k])
        return Observations(
            "y",
            y,
            lambda theta: np.log(np.where(y == 1.0, theta, 1.0 - theta)),
            lambda theta, random: (random.random((len(theta), n)) < theta).astype(float),
            dims={"y": ("obs",)},
            coords={"obs": range(n)},
            whole=True,
        )
    return Observations(
        "successes",
        np.array([float(k)]),
        lambda theta: np.asarray(model.log_probability(theta[:, 0], 1.0 - theta[:, 0]))[:, None],
        lambda theta, random: random.binomial(n, theta).astype(float),
        {"trials": [n]},
        {"successes": ("obs",), "trials": ("obs",)},
        {"obs": ("all trials",)},
        whole=True,
    )


def _arms(model: BinomialArms) -> Observations:
    k, n = model.successes, model.trials

    def pointwise(theta: Floats) -> Floats:
        if model.observed == "coin":
            return np.asarray(k * np.log(theta) + (n - k) * np.log1p(-theta), dtype=float)
        return log_binomial_pmf(k, n, theta, 1.0 - theta)

    axis = {"successes": ("arm",), "trials": ("arm",)}
    return Observations(
        "successes",
        k.astype(float),
        pointwise,
        lambda theta, random: random.binomial(n, theta).astype(float),
        {"trials": n},
        axis,
        {"arm": model.names},
        whole=True,
    )


def _waits(model: Waits) -> Observations:
    return Observations(
        "failures",
        model.failures.astype(float),
        lambda theta: model.pointwise(theta[:, 0], 1.0 - theta[:, 0]),
        lambda theta, random: random.negative_binomial(model.wanted, theta).astype(float),
        {"successes": model.wanted},
        {"failures": ("obs",), "successes": ("obs",)},
        {"obs": range(len(model.failures))},
        whole=True,
    )


def _events(model: EventRates) -> Observations:
    counted = model.kind == "poisson rate"
    name = "counts" if counted else "times"

    def replicate(theta: Floats, random: np.random.Generator) -> Floats:
        rate = theta[:, model.index]
        return random.poisson(rate * model.exposure).astype(float) if counted else random.exponential(1.0 / rate)

    beside: dict[str, ArrayLike] = {"exposure": model.exposure} if counted else {"ended": model.events}
    return Observations(
        name,
        (model.events if counted else model.exposure).astype(float),
        model.pointwise,
        replicate,
        beside | {"arm_of": model.index},
        dict.fromkeys((name, "arm_of", *beside), ("obs",)),
        {"obs": range(model.n)},
        whole=counted,
    )


def _measurements(model: NormalSample) -> Observations:
    def at(theta: Floats) -> tuple[Floats, Floats]:
        mean = theta[:, model.arm_of]
        known = np.broadcast_to(1.0 / np.sqrt(model.weight), model.values.shape)
        return mean, known if model.sd is not None else theta[:, model.size + model.arm_of]

    def pointwise(theta: Floats) -> Floats:
        mean, sd = at(theta)
        z = (model.values - mean) / sd
        return -0.5 * z * z - np.log(sd) - 0.5 * np.log(2.0 * np.pi)

    def replicate(theta: Floats, random: np.random.Generator) -> Floats:
        mean, sd = at(theta)
        return mean + sd * random.standard_normal(mean.shape)

    beside: dict[str, Any] = {"arm_of": model.arm_of} | ({} if model.sd is None else {"known_sd": model.sd})
    dims: dict[str, tuple[str, ...]] = dict.fromkeys(("y", *beside), ("obs",))
    return Observations("y", model.values, pointwise, replicate, beside, dims, {"obs": range(len(model.values))})


def _series(model: Structural) -> Observations:
    """One step ahead, over the observed values that the flat initial states leave a prediction for."""

    last: dict[str, Any] = {"theta": None, "ahead": None}

    def ahead(theta: Floats) -> tuple[Floats, Floats]:
        if last["theta"] is not theta:  # a tree asks for log-likelihoods and replicates at the same draws
            runs = [innovations(model, point) for point in theta]
            surprise = np.array([run["surprise"].to_numpy() for run in runs])
            last.update(theta=theta, ahead=(surprise, np.array([run["variance"].to_numpy() for run in runs])))
        return last["ahead"]

    surprise, variance = ahead(model.start[None])
    some = np.isfinite(surprise[0]) & np.isfinite(variance[0])
    y = model.y[some]

    def pointwise(theta: Floats) -> Floats:
        gap, size = (part[:, some] for part in ahead(theta))
        return -0.5 * (gap * gap / size + np.log(size) + np.log(2.0 * np.pi))

    def replicate(theta: Floats, random: np.random.Generator) -> Floats:
        gap, size = (part[:, some] for part in ahead(theta))
        return y - gap + np.sqrt(size) * random.standard_normal(gap.shape)

    name = outcome(model)
    times = [str(time) if not isinstance(time, int | float | np.number) else time for time in np.asarray(model.times)]
    coords = {"time": [time for time, there in zip(times, some, strict=True) if there]}
    return Observations(name, y, pointwise, replicate, {}, {name: ("time",)}, coords, conditional=True)


def _smoothed(model: ExponentialSmoothing) -> Observations:
    """One step ahead, over the values that have an error."""
    y, some = model.y[model.used], model.used

    def ahead(theta: Floats) -> tuple[Floats, Floats]:
        return np.array([model.errors(point).error[some] for point in theta]), np.exp(theta[:, -1:])

    def pointwise(theta: Floats) -> Floats:
        error, sigma = ahead(theta)
        return -0.5 * ((error / sigma) ** 2 + np.log(2.0 * np.pi)) - np.log(sigma)

    def replicate(theta: Floats, random: np.random.Generator) -> Floats:
        error, sigma = ahead(theta)
        return y - error + sigma * random.standard_normal(error.shape)

    clock = np.arange(len(model.y)) if model.times is None else np.asarray(model.times)
    coords = {"time": [time if isinstance(time, int | float | np.number) else str(time) for time in clock[some]]}
    return Observations("y", y, pointwise, replicate, {}, {"y": ("time",)}, coords, conditional=True)


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
