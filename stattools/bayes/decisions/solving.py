"""Quantiles and highest-density intervals of a contrast of two arms, from its tails and density, many rows at once."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, ndtri_exp

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import optimize
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI

Two = tuple[Floats, Floats]


@record
class ContrastRows:
    """A contrast of two arms, one per row, by its tails and its density; its quantiles are solved from them."""

    support: ClassVar[tuple[float, float]]
    log_scale: ClassVar[bool]
    """Whether quantiles are looked for on the scale of logs."""

    @abstractmethod
    def moments(self) -> Two:
        """Mean and standard deviation; inf where they are."""

    @abstractmethod
    def tails(self, z: Floats) -> Two:
        """P(contrast <= z) and P(contrast > z)."""

    @abstractmethod
    def log_density(self, z: Floats) -> Floats:
        """log density of the contrast."""

    def start(self) -> Two:
        """Mean and standard deviation on the scale on which quantiles are looked for."""
        return self.moments()

    def one_peak(self) -> NDArray[np.bool_]:
        """Where the density is known to have one peak: always, unless told."""
        return np.ones(len(self.moments()[0]), dtype=bool)

    def falls_from_lower_end(self) -> NDArray[np.bool_]:
        """Where the density is highest at the lower end of its support: never, unless told."""
        return np.zeros(len(self.moments()[0]), dtype=bool)


def moved(mirrored: NDArray[np.bool_], first: Two, second: Two) -> tuple[Floats, Floats, Floats, Floats]:
    """Parameters of both arms, exchanged where `mirrored`."""
    ahead = [np.where(mirrored, t, f) for f, t in zip(first, second, strict=True)]
    behind = [np.where(mirrored, f, t) for f, t in zip(first, second, strict=True)]
    return ahead[0], ahead[1], behind[0], behind[1]


def both_tails(below: Floats, above: Floats, mirrored: NDArray[np.bool_], what: str) -> Two:
    """Both tails over their sum, exchanged where `mirrored`. Raises ConvergenceError unless the sum is 1 to 1e-8."""
    total = below + above
    if not np.all(np.abs(total - 1.0) < 1e-8):
        raise ConvergenceError(
            f"both tails of {what} need to add to 1; got {total[np.argmax(np.abs(total - 1.0))]:.10g}. "
            "Report the parameters of the arms."
        )
    below, above = below / total, above / total
    return np.where(mirrored, above, below), np.where(mirrored, below, above)


MOST_STEPS = 80
MOST_CLIMBS = 30

SHARES = 1e-9, 1.0 - 1e-9
"""Of what lies outside of an interval, the least and the largest part below it that is looked for."""

BEYOND = 746.0
"""A ratio with a larger logarithm is 0 or inf in double precision."""


def rows[R: (ContrastRows, _Bracket)](parts: R, index: NDArray[np.integer] | NDArray[np.bool_]) -> R:
    """Some rows of a contrast, or of what is solved for them."""
    return replace(parts, **{name: value[index] for name, value in vars(parts).items()})


def quantile(parts: ContrastRows, p: Floats) -> Floats:
    """The value with P(contrast <= value) = p, by Newton's method on the normal score of the tail, which is nearly
    linear; a step that leaves the bracket is replaced by bisection.
    """
    aim: Floats = ndtri(p)
    center, spread = parts.start()
    t: Floats = center + spread * aim
    low, high = (np.full(len(p), end) for end in _from_value(parts, np.asarray(parts.support, dtype=float)))
    if parts.log_scale:
        low, high = np.maximum(low, -BEYOND), np.minimum(high, BEYOND)
        center = np.clip(center, 0.9 * low, 0.9 * high)
    bracket = _Bracket(np.where((t > low) & (t < high), t, center), low, high, aim, spread)
    answer, active, part = np.empty(len(p)), np.arange(len(p)), parts
    for turn in range(MOST_STEPS):
        bracket, rest = _narrowed(part, bracket, turn)
        answer[active[~rest]] = bracket.t[~rest]
        if not rest.any():
            return _to_value(parts, answer)
        bracket, active, part = rows(bracket, rest), active[rest], rows(part, rest)
    raise ConvergenceError("a quantile of a contrast did not settle in 80 steps. Report the parameters of the arms.")


@dataclass(frozen=True)
class _Bracket:
    """Where quantiles of some rows are looked for: a value, the ends around it, the score aimed at, and a spread."""

    t: Floats
    low: Floats
    high: Floats
    aim: Floats
    spread: Floats


def _narrowed(part: ContrastRows, at: _Bracket, turn: int) -> tuple[_Bracket, NDArray[np.bool_]]:
    """The brackets after one step, and which rows are still on their way."""
    t, spread = at.t, at.spread
    value = _to_value(part, t)
    score = _score(*part.tails(value))
    rightward = score < at.aim
    low, high = np.where(rightward, t, at.low), np.where(rightward, at.high, t)
    # The density of t over that of its score; a tail that underflows asks for bisection.
    with np.errstate(over="ignore", invalid="ignore"):
        slope = np.exp(_log_density(part, t) + 0.5 * score * score + HALF_LOG_TWO_PI)
        usable = np.isfinite(score) & (slope > 0.0)
        step = np.where(usable, (at.aim - score) / np.where(slope > 0.0, slope, 1.0), np.inf)
        reach = spread * 2.0 ** min(turn, 60)
        inside = (t + step >= low) & (t + step <= high) & (np.abs(step) < 64.0 * reach)
    with np.errstate(invalid="ignore"):  # no end yet on one side has no middle
        middle = np.where(np.isinf(low), high - reach, np.where(np.isinf(high), low + reach, 0.5 * (low + high)))
    new = np.where(inside, t + np.where(inside, step, 0.0), middle)
    close = 1e-11 if turn < 8 else 1e-10  # the rounding of tails may keep steps above the smaller
    moves = np.abs(new - t)
    rest = moves > close * spread + 4e-16 * np.abs(t)
    # Next to a point of unbounded density a small step may still be much probability.
    rest |= (np.abs(at.aim - score) > 1e-8) & (moves > 4e-16 * np.abs(t))
    return _Bracket(new, low, high, at.aim, spread), rest


def highest_density(parts: ContrastRows, prob: float) -> tuple[Floats, Floats]:
    """Both ends where the density is equal at both and `prob` lies between; for a density with one peak.

    Newton's method in both ends, from the equal-tailed interval. A density that falls from the lower end of its support
    has its interval there.
    """
    count = len(parts.moments()[0])
    falls = parts.falls_from_lower_end()
    tail = np.full(count, 0.5 * (1.0 - prob))
    lower, upper = quantile(parts, tail), quantile(parts, np.where(falls, prob, 1.0 - tail))
    lower = np.where(falls, parts.support[0], lower)
    active = np.flatnonzero(~falls)
    if not len(active):
        return lower, upper
    part = rows(parts, active)
    low, high = _from_value(parts, lower[active]), _from_value(parts, upper[active])
    for _ in range(MOST_CLIMBS):
        low, high, rest = _climbed(part, low, high, prob)
        lower[active[~rest]], upper[active[~rest]] = _to_value(parts, low[~rest]), _to_value(parts, high[~rest])
        if not rest.any():
            return lower, upper
        low, high, active, part = low[rest], high[rest], active[rest], rows(part, rest)
    for row in active:  # next to a point of unbounded density
        lower[row], upper[row] = _search(rows(parts, np.array([row])), prob)
    return lower, upper


def _climbed(part: ContrastRows, low: Floats, high: Floats, prob: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Both ends after one step of Newton's method, and which rows are still on their way."""
    width = high - low
    points = np.concatenate([low, high, low + 1e-4 * width, high - 1e-4 * width])
    heights = _height(rows(part, np.tile(np.arange(len(low)), 4)), points).reshape(4, -1)
    two = rows(part, np.tile(np.arange(len(low)), 2))
    below, above = two.tails(_to_value(two, np.concatenate([low, high])))
    outside = below[: len(low)] + above[len(low) :]
    inner = np.exp(_log_density(part, low)), np.exp(_log_density(part, high))
    slope_low = (heights[2] - heights[0]) / (1e-4 * width)
    slope_high = (heights[1] - heights[3]) / (1e-4 * width)
    missing, uneven = (1.0 - prob) - outside, heights[1] - heights[0]
    # d outside = inner_low dl - inner_high du;  slope_low dl - slope_high du = uneven
    determinant = -inner[0] * slope_high + inner[1] * slope_low
    step_low = (-missing * slope_high + inner[1] * uneven) / determinant
    step_high = (inner[0] * uneven - slope_low * missing) / determinant
    most = 0.3 * width
    step_low, step_high = np.clip(step_low, -most, most), np.clip(step_high, -most, most)
    ends = _from_value(part, np.asarray(part.support, dtype=float))
    rest = np.maximum(np.abs(step_low), np.abs(step_high)) > 1e-10 * width
    return np.clip(low + step_low, *ends), np.clip(high + step_high, *ends), rest


