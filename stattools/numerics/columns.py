"""The columns of X: an array, the columns of the levels of one factor kept as codes, a column of ones beside an array.

    X = [others, Z_1, ..., Z_L],  Z_j (n, k) has the row's numbers z_i where row i has level j, and zeros elsewhere
    X v = others b + z_i' a[codes]          X' u = [others' u, sums of z_i u_i by level]
    X' diag(w) X = an `Arrow`: a block (k, k) for each level, L k x m numbers beside them, (m, m) for the other columns

`C(g)` has one number that is always 1, and is not in memory; `C(g) + C(g):x` has the numbers 1 and x. The k columns of
a level stand anywhere among those of X. For what is not known of the parts the whole array is made, where there is
memory for it. What NumPy has no word for is asked of these and of arrays alike by functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.arrowhead import Arrow, ArrowFactor, InParts
from stattools.text.one_line import prints


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

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, those of the levels among them."""
        return len(self.codes), self.others.shape[1] + self.places.size

    @property
    def size(self) -> int:
        """How many numbers are in memory: of what products cost."""
        return len(self.codes) * (self.others.shape[1] + 1) + (0 if self.slopes is None else self.slopes.size)

    @property
    def T(self) -> Transposed:
        """The transposed matrix, of which there are products only."""
        return Transposed(self)

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

    def split(self, values: Floats) -> tuple[Floats, Floats]:
        """What is known of each column, (p, ...): of the levels, (L, k, ...), and of the others."""
        return values[self.places], values[self.rest]

    def joined(self, of_levels: ArrayLike, of_others: Floats) -> Floats:
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

    def gram(self, weight: Floats | None = None, reader: NDArray[np.intp] | None = None) -> Arrow:
        """X' diag(weight) X, an `Arrow`; for weight (n, K, K) the sum of J' weight J, where row k of J has the columns
        of X that the linear predictor k reads: `reader` (p,) says which one reads each column.
        """
        A, (L, k), w = self.others, self.places.shape, np.ones(len(self.codes)) if weight is None else weight
        w = w.reshape(len(w), *w.shape[1:] or (1, 1))
        reader = np.zeros(self.shape[1], dtype=np.intp) if reader is None else reader
        of_levels, of_others = reader[self.places[:1].ravel()], reader[self.rest]
        blocks, B, C = np.empty((L, k, k)), np.empty((L, k, A.shape[1])), np.empty((A.shape[1],) * 2)
        for one in range(w.shape[1]):
            half, own = w[:, one, of_others] * A, of_others == one
            C[own] = A[:, own].T @ half
            for a in np.flatnonzero(of_levels == one).tolist():
                B[:, a] = self.by_level(self._times(a, half))
                for b in range(a, k):
                    z = self._times(b, self._times(a, w[:, one, of_levels[b]]))
                    blocks[:, a, b] = blocks[:, b, a] = self.by_level(z)
        return Arrow(self.places, blocks, B.reshape(L * k, -1), C)

    def between(self, at: NDArray[np.intp], E: Floats, reader: NDArray[np.intp]) -> Floats | None:
        """J E J' of each row, (n, K, K), where blocks E (l, k, k) stand between the coefficients `at` (l, k) of some
        levels, and row k of J has the columns that the linear predictor k reads, `reader` (p,); None where blocks are
        of other coefficients than those of whole levels.
        """
        found, level = np.zeros((len(self), *[int(reader.max()) + 1] * 2)), np.full(self.shape[1], -1)
        level[self.places] = np.arange(self.levels)[:, None]
        levels, whole = level[at[:, 0]], np.zeros((self.levels, *E.shape[1:]))
        if len(at) and not np.array_equal(self.places[levels], at):
            return None
        whole[levels] = E
        for a, one in enumerate(reader[at[0]] if len(at) else ()):
            for b, other in enumerate(reader[at[0]]):
                found[:, one, other] += self._times(a, self._times(b, self.of_rows(whole[:, a, b])))
        return found

    def without(self, left_out: NDArray[np.bool_]) -> Columns | Floats:
        """The columns but for some, (p,): what is left of a level that loses some columns, and of another not, stands
        among the others; an array where no level has one.
        """
        stays = ~left_out[self.places]
        kinds = np.flatnonzero(stays.any(axis=0))
        levels = np.flatnonzero(stays[:, kinds].all(axis=1)) if len(kinds) else np.zeros(0, dtype=np.intp)
        number, kept = np.cumsum(~left_out) - 1, self.places[np.ix_(levels, kinds)]
        others = ~left_out
        others[kept] = False
        others = self.some(np.flatnonzero(others))
        if not kept.size:
            return others
        codes = np.full(self.levels + 1, -1)
        codes[levels + 1] = np.arange(len(levels))
        slopes = None if self.slopes is None else np.ascontiguousarray(self.slopes[:, kinds])
        return Columns(others, codes[self.codes + 1], number[kept], slopes)

    def among(self, columns: NDArray[np.intp]) -> Columns | Floats:
        """Some of the columns: an array where they are in another order than in X, or no levels are among them."""
        left_out = np.ones(self.shape[1], dtype=bool)
        left_out[columns] = False
        if left_out[self.places].all() or (np.diff(columns) <= 0).any():
            return self.some(columns)
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

    def summed(self, groups: NDArray[np.intp], n: int) -> Any:
        """The sums over the rows of each of n groups, (n, p): such columns where the rows of each are in one level,
        else a sparse array.
        """
        from scipy.sparse import csr_array

        each = csr_array((np.ones(len(groups)), (groups, np.arange(len(groups)))), shape=(n, len(groups)))
        codes = np.full(n, -1)
        codes[groups] = self.codes
        if (codes[groups] != self.codes).any():
            return each @ self.sparse()
        return replace(self, others=each @ self.others, codes=codes, slopes=each @ self.values)

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
        return self.sparse().toarray()

    def sum(self, axis: int | None = None, out: None = None) -> Floats | float:
        """The sum, of each column for axis 0."""
        return self.sparse().sum(axis)

    def max(self, axis: int | None = None, out: None = None) -> Floats | float:
        """The largest value, of each column for axis 0."""
        if axis not in (0, None):
            return np.asarray(self).max(axis=axis)
        rows, full = np.flatnonzero(self.codes >= 0), self.by_level(np.ones(len(self))) == len(self)
        found = np.tile(np.where(full, -np.inf, 0.0)[:, None], len(self.kinds))
        np.maximum.at(found, self.codes[rows], self.values[rows])
        found = self.joined(found, np.maximum.reduce(self.others, axis=0))
        return found if axis == 0 else found.max()

    def min(self, axis: int | None = None, out: None = None) -> Floats | float:
        """The smallest value, of each column for axis 0."""
        return -(-1.0 * self).max(axis)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice) or (isinstance(place, np.ndarray | list) and np.ndim(place) == 1):
            slopes = None if self.slopes is None else self.slopes[place]
            return replace(self, others=self.others[place], codes=self.codes[place], slopes=slopes)
        if isinstance(place, int | np.integer):
            return np.asarray(self[place : place + 1 or None])[0]
        rows, columns = place if isinstance(place, tuple) and len(place) == 2 else (None, None)
        if isinstance(columns, int | np.integer):
            return self.some(np.array([range(self.shape[1])[columns]]))[rows, 0]
        if isinstance(rows, slice) and rows == slice(None):
            return self.among(np.arange(self.shape[1])[columns])
        return self.whole[place]

    def applied(self, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Any:
        """Absolute values and squares too, and what leaves the zeros of levels: sums and differences of columns with
        the same codes, and with numbers for each column that are 0 for levels; multiples and quotients.
        """
        if ufunc in (np.absolute, np.square):
            return replace(self, others=ufunc(self.others), slopes=None if self.slopes is None else ufunc(self.slopes))
        if ufunc in (np.add, np.subtract, np.multiply, np.true_divide) and inputs[0] is self:
            return self._combined(ufunc, inputs[1])
        if ufunc is np.multiply and not isinstance(inputs[0], InParts):
            return self._combined(ufunc, inputs[0])
        return InParts.applied(self, ufunc, inputs)

    def _combined(self, ufunc: np.ufunc, other: Any) -> Columns | None:
        """The columns with others of the same codes, or with numbers for each row or each column."""
        adds = ufunc in (np.add, np.subtract)
        if isinstance(other, Columns):
            same = self.shape == other.shape and np.array_equal(self.places, other.places)
            if not (adds and same and np.array_equal(self.codes, other.codes)):
                return None
            return replace(self, others=ufunc(self.others, other.others), slopes=ufunc(self.values, other.values))
        shape = np.shape(other)
        if shape == (len(self), 1):
            return None if adds else replace(self, others=ufunc(self.others, other), slopes=ufunc(self.values, other))
        if len(shape) > 1 and shape != (1, self.shape[1]):
            return None
        of_levels, of_others = self.split(np.broadcast_to(np.reshape(other, shape[-1:]), self.shape[1:]))
        others = ufunc(self.others, of_others)
        if adds:
            return None if of_levels.any() else replace(self, others=others)
        if self.slopes is None and (of_levels == 1.0).all():
            return replace(self, others=others)
        values = ufunc(self.values, np.where(self.codes[:, None] >= 0, self.of_rows(of_levels), 1.0))
        return replace(self, others=others, slopes=values)


@dataclass(frozen=True, eq=False)
class Transposed(InParts):
    """The transposed of columns, for products X'u."""

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


def with_levels(X: object) -> Columns | None:
    """X itself where levels are kept as codes, so that they are eliminated first; None of an array."""
    return X if isinstance(X, Columns) else None


def picking(columns: object, width: int, numbers: Floats | None = None) -> Columns:
    """The matrix (k, width) with a 1, or its number of `numbers` (k,), in one of its `columns` (k,) in each row.

    >>> R = picking([2, 0], 3, np.array([1.0, 2.0]))
    >>> np.asarray(R).tolist(), R @ [5.0, 6.0, 7.0], [1.0, 1.0] @ R
    ([[0.0, 0.0, 1.0], [2.0, 0.0, 0.0]], array([ 7., 10.]), array([2., 0., 1.]))
    """
    codes = np.asarray(columns, dtype=np.intp)
    slopes = None if numbers is None else numbers[:, None]
    return Columns(np.empty((len(codes), 0)), codes, np.arange(width)[:, None], slopes)


def picked(R: Any) -> tuple[NDArray[np.intp], Floats] | None:
    """The columns and the numbers of a matrix of `picking`; None of an array."""
    return None if with_levels(R) is None else (R.codes, R.values[:, 0])


def beside(*parts: Any) -> Any:
    """The columns of all parts, each (n,) or (n, k), one part after the other: an array in C order, or `Columns` whose
    levels have those of all parts that keep the same levels as codes.

    >>> beside(np.array([[1.0, 2.0]]), np.array([3.0]))
    array([[1., 2., 3.]])
    """
    coded = [X for X in parts if with_levels(X) is not None]
    if not coded:
        return np.ascontiguousarray(np.column_stack(parts))
    same = [X for X in coded if X.levels == coded[0].levels and np.array_equal(X.codes, coded[0].codes)]
    others, places, first = [], [], 0
    for X in parts:
        if any(X is one for one in same):
            others.append(X.others)
            places.append(X.places + first)
        else:
            others.append(np.asarray(X))
        first += 1 if X.ndim == 1 else X.shape[1]
    slopes = coded[0].slopes if len(same) == 1 else np.column_stack([X.values for X in same])
    return Columns(np.column_stack(others), coded[0].codes, np.column_stack(places), slopes)


def alike(X: Any, other: Any) -> bool:
    """Whether columns are the same up to round-off, and those of levels have the same codes."""
    near = partial(np.allclose, rtol=1e-9, atol=0.0)
    if X.shape != other.shape or with_levels(X) is None:
        return X.shape == other.shape and bool(near(X, other))
    same = np.array_equal(X.places, other.places) and np.array_equal(X.codes, other.codes)
    return same and bool(near(X.others, other.others) and near(X.values, other.values))


def squares_about(X: Any, mean: Floats, weight: Floats) -> Floats:
    """Sums of weight (x - mean)^2 of each column, (p,)."""
    if with_levels(X) is None:
        return weight @ np.square(X - mean)
    (of_levels, of_others), elsewhere = X.split(mean), weight.sum() - X.by_level(weight)
    found = elsewhere[:, None] * of_levels**2
    for k in X.kinds:
        found[:, k] += X.by_level(weight * (X.values[:, k] - X.of_rows(of_levels[:, k])) ** 2)
    return X.joined(found, weight @ np.square(X.others - of_others))


def nearest(X: Any, y: Floats) -> Floats:
    """The coefficients of the combination of the columns that is nearest to y, (p,); 0 where those beside levels are
    dependent.
    """
    if with_levels(X) is None:
        return np.linalg.lstsq(X, y, rcond=None)[0]
    factor = ArrowFactor.of(X.gram())
    dependent = factor.failed or (factor.R.diagonal() ** 2 < 1e-12 * factor.H.C.diagonal()).any()
    return np.zeros(X.shape[1]) if dependent else factor.solve(X.pulled(y))


def sparse(X: Any) -> Any:
    """The matrix with its zeros left out, for linear programs."""
    from scipy.sparse import csr_array

    return X.sparse() if with_levels(X) is not None else csr_array(X)


@prints
@dataclass(frozen=True, eq=False)
class BesideOnes(InParts):
    """Stands for X (n, p + 1), a column of ones before `given` (n, p), of float64. Rows of it are another; `flags` are
    those of the columns, which say how rows are read best.

    >>> X = BesideOnes(np.array([[2.0], [3.0], [4.0]]))
    >>> X.shape, X @ [1.0, 10.0], X[[0, 2]].tolist()
    ((3, 2), array([21., 31., 41.]), [[1.0, 2.0], [1.0, 4.0]])
    """

    given: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, the ones among them."""
        return len(self.given), self.given.shape[1] + 1

    @property
    def flags(self) -> Any:
        """How the columns lie in memory."""
        return self.given.flags

    T = Columns.T
    """The transposed matrix, of which there are products only."""

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        wider = np.empty(self.shape)
        wider[:, 0], wider[:, 1:] = 1.0, self.given
        return wider

    def product(self, v: Floats) -> Floats:
        """X v, for v (p + 1,) or (p + 1, r)."""
        return self.given @ v[1:] + v[0]

    def pulled(self, u: Floats) -> Floats:
        """X' u, for u (n,) or (n, r)."""
        found = np.empty((self.shape[1], *u.shape[1:]))
        found[0], found[1:] = u.sum(axis=0), self.given.T @ u
        return found

    def gram(self, weight: Floats | None = None) -> Floats:
        """X' diag(weight) X, of which only the upper triangle is to be read where there are weights."""
        total, w = np.zeros(self.shape[1:] * 2), np.ones(len(self)) if weight is None else weight
        total[0, 0], total[1:, 1:], total[0, 1:] = w.sum(), upper_gram(self.given, weight), self.given.T @ w
        total[1:, 0] = total[0, 1:]
        return total

    def applied(self, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Any:
        """As of `InParts`; columns less their centers are written into one copy."""
        if ufunc is np.subtract and inputs[0] is self and np.ndim(inputs[1]) == 1:
            found = self.copy()
            found -= inputs[1]
            return found
        return InParts.applied(self, ufunc, inputs)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return BesideOnes(self.given[place])
        if isinstance(place, np.ndarray | list) and np.ndim(place) == 1:
            rows, down = np.arange(len(self))[place], self.given.flags.c_contiguous  # picking is slow across columns
            return BesideOnes(self.given[rows] if down else np.take(self.given.T, rows, axis=1).T)
        if isinstance(place, int | np.integer):
            return np.append(1.0, self.given[place])
        rows, columns = place if isinstance(place, tuple) and len(place) == 2 else (None, None)
        if isinstance(columns, int | np.integer):
            column = range(self.shape[1])[columns]
            return self.given[rows, column - 1] if column else np.ones_like(self.given[rows, 0])
        if isinstance(columns, slice) and columns.step in (1, None) and columns.indices(self.shape[1])[0]:
            first, last, _ = columns.indices(self.shape[1])
            return self.given[rows, first - 1 : max(last, first) - 1]
        return self.whole[place]


NARROW = 12
"""Columns up to which a full product is faster than `dsyrk` and the roots of the weights."""

NARROWER_THAN_DSYRK = 22
"""Columns up to which full products of some rows at a time are faster than `dsyrk`: on the processors that it knows
best, OpenBLAS reads the factors of small products where they are, and packs those of all others first.
"""

SMALL = 900_000
"""The most multiplications of a product that is small in this sense."""

WIDE = 128
"""Columns from which rows of positive and of negative weight are better told apart, for two `dsyrk`."""

CACHED = 40_000
"""Numbers of X that a full product reads at a time: with their weighted copy they stay in the cache of a core."""


def add_gram(total: Floats, X: Floats) -> None:
    """Add X^T X to `total` (p, p) in place.

    X is (m, p), a slice of rows of an array in C or Fortran order; anything else is copied first. NumPy makes X^T X by
    `dsyrk` and X^T Y by a full product: for few columns one factor is without the last.

    >>> total = np.zeros((2, 2))
    >>> add_gram(total, np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> total.tolist()
    [[10.0, 14.0], [14.0, 20.0]]
    """
    if isinstance(X, BesideOnes):
        total += X.gram()
        return
    m, p = X.shape
    if X.itemsize not in X.strides:
        X = np.ascontiguousarray(X)
    is_narrow = 1 < p <= NARROWER_THAN_DSYRK and m > 500  # of few rows one `dsyrk` costs less than two products
    size = SMALL // (p * p) if is_narrow else max(m, 1)
    for first in range(0, m, size):
        part = X[first : first + size]
        if is_narrow:
            total[:-1] += np.matmul(part[:, :-1].T, part)
            total[-1, -1] += part[:, -1].dot(part[:, -1])
            total[-1, :-1] = total[:-1, -1]
        else:
            total += np.matmul(part.T, part)


def upper_gram(X: Floats, weight: Floats | None = None) -> Floats:
    """X^T diag(weight) X for a block of rows in either order; only its upper triangle is to be read.

    Blocks are added before `symmetric` completes their sum: of many columns, completing each would cost a fifth of it.

    >>> np.triu(upper_gram(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0]))).tolist()
    [[19.0, 26.0], [0.0, 36.0]]
    """
    if isinstance(X, InParts):
        return X.gram(weight)
    if weight is not None and X.shape[1] >= WIDE and (weight < 0.0).any():
        more, less = np.flatnonzero(weight > 0), np.flatnonzero(weight < 0)
        return upper_gram(X[more], weight[more]) - upper_gram(X[less], -weight[less])
    if weight is not None and (X.shape[1] <= NARROW or (weight < 0.0).any()):
        size = max(1, CACHED // max(X.shape[1], 1))
        total = (X[:size].T * weight[:size]) @ X[:size]
        for first in range(size, len(X), size):
            rows = slice(first, first + size)
            total += (X[rows].T * weight[rows]) @ X[rows]
        return total
    total = np.zeros((X.shape[1],) * 2)
    with np.errstate(over="ignore", invalid="ignore"):  # sums that overflow are the caller's to refuse
        add_gram(total, X if weight is None else X * np.sqrt(weight)[:, None])
    return total


def symmetric(upper: Floats) -> Floats:
    """The symmetric matrix with this upper triangle; what is below it is not read.

    >>> symmetric(np.array([[1.0, 2.0], [9.0, 3.0]])).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    if type(upper) is Arrow:  # which is symmetric as it is
        return upper
    return np.where(_below(len(upper)), upper.T, upper)


@lru_cache(maxsize=64)
def _below(p: int) -> NDArray[np.bool_]:
    return np.tri(p, k=-1, dtype=bool)


def weighted(values: Floats, weight: Floats | None) -> Floats:
    """What each row has, (m, ...), times its weight, (m,); itself without weights.

    >>> weighted(np.ones((2, 2)), np.array([1.0, 3.0])).tolist()
    [[1.0, 1.0], [3.0, 3.0]]
    """
    if weight is None:
        return values
    return values * weight if values.ndim == 1 else values * weight.reshape(-1, *[1] * (values.ndim - 1))


STAND_IN = 3
"""Levels of the stand-in."""

STAND_IN_LEVELS = tuple(f"\x00{number}\x00" for number in range(STAND_IN))
"""What the levels of the stand-in are called: no name in a table is like it."""

MARK = re.compile("\x00([0-9])\x00")


def expanded(
    X: Floats, names: Sequence[str], codes: NDArray[np.intp], called: Sequence[str], alone: bool
) -> tuple[Columns, tuple[str, ...]]:
    """The columns of all levels, which are `called` so, and their names, from the columns (n, q) that formulaic makes
    of a stand-in with three levels: the first, the second, and one for all that follow.

    `codes` (n,) are the levels of the rows, and `alone` says that the factor is part of no product. Where products
    leave the first level out of some columns and not of others, its columns stand among the others.
    """
    marks = [MARK.search(name) for name in names]
    kind_of = [None if mark is None else MARK.sub("\x00", name) for mark, name in zip(marks, names, strict=True)]
    level_of = [-1 if mark is None else int(mark[1]) for mark in marks]
    kinds = list(dict.fromkeys(kind for kind in kind_of if kind is not None))
    whole = [any(level == 0 and kind == one for level, kind in zip(level_of, kind_of, strict=True)) for one in kinds]
    first = 0 if all(whole) else 1
    places, order, made = np.empty((len(called) - first, len(kinds)), dtype=np.intp), [], []
    values, at = np.zeros((len(X), len(kinds))), 0
    while at < len(names):
        level = level_of[at]
        if level < first:
            order.append(at)
            made.append(names[at] if level < 0 else MARK.sub(called[0], names[at]))
            at += 1
            continue
        together = 1  # columns of one level that stand side by side
        while at + together < len(names) and level_of[at + together] == level:
            together += 1
        each = [kinds.index(str(kind)) for kind in kind_of[at : at + together]]
        for number in range(first, len(called)):
            for kind in each:
                places[number - first, kind] = len(made)
                made.append(kinds[kind].replace("\x00", called[number]))
        for later in range(STAND_IN - first):
            values[:, each] += X[:, at + later * together : at + (later + 1) * together]
        at += (STAND_IN - first) * together
    others = np.ascontiguousarray(X[:, order])
    values[codes < first] = 0.0
    return Columns(others, codes - first, places, None if alone else values), tuple(made)
