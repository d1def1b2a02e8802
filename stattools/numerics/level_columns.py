"""X with the indicator columns of one factor kept as codes: the number of each row's level in the place of L columns.

    X = [A, Z, B],  Z_ij = 1 where row i has level j      X v = A a + z[codes] + B b
    X'u = [A'u, sums of u by level, B'u]
    X' diag(w) X = an `Arrow`: a diagonal for the levels, L x k numbers beside it, and k x k for the other columns

Rows, single columns, products, and largest and smallest values read the codes. For anything else the whole array is
made, where there is memory for it, so that other code sees the array that it expects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.arrow import Arrow, ArrowFactor
from stattools.numerics.coded_levels import CodedLevels
from stattools.text.one_line import prints

FLAGS = SimpleNamespace(forc=False, fnc=False, c_contiguous=False, f_contiguous=False, writeable=False)
"""No array lies in memory."""


@prints
@dataclass(frozen=True, eq=False)
class LevelColumns(CodedLevels):
    """Stands for X (n, p): the columns of `others` (n, k), with those of `levels` levels between them, from column `at`
    on. `codes` (n,) is the level of each row, -1 for the level that has no column.

    >>> X = LevelColumns(np.array([[1.0], [1.0], [1.0]]), np.array([0, 1, -1]), 2, 1)
    >>> X.shape, X @ [1.0, 10.0, 100.0], np.asarray(X)[1].tolist()
    ((3, 3), array([ 11., 101.,   1.]), [1.0, 0.0, 1.0])
    """

    others: Floats
    codes: NDArray[np.intp]
    levels: int
    at: int

    flags = FLAGS

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, those of the levels among them."""
        return len(self.codes), self.others.shape[1] + self.levels

    @property
    def size(self) -> int:
        """How many numbers are in memory: of what products cost."""
        return len(self.codes) * (self.others.shape[1] + 1)

    @property
    def stop(self) -> int:
        """The column after those of the levels."""
        return self.at + self.levels

    @property
    def is_complete(self) -> bool:
        """Whether every row has a level with a column, so that these columns add up to ones."""
        return self.is_everywhere

    @property
    def values(self) -> Floats:
        """What stands in the columns of its level in each row, (n, 1): ones."""
        return np.ones((len(self.codes), 1))

    @property
    def numbers(self) -> NDArray[np.intp]:
        """The numbers of the columns of each level, (L, 1)."""
        return np.arange(self.at, self.stop)[:, None]

    @property
    def arrow_at(self) -> int:
        """Where the levels stand, as an `Arrow` says it."""
        return self.at

    @property
    def constants(self) -> NDArray[np.intp]:
        """The numbers of the columns of each level that are 1 in its rows, (L,): all of them."""
        return np.arange(self.at, self.stop)

    @property
    def coded(self) -> LevelColumns:
        """These columns, whose levels are kept as codes: what tells them from those of an array."""
        return self

    def split(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """What is known of each column, (p, ...): of the levels, and of the others."""
        return values[self.at : self.stop], np.concatenate([values[: self.at], values[self.stop :]])

    def joined(self, of_levels: Any, of_others: Floats) -> Floats:
        """What is known of each column, from that of the levels and of the others: the inverse of `split`."""
        of_levels = np.broadcast_to(of_levels, (self.levels, *of_others.shape[1:]))
        return np.concatenate([of_others[: self.at], of_levels, of_others[self.at :]])

    def product(self, v: Floats) -> Floats:
        """X v, for v (p,) or (p, r)."""
        z, rest = self.split(v)
        return self.others @ rest + self.of_rows(z)

    def pulled(self, u: Floats) -> Floats:
        """X' u, for u (n,) or (n, r)."""
        return self.joined(self.by_level(u), self.others.T @ u)

    def gram(self, weight: Floats | None = None) -> Any:
        """X' diag(weight) X, an `Arrow`."""
        A = self.others
        half = A if weight is None else A * weight[:, None]
        counts = np.ones(len(self.codes)) if weight is None else weight
        return Arrow(self.at, self.by_level(counts), self.by_level(half), A.T @ half)

    def squares(self, codes: NDArray[np.intp], values: Floats, others: Floats) -> Arrow:
        """The sum of s s', an `Arrow`, of vectors s (p,) that are 0 but for `values` (m, 1) in the column of their
        level and `others` (m, k).
        """
        each = replace(self, others=others, codes=codes)
        return Arrow(self.at, each.by_level(values[:, 0] ** 2), each.by_level(values * others), others.T @ others)

    def among(self, columns: Sequence[int]) -> Any:
        """Some of the columns: with levels among them in the order of X, else an array in the order that is given."""
        if not any(self.at <= k < self.stop for k in columns):
            return self.others[:, [k if k < self.at else k - self.levels for k in columns]]
        left_out = np.ones(self.shape[1], dtype=bool)
        left_out[list(columns)] = False
        return self.without(left_out)

    def some(self, part: np.ndarray) -> Floats:
        """Some of the columns as an array of their own."""
        unit = np.zeros((self.shape[1], len(part)))
        unit[part, np.arange(len(part))] = 1.0
        return self.product(unit)

    def minus(self, by: Floats) -> LevelColumns:
        """Each other column less a number of `by` (p,)."""
        return replace(self, others=self.others - self.split(by)[1])

    def over(self, size: Floats) -> LevelColumns:
        """Each other column over a number of `size` (p,)."""
        return replace(self, others=self.others / self.split(size)[1])

    def at_level(self, code: int, last: Callable[[], Any]) -> LevelColumns:
        """With all rows in one level, -1 for that without a column."""
        return replace(self, codes=np.full(len(self), code))

    def rate(self, before: Any, gap: Floats) -> LevelColumns:
        """These columns less those `before` a number moved by `gap` (n,), over that; no row changes its level."""
        return replace(self.nothing(), others=(self.others - before.others) / gap[:, None])

    def nothing(self) -> LevelColumns:
        """Columns of the same shape in which all is 0."""
        return replace(self, others=np.zeros_like(self.others), codes=np.full(len(self), -1))

    def each(self, of: Callable[[Any], Any], of_levels: float) -> Any:
        """What `of` says of each column, (p,), where `of_levels` is what it would say of zeros and ones."""
        return self.joined(of_levels, of(self.others))

    def alike(self, other: Any) -> bool:
        """Whether other columns are the same up to round-off, with the same codes."""
        same = self.shape == other.shape and self.at == other.at and np.array_equal(self.codes, other.codes)
        return same and bool(np.allclose(self.others, other.others, rtol=1e-9, atol=0.0))

    def least_squares(self, y: Floats) -> Floats:
        """The coefficients of the combination of the columns that is nearest to y, (p,); 0 where they are dependent."""
        factor = ArrowFactor.of(self.gram())
        return np.zeros(self.shape[1]) if factor.failed else factor.solve(self.pulled(y))

    def without(self, left_out: NDArray[np.bool_]) -> Any:
        """The columns but for some, (p,); an array where no level has one."""
        of_levels, of_others = self.split(~left_out)
        others, kept = self.others[:, of_others], np.flatnonzero(of_levels)
        if not len(kept):
            return others
        places = np.full(self.levels + 1, -1)
        places[kept + 1] = np.arange(len(kept))
        return LevelColumns(others, places[self.codes + 1], len(kept), int(of_others[: self.at].sum()))

    def sparse(self) -> Any:
        """The matrix with its zeros left out, for linear programs."""
        from scipy.sparse import csr_array, hstack

        n, rows = len(self.codes), np.flatnonzero(self.codes >= 0)
        Z = csr_array((np.ones(len(rows)), (rows, self.codes[rows])), shape=(n, self.levels))
        return hstack([csr_array(self.others[:, : self.at]), Z, csr_array(self.others[:, self.at :])]).tocsr()

    def copy(self) -> Floats:
        """The array that this stands for, a new one; DomainError where there is no memory for it."""
        n, p = self.shape
        require_memory(f"{p:,} columns of zeros and ones in {n:,} rows", n * p, "Group the levels of the factor.")
        found = np.zeros((n, p))
        found[:, : self.at], found[:, self.stop :] = self.others[:, : self.at], self.others[:, self.at :]
        rows = np.flatnonzero(self.codes >= 0)
        found[rows, self.at + self.codes[rows]] = 1.0
        return found

    def max(self, axis: int | None = None, out: None = None) -> Any:
        """The largest value, of each column for axis 0."""
        counts = np.bincount(self.codes + 1, minlength=self.levels + 1)[1:]
        return self._ends((counts > 0).astype(float), np.max, axis)

    def min(self, axis: int | None = None, out: None = None) -> Any:
        """The smallest value, of each column for axis 0."""
        counts = np.bincount(self.codes + 1, minlength=self.levels + 1)[1:]
        return self._ends((counts == len(self.codes)).astype(float), np.min, axis)

    def squares_about(self, mean: Floats, weight: Floats) -> Floats:
        """Sums of weight (x - mean)^2 of each column, (p,)."""
        of_levels, of_others = self.split(mean)
        ones = self.by_level(weight)
        found = ones * (1.0 - of_levels) ** 2 + (weight.sum() - ones) * of_levels**2
        return self.joined(found, weight @ np.square(self.others - of_others))

    def _ends(self, of_levels: Floats, end: Any, axis: int | None) -> Any:
        if axis not in (0, None):
            return end(np.asarray(self), axis=axis)
        found = self.joined(of_levels, end(self.others, axis=0))
        return found if axis == 0 else end(found)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice) or (isinstance(place, np.ndarray | list) and np.ndim(place) == 1):
            return replace(self, others=self.others[place], codes=self.codes[place])
        if isinstance(place, int | np.integer):
            return np.asarray(self[place : place + 1 or None])[0]
        rows, columns = place if isinstance(place, tuple) and len(place) == 2 else (None, None)
        if isinstance(columns, int | np.integer):
            j = range(self.shape[1])[columns]
            if self.at <= j < self.stop:
                return (self.codes[rows] == j - self.at) * 1.0
            return self.others[rows, j if j < self.at else j - self.levels]
        return self.whole[place]

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """Absolute values and squares too, which leave zeros and ones as they are."""
        if ufunc in (np.absolute, np.square):
            return replace(self, others=ufunc(self.others))
        return CodedLevels.applied(self, ufunc, inputs)
