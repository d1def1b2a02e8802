"""Confidence intervals for a rate: D events in an exposure E, level in (0, 1), z the normal quantile of the level.

    wald               (D -+ z sqrt D) / E, cut at 0
    score              rates with (D - E rate)^2 <= z^2 E rate        (counts; for waiting times it is Wald's)
    likelihood-ratio   rates with 2 (loglik(D / E) - loglik(rate)) <= z^2
    exact              counts (Garwood 1936): quantiles of Gamma(D) and Gamma(D + 1), over E
                       waiting times: quantiles of Gamma(D), over E

Each function takes (events, exposure, level) and returns (lower, upper), closed at 0 where nothing happened. Source:
Garwood, Biometrika 28 (1936); Lawless, Statistical Models and Methods for Lifetime Data (2003), sec. 4.1.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

from scipy.special import ndtri

from stattools.interface.when_needed import optimize
from stattools.models.samples.proportion import Ends, tail_area
from stattools.numerics.gamma_distribution import log_quantile
from stattools.numerics.saddle_point import deviance_part


def wald(events: int, exposure: float, level: float) -> Ends:
    """The estimate -+ z standard errors, cut at 0.

    >>> wald(4, 2.0, 0.95)
    (0.0400..., 3.9599...)
    """
    half = _z(level) * sqrt(events)
    return max(0.0, (events - half) / exposure), (events + half) / exposure


def score(events: int, exposure: float, level: float) -> Ends:
    """The rates that the score test of a Poisson count does not reject: roots of a quadratic, free of cancellation.

    >>> score(0, 2.0, 0.95)
    (0.0, 1.9207...)
    """
    z = _z(level)
    root = events + 0.5 * z * z + z * sqrt(events + 0.25 * z * z)
    return events * (events / root) / exposure, root / exposure


def likelihood_ratio(events: int, exposure: float, level: float) -> Ends:
    """The rates that the likelihood-ratio test does not reject, solved for on the log of the rate.

    >>> likelihood_ratio(4, 2.0, 0.95)
    (0.6209..., 4.6461...)
    """
    z = _z(level)
    if not events:
        return 0.0, 0.5 * z * z / exposure

    def excess(t: float) -> float:
        return 2.0 * float(deviance_part(events, events * exp(t), -t)) - z * z

    far = 1.0 + z * z / events  # D(events, m) exceeds z^2 / 2 at both of these
    lower: Any = optimize.brentq(excess, -far, 0.0, xtol=1e-15)
    upper: Any = optimize.brentq(excess, 0.0, sqrt(2.0 * far) + far, xtol=1e-15)
    return events * exp(lower) / exposure, events * exp(upper) / exposure


def garwood(events: int, exposure: float, level: float) -> Ends:
    """The rates that neither exact one-sided test of a Poisson count at (1 - level) / 2 rejects.

    >>> garwood(0, 2.0, 0.95)
    (0.0, 1.8444...)
    """
    lower = _gamma(events, tail_area(level), exposure) if events else 0.0
    return lower, _gamma(events + 1, 1.0 - tail_area(level), exposure)


def waiting(events: int, exposure: float, level: float) -> Ends:
    """The rates that neither exact one-sided test rejects, given complete times: 2 E rate is chi-squared on 2 D.

    >>> waiting(4, 2.0, 0.95)
    (0.5449..., 4.3836...)
    """
    tail = tail_area(level)
    return _gamma(events, tail, exposure), _gamma(events, 1.0 - tail, exposure)


def _gamma(shape: float, p: float, rate: float) -> float:
    return shape * exp(float(log_quantile(p, 1.0 - p, shape))) / rate


def _z(level: float) -> float:
    return -float(ndtri(tail_area(level)))
