"""The inverse gamma distribution of a variance v, and that of its root, a standard deviation s: 1 / v is gamma.

    f(v) = scale^shape / Gamma(shape) v^(-shape - 1) exp(-scale / v),    v > 0
    f(s) = 2 scale^shape / Gamma(shape) s^(-2 shape - 1) exp(-scale / s^2),    s > 0

With shape = nu / 2 and scale = nu s^2 / 2 it is the scaled inverse chi-squared of a sum of squares. The density is
taken at the saddle point, so that shapes of 1e9 keep their digits. Quantiles of s are roots of those of v; its interval
of highest density is not. Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.6, 3.2 and app. A; Zellner
(1971), app. A.4 (the inverted gamma).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import ordered, points, probabilities, settle, tail
from stattools.bayes.conjugate.distribution import ByArm
from stattools.bayes.conjugate.highest_density import inverse_gamma_ends, quantile, tails
from stattools.bayes.conjugate.student_t import log_gamma_ratio
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, deviance_part, stirling_error


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class RootOfVariance(ByArm):
    """The r-th root of a variance that is InverseGamma(shape, scale): for r = 1 or 2 the variance or its root."""

    shape: Any
    scale: Any
    arms: Sequence[Any] | None = field(default=None, kw_only=True)

    _root: ClassVar[float]
    _called: ClassVar[tuple[str, str]]
    """The name of the number in errors and of its interval."""

    def __post_init__(self) -> None:
        settle(self, positive=("shape", "scale"))

    @property
    def support(self) -> tuple[float, float]:
        """(0, inf)."""
        return 0.0, np.inf

    @property
    def mode(self) -> float | Floats:
        """Where the density is highest: (r scale / (r shape + 1))^(1 / r)."""
        return plain((self._root * self.scale / (self._root * self.shape + 1.0)) ** (1.0 / self._root))

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, x: ArrayLike) -> float | Floats:
        """f(x) at each x."""
        return np.exp(self.log_density(x))

    def log_density(self, x: ArrayLike) -> float | Floats:
        """log f(x), -inf at 0. Raises DomainError for x < 0 and for NaN."""
        x = self._checked(x)
        variance = self._variance(x)
        inside = (variance > 0) & np.isfinite(variance)  # elsewhere the density is 0
        at, shape = np.where(inside, variance, 1.0), np.asarray(self.shape)
        with np.errstate(over="ignore"):
            ratio = np.minimum(self.scale / at, 1e300)  # the density is 0 long before
        core = -stirling_error(shape) - deviance_part(shape, ratio) + 0.5 * np.log(shape) - HALF_LOG_TWO_PI
        return plain(np.where(inside, core - np.log(at) + self._log_change(np.where(inside, x, 1.0)), -np.inf))

    def slope(self, x: ArrayLike) -> float | Floats:
        """d log f / dx = (r scale / x^r - r shape - 1) / x at each x > 0."""
        x, r = self._checked(x), self._root
        # at 0 the density vanishes faster than any power: infinite slope
        with np.errstate(divide="ignore", over="ignore"):
            return plain((r * self.scale / self._variance(x) - (r * self.shape + 1.0)) / x)

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = np.inf) -> float | Floats:
        """P(low <= x <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high.

        >>> round(InverseGamma(1, 1).probability(low=1.0), 12)  # 1 - exp(-1)
        0.632120558829
        """
        low, high = map(self._variance, ordered(self._checked(low), high))
        below_low, above_low = tails(low, self.shape, self.scale)
        below_high, above_high = tails(high, self.shape, self.scale)
        return plain(np.where(below_high <= 0.5, below_high - below_low, above_low - above_high))

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The value with P(x <= value) = p."""
        p = probabilities(p)
        return plain(self._quantile(p, 1.0 - p))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval that holds it with probability `prob`: of highest density or equal-tailed.

        >>> low, high = InverseGamma(3, 4).interval(0.9)
        >>> round(low, 6), round(high, 6)
        (0.402538, 3.678084)
        """
        aside, kind = tail(prob, kind)
        if kind == "hdi":
            ends = inverse_gamma_ends(prob, self.shape, self.scale, self._root)
        else:
            ends = self._quantile(aside, 1.0 - aside), self._quantile(1.0 - aside, aside)
        return self._interval(*ends, prob, kind, self._called[1])

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        precision = generator(seed).standard_gamma(self.shape, draws_shape(draws, np.shape(self.shape)))
        with np.errstate(divide="ignore", over="ignore"):
            found = self.scale / precision
        if not np.isfinite(found).all():
            raise DomainError(f"draws of {self!r} reach beyond float64: some are above 1e308. Give a larger shape.")
        return found ** (1.0 / self._root)

    def _quantile(self, p: ArrayLike, q: ArrayLike) -> Floats:
        return quantile(p, q, self.shape, self.scale) ** (1.0 / self._root)

    def _checked(self, x: ArrayLike) -> Floats:
        x = points(x, self._called[0], self._nothing())
        if (x < 0).any():
            raise DomainError(f"{self._called[0]} is a number >= 0; got {x[x < 0][0]:.6g}.")
        return x

    def _variance(self, x: Floats) -> Floats:
        """The variance whose root is x."""
        return x

    def _log_change(self, x: Floats) -> float | Floats:
        """log dv / dx."""
        return 0.0


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class InverseGamma(RootOfVariance):
    """The inverse gamma distribution of a variance, of one `shape` and one `scale`, or of arrays of them.

    The scale has the units of the variance. `arms` name the arms. Raises DomainError for parameters that are not
    positive and finite.

    >>> belief = InverseGamma(3, 4)
    >>> belief, belief.mean, belief.mode
    (InverseGamma(3, 4), 2.0, 1.0)
    """

    _root, _called = 1.0, ("a variance", "variance")

    @property
    def prior(self) -> InverseGamma:
        """Itself: the marginals of a posterior have the posterior's prior."""
        return self

    @property
    def mean(self) -> float | Floats:
        """scale / (shape - 1), infinite for shape <= 1."""
        return self._over(self.scale, 1.0)

    @property
    def sd(self) -> float | Floats:
        """mean / sqrt(shape - 2), infinite for shape <= 2."""
        return self._over(self.mean, 2.0, 0.5)

    def _over(self, value: float | Floats, bound: float, power: float = 1.0) -> float | Floats:
        """value / (shape - bound)^power, infinite where the shape is not above the bound."""
        some = np.greater(self.shape, bound)
        spare = np.where(some, np.subtract(self.shape, bound), 1.0)
        return plain(np.where(some, value / spare**power, np.inf))


@dataclass(frozen=True, eq=False, repr=False)
class RootInverseGamma(RootOfVariance):
    """The square root of an InverseGamma(shape, scale): what is believed about a standard deviation.

    `scale` has the units of the variance. Raises DomainError for parameters that are not positive and finite.

    >>> belief = RootInverseGamma(3, 4)
    >>> round(belief.mean, 6), round(belief.median, 6)
    (1.32934, 1.223051)
    """

    _root, _called = 2.0, ("a standard deviation", "sd")

    @property
    def square(self) -> InverseGamma:
        """The distribution of the variance."""
        return InverseGamma(self.shape, self.scale, arms=self.arms)

    @property
    def mean(self) -> float | Floats:
        """sqrt(scale) Gamma(shape - 1/2) / Gamma(shape), infinite for shape <= 1/2."""
        some = np.greater(self.shape, 0.5)
        ratio = np.exp(-log_gamma_ratio(np.where(some, np.subtract(self.shape, 0.5), 1.0), 0.5))
        return plain(np.where(some, np.sqrt(self.scale) * ratio, np.inf))

    @property
    def sd(self) -> float | Floats:
        """sqrt(scale / (shape - 1) - mean^2), infinite for shape <= 1."""
        some = np.greater(self.shape, 1.0)
        x = np.where(some, np.subtract(self.shape, 1.0), 1.0)
        return plain(np.where(some, np.sqrt(self.scale / x * _spread(x)), np.inf))

    @np.errstate(over="ignore")  # so far away that the density is 0
    def _variance(self, x: Floats) -> Floats:
        return x * x

    def _log_change(self, x: Floats) -> Floats:
        return np.log(2.0 * x)


def _spread(x: Floats) -> Floats:
    """1 - E(s)^2 / E(s^2) for shape = x + 1: 1 - Gamma(x + 1/2)^2 / (x Gamma(x)^2), by its series beyond 1,000."""
    near = -np.expm1(2.0 * log_gamma_ratio(x, 0.5) - np.log(x))
    r = 1.0 / np.maximum(x, 1e3)
    return np.where(x < 1e3, near, r * (1 / 4 - r * (1 / 32 + r * (1 / 128 - r * 5 / 2048))))
