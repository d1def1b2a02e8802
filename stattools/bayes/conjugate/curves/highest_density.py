"""Highest-density intervals by solving, for arrays of distributions at once.

    [l, u]  with  f(l) = f(u)  and  P(l <= theta <= u) = prob

Two equations in two unknowns, each written so that it is nearly a straight line in the coordinate t of theta (the log
odds of a probability, the log of a rate): the normal quantile of the probability outside, and the signed roots
-+sqrt(2 (log f(mode) - log f)). Newton's method on the pair ends after three or four steps. Where it does not end (a
peak next to the edge of the support) the interval is found from the share of the outside that lies below, by a
bracketed search on quantiles. Cost: a few microseconds an interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

from stattools.interface.arrays import Floats

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
