"""Highest-density intervals by solving, for arrays of distributions at once, and those of powers of a gamma variable.

    [l, u]  with  f(l) = f(u)  and  P(l <= theta <= u) = prob

Two equations in two unknowns, each written so that it is nearly a straight line in the coordinate t of theta (the log
odds of a probability, the log of a rate): the normal quantile of the probability outside, and the signed roots
-+sqrt(2 (log f(mode) - log f)). Newton's method on the pair ends after three or four steps. Where it does not end (a
peak next to the edge of the support) the interval is found from the share of the outside that lies below, by a
bracketed search on quantiles. Cost: a few microseconds an interval.

A rate, a variance and a standard deviation are powers (1, -1, -1/2) of G ~ Gamma(shape, 1), with t = log(G / shape):

    log f(x) = log f(t) - power t + constant,   x = constant G^power
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtri

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.numerics.distributions.counts import log_of_ratio
from stattools.numerics.distributions.gamma import log_density_of_log, log_quantile, tail

BLOCK = 1 << 15
"""Intervals solved at once, few enough to stay in the cache."""

CLOSE = 1e-7
"""A last step of this share of the width: Newton's next error is its square."""

MOST_STEPS = 12

FARTHEST = 1e4
"""Log odds that no share of the outside exceeds."""

HALF_LOG_HALF_PI = 0.5 * np.log(0.5 * np.pi)


@dataclass(frozen=True)
class Peaked:
    """A family of densities with one peak inside the support, each a function of its parameters, one array apiece.

    `start(*parameters)` is a center and a spread of t; `mode(*parameters)` is the t where f(theta) is highest;
    `density(t, *parameters)` is log f(theta), the log density of t, and d log f(theta) / dt; `outside(low, high,
    *parameters)` is P(T <= low) + P(T > high); `quantile(p, q, *parameters)` is the t with P(T <= t) = p and
    P(T > t) = q.
    """

    start: Callable[..., tuple[Floats, Floats]]
    mode: Callable[..., Floats]
    density: Callable[..., tuple[Floats, Floats, Floats]]
    outside: Callable[..., Floats]
    quantile: Callable[..., Floats]


def highest_density(prob: float, family: Peaked, *parameters: Floats) -> tuple[Floats, Floats]:
    """The ends, in t, of the shortest interval of probability `prob` in theta; `parameters` are vectors of one length.

    Densities that have their peak at an edge, two peaks or none are for the caller: their intervals have other
    equations.
    """
    ends = np.empty((2, len(parameters[0])))
    for first in range(0, len(parameters[0]), BLOCK):
        block = slice(first, first + BLOCK)
        ends[:, block] = _climb(prob, family, tuple(p[block] for p in parameters))
    left = np.flatnonzero(np.isnan(ends[0]))
    if len(left):
        ends[:, left] = _search(prob, family, tuple(p[left] for p in parameters))
    return ends[0], ends[1]


def _climb(prob: float, family: Peaked, parameters: tuple[Floats, ...]) -> Floats:
    """Both ends by Newton's method, shape (2, m); NaN where it does not settle."""
    target = float(ndtri(0.5 * (1.0 - prob)))
    mode = family.mode(*parameters)
    center, spread = family.start(*parameters)
    reach = (0.1 - target) * spread
    low, high = np.minimum(center - reach, mode - 0.1 * reach), np.maximum(center + reach, mode + 0.1 * reach)
    peak = family.density(mode, *parameters)[0]
    ends, active = np.full((2, len(mode)), np.nan), np.arange(len(mode))
    for _ in range(MOST_STEPS):
        step_low, step_high = _step(family, parameters, low, high, peak, target)
        new_low, new_high = low + step_low, high + step_high
        done = np.maximum(np.abs(step_low), np.abs(step_high)) <= CLOSE * (high - low)
        ends[:, active[done]] = new_low[done], new_high[done]
        rest = ~done & np.isfinite(new_low) & np.isfinite(new_high)
        low = np.minimum(new_low, mode - 0.1 * (mode - low))[rest]
        high = np.maximum(new_high, mode + 0.1 * (high - mode))[rest]
        active, mode, peak = active[rest], mode[rest], peak[rest]
        parameters = tuple(p[rest] for p in parameters)
        if not len(active):
            break
    return ends


