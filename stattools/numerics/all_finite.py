"""Whether all numbers of an array are finite, told by one number that is made of them all."""

from __future__ import annotations

from math import isfinite

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.numerics.sweep import sweep
from stattools.numerics.threads import one_blas_thread

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

FEW = 10_000
"""The most numbers whose Euclidean length is computed sooner than the bad ones among them are looked for."""

WORTH_A_THREAD = 1 << 20
"""The least numbers that are worth a thread of their own: they are summed in the time that it takes to start one."""


def all_finite(values: Floats) -> bool:
    """True where no number is missing or infinite. One sum tells, on all threads and without an array of truth values.

    The sum is finite only where all values are, unless it overflows. Of few numbers the Euclidean length tells as well,
    and sooner.

    >>> all_finite(np.array([1.0, 1e300])), all_finite(np.array([1.0, np.nan]))
    (True, False)
    """
    flat = values if values.ndim == 1 else values.ravel("K")
    if flat.size < FEW:
        found = nrm2(flat) if flat.size else 0.0
    elif flat.size < 2 * WORTH_A_THREAD:
        found = _sum(flat)
    else:
        with one_blas_thread():
            found = sum(sweep(len(flat), lambda first, last: _sum(flat[first:last]), WORTH_A_THREAD))
    return isfinite(found) or bool(np.isfinite(flat).all())


def _sum(values: Floats) -> float:
    with np.errstate(over="ignore", invalid="ignore"):  # each thread has a state of its own
        return float(values.sum())
