"""Functions of a count, evaluated once for each value that occurs: rows share the dispersion, and counts are few.

    log P(y) = A(y) + y log m - (y + r) log(1 + m / r),   A(y) = sum of log(1 + i / r) for i < y, less log y!

A negative binomial's special functions are of r and y alone. Where all rows have one r, as they have a constant
dispersion, a table over 0, 1, ..., max y serves them all; nothing cancels in A as r grows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats

LARGEST = 500.0
"""The largest count of a table: sums up to there are right to 1e-12."""

FEWEST = 50
"""Rows from which a table is worth its calls."""


def few_values(eta: Floats, y: Floats) -> NDArray[np.intp] | None:
    """The counts as whole numbers, where the rows share the last linear predictor and have fewer values than rows; None
    otherwise.

    >>> few_values(np.zeros((60, 2)), np.arange(60.0) % 4)[:6].tolist()
    [0, 1, 2, 3, 0, 1]
    """
    if eta.ndim != 2 or y.ndim != 1 or len(y) < FEWEST or eta.shape[0] != len(y):
        return None
    if not (y.max() < min(LARGEST, 0.5 * len(y)) and (eta[:, 1] == eta[0, 1]).all()):
        return None
    return y.astype(np.intp)


def log_rising(r: float, most: int) -> Floats:
    """A(y) for y = 0, 1, ..., most.

    >>> log_rising(1.0, 3).round(12).tolist()  # Gamma(1 + y) / y! = 1 in units of r^y
    [0.0, 0.0, 0.0, 0.0]
    """
    i = np.arange(float(most))
    return np.concatenate([[0.0], np.cumsum(np.log1p(i / r) - np.log1p(i))])


def rising_share(r: float, most: int) -> Floats:
    """The sum of i / (r + i) over i < y, for y = 0, 1, ..., most: minus r dA / dr.

    >>> rising_share(1.0, 3).round(12).tolist()
    [0.0, 0.0, 0.5, 1.166666666667]
    """
    i = np.arange(float(most))
    return np.concatenate([[0.0], np.cumsum(i / (r + i))])


def rising_curvature(r: float, most: int) -> Floats:
    """r y / (r + y) less the sum of r^2 / (r + i)^2 over i < y, for y = 0, 1, ..., most: the curvature of
    `gamma_differences` for whole y.

    >>> rising_curvature(1.0, 2).round(12).tolist()
    [0.0, -0.5, -0.583333333333]
    """
    y = np.arange(most + 1.0)
    u = r / (r + y)
    return y * u - np.concatenate([[0.0], np.cumsum(u[:-1] * u[:-1])])