def _step(
    family: Peaked, parameters: tuple[Floats, ...], low: Floats, high: Floats, peak: Floats, target: float
) -> tuple[Floats, Floats]:
    """Newton's step of both ends; not finite where an end is so far out that its equation has no slope."""
    log_f_low, log_t_low, slope_low = family.density(low, *parameters)
    log_f_high, log_t_high, slope_high = family.density(high, *parameters)
    # An end beyond the range of double precision has no density or no tail: its step is not finite, and refused.
    with np.errstate(all="ignore"):
        z = ndtri(0.5 * family.outside(low, high, *parameters))
        scale = 0.5 * z * z + HALF_LOG_HALF_PI  # log of dz / d(outside)
        z_low, z_high = np.exp(log_t_low + scale), -np.exp(log_t_high + scale)
        root_low, root_high = -np.sqrt(2.0 * (peak - log_f_low)), np.sqrt(2.0 * (peak - log_f_high))
        root_slope_low, root_slope_high = -slope_low / root_low, -slope_high / root_high
        missing, uneven = target - z, -(root_low + root_high)
        determinant = z_low * root_slope_high - z_high * root_slope_low
        step_low = (missing * root_slope_high - z_high * uneven) / determinant
        step_high = (z_low * uneven - missing * root_slope_low) / determinant
    return step_low, step_high


def _search(prob: float, family: Peaked, parameters: tuple[Floats, ...]) -> Floats:
    """Both ends from s, the log odds that what lies outside lies below: f(l) - f(u) rises with s."""
    spare = 1.0 - prob
    peak = family.density(family.mode(*parameters), *parameters)[0]

    def ends(s: Floats) -> tuple[Floats, Floats]:
        below, above = spare * expit(s), spare * expit(-s)
        return family.quantile(below, 1.0 - below, *parameters), family.quantile(1.0 - above, above, *parameters)

    def difference(s: Floats) -> Floats:
        at_low, at_high = (np.exp(family.density(t, *parameters)[0] - peak) for t in ends(s))
        return at_low - at_high

    left, right = np.full(len(peak), -1.0), np.full(len(peak), 1.0)
    for end, sign in ((left, -1.0), (right, 1.0)):
        while (outside := (sign * difference(end) < 0.0) & (np.abs(end) < FARTHEST)).any():
            end[outside] *= 2.0
    at_left, at_right = difference(left), difference(right)
    middle = left
    for turn in range(200):
        # Illinois: the secant, and halved weight for an end that stays; a bisection in every third turn.
        share = at_left / np.where(at_left == at_right, 1.0, at_left - at_right)
        middle = left + (0.5 if turn % 3 == 2 else np.clip(share, 0.0, 1.0)) * (right - left)
        value = difference(middle)
        below = value < 0.0
        left[below], right[~below] = middle[below], middle[~below]
        at_left[~below] *= 0.5
        at_right[below] *= 0.5
        at_left[below], at_right[~below] = value[below], value[~below]
        if np.all((right - left <= 1e-13 * np.maximum(np.abs(left), 1.0)) | (value == 0.0)):
            break
    return np.stack(ends(middle))


LARGEST = 300.0 * np.log(10.0)
"""The logarithm of the largest variance."""


