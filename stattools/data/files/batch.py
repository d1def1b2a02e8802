"""Consecutive rows of a table that is not in memory, with the place where they stand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.interface.when_needed import pa


class Batch(NamedTuple):
    """Consecutive rows: the table, where it stands (file and row group, or partition), the number of its first row
    there, and that of its first row among all rows (or the number of the partition, where lengths are not known).
    """

    table: pa.RecordBatch
    where: str
    first: int
    number: int

    def taken(self, which: NDArray[np.intp]) -> Batch:
        """Some of its rows, by their places in it."""
        return self._replace(table=self.table.take(pa.array(which)))

    def cut(self, rows: int) -> list[Batch]:
        """The batch in pieces of so many rows at most."""
        if self.table.num_rows <= rows:
            return [self]
        return [
            self._replace(table=self.table.slice(first, rows), first=self.first + first, number=self.number + first)
            for first in range(0, self.table.num_rows, rows)
        ]
