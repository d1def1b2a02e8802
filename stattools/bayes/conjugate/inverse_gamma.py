"""The inverse gamma distribution of a variance: 1 / v has a gamma distribution.

    f(v) = scale^shape / Gamma(shape) v^(-shape - 1) exp(-scale / v),    v > 0

With shape = nu / 2 and scale = nu s^2 / 2 it is the scaled inverse chi-squared of a sum of squares. The density is
taken at the saddle point, so that shapes of 1e9 keep their digits. Source: Gelman et al., Bayesian Data Analysis
(2013), sec. 2.6 and app. A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate import arms as of_arms
from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import interval_kind, interval_of, ordered, points, probabilities, settle, tail
from stattools.bayes.conjugate.curves.inverse_gamma_curve import inverse_gamma_ends, quantile, tails
from stattools.bayes.conjugate.distribution import OfNumbers
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI, deviance_part, stirling_error

if TYPE_CHECKING:
    pass


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class InverseGamma(OfNumbers):
    """The inverse gamma distribution of a variance, of one `shape` and one `scale`, or of arrays of them.

    The scale has the units of the variance. `arms` name the arms. Raises DomainError for parameters that are not
    positive and finite.

    >>> belief = InverseGamma(3, 4)
    >>> belief, belief.mean, belief.mode
    (InverseGamma(3, 4), 2.0, 1.0)
    """

    shape: Any
    scale: Any
    arms: Sequence[Any] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        settle(self, positive=("shape", "scale"))

    @property
    def support(self) -> tuple[float, float]:
        """(0, inf)."""
        return 0.0, np.inf

    @property
    def prior(self) -> InverseGamma:
        """Itself: the marginals of a posterior have the posterior's prior."""
        return self

    @property
    def mean(self) -> Any:
        """scale / (shape - 1), infinite for shape <= 1."""
        return self._over(self.scale, 1.0)

    @property
    def sd(self) -> Any:
        """mean / sqrt(shape - 2), infinite for shape <= 2."""
        return self._over(self.mean, 2.0, 0.5)

    @property
    def mode(self) -> Any:
        """scale / (shape + 1)."""
        return self.scale / (self.shape + 1.0)

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x), -inf at 0. Raises DomainError for x < 0 and for NaN."""
        x = self._variances(x)
        inside = (x > 0) & np.isfinite(x)
        at = np.where(inside, x, 1.0)
        shape = np.asarray(self.shape)
        with np.errstate(over="ignore"):
            ratio = np.minimum(self.scale / at, 1e300)  # the density is 0 long before
        core = -stirling_error(shape) - deviance_part(shape, ratio) + 0.5 * np.log(shape) - HALF_LOG_TWO_PI
        return plain(np.where(inside, core - np.log(at), -np.inf))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = (scale / x - shape - 1) / x at each x > 0."""
        x = self._variances(x)
        with np.errstate(
            divide="ignore", over="ignore"
        ):  # at 0 the density vanishes faster than any power: infinite slope
            return plain((self.scale / x - (self.shape + 1.0)) / x)

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = np.inf) -> Any:
        """P(low <= v <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high.

        >>> round(InverseGamma(1, 1).probability(low=1.0), 12)  # 1 - exp(-1)
        0.632120558829
        """
        low, high = ordered(self._variances(low), high)
        below_low, above_low = tails(low, self.shape, self.scale)
        below_high, above_high = tails(high, self.shape, self.scale)
        return plain(np.where(below_high <= 0.5, below_high - below_low, above_low - above_high))

    def quantile(self, p: ArrayLike) -> Any:
        """The v with P(variance <= v) = p."""
        p = probabilities(p)
        return plain(quantile(p, 1.0 - p, self.shape, self.scale))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval that holds the variance with probability `prob`: of highest density or equal-tailed.

        >>> low, high = InverseGamma(3, 4).interval(0.9)
        >>> round(low, 6), round(high, 6)
        (0.402538, 3.678084)
        """
        kind = interval_kind(kind)
        aside = tail(prob, kind)
        if kind == "hdi":
            ends = inverse_gamma_ends(prob, self.shape, self.scale)
        else:
            ends = self._quantile(aside, 1.0 - aside), self._quantile(1.0 - aside, aside)
        return interval_of(*ends, prob, kind, of_arms.terms(self, "variance"))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        precision = generator(seed).standard_gamma(self.shape, draws_shape(draws, np.shape(self.shape)))
        with np.errstate(divide="ignore", over="ignore"):
            found = self.scale / precision
        if not np.isfinite(found).all():
            raise DomainError(f"draws of {self!r} reach beyond float64: some are above 1e308. Give a larger shape.")
        return found

    def _over(self, value: Any, bound: float, power: float = 1.0) -> Any:
        """value / (shape - bound)^power, infinite where the shape is not above the bound."""
        some = np.greater(self.shape, bound)
        spare = np.where(some, np.subtract(self.shape, bound), 1.0)
        return plain(np.where(some, value / spare**power, np.inf))

    def _quantile(self, p: float, q: float) -> Floats:
        return quantile(p, q, self.shape, self.scale)

    def _variances(self, x: ArrayLike) -> Floats:
        x = points(x, "a variance")
        if (x < 0).any():
            raise DomainError(f"a variance is a number >= 0; got {x[x < 0][0]:.6g}.")
        return x
