"""A recurrence over many series in blocks that the cache holds, each handed to a kernel with the values that enter it.

A block is a run of times of one long series, or several whole short series end to end. Memory: the output and a block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import DomainError

Array = np.ndarray[Any, Any]
Arrays = tuple[Array, ...]
Kernel = Callable[[Arrays, Array, Array, Array], None]
"""kernel(a, b, before, y): k arrays a (R, T), b (R, T), before (k, R) the k values before, newest first; fills y
(R, T), which is contiguous.
"""

BLOCK = 1 << 16
"""Times of a block: with fewer the calls cost more, and with more the cache of a core no longer helps."""


class Trouble(Exception):
    """What is wrong, and in which row and column; becomes a DomainError that names series and index."""

    def __init__(self, reason: str, row: int, column: int) -> None:
        super().__init__(reason)
        self.reason, self.row, self.column = reason, int(row), int(column)

    def told(self, who: str, batch: tuple[int, ...], advice: str) -> DomainError:
        """The error for series of shape `batch`."""
        place = [int(i) for i in np.unravel_index(self.row, batch)]
        series = f" of series {place[0] if len(place) == 1 else tuple(place)}" if batch else ""
        return DomainError(f"{who}: {self.reason} at index {self.column}{series}. {advice}")


def sweep(kernel: Kernel, a: Arrays, b: Array, before: Array, y: Array, *, whole: bool = False) -> None:
    """Fill y (S, n) from k arrays a (S, n), b (S, n) and the values before the first time, before (k, S).

    With `whole` the kernel sees everything at once; it then has to step over series itself.
    """
    k, (series, n) = len(a), b.shape
    rows, times = (series, n) if whole else (max(1, BLOCK // n), n) if n <= BLOCK else (1, max(BLOCK, k))
    for r in range(0, series, rows):
        state = before[:, r : r + rows]
        for s in range(0, n, times):
            here = np.s_[r : r + rows, s : s + times]
            target = y[here]
            block = target if target.flags.c_contiguous else np.empty(target.shape, y.dtype)
            try:
                kernel(tuple(part[here] for part in a), b[here], state, block)
            except Trouble as trouble:
                raise Trouble(trouble.reason, r + trouble.row, s + trouble.column) from None
            if block is not target:
                target[...] = block
            if s + times < n:
                state = newest_first(block, k, state)


def newest_first(y: Array, k: int, before: Array) -> Array:
    """The k last values of y (R, T), newest first, shape (k, R); reaching back into those before where T < k."""
    last = y[:, ::-1][:, :k].T
    return last.copy() if len(last) == k else np.concatenate([last, before])[:k]


def kept_contiguous(*arrays: Array) -> bool:
    """True where every array has adjacent times and rows in order, or one row that is repeated."""
    return all(_adjacent(array) for array in arrays)


def compact(array: Array) -> Array:
    """A contiguous array with one row for rows that are a repeated one."""
    return np.ascontiguousarray(array[:1] if len(array) > 1 and array.strides[0] == 0 else array)


def _adjacent(array: Array) -> bool:
    repeated = len(array) > 1 and array.strides[0] == 0
    return (array[:1] if repeated else array).flags.c_contiguous
