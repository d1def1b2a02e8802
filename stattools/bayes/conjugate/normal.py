"""The normal distribution of a mean: a prior, and with normal data of known standard deviation the posterior.

    theta ~ Normal(m, s),  y_i ~ Normal(theta, sigma_i)  =>  theta | y ~ Normal(m', s')
    1 / s'^2 = 1 / s^2 + sum 1 / sigma_i^2,    m' = s'^2 (m / s^2 + sum y_i / sigma_i^2)

The posterior without measurement i comes from the exact sums less that measurement, by the formula of the posterior, so
that nothing is lost where a measurement is nearly all that is known. Source: Gelman et al., Bayesian Data Analysis
(2013), sec. 2.5. Cost: one pass over the data, then O(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.bayes.conjugate.arms import Labels, matched, plain
from stattools.bayes.conjugate.belief import numbers, points, probabilities, settle, tail
from stattools.bayes.conjugate.distribution import SymmetricDistribution, Updatable
from stattools.bayes.conjugate.elicitation import normal_from_quantiles
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, at_arm, updated
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import labelled
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.models.samples.normal import NormalSample
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.sums import ExactSum, pair_difference, pair_product, pair_quotient

Doubled = tuple[Floats, Floats]
"""Numbers with about 32 digits: each is the sum of the two."""


@record
class Measurements:
    """All measurements of a posterior in the order they came, with the number of each one's arm and its weight."""

    values: Floats
    arm_of: NDArray[np.intp]
    weight: Floats

    @staticmethod
    def of(batches: Sequence[NormalSample]) -> Measurements:
        """Those of all batches."""
        parts = [(batch.values, batch.arm_of, batch.weight) for batch in batches]
        return Measurements(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def without(
        self, total: Sequence[ExactSum], first: Doubled, second: Doubled | None = None
    ) -> tuple[Doubled, Doubled]:
        """The two exact sums of `total`, for each measurement those of its arm without it: `first` and `second` are
        what it adds to them, `second` unless told `first` times its value.
        """
        own = pair_product(first, (self.values, np.zeros_like(self.values))) if second is None else second
        sums, others = ((high[self.arm_of], low[self.arm_of]) for high, low in (one.rounded() for one in total))
        return pair_difference(sums, first), pair_difference(others, own)

    def left_out(self, pointwise: Floats) -> LeftOut:
        """The result, one entry per measurement."""
        ones = np.ones(len(self.values), dtype=np.int64)
        return LeftOut(pointwise, ones, tuple(self.values.tolist()), self.arm_of, self.log_likelihood)

    def log_likelihood(self, drawn: Drawn) -> Floats:
        """log p(y_i | mean, sd) of each draw and measurement, (draws, n)."""
        mean, sd = self._at(drawn)
        z = (self.values - mean) / sd
        return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI

    def replicates(self, drawn: Drawn, random: np.random.Generator) -> Floats:
        """New measurements, (draws, n)."""
        mean, sd = self._at(drawn)
        return mean + sd * random.standard_normal(mean.shape)

    def _at(self, drawn: Drawn) -> tuple[Floats, Floats]:
        """The mean and the standard deviation of each measurement, the latter from its weight where it is known."""

        def at(values: Floats) -> Floats:
            each = values.reshape(len(values), -1)
            return each[:, self.arm_of] if each.shape[1] > 1 else np.broadcast_to(each, (len(each), len(self.values)))

        return at(drawn["mean"]), at(drawn["sd"]) if "sd" in drawn else 1.0 / np.sqrt(self.weight)


def outcomes(belief: object, seen: Seen) -> list[NamedObservations]:
    """The measurements."""
    data = Measurements.of(seen.batches)
    return [NamedObservations("y", data.values, data.replicates, data.log_likelihood)]


def require_rest(belief: Any, data: Measurements, enough: ArrayLike) -> None:
    """DomainError where leaving one measurement out leaves an improper posterior."""
    enough = np.broadcast_to(enough, data.values.shape)
    if not enough.all():
        first = int(np.argmin(enough))
        arm = "" if belief.arms is None else f" of arm {belief.arms[data.arm_of[first]]!r}"
        raise DomainError(
            f"loo needs a proper posterior without each measurement; under {belief.prior!r} there is none without "
            f"measurement {first}{arm}. Use a proper prior."
        )


def _refuse(belief: Normal | Improper, more: object) -> NoReturn:
    raise IncompatibleError(
        f"Normal.update needs measurements with a known standard deviation, st.normal(y, sd=...); got "
        f"{quoted(more)}. Where it is not known the prior is st.NormalInverseGamma."
    )


def _read(belief: Normal | Improper, data: NormalSample) -> tuple[NormalSample, dict[str, Labels]]:
    return _refuse(belief, data) if data.sd is None else matched(belief, data)


def _given(
    prior: Normal | Improper, weight: Doubled, total: Doubled, arm_of: NDArray[np.integer] | slice = slice(None)
) -> tuple[Floats, Floats]:
    """Posterior mean and precision from the sums of 1 / sd^2 and y / sd^2."""
    proper = prior.is_proper
    center = np.broadcast_to(at_arm(prior.mean, arm_of), weight[0].shape)
    own = 1.0 / np.square(np.broadcast_to(at_arm(prior.sd, arm_of), center.shape)) if proper else np.zeros_like(center)
    none = np.zeros_like(center)
    precision = pair_difference(weight, (-own, none))
    top = pair_difference(total, pair_product((-own, none), (center, none)))
    some = precision[0] > 0
    mean = pair_quotient(top, (np.where(some, precision[0], 1.0), np.where(some, precision[1], 0.0)))[0]
    return mean, precision[0]


def _posterior(
    belief: Normal | Improper, data: NormalSample, labels: dict[str, Labels], weights: ExactSum, sums: ExactSum
) -> Normal:
    mean, precision = _given(belief.prior, weights.rounded(), sums.rounded())
    if not (precision > 0).all():
        raise DomainError(
            f"{belief.prior!r} is improper, and so is its posterior in arm {int(np.argmin(precision > 0))}, which has "
            "no data. Use a proper prior, or give each arm its data."
        )
    return Normal(mean.reshape(data.shape), (precision**-0.5).reshape(data.shape), **labels)


def _log_evidence(before: Normal, after: Normal, data: NormalSample) -> Floats:
    """log p(data) by Bayes' identity, p(data | theta) f(theta) / f(theta | data), at the posterior mean."""
    fit = data.log_likelihood_by_arm(np.atleast_1d(after.mean)).reshape(data.shape)
    return fit + before.log_density(after.mean) - after.log_density(after.mean)


def _left_out(belief: Normal, seen: Seen) -> LeftOut:
    """The density of each measurement given the others: normal, its variance added to that of the mean."""
    data = Measurements.of(seen.batches)
    counts = np.bincount(data.arm_of, minlength=1)[data.arm_of]
    require_rest(belief, data, (counts > 1) | belief.prior.is_proper)
    weight, total = data.without(seen.total, (data.weight, np.zeros_like(data.weight)))
    mean, precision = _given(belief.prior, weight, total, data.arm_of)
    variance = 1.0 / data.weight + 1.0 / precision
    gap = data.values - mean
    return data.left_out(-0.5 * gap * gap / variance - 0.5 * np.log(variance) - HALF_LOG_TWO_PI)


PAIR = DeclaredPair(
    models=(NormalSample,),
    raw=_refuse,
    read=_read,
    statistics=lambda data: data.sums,
    posterior=_posterior,
    log_evidence=_log_evidence,
    left_out=_left_out,
    outcomes=outcomes,
    variables={"mean": ("arm",)},
    limit="per_measurement",
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class Normal(SymmetricDistribution, Updatable):
    """The normal distribution of a mean or a coefficient, of one `mean` and one `sd`, or of arrays of them.

    Both have the units of theta; `arms` name the arms. Raises DomainError unless the mean is finite and the standard
    deviation positive and finite.

    >>> belief = Normal(0, 2.5)
    >>> belief, belief.probability(low=0.0)
    (Normal(0, 2.5), 0.5)
    """

    _pair = PAIR
    mean: Any
    sd: Any
    arms: Any = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        settle(self, real=("mean",), positive=("sd",))

    @classmethod
    def flat(cls) -> Improper:
        """The flat limit sd -> inf, and no distribution, for its mass is infinite: the posterior mean is the weighted
        mean of the data, its standard deviation the standard error. It has no evidence.

        >>> import stattools as st
        >>> Normal.flat().update(st.normal([1.0, 2.0, 6.0], sd=3.0))
        Normal(3, 1.73205080756888)
        """
        return Improper(cls, "The flat prior", (0.0, np.inf))

    @classmethod
    def from_quantiles(cls, first: object, second: object = None, /, *, prob: float | None = None) -> Normal:
        """The normal distribution with two given quantiles: `{0.1: -2.0, 0.5: 1.0}`, or the ends of the central
        interval of probability `prob` (0.9 unless told). Raises DomainError for quantiles out of order.

        >>> Normal.from_quantiles({0.1: -2.0, 0.5: 1.0}).quantile([0.1, 0.5]).round(12)
        array([-2.,  1.])
        """
        return cls(*normal_from_quantiles(first, second, prob))

    @classmethod
    def from_mean_sd(cls, mean: float, sd: float, /) -> Normal:
        """Normal(mean, sd), by the name that the other families have for it."""
        return cls(mean, sd)

    @classmethod
    def jeffreys(cls) -> Improper:
        """Jeffreys' prior of a mean, the flat one: improper, and proper after one measurement."""
        return cls.flat()

    def log_density(self, x: ArrayLike) -> float | Floats:
        """log f(x) at each x, -inf at an infinite one. Raises DomainError for NaN.

        >>> round(Normal(0, 1).log_density(0.0), 12)
        -0.918938533205
        """
        z = self._standard(points(x, "theta", self._nothing()))
        with np.errstate(over="ignore"):  # the density is 0 where z^2 overflows
            return plain(-0.5 * z * z - np.log(self.sd) - HALF_LOG_TWO_PI)

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def slope(self, x: ArrayLike) -> float | Floats:
        """d log f / dx = (mean - x) / sd^2."""
        return plain(-self._standard(points(x, "theta", self._nothing())) / self.sd)

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The x with P(theta <= x) = p."""
        return plain(self.mean + self.sd * special.ndtri(probabilities(p)))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """mean -+ z sd: the interval of highest density and the equal-tailed one are the same.

        >>> Normal(0, 1).interval(0.95)
        <Interval 0.95 hdi: theta, [-1.95996, 1.95996]>
        """
        aside, kind = tail(prob, kind)
        half = -special.ndtri(aside) * self.sd
        return self._interval(self.mean - half, self.mean + half, prob, kind, "theta")

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        shape = draws_shape(draws, np.shape(self.mean))
        return self.mean + self.sd * generator(seed).standard_normal(shape)

    def update(self, more: NormalSample, /) -> Normal:
        """The posterior given measurements with known standard deviation, `st.normal(y, sd=...)`.

        The sums of all data are kept without rounding, so order and grouping do not matter, to the last bit; the
        evidence agrees to round-off. A single prior serves each arm of the data alike; later arms are matched by
        their names. Raises IncompatibleError for other data, or where arms do not correspond.

        >>> import stattools as st
        >>> once = Normal(0, 10).update(st.normal([1.0, 2.0, 6.0], sd=3.0))
        >>> once == Normal(0, 10).update(st.normal([6.0], sd=3.0)).update(st.normal([2.0, 1.0], sd=3.0))
        True
        """
        return updated(self, more)

    def predictive(self, sd: ArrayLike) -> Normal:
        """The distribution of a new measurement with standard deviation `sd`, or of the mean of n with sd / sqrt(n).

        >>> Normal(1, 3).predictive(sd=4)
        Normal(1, 5)
        """
        labelled("the arms", self.arms, ("sd", sd))
        return Normal(self.mean, np.hypot(self.sd, numbers(sd, "predictive needs sd", positive=True)), arms=self.arms)

    def draw(self, draws: int, random: np.random.Generator) -> dict[str, Floats]:
        """Draws by the name of the parameter."""
        return {"mean": self.sample(draws, seed=random)}

    def _place(self) -> tuple[Floats, Floats]:
        return self.mean, self.sd

    def _below(self, z: Floats) -> Floats:
        return special.ndtr(z)
