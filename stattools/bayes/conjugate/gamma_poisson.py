"""Gamma and events at a constant rate: Gamma(shape, rate) and D events in exposure E give Gamma(shape + D, rate + E).

    f(theta) = rate^shape theta^(shape-1) exp(-rate theta) / Gamma(shape),    theta > 0 the rate of the events
    evidence = p(data) = [prod e^y / y! for counts] Gamma(shape + D) / Gamma(shape) rate^shape / (rate + E)^(shape + D)

Counts (`st.poisson_rate`) and waiting times (`st.exponential_rate`) have the same posterior and other predictions. All
is exact, for shapes from 0.01 to 1e9: tails and quantiles by incomplete gamma functions, highest-density intervals by
solving, the evidence by Bayes' identity at the posterior mean. With arrays there is one distribution per entry, an arm.
Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.6. Cost: microseconds per arm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import Counts, Labels, matched, plain
from stattools.bayes.conjugate.belief import probabilities, settle, tail
from stattools.bayes.conjugate.curves import gamma_points
from stattools.bayes.conjugate.curves.gamma_curve import gamma_ends
from stattools.bayes.conjugate.data.pair import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, at_arm, updated
from stattools.bayes.conjugate.distribution import ByArm, Updatable
from stattools.bayes.conjugate.elicitation import gamma_from_mean_sd, gamma_from_quantiles
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.predictives.gamma_predictive import GammaPoisson
from stattools.bayes.conjugate.predictives.lomax import Lomax
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_number, labelled
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator, poisson_counts
from stattools.models.samples.rates import EventRates
from stattools.numerics.distributions.gamma import log_density_of_log, log_quantile
from stattools.numerics.sums import ExactSum

FIELDS = ("shape", "rate")
REMEDY = "A weak prior is Gamma(1, 1); the limits with shape or rate 0, such as Jeffreys', are st.Gamma.limit(...)."


def _refuse(belief: Gamma | Improper, more: object) -> NoReturn:
    raise IncompatibleError(
        f"update needs st.poisson_rate(counts) or st.exponential_rate(times); got {type(more).__name__}."
    )


def _posterior(
    belief: Gamma | Improper,
    data: EventRates,
    labels: dict[str, Labels],
    events: NDArray[np.int64],
    exposures: ExactSum,
) -> Gamma:
    prior = belief.prior
    shape, rate = prior.shape + events, total_rate(exposures, prior.rate)
    rate = rate if data.shape else float(rate[0])
    if not prior.is_proper:
        prior.require(f"{int(np.sum(events))} events", shape=shape, rate=rate)
    return Gamma(shape, rate, **labels)


NAMES = {"poisson rate": "counts", "exponential rate": "times"}
"""What the observations of each kind are called in a data tree."""


def log_evidence(before: Gamma, after: Gamma, data: EventRates) -> Floats:
    """log p(data) by Bayes' identity, p(data | theta) f(theta) / f(theta | data), at the posterior mean."""
    mean = np.asarray(after.mean)
    first = log_density_of_log(np.log(mean * (before.rate / before.shape)), before.shape)
    last = log_density_of_log(np.log(mean * (after.rate / after.shape)), after.shape)
    return data.log_probability(np.atleast_1d(mean)).reshape(mean.shape) + first - last


def total_rate(exposures: ExactSum, prior: ArrayLike) -> Floats:
    """prior + exposure, one per arm, rounded once."""
    m = exposures.groups
    start = np.broadcast_to(np.asarray(prior, dtype=float), m)
    return (exposures + ExactSum.of(start, np.arange(m), m)).rounded()[0]


