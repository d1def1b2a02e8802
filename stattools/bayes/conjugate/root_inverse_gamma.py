"""The distribution of a standard deviation whose square, the variance, is inverse gamma.

    f(s) = 2 scale^shape / Gamma(shape) s^(-2 shape - 1) exp(-scale / s^2),    s > 0

    E(s) = sqrt(scale) Gamma(shape - 1/2) / Gamma(shape)

Quantiles are roots of those of the variance; the interval of highest density is not. Source: Gelman et al., Bayesian
Data Analysis (2013), sec. 3.2; Zellner (1971), app. A.4 (the inverted gamma).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate import arms as of_arms
from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import interval_kind, interval_of, ordered, points, settle, tail
from stattools.bayes.conjugate.curves.inverse_gamma_curve import inverse_gamma_ends
from stattools.bayes.conjugate.distribution import OfNumbers
from stattools.bayes.conjugate.inverse_gamma import InverseGamma
from stattools.bayes.conjugate.student_t import log_gamma_ratio
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, eq=False, repr=False)
class RootInverseGamma(OfNumbers):
    """The square root of an InverseGamma(shape, scale): what is believed about a standard deviation.

    `scale` has the units of the variance. Raises DomainError for parameters that are not positive and finite.

    >>> belief = RootInverseGamma(3, 4)
    >>> round(belief.mean, 6), round(belief.median, 6)
    (1.32934, 1.223051)
    """

    shape: Any
    scale: Any
    arms: Sequence[Any] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        settle(self, positive=("shape", "scale"))

    @property
    def square(self) -> InverseGamma:
        """The distribution of the variance."""
        return InverseGamma(self.shape, self.scale, arms=self.arms)

    @property
    def support(self) -> tuple[float, float]:
        """(0, inf)."""
        return 0.0, np.inf

    @property
    def mean(self) -> Any:
        """sqrt(scale) Gamma(shape - 1/2) / Gamma(shape), infinite for shape <= 1/2."""
        some = np.greater(self.shape, 0.5)
        ratio = np.exp(-log_gamma_ratio(np.where(some, np.subtract(self.shape, 0.5), 1.0), 0.5))
        return plain(np.where(some, np.sqrt(self.scale) * ratio, np.inf))

    @property
    def sd(self) -> Any:
        """sqrt(scale / (shape - 1) - mean^2), infinite for shape <= 1."""
        some = np.greater(self.shape, 1.0)
        x = np.where(some, np.subtract(self.shape, 1.0), 1.0)
        return plain(np.where(some, np.sqrt(self.scale / x * _spread(x)), np.inf))

    @property
    def mode(self) -> Any:
        """sqrt(scale / (shape + 1/2))."""
        return plain(np.sqrt(self.scale / (self.shape + 0.5)))

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x), -inf at 0. Raises DomainError for x < 0 and for NaN."""
        x = self._deviations(x)
        inside = (x > 0) & np.isfinite(x)
        at = np.where(inside, x, 1.0)
        with np.errstate(over="ignore"):
            square = at * at
        inside = inside & (square > 0) & np.isfinite(square)  # so far away that the density is 0
        return plain(
            np.where(inside, self.square.log_density(np.where(inside, square, 1.0)) + np.log(2.0 * at), -np.inf)
        )

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = (2 scale / x^2 - 2 shape - 1) / x."""
        x = self._deviations(x)
        with np.errstate(
            divide="ignore", over="ignore"
        ):  # at 0 the density vanishes faster than any power: infinite slope
            return plain((2.0 * self.scale / (x * x) - (2.0 * self.shape + 1.0)) / x)

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = np.inf) -> Any:
        """P(low <= s <= high). Raises DomainError unless 0 <= low <= high."""
        low, high = ordered(self._deviations(low), high)
        with np.errstate(over="ignore"):
            return self.square.probability(low * low, high * high)

    def quantile(self, p: ArrayLike) -> Any:
        """The s with P(standard deviation <= s) = p."""
        return plain(np.sqrt(self.square.quantile(p)))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval that holds the standard deviation with probability `prob`: highest density or equal-tailed."""
        kind = interval_kind(kind)
        tail(prob, kind)
        if kind == "hdi":
            ends = inverse_gamma_ends(prob, self.shape, self.scale, root=2.0)
        else:
            ends = tuple(np.sqrt(end) for end in self.square.interval(prob, kind="eti"))
        return interval_of(ends[0], ends[1], prob, kind, of_arms.terms(self, "sd"))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        return np.sqrt(self.square.sample(draws, seed=seed))

    def _deviations(self, x: ArrayLike) -> Floats:
        x = points(x, "a standard deviation")
        if (x < 0).any():
            raise DomainError(f"a standard deviation is a number >= 0; got {x[x < 0][0]:.6g}.")
        return x


def _spread(x: Floats) -> Floats:
    """1 - E(s)^2 / E(s^2) for shape = x + 1: 1 - Gamma(x + 1/2)^2 / (x Gamma(x)^2), by its series beyond 1,000."""
    near = -np.expm1(2.0 * log_gamma_ratio(x, 0.5) - np.log(x))
    r = 1.0 / np.maximum(x, 1e3)
    return np.where(x < 1e3, near, r * (1 / 4 - r * (1 / 32 + r * (1 / 128 - r * 5 / 2048))))
