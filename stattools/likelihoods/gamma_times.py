"""Gamma times: T = exp(eta_0) G / k, where G has the gamma distribution of shape k = 1 / sigma^2, sigma = exp(eta_1).

exp(eta_0) is the mean and sigma the standard deviation in units of it, as in a gamma regression. The log of T / mean is
t, whose density falls on both sides of t = 0. Of times that lie between two ends, with s the derivatives of log f,

    d log P = E(s | between),    d2 log P = E(d2 log f | between) + Var(s | between)

are integrals over t, by Gauss-Legendre rules on panels at whose ends the density changes its shape. The log-likelihood
is not concave. Source: Louis, JRSS B 44 (1982), 226-233, for the second line.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import legendre
from scipy.special import ndtr, ndtri

from stattools.interface.arrays import Floats
from stattools.likelihoods.positive import LARGEST_SHAPE, SMALLEST_SHAPE
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.distributions.gamma import (
    deviance,
    digamma_gap,
    log_density_of_log,
    log_quantile,
    lower_tail,
    upper_tail,
)

NODES, WEIGHTS = legendre.leggauss(40)
DROP = 45.0
"""Where the density is exp(-45) of its largest value between the ends, nothing is left of it."""
FLAT, STEEP = 25.0, 6.0
"""Below t = -25 the density is exp(k t) to round-off; it ends within 6 of where it is nothing."""
LARGEST_RATIO = 300.0
"""The logarithm of a time beside the mean: beyond, it stays there, so that squares are finite (and hopeless)."""
AT_A_TIME = 2048
"""Rows that are integrated together."""


class GammaTimes:
    """Gamma times by their linear predictors, the log mean and log sigma, each of shape (n,)."""

    said = r"W_i \sim \log \mathrm{Gamma}(1 / {phi}^2, 1)"
    concave = False

    def seen(self, location: Floats, log_scale: Floats, time: Floats) -> Floats:
        """log f of each time; its two slopes; minus its second derivatives, mixed ones between: (6, n)."""
        t, k = _ratio(location, time), _shape(log_scale)
        log, first, second, own, mixed, curl = _of_log(t, k, *digamma_gap(k))
        return np.stack([log - np.log(time), first, second, own, mixed, curl])

    def between(self, location: Floats, log_scale: Floats, low: Floats, high: Floats) -> Floats:
        """log(F(high) - F(low)) with its derivatives, where low may be 0 or high inf."""
        found = np.empty((6, len(low)))
        for start in range(0, len(low), AT_A_TIME):
            part = slice(start, start + AT_A_TIME)
            found[:, part] = _between(location[part], _shape(log_scale[part]), low[part], high[part])
        return found

    def terms(self, location: Floats, log_scale: Floats, low: Floats, high: Floats, width: int = 2) -> Floats:
        """The one of times that were seen, low = high, and the other of those that are between two ends; of `width` 0
        the log alone.
        """
        found, seen = np.zeros((6, len(low))), low == high  # a time from 0 to inf has probability 1
        others = ~seen & ((low > 0.0) | (high < np.inf))
        found[:, seen] = self.seen(location[seen], log_scale[seen], low[seen])
        found[:, others] = self.between(location[others], log_scale[others], low[others], high[others])
        return found if width else found[:1]

    def tail(self, location: Floats, log_scale: Floats, time: Any, lower: bool) -> Floats:
        """F or 1 - F."""
        return (lower_tail if lower else upper_tail)(_ratio(location, time), _shape(log_scale))

    def log_quantile(self, location: Floats, log_scale: Floats, p: Any) -> Floats:
        """The log of the time before which the event has happened with probability p."""
        p = np.asarray(p, dtype=float)
        return location + log_quantile(p, 1.0 - p, _shape(log_scale))

    def slope_of_quantile(self, location: Floats, log_scale: Floats, p: float) -> Floats:
        """The derivatives of `log_quantile` in location and log scale, (n, 2)."""
        k = _shape(log_scale)
        t = log_quantile(p, 1.0 - p, k)
        time, left = np.exp(location + t), p < 0.5
        end = np.full_like(time, 0.0 if left else np.inf)
        log, _, by_scale, *_ = self.between(location, log_scale, *((end, time) if left else (time, end)))
        moved = by_scale * np.exp(log - log_density_of_log(t, k))
        return np.stack([np.ones_like(time), -moved if left else moved], axis=-1)

    def score_of(self, location: Floats, log_scale: Floats, time: Floats) -> tuple[Floats, Floats]:
        """The normal score of F of each time, which is nearly linear in log t, and its derivatives, (n, 2)."""
        below, above = (self.tail(location, log_scale, time, side) for side in (True, False))
        left, nearer = below < 0.5, np.maximum(np.minimum(below, above), np.finfo(float).tiny)
        low, high = np.where(left, 0.0, time), np.where(left, time, np.inf)
        slopes = self.between(location, log_scale, low, high)[1:3].T  # of the log of the nearer tail
        z, sign = ndtri(nearer), np.where(left, 1.0, -1.0)
        return sign * z, slopes * (sign * nearer * np.exp(0.5 * z * z + HALF_LOG_TWO_PI))[:, None]

    def beyond(self, score: Floats) -> Floats:
        """S of such a score."""
        return ndtr(-score)

    def log_mean(self, scale: Floats) -> tuple[Floats, Floats]:
        """What the mean adds to eta_0: nothing."""
        return np.zeros_like(scale), np.zeros_like(scale)

    def relative_variance(self, scale: Floats) -> Floats:
        """Var(T) / E(T)^2."""
        return scale**2


def _shape(log_scale: Floats) -> Floats:
    return np.exp(np.clip(-2.0 * log_scale, SMALLEST_SHAPE, LARGEST_SHAPE))


def _ratio(location: Floats, time: Any) -> Floats:
    with np.errstate(divide="ignore"):  # nothing is below 0
        return np.minimum(np.log(time) - location, LARGEST_RATIO)


def _of_log(t: Floats, k: Floats, gap: Floats, bend: Floats) -> tuple[Floats, ...]:
    """log of the density of t, and the derivatives of log f."""
    first, part = k * np.expm1(t), deviance(t, k)
    second = np.where(k < np.exp(LARGEST_SHAPE), 2.0 * (part - gap), 0.0)
    return log_density_of_log(t, k), first, second, k * np.exp(t), 2.0 * first, 4.0 * (part - bend)


def _between(location: Floats, k: Floats, low: Floats, high: Floats) -> Floats:
    first, last = low == 0.0, high == np.inf
    lo, hi = _ratio(location, low), np.where(last, np.inf, _ratio(location, high))
    gap = np.where(first | last, 1.0, high - low)
    width = np.where(first | last, np.inf, np.log1p(gap / np.where(first, 1.0, low)))
    from_above = first | (hi < 0.0)  # panels are measured from an end, the higher one, so that narrow ones have digits
    base, top = np.where(from_above, hi, lo), np.clip(0.0, lo, hi)
    left, right = _reach(k, top)
    start = np.maximum(np.where(from_above, -width, 0.0), top - base - left)
    end = np.minimum(np.where(from_above, 0.0, width), top - base + right)
    cuts = [start, *(np.clip(at - base, start, end) for at in (-FLAT, 0.0, base + end - STEEP)), end]
    cuts = np.sort(np.stack(cuts, axis=-1), axis=-1)
    used = (np.diff(cuts, axis=-1) > 0.0).any(axis=0)
    half = 0.5 * np.diff(cuts, axis=-1)[:, used, None]
    t = base[:, None, None] + 0.5 * (cuts[:, 1:] + cuts[:, :-1])[:, used, None] + half * NODES
    t, weight, k = t.reshape(len(k), -1), (half * WEIGHTS).reshape(len(k), -1), k[:, None]
    log, slope, turn, own, mixed, curl = _of_log(t, k, *digamma_gap(k))
    highest = log.max(axis=1, keepdims=True)
    weight = weight * np.exp(log - highest)
    total = weight.sum(axis=1, keepdims=True)
    weight /= total

    def mean(values: Floats) -> Floats:
        return (weight * values).sum(axis=1)

    by_location, by_scale = mean(slope), mean(turn)
    slope, turn = slope - by_location[:, None], turn - by_scale[:, None]
    log_p = np.log(total[:, 0]) + highest[:, 0]
    t, k = base, k[:, 0]
    beside = np.where(first, upper_tail(t, k), np.where(last, lower_tail(t, k), 1.0))
    log_p = np.where(beside < 0.5, np.log1p(-np.minimum(beside, 0.5)), log_p)
    return np.stack(
        [
            log_p,
            by_location,
            by_scale,
            mean(own) - mean(slope * slope),
            mean(mixed) - mean(slope * turn),
            mean(curl) - mean(turn * turn),
        ]
    )


def _reach(k: Floats, top: Floats) -> tuple[Floats, Floats]:
    """How far below and above `top`, the highest point, the density is more than exp(-DROP) of what it is there: bounds
    of the solutions of a - 1 - log a = DROP / k and the like.
    """
    c, a = DROP / k, np.exp(np.clip(top, -LARGEST_RATIO, LARGEST_RATIO))
    tiny = 1e-100
    square = np.sqrt(3.0 * c / np.maximum(np.minimum(a, 1.0), tiny))
    left = np.minimum(c + 1.0, c / np.maximum(1.0 - a, tiny))
    left = np.where(square <= 1.0, np.minimum(left, square), left)
    above = np.maximum(a, 1.0)
    fall = np.maximum(2.0, np.log(1.7 * c / above))
    right = np.minimum(np.minimum(np.sqrt(2.0 * c / above), c / np.maximum(above - 1.0, tiny)), fall)
    return left, right
