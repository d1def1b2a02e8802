"""Standardization: columns about their means, in units of their standard deviations, and the map of the coefficients.

    X_standardized = X T,   theta = T phi,   T = diag(t) + A R' + blocks      A: the constant column, or all levels

What centering takes from the columns, the constant takes up, or levels where they add up to ones. A block is the map
M_j (k, k) of the coefficients of one level, whose columns are made orthogonal.

    Q_j = Z_j M_j,   M_j upper triangular,   Q_j' W Q_j = diag, of mean square 1 in the rows of level j

The other columns are centered and scaled, or less what the columns of the levels make of them: one that hardly varies
within levels keeps its digits in products only if that is taken off first.

Sources: Golub & Van Loan, Matrix Computations (2013), 5.2 (Gram-Schmidt, twice); Frisch & Waugh, Econometrica 1 (1933).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.interface.arrays import Floats
from stattools.numerics.arrowhead import InParts, Within
from stattools.numerics.columns import BesideOnes, Columns, weighted

NOWHERE = Within(np.zeros((0, 1), dtype=np.intp), np.zeros((0, 1, 1)))
"""Blocks of no levels."""

VARIES, ROUND_OFF = 1e-13, 16.0 * float(np.finfo(float).eps)
"""Shares of the size of a column: the least standard deviation that is not round-off, and the least that is left of a
column in the rows of a level where it is no combination of those before it.
"""


@dataclass(frozen=True, eq=False)
class Standardization(InParts):
    """The map T = diag(t) + A R', of A and R (p, m), and blocks `within` the coefficients of levels, where t is 0.

    >>> T = Standardization.of(np.array([0.0, 4.0]), np.array([1.0, 2.0]), 0)
    >>> np.asarray(T).tolist(), (np.array([[1.0, 6.0]]) @ T).tolist(), T.solve(np.array([0.0, 1.0])).tolist()
    ([[1.0, -2.0], [0.0, 0.5]], [[1.0, 1.0]], [4.0, 2.0])
    """

    t: Floats
    A: Floats
    R: Floats
    within: Within = NOWHERE

    @classmethod
    def identity(cls, p: int) -> Standardization:
        """The map that leaves all as it is."""
        return cls(np.ones(p), np.zeros((p, 0)), np.zeros((p, 0)))

    @classmethod
    def whole_block(cls, T: Floats) -> Standardization:
        """The map that an array (p, p) is: one block of all columns."""
        nothing = np.zeros((len(T), 0))
        return cls(np.zeros(len(T)), nothing, nothing, Within(np.arange(len(T))[None], T[None]))

    @classmethod
    def of(cls, center: Floats, scale: Floats, constant: int | None) -> Standardization:
        """That of columns less `center`, over `scale`; the column `constant` becomes 1 and takes that up."""
        p = len(scale)
        if constant is None:
            return replace(cls.identity(p), t=1.0 / scale)
        return cls(1.0 / scale, np.eye(p, 1, -constant), (-center / scale / scale[constant])[:, None])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix, which is square."""
        return len(self.t), len(self.t)

    @cached_property
    def whole(self) -> Floats:  # type: ignore[override]
        """The array, made once."""
        return self.copy()

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        return self.product(np.eye(len(self.t)))

    def diagonal(self) -> Floats:
        """The diagonal, (p,)."""
        places = np.arange(len(self.t))
        return self.t + (self.A * self.R).sum(axis=1) + self.within.entries(places, places)

    def product(self, v: Floats) -> Floats:
        """T v, for v (p,) or (p, k)."""
        found = (self.t * v.T).T + self.A @ (self.R.T @ v)
        return found + self.within.product(v) if self.within.places.size else found

    def pulled(self, u: Floats) -> Floats:
        """T' u, for u (p,) or (p, k)."""
        found = (self.t * u.T).T + self.R @ (self.A.T @ u)
        return found + self.within.pulled(u) if self.within.places.size else found

    @cached_property
    def inverse(self) -> Standardization:
        """T^-1, of the same kind, by Woodbury's formula."""
        t = np.divide(1.0, self.t, out=np.zeros_like(self.t), where=self.t != 0.0)
        within = replace(self.within, blocks=np.linalg.inv(self.within.blocks))
        found = replace(self, t=t, A=self.A[:, :0], R=self.R[:, :0], within=within)
        beside = found.product(self.A)
        corner = np.eye(beside.shape[1]) + self.R.T @ beside
        return replace(found, A=-np.linalg.solve(corner.T, beside.T).T, R=found.pulled(self.R))

    def solve(self, theta: Floats) -> Floats:
        """T^-1 theta, for theta (p,) or (p, k)."""
        phi = self.inverse.product(theta)
        return phi + self.inverse.product(theta - self.product(phi))  # the digits that inverses of blocks have lost

    def before(self, other: Standardization) -> Standardization:
        """This map times another, which is that itself where this changes nothing."""
        still = not self.A.any() and bool((self.t == 1.0).all())
        return other if still else Standardization.whole_block(self @ np.asarray(other))

    def moved(self, at: Sequence[int]) -> list[int]:
        """The numbers among `at` of the columns whose center other coefficients, not among them, take up."""
        outside = np.delete(self.A, at, axis=0).any(axis=0)
        kept = np.isin(self.within.places, list(at))
        adds = ((self.within.blocks != 0.0) & ~kept[:, :, None] & kept[:, None, :]).any(axis=1)
        return sorted({k for k in at if self.R[k][outside].any()} | set(self.within.places[adds].tolist()))

    def at_origin(self, rows: Any, columns: list[int]) -> tuple[Any, Standardization]:
        """Rows in these units, and this map, of which some columns are not centered."""
        kept = ~np.isin(np.arange(len(self)), columns)
        T = replace(self, R=np.where(kept[:, None], self.R, 0.0))
        if rows.center is not None:
            return replace(rows, center=np.where(kept, rows.center, 0.0)), T
        first, each = np.argmax(self.A != 0.0, axis=0), np.arange(self.A.shape[1])
        value = self.A[first, each] / self.t[first]  # of the column that is the same in all rows
        return replace(rows, X=rows.X - np.where(kept, 0.0, self.R @ value)), T

    def lifted(
        self,
        uses: Sequence[Sequence[int] | None],
        parts: Sequence[slice],
        taken_up: Mapping[int, Sequence[int]],
        t: Floats,
    ) -> Standardization:
        """The map of the coefficients of several linear predictors, with `t` of each: the columns that each uses and
        the part of its coefficients; what centering takes from its columns goes to the others that have its constant.
        """
        first = self.pulled(np.eye(1, len(self))[0])  # the row of the constant, which is the first column
        A, R, blocks = [np.zeros((len(t), 0))], [np.zeros((len(t), 0))], [NOWHERE]
        for number, (use, part) in enumerate(zip(uses, parts, strict=True)):
            if use == ():
                continue
            at = np.arange(len(self)) if use is None else np.array(use)
            a, r = np.zeros((2, len(t), 1 + self.A.shape[1]))
            a[part, 1:], r[part, 1:], r[part, 0] = self.A[at], self.R[at], first[at]
            for constant in taken_up.get(number, ()):
                a[parts[constant], 0] = -1.0
            A, R = [*A, a], [*R, r]
            places = np.full(len(self), -1)
            places[at] = np.arange(len(at)) + part.start
            blocks.append(self.within.among(places))
        return Standardization(t, np.column_stack(A), np.column_stack(R), Within.joined(blocks))

    def of_levels(self, at: NDArray[np.intp]) -> Floats:
        """The blocks (L, k, k) of the map in the coefficients `at` (L, k) of levels."""
        return self.t[at][:, :, None] * np.eye(at.shape[1]) + self.within.entries(at[:, :, None], at[:, None, :])


