"""Confidence intervals for a proportion: k successes in n trials, level in (0, 1), z the normal quantile of the level.

    wald               p -+ z sqrt(p q / n), cut to [0, 1]
    wilson (score)     theta with (k - n theta)^2 <= z^2 n theta (1 - theta)
    likelihood-ratio   theta with 2 (loglik(p) - loglik(theta)) <= z^2
    clopper-pearson    theta that neither exact one-sided test rejects: quantiles of Beta(k, n-k+1) and Beta(k+1, n-k)

Each function takes (successes, trials, level) and returns (lower, upper). All but Wald keep their relative accuracy for
rare successes, and are closed at 0 where k = 0 and at 1 where k = n. Source: Brown, Cai & DasGupta, Statistical Science
16 (2001), 101-133. Cost: microseconds; the likelihood ratio solves two equations, well under a millisecond each.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import Any

from scipy.special import expit, ndtri

from stattools.interface.interval import require_level
from stattools.interface.when_needed import optimize
from stattools.numerics.beta_distribution import quantile
from stattools.numerics.saddle_point import deviance_part

Ends = tuple[float, float]


def tail_area(level: Any, name: str = "level") -> float:
    """(1 - level) / 2, what an interval leaves on either side, or a DomainError unless 0 < level < 1.

    >>> round(tail_area(0.95), 12)
    0.025
    """
    require_level(level, name)
    return 0.5 * (1.0 - float(level))


def wald(successes: int, trials: int, level: float) -> Ends:
    """The estimate -+ z standard errors, cut to [0, 1]; far from its level for few trials or rare successes.

    >>> wald(6, 10, 0.95)
    (0.2963636..., 0.9036363...)
    """
    p = successes / trials
    half = _z(level) * sqrt(p * (trials - successes) / trials / trials)
    return max(0.0, p - half), min(1.0, p + half)


def wilson(successes: int, trials: int, level: float) -> Ends:
    """The proportions that the score test does not reject (Wilson 1927): roots of a quadratic, free of cancellation.

    >>> wilson(0, 10, 0.95)
    (0.0, 0.2775327...)
    """
    k, n, z = successes, trials, _z(level)
    root = 2 * k + z * z + z * sqrt(z * z + 4 * k * ((n - k) / n))
    return 2 * k * (k / n) / root if k else 0.0, root / (2 * (n + z * z)) if k < n else 1.0


def likelihood_ratio(successes: int, trials: int, level: float) -> Ends:
    """The proportions that the likelihood-ratio test does not reject, solved for on the log odds.

    >>> likelihood_ratio(10, 10, 0.95)
    (0.8252466..., 1.0)
    """
    k, n, z = successes, trials, _z(level)

    def excess(logit: float) -> float:
        theta, rest = expit(logit), expit(-logit)
        return 2.0 * float(deviance_part(k, n * theta) + deviance_part(n - k, n * rest)) - z * z

    # At log odds -+700 any success (failure) is as good as impossible: the deviance there exceeds every z^2.
    estimate = -700.0 if k == 0 else 700.0 if k == n else log(k / (n - k))
    if excess(estimate) >= 0.0:  # a level so small that the interval is the estimate
        return k / n, k / n
    lower = 0.0 if k == 0 else expit(optimize.brentq(excess, -700.0, estimate, xtol=1e-15))
    upper = 1.0 if k == n else expit(optimize.brentq(excess, estimate, 700.0, xtol=1e-15))
    return float(lower), float(upper)


def clopper_pearson(successes: int, trials: int, level: float) -> Ends:
    """The proportions that neither exact one-sided binomial test at (1 - level) / 2 rejects (Clopper & Pearson 1934).

    >>> clopper_pearson(0, 10, 0.95)
    (0.0, 0.3084971...)
    """
    k, n, tail = successes, trials, tail_area(level)
    lower = 0.0 if k == 0 else float(quantile(tail, 1.0 - tail, k, n - k + 1))
    upper = 1.0 if k == n else float(quantile(1.0 - tail, tail, k + 1, n - k))
    return lower, upper


INTERVALS: dict[str, Callable[[int, int, float], Ends]] = {
    "wald": wald,
    "wilson": wilson,
    "score": wilson,
    "likelihood-ratio": likelihood_ratio,
    "clopper-pearson": clopper_pearson,
}


def _z(level: float) -> float:
    return -float(ndtri(tail_area(level)))
