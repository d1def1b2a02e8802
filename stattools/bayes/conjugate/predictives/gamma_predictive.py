"""What to expect next: the number of events in a new exposure e, with the rate ~ Gamma(shape, rate).

    p(y) = C(y + shape - 1, y) p^shape q^y,    p = rate / (rate + e),  q = e / (rate + e),  y = 0, 1, 2, ...

A negative binomial distribution. Probabilities are saddle-point expansions that keep all digits for counts up to 1e9
and beyond; the distribution function is an incomplete beta function, P(Y <= y) = I_p(shape, y + 1). Source: Johnson,
Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 5.3.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points
from stattools.errors import DomainError
from stattools.interface.arguments import as_numbers
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator, poisson_counts
from stattools.models.samples.arms import refused, tail_area
from stattools.numerics.distributions.beta import tails
from stattools.numerics.distributions.counts import log_binomial_pmf, log_of_ratio
from stattools.text.one_line import prints

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

    def _shares(self) -> tuple[Any, Any]:
        whole = self.rate + self.exposure
        return self.rate / whole, self.exposure / whole

    def _tail(self, y: ArrayLike, side: int) -> float | Floats:
        y, (p, q) = np.floor(points(y, "a count", self.mean)), self._shares()
        value = tails(p, q, self.shape, np.clip(y, 0.0, 2.0**60) + 1.0)[side]
        value = np.where(y < 0.0, float(side), np.where(y == np.inf, 1.0 - side, value))
        return plain(value)


def least_count(reached: Callable[[Floats], Any], shape: tuple[int, ...]) -> Any:
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
