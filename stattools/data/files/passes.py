"""What a pass over rows in files or on a cluster does with a batch: code it, sum it, forget it. The objects are small
enough to be sent to where the batch is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import iadd
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import Batch, at
from stattools.data.formula.coding import Coding
from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.stacked_columns import StackedColumns
from stattools.interface.arrays import Floats

BLOCK = 1 << 13
"""The most rows of a block: what is made of it stays in the cache of one core while X itself is in that of another."""


class _Room(local):
    room = np.empty(0)


_own = _Room()
"""The room of the thread that asks."""


def _scratch(size: int) -> Floats:
    """Room for a block of X, one for each thread: to ask the system for it each time takes as long as to fill it."""
    if len(_own.room) < size:
        _own.room = np.empty(size)
    return _own.room


@dataclass(frozen=True, eq=False)
class Summed:
    """A sum over some rows, with the number of the rows."""

    value: Any
    n: int

    def __add__(self, other: Summed) -> Summed:
        return Summed(self.value + other.value, self.n + other.n)

    def __iadd__(self, other: Summed) -> Summed:
        """The sum, in the arrays of the first."""
        return Summed(iadd(self.value, other.value), self.n + other.n)


@dataclass(frozen=True, eq=False)
class OverRows:
    """`work` of the complete rows of a batch."""

    coding: Coding
    work: Callable[[Rows], Any]

    def __call__(self, batch: Batch) -> Summed | None:
        rows = self.coding.rows(batch)
        if rows is None:
            return None
        with at(batch.where):
            return Summed(self.work(rows), len(rows.X))


@dataclass(frozen=True, eq=False)
class OverBlocks:
    """The sum of `part(block)` over the blocks of a batch."""

    coding: Coding
    part: Callable[[Block], Any]
    fold: int = 1

    def __call__(self, batch: Batch) -> Summed | None:
        found = self.coding.complete(batch)
        if found is None:
            return None
        rows, n = found[0], len(found[0].X)
        size = min(BLOCK, self.fold * rows.block_size)
        if isinstance(rows.X, StackedColumns):
            rows = replace(rows, X=rows.X.over(_scratch(size * rows.X.shape[1])))
        with at(batch.where):
            return Summed(reduce(iadd, map(self.part, rows.blocks(size))), n)


@dataclass(frozen=True, eq=False)
class OverBoth:
    """`work` of the complete rows of a batch as two models read them; None where one of them has no complete rows."""

    one: Coding
    other: Coding
    work: Callable[[Rows, Rows], Any]

    def __call__(self, batch: Batch) -> Any:
        both = (self.one, self.other)
        rows = [coding.rows(batch._replace(table=batch.table.select(list(coding.columns)))) for coding in both]
        return None if rows[0] is None or rows[1] is None else self.work(rows[0], rows[1])


@dataclass(frozen=True, eq=False)
class OverRowsBeside:
    """`work` of the complete rows of a batch, other columns of the source in these rows, and the rows' numbers."""

    coding: Coding
    columns: tuple[str, ...]
    work: Callable[[Rows, Batch, NDArray[np.intp]], Any]

    def __call__(self, batch: Batch) -> Summed | None:
        found = self.coding.complete(batch._replace(table=batch.table.select(list(self.coding.columns))))
        if found is None:
            return None
        rows, numbers = found
        others = batch._replace(table=batch.table.select(list(self.columns))).taken(numbers - batch.first)
        with at(batch.where):
            return Summed(self.work(rows, others, numbers), len(rows.X))
