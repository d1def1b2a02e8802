"""The interval of highest density of a distribution with one peak inside its support, for many distributions at once.

    low = quantile(a),  high = quantile(a + prob),   a in (0, 1 - prob) with  log f(low) = log f(high)

The difference of the log densities rises in a, so bisection on the log odds of a / (1 - prob) finds the one root; all
entries take the same steps. Source: Box & Tiao, Bayesian Inference in Statistical Analysis (1973), sec. 2.8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
STEPS = 70
"""Halvings of (-40, 40): the log odds to round-off."""


def shortest(
    below: Callable[[Floats], Any],
    above: Callable[[Floats], Any],
    log_density: Callable[[Floats], Any],
    prob: float,
    shape: tuple[int, ...],
) -> tuple[Any, Any]:
    """Both ends. `below(p)` is the x with P(X <= x) = p, `above(q)` the x with P(X > x) = q.

    >>> from scipy.stats import norm
    >>> low, high = shortest(norm.ppf, norm.isf, norm.logpdf, 0.95, ())
    >>> round(float(low), 6), round(float(high), 6)
    (-1.959964, 1.959964)
    """
    spare = 1.0 - prob
    least, most = np.full(shape, -40.0), np.full(shape, 40.0)

    def ends(split: Floats) -> tuple[Any, Any]:
        return below(spare * expit(split)), above(spare * expit(-split))

    for _ in range(STEPS):
        middle = 0.5 * (least + most)
        low, high = ends(middle)
        left = np.asarray(log_density(low)) < np.asarray(log_density(high))
        least, most = np.where(left, middle, least), np.where(left, most, middle)
    return ends(0.5 * (least + most))
