"""A sample of the rows of a table that is read in batches: those with the smallest lots, so that samples add.

Where the number of all rows is known, one of each of equal runs is picked and no lot is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.batch import Batch

Pick = Callable[[Batch], tuple[NDArray[np.intp], NDArray[np.float64]]]
"""The rows of a batch that may be in a sample, and their lots."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows as they were read, in order, with their lots; adds with `+`, and then keeps the `most` smallest lots."""

    batches: tuple[Batch, ...]
    lots: tuple[NDArray[np.float64], ...]
    most: int

    @classmethod
    def of(cls, batch: Batch, pick: Pick, most: int) -> Sample:
        """The rows that are picked from one batch."""
        which, lots = pick(batch)
        return cls((batch.taken(which),), (lots,), most) if len(which) else cls((), (), most)

    def __add__(self, other: Sample) -> Sample:
        batches, lots = self.batches + other.batches, self.lots + other.lots
        if sum(map(len, lots)) <= self.most:
            return Sample(batches, lots, self.most)
        last = np.partition(np.concatenate(lots), self.most - 1)[self.most - 1]
        kept = [np.flatnonzero(part <= last) for part in lots]
        pairs = [
            (batch if len(rows) == len(part) else batch.taken(rows), part[rows])
            for batch, part, rows in zip(batches, lots, kept, strict=True)
            if len(rows)
        ]
        return Sample(tuple(batch for batch, _ in pairs), tuple(part for _, part in pairs), self.most)

    def thinned(self, every: int) -> Sample:
        """Every so manieth row of each batch."""
        if every < 2:
            return self
        taken = tuple(batch.taken(np.arange(0, batch.table.num_rows, every)) for batch in self.batches)
        return Sample(taken, tuple(part[::every] for part in self.lots), self.most)

    @property
    def n(self) -> int:
        """The number of its rows."""
        return sum(map(len, self.lots))


@dataclass(frozen=True, eq=False)
class OneOfEachRun:
    """Picks the rows of a table of n rows that are in a sample: all, or one of each of equal runs."""

    chosen: NDArray[np.intp]

    @classmethod
    def of(cls, n: int, most: int) -> OneOfEachRun:
        """From the number of rows and that of the sample."""
        if n <= most:
            return cls(np.arange(n))
        edges = np.linspace(0, n, most + 1).astype(np.intp)
        return cls(np.random.default_rng(0).integers(edges[:-1], edges[1:]))

    def __call__(self, batch: Batch) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        low, high = np.searchsorted(self.chosen, [batch.number, batch.number + batch.table.num_rows])
        return self.chosen[low:high] - batch.number, np.zeros(high - low)
