"""Gamma and events at a constant rate: Gamma(shape, rate) and D events in exposure E give Gamma(shape + D, rate + E).

    f(theta) = rate^shape theta^(shape-1) exp(-rate theta) / Gamma(shape),    theta > 0 the rate of the events
    evidence = p(data) = [prod e^y / y! for counts] Gamma(shape + D) / Gamma(shape) rate^shape / (rate + E)^(shape + D)

Counts (`st.poisson_rate`) and waiting times (`st.exponential_rate`) have the same posterior and other predictions. All
is exact, for shapes from 0.01 to 1e9: tails and quantiles by incomplete gamma functions, highest-density intervals by
solving, the evidence by Bayes' identity at the posterior mean. With arrays there is one distribution per entry, an arm.
Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.6. Cost: microseconds per arm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate import arms as of_arms
from stattools.bayes.conjugate.belief import probabilities, settle, tail
from stattools.bayes.conjugate.curves import gamma_points
from stattools.bayes.conjugate.curves.gamma_curve import gamma_ends
from stattools.bayes.conjugate.data.pair import DeclaredPair, Seen, updated
from stattools.bayes.conjugate.data.rate_data import left_out, log_evidence, outcomes, total_rate
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
from stattools.interface.seeds import generator
from stattools.models.samples.rates import EventRates
from stattools.numerics.distributions.gamma import log_quantile

FIELDS = ("shape", "rate")
REMEDY = "A weak prior is Gamma(1, 1); the limits with shape or rate 0, such as Jeffreys', are st.Gamma.limit(...)."


def _read(belief: Any, more: Any) -> tuple[EventRates, dict[str, Any]]:
    if not isinstance(more, EventRates):
        raise IncompatibleError(
            f"update needs st.poisson_rate(counts) or st.exponential_rate(times); got {type(more).__name__}."
        )
    return of_arms.matched(belief, np.shape(belief.shape), more)


def _posterior(belief: Any, total: tuple[Any, ...], data: EventRates, labels: dict[str, Any]) -> Gamma:
    prior, (events, exposures) = belief.prior, total
    shape, rate = prior.shape + events, total_rate(exposures, prior.rate)
    rate = rate if data.shape else float(rate[0])
    if not prior.is_proper:
        prior.require(f"{int(np.sum(events))} events", shape=shape, rate=rate)
    return Gamma(shape, rate, **labels)


PAIR = DeclaredPair(
    read=_read,
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
    def events(self) -> Any:
        """Events seen since the prior."""
        return 0 if self.seen is None else self.seen.total[0]

    @property
    def exposure(self) -> Any:
        """Exposure since the prior: time, area, whatever events are counted per."""
        if self.seen is None:
            return 0.0
        each = self.seen.total[1].rounded()[0]
        return each if np.ndim(self.events) else float(each[0])

    @property
    def mean(self) -> Any:
        """shape / rate."""
        return self.shape / self.rate

    @property
    def sd(self) -> Any:
        """sqrt(shape) / rate."""
        return of_arms.plain(np.sqrt(self.shape) / self.rate)

    @property
    def mode(self) -> Any:
        """Where the density is highest: (shape - 1) / rate, and 0 for shapes up to 1."""
        return of_arms.plain(np.maximum(np.asarray(self.shape) - 1.0, 0.0) / self.rate)

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, theta: ArrayLike) -> Any:
        """f(theta) for each theta >= 0; infinite at 0 for shapes below 1."""
        return np.exp(self.log_density(theta))

    def log_density(self, theta: ArrayLike) -> Any:
        """log f(theta) for each theta >= 0. Raises DomainError below."""
        return gamma_points.log_density(theta, self.shape, self.rate)

    def slope(self, theta: ArrayLike) -> Any:
        """d log f / d theta = (shape - 1) / theta - rate, for theta > 0."""
        x, _ = gamma_points.logs(theta, self.shape, self.rate)
        with np.errstate(all="ignore"):  # at 0, or next to it, the slope is infinite, or -rate where shape = 1
            return (np.where(np.asarray(self.shape) == 1.0, 0.0, (self.shape - 1.0) / x) - self.rate)[()]

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = np.inf) -> Any:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high.

        >>> round(Gamma(1, 2).probability(low=1.0), 12)  # exp(-2)
        0.135335283237
        """
        return gamma_points.probability(low, high, self.shape, self.rate)

    def quantile(self, p: ArrayLike) -> Any:
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
        return Interval(of_arms.plain(lower), of_arms.plain(upper), prob, kind, of_arms.terms(self, "rate"))

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

    def _quantile(self, p: ArrayLike, q: ArrayLike) -> Any:
        return of_arms.plain(self.shape * np.exp(log_quantile(p, q, self.shape)) / self.rate)
