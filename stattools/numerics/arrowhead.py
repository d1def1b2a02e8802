"""Matrices of which no array is in memory, and a symmetric one with a block diagonal part: what the columns of the
levels of a factor have as their information.

        [ D    B ]
    H = [ B'   C ]      D (Lk, Lk), B (Lk, m), C (m, m)      S = C - B' D^-1 B,  the Schur complement

D has a block (k, k) for each of L levels. Everything that a Newton step needs costs L k (k + m)^2 in the place of
(L k + m)^3: the levels are eliminated first, all blocks at once. Source: Henderson; Golub & Van Loan, Matrix
Computations (2013), 3.2 and 4.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray
from scipy.linalg import block_diag, get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.numerics.small_matrices import backward, factored, forward, inverted, triangles
from stattools.text.one_line import prints


class InParts(NDArrayOperatorsMixin):
    """A matrix (n, p) of float64 in parts. A class of this kind defines `shape`, makes its array (`copy`), `product`,
    X v, and `pulled`, X' u, of vectors and of several as columns, and says which other functions it knows without the
    array (`applied`): NumPy's functions and operators ask it first, and take the array for anything else.
    """

    ndim = 2
    dtype = np.dtype(np.float64)

    @property
    def size(self) -> int:
        """How many numbers it has as an array."""
        return math.prod(self.shape)

    @property
    def whole(self) -> Floats:
        """The array that this stands for."""
        return self.copy()

    def applied(self, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Any:
        """A function of NumPy of these inputs, of which this is one, without the array; None where it takes the array.
        Products with an array are known of all.
        """
        if ufunc is not np.matmul:
            return None
        left, right = inputs
        if left is self and not isinstance(right, InParts) and np.ndim(right) in (1, 2):
            return self.product(np.asarray(right))
        if right is self and not isinstance(left, InParts) and np.ndim(left) > 0:
            rows = np.reshape(left, (-1, len(self))) if np.ndim(left) > 2 else np.asarray(left)
            return self.pulled(rows.T).T.reshape(*np.shape(left)[:-1], self.shape[1])
        return None

    def dot(self, other: object) -> Any:
        """The product with an array, as of an array."""
        return self @ other

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, place: Any) -> Any:
        return self.whole[place]

    def __iter__(self) -> Iterator[Floats]:
        return iter(self.whole)  # made once for all rows

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Floats:
        return (self.copy() if copy else self.whole).astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: Any) -> Any:
        if method == "__call__" and not options and (found := self.applied(ufunc, inputs)) is not None:
            return found
        plain = [value.whole if isinstance(value, InParts) else value for value in inputs]
        if any(isinstance(value, InParts) for value in options.get("out", ())):  # X *= c makes an array
            del options["out"]
        return getattr(ufunc, method)(*plain, **options)

    def __getattr__(self, name: str) -> Any:
        return object.__getattribute__(self, name) if name.startswith("_") else getattr(self.whole, name)


def in_parts(matrix: object) -> bool:
    """Whether the matrix is kept in parts, so that what takes its array is too dear."""
    return isinstance(matrix, InParts)


class SymmetricInParts(InParts):
    """A symmetric matrix in parts, which defines `scaled` too, a number times it."""

    @property
    def T(self) -> SymmetricInParts:
        """The transposed matrix: itself."""
        return self

    def pulled(self, u: Floats) -> Floats:
        """As `product`."""
        return self.product(u)

    def applied(self, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Any:
        """As of `InParts`; products with a number too."""
        if len(inputs) != 2:
            return None
        left, right = inputs
        if ufunc in (np.multiply, np.true_divide) and left is self and np.ndim(right) == 0:
            return self.scaled(float(ufunc(1.0, np.asarray(right))))
        if ufunc is np.multiply and right is self and np.ndim(left) == 0:
            return self.scaled(float(np.asarray(left)))
        return InParts.applied(self, ufunc, inputs)


@dataclass(frozen=True, eq=False)
class Within:
    """What stands in a matrix (p, p) between the k coefficients of one level: `blocks` (L, k, k) in the rows and
    columns `places` (L, k).

    >>> Within(np.array([[0, 2]]), np.array([[[0.0, 5.0], [0.0, 0.0]]])).product(np.array([1.0, 1.0, 2.0]))
    array([10.,  0.,  0.])
    """

    places: NDArray[np.intp]
    blocks: Floats

    @classmethod
    def joined(cls, parts: Sequence[Within]) -> Within:
        """Several in one, whose levels have as many coefficients each, or which are one block each."""
        parts = [part for part in parts if part.places.size] or parts[:1]
        if len({part.places.shape[1] for part in parts}) == 1:
            return cls(*map(np.concatenate, zip(*((part.places, part.blocks) for part in parts), strict=True)))
        blocks = block_diag(*(part.blocks[0] for part in parts))
        return cls(np.concatenate([part.places for part in parts], axis=1), np.asarray(blocks)[None])

    def among(self, number: NDArray[np.intp]) -> Within:
        """What stands in the rows and columns that have a `number` (p,), in those of these; -1 is none."""
        kept = number[self.places] >= 0
        levels, kinds = kept.any(axis=1), kept.any(axis=0)
        return Within(number[self.places[np.ix_(levels, kinds)]], self.blocks[levels][:, kinds][:, :, kinds])

    def product(self, v: Floats) -> Floats:
        """The product with v (p,) or (p, r)."""
        found = np.zeros_like(v)
        found[self.places] = times(self.blocks, v[self.places])
        return found

    def entries(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
        """The numbers in these rows and columns, of any shape."""
        if not self.places.size:
            return np.zeros(np.broadcast_shapes(rows.shape, columns.shape))
        last = max(int(self.places.max()), int(rows.max(initial=0)), int(columns.max(initial=0)))
        level, kind = np.full((2, last + 1), -1)
        level[self.places], kind[self.places] = np.arange(len(self.places))[:, None], np.arange(self.places.shape[1])
        together = (level[rows] == level[columns]) & (level[rows] >= 0)
        return np.where(together, self.blocks[level[rows], kind[rows], kind[columns]], 0.0)

    def pulled(self, u: Floats) -> Floats:
        """The product of the transposed with u."""
        return Within(self.places, self.blocks.transpose(0, 2, 1)).product(u)


def diagonals(blocks: Floats) -> Floats:
    """The diagonals of blocks (L, k, k) one after the other, (L k,)."""
    return np.ascontiguousarray(np.diagonal(blocks, axis1=1, axis2=2)).ravel()


def times(D: Floats, v: Floats) -> Floats:
    """D v of each block, for v (L, k) or (L, k, r).

    >>> times(np.array([[[1.0, 2.0], [0.0, 1.0]]]), np.array([[1.0, 1.0]]))
    array([[3., 1.]])
    """
    return np.matmul(D, v[..., None])[..., 0] if v.ndim == 2 else np.matmul(D, v)


def by_block(way: Any, root: Floats, v: Floats) -> Floats:
    """`forward` or `backward` of small matrices, of the triangles (k, k, L) of blocks and v (L, k) or (L, k, r)."""
    return np.moveaxis(way(root, np.moveaxis(v, 0, -1)), -1, 0)


potrf, trtrs = get_lapack_funcs(("potrf", "trtrs"), dtype=np.float64)


@prints
@dataclass(frozen=True, eq=False)
class Arrow(SymmetricInParts):
    """Stands for H (p, p); sums of such matrices are others. `at` (L, k) are the rows of each level, and `D` (L, k, k)
    their blocks; B (L k, m) and C (m, m) are of the other rows.

    >>> H = Arrow(np.array([[1], [2]]), np.array([[[2.0]], [[4.0]]]), np.array([[1.0], [1.0]]), np.array([[3.0]]))
    >>> np.asarray(H).tolist()
    [[3.0, 1.0, 1.0], [1.0, 2.0, 0.0], [1.0, 0.0, 4.0]]
    >>> H.diagonal()
    array([3., 2., 4.])
    """

    at: NDArray[np.intp]
    D: Floats
    B: Floats
    C: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        p = self.at.size + len(self.C)
        return p, p

    @cached_property
    def places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The numbers of the levels' rows, level after level, and of the others."""
        return self.at.ravel(), np.delete(np.arange(len(self)), self.at.ravel())

    def diagonal(self) -> Floats:
        """The diagonal, (p,)."""
        found, (levels, others) = np.empty(len(self)), self.places
        found[levels], found[others] = diagonals(self.D), self.C.diagonal()
        return found

    def ravel(self, order: str = "C") -> Floats:
        """The numbers that are in memory, in one row: they tell whether all are finite."""
        return np.concatenate([self.D.ravel(), self.B.ravel(), self.C.ravel()])

    def among(self, which: Any) -> Arrow:
        """The rows and columns of these numbers, in their order in this matrix; what is left of a level some of whose
        rows are left out, and of others not, stands among the other rows.
        """
        if not len(self.at):
            return replace(self, B=np.empty((0, len(which))), C=self.C[np.ix_(which, which)])
        chosen = np.zeros(len(self), dtype=bool)
        chosen[which] = True
        kinds = np.flatnonzero(chosen[self.at].any(axis=0))
        levels = np.flatnonzero(chosen[self.at][:, kinds].all(axis=1)) if len(kinds) else np.zeros(0, dtype=np.intp)
        rows = self.at[np.ix_(levels, kinds)]
        rest = np.setdiff1d(np.flatnonzero(chosen), rows)
        beside = self.columns(rest)
        number = np.cumsum(chosen) - 1
        return Arrow(number[rows], self.D[np.ix_(levels, kinds, kinds)], beside[rows.ravel()], beside[rest])

    def mapped(self, T: Any) -> Arrow:
        """T' H T, for a map T that takes the rows of each level among themselves (`Standardization`)."""
        levels, others = self.places
        sides, M = T.product(np.eye(len(self))[:, others]), T.of_levels(self.at)
        along, across = self.product(sides), M.transpose(0, 2, 1)
        D = across @ self.D @ M
        B = (across @ along[levels].reshape(*M.shape[:2], -1)).reshape(self.B.shape)
        return replace(self, D=0.5 * (D + D.transpose(0, 2, 1)), B=B, C=sides.T @ along)

    def bordered(self, sides: Floats, corner: Floats) -> Arrow:
        """With further rows and columns behind: `sides` (p, m) and `corner` (m, m)."""
        levels, others = self.places
        C = np.block([[self.C, sides[others]], [sides[others].T, corner]])
        return replace(self, B=np.column_stack([self.B, sides[levels]]), C=C)

    def beside_diagonal(self, more: Floats) -> Arrow:
        """With a diagonal matrix added, `more` (p,)."""
        D = self.D + more[self.at][:, :, None] * np.eye(self.at.shape[1])
        return replace(self, D=D, C=self.C + np.diag(more[self.places[1]]))

    def scaled(self, factor: float) -> Arrow:
        """`factor` times the matrix."""
        return replace(self, D=factor * self.D, B=factor * self.B, C=factor * self.C)

    def raised(self, least: float) -> Arrow:
        """With the eigenvalues of the blocks in size, and at least `least`: the levels' part is positive definite."""
        values, vectors = np.linalg.eigh(self.D)
        return replace(self, D=(vectors * np.maximum(np.abs(values), least)[:, None, :]) @ vectors.transpose(0, 2, 1))

    def taken(self) -> Floats:
        """B' D^-1 B, what elimination takes from C, where the levels' part is positive definite."""
        return self.B.T @ _solved(triangles(np.moveaxis(self.D, 0, -1))[0], self.B)

    def product(self, v: Floats) -> Floats:
        """H v, for v (p,) or (p, r)."""
        levels, others = self.places
        found, rest = np.empty((len(self), *v.shape[1:])), v[others]
        found[levels] = times(self.D, v[self.at]).reshape(self.at.size, *v.shape[1:]) + self.B @ rest
        found[others] = self.B.T @ v[levels] + self.C @ rest
        return found

    def __iadd__(self, other: object) -> Any:
        return self + other

    def columns(self, which: NDArray[np.intp]) -> Floats:
        """Some of the columns, (p, r)."""
        unit = np.zeros((len(self), len(which)))
        unit[which, np.arange(len(which))] = 1.0
        return self.product(unit)

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        (levels, others), found = self.places, np.zeros(self.shape)
        found[self.at[:, :, None], self.at[:, None, :]] = self.D
        found[np.ix_(levels, others)], found[np.ix_(others, levels)] = self.B, self.B.T
        found[np.ix_(others, others)] = self.C
        return found

    def applied(self, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> Any:
        """Sums with others of this kind too."""
        if ufunc in (np.add, np.subtract) and all(isinstance(value, Arrow) for value in inputs):
            left, right = inputs
            if not np.array_equal(left.at, right.at):
                return None
            return replace(left, D=ufunc(left.D, right.D), B=ufunc(left.B, right.B), C=ufunc(left.C, right.C))
        return SymmetricInParts.applied(self, ufunc, inputs)


def arrow(H: Any) -> Arrow:
    """H itself, or an array as the case without levels.

    >>> arrow(np.eye(2)).shape
    (2, 2)
    """
    if isinstance(H, Arrow):
        return H
    return Arrow(np.empty((0, 1), dtype=np.intp), np.empty((0, 1, 1)), np.empty((0, len(H))), H)


@dataclass(frozen=True, eq=False)
class ArrowFactor:
    """D = L L' of the blocks first, `root` (k, k, L), then S = R'R, of a positive definite `Arrow`; `failed` is the
    number of the row, from 1 on, where it is not, or 0. `Q` (L k, m) is D^-1 B, and `share` the smallest share that is
    left of a number on the diagonal of the levels by those before it in its block.
    """

    H: Arrow
    root: Floats
    share: float
    Q: Floats
    R: Floats
    failed: int

    @classmethod
    def of(cls, H: Arrow) -> ArrowFactor:
        """The factor; with `failed` above 0 there is none."""
        root, left = factored(np.moveaxis(H.D, 0, -1))
        low, share = np.flatnonzero(~(left > 0.0)), float(left.min(initial=1.0))
        if len(low):
            return cls(H, root, share, H.B, H.C, int(H.at[low[0], max(potrf(H.D[low[0]])[1], 1) - 1]) + 1)
        Q = _solved(root, H.B)
        if not len(H.C):
            return cls(H, root, share, Q, H.C, 0)
        with np.errstate(over="ignore", invalid="ignore"):  # of columns whose squares are beyond float64 there is none
            left = H.C - H.B.T @ Q
        R, failed = potrf(left) if np.isfinite(left).all() else (left, 1)
        return cls(H, root, share, Q, R, int(H.places[1][failed - 1]) + 1 if failed > 0 else 0)

    def half(self, v: Floats) -> tuple[Floats, Floats]:
        """v'H^-1 v is the sum of squares of these: L^-1 v of the levels, R^-T of what is left of the others."""
        levels, others = self.H.places
        rest = v[others] - self.Q.T @ v[levels]
        if len(self.R):
            rest = trtrs(self.R, rest, 0, 1)[0]
        return by_block(forward, self.root, v[self.H.at]).reshape(self.H.at.size, *v.shape[1:]), rest

    def solve(self, v: Floats) -> Floats:
        """H^-1 v, for v (p,) or (p, r)."""
        levels, others = self.H.places
        found, rest = np.empty_like(v), self.half(v)[1]
        if len(self.R):
            rest = trtrs(self.R, rest)[0]
        found[levels], found[others] = _solved(self.root, v[levels]) - self.Q @ rest, rest
        return found

    def sides(self) -> tuple[Floats, Floats]:
        """The blocks E (L, k, k) of D^-1, and W (p, m), with H^-1 = blockdiag(E) + W W'."""
        levels, others = self.H.places
        inner = trtrs(self.R, np.eye(len(self.R)))[0] if len(self.R) else np.zeros((0, 0))
        W = np.empty((len(self.H), len(self.R)))
        W[levels], W[others] = -self.Q @ inner, inner
        half = np.moveaxis(inverted(self.root), -1, 0)
        return half.transpose(0, 2, 1) @ half, W


def _solved(root: Floats, v: Floats) -> Floats:
    """D^-1 v of the rows of the levels, (L k,) or (L k, r)."""
    half = by_block(forward, root, v.reshape(root.shape[2], len(root), *v.shape[1:]))
    return by_block(backward, root, half).reshape(v.shape)
