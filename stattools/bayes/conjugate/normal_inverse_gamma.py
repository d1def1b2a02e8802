"""The normal-inverse-gamma distribution of a mean and a variance, conjugate to normal measurements with both unknown.

    variance ~ InverseGamma(shape, scale),   mean | variance ~ Normal(m, sqrt(variance / strength))

    strength' = strength + n,   m' = m + n (ybar - m) / strength',   shape' = shape + n / 2
    scale' = scale + S / 2 + strength n (ybar - m)^2 / (2 strength'),   S = sum (y - ybar)^2

The mean alone and a new measurement are Student's t with 2 shape degrees of freedom. The reference prior (Jeffreys'
for location and scale, 1 / variance) is the limit strength, scale -> 0, shape -> -1/2: its intervals are those of the
t test. Source: Gelman et al., Bayesian Data Analysis (2013), sec. 3.2-3.3. Cost: one pass over the data, then O(1).

Sums of squares are exact, so that S keeps its digits at any mean. (The package conjugate-models 0.14 takes sum y^2 in
floats: four numbers near 1e8 give it a scale of 11 for 8.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import Labels, matched, plain
from stattools.bayes.conjugate.belief import points, settle
from stattools.bayes.conjugate.distribution import ByArm, Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.inverse_gamma import InverseGamma, RootInverseGamma
from stattools.bayes.conjugate.normal import Doubled, Measurements, outcomes, require_rest
from stattools.bayes.conjugate.student_t import StudentT, log_gamma_ratio, log_t_density
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, Seen, at_arm, updated
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator
from stattools.models.model import Model
from stattools.models.samples.normal import NormalSample, normal, squares_about_mean
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.sums import ExactSum, pair_difference, two_product

if TYPE_CHECKING:
    import pandas as pd

    from stattools.bayes.conjugate.normal_inverse_gamma_regression import NormalInverseGammaRegression
PARAMETERS = ("mean", "variance", "sd")
REMEDY = "The limit without prior information is st.NormalInverseGamma.reference()."


def _read(belief: NormalInverseGamma | Improper, data: NormalSample) -> tuple[NormalSample, dict[str, Labels]]:
    if data.sd is not None:
        raise IncompatibleError(
            "NormalInverseGamma.update needs measurements whose standard deviation is not known, st.normal(y); got "
            "sd=. The prior of their mean is st.Normal."
        )
    return matched(belief, data)


def _posterior(
    belief: NormalInverseGamma | Improper,
    data: NormalSample,
    labels: dict[str, Labels],
    counts: NDArray[np.int64],
    first: ExactSum,
    second: ExactSum,
) -> NormalInverseGamma:
    values = _given(belief.prior, counts, first.rounded(), second.rounded())
    if not belief.prior.is_proper:
        _require_proper(belief.prior, counts, values, data.arms)
    return NormalInverseGamma(*(value.reshape(data.shape) for value in values), **labels)


def _given(
    prior: NormalInverseGamma | Improper,
    counts: NDArray[np.int64],
    total: Doubled,
    squares: Doubled,
    arm_of: NDArray[np.integer] | slice = slice(None),
) -> tuple[Floats, ...]:
    """mean, strength, shape and scale of the posterior from n, sum y and sum y^2."""
    center, strength, shape, scale = (
        at_arm(value, arm_of) for value in (prior.mean, prior.strength, prior.shape, prior.scale)
    )
    n = np.asarray(counts, dtype=float)
    average, about = squares_about_mean(counts, total, squares)
    after = strength + n
    gap = np.where(n > 0, pair_difference(average, (center + 0.0 * n, 0.0 * n))[0], 0.0)
    share = n / np.where(after > 0, after, 1.0)
    return center + gap * share, after, shape + 0.5 * n, scale + 0.5 * (about + strength * share * gap * gap)


def _log_evidence(before: NormalInverseGamma, after: NormalInverseGamma, data: NormalSample) -> Floats:
    """log p(batch), from the constants of the two distributions, as ratios that keep their digits."""
    n = data.counts.reshape(data.shape)
    half = 0.5 * n
    gammas = log_gamma_ratio(before.shape, half)
    growth = np.log1p((after.scale - np.asarray(before.scale)) / before.scale)
    ratio = -0.5 * np.log1p(n / np.asarray(before.strength))
    return ratio + gammas - before.shape * growth - half * (np.log(after.scale) + np.log(2.0 * np.pi))


def _require_proper(prior: Improper, counts: NDArray[np.int64], parameters: tuple[Floats, ...], arms: Labels) -> None:
    good = np.all([value > 0 for value in parameters[1:]], axis=0)
    if not good.all():
        place = int(np.argmin(good))
        arm = "" if arms is None else f" of arm {arms[place]!r}"
        raise DomainError(
            f"{prior!r} needs two different measurements for a proper posterior; got {counts[place]}{arm}"
            f"{', all equal' if counts[place] > 1 else ''}. Use a proper prior, or wait for more data."
        )


def _left_out(belief: NormalInverseGamma, seen: Seen) -> LeftOut:
    """The density of each measurement given the others, Student's t."""
    data, (total, *sums) = Measurements.of(seen.batches), seen.total
    none = np.zeros_like(data.values)
    first, second = data.without(sums, (data.values, none), two_product(data.values, data.values))
    mean, strength, shape, scale = _given(belief.prior, total[data.arm_of] - 1, first, second, data.arm_of)
    require_rest(belief, data, (strength > 0) & (shape > 0) & (scale > 0))
    spread = np.sqrt(scale / shape * (1.0 + 1.0 / strength))
    return data.left_out(log_t_density((data.values - mean) / spread, 2.0 * shape) - np.log(spread))