def standard_units(
    mean: Floats, spread: Floats, size: Floats, constant: int | None
) -> tuple[Floats, Floats, Standardization]:
    """Center and scale of each column, and the map T with (X - center) / scale = X T.

    The scale is the standard deviation `spread`, or the size of a column that does not vary beyond round-off. Columns
    are centered only where there is a `constant` column: its coefficient absorbs the shift, and it becomes 1.

    >>> center, scale, T = standard_units(np.array([1.0, 4.0]), np.array([0.0, 2.0]), np.array([1.0, 9.0]), 0)
    >>> np.array([[1.0, 6.0]]) @ T
    array([[1., 1.]])
    """
    unit = np.where(size > 0, size, 1.0)
    scale = np.where(spread <= VARIES * size, unit, np.where(spread == 0, 1.0, spread))
    center = np.zeros_like(mean)
    if constant is not None:
        center, scale[constant] = mean.copy(), mean[constant]
        center[constant] = 0.0
    return center, scale, Standardization.of(center, scale, constant)


def constant_column(mean: Floats, spread: Floats, size: Floats) -> int | None:
    """The number of the first column that is the same, and not 0, in all rows that count; None where there is none.

    >>> constant_column(np.array([2.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]), np.array([2.0, 1.0, 2.0]))
    0
    """
    held = np.flatnonzero((spread <= VARIES * size) & (np.abs(mean) > 0.5 * size))
    return int(held[0]) if held.size else None


