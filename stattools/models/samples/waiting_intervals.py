"""Confidence intervals for the probability of a success from the failures before r successes; n trials in all.

    wald    p -+ z sqrt(p^2 q / r), cut to [0, 1]
    exact   theta that neither exact one-sided test rejects: quantiles of Beta(r, n - r + 1) and Beta(r, n - r)

The likelihood-ratio interval is that of r successes in n trials: the likelihoods are proportional. The exact one is
not, for the number of trials is what was random. Each function takes (successes, trials, level) and returns (lower,
upper). Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 5.8.
"""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtri

from stattools.models.samples.proportion import Ends, tail_area
from stattools.numerics.beta_distribution import quantile


def wald(successes: int, trials: int, level: float) -> Ends:
    """The estimate -+ z standard errors, cut to [0, 1].

    >>> wald(3, 10, 0.95)
    (0.0159..., 0.584...)
    """
    p = successes / trials
    half = -float(ndtri(tail_area(level))) * p * sqrt((trials - successes) / trials / successes)
    return max(0.0, p - half), min(1.0, p + half)


def exact(successes: int, trials: int, level: float) -> Ends:
    """The probabilities that neither exact one-sided test at (1 - level) / 2 rejects; closed at 1 without failures.

    >>> exact(3, 10, 0.95)
    (0.0667..., 0.600...)
    """
    tail, lost = tail_area(level), trials - successes
    lower = float(quantile(tail, 1.0 - tail, successes, lost + 1))
    return lower, 1.0 if lost == 0 else float(quantile(1.0 - tail, tail, successes, lost))
