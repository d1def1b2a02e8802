"""A symmetric matrix with a block diagonal part: what the columns of the levels of a factor have as their information.

        [ D    B ]
    H = [ B'   C ]      D (Lk, Lk), B (Lk, m), C (m, m)      S = C - B' D^-1 B,  the Schur complement

D has a block (k, k) for each of L levels, a number where each has one column. Everything that a Newton step needs costs
L k (k + m)^2 in the place of (L k + m)^3: the levels are eliminated first, as the largest factor of a mixed model is.
Source: Henderson; Golub & Van Loan, Matrix Computations (2013), 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.numerics.in_parts import SymmetricInParts
from stattools.numerics.level_blocks import Within, backward, beside_diagonals, diagonals, forward, triangles
from stattools.text.one_line import prints

potrf, trtrs = get_lapack_funcs(("potrf", "trtrs"), dtype=np.float64)


@prints
@dataclass(frozen=True, eq=False)
class Arrow(SymmetricInParts):
    """Stands for H (p, p); sums of such matrices are others. `at` is the row of the first level where each level has
    one, else the rows of each level, (L, k). `d` is the diagonal of D, level after level, and `off` (L, k, k) what
    stands beside it in the blocks, None where each level has one row.

    >>> H = Arrow(1, np.array([2.0, 4.0]), np.array([[1.0], [1.0]]), np.array([[3.0]]))
    >>> np.asarray(H).tolist()
    [[3.0, 1.0, 1.0], [1.0, 2.0, 0.0], [1.0, 0.0, 4.0]]
    >>> H.diagonal()
    array([3., 2., 4.])
    """

    at: int | NDArray[np.intp]
    d: Floats
    B: Floats
    C: Floats
    off: Floats | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        p = len(self.d) + len(self.C)
        return p, p

    @cached_property
    def places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The numbers of the levels' rows, level after level, and of the others."""
        every = np.arange(len(self))
        if isinstance(self.at, int):
            stop = self.at + len(self.d)
            return every[self.at : stop], np.delete(every, slice(self.at, stop))
        return self.at.ravel(), np.delete(every, self.at.ravel())

    @cached_property
    def within(self) -> Within | None:
        """What stands beside the diagonal in the blocks, in the rows of H."""
        return None if self.off is None else Within(self.places[0].reshape(self.off.shape[:2]), self.off)

    @cached_property
    def blocks(self) -> Floats:
        """The blocks of the levels, (L, k, k)."""
        if self.off is None:
            return self.d[:, None, None]
        return Within(np.arange(len(self.d)).reshape(self.off.shape[:2]), self.off).blocks(self.d)

    def diagonal(self) -> Floats:
        """The diagonal, (p,)."""
        found, (levels, others) = np.empty(len(self)), self.places
        found[levels], found[others] = self.d, self.C.diagonal()
        return found

    def ravel(self, order: str = "C") -> Floats:
        """The numbers that are in memory, in one row: they tell whether all are finite."""
        return np.concatenate([self.blocks.ravel(), self.B.ravel(), self.C.ravel()])

    def among(self, which: Any) -> Arrow:
        """The rows and columns of these numbers, in their order in this matrix; what is left of a level some of whose
        rows are left out, and of others not, stands among the other rows.
        """
        chosen = np.zeros(len(self), dtype=bool)
        chosen[which] = True
        if self.within is not None:
            return self._of_blocks(self.within.places, chosen)
        (levels, others), at = self.places, int(chosen[: self.places[0][0] if len(self.d) else 0].sum())
        of_levels, of_others = chosen[levels], chosen[others]
        B, C = self.B[np.ix_(of_levels, of_others)], self.C[np.ix_(of_others, of_others)]
        return Arrow(at, self.d[of_levels], B, C)

    def _of_blocks(self, places: NDArray[np.intp], chosen: NDArray[np.bool_]) -> Arrow:
        kinds = np.flatnonzero(chosen[places].any(axis=0))
        levels = np.flatnonzero(chosen[places][:, kinds].all(axis=1)) if len(kinds) else np.zeros(0, dtype=np.intp)
        rows = places[np.ix_(levels, kinds)]
        rest = np.setdiff1d(np.flatnonzero(chosen), rows)
        number = np.cumsum(chosen) - 1
        blocks = self.blocks[np.ix_(levels, kinds, kinds)]
        beside = self.columns(rest)
        d, off = diagonals(blocks), beside_diagonals(blocks)
        return Arrow(number[rows], d, beside[rows.ravel()], beside[rest], off)

    def in_blocks(self, V: Floats) -> Arrow:
        """W' H W, where W has the blocks V (L, k, k) in the rows and columns of the levels, and is 1 elsewhere."""
        across = V.transpose(0, 2, 1)
        blocks = across @ self.blocks @ V
        B = (across @ self.B.reshape(*V.shape[:2], -1)).reshape(self.B.shape)
        return replace(self, d=diagonals(blocks), B=B, off=beside_diagonals(0.5 * (blocks + blocks.transpose(0, 2, 1))))

    def bordered(self, sides: Floats, corner: Floats) -> Arrow:
        """With further rows and columns behind: `sides` (p, m) and `corner` (m, m)."""
        levels, others = self.places
        C = np.block([[self.C, sides[others]], [sides[others].T, corner]])
        return replace(self, B=np.column_stack([self.B, sides[levels]]), C=C)

    def beside_diagonal(self, more: Floats) -> Arrow:
        """With a diagonal matrix added, `more` (p,)."""
        levels, others = self.places
        return replace(self, d=self.d + more[levels], C=self.C + np.diag(more[others]))

    def scaled(self, factor: float) -> Arrow:
        """`factor` times the matrix."""
        off = None if self.off is None else factor * self.off
        return replace(self, d=factor * self.d, B=factor * self.B, C=factor * self.C, off=off)

    def raised(self, least: float) -> Arrow:
        """With the eigenvalues of the blocks in size, and at least `least`: the levels' part is positive definite."""
        if self.off is None:
            return replace(self, d=np.maximum(np.abs(self.d), least))
        values, vectors = np.linalg.eigh(self.blocks)
        blocks = (vectors * np.maximum(np.abs(values), least)[:, None, :]) @ vectors.transpose(0, 2, 1)
        return replace(self, d=diagonals(blocks), off=beside_diagonals(blocks))

    def taken(self) -> Floats:
        """B' D^-1 B, what elimination takes from C, where the levels' part is positive definite."""
        return self.B.T @ _solved(*_factors(self), self.B)

    def product(self, v: Floats) -> Floats:
        """H v, for v (p,) or (p, r)."""
        levels, others = self.places
        found, z, rest = np.empty((len(self), *v.shape[1:])), v[levels], v[others]
        found[levels] = (self.d if v.ndim == 1 else self.d[:, None]) * z + self.B @ rest
        found[others] = self.B.T @ z + self.C @ rest
        return found if self.within is None else found + self.within.product(v)

    def __iadd__(self, other: Any) -> Any:
        return self + other

    def columns(self, which: NDArray[np.intp]) -> Floats:
        """Some of the columns, (p, r)."""
        unit = np.zeros((len(self), len(which)))
        unit[which, np.arange(len(which))] = 1.0
        return self.product(unit)

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        (levels, others), found = self.places, np.zeros(self.shape)
        found[levels, levels] = self.d
        found[np.ix_(levels, others)], found[np.ix_(others, levels)] = self.B, self.B.T
        found[np.ix_(others, others)] = self.C
        if self.within is not None:
            self.within.added_to(found)
        return found

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """Sums with others of this kind too."""
        if ufunc in (np.add, np.subtract) and all(isinstance(value, Arrow) for value in inputs):
            left, right = inputs
            if left.off is None and right.off is None:
                return replace(left, d=ufunc(left.d, right.d), B=ufunc(left.B, right.B), C=ufunc(left.C, right.C))
            if left.off is None or right.off is None or not np.array_equal(left.at, right.at):
                return None
            B, C, off = ufunc(left.B, right.B), ufunc(left.C, right.C), ufunc(left.off, right.off)
            return Arrow(left.at, ufunc(left.d, right.d), B, C, off)
        return SymmetricInParts.applied(self, ufunc, inputs)


