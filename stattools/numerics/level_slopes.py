"""X with several columns for each level of one factor, of which the codes and k numbers of each row are kept.

    X = [others, Z_1, ..., Z_L],  Z_j (n, k) has the row's numbers z_i where row i has level j, and zeros elsewhere
    X v = others b + z_i' a[codes]          X' u = [others' u, sums of z_i u_i by level]
    X' diag(w) X = an `Arrow`: a block (k, k) for each level, L k x m numbers beside them, (m, m) for the other columns

As `LevelColumns`, whose one number is always 1: `C(g) + C(g):x` has the numbers 1 and x. The k columns of a level stand
anywhere among those of X. For anything that is not known of the codes the whole array is made, where there is memory
for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.arrow import Arrow, ArrowFactor
from stattools.numerics.coded_levels import CodedLevels
from stattools.numerics.level_blocks import Within, beside_diagonals, diagonals
from stattools.numerics.level_columns import FLAGS
from stattools.text.one_line import prints

TOGETHER = 64
"""Columns that are made as an array at a time."""


@prints
@dataclass(frozen=True, eq=False)
class LevelSlopes(CodedLevels):
    """Stands for X (n, p): the columns of `others` (n, m), in their order, and those numbered `places` (L, k), which
    have the numbers `values` (n, k) in the rows of a level. `codes` (n,) is the level of each row, -1 for the level
    that has no columns.

    >>> X = LevelSlopes(np.ones((3, 1)), np.array([[2.0], [3.0], [4.0]]), np.array([0, 1, -1]), np.array([[1], [2]]))
    >>> X.shape, X @ [1.0, 10.0, 100.0], np.asarray(X)[1].tolist()
    ((3, 3), array([ 21., 301.,   1.]), [1.0, 0.0, 3.0])
    """

    others: Floats
    values: Floats
    codes: NDArray[np.intp]
    places: NDArray[np.intp]

    flags = FLAGS

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, those of the levels among them."""
        return len(self.codes), self.others.shape[1] + self.places.size

    @property
    def size(self) -> int:
        """How many numbers are in memory: of what products cost."""
        return len(self.codes) * (self.others.shape[1] + self.values.shape[1] + 1)

    @property
    def levels(self) -> int:  # type: ignore[override]
        """How many levels have columns."""
        return len(self.places)

    @property
    def kinds(self) -> range:
        """The numbers of the columns of a level."""
        return range(self.values.shape[1])

    @cached_property
    def rest(self) -> NDArray[np.intp]:
        """The numbers of the other columns."""
        return np.delete(np.arange(self.shape[1]), self.places.ravel())

    @cached_property
    def ones(self) -> int | None:
        """The first of the k numbers that is 1 in all rows with a level; None where there is none."""
        of_levels = self.values[self.codes >= 0]
        found = np.flatnonzero((of_levels == 1.0).all(axis=0))
        return int(found[0]) if len(found) and len(of_levels) else None

    @cached_property
    def is_complete(self) -> bool:
        """Whether every row has a level and the columns of the number 1 add up to ones."""
        return self.is_everywhere and self.ones is not None

    coded: ClassVar[None] = None
    """Levels have several columns, not one of ones as `LevelColumns.coded` says."""

    @property
    def numbers(self) -> NDArray[np.intp]:
        """The numbers of the columns of each level, (L, k)."""
        return self.places

    @property
    def arrow_at(self) -> NDArray[np.intp]:
        """Where the levels stand, as an `Arrow` says it."""
        return self.places

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

    def product(self, v: Floats) -> Floats:
        """X v, for v (p,) or (p, r)."""
        of_levels, rest = self.split(v)
        found = self.others @ rest
        for k in self.kinds:
            along = self.values[:, k] if v.ndim == 1 else self.values[:, k, None]
            found += along * self.of_rows(of_levels[:, k])
        return found

    def pulled(self, u: Floats) -> Floats:
        """X' u, for u (n,) or (n, r)."""
        each = [self.by_level((self.values[:, k] if u.ndim == 1 else self.values[:, k, None]) * u) for k in self.kinds]
        return self.joined(np.stack(each, axis=1), self.others.T @ u)

    def gram(self, weight: Floats | None = None) -> Arrow:
        """X' diag(weight) X."""
        A, Z, (L, k) = self.others, self.values, self.places.shape
        half = A if weight is None else A * weight[:, None]
        blocks, B = np.empty((L, k, k)), np.empty((L, k, A.shape[1]))
        for a in self.kinds:
            z = Z[:, a] if weight is None else Z[:, a] * weight
            for b in range(a, k):
                blocks[:, a, b] = blocks[:, b, a] = self.by_level(z * Z[:, b])
            B[:, a] = self.by_level(Z[:, a, None] * half)
        return Arrow(self.places, diagonals(blocks), B.reshape(L * k, -1), A.T @ half, beside_diagonals(blocks))

    def squares(self, codes: NDArray[np.intp], values: Floats, others: Floats) -> Arrow:
        """The sum of s s', an `Arrow`, of vectors s (p,) that are 0 but for `values` (m, k) in the columns of their
        level and `others` (m, q).
        """
        return replace(self, others=others, values=values, codes=codes).gram()

    def between(self, within: Within) -> Floats:
        """x'E x of each row, where E stands between the coefficients of each level."""
        if not np.array_equal(within.places, self.places):
            return CodedLevels.between(self, within)
        return np.einsum("na,nab,nb->n", self.values, self.of_rows(within.off), self.values, optimize=True)

    def without(self, left_out: NDArray[np.bool_]) -> Any:
        """The columns but for some, (p,): what is left of a level that loses some columns, and of another not, stands
        among the others; an array where no level has one.
        """
        stays = ~left_out[self.places]
        kinds = np.flatnonzero(stays.any(axis=0))
        levels = np.flatnonzero(stays[:, kinds].all(axis=1)) if len(kinds) else np.zeros(0, dtype=np.intp)
        number, kept = np.cumsum(~left_out) - 1, self.places[np.ix_(levels, kinds)]
        rest = np.setdiff1d(np.flatnonzero(~left_out), kept)
        others = self.some(rest)
        if not kept.size:
            return others
        codes = np.full(self.levels + 1, -1)
        codes[levels + 1] = np.arange(len(levels))
        values = np.ascontiguousarray(self.values[:, kinds])
        return LevelSlopes(others, values, codes[self.codes + 1], number[kept])

    def among(self, columns: Sequence[int]) -> Any:
        """Some of the columns, in the order of X where those of levels are kept as codes."""
        if not np.isin(self.places, columns).any():
            return self.some(np.array(columns, dtype=np.intp))
        left_out = np.ones(self.shape[1], dtype=bool)
        left_out[list(columns)] = False
        return self.without(left_out)

    def some(self, part: NDArray[np.intp]) -> Floats:
        """Some of the columns as an array of their own, (n, r)."""
        found, at = np.zeros((len(self.codes), len(part))), np.full((2, self.shape[1]), -1)
        at[0, self.rest] = np.arange(len(self.rest))
        at[0, self.places], at[1, self.places] = np.arange(self.levels)[:, None], np.array(self.kinds)
        for number, j in enumerate(np.asarray(part).tolist()):
            level, kind = at[:, j]
            own = self.others[:, level] if kind < 0 else np.where(self.codes == level, self.values[:, kind], 0.0)
            found[:, number] = own
        return found

    def minus(self, by: Floats) -> Any:
        """Each column less a number of `by` (p,): an array where it takes from those of levels."""
        of_levels, of_others = self.split(by)
        return np.asarray(self) - by if of_levels.any() else replace(self, others=self.others - of_others)

    def over(self, size: Floats) -> Any:
        """Each column over a number of `size` (p,)."""
        of_levels, of_others = self.split(size)
        values = self.values / np.where(self.codes[:, None] >= 0, self.of_rows(of_levels), 1.0)
        return replace(self, others=self.others / of_others, values=values)

    def at_level(self, code: int, last: Callable[[], Any]) -> Any:
        """With all rows in one level, by the numbers that they have in the `last`; None for the level without columns,
        whose rows may have some among the others.
        """
        return None if code < 0 else replace(last(), codes=np.full(len(self), code))

    def rate(self, before: Any, gap: Floats) -> LevelSlopes:
        """These columns less those `before` a number moved by `gap` (n,), over that; no row changes its level."""
        values = (self.values - before.values) / gap[:, None]
        return replace(self, others=(self.others - before.others) / gap[:, None], values=values)

    def nothing(self) -> LevelSlopes:
        """Columns of the same shape in which all is 0."""
        return replace(self, others=np.zeros_like(self.others), values=np.zeros_like(self.values))

    def each(self, of: Callable[[Any], Any], of_levels: float) -> Any:
        """What `of` says of each column, (p,)."""
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
        found = np.empty(self.places.shape)
        for k in self.kinds:
            gap = self.values[:, k] - self.of_rows(of_levels[:, k])
            found[:, k] = self.by_level(weight * gap**2) + (weight.sum() - w) * of_levels[:, k] ** 2
        return self.joined(found, weight @ np.square(self.others - of_others))

    def least_squares(self, y: Floats) -> Floats:
        """The coefficients of the combination of the columns that is nearest to y, (p,); 0 where they are dependent."""
        factor = ArrowFactor.of(self.gram())
        return np.zeros(self.shape[1]) if factor.failed else factor.solve(self.pulled(y))

    def sparse(self) -> Any:
        """The matrix with its zeros left out, for linear programs."""
        from scipy.sparse import coo_array, csr_array

        (n, p), rows, kinds = self.shape, np.flatnonzero(self.codes >= 0), len(self.kinds)
        of_levels = (np.repeat(rows, kinds), self.places[self.codes[rows]].ravel())
        i, j = np.nonzero(self.others)
        numbers = np.concatenate([self.values[rows].ravel(), self.others[i, j]])
        where = np.concatenate([of_levels[0], i]), np.concatenate([of_levels[1], self.rest[j]])
        return csr_array(coo_array((numbers, where), shape=(n, p)))

    def copy(self) -> Floats:
        """The array that this stands for, a new one; DomainError where there is no memory for it."""
        n, p = self.shape
        require_memory(f"{p:,} columns of levels in {n:,} rows", n * p, "Group the levels of the factor.")
        found, rows = np.zeros((n, p)), np.flatnonzero(self.codes >= 0)
        found[:, self.rest] = self.others
        found[rows[:, None], self.places[self.codes[rows]]] = self.values[rows]
        return found

    def max(self, axis: int | None = None, out: None = None) -> Any:
        """The largest value, of each column for axis 0."""
        return self._ends(np.maximum, -np.inf, axis)

    def min(self, axis: int | None = None, out: None = None) -> Any:
        """The smallest value, of each column for axis 0."""
        return self._ends(np.minimum, np.inf, axis)

    def _ends(self, end: Any, none: float, axis: int | None) -> Any:
        if axis not in (0, None):
            return end.reduce(np.asarray(self), axis=axis)
        rows, found = np.flatnonzero(self.codes >= 0), np.full(self.places.shape, none)
        end.at(found, self.codes[rows], self.values[rows])
        everywhere = np.bincount(self.codes[rows], minlength=self.levels) == len(self.codes)
        found[~everywhere] = end(found[~everywhere], 0.0)
        found = self.joined(found, end.reduce(self.others, axis=0))
        return found if axis == 0 else end.reduce(found)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice) or (isinstance(place, np.ndarray | list) and np.ndim(place) == 1):
            return replace(self, others=self.others[place], values=self.values[place], codes=self.codes[place])
        if isinstance(place, int | np.integer):
            return np.asarray(self[place : place + 1 or None])[0]
        rows, columns = place if isinstance(place, tuple) and len(place) == 2 else (None, None)
        if isinstance(columns, int | np.integer):
            j = range(self.shape[1])[columns]
            if len(among := np.flatnonzero(self.rest == j)):
                return self.others[rows, among[0]]
            ((level, kind),) = np.argwhere(self.places == j)
            return np.where(self.codes[rows] == level, self.values[rows, kind], 0.0)
        return self.whole[place]

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """Absolute values and squares too, which leave zeros as they are."""
        if ufunc in (np.absolute, np.square):
            return replace(self, others=ufunc(self.others), values=ufunc(self.values))
        return CodedLevels.applied(self, ufunc, inputs)
