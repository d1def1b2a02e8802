"""Gamma and events at a constant rate: Gamma(shape, rate) and D events in exposure E give Gamma(shape + D, rate + E).

    f(theta) = rate^shape theta^(shape-1) exp(-rate theta) / Gamma(shape),    theta > 0 the rate of the events
    evidence = p(data) = [prod e^y / y! for counts] Gamma(shape + D) / Gamma(shape) rate^shape / (rate + E)^(shape + D)

Counts (`st.poisson_rate`) and waiting times (`st.exponential_rate`) have the same posterior and other predictions:

    counts    p(y) = C(y + shape - 1, y) p^shape q^y,    p = rate / (rate + e),  q = e / (rate + e),  y = 0, 1, 2, ...
    times     f(t) = shape rate^shape / (rate + t)^(shape + 1),    P(T > t) = (1 + t / rate)^-shape,    t > 0

The number of events in a new exposure e is negative binomial, with P(Y <= y) = I_p(shape, y + 1). The waiting time is
Lomax (Pareto II): its tail falls like t^-shape, so that the mean is infinite for shape <= 1 and the standard deviation
for shape <= 2.

All is exact, for shapes from 0.01 to 1e9 and counts beyond: the gamma distribution from t = log(rate theta / shape),
which neither overflows nor loses digits, tails and quantiles by incomplete gamma functions, highest-density intervals
by solving, the evidence by Bayes' identity at the posterior mean, probabilities of counts by saddle-point expansions.
With arrays there is one distribution per entry, an arm. Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.6;
Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 5.3; Johnson, Kotz & Balakrishnan, Continuous
Univariate Distributions 1 (1994), ch. 20. Cost: microseconds per arm.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expm1, log1p

from stattools.bayes.conjugate.arms import Counts, Labels, matched, plain
from stattools.bayes.conjugate.belief import between, points, probabilities, settle, tail
from stattools.bayes.conjugate.distribution import ByArm, Updatable
from stattools.bayes.conjugate.elicitation import gamma_from_mean_sd, gamma_from_quantiles
from stattools.bayes.conjugate.highest_density import gamma_ends
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, at_arm, updated
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_numbers, is_number, labelled
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.record import record
from stattools.interface.seeds import generator, poisson_counts
from stattools.models.samples.arms import refused, tail_area
from stattools.models.samples.rates import EventRates
from stattools.numerics.distributions.beta import tails as beta_tails
from stattools.numerics.distributions.counts import log_binomial_pmf, log_of_ratio
from stattools.numerics.distributions.gamma import log_density_of_log, log_quantile, tails
from stattools.numerics.sums import ExactSum
from stattools.text.one_line import prints


def logs(theta: ArrayLike, shape: float | Floats, rate: float | Floats) -> tuple[Floats, Floats]:
    """theta as float64, and t. Raises DomainError for what is no rate."""
    x = as_numbers(theta, "theta is a rate, a number that is at least 0", np.shape(shape))
    if not (x >= 0.0).all():
        first = np.argwhere(~(x >= 0.0))[0].tolist()
        at = f" at position {', '.join(map(str, first))}" if first else ""
        raise DomainError(f"theta is a rate, a number that is at least 0; got {x[~(x >= 0.0)][0]:.6g}{at}.")
    with np.errstate(divide="ignore", over="ignore"):  # log 0 = -inf and log inf = inf are the values wanted
        return x, np.log(x * (rate / shape))


def log_density(theta: ArrayLike, shape: float | Floats, rate: float | Floats) -> float | Floats:
    """log f(theta); at 0 it is -inf, inf or, for shape 1, log rate."""
    x, t = logs(theta, shape, rate)
    a = np.asarray(shape)
    inside = np.isfinite(t)
    value = log_density_of_log(np.where(inside, t, 0.0), a) - np.log(np.where(inside, x, 1.0))
    with np.errstate(divide="ignore"):  # log 0: the density vanishes, or is infinite
        at_zero = np.where(a == 1.0, np.log(rate), np.where(a < 1.0, np.inf, -np.inf))
    return np.where(inside, value, np.where(x > 0.0, -np.inf, at_zero))[()]


def probability(low: ArrayLike, high: ArrayLike, shape: float | Floats, rate: float | Floats) -> float | Floats:
    """P(low <= theta <= high). Raises DomainError unless 0 <= low <= high."""
    (low, t_low), (high, t_high) = logs(low, shape, rate), logs(high, shape, rate)
    if np.any(low > high):
        raise DomainError(f"probability needs low <= high; got low={low.tolist()!r}, high={high.tolist()!r}.")
    return plain(between(tails(t_low, shape), tails(t_high, shape)))


FARTHEST_COUNT = 1e300


@answers_guesses
@prints
@dataclass(frozen=True, eq=False)
class GammaPoisson:
    """The number of events in `exposure` when their rate is Gamma(shape, rate); each may be an array, one per arm.

    >>> GammaPoisson(1, 1).pmf([0, 1, 2])
    array([0.5  , 0.25 , 0.125])
    """

    shape: Any
    rate: Any
    exposure: Any = 1.0
    arms: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        e = as_numbers(self.exposure, "predictive needs a positive exposure", np.shape(self.shape))
        bad = ~((e > 0.0) & (e < np.inf))
        if np.any(bad):
            raise refused("predictive", "a positive exposure", np.ravel(e), np.ravel(bad), "")
        object.__setattr__(self, "exposure", float(e) if e.ndim == 0 else e)

    @property
    def mean(self) -> float | Floats:
        """shape e / rate."""
        return plain(self.shape * (self.exposure / self.rate))

    @property
    def sd(self) -> float | Floats:
        """Square root of mean (1 + e / rate)."""
        return plain(np.sqrt(self.mean * (1.0 + self.exposure / self.rate)))

    def log_pmf(self, y: ArrayLike) -> float | Floats:
        """log P(Y = y) for each y; -inf where y is not a whole number 0, 1, 2, ...

        Raises DomainError for NaN and for finite counts beyond 1e300, whose log probability may have no double.
        """
        y = points(y, "a count", self.mean)
        if np.any((y > FARTHEST_COUNT) & (y < np.inf)):
            raise DomainError(f"log probabilities are of counts up to {FARTHEST_COUNT:.0e}; got {np.max(y):.3g}.")
        possible = (y >= 0) & (y == np.floor(y)) & (y < np.inf)
        at, (p, q) = np.where(possible, y, 0.0), self._shares()
        value = log_binomial_pmf(self.shape, self.shape + at, p, q) + log_of_ratio(self.shape, self.shape + at)
        return np.where(possible, value, -np.inf)[()]

    def pmf(self, y: ArrayLike) -> float | Floats:
        """P(Y = y) for each y; 0 where y is not a whole number 0, 1, 2, ... Raises DomainError for NaN."""
        return np.exp(self.log_pmf(y))

    def cdf(self, y: ArrayLike) -> float | Floats:
        """P(Y <= y) for each y, accurate in the lower tail. Raises DomainError for NaN.

        >>> round(GammaPoisson(1, 1).cdf(2), 12)
        0.875
        """
        return self._tail(y, 0)

    def sf(self, y: ArrayLike) -> float | Floats:
        """P(Y > y) for each y, accurate in the upper tail."""
        return self._tail(y, 1)

    def interval(self, prob: float = 0.94) -> Interval:
        """The counts that leave at most (1 - prob) / 2 on either side: an equal-tailed interval, ends whole numbers.

        >>> GammaPoisson(20, 2.0).interval(0.9)
        <Interval 0.9 eti: events, [4, 17]>
        """
        tail = tail_area(prob, "prob")
        shape = np.shape(self.mean)
        lower = least_count(lambda y: self.cdf(y) >= tail, shape)
        upper = least_count(lambda y: self.sf(y) <= tail, shape)
        if not shape:
            return Interval(int(lower), int(upper), prob, "eti", ("events",))
        names = tuple(map(str, self.arms if self.arms is not None else range(shape[0])))
        return Interval(lower, upper, prob, "eti", names)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent counts, shape (draws,), or (draws, arms)."""
        random = generator(seed)
        size = draws_shape(draws, np.shape(self.mean))
        means = random.standard_gamma(self.shape, size) * (self.exposure / self.rate)
        return poisson_counts(random, means)

    def _shares(self) -> tuple[float | Floats, float | Floats]:
        whole = self.rate + self.exposure
        return self.rate / whole, self.exposure / whole

    def _tail(self, y: ArrayLike, side: int) -> float | Floats:
        y, (p, q) = np.floor(points(y, "a count", self.mean)), self._shares()
        value = beta_tails(p, q, self.shape, np.clip(y, 0.0, 2.0**60) + 1.0)[side]
        value = np.where(y < 0.0, float(side), np.where(y == np.inf, 1.0 - side, value))
        return plain(value)


