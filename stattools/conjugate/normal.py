"""The normal distribution of a mean: a prior, and with normal data of known standard deviation the posterior.

    theta ~ Normal(m, s),  y_i ~ Normal(theta, sigma_i)  =>  theta | y ~ Normal(m', s')
    1 / s'^2 = 1 / s^2 + sum 1 / sigma_i^2,    m' = s'^2 (m / s^2 + sum y_i / sigma_i^2)

Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.5. Cost: one pass over the data, then O(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.conjugate.belief import (
    arms_table,
    identity,
    interval_of,
    ordered,
    plain,
    points,
    probabilities,
    settle,
    shown,
    size,
    tail,
)
from stattools.interval import Interval
from stattools.likelihoods.saddle_point import HALF_LOG_TWO_PI

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Normal:
    """The normal distribution of a mean or a coefficient, of one `mean` and one `sd`, or of arrays of them.

    Both have the units of theta; `names` label the arms. Raises DomainError unless the mean is finite and the standard
    deviation positive and finite.

    >>> belief = Normal(0, 2.5)
    >>> belief, belief.probability(low=0.0)
    (Normal(0, 2.5), 0.5)
    """

    mean: Any
    sd: Any
    names: tuple[str, ...] = ("theta",)

    def __post_init__(self) -> None:
        settle(self, real=("mean",), positive=("sd",))

    def __repr__(self) -> str:
        return shown(self, "mean", "sd")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Normal) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    @property
    def support(self) -> tuple[float, float]:
        """(-inf, inf)."""
        return -np.inf, np.inf

    @property
    def mode(self) -> Any:
        """The mean."""
        return self.mean

    @property
    def median(self) -> Any:
        """The mean."""
        return self.mean

    def density(self, x: ArrayLike) -> Any:
        """f(x) at each x."""
        return np.exp(self.log_density(x))

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x, -inf at an infinite one. Raises DomainError for NaN.

        >>> round(Normal(0, 1).log_density(0.0), 12)
        -0.918938533205
        """
        z = self._standard(points(x, "theta"))
        return plain(-0.5 * z * z - np.log(self.sd) - HALF_LOG_TWO_PI)

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = (mean - x) / sd^2."""
        return plain(-self._standard(points(x, "theta")) / self.sd)

    def pdf(self, x: ArrayLike) -> Any:
        """The density, by the name that predictive distributions have for it."""
        return self.density(x)

    def log_pdf(self, x: ArrayLike) -> Any:
        """The log density, by the name that predictive distributions have for it."""
        return self.log_density(x)

    def cdf(self, x: ArrayLike) -> Any:
        """P(theta <= x), accurate in the lower tail; the upper one is `probability(low=x)`."""
        return plain(special.ndtr(self._standard(points(x, "theta"))))

    def probability(self, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> Any:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless low <= high.

        >>> Normal(0, 1).probability(low=10.0)
        7.619853024160...e-24
        """
        low, high = ordered(low, high)
        a, b = self._standard(low), self._standard(high)
        upper = a > 0
        return plain(np.where(upper, special.ndtr(-a) - special.ndtr(-b), special.ndtr(b) - special.ndtr(a)))

    def quantile(self, p: ArrayLike) -> Any:
        """The x with P(theta <= x) = p."""
        return plain(self.mean + self.sd * special.ndtri(probabilities(p)))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """mean -+ z sd: the interval of highest density and the equal-tailed one are the same.

        >>> Normal(0, 1).interval(0.95)
        Interval(lower=-1.95996398454005..., upper=1.95996398454005..., level=0.95, kind='hdi', names=('theta',))
        """
        half = -special.ndtri(tail(prob, kind)) * self.sd
        return interval_of(self.mean - half, self.mean + half, prob, kind, self.names)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        shape = size(draws, np.shape(self.mean))
        return self.mean + self.sd * np.random.default_rng(seed).standard_normal(shape)

    def table(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per arm: arm, mean, sd, median, lower, upper."""
        return arms_table(self, prob, kind)

    def _standard(self, x: Floats) -> Floats:
        return (x - self.mean) / self.sd

    def _identity(self) -> tuple[Any, ...]:
        return identity(self, "mean", "sd")
