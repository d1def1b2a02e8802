"""Where the likelihood of a regression with one curve has local maxima: a search along the curve's standard deviation.

The slope along the standard deviation changes its sign from + to - at a maximum. It is looked at on a grid of sizes
from a thousandth of a unit of the linear predictor to a hundred, each 1.8 times the one before, while other parameters,
a dispersion or thresholds, stay where a first climb has found them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.models.mixed.by_laplace import ByLaplace

SIZES = np.logspace(-3.0, 2.0, 21)
"""Standard deviations of the curve, in units of the linear predictor, at which the slope is looked at."""

ROUGH = 1e-12
"""A squared decrement at which effects are near enough to their mode for the sign of a slope."""


def curve_starts(by: ByLaplace, found: Floats) -> tuple[Floats, ...]:
    """Points near local maxima of one curve without groups, other than that which a climb has `found`; the one at 0 has
    a standard deviation of 0.
    """
    at, size = [np.append(found[:-1], one) for one in SIZES], abs(float(found[-1]))
    signs = _signs(by, at)
    starts = [np.append(found[:-1], 0.0)] if signs[0] < 0.0 and size > 0.0 else []
    for (before, after), (low, high) in zip(pairwise(signs), pairwise(SIZES), strict=True):
        if before > after and not low <= size <= high:
            starts.append(np.append(found[:-1], np.sqrt(low * high)))
    if signs[-1] > 0.0 and size < SIZES[-1]:
        starts.append(at[-1])
    return tuple(starts)


def _signs(by: ByLaplace, thetas: Sequence[Floats]) -> list[float]:
    """Signs of the slopes in the curve's standard deviation, -1 where effects have no mode."""
    signs, last = [], None
    for theta in thetas:
        try:
            last = by.beside(theta, last, ROUGH)
            signs.append(-1.0 if by.score_of(last)[-1] <= 0.0 else 1.0)
        except ConvergenceError:
            signs.append(-1.0)
    return signs
