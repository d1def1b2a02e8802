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
class BatchReader:
    """How a model reads a batch: its coding, and the center and the scale of the columns of X."""

    coding: Coding
    center: Floats | None
    scale: Floats | None

    def complete(self, batch: Batch) -> tuple[Rows, NDArray[np.intp]] | None:
        """The complete rows of a batch, and their numbers; None where there are none."""
        found = self.coding.complete(batch._replace(table=batch.table.select(list(self.coding.columns))))
        return None if found is None else (replace(found[0], center=self.center, scale=self.scale), found[1])


@dataclass(frozen=True, eq=False)
class Pass:
    """`work` of the complete rows of a batch as one or two models read them, and of the columns `beside` them with the
    numbers of the rows; nothing where a model has no complete rows.
    """

    readings: tuple[BatchReader, ...]
    work: Callable[..., Any]
    beside: tuple[str, ...] = ()

    def __call__(self, batch: Batch) -> Summed | None:
        found = [one for reading in self.readings if (one := reading.complete(batch)) is not None]
        if len(found) < len(self.readings):
            return None
        given: list[Any] = [rows for rows, _ in found]
        if self.beside:
            numbers = found[0][1]
            others = batch._replace(table=batch.table.select(list(self.beside)))
            given += [others.taken(numbers - batch.first), numbers]
        with at(batch.where):
            return Summed(self.work(*given), len(given[0].X))


def of_arrays(work: Callable[..., Any], *given: Any) -> Any:
    """`work` of rows whose X is one array."""
    return work(*(replace(one, X=np.asarray(one.X)) if isinstance(one, Rows) else one for one in given))


def of_blocks(part: Callable[[Block], Any], fold: int, rows: Rows) -> Any:
    """The sum of `part(block)` over the blocks of rows."""
    size = min(BLOCK, fold * rows.block_size)
    if isinstance(rows.X, StackedColumns):
        rows = replace(rows, X=rows.X.over(_scratch(size * rows.X.shape[1])))
    return reduce(iadd, map(part, rows.blocks(size)))
