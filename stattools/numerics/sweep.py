"""One read of the rows on all free threads: fixed parts, added in order, so that no number depends on the threads.

NumPy's products and exponentials release the interpreter, so that threads run side by side; BLAS itself keeps to one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from stattools.numerics.threads import on_threads, stop_if_abandoned

PARTS = 8
"""Rows are read in at most so many parts, whatever the number of threads: in 8, 4, 2 or 1, which two share evenly."""

SHORTEST = 4096
"""Parts are not shorter than this: below it a thread costs more than it brings."""

ROUNDS = 8
"""A share has at least so many blocks, so that sorted rows are in all shares alike."""


class Share(NamedTuple):
    """Every `of`-th block of rows from the block `number` on: rows from everywhere, whatever their order."""

    number: int
    of: int

    def block_size(self, n: int, size: int) -> int:
        """How long its blocks of n rows are at most, where blocks are of `size`."""
        return max(1, min(size, n // (ROUNDS * self.of)))


def spans(first: int, last: int, size: int, share: Share | None = None) -> Iterator[slice]:
    """Consecutive blocks of rows of `size`, or those of a share, which are as many and as long for every share and of
    about that size.

    >>> [(rows.start, rows.stop) for rows in spans(0, 10, 4)]
    [(0, 4), (4, 8), (8, 10)]
    >>> [(rows.start, rows.stop) for rows in spans(0, 10, 3, Share(1, 2))]
    [(3, 6), (9, 10)]
    """
    skip = 1 if share is None else share.of
    if share is not None:
        rounds = max(1, round((last - first) / (skip * size)))
        size = -(-(last - first) // (skip * rounds))
        first += share.number * size
    for start in range(first, last, skip * size):
        stop_if_abandoned()
        yield slice(start, min(start + size, last))


def sweep[T](n: int, part: Callable[[int, int], T], shortest: int = SHORTEST) -> list[T]:
    """`part(first, last)` for consecutive ranges, of `shortest` or more, that make up 0 ... n, in order.

    >>> sweep(10, lambda first, last: last - first)
    [10]
    """
    parts = 1 << max(1, min(PARTS, n // shortest)).bit_length() - 1
    size = -(-n // parts) or 1  # no rows are no ranges
    ranges = [(start, min(start + size, n)) for start in range(0, n, size)]
    return on_threads(lambda ends: part(*ends), ranges)
