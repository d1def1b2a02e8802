"""What to expect next: the number of successes in new trials, with theta ~ Beta(a, b).

    p(k) = C(n, k) B(a + k, b + n - k) / B(a, b),    k = 0 ... n

Computed by Bayes' identity, p(k) = p(k | theta) f(theta) / f(theta | k) at the posterior mean of theta, from
saddle-point expansions that keep all digits for n, a, b up to 1e9. The distribution function adds the probabilities up
for n up to 1e5; beyond that it is P(theta < U), U ~ Beta(k + 1, n - k) the (k + 1)-th smallest of n uniforms, by
quadrature in milliseconds. Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 6.2.2.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError
from stattools.interval import Interval
from stattools.likelihoods.beta import log_density_of_logit, probability_less
from stattools.likelihoods.saddle_point import log_binomial_pmf
from stattools.models.counts import whole_number
from stattools.models.proportion import tail_area

Floats = NDArray[np.float64]
MOST_TERMS = 100_000


@dataclass(frozen=True)
class BetaBinomial:
    """The beta-binomial distribution of the successes in `trials` trials whose probability is Beta(a, b).

    >>> BetaBinomial(2, 1, 1).pmf([0, 1, 2]).round(12)
    array([0.33333333, 0.33333333, 0.33333333])
    """

    trials: int
    a: float
    b: float

    @property
    def mean(self) -> float:
        """n a / (a + b)."""
        return self.trials * (self.a / (self.a + self.b))

    @property
    def sd(self) -> float:
        """Square root of n p q (a + b + n) / (a + b + 1), with p = a / (a + b) and q = 1 - p."""
        size = self.a + self.b
        return sqrt(self.trials * (self.a / size) * (self.b / size) * ((size + self.trials) / (size + 1.0)))

    def log_pmf(self, k: ArrayLike) -> Any:
        """log P(K = k) for each k; -inf where k is not a whole number in 0 ... n."""
        k = _numbers(k)
        possible = (k >= 0) & (k <= self.trials) & (k == np.floor(k))
        at = np.where(possible, k, 0.0)
        a, b = self.a + at, self.b + (self.trials - at)
        p, q = a / (a + b), b / (a + b)
        likelihood = log_binomial_pmf(at, self.trials, p, q)
        value = likelihood + log_density_of_logit(p, q, self.a, self.b) - log_density_of_logit(p, q, a, b)
        return np.where(possible, value, -np.inf)[()]

    def pmf(self, k: ArrayLike) -> Any:
        """P(K = k) for each k; 0 where k is not a whole number in 0 ... n. Raises DomainError for NaN."""
        return np.exp(self.log_pmf(k))

    def cdf(self, k: ArrayLike) -> Any:
        """P(K <= k) for each k, accurate in the lower tail. Raises DomainError for NaN.

        >>> float(BetaBinomial(10**9, 3, 5).cdf(5 * 10**8))  # the Beta(3, 5) below 1/2, to nine digits
        0.773437...
        """
        k = np.floor(_numbers(k))
        inside = (k >= 0) & (k < self.trials)
        value = np.where(k < 0, 0.0, 1.0)
        if inside.any():
            value[inside] = self._sums(k[inside]) if self.trials <= MOST_TERMS else self._integrals(k[inside])
        return value[()]

    def interval(self, prob: float = 0.94) -> Interval:
        """The counts that leave at most (1 - prob) / 2 on either side: an equal-tailed interval, ends whole numbers.

        Raises DomainError for prob outside (0, 1).

        >>> BetaBinomial(100, 60, 40).interval(0.9)
        Interval(lower=48, upper=71, level=0.9, kind='eti', names=('successes',))
        """
        tail, mirror = tail_area(prob, "prob"), BetaBinomial(self.trials, self.b, self.a)
        return Interval(self._quantile(tail), self.trials - mirror._quantile(tail), prob, "eti", ("successes",))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent counts, shape (draws,)."""
        random = np.random.default_rng(seed)
        theta = random.beta(self.a, self.b, whole_number(draws, "draws", at_least=1))
        return random.binomial(self.trials, theta)

    def _quantile(self, p: float) -> int:
        """The smallest k with P(K <= k) >= p."""
        if self.trials <= MOST_TERMS:
            return int(np.searchsorted(self.cdf(np.arange(self.trials + 1)), p))
        return bisect_left(range(self.trials + 1), p, key=self.cdf)

    def _sums(self, k: Floats) -> Floats:
        return np.minimum(np.cumsum(self.pmf(np.arange(k.max() + 1.0))), 1.0)[k.astype(int)]

    def _integrals(self, k: Floats) -> Floats:
        return np.array([probability_less(self.a, self.b, j + 1.0, self.trials - j) for j in k])


def _numbers(k: ArrayLike) -> Floats:
    values = np.asarray(k, dtype=float)
    if np.isnan(values).any():
        raise DomainError("a count is a number; got nan. Drop the missing counts first.")
    return values