def left_out(gamma: Gamma, seen: Seen) -> LeftOut:
    """p(y_i | y_-i) by Bayes' identity, p(y_i | theta) f(theta | y_-i) / f(theta | y), at the posterior mean."""
    batches, (events, exposures) = seen.batches, seen.total
    arm, y, exposure = (np.concatenate(each) for each in zip(*map(_columns, batches), strict=True))
    a, b = np.ravel(gamma.shape), np.ravel(gamma.rate)
    fewer = at_arm(gamma.prior.shape, arm) + (np.ravel(events)[arm] - y)
    own = ExactSum.of(exposure, np.arange(len(arm)), len(arm))
    less = total_rate(exposures.at(arm) - own, at_arm(gamma.prior.rate, arm))
    if not gamma.prior.is_proper:
        gamma.prior.require("one observation left out", shape=fewer, rate=less)
    before = log_density_of_log(np.log((a / b)[arm] * (less / fewer)), fewer)
    after = log_density_of_log(np.zeros(len(arm)), a[arm])
    shown = tuple(text for batch in batches for text in _shown(batch))
    pointwise = _log_likelihood(batches, a / b) + before - after
    ones = np.ones(len(arm), dtype=np.int64)
    return LeftOut(pointwise, ones, shown, arm, lambda drawn: _log_likelihood(batches, _rates(drawn)))


def outcomes(gamma: Gamma, seen: Seen) -> list[NamedObservations]:
    """All counts, with their exposures, and all times."""
    kinds = dict.fromkeys(batch.kind for batch in seen.batches)
    return [_outcome(kind, seen.batches, len(kinds) > 1) for kind in kinds]


def _outcome(kind: str, batches: tuple[EventRates, ...], is_one_of_two: bool) -> NamedObservations:
    of_kind, name = [batch for batch in batches if batch.kind == kind], NAMES[kind]
    _, events, exposure = (np.concatenate(each) for each in zip(*map(_columns, of_kind), strict=True))
    counted = kind == "poisson rate"

    def replicate(drawn: Drawn, random: np.random.Generator) -> NDArray[np.number]:
        """New data of the same design: counts in the same exposures, or times to the end."""
        parts = [(_rates(drawn)[:, batch.index], batch.exposure) for batch in of_kind]
        if counted:
            return np.concatenate([poisson_counts(random, rates * e) for rates, e in parts], axis=1)
        return np.concatenate([random.standard_exponential(rates.shape) * (1.0 / rates) for rates, _ in parts], axis=1)

    return NamedObservations(
        name,
        events if counted else exposure,
        replicate,
        lambda drawn: _log_likelihood(of_kind, _rates(drawn)),
        {f"exposure of {name}": exposure} if counted else {},
        (f"obs of {name}" if is_one_of_two else "obs",),
    )


def _columns(batch: EventRates) -> tuple[NDArray[np.number], ...]:
    return batch.index, batch.events, batch.exposure


def _rates(drawn: Drawn) -> Floats:
    """One column per arm."""
    return drawn["rate"].reshape(len(drawn["rate"]), -1)


def _log_likelihood(batches: Sequence[EventRates], rates: Floats) -> Floats:
    """log p(y_i | rate of its arm), (..., n), of rates (..., arms)."""
    return np.concatenate([batch.pointwise(rates) for batch in batches], axis=-1)


def _shown(batch: EventRates) -> list[str]:
    pairs = zip(batch.events.tolist(), batch.exposure.tolist(), strict=True)
    if batch.kind == "poisson rate":
        return [f"{y}" if e == 1.0 else f"{y} in {e:.6g}" for y, e in pairs]
    return [f"{e:.6g}" if d else f"more than {e:.6g}" for d, e in pairs]