def moments_of_columns(rows: Any) -> tuple[Floats, Floats, Floats]:
    """Mean, standard deviation and largest size of each column, read once and kept with the rows."""
    if "moments" not in rows.later:
        ones = isinstance(rows.X, BesideOnes)
        bare = replace(rows, X=rows.X.given) if ones else rows
        found = _moments([(block.X, block.weight) for block in bare.blocks()], rows.importance)
        rows.later["moments"] = tuple(map(np.append, (1.0, 0.0, 1.0), found)) if ones else found
    return rows.later["moments"]


def _moments(
    blocks: Sequence[tuple[Floats, Floats | None]], importance: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """These of columns that stand in blocks with weights."""
    whole = float(sum(len(X) for X, _ in blocks) if importance is None else importance.sum())
    each = [(weighted(X, weight).sum(axis=0), np.abs(X).max(axis=0)) for X, weight in blocks]
    mean: Floats = np.asarray(sum(total for total, _ in each)) / whole
    size: Floats = np.max([largest for _, largest in each], axis=0)
    unit = np.where(size > 0, size, 1.0)
    square = sum(weighted(np.square((X - mean) / unit), weight).sum(axis=0) for X, weight in blocks)
    return mean, unit * np.sqrt(square / whole), size


@dataclass(frozen=True, eq=False)
class OrthogonalLevels:
    """Q (n, k) in the rows of the levels, M (L, k, k) with Q_j = Z_j M_j, the sums of weights and of weight Q^2 by
    level, (L,) and (L, k), and which columns of a level are combinations of those before, (L, k).
    """

    Q: Floats
    M: Floats
    counts: Floats
    squares: Floats
    aliased: NDArray[np.bool_]

    def taken_off(self, X: Columns, others: Floats, w: Floats) -> tuple[Floats, Floats]:
        """Columns (n, m) less what those of the levels make of them, with weights w, and the coefficients (L, k, m)."""
        coefficients = np.zeros((*self.squares.shape, others.shape[1]))
        squares = np.where(self.aliased | ~(self.squares > 0.0), np.inf, self.squares)
        for b in [*range(squares.shape[1])] * 2:  # the second time takes off what rounding left
            along = X.by_level((w * self.Q[:, b])[:, None] * others) / squares[:, b, None]
            coefficients[:, b] += along
            others = others - self.Q[:, b, None] * X.of_rows(along)
        return others, coefficients


def orthogonal(X: Columns, importance: Floats | None) -> OrthogonalLevels:
    """The columns of each level made orthogonal from left to right, in the weights of the rows; round-off is 0."""
    w = np.ones(len(X)) if importance is None else importance
    size = np.abs(X.values).max(axis=0, initial=0.0)
    size = np.where(size > 0.0, size, 1.0)
    Q, M, counts = X.values / size, np.zeros((X.levels, len(size), len(size))), X.by_level(w)
    squares, aliased = np.zeros((X.levels, len(size))), np.zeros((X.levels, len(size)), dtype=bool)
    rows = np.where(counts > 0.0, counts, 1.0)
    for b in X.kinds:
        M[:, b, b] = 1.0 / size[b]
        largest = np.zeros(X.levels + 1)
        np.maximum.at(largest, X.codes + 1, np.where(w > 0.0, np.abs(Q[:, b]), 0.0))
        before = OrthogonalLevels(Q[:, :b], M[:, :, :b], counts, squares[:, :b], aliased[:, :b])
        Q[:, b : b + 1], along = before.taken_off(X, Q[:, b : b + 1], w)
        M[:, :, b : b + 1] -= before.M @ along
        spread = np.sqrt(X.by_level(w * Q[:, b] ** 2) / rows)
        aliased[:, b] = spread <= ROUND_OFF * largest[1:]
        unit = np.where(aliased[:, b], np.where(largest[1:] > 0.0, largest[1:], 1.0), spread)
        Q[:, b] *= X.of_rows(np.where(aliased[:, b], 0.0, 1.0 / unit))
        M[:, :, b] /= unit[:, None]
        squares[:, b] = X.by_level(w * Q[:, b] ** 2)
    return OrthogonalLevels(Q, M, counts, squares, aliased)


def standard_others(X: Columns, importance: Floats | None) -> tuple[Floats, Floats, int | None]:
    """Center and scale of the columns beside the levels, and the constant among them: what centering takes away goes to
    it or, where there is none, to all levels where these add up to ones.
    """
    mean, spread, size = _moments([(X.others, importance)], importance)
    constant = constant_column(mean, spread, size)
    center, scale, _ = standard_units(mean, spread, size, constant)
    return mean if constant is None and X.is_complete else center, scale, constant


def standard_columns(X: Columns, importance: Floats | None) -> tuple[Columns, Standardization]:
    """Columns whose levels are codes in their own units, but for columns of ones, and T with X_standardized = X T."""
    center, scale, constant = standard_others(X, importance)
    A, R = np.zeros((X.shape[1], 1)), X.joined(0.0, -(center / scale)[:, None])
    if constant is not None or X.is_complete:
        A[X.constants if constant is None else X.rest[constant]] = 1.0 if constant is None else 1.0 / scale[constant]
    levels = None if X.slopes is None else orthogonal(X, importance)
    return standard_levels(X, (X.others - center) / scale, levels, 1.0 / scale, A, R)


def standard_levels(
    X: Columns, others: Floats, levels: OrthogonalLevels | None, t: Floats, A: Floats, R: Floats
) -> tuple[Columns, Standardization]:
    """The columns with these `others` and orthogonal `levels`, of levels with one column as they are; and the map."""
    own, Q, within = (1.0, None, NOWHERE) if levels is None else (0.0, levels.Q, Within(X.places, levels.M))
    return replace(X, others=others, slopes=Q), Standardization(X.joined(own, t), A, R, within)


def within_levels(X: Columns, importance: Floats | None) -> tuple[Columns, Standardization]:
    """The columns X less what those of their level make of them, in units of what is left, and T with X_within = X T.
    Rows without a level are about their mean where there is a constant; what is round-off is 0.
    """
    levels, (center, scale, constant) = orthogonal(X, importance), standard_others(X, importance)
    w = np.ones(len(X)) if importance is None else importance
    if constant is None:
        center = np.zeros_like(center)
    elif (apart := w * (X.codes < 0)).any():
        center = apart @ X.others / apart.sum()
        center[constant] = 0.0
    moved, still = X.others - center, np.arange(len(center)) == constant
    rest, coefficients = levels.taken_off(X, moved, w)
    rest[:, still], coefficients[:, :, still] = moved[:, still], 0.0
    size = np.abs(X.others).max(axis=0)
    unit = np.where(size > 0.0, size, 1.0)
    spread = unit * np.sqrt(w @ (rest / unit) ** 2 / w.sum())
    gone = ~still & (spread <= ROUND_OFF * size)
    scale = np.where(still, scale, np.where(gone, unit, spread))
    constants = np.where(still, 1.0 / scale, 0.0)[:, None] * (center / scale)
    taken = np.einsum("jab,jbc->jac", levels.M, coefficients / scale)
    rest = np.where(gone, 0.0, rest) / scale
    of_rest, free = np.eye(len(scale)), np.flatnonzero(~still & ~gone)
    among, whole = rest[:, free], float(w.sum())
    if free.size and np.linalg.eigvalsh(among.T @ (w[:, None] * among))[0] < DEPENDENT * whole:
        of_free = orthogonalizing(np.linalg.qr(np.sqrt(w)[:, None] * among, mode="r"), whole)
        of_rest[np.ix_(free, free)] = np.eye(free.size) if of_free is None else of_free
    unit = np.diagonal(of_rest)
    beside = (np.eye(len(scale)) - unit[:, None] * np.linalg.inv(of_rest)) / scale[:, None]
    A, R = -X.joined(taken, constants - beside)[:, ~still], X.joined(0.0, of_rest.T)[:, ~still]
    return standard_levels(X, rest @ of_rest, None if X.slopes is None else levels, unit / scale, A, R)


DEPENDENT, LEAST_LEFT = 1e-3, 1e-11
"""Of columns of mean square 1, the least eigenvalue of their products down to which they are left as they are; and the
least part of one beyond those before it that is made one of its own: it has five digits.
"""


def orthogonalizing(R: Floats, whole: float) -> Floats | None:
    """The map that makes columns with the triangle R orthogonal, of squares `whole`; None where they are aliased."""
    own = np.diagonal(R)
    if not (np.abs(own) > LEAST_LEFT * np.linalg.norm(R, axis=0)).all():
        return None
    return solve_triangular(R, np.diag(np.copysign(np.sqrt(whole), own)))
