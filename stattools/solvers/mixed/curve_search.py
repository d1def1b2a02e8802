"""Where the likelihood of a regression with one curve has local maxima: a search along the curve's standard deviation.

The slope along the standard deviation changes its sign from + to - at a maximum. It is looked at on a grid of sizes
from a thousandth of a unit of the linear predictor to a hundred, each 1.8 times the one before, while other parameters,
a dispersion or thresholds, stay where a first climb has found them. Where points stand for the rows the search takes
place on these, and goes on to the maximum there, where a climb on the rows then begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_nodes import CurveNodes
from stattools.latent.joint_modes import CLOSE
from stattools.latent.laplace import LaplaceIntegral
from stattools.models.mixed.by_laplace import ByLaplace

SIZES = np.logspace(-3.0, 2.0, 21)
"""Standard deviations of the curve, in units of the linear predictor, at which the slope is looked at."""

ROUGH = 1e-12
"""A squared decrement at which effects are near enough to their mode for the sign of a slope."""

LOOKS = 8
"""So often is the slope on points looked at between two sizes; each look gains more digits than the one before."""
SAME = 1e-9
"""Sizes on points that differ by this share are the same."""


@record
class CurveStart:
    """A point theta near a local maximum, and the approximation near it, None where there is none."""

    theta: Floats
    near: LaplaceIntegral | None


@record
class _Look:
    """The slope in the logarithm of a curve's standard deviation at one `size`, -inf where effects have no mode, and
    the approximation there.
    """

    size: float
    slope: float
    near: LaplaceIntegral | None


def curve_starts(by: ByLaplace, found: Floats | None = None) -> tuple[CurveStart, ...]:
    """Points near local maxima of one curve without groups, other than that which a climb has `found`; the one at 0 has
    a standard deviation of 0. Without `found` the curve's standard deviation is the only parameter.
    """
    rest, size = (np.empty(0), np.nan) if found is None else (found[:-1], abs(float(found[-1])))
    points = by.points if found is None else None
    looks = list(_looks(by if points is None else points, rest))
    starts = []
    if looks[0].slope <= 0.0 and size != 0.0:
        starts.append(CurveStart(np.append(rest, 0.0), looks[0].near))
    for low, high in pairwise(looks):
        if low.slope > 0.0 >= high.slope and not low.size <= size <= high.size:
            near = _between(low, high) if points is None else _maximum(points, low, high)
            starts.append(CurveStart(np.append(rest, near.size), near.near))
    if looks[-1].slope > 0.0 and not size >= SIZES[-1]:
        starts.append(CurveStart(np.append(rest, SIZES[-1]), looks[-1].near))
    return tuple(starts)


def _looks(by: ByLaplace | CurveNodes, rest: Floats) -> Iterator[_Look]:
    """The slopes at all sizes."""
    last = None
    for size in SIZES.tolist():
        look = _look(by, rest, size, last, ROUGH)
        last = last if look.near is None else look.near
        yield look


def _look(by: Any, rest: Floats, size: float, last: LaplaceIntegral | None, close: float) -> _Look:
    try:
        near = by.beside(np.append(rest, size), last, close)
    except ConvergenceError:
        return _Look(size, -np.inf, None)
    return _Look(size, size * float(by.score_of(near)[-1]), near)


def _between(low: _Look, high: _Look) -> _Look:
    """Where the slope is 0 on a straight line along the logarithm of the size, or in the middle."""
    share = low.slope / (low.slope - high.slope) if np.isfinite(high.slope) else 0.5
    return _Look(low.size * (high.size / low.size) ** share, np.nan, low.near)


def _maximum(points: CurveNodes, low: _Look, high: _Look) -> _Look:
    """The maximum on the points between two sizes, by straight lines through the ends (Illinois: an end that stays
    counts half).
    """
    found, stayed = _between(low, high), 0
    for _ in range(LOOKS):
        look = _look(points, np.empty(0), found.size, found.near, CLOSE)
        if look.near is None:
            return found
        if look.slope > 0.0:
            high = _Look(high.size, 0.5 * high.slope, high.near) if stayed > 0 else high
            low, stayed = look, 1
        else:
            low = _Look(low.size, 0.5 * low.slope, low.near) if stayed < 0 else low
            high, stayed = look, -1
        following = _between(low, high)
        found = _Look(following.size, np.nan, look.near)
        if abs(found.size - look.size) <= SAME * look.size:
            break
    return found
