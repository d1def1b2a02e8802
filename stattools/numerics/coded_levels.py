"""Columns of which those of the levels of one factor are kept as codes: what all such matrices share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.in_parts import InParts


class CodedLevels(InParts):
    """A matrix (n, p) with `codes` (n,), the level of each row or -1 for the level that has no columns, of `levels`
    levels; a class of this kind defines `gram` too.
    """

    codes: NDArray[np.intp]
    levels: int

    @property
    def T(self) -> LevelRows:
        """The transposed matrix, of which there are products only."""
        return LevelRows(self)

    @property
    def by_levels(self) -> Any:
        """These columns, whose levels are eliminated first."""
        return self

    @cached_property
    def is_everywhere(self) -> bool:
        """Whether every row has a level with columns."""
        return bool(len(self.codes)) and bool(self.codes.min() >= 0)

    def gram(self, weight: Floats | None = None) -> Any:
        """X' diag(weight) X, an `Arrow`."""
        raise NotImplementedError

    def beside(self, *columns: Floats) -> Any:
        """With further columns behind."""
        of: Any = self
        return replace(of, others=np.column_stack([of.others, *columns]))

    def by_level(self, values: Floats) -> Floats:
        """Sums over the rows of each level of values (n,) or (n, r)."""
        if values.ndim == 1:
            sums: Any = np.bincount(self.codes + 1, values, self.levels + 1)
            return sums[1:]
        found = np.empty((self.levels, values.shape[1]))
        for j in range(values.shape[1]):
            found[:, j] = self.by_level(values[:, j])
        return found

    def of_rows(self, by_level: Floats) -> Floats:
        """What is known of each level, for each row; 0 for rows of the level without a column."""
        if self.is_everywhere:
            return by_level[self.codes]
        return np.concatenate([by_level, np.zeros_like(by_level[:1])])[self.codes]

    def gram_beside(self, others: Sequence[Floats], weight: Floats) -> Any:
        """The same beside the columns of further linear predictors: J' weight J where the blocks of J are X and the
        `others` (n, k_1), ..., (n, k_m), for weight (n, 1 + m, 1 + m).
        """
        ends = np.cumsum([0, *(of.shape[1] for of in others)]).tolist()
        parts = list(map(slice, ends, ends[1:]))
        sides, corner = np.empty((self.shape[1], ends[-1])), np.empty((ends[-1], ends[-1]))
        for a, (of, part) in enumerate(zip(others, parts, strict=True)):
            sides[:, part] = self.pulled(weight[:, 0, a + 1, None] * of)
            for b in range(a, len(others)):
                corner[part, parts[b]] = of.T @ (weight[:, a + 1, b + 1, None] * others[b])
                corner[parts[b], part] = corner[part, parts[b]].T
        return self.gram(np.ascontiguousarray(weight[:, 0, 0])).bordered(sides, corner)

    def sum(self, axis: int | None = None, out: None = None) -> Any:
        """The sum, of each column for axis 0."""
        if axis not in (0, None):
            return np.asarray(self).sum(axis=axis)
        found = self.pulled(np.ones(len(self.codes)))
        return found if axis == 0 else found.sum()


@dataclass(frozen=True, eq=False)
class LevelRows(InParts):
    """The transposed of such columns, for products X'u."""

    of: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows."""
        n, p = self.of.shape
        return p, n

    @property
    def T(self) -> Any:
        """The matrix itself."""
        return self.of

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        return self.of.copy().T

    def product(self, v: Floats) -> Floats:
        """X' u."""
        return self.of.pulled(v)

    def pulled(self, u: Floats) -> Floats:
        """X v."""
        return self.of.product(u)

    def __getitem__(self, place: Any) -> Any:
        rows, *columns = place if isinstance(place, tuple) else (place,)
        if isinstance(rows, slice) and rows == slice(None) and len(columns) == 1 and np.ndim(columns[0]) == 1:
            return self.of[columns[0]].T
        return self.whole[place]
