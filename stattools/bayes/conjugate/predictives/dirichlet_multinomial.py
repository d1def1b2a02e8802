"""What to expect next: the counts of categories in new trials, with probabilities ~ Dirichlet(a).

    p(n_1 ... n_K) = n! / prod n_k!  Gamma(A) / Gamma(A + n)  prod Gamma(a_k + n_k) / Gamma(a_k)

Computed by Bayes' identity at the posterior mean, in saddle-point form. Each count alone is beta-binomial.
Source: Johnson, Kotz & Balakrishnan, Discrete Multivariate Distributions (1997), ch. 35.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import frozen
from stattools.bayes.conjugate.belief import numbers
from stattools.bayes.conjugate.predictives.predictive import BetaBinomialPredictive
from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.tables import checked_names
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, deviance_part, log_poisson_pmf, stirling_error
from stattools.text.one_line import prints


@answers_guesses
@prints
@dataclass(frozen=True, eq=False)
class DirichletMultinomial:
    """The counts of K categories in `trials` trials whose probabilities are Dirichlet(concentration).

    >>> DirichletMultinomial(2, [1, 1]).pmf([[2, 0], [1, 1], [0, 2]]).round(12)
    array([0.33333333, 0.33333333, 0.33333333])
    """

    trials: int
    concentration: Any
    names: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        value = numbers(self.concentration, "DirichletMultinomial needs concentration", positive=True)
        if value.ndim != 1:
            raise DomainError(f"DirichletMultinomial needs one concentration per category; got shape {value.shape}.")
        object.__setattr__(self, "trials", whole_number(self.trials, "trials", at_least=1))
        object.__setattr__(self, "concentration", frozen(value))
        object.__setattr__(self, "names", checked_names(self.names, len(value), "DirichletMultinomial"))

    @property
    def marginals(self) -> BetaBinomialPredictive:
        """The count of each category whatever the others, one arm per category."""
        a = self.concentration
        return BetaBinomialPredictive(self.trials, a, others(a), self.names)

    @property
    def mean(self) -> Floats:
        """n a_k / A."""
        return self.trials * (self.concentration / self.concentration.sum())

    @property
    def sd(self) -> Floats:
        """The standard deviation of each count."""
        return np.asarray(self.marginals.sd)

    @property
    def covariance(self) -> Floats:
        """n (diag(m) - m m^T) (A + n) / (A + 1), with m the mean probabilities, shape (K, K)."""
        total = self.concentration.sum()
        m = self.concentration / total
        return self.trials * ((total + self.trials) / (total + 1.0)) * (np.diag(m) - np.outer(m, m))

    def pmf(self, counts: ArrayLike) -> float | Floats:
        """P(counts) for counts of shape (..., K)."""
        return np.exp(self.log_pmf(counts))

    def log_pmf(self, counts: ArrayLike) -> float | Floats:
        """log P(counts); -inf where counts are not whole numbers that add to `trials`. Raises DomainError for NaN."""
        n = np.asarray(counts, dtype=float)
        if n.shape[-1:] != self.concentration.shape or np.isnan(n).any():
            raise DomainError(f"log_pmf needs {len(self.concentration)} counts; got {quoted(counts)}.")
        possible = ((n >= 0) & (n == np.floor(n))).all(axis=-1) & (n.sum(axis=-1) == self.trials)
        n = np.where(possible[..., None], n, 0.0)
        after = self.concentration + n
        p = after / after.sum(axis=-1, keepdims=True)
        size = float(self.trials)
        fit = log_poisson_pmf(n, size * p).sum(axis=-1) - log_poisson_pmf(size, size)
        value = fit + log_density_of_softmax(p, self.concentration) - log_density_of_softmax(p, after)
        value = np.where(possible, value, -np.inf)
        return float(value) if value.ndim == 0 else value

    def cdf(self, k: ArrayLike) -> float | Floats:
        """P(count <= k) of each category alone, shape (K,)."""
        return self.marginals.cdf(k)

    def interval(self, prob: float = 0.94) -> Interval:
        """The equal-tailed interval of each count alone, ends whole numbers."""
        return self.marginals.interval(prob)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent sets of counts, shape (draws, K)."""
        random = generator(seed)
        return random.multinomial(
            self.trials,
            random.dirichlet(self.concentration, draws_shape(draws, (len(self.concentration),), copies=3)[0]),
        )


def others(a: Floats) -> Floats:
    """The sum of all entries but each one, without subtraction up to 1,000 of them."""
    return np.where(np.eye(len(a), dtype=bool), 0.0, a).sum(axis=1) if len(a) <= 1000 else a.sum() - a


def log_density_of_softmax(p: ArrayLike, a: ArrayLike) -> Any:
    """log of prod p_k^a_k Gamma(A) / prod Gamma(a_k): the density of log p, without cancellation for large a."""
    p, a = np.asarray(p, dtype=float), np.asarray(a, dtype=float)
    total = a.sum(axis=-1, keepdims=True)
    parts = -deviance_part(a, total * p) - stirling_error(a) + 0.5 * np.log(a) - HALF_LOG_TWO_PI
    whole = stirling_error(total) - 0.5 * np.log(total) + HALF_LOG_TWO_PI
    return parts.sum(axis=-1) + whole[..., 0]
