"""Values and slopes of a fitted curve, with their standard errors: combinations of its coefficients.

    f(x) = B(x) c,   f'(x) = B'(x) c,   c | y ~ N(c^, C)

C takes the variances as known. The bands that it makes cover the curve on average over x with their level. Source:
Nychka, Journal of the American Statistical Association 83 (1988), 1134-1143; Wood, Generalized Additive Models (2017),
6.10.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.smooth_term import SmoothTerm, bsplines
from stattools.interface.arrays import Floats


def range_of(term: SmoothTerm) -> tuple[float, float]:
    """The smallest and the largest x of the rows of the fit."""
    inside = term.k - 3 - 2.0 * float(term.design.places(np.array([term.least]))[0])
    return term.least, term.least + term.step * inside


def is_beyond(term: SmoothTerm, x: Floats) -> NDArray[np.bool_]:
    """Which x lie outside the rows of the fit, by more than round-off."""
    least, most = range_of(term)
    room = 1e-9 * (most - least)
    return (x < least - room) | (x > most + room)


def basis_rows(term: SmoothTerm, x: Floats, order: int = 0) -> Floats:
    """B(x) (g, k) at each x (g,), or with `order` 1 its derivative; beyond the knots it goes on straight."""
    u = term.design.places(x)
    first, values, beyond = bsplines(u, term.k)
    if order:
        values = slopes(u - first, beyond) / term.step
    rows = np.zeros((len(x), term.k))
    np.put_along_axis(rows, first[:, None] + np.arange(4), values, axis=1)
    return rows


def slopes(t: Floats, beyond: NDArray[np.bool_]) -> Floats:
    """Derivatives (n, 4) of the four cubic B-splines at the share t of the way between two knots, by that share.

    >>> slopes(np.array([0.0, 0.5]), np.array([False, False])).tolist()
    [[-0.5, 0.0, 0.5, 0.0], [-0.125, -0.625, 0.625, 0.125]]
    """
    t = np.where(beyond, np.clip(t, 0.0, 1.0), t)
    rest = 1.0 - t
    return np.stack([-0.5 * rest * rest, 1.5 * t * t - 2.0 * t, -1.5 * t * t + t + 0.5, 0.5 * t * t], axis=1)


def values_of(curve: Any, rows: Floats) -> tuple[Floats, Floats]:
    """Combinations of the coefficients of a `FittedCurve`, and their standard errors."""
    variance = np.einsum("gk,kl,gl->g", rows, curve.covariance, rows, optimize=True)
    return rows @ curve.coefficients, np.sqrt(np.maximum(variance, 0.0))