def gamma_ends(prob: float, shape: Floats) -> tuple[Floats, Floats]:
    """Highest-density intervals of probability `prob` at rate 1 for a vector of shapes; from 0 where the density falls.

    >>> low, high = gamma_ends(0.9, np.array([1.0, 5.0]))
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([0.0, 1.508664], [2.302585, 8.355398])
    """
    lower, upper = np.zeros_like(shape), np.empty_like(shape)
    falls = shape <= 1.0
    upper[falls] = shape[falls] * np.exp(log_quantile(prob, 1.0 - prob, shape[falls]))
    a = shape[~falls]
    if len(a):
        low, high = highest_density(prob, PEAKED, a, np.ones_like(a))
        lower[~falls], upper[~falls] = a * np.exp(low), a * np.exp(high)
    return lower, upper


def inverse_gamma_ends(
    prob: float, shape: float | Floats, scale: float | Floats, root: float = 1.0
) -> tuple[Floats, Floats]:
    """Highest-density intervals of probability `prob` for the r-th root of the variance, in the shape of `shape`.

    >>> low, high = inverse_gamma_ends(0.9, 3.0, 4.0)
    >>> round(float(low), 6), round(float(high), 6)
    (0.402538, 3.678084)
    """
    a = np.ravel(np.asarray(shape, dtype=float))
    last, first = highest_density(prob, PEAKED, a, np.full_like(a, -1.0 / root))
    low, high = (_variance(-end.reshape(np.shape(shape)), shape, scale) for end in (first, last))
    return low ** (1.0 / root), high ** (1.0 / root)


def tails(variance: Floats, shape: float | Floats, scale: float | Floats) -> tuple[Floats, Floats]:
    """P(V <= variance) and P(V > variance) for variances >= 0, the smaller one to full relative accuracy."""
    variance, a, b = np.broadcast_arrays(variance, shape, scale)
    inside = (variance > 0) & np.isfinite(variance)
    t = log_of_ratio(b, a) - np.log(np.where(inside, variance, 1.0))
    below, above = tail(t, a, False), tail(t, a, True)
    edge = (variance > 0).astype(float)  # 0 or infinity
    return np.where(inside, below, edge), np.where(inside, above, 1.0 - edge)


def quantile(p: ArrayLike, q: ArrayLike, shape: float | Floats, scale: float | Floats) -> Floats:
    """The variance with P(V <= it) = p and P(V > it) = q, given apart so that neither tail loses digits; 0 at p = 0,
    infinite at q = 0.
    """
    p, q, a = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(q, dtype=float), shape)
    inside = (p > 0) & (q > 0)
    t = log_quantile(np.where(inside, q, 0.5), np.where(inside, p, 0.5), a)
    return np.where(inside, _variance(np.where(inside, -t, 0.0), a, scale), np.where(p > 0, np.inf, 0.0))


def _variance(s: Floats, shape: float | Floats, scale: float | Floats) -> Floats:
    """The variance of s = log(variance shape / scale); DomainError where it is beyond float64."""
    log = s + np.log(scale) - np.log(shape)
    if (log > LARGEST).any():
        raise DomainError(
            f"an inverse gamma distribution of shape {np.min(shape):.3g} reaches beyond float64: this quantile of the "
            "variance is above 1e300. Give a larger shape."
        )
    return np.where(np.abs(s) < 600.0, np.exp(np.clip(s, -600.0, 600.0)) * scale / shape, np.exp(log))


def _start(a: Floats, power: Floats) -> tuple[Floats, Floats]:
    return np.zeros_like(a), 1.0 / np.sqrt(a)


def _mode(a: Floats, power: Floats) -> Floats:
    return np.log1p(-power / a)


def _density(t: Floats, a: Floats, power: Floats) -> tuple[Floats, Floats, Floats]:
    t = np.minimum(t, 700.0)
    of_log = log_density_of_log(t, a)
    return of_log - power * t, of_log, -power - a * np.expm1(t)


def _outside(low: Floats, high: Floats, a: Floats, power: Floats) -> Floats:
    return tail(low, a, True) + tail(high, a, False)


def _quantile(p: Floats, q: Floats, a: Floats, power: Floats) -> Floats:
    return log_quantile(p, q, a)


PEAKED = Peaked(_start, _mode, _density, _outside, _quantile)