def least_count(reached: Callable[[Floats], ArrayLike], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The least whole number for which `reached` holds, elementwise, by doubling and halving.

    >>> int(least_count(lambda y: y >= 1000, ()))
    1000
    """
    high = np.ones(shape)
    while not (done := np.asarray(reached(high - 1.0))).all():
        high = np.where(done, high, 2.0 * high)
        if (high > 2.0**60).any():
            raise DomainError("the interval has an end beyond 2**60, where double precision skips counts. Lower prob.")
    low = np.floor(0.5 * high)
    while (high - low > 1.0).any():
        middle = np.floor(0.5 * (low + high))
        enough = np.asarray(reached(middle - 1.0)) & (high - low > 1.0)
        low = np.where(enough | (high - low <= 1.0), low, middle)
        high = np.where(enough, middle, high)
    return (high - 1.0).astype(np.int64)


@answers_guesses
@record
class Lomax:
    """The time to an event whose rate is Gamma(shape, rate); both may be arrays, one entry per arm.

    >>> round(Lomax(3, 2).sf(2.0), 12)  # (1 + 1)^-3
    0.125
    """

    shape: Any
    rate: Any
    arms: tuple[Hashable, ...] | None = None

    @property
    def mean(self) -> float | Floats:
        """rate / (shape - 1); infinite for shape <= 1, where the tail falls too slowly to have a mean."""
        spare = np.asarray(self.shape) - 1.0
        return plain(np.where(spare > 0.0, self.rate / np.where(spare > 0.0, spare, 1.0), np.inf))

    @property
    def sd(self) -> float | Floats:
        """mean sqrt(shape / (shape - 2)); infinite for shape <= 2."""
        spare = np.asarray(self.shape) - 2.0
        ratio = np.sqrt(self.shape / np.where(spare > 0.0, spare, 1.0))
        return plain(np.where(spare > 0.0, self.mean * ratio, np.inf))

    @property
    def median(self) -> float | Floats:
        """The time that half of the waits exceed."""
        return self.quantile(0.5)

    def log_pdf(self, t: ArrayLike) -> float | Floats:
        """log f(t) for each t; -inf below 0. Raises DomainError for NaN."""
        t = points(t, "a time", self.shape)
        value = np.log(self.shape / self.rate) - (self.shape + 1.0) * log1p(np.maximum(t, 0.0) / self.rate)
        return np.where(t >= 0.0, value, -np.inf)[()]

    def pdf(self, t: ArrayLike) -> float | Floats:
        """f(t) for each t; 0 below 0."""
        return np.exp(self.log_pdf(t))

    def cdf(self, t: ArrayLike) -> float | Floats:
        """P(T <= t) for each t, accurate in both tails."""
        return plain(-expm1(-self.shape * log1p(np.maximum(points(t, "a time", self.shape), 0.0) / self.rate)))

    def sf(self, t: ArrayLike) -> float | Floats:
        """P(T > t) for each t, accurate in both tails."""
        return plain(np.exp(-self.shape * log1p(np.maximum(points(t, "a time", self.shape), 0.0) / self.rate)))

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The t with P(T <= t) = p: rate ((1 - p)^(-1 / shape) - 1), p in [0, 1)."""
        p = as_numbers(p, "quantile needs p, a probability in [0, 1)", np.shape(self.shape))
        if not ((p >= 0.0) & (p < 1.0)).all():
            raise DomainError(f"quantile needs p, a probability in [0, 1); got {quoted(p.tolist())}.")
        return plain(self.rate * expm1(-log1p(-p) / self.shape))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "eti") -> Interval:
        """The interval that holds the time with probability `prob`: equal-tailed, or of highest density, from 0."""
        tail = tail_area(prob, "prob")
        kind = one_of(
            kind, ("hdi", "eti"), 'interval needs kind="hdi" or kind="eti"', got="kind=", meaning="kind of belief"
        )
        lower = self.quantile(tail if kind == "eti" else 0.0)
        shape = np.shape(self.shape)
        names = ("time",) if not shape else tuple(map(str, self.arms if self.arms is not None else range(shape[0])))
        return Interval(lower, self.quantile(1.0 - tail if kind == "eti" else prob), prob, kind, names)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent times, shape (draws,), or (draws, arms)."""
        size = draws_shape(draws, np.shape(self.shape))
        return self.rate * expm1(generator(seed).standard_exponential(size) / self.shape)


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
        return log_density(theta, self.shape, self.rate)

    def slope(self, theta: ArrayLike) -> float | Floats:
        """d log f / d theta = (shape - 1) / theta - rate, for theta > 0."""
        x, _ = logs(theta, self.shape, self.rate)
        with np.errstate(all="ignore"):  # at 0, or next to it, the slope is infinite, or -rate where shape = 1
            return (np.where(np.asarray(self.shape) == 1.0, 0.0, (self.shape - 1.0) / x) - self.rate)[()]

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = np.inf) -> float | Floats:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high.

        >>> round(Gamma(1, 2).probability(low=1.0), 12)  # exp(-2)
        0.135335283237
        """
        return probability(low, high, self.shape, self.rate)

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
