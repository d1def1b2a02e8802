"""X of columns that lie apart in memory: rows are put together when they are asked for, one block at a time.

Columns of a batch come one by one out of a file. Copied into an X of their own they would go through memory twice more;
as blocks that are used at once they stay in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class StackedColumns:
    """Stands for X (n, p): a slice of its rows is an array in Fortran order. A column is an array (n,) of numbers, or
    one number that is the same in all rows. With `scratch`, room for the numbers of a block, each block overwrites the
    one before it.

    >>> X = StackedColumns((1.0, np.array([2, 3, 4])), 3)
    >>> X.shape, X[1:].tolist()
    ((3, 2), [[1.0, 3.0], [1.0, 4.0]])
    """

    columns: tuple[NDArray[Any] | float, ...]
    n: int
    scratch: Floats | None = None

    ndim = 2

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.n, len(self.columns)

    @property
    def size(self) -> int:
        """How many numbers."""
        return self.n * len(self.columns)

    def over(self, scratch: Floats) -> StackedColumns:
        """The same X, whose blocks are written to `scratch`."""
        return replace(self, scratch=scratch)

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, rows: slice) -> Floats:
        first, last, _ = rows.indices(self.n)
        m, p = max(last - first, 0), len(self.columns)
        room = np.empty(m * p) if self.scratch is None else self.scratch[: m * p]
        X = room.reshape((m, p), order="F")
        self.put(X, rows)
        return X

    def put(self, X: Floats, rows: slice = slice(None)) -> None:
        """Write some of the rows into X."""
        for place, column in enumerate(self.columns):
            X[:, place] = column[rows] if isinstance(column, np.ndarray) else column

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:
        return replace(self, scratch=None)[:]


def one_below_the_other(parts: Sequence[StackedColumns | Floats]) -> Floats:
    """The rows of all parts, written once where their columns lie apart.

    >>> one_below_the_other([StackedColumns((1.0, np.array([2, 3])), 2), np.array([[4.0, 5.0]])]).tolist()
    [[1.0, 2.0], [1.0, 3.0], [4.0, 5.0]]
    """
    if not any(isinstance(part, StackedColumns) for part in parts):
        return np.concatenate(parts)
    X, first = np.empty((sum(map(len, parts)), parts[0].shape[1]), order="F"), 0
    for part in parts:
        last = first + len(part)
        if isinstance(part, StackedColumns):
            part.put(X[first:last])
        else:
            X[first:last] = part
        first = last
    return X