def _search(part: ContrastRows, prob: float) -> tuple[float, float]:
    """Both ends of one contrast from the share of the outside that lies below, where the heights are equal."""

    def ends(share: float) -> tuple[float, float]:
        p = (1.0 - prob) * share, 1.0 - (1.0 - prob) * (1.0 - share)
        low, high = (float(quantile(part, np.array([level]))[0]) for level in p)
        return low, high

    def uneven(share: float) -> float:
        low, high = (float(_height(part, _from_value(part, np.array([end])))[0]) for end in ends(share))
        return float(np.clip(low, -1e300, 1e300) - np.clip(high, -1e300, 1e300))

    first, last = SHARES
    if uneven(first) >= 0.0 or uneven(last) <= 0.0:
        return ends(first if uneven(first) >= 0.0 else last)
    found: Any = optimize.brentq(uneven, first, last, xtol=1e-12)
    return ends(float(found))


def _score(below: Floats, above: Floats) -> Floats:
    """The normal quantile of the lower tail, from the smaller tail."""
    with np.errstate(divide="ignore"):  # a tail that underflows is infinitely far out
        return np.where(below < above, ndtri_exp(np.log(below)), -ndtri_exp(np.log(above)))


def _to_value(parts: ContrastRows, t: Floats) -> Floats:
    if not parts.log_scale:
        return t
    with np.errstate(over="ignore", under="ignore"):  # a ratio may have no double
        return np.exp(t)


def _from_value(parts: ContrastRows, value: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # the lower end of a ratio is log 0
        return np.log(value) if parts.log_scale else value


def _log_density(parts: ContrastRows, t: Floats) -> Floats:
    """log density of t, the value or its log."""
    return _height(parts, t) + (t if parts.log_scale else 0.0)


def _height(parts: ContrastRows, t: Floats) -> Floats:
    """log density of the value at t."""
    return parts.log_density(_to_value(parts, t))
