"""The prior of a positive parameter given for its logarithm: log x ~ p, so that x has the density p(log x) / x."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points
from stattools.bayes.conjugate.distribution import Prior
from stattools.interface.arrays import Floats


@dataclass(frozen=True, repr=False)
class OfLogarithm(Prior):
    """The distribution of x = exp(z) for z ~ `prior`, with log density log p(log x) - log x.

    >>> from stattools.bayes.conjugate.normal import Normal
    >>> round(OfLogarithm(Normal(0, 1)).density(1.0) ** 2 * 2 * np.pi, 12)  # log-normal
    1.0
    """

    prior: Any

    def _headline(self) -> str:
        return f"exp of {self.prior!r}"

    @property
    def support(self) -> tuple[float, float]:
        """exp of the support of the prior."""
        low, high = self.prior.support
        return float(np.exp(low)), float(np.exp(high))

    @property
    def median(self) -> Any:
        """exp of the median of the prior."""
        return plain(np.exp(self.prior.median))

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x, -inf from 0 down. Raises DomainError for NaN."""
        x = points(x, "x")
        logs = np.log(np.where(x > 0.0, x, 1.0))
        return plain(np.where(x > 0.0, self.prior.log_density(logs) - logs, -np.inf))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = (the slope of log p at log x - 1) / x."""
        x = points(x, "x")
        return plain((self.prior.slope(np.log(x)) - 1.0) / x)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """exp of independent draws from the prior."""
        return np.exp(self.prior.sample(draws, seed=seed))
