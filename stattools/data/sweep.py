"""One read of the rows on all free threads: fixed parts, added in order, so that no number depends on the threads.

NumPy's products and exponentials release the interpreter, so that threads run side by side; BLAS itself keeps to one.
"""

from __future__ import annotations

from collections.abc import Callable

from stattools.threads import on_threads

PARTS = 8
"""Rows are read in at most so many parts, whatever the number of threads."""

SHORTEST = 4096
"""Parts are not shorter than this: below it a thread costs more than it brings."""


def sweep[T](n: int, part: Callable[[int, int], T], shortest: int = SHORTEST) -> list[T]:
    """`part(first, last)` for consecutive ranges, of `shortest` or more, that make up 0 ... n, in order.

    >>> sweep(10, lambda first, last: last - first)
    [10]
    """
    size = -(-n // max(1, min(PARTS, n // shortest))) or 1  # no rows are no ranges
    ranges = [(start, min(start + size, n)) for start in range(0, n, size)]
    return on_threads(lambda ends: part(*ends), ranges)
