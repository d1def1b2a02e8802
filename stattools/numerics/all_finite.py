"""Whether all numbers of an array are finite, told by one number that is made of them all."""

from __future__ import annotations

from math import isfinite

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.sweep import sweep
from stattools.numerics.threads import one_blas_thread

WORTH_A_THREAD = 1 << 20
"""The least numbers that are worth a thread of their own: they are summed in the time that it takes to start one."""


def all_finite(values: Floats) -> bool:
    """True where no number is missing or infinite. One sum tells, on all threads and without an array of truth values.

    The sum is finite only where all values are, unless it overflows.

    >>> all_finite(np.array([1.0, 1e300])), all_finite(np.array([1.0, np.nan]))
    (True, False)
    """
    flat = values if values.ndim == 1 else values.ravel("K")
    if flat.size < 2 * WORTH_A_THREAD:
        found = _sum(flat)
    else:
        with one_blas_thread():
            found = sum(sweep(len(flat), lambda first, last: _sum(flat[first:last]), WORTH_A_THREAD))
    return isfinite(found) or bool(np.isfinite(flat).all())


def _sum(values: Floats) -> float:
    with np.errstate(over="ignore", invalid="ignore"):  # each thread has a state of its own
        return float(values.sum())