PAIR = DeclaredPair(
    models=(EventRates,),
    raw=_refuse,
    read=matched,
    statistics=lambda data: (data.totals if data.shape else int(data.totals[0]), data.exposure_sums),
    posterior=_posterior,
    log_evidence=log_evidence,
    left_out=left_out,
    outcomes=outcomes,
    variables={"rate": ("arm",)},
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False, eq=False)
class Gamma(ByArm, Updatable):
    """The gamma distribution of a positive theta, often the rate of events: a prior, and after `update` a posterior.

    The mean is shape / rate; `shape` is worth so many events, seen in an exposure of `rate`. Both are numbers, or
    arrays with one entry per arm, which `arms` may name. Two are equal when their parameters are. Raises DomainError
    for parameters that are not positive and finite; for improper limits see `limit`.

    >>> import stattools as st
    >>> posterior = Gamma(2, 1).update(st.poisson_rate([3, 0, 2]))
    >>> posterior, posterior.mean
    (Gamma(7, 4), 1.75)
    >>> round(float(np.exp(Gamma(1, 1).update(st.poisson_rate([2])).log_evidence)), 12)  # 1 / 2^3
    0.125
    """

    _pair = PAIR
    _symbol = "λ"
    shape: Any
    rate: Any
    arms: Any = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        settle(self, positive=FIELDS, remedy=REMEDY)

    @classmethod
    def limit(cls, shape: float = 0.0, rate: float = 0.0) -> Improper:
        """An improper limit, theta^(shape - 1) exp(-rate theta) with shape or rate 0: no distribution, its mass is
        infinite.

        limit(0.5, 0) is Jeffreys' prior for counts, limit(0, 0) for waiting times (flat in log theta), limit(1, 0) is
        flat. The posterior exists once shape + D and rate + E are positive; until then `update` raises DomainError.

        >>> import stattools as st
        >>> Gamma.limit(0.5, 0).update(st.poisson_rate([3, 1]))
        Gamma(4.5, 2)
        """
        if not (is_number(shape) and is_number(rate) and min(shape, rate) == 0.0):
            raise DomainError(
                f"Gamma.limit needs shape or rate 0, the other at least 0; got {quoted((shape, rate))}. Use st.Gamma."
            )
        values = (float(shape), float(rate))
        name = {(0.5, 0.0): "Jeffreys' prior for counts", (0.0, 0.0): "the scale-invariant prior"}
        return Improper(cls, name.get(values, "an improper prior"), values)

    @classmethod
    def jeffreys(cls) -> Improper:
        """Jeffreys' prior of a Poisson rate, theta^(-1/2): improper, and proper after any exposure."""
        return cls.limit(0.5, 0.0)

    @classmethod
    def from_quantiles(cls, first: object, second: object = None, /, *, prob: float | None = None) -> Gamma:
        """The gamma distribution with two given quantiles: `{0.05: 1.0, 0.95: 4.0}`, or the ends of the central
        interval of probability `prob` (0.9 unless told).

        It exists for any two, and is unique. Raises DomainError for quantiles that are not positive or out of order.

        >>> Gamma.from_quantiles(1.0, 4.0, prob=0.9).quantile([0.05, 0.95]).round(12)
        array([1., 4.])
        """
        return cls(*gamma_from_quantiles(first, second, prob))

    @classmethod
    def from_mean_sd(cls, mean: float, sd: float, /) -> Gamma:
        """The gamma distribution with this mean and standard deviation, both positive.

        >>> Gamma.from_mean_sd(2.0, 1.0)
        Gamma(4, 2)
        """
        return cls(*gamma_from_mean_sd(mean, sd))

    @property
    def support(self) -> tuple[float, float]:
        """Where theta may lie."""
        return 0.0, float("inf")

    @property
    def events(self) -> Counts:
        """Events seen since the prior."""
        return 0 if self.seen is None else self.seen.total[0]

    @property
    def exposure(self) -> float | Floats:
        """Exposure since the prior: time, area, whatever events are counted per."""
        if self.seen is None:
            return 0.0
        each = self.seen.total[1].rounded()[0]
        return each if np.ndim(self.events) else float(each[0])

    @property
    def mean(self) -> float | Floats:
        """shape / rate."""
        return self.shape / self.rate

    @property
    def sd(self) -> float | Floats:
        """sqrt(shape) / rate."""
        return plain(np.sqrt(self.shape) / self.rate)

    @property
    def mode(self) -> float | Floats:
        """Where the density is highest: (shape - 1) / rate, and 0 for shapes up to 1."""
        return plain(np.maximum(np.asarray(self.shape) - 1.0, 0.0) / self.rate)

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, theta: ArrayLike) -> float | Floats:
        """f(theta) for each theta >= 0; infinite at 0 for shapes below 1."""
        return np.exp(self.log_density(theta))

    def log_density(self, theta: ArrayLike) -> float | Floats:
        """log f(theta) for each theta >= 0. Raises DomainError below."""
        return gamma_points.log_density(theta, self.shape, self.rate)

    def slope(self, theta: ArrayLike) -> float | Floats:
        """d log f / d theta = (shape - 1) / theta - rate, for theta > 0."""
        x, _ = gamma_points.logs(theta, self.shape, self.rate)
        with np.errstate(all="ignore"):  # at 0, or next to it, the slope is infinite, or -rate where shape = 1
            return (np.where(np.asarray(self.shape) == 1.0, 0.0, (self.shape - 1.0) / x) - self.rate)[()]

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = np.inf) -> float | Floats:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high.

        >>> round(Gamma(1, 2).probability(low=1.0), 12)  # exp(-2)
        0.135335283237
        """
        return gamma_points.probability(low, high, self.shape, self.rate)

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The theta with P(theta <= value) = p, p in [0, 1].

        >>> round(Gamma(1, 2).quantile(0.5), 12)  # log(2) / 2
        0.34657359028
        """
        p = probabilities(p, self.shape)
        return self._quantile(p, 1.0 - p)

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval that holds theta with probability `prob`, one per arm.

        "hdi" has the highest density (equal at both ends; from 0 for shapes up to 1), "eti" leaves the same probability
        on either side. Raises DomainError for prob outside (0, 1).

        >>> low, high = Gamma(5, 2).interval(0.9)
        >>> round(low, 6), round(high, 6)
        (0.754332, 4.177699)
        """
        aside, kind = tail(prob, kind)
        if kind == "hdi":
            lower, upper = (e.reshape(np.shape(self.shape)) / self.rate for e in gamma_ends(prob, np.ravel(self.shape)))
        else:
            lower, upper = self._quantile(aside, 1.0 - aside), self._quantile(1.0 - aside, aside)
        return self._interval(lower, upper, prob, kind, "rate")

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws,), or (draws, arms)."""
        size = draws_shape(draws, np.shape(self.shape))
        return generator(seed).standard_gamma(self.shape, size) / self.rate

    def predictive(self, exposure: ArrayLike = 1.0) -> GammaPoisson:
        """The distribution of the number of events in a new `exposure`, a number or one per arm: negative binomial.

        >>> Gamma(7, 4).predictive(2.0).mean
        3.5
        """
        labelled("the arms", self.arms, ("exposure", exposure))
        return GammaPoisson(self.shape, self.rate, exposure, self.arms)

    def predictive_time(self) -> Lomax:
        """The distribution of the waiting time to the next event: Lomax, P(T > t) = (1 + t / rate)^-shape.

        >>> Gamma(7, 4).predictive_time().mean  # rate / (shape - 1)
        0.666666...
        """
        return Lomax(self.shape, self.rate, self.arms)

    def update(self, more: EventRates, /) -> Gamma:
        """The posterior given more data: `st.poisson_rate` or `st.exponential_rate`.

        Parameters are the prior's plus the totals, and totals of floats are summed exactly, so order and grouping do
        not matter, to the last bit. Arms are matched by their labels. Raises IncompatibleError for other data, and
        where arms do not correspond.

        >>> import stattools as st
        >>> more, less = st.poisson_rate([3], exposure=0.1), st.poisson_rate([1], exposure=0.7)
        >>> Gamma(1, 1).update(more).update(less) == Gamma(1, 1).update(less).update(more)
        True
        """
        return updated(self, more)

    def _quantile(self, p: ArrayLike, q: ArrayLike) -> float | Floats:
        return plain(self.shape * np.exp(log_quantile(p, q, self.shape)) / self.rate)
