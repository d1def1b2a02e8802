"""What to expect next: the number of successes in new trials, with theta ~ Beta(a, b).

    p(k) = C(n, k) B(a + k, b + n - k) / B(a, b),    k = 0 ... n

Computed by Bayes' identity, p(k) = p(k | theta) f(theta) / f(theta | k) at the posterior mean of theta, from
saddle-point expansions that keep all digits for n, a, b up to 1e9. The distribution function adds the probabilities up
for n up to 1e5; beyond that it is P(theta < U), U ~ Beta(k + 1, n - k) the (k + 1)-th smallest of n uniforms, by
quadrature in milliseconds. Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 6.2.2.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points
from stattools.data.tables.arrays import array
from stattools.data.tables.table import axes
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.arms import counts, tail_area
from stattools.numerics.distributions.beta import log_density_of_logit, probability_less
from stattools.numerics.distributions.counts import log_binomial_pmf
from stattools.text.one_line import prints

MOST_TERMS = 100_000


@answers_guesses
@prints
@dataclass(frozen=True, eq=False)
class BetaBinomialPredictive:
    """The beta-binomial distribution of the successes in `trials` trials whose probability is Beta(a, b).

    Each of the three is a number, or an array with one entry per arm; answers have the arms as their last axis.

    >>> BetaBinomialPredictive(2, 1, 1).pmf([0, 1, 2]).round(12)
    array([0.33333333, 0.33333333, 0.33333333])
    """

    trials: Any
    a: Any
    b: Any
    arms: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        given = self.trials
        n = (
            counts(given if axes(given) == 1 else np.ravel(array(given, "trials")), "trials", at_least=1)
            if axes(given)
            else whole_number(given, "trials", at_least=1)
        )
        object.__setattr__(self, "trials", n)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BetaBinomialPredictive) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("trials", "a", "b")
        )

    def __hash__(self) -> int:
        return hash(tuple(np.asarray(v, dtype=float).tobytes() for v in (self.trials, self.a, self.b)))

    @property
    def shape(self) -> tuple[int, ...]:
        """() for one distribution, (m,) for m arms."""
        return np.broadcast_shapes(np.shape(self.trials), np.shape(self.a))

    @property
    def mean(self) -> float | Floats:
        """n a / (a + b)."""
        return plain(self.trials * (self.a / (self.a + self.b)))

    @property
    def sd(self) -> float | Floats:
        """Square root of n p q (a + b + n) / (a + b + 1), with p = a / (a + b) and q = 1 - p."""
        size = self.a + self.b
        variance = self.trials * (self.a / size) * (self.b / size) * ((size + self.trials) / (size + 1.0))
        return plain(np.sqrt(variance))

    def log_pmf(self, k: ArrayLike) -> float | Floats:
        """log P(K = k) for each k; -inf where k is not a whole number in 0 ... n."""
        k = points(k, "a count", self.mean)
        possible = (k >= 0) & (k <= self.trials) & (k == np.floor(k))
        at = np.where(possible, k, 0.0)
        a, b = self.a + at, self.b + (self.trials - at)
        p, q = a / (a + b), b / (a + b)
        likelihood = log_binomial_pmf(at, self.trials, p, q)
        value = likelihood + log_density_of_logit(p, q, self.a, self.b) - log_density_of_logit(p, q, a, b)
        return np.where(possible, value, -np.inf)[()]

    def pmf(self, k: ArrayLike) -> float | Floats:
        """P(K = k) for each k; 0 where k is not a whole number in 0 ... n. Raises DomainError for NaN."""
        return np.exp(self.log_pmf(k))

    def cdf(self, k: ArrayLike) -> float | Floats:
        """P(K <= k) for each k, accurate in the lower tail. Raises DomainError for NaN.

        >>> float(BetaBinomialPredictive(10**9, 3, 5).cdf(5 * 10**8))  # the Beta(3, 5) below 1/2, to nine digits
        0.773437...
        """
        k = np.floor(points(k, "a count", self.mean))
        if self.shape:
            k = np.broadcast_to(k, np.broadcast_shapes(k.shape, self.shape))
            return np.stack([one.cdf(k[..., i]) for i, one in enumerate(self._each())], axis=-1)
        inside = (k >= 0) & (k < self.trials)
        value = np.where(k < 0, 0.0, 1.0)
        if inside.any():
            value[inside] = self._sums(k[inside]) if self.trials <= MOST_TERMS else self._integrals(k[inside])
        return value[()]

    def interval(self, prob: float = 0.94) -> Interval:
        """The counts that leave at most (1 - prob) / 2 on either side: an equal-tailed interval, ends whole numbers.

        Raises DomainError for prob outside (0, 1).

        >>> BetaBinomialPredictive(100, 60, 40).interval(0.9)
        <Interval 0.9 eti: successes, [48, 71]>
        """
        tail = tail_area(prob, "prob")
        if self.shape:
            ends = np.array([(i.lower, i.upper) for i in (one.interval(prob) for one in self._each())])
            names = tuple(map(str, self.arms if self.arms is not None else range(len(ends))))
            return Interval(ends[:, 0], ends[:, 1], prob, "eti", names)
        mirror = BetaBinomialPredictive(self.trials, self.b, self.a)
        return Interval(self._quantile(tail), self.trials - mirror._quantile(tail), prob, "eti", ("successes",))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent counts, shape (draws,), or (draws, arms)."""
        random = generator(seed)
        theta = random.beta(self.a, self.b, draws_shape(draws, self.shape))
        return random.binomial(self.trials, theta)

    def _each(self) -> list[BetaBinomialPredictive]:
        """The arms one by one."""
        parts = (np.broadcast_to(v, self.shape).tolist() for v in (self.trials, self.a, self.b))
        return [BetaBinomialPredictive(n, a, b) for n, a, b in zip(*parts, strict=True)]

    def _quantile(self, p: float) -> int:
        """The smallest k with P(K <= k) >= p."""
        if self.trials <= MOST_TERMS:
            return int(np.searchsorted(self.cdf(np.arange(self.trials + 1)), p))
        return bisect_left(range(self.trials + 1), p, key=self.cdf)

    def _sums(self, k: Floats) -> Floats:
        return np.minimum(np.cumsum(self.pmf(np.arange(k.max() + 1.0))), 1.0)[k.astype(int)]

    def _integrals(self, k: Floats) -> Floats:
        return probability_less(self.a, self.b, k + 1.0, self.trials - k)