PAIR = DeclaredPair(
    models=(NormalSample,),
    raw=lambda belief, more: normal(more),
    read=_read,
    statistics=lambda data: (data.counts, *data.sums),
    posterior=_posterior,
    log_evidence=_log_evidence,
    left_out=_left_out,
    outcomes=outcomes,
    variables={"mean": ("arm",), "variance": ("arm",), "sd": ("arm",)},
    limit="per_measurement",
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class NormalInverseGamma(ByArm, Updatable):
    """What is believed about the mean and the variance of normal measurements: a prior, and after `update` a posterior.

    `mean` is the expected mean, `strength` the number of measurements that it is worth; `shape` and `scale` are those
    of the variance's inverse gamma: 2 shape measurements' worth with the variance scale / shape. Numbers, or arrays
    with one entry per arm. Raises DomainError unless the mean is finite and the others positive and finite.

    >>> import stattools as st
    >>> posterior = NormalInverseGamma(0, 1, 2, 2).update(st.normal([1.0, 2.0, 3.0]))
    >>> posterior, posterior.marginal("mean")
    (NormalInverseGamma(1.5, 4, 3.5, 4.5), StudentT(7, 1.5, 0.566946709513841))
    """

    _pair = PAIR
    _symbol = "μ"
    mean: Any
    strength: Any
    shape: Any
    scale: Any
    arms: Sequence[Any] | None = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        settle(self, real=("mean",), positive=("strength", "shape", "scale"), remedy=REMEDY)

    def _curve(self) -> ByArm:
        return self.marginal("mean")

    @classmethod
    def reference(cls) -> Improper:
        """The reference prior, density 1 / variance, and no distribution, for its mass is infinite.

        Its posterior exists from two different measurements on, and its intervals for the mean are those of the t
        test. It has no evidence.

        >>> import stattools as st
        >>> NormalInverseGamma.reference().update(st.normal([1.0, 2.0, 3.0])).marginal("mean")
        StudentT(2, 2, 0.577350269189626)
        """
        return Improper(cls, "The reference prior", (0.0, 0.0, -0.5, 0.0))

    @classmethod
    def g_prior(
        cls, model: Model, *, g: float, mean: ArrayLike | None = None, shape: float = 0.5, scale: float | None = None
    ) -> NormalInverseGammaRegression:
        """Zellner's g-prior of a linear `model`: `st.NormalInverseGammaRegression.g_prior`, with the same `g`, `mean`,
        `shape` and `scale`.
        """
        from stattools.bayes.conjugate.normal_inverse_gamma_regression import NormalInverseGammaRegression

        return NormalInverseGammaRegression.g_prior(model, g=g, mean=mean, shape=shape, scale=scale)

    def marginal(self, parameter: Literal["mean", "variance", "sd"]) -> StudentT | InverseGamma | RootInverseGamma:
        """What is believed about one parameter whatever the other: a StudentT, an InverseGamma, a RootInverseGamma."""
        parameter = one_of(parameter, PARAMETERS, "marginal needs one of {}")
        if parameter == "mean":
            scale = np.sqrt(self.scale / self.shape / self.strength)
            return StudentT(2.0 * self.shape, self.mean, scale, arms=self.arms)
        kind = InverseGamma if parameter == "variance" else RootInverseGamma
        return kind(self.shape, self.scale, arms=self.arms)

    @property
    def sd(self) -> float | Floats:
        """The standard deviation of what is believed about the mean."""
        return self.marginal("mean").sd

    @property
    def median(self) -> float | Floats:
        """The median of the mean."""
        return self.mean

    @property
    def mode(self) -> tuple[float | Floats, float | Floats]:
        """Where the joint density is highest: the mean, and the variance scale / (shape + 3/2)."""
        return self.mean, self.scale / (self.shape + 1.5)

    def density(self, mean: ArrayLike, variance: ArrayLike) -> float | Floats:
        """The joint density of a mean and a variance."""
        return np.exp(self.log_density(mean, variance))

    def log_density(self, mean: ArrayLike, variance: ArrayLike) -> float | Floats:
        """The log of the joint density of a mean and a variance > 0. Raises DomainError for a negative variance."""
        mean, variance = points(mean, "a mean"), points(variance, "a variance")
        marginal = np.asarray(self.marginal("variance").log_density(variance))
        with np.errstate(over="ignore", divide="ignore"):  # so far away, or so near an end, that the density is 0
            precision = self.strength / variance
            inside = (precision > 0.0) & (precision < np.inf)
            precision = np.where(inside, precision, 1.0)
            given = 0.5 * np.log(precision) - HALF_LOG_TWO_PI - 0.5 * precision * np.square(mean - self.mean)
        return plain(np.where(inside, marginal + given, -np.inf))

    def probability(
        self, low: ArrayLike = -np.inf, high: ArrayLike = np.inf, *, of: Literal["mean", "variance", "sd"] = "mean"
    ) -> float | Floats:
        """P(low <= parameter <= high) of the mean, the variance or the sd."""
        belief = self.marginal(of)
        return belief.probability(np.maximum(points(low, "low"), belief.support[0]), high)

    def interval(
        self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi", of: Literal["mean", "variance", "sd"] = "mean"
    ) -> Interval:
        """The interval that holds the mean, the variance or the sd with probability `prob`.

        >>> import stattools as st
        >>> posterior = NormalInverseGamma.reference().update(st.normal([1.0, 2.0, 3.0]))
        >>> low, high = posterior.interval(0.95)  # the t interval
        >>> round(low, 6), round(high, 6)
        (-0.484138, 4.484138)
        """
        return self.marginal(of).interval(prob, kind=kind)

    def table(self, prob: float = 0.94, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per arm and parameter (mean, sd): arm, parameter, mean, sd, median, lower, upper."""
        import pandas as pd

        parts = []
        for parameter in ("mean", "sd"):
            frame = self.marginal(parameter).table(prob, kind)
            frame.insert(1, "parameter", parameter)
            parts.append(frame)
        return pd.concat(parts, ignore_index=True)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> dict[str, Floats]:
        """Independent joint draws: `mean`, `variance` and `sd`, each of shape (draws, *shape of the parameters)."""
        random = generator(seed)
        variance = self.marginal("variance").sample(draws, seed=random)
        mean = self.mean + np.sqrt(variance / self.strength) * random.standard_normal(variance.shape)
        return {"mean": mean, "variance": variance, "sd": np.sqrt(variance)}

    def draw(self, draws: int, random: np.random.Generator) -> dict[str, Floats]:
        """Draws by the name of the parameter."""
        return self.sample(draws, seed=random)

    def predictive(self) -> StudentT:
        """The distribution of a new measurement."""
        scale = np.sqrt(self.scale / self.shape * (1.0 + 1.0 / self.strength))
        return StudentT(2.0 * self.shape, self.mean, scale, arms=self.arms)

    def update(self, more: NormalSample | ArrayLike, /) -> NormalInverseGamma:
        """The posterior given more measurements, `st.normal(y)` or raw numbers, whose standard deviation is not known.

        n, sum y and sum y^2 of all data are kept without rounding, so order and grouping do not matter, to the last
        bit; the evidence agrees to round-off. A single prior serves each arm of the data alike. Raises
        IncompatibleError for measurements with a known standard deviation, or where arms do not correspond.

        >>> import stattools as st
        >>> prior = NormalInverseGamma(0, 1, 2, 2)
        >>> prior.update([1.0, 2.0]).update([3.0]) == prior.update([3.0, 1.0, 2.0])
        True
        """
        return updated(self, more)

    def _log_density_of(self, drawn: Drawn) -> float | Floats:
        return self.log_density(drawn["mean"], drawn["variance"])
