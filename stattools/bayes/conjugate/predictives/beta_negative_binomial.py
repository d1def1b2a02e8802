"""What to expect next: the number of failures before r new successes, with theta ~ Beta(a, b).

    p(f) = C(f + r - 1, f) B(a + r, b + f) / B(a, b),    f = 0, 1, 2, ...

The beta-negative-binomial (beta-Pascal) distribution: its tail falls like f^-(a+1), so that the mean is infinite for
a <= 1 and the standard deviation for a <= 2. Computed by Bayes' identity at the posterior mean of theta; the
distribution function is that of a beta-binomial, for the r-th success comes after at most f failures exactly if r of
f + r trials succeed. Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 6.2.3.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points
from stattools.bayes.conjugate.predictives.predictive import BetaBinomialPredictive
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator
from stattools.models.samples.arms import tail_area
from stattools.numerics.distributions.beta import log_density_of_logit
from stattools.numerics.distributions.counts import log_binomial_pmf
from stattools.text.one_line import prints

FARTHEST = 2**52
"""Whole numbers beyond have neighbours that double precision skips."""


@answers_guesses
@prints
@dataclass(frozen=True)
class BetaNegativeBinomial:
    """The failures before `successes` successes whose probability is Beta(a, b); a and b may be arrays, one per arm.

    >>> BetaNegativeBinomial(1, 1, 1).pmf([0, 1, 2]).round(12)  # 1 / ((f + 1) (f + 2))
    array([0.5       , 0.16666667, 0.08333333])
    """

    successes: int
    a: Any
    b: Any
    arms: tuple[Hashable, ...] | None = None

    @property
    def mean(self) -> float | Floats:
        """r b / (a - 1); infinite for a <= 1, where the tail falls too slowly to have a mean."""
        spare = np.asarray(self.a) - 1.0
        value = self.successes * np.asarray(self.b) / np.where(spare > 0.0, spare, 1.0)
        return plain(np.where(spare > 0.0, value, np.inf))

    @property
    def sd(self) -> float | Floats:
        """Square root of r b (a + r - 1) (a + b - 1) / ((a - 2) (a - 1)^2); infinite for a <= 2."""
        a, b, r = np.asarray(self.a), np.asarray(self.b), self.successes
        spare = np.where(a > 2.0, a - 2.0, 1.0)
        part = r * (b / (spare + 1.0)) * ((a + r - 1.0) / spare) * ((a + b - 1.0) / (spare + 1.0))
        return plain(np.where(a > 2.0, np.sqrt(np.where(a > 2.0, part, 1.0)), np.inf))

    def log_pmf(self, f: ArrayLike) -> float | Floats:
        """log P(F = f) for each f; -inf where f is not a whole number 0, 1, 2, ..."""
        f = points(f, "a number of failures", self.a)
        possible = (f >= 0) & (f == np.floor(f)) & (f < np.inf)
        at, r = np.where(possible, f, 0.0), self.successes
        a, b = self.a + r, self.b + at
        p, q = a / (a + b), b / (a + b)
        likelihood = log_binomial_pmf(r, r + at, p, q) + np.log(r / (r + at))
        value = likelihood + log_density_of_logit(p, q, self.a, self.b) - log_density_of_logit(p, q, a, b)
        return np.where(possible, value, -np.inf)[()]

    def pmf(self, f: ArrayLike) -> float | Floats:
        """P(F = f) for each f; 0 where f is not a whole number 0, 1, 2, ... Raises DomainError for NaN."""
        return np.exp(self.log_pmf(f))

    def cdf(self, f: ArrayLike) -> float | Floats:
        """P(F <= f) for each f. Raises DomainError for NaN.

        >>> round(BetaNegativeBinomial(1, 1, 1).cdf(98), 12)
        0.99
        """
        return self._tail(f, below=True)

    def sf(self, f: ArrayLike) -> float | Floats:
        """P(F > f) for each f, accurate in the upper tail."""
        return self._tail(f, below=False)

    def interval(self, prob: float = 0.94) -> Interval:
        """The numbers that leave at most (1 - prob) / 2 on either side; an end beyond 2**52 is infinite.

        >>> BetaNegativeBinomial(3, 20, 10).interval(0.9)
        <Interval 0.9 eti: failures, [0, 5]>
        """
        tail = tail_area(prob, "prob")
        if np.ndim(self.a):
            ends = np.array([tuple(one.interval(prob)) for one in self._each()], dtype=float)
            names = tuple(map(str, self.arms if self.arms is not None else range(len(ends))))
            return Interval(ends[:, 0], ends[:, 1], prob, "eti", names)
        lower = self._least(lambda f: self.cdf(f) >= tail)
        upper = self._least(lambda f: self.sf(f) <= tail)
        return Interval(lower, upper, prob, "eti", ("failures",))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent numbers of failures, shape (draws,), or (draws, arms); at most 2**62."""
        random = generator(seed)
        theta = random.beta(self.a, self.b, draws_shape(draws, np.shape(self.a)))
        odds = (1.0 - theta) / np.maximum(theta, 1e-300)
        mean = random.standard_gamma(self.successes, theta.shape) * odds
        return random.poisson(np.minimum(mean, 2.0**62))

    def _tail(self, f: ArrayLike, *, below: bool) -> float | Floats:
        f = np.floor(points(f, "a number of failures", self.a))
        if np.ndim(self.a):
            f = np.broadcast_to(f, np.broadcast_shapes(f.shape, np.shape(self.a)))
            return np.stack([one._tail(f[..., i], below=below) for i, one in enumerate(self._each())], axis=-1)
        return plain(np.vectorize(lambda j: self._one_tail(float(j), below), otypes=[float])(f))

    def _one_tail(self, f: float, below: bool) -> float:
        if f < 0 or f == np.inf:
            return float((f > 0) == below)
        trials = int(f) + self.successes
        above = float(BetaBinomialPredictive(trials, self.a, self.b).cdf(self.successes - 1))
        if not below:
            return above if above < 0.5 else 1.0 - float(BetaBinomialPredictive(trials, self.b, self.a).cdf(f))
        return 1.0 - above if above < 0.5 else float(BetaBinomialPredictive(trials, self.b, self.a).cdf(f))

    def _least(self, reached: Any) -> int | float:
        """The least f for which `reached` holds, by doubling and halving."""
        high = 1
        while not reached(high - 1):
            high *= 2
            if high > FARTHEST:
                return float("inf")
        low = high // 2
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reached(middle - 1) else (middle, high)
        return high - 1

    def _each(self) -> list[BetaNegativeBinomial]:
        pairs = zip(np.ravel(self.a).tolist(), np.ravel(self.b).tolist(), strict=True)
        return [BetaNegativeBinomial(self.successes, a, b) for a, b in pairs]
