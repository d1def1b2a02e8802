"""How many digits of coefficients and standard errors are right, given the rounding errors of a solution.

    |error of b_j|  <=  u [ sqrt(C_jj) (|y| + sum_k d_k |b_k|) + |r| sum_k |C_jk| d_k ],   C = (X^T X)^-1, d_k = |x_k|

The first term comes from rounding of the residuals, the second from rounding of the columns; u is the relative rounding
error of a norm. Source: Bjorck, Numerical Methods for Least Squares Problems (1996), 1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.text.one_line import prints

EPS, TINY = float(np.finfo(float).eps), float(np.finfo(float).tiny)
"""The distance from 1 to the next float, and the smallest positive float with all its digits."""

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)


@prints
@dataclass(frozen=True, eq=False)
class Digits:
    """Estimated number of correct digits, compared with exact arithmetic on the data as they are in float64.

    `coefficients` and `se` have shape (p,): -log10 of the relative error, at most 15.95 and at least 0. `smallest` is
    the least of the coefficients' digits, with errors relative to the standard error where that is larger than the
    coefficient. `overall` is that of all coefficients as one vector, each in the units of its column.

    >>> digits = Digits.of(np.array([1.0, 1e-9]), np.full(2, 1e-12), np.full(2, 1e-3), np.full(2, 1e-14), np.ones(2))
    >>> digits.coefficients.round(1).tolist(), round(digits.smallest, 1)
    ([12.0, 3.0], 9.0)
    """

    coefficients: Floats
    se: Floats
    smallest: float
    overall: float

    @classmethod
    def of(cls, estimate: Floats, error: Floats, se: Floats, se_error: Floats, d: Floats) -> Digits:
        """From absolute errors of the coefficients and relative errors of the standard errors; d are column lengths."""
        p, own = len(error), np.abs(estimate)
        size = np.maximum(own, se)
        errors = np.concatenate((error, se_error, error, [nrm2(error * d)]))
        digits = _digits(errors, np.concatenate((own, np.ones(p), size, [nrm2(size * d)])))
        return cls(digits[:p], digits[p : 2 * p], float(digits[2 * p : 3 * p].min()), float(digits[-1]))


def sum_rounding(n: int) -> float:
    """By how many roundings a sum over n rows is wrong when it is summed in blocks of 4,096: they add up like a random
    walk.
    """
    return 4.0 + sqrt(min(n, 4096)) + sqrt(n / 4096)


def coefficient_error(spread: Floats, far: Floats, d: Floats, b: Floats, y: float, r: float, u: float) -> Floats:
    """The formula above, shape (p,), from the square roots `spread` of C_jj and from `far` = |C| d."""
    return u * (spread * (y + d @ np.abs(b)) + r * far)


def _digits(error: Floats, size: Floats) -> Floats:
    part = np.minimum(error, size) / np.maximum(size, TINY)
    relative = np.where(error <= size, part, 1.0)  # NaN compares as false: no digits
    return np.maximum(-np.log10(0.5 * EPS + relative), 0.0)
