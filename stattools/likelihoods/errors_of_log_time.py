"""The errors of a log time: densities with their derivatives, tails, and the mean of the exponential of an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import digamma, expit, gammaln, log_expit, ndtr

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.likelihoods.between import LARGEST, between
from stattools.likelihoods.links import LINKS
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI

LARGEST_SCALE = 100.0
"""The logarithm of a scale: beyond, it stays there, so that all is finite."""
FARTHEST = 1e75
"""The largest distance in units of the scale, whose square is a number."""


@dataclass(frozen=True)
class LogTimeErrors:
    """A distribution of errors W: the `link` whose mean is its distribution function, what it is in TeX, log f(z) with
    its slope and minus its second derivative, F(z) or 1 - F(z), and log E(exp(sigma W)) with its slope in log sigma.
    """

    link: str
    said: str
    density: Callable[[Floats], tuple[Floats, Floats, Floats]]
    tail: Callable[[Floats, bool], Floats]
    log_mean: Callable[[Floats], tuple[Floats, Floats]]

    def quantile(self, p: Any) -> Floats:
        """F^-1(p)."""
        return LINKS[self.link].of(np.asarray(p, dtype=float))


def _extreme(z: Floats) -> tuple[Floats, Floats, Floats]:
    power = _exp(z)
    return z - power, 1.0 - power, power


def _extreme_tail(z: Floats, lower: bool) -> Floats:
    return -np.expm1(-_exp(z)) if lower else np.exp(-_exp(z))


def _gamma_mean(scale: Floats) -> tuple[Floats, Floats]:
    """log Gamma(1 + sigma)."""
    return gammaln(1.0 + scale), scale * digamma(1.0 + scale)


def _normal(z: Floats) -> tuple[Floats, Floats, Floats]:
    z = np.clip(z, -FARTHEST, FARTHEST)
    return -0.5 * z * z - HALF_LOG_TWO_PI, -z, np.ones_like(z)


def _normal_mean(scale: Floats) -> tuple[Floats, Floats]:
    square = np.minimum(scale, FARTHEST) ** 2
    return 0.5 * square, square


def _logistic(z: Floats) -> tuple[Floats, Floats, Floats]:
    below, above = expit(z), expit(-z)
    return log_expit(z) + log_expit(-z), above - below, 2.0 * below * above


def _logistic_mean(scale: Floats) -> tuple[Floats, Floats]:
    """log(pi sigma / sin(pi sigma)), for sigma < 1."""
    if (scale >= 1.0).any():
        raise DomainError(
            "the mean of a log-logistic time is infinite where its scale is 1 or more, as it is here. Ask for its "
            'median, fit.predict(kind="median").'
        )
    angle = np.pi * scale
    return np.log(angle / np.sin(angle)), 1.0 - angle / np.tan(angle)


def _exp(z: Floats) -> Floats:
    return np.exp(np.minimum(z, LARGEST))


ERRORS: dict[str, LogTimeErrors] = {
    "weibull": LogTimeErrors("cloglog", r"P(W_i > w) = \exp(-e^w)", _extreme, _extreme_tail, _gamma_mean),
    "lognormal": LogTimeErrors(
        "probit",
        r"W_i \sim \mathrm{Normal}(0, 1)",
        _normal,
        lambda z, lower: ndtr(z) if lower else ndtr(-z),
        _normal_mean,
    ),
    "loglogistic": LogTimeErrors(
        "logit",
        r"P(W_i > w) = \frac{1}{1 + e^w}",
        _logistic,
        lambda z, lower: expit(z) if lower else expit(-z),
        _logistic_mean,
    ),
    "exponential": LogTimeErrors("cloglog", r"P(W_i > w) = \exp(-e^w)", _extreme, _extreme_tail, _gamma_mean),
}
"""By the distribution of the time."""


def held(z: Floats) -> Floats:
    """z, where it is a number no farther than what has a square."""
    return np.where(np.isfinite(z), np.clip(z, -FARTHEST, FARTHEST), z)


def between_ends(link: str, a: Floats, b: Floats, low: Floats, high: Floats, precision: Floats) -> tuple[Floats, ...]:
    """Of times between two ends, whose logs in units of the scale are a and b: the log of the probability, its slope by
    a shift of both and minus the second one; its slope by the log of the scale, minus the mixed second derivative in
    units of the scale, and minus the second one.
    """
    one_end = (low == 0.0) | (high == np.inf)
    start, gap = np.where(one_end, 1.0, low), np.where(one_end, 1.0, high - np.where(one_end, 0.0, low))
    width = np.where(one_end, np.inf, np.log1p(gap / start) * precision)
    found = between(link, a, b, width)
    w = np.where(one_end, 0.0, width)
    at = np.where(low == 0.0, b, a)  # the cut that there is; the other lies w above it
    both = found.upper_shift + found.lower_shift
    of_width = np.where(one_end, 0.0, found.of_upper)
    slope = at * found.shift + w * np.where(one_end, 0.0, found.upper)
    bend = at * both + w * np.where(one_end, 0.0, found.upper_shift)
    curl = at * (bend + w * np.where(one_end, 0.0, found.upper_shift)) + w * w * of_width
    return found.log, found.shift, both, -slope, bend - found.shift, curl - slope