@dataclass(frozen=True, eq=False)
class ArrowFactor:
    """H = N diag(delta) N' of the blocks first, then S = R'R, of a positive definite `Arrow`; `failed` is the number of
    the row, from 1 on, where it is not, or 0. `Q` is D^-1 B; N is None where each level has one row.
    """

    H: Arrow
    delta: Floats
    N: Floats | None
    Q: Floats
    R: Floats
    failed: int

    @classmethod
    def of(cls, H: Arrow) -> ArrowFactor:
        """The factor; with `failed` above 0 there is none."""
        (levels, others), (N, delta) = H.places, _factors(H)
        low = np.flatnonzero(~((delta > 0.0) & (delta < np.inf)))
        if len(low):
            return cls(H, delta, N, H.B, H.C, int(levels[low[0]]) + 1)
        Q = _solved(N, delta, H.B)
        if not len(H.C):
            return cls(H, delta, N, Q, H.C, 0)
        with np.errstate(over="ignore", invalid="ignore"):  # of columns whose squares are beyond float64 there is none
            left = H.C - H.B.T @ Q
        R, failed = potrf(left) if np.isfinite(left).all() else (left, 1)
        return cls(H, delta, N, Q, R, int(others[failed - 1]) + 1 if failed > 0 else 0)

    @property
    def share(self) -> float:
        """The smallest share that is left of a number on the diagonal of the levels by those before it in its block."""
        return 1.0 if self.N is None else float((self.delta / self.H.d).min(initial=1.0))

    def half(self, v: Floats) -> tuple[Floats, Floats]:
        """v'H^-1 v is the sum of squares of these: N^-1 v / sqrt(delta) of the levels, R^-T of what is left of the
        others.
        """
        levels, others = self.H.places
        z, root = v[levels], np.sqrt(self.delta)
        rest = v[others] - self.Q.T @ z
        if len(self.R):
            rest = trtrs(self.R, rest, 0, 1)[0]
        if self.N is not None:
            z = forward(self.N, z.reshape(*self.N.shape[:2], *z.shape[1:])).reshape(z.shape)
        return z / (root if v.ndim == 1 else root[:, None]), rest

    def solve(self, v: Floats) -> Floats:
        """H^-1 v, for v (p,) or (p, r)."""
        levels, others = self.H.places
        found, rest = np.empty_like(v), self.half(v)[1]
        if len(self.R):
            rest = trtrs(self.R, rest)[0]
        found[levels], found[others] = _solved(self.N, self.delta, v[levels]) - self.Q @ rest, rest
        return found

    def sides(self) -> tuple[Floats, Floats, Within | None]:
        """The diagonal (p,) of D^-1 with zeros for the others, W (p, m), and what D^-1 has beside its diagonal, with
        H^-1 = D^-1 + W W'.
        """
        levels, others = self.H.places
        inner = trtrs(self.R, np.eye(len(self.R)))[0] if len(self.R) else np.zeros((0, 0))
        W, inverse = np.empty((len(self.H), len(self.R))), np.zeros(len(self.H))
        W[levels], W[others] = -self.Q @ inner, inner
        if self.N is None:
            inverse[levels] = 1.0 / self.H.d
            return inverse, W, None
        half = forward(self.N, np.broadcast_to(np.eye(self.N.shape[1]), self.N.shape))
        blocks = half.transpose(0, 2, 1) @ (half / self.delta.reshape(self.N.shape[:2])[:, :, None])
        inverse[levels] = diagonals(blocks)
        return inverse, W, Within.of(levels.reshape(self.N.shape[:2]), 0.5 * (blocks + blocks.transpose(0, 2, 1)))


def _factors(H: Arrow) -> tuple[Floats | None, Floats]:
    """N and delta of the blocks, the second in one row; None and the diagonal where each level has one row."""
    if H.off is None:
        return None, H.d
    N, delta = triangles(H.blocks)
    return N, delta.ravel()


def _solved(N: Floats | None, delta: Floats, v: Floats) -> Floats:
    """D^-1 v of the rows of the levels, (L k,) or (L k, r)."""
    each = delta if v.ndim == 1 else delta[:, None]
    if N is None:
        return v / each
    half = forward(N, v.reshape(*N.shape[:2], *v.shape[1:]))
    return backward(N, (half.reshape(v.shape) / each).reshape(half.shape)).reshape(v.shape)
