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
from stattools.likelihoods.gamma_times import GammaTimes
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

    Its methods are about times, by their linear predictors eta_0 and log sigma, each of shape (n,).
    """

    link: str
    said: str
    density: Callable[[Floats], tuple[Floats, Floats, Floats]]
    tail_of: Callable[[Floats, bool], Floats]
    log_mean: Callable[[Floats], tuple[Floats, Floats]]
    concave = True

    def quantile(self, p: Any) -> Floats:
        """F^-1(p)."""
        return LINKS[self.link].of(np.asarray(p, dtype=float))

    def seen(self, location: Floats, log_scale: Floats, time: Floats) -> Floats:
        """log f of each time; its two slopes; minus its second derivatives, mixed ones between: (6, n)."""
        z, precision = held(standardized(location, log_scale, time)), np.exp(-log_scale)
        log, slope, curve = self.density(z)
        second, mixed, curl = -z * slope - 1.0, curve * z - slope, curve * z * z - z * slope
        by_location = -slope * precision, second, curve * precision * precision
        return np.stack([log - log_scale - np.log(time), *by_location, mixed * precision, curl])

    def between(self, location: Floats, log_scale: Floats, low: Floats, high: Floats) -> Floats:
        """log(F(high) - F(low)) with its derivatives, where low may be 0 or high inf."""
        a, b = (held(standardized(location, log_scale, end)) for end in (low, high))
        precision = np.exp(-log_scale)
        log, shift, bend, turn, mixed, curl = between_ends(self.link, a, b, low, high, precision)
        return np.stack([log, -shift * precision, turn, bend * precision * precision, mixed * precision, curl])

    def tail(self, location: Floats, log_scale: Floats, time: Any, lower: bool) -> Floats:
        """F or 1 - F."""
        return self.tail_of(standardized(location, log_scale, time), lower)

    def log_quantile(self, location: Floats, log_scale: Floats, p: Any) -> Floats:
        """The log of the time before which the event has happened with probability p."""
        return location + np.exp(log_scale) * self.quantile(p)

    def slope_of_quantile(self, location: Floats, log_scale: Floats, p: float) -> Floats:
        """The derivatives of `log_quantile` in location and log scale, (n, 2)."""
        return np.stack([np.ones_like(location), np.exp(log_scale) * self.quantile(p)], axis=-1)

    def score_of(self, location: Floats, log_scale: Floats, time: Floats) -> tuple[Floats, Floats]:
        """z of each time, on whose scale intervals of its survival are made, and its derivatives, (n, 2)."""
        z = standardized(location, log_scale, time)
        return z, np.stack([-np.exp(-log_scale), -z], axis=-1)

    def beyond(self, score: Floats) -> Floats:
        """S of such a score."""
        return self.tail_of(score, False)

    def relative_variance(self, scale: Floats) -> Floats:
        """Var(T) / E(T)^2."""
        return np.expm1(self.log_mean(2.0 * scale)[0] - 2.0 * self.log_mean(scale)[0])


def standardized(location: Floats, log_scale: Floats, time: Any) -> Floats:
    """(log t - eta_0) / sigma; -inf of 0 and inf of inf."""
    with np.errstate(divide="ignore"):  # nothing is below 0
        return (np.log(time) - location) * np.exp(-log_scale)


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


ERRORS: dict[str, LogTimeErrors | GammaTimes] = {
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
    "gamma": GammaTimes(),
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


def since_entry(
    law: LogTimeErrors | GammaTimes, location: Floats, log_scale: Floats, entry: Floats, time: Floats
) -> tuple[Floats, Floats]:
    """P(T <= t) and P(T > t) of times of which it is known that they are after the entry."""
    endless, last, there = np.full_like(time, np.inf), time == np.inf, time > entry
    stop = np.where(there & ~last, time, 2.0 * entry)
    beyond = law.between(location, log_scale, entry, endless)[0]
    gone = np.exp(law.between(location, log_scale, entry, stop)[0] - beyond)
    left = np.exp(law.between(location, log_scale, stop, endless)[0] - beyond)
    return np.where(last, 1.0, np.where(there, gone, 0.0)), np.where(last, 0.0, np.where(there, left, 1.0))
