"""One read of the rows on all cores: fixed parts, added in order, so that no number depends on the cores.

NumPy's products and exponentials release the interpreter, so that threads run side by side; BLAS itself keeps to one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

PARTS = 8
"""Rows are read in so many parts, whatever the number of cores."""

SHORTEST = 4096
"""Parts are not shorter than this: below it a thread costs more than it brings."""


def sweep[T](n: int, part: Callable[[int, int], T], shortest: int = SHORTEST) -> list[T]:
    """`part(first, last)` for consecutive ranges, of `shortest` or more, that make up 0 ... n, in order.

    >>> sweep(10, lambda first, last: last - first)
    [10]
    """
    size = max(shortest, -(-n // PARTS))
    starts = range(0, n, size)
    cores = min(len(starts), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if cores == 1:
        return [part(start, min(start + size, n)) for start in starts]
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(lambda start: part(start, min(start + size, n)), starts))
