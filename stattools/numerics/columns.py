"""The columns of X: an array, and the columns of the levels of one factor, of which codes and few numbers are kept.

    X = [others, Z_1, ..., Z_L],  Z_j (n, k) has the row's numbers z_i where row i has level j, and zeros elsewhere
    X v = others b + z_i' a[codes]          X' u = [others' u, sums of z_i u_i by level]
    X' diag(w) X = an `Arrow`: a block (k, k) for each level, L k x m numbers beside them, (m, m) for the other columns

`C(g)` has one number that is always 1, and is not in memory; `C(g) + C(g):x` has the numbers 1 and x. The k columns of
a level stand anywhere among those of X. Rows, single columns, products, and largest and smallest values read the codes.
For anything else the whole array is made, where there is memory for it, so that other code sees the array that it
expects. An array is the case without levels: `as_columns` asks it what is asked of such columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.arrow import Arrow, ArrowFactor
from stattools.numerics.beside_ones import without_ones
from stattools.numerics.in_parts import InParts
from stattools.text.one_line import prints

TOGETHER = 64
"""Columns that are made as an array at a time."""


@prints
@dataclass(frozen=True, eq=False)
class Columns(InParts):
    """Stands for X (n, p): the columns of `others` (n, m), in their order, and those numbered `places` (L, k), which
    have the numbers `slopes` (n, k) in the rows of a level, or a single 1 where that is None. `codes` (n,) is the level
    of each row, -1 for the level that has no columns.

    >>> X = Columns(np.ones((3, 1)), np.array([0, 1, -1]), np.array([[1], [2]]), np.array([[2.0], [3.0], [4.0]]))
    >>> X.shape, X @ [1.0, 10.0, 100.0], np.asarray(X)[1].tolist()
    ((3, 3), array([ 21., 301.,   1.]), [1.0, 0.0, 3.0])
    """

    others: Floats
    codes: NDArray[np.intp]
    places: NDArray[np.intp]
    slopes: Floats | None = None

    flags = SimpleNamespace(forc=False, fnc=False, c_contiguous=False, f_contiguous=False, writeable=False)
    """No array lies in memory."""

    @classmethod
    def indicators(cls, others: Floats, codes: NDArray[np.intp], levels: int, at: int) -> Columns:
        """With a column of zeros and ones for each of `levels` levels, from column `at` on.

        >>> Columns.indicators(np.ones((3, 1)), np.array([0, 1, -1]), 2, 1) @ [1.0, 10.0, 100.0]
        array([ 11., 101.,   1.])
        """
        return cls(others, codes, np.arange(at, at + levels)[:, None])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, those of the levels among them."""
        return len(self.codes), self.others.shape[1] + self.places.size

    @property
    def size(self) -> int:
        """How many numbers are in memory: of what products cost."""
        return len(self.codes) * (self.others.shape[1] + 1) + (0 if self.slopes is None else self.slopes.size)

    @property
    def T(self) -> TransposedColumns:
        """The transposed matrix, of which there are products only."""
        return TransposedColumns(self)

    @property
    def by_levels(self) -> Columns:
        """These columns, whose levels are eliminated first."""
        return self

    @property
    def coded(self) -> Columns | None:
        """These columns where each level has one, of ones: None beside slopes."""
        return self if self.slopes is None else None

    @property
    def levels(self) -> int:
        """How many levels have columns."""
        return len(self.places)

    @property
    def kinds(self) -> range:
        """The numbers of the columns of a level."""
        return range(self.places.shape[1])

    @property
    def values(self) -> Floats:
        """What stands in the columns of its level in each row, (n, k)."""
        return np.ones((len(self.codes), 1)) if self.slopes is None else self.slopes

    @cached_property
    def rest(self) -> NDArray[np.intp]:
        """The numbers of the other columns."""
        return np.delete(np.arange(self.shape[1]), self.places.ravel())

    @cached_property
    def is_everywhere(self) -> bool:
        """Whether every row has a level with columns."""
        return bool(len(self.codes)) and bool(self.codes.min() >= 0)

    @cached_property
    def ones(self) -> int | None:
        """The first of the k numbers that is 1 in all rows with a level; None where there is none."""
        if self.slopes is None:
            return 0
        of_levels = self.slopes[self.codes >= 0]
        found = np.flatnonzero((of_levels == 1.0).all(axis=0))
        return int(found[0]) if len(found) and len(of_levels) else None

    @property
    def is_complete(self) -> bool:
        """Whether every row has a level and the columns of the number 1 add up to ones."""
        return self.is_everywhere and self.ones is not None

    @property
    def constants(self) -> NDArray[np.intp] | None:
        """The numbers of the columns of each level that are 1 in its rows, (L,); None where levels have none."""
        return None if self.ones is None else self.places[:, self.ones]

    def split(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """What is known of each column, (p, ...): of the levels, (L, k, ...), and of the others."""
        return values[self.places], values[self.rest]

    def joined(self, of_levels: Any, of_others: Floats) -> Floats:
        """What is known of each column, from that of the levels and of the others: the inverse of `split`."""
        found = np.empty((self.shape[1], *of_others.shape[1:]), np.result_type(of_levels, of_others))
        found[self.places], found[self.rest] = of_levels, of_others
        return found

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

    def _times(self, kind: int, u: Floats) -> Floats:
        """Each row of u (n,) or (n, r) times one of the row's numbers."""
        if self.slopes is None:
            return u
        return (self.slopes[:, kind] if u.ndim == 1 else self.slopes[:, kind, None]) * u

    def product(self, v: Floats) -> Floats:
        """X v, for v (p,) or (p, r)."""
        of_levels, rest = self.split(v)
        found = self.others @ rest
        for k in self.kinds:
            found += self._times(k, self.of_rows(of_levels[:, k]))
        return found

    def pulled(self, u: Floats) -> Floats:
        """X' u, for u (n,) or (n, r)."""
        each = [self.by_level(self._times(k, u)) for k in self.kinds]
        return self.joined(np.stack(each, axis=1), self.others.T @ u)

    def gram(self, weight: Floats | None = None) -> Any:
        """X' diag(weight) X, an `Arrow`."""
        A, (L, k), w = self.others, self.places.shape, np.ones(len(self.codes)) if weight is None else weight
        half = A if weight is None else A * weight[:, None]
        blocks, B = np.empty((L, k, k)), np.empty((L, k, A.shape[1]))
        for a in self.kinds:
            z = self._times(a, w)
            for b in range(a, k):
                blocks[:, a, b] = blocks[:, b, a] = self.by_level(self._times(b, z))
            B[:, a] = self.by_level(self._times(a, half))
        return Arrow(self.places, blocks, B.reshape(L * k, -1), A.T @ half)

    def gram_beside(self, others: Sequence[Floats], weight: Floats) -> Arrow:
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

    def between(self, at: NDArray[np.intp], E: Floats) -> Floats:
        """x'E x of each row, where blocks E (l, k, k) stand between the coefficients `at` (l, k) of some levels."""
        level, whole = np.full(self.shape[1], -1), np.zeros((self.levels, *E.shape[1:]))
        level[self.places] = np.arange(self.levels)[:, None]
        levels = level[at[:, 0]]
        if not np.array_equal(self.places[levels], at):
            return ArrayColumns(np.asarray(self)).between(at, E)
        whole[levels] = E
        pairs = [(a, b) for a in self.kinds for b in self.kinds]
        return sum(self._times(a, self._times(b, self.of_rows(whole[:, a, b]))) for a, b in pairs)  # type: ignore

    def beside(self, *columns: Floats) -> Columns:
        """With further columns behind."""
        return replace(self, others=np.column_stack([self.others, *columns]))

    def without(self, left_out: NDArray[np.bool_]) -> Any:
        """The columns but for some, (p,): what is left of a level that loses some columns, and of another not, stands
        among the others; an array where no level has one.
        """
        stays = ~left_out[self.places]
        kinds = np.flatnonzero(stays.any(axis=0))
        levels = np.flatnonzero(stays[:, kinds].all(axis=1)) if len(kinds) else np.zeros(0, dtype=np.intp)
        number, kept = np.cumsum(~left_out) - 1, self.places[np.ix_(levels, kinds)]
        others = self.some(np.setdiff1d(np.flatnonzero(~left_out), kept))
        if not kept.size:
            return others
        codes = np.full(self.levels + 1, -1)
        codes[levels + 1] = np.arange(len(levels))
        slopes = None if self.slopes is None else np.ascontiguousarray(self.slopes[:, kinds])
        return Columns(others, codes[self.codes + 1], number[kept], slopes)

    def among(self, columns: Sequence[int]) -> Any:
        """Some of the columns: with levels among them in the order of X, else an array in the order that is given."""
        if not np.isin(self.places, columns).any():
            return self.some(np.array(columns, dtype=np.intp))
        left_out = np.ones(self.shape[1], dtype=bool)
        left_out[list(columns)] = False
        return self.without(left_out)

    def some(self, part: NDArray[np.intp]) -> Floats:
        """Some of the columns as an array of their own, (n, r)."""
        at = np.full((2, self.shape[1]), -1)
        at[0, self.rest] = np.arange(len(self.rest))
        at[0, self.places], at[1, self.places] = np.arange(self.levels)[:, None], np.array(self.kinds)
        numbers, kinds = at[:, part]
        if (kinds < 0).all():
            return self.others[:, numbers]
        found = np.zeros((len(self.codes), len(part)))
        for column, (number, kind) in enumerate(zip(numbers.tolist(), kinds.tolist(), strict=True)):
            found[:, column] = self.others[:, number] if kind < 0 else self._times(kind, 1.0 * (self.codes == number))
        return found

    def minus(self, by: Floats) -> Any:
        """Each column less a number of `by` (p,): an array where it takes from those of levels."""
        of_levels, of_others = self.split(by)
        return np.asarray(self) - by if of_levels.any() else replace(self, others=self.others - of_others)

    def over(self, size: Floats) -> Columns:
        """Each column over a number of `size` (p,)."""
        of_levels, of_others = self.split(size)
        others = self.others / of_others
        if self.slopes is None and (of_levels == 1.0).all():
            return replace(self, others=others)
        values = self.values / np.where(self.codes[:, None] >= 0, self.of_rows(of_levels), 1.0)
        return replace(self, others=others, slopes=values)

    def at_level(self, code: int, last: Callable[[], Any]) -> Any:
        """With all rows in one level, -1 for that without a column, by the numbers that they have in the `last`; None
        beside slopes for the level without columns, whose rows may have some among the others.
        """
        if self.slopes is None:
            return replace(self, codes=np.full(len(self), code))
        return None if code < 0 else replace(last(), codes=np.full(len(self), code))

    def rate(self, before: Any, gap: Floats) -> Columns:
        """These columns less those `before` a number moved by `gap` (n,), over that; no row changes its level."""
        others = (self.others - before.others) / gap[:, None]
        if self.slopes is None:
            return replace(self.nothing(), others=others)
        return replace(self, others=others, slopes=(self.slopes - before.slopes) / gap[:, None])

    def nothing(self) -> Columns:
        """Columns of the same shape in which all is 0."""
        slopes = None if self.slopes is None else np.zeros_like(self.slopes)
        return replace(self, others=np.zeros_like(self.others), codes=np.full(len(self), -1), slopes=slopes)

    def each(self, of: Callable[[Any], Any], of_levels: float) -> Any:
        """What `of` says of each column, (p,), where `of_levels` is what it would say of zeros and ones."""
        if self.slopes is None:
            return self.joined(of_levels, of(self.others))
        parts = np.array_split(np.arange(self.shape[1]), max(self.shape[1] // TOGETHER, 1))
        return np.concatenate([of(self.some(part)) for part in parts])

    def alike(self, other: Any) -> bool:
        """Whether other columns are the same up to round-off, with the same codes."""
        same = self.shape == other.shape and np.array_equal(self.places, other.places)
        same = same and np.array_equal(self.codes, other.codes)
        near = partial(np.allclose, rtol=1e-9, atol=0.0)
        return same and bool(near(self.others, other.others) and near(self.values, other.values))

    def squares_about(self, mean: Floats, weight: Floats) -> Floats:
        """Sums of weight (x - mean)^2 of each column, (p,)."""
        (of_levels, of_others), w = self.split(mean), self.by_level(weight)
        found, values = np.empty(self.places.shape), self.values
        for k in self.kinds:
            gap = values[:, k] - self.of_rows(of_levels[:, k])
            found[:, k] = self.by_level(weight * gap**2) + (weight.sum() - w) * of_levels[:, k] ** 2
        return self.joined(found, weight @ np.square(self.others - of_others))

    def least_squares(self, y: Floats) -> Floats:
        """The coefficients of the combination of the columns that is nearest to y, (p,); 0 where they are dependent."""
        factor = ArrowFactor.of(self.gram())
        return np.zeros(self.shape[1]) if factor.failed else factor.solve(self.pulled(y))

    def sparse(self) -> Any:
        """The matrix with its zeros left out, for linear programs."""
        from scipy.sparse import coo_array, csr_array

        rows, kinds = np.flatnonzero(self.codes >= 0), len(self.kinds)
        i, j = np.nonzero(self.others)
        numbers = np.concatenate([self.values[rows].ravel(), self.others[i, j]])
        columns = np.concatenate([self.places[self.codes[rows]].ravel(), self.rest[j]])
        where = np.concatenate([np.repeat(rows, kinds), i]), columns
        return csr_array(coo_array((numbers, where), shape=self.shape))

    def copy(self) -> Floats:
        """The array that this stands for, a new one; DomainError where there is no memory for it."""
        (n, p), what = self.shape, "zeros and ones" if self.slopes is None else "levels"
        require_memory(f"{p:,} columns of {what} in {n:,} rows", n * p, "Group the levels of the factor.")
        found, rows = np.zeros((n, p)), np.flatnonzero(self.codes >= 0)
        found[:, self.rest] = self.others
        found[rows[:, None], self.places[self.codes[rows]]] = self.values[rows]
        return found

    def sum(self, axis: int | None = None, out: None = None) -> Any:
        """The sum, of each column for axis 0."""
        if axis not in (0, None):
            return np.asarray(self).sum(axis=axis)
        found = self.pulled(np.ones(len(self.codes)))
        return found if axis == 0 else found.sum()

    def max(self, axis: int | None = None, out: None = None) -> Any:
        """The largest value, of each column for axis 0."""
        return self._ends(np.maximum, -np.inf, axis)

    def min(self, axis: int | None = None, out: None = None) -> Any:
        """The smallest value, of each column for axis 0."""
        return self._ends(np.minimum, np.inf, axis)

    def _ends(self, end: Any, none: float, axis: int | None) -> Any:
        if axis not in (0, None):
            return end.reduce(np.asarray(self), axis=axis)
        counts = np.bincount(self.codes + 1, minlength=self.levels + 1)[1:]
        found, values = np.empty(self.places.shape), self.values
        for k in self.kinds:
            of_levels = np.full(self.levels + 1, none)
            end.at(of_levels, self.codes + 1, values[:, k])
            found[:, k] = np.where(counts == len(self.codes), of_levels[1:], end(of_levels[1:], 0.0))
        found = self.joined(found, end.reduce(self.others, axis=0))
        return found if axis == 0 else end.reduce(found)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice) or (isinstance(place, np.ndarray | list) and np.ndim(place) == 1):
            slopes = None if self.slopes is None else self.slopes[place]
            return replace(self, others=self.others[place], codes=self.codes[place], slopes=slopes)
        if isinstance(place, int | np.integer):
            return np.asarray(self[place : place + 1 or None])[0]
        rows, columns = place if isinstance(place, tuple) and len(place) == 2 else (None, None)
        if isinstance(columns, int | np.integer):
            return self.some(np.array([range(self.shape[1])[columns]]))[rows, 0]
        return self.whole[place]

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """Absolute values and squares too, which leave zeros and ones as they are."""
        if ufunc in (np.absolute, np.square):
            return replace(self, others=ufunc(self.others), slopes=None if self.slopes is None else ufunc(self.slopes))
        return InParts.applied(self, ufunc, inputs)


@dataclass(frozen=True, eq=False)
class TransposedColumns(InParts):
    """The transposed of such columns, for products X'u."""

    of: Columns

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows."""
        n, p = self.of.shape
        return p, n

    @property
    def T(self) -> Columns:
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


@dataclass(frozen=True, eq=False)
class ArrayColumns:
    """The columns of an array X (n, p), or of a `BesideOnes`."""

    X: Any

    coded: ClassVar[None] = None
    """No levels are kept as codes, as `Columns.coded` says of those that are."""

    by_levels: ClassVar[None] = None
    """No levels are eliminated first, as `Columns.by_levels` says of those that are."""

    def among(self, columns: Sequence[int]) -> Floats:
        """Some of the columns, a slice where they stand together."""
        first, last = columns[0], columns[-1]
        if last - first == len(columns) - 1 and tuple(columns) == tuple(range(first, last + 1)):
            return without_ones(self.X)[:, first - 1 : last] if first else self.X[:, : last + 1]
        return np.column_stack([self.X[:, k] for k in columns])

    def some(self, part: np.ndarray) -> Floats:
        """Some of the columns as an array of their own."""
        return self.X[:, part]

    def between(self, at: NDArray[np.intp], E: Floats) -> Floats:
        """x'E x of each row, where blocks E (l, k, k) stand between the columns `at` (l, k)."""
        of_levels = self.X[:, at]
        return np.einsum("nla,lab,nlb->n", of_levels, E, of_levels, optimize=True)

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
    return X if isinstance(X, Columns) else ArrayColumns(X)
