"""What is asked of the columns of X, whichever way they are kept: as an array, or beside levels that are codes.

`as_columns` is the one place that tells the two apart. `LevelColumns` and `LevelSlopes` answer for themselves, and
`ArrayColumns` gives the same answers for an array; a test holds them to the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.beside_ones import without_ones
from stattools.numerics.coded_levels import CodedLevels


@dataclass(frozen=True, eq=False)
class ArrayColumns:
    """The columns of an array X (n, p), or of a `BesideOnes`."""

    X: Any

    coded: ClassVar[None] = None
    """No levels are kept as codes, as `LevelColumns.coded` says of those that are."""

    by_levels: ClassVar[None] = None
    """No levels are eliminated first, as `CodedLevels.by_levels` says of those that are."""

    def among(self, columns: Sequence[int]) -> Floats:
        """Some of the columns, a slice where they stand together."""
        first, last = columns[0], columns[-1]
        if last - first == len(columns) - 1 and tuple(columns) == tuple(range(first, last + 1)):
            return without_ones(self.X)[:, first - 1 : last] if first else self.X[:, : last + 1]
        return np.column_stack([self.X[:, k] for k in columns])

    def some(self, part: np.ndarray) -> Floats:
        """Some of the columns as an array of their own."""
        return self.X[:, part]

    def beside(self, *columns: Floats) -> Floats:
        """With further columns behind, each (n,) or (n, k); in C order."""
        return np.ascontiguousarray(np.column_stack([self.X, *columns]))

    def minus(self, by: Floats) -> Floats:
        """Each column less a number of `by` (p,)."""
        return np.asarray(self.X) - by

    def over(self, size: Floats) -> Any:
        """Each column over a number of `size` (p,)."""
        return self.X / size

    def rate(self, before: Floats, gap: Floats) -> Floats:
        """These columns less those `before` a number moved by `gap` (n,), over that."""
        return (self.X - before) / gap[:, None]

    def nothing(self) -> Floats:
        """Columns of the same shape in which all is 0."""
        return np.zeros_like(self.X)

    def each(self, of: Callable[[Any], Any], of_levels: float) -> Any:
        """What `of` says of each column, (p,)."""
        return of(self.X)

    def alike(self, other: Any) -> bool:
        """Whether other columns are the same up to round-off."""
        return self.X.shape == other.shape and bool(np.allclose(self.X, other, rtol=1e-9, atol=0.0))

    def squares_about(self, mean: Floats, weight: Floats) -> Floats:
        """Sums of weight (x - mean)^2 of each column, (p,)."""
        return weight @ np.square(self.X - mean)

    def least_squares(self, y: Floats) -> Floats:
        """The coefficients of the combination of the columns that is nearest to y, (p,)."""
        return np.linalg.lstsq(self.X, y, rcond=None)[0]

    def sparse(self) -> Any:
        """The matrix with its zeros left out, for linear programs."""
        from scipy.sparse import csr_array

        return csr_array(self.X)


def as_columns(X: Any) -> Any:
    """X itself where it answers for its columns, else what answers for the array.

    >>> as_columns(np.array([[1.0, 2.0]])).beside(np.array([3.0]))
    array([[1., 2., 3.]])
    """
    return X if isinstance(X, CodedLevels) else ArrayColumns(X)
