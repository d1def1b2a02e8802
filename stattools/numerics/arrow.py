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
from stattools.numerics.level_blocks import backward, diagonals, forward, times, triangles
from stattools.text.one_line import prints

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
        chosen = np.zeros(len(self), dtype=bool)
        chosen[which] = True
        kinds = np.flatnonzero(chosen[self.at].any(axis=0))
        levels = np.flatnonzero(chosen[self.at][:, kinds].all(axis=1)) if len(kinds) else np.zeros(0, dtype=np.intp)
        rows = self.at[np.ix_(levels, kinds)]
        rest = np.setdiff1d(np.flatnonzero(chosen), rows)
        beside = self.columns(rest)
        number = np.cumsum(chosen) - 1
        return Arrow(number[rows], self.D[np.ix_(levels, kinds, kinds)], beside[rows.ravel()], beside[rest])

    def in_blocks(self, V: Floats) -> Arrow:
        """W' H W, where W has the blocks V (L, k, k) in the rows and columns of the levels, and is 1 elsewhere."""
        across = V.transpose(0, 2, 1)
        D = across @ self.D @ V
        B = (across @ self.B.reshape(*V.shape[:2], -1)).reshape(self.B.shape)
        return replace(self, D=0.5 * (D + D.transpose(0, 2, 1)), B=B)

    def bordered(self, sides: Floats, corner: Floats) -> Arrow:
        """With further rows and columns behind: `sides` (p, m) and `corner` (m, m)."""
        levels, others = self.places
        C = np.block([[self.C, sides[others]], [sides[others].T, corner]])
        return replace(self, B=np.column_stack([self.B, sides[levels]]), C=C)

    def beside_diagonal(self, more: Floats) -> Arrow:
        """With a diagonal matrix added, `more` (p,)."""
        return replace(
            self, D=self.D + more[self.at][:, :, None] * np.eye(self.at.shape[1]),
            C=self.C + np.diag(more[self.places[1]]),
        )  # fmt: skip

    def scaled(self, factor: float) -> Arrow:
        """`factor` times the matrix."""
        return replace(self, D=factor * self.D, B=factor * self.B, C=factor * self.C)

    def raised(self, least: float) -> Arrow:
        """With the eigenvalues of the blocks in size, and at least `least`: the levels' part is positive definite."""
        values, vectors = np.linalg.eigh(self.D)
        return replace(self, D=(vectors * np.maximum(np.abs(values), least)[:, None, :]) @ vectors.transpose(0, 2, 1))

    def taken(self) -> Floats:
        """B' D^-1 B, what elimination takes from C, where the levels' part is positive definite."""
        return self.B.T @ _solved(*triangles(self.D), self.B)

    def product(self, v: Floats) -> Floats:
        """H v, for v (p,) or (p, r)."""
        levels, others = self.places
        found, rest = np.empty((len(self), *v.shape[1:])), v[others]
        found[levels] = times(self.D, v[self.at]).reshape(self.at.size, *v.shape[1:]) + self.B @ rest
        found[others] = self.B.T @ v[levels] + self.C @ rest
        return found

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
        found[self.at[:, :, None], self.at[:, None, :]] = self.D
        found[np.ix_(levels, others)], found[np.ix_(others, levels)] = self.B, self.B.T
        found[np.ix_(others, others)] = self.C
        return found

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """Sums with others of this kind too."""
        if ufunc in (np.add, np.subtract) and all(isinstance(value, Arrow) for value in inputs):
            left, right = inputs
            if not np.array_equal(left.at, right.at):
                return None
            return replace(left, D=ufunc(left.D, right.D), B=ufunc(left.B, right.B), C=ufunc(left.C, right.C))
        return SymmetricInParts.applied(self, ufunc, inputs)


@dataclass(frozen=True, eq=False)
class ArrowFactor:
    """H = N diag(delta) N' of the blocks first, then S = R'R, of a positive definite `Arrow`; `failed` is the number of
    the row, from 1 on, where it is not, or 0. N is (L, k, k), `delta` (L, k), and `Q` (L k, m) is D^-1 B.
    """

    H: Arrow
    N: Floats
    delta: Floats
    Q: Floats
    R: Floats
    failed: int

    @classmethod
    def of(cls, H: Arrow) -> ArrowFactor:
        """The factor; with `failed` above 0 there is none."""
        (levels, others), (N, delta) = H.places, triangles(H.D)
        low = np.flatnonzero(~((delta > 0.0) & (delta < np.inf)))
        if len(low):
            return cls(H, N, delta, H.B, H.C, int(levels[low[0]]) + 1)
        Q = _solved(N, delta, H.B)
        if not len(H.C):
            return cls(H, N, delta, Q, H.C, 0)
        with np.errstate(over="ignore", invalid="ignore"):  # of columns whose squares are beyond float64 there is none
            left = H.C - H.B.T @ Q
        R, failed = potrf(left) if np.isfinite(left).all() else (left, 1)
        return cls(H, N, delta, Q, R, int(others[failed - 1]) + 1 if failed > 0 else 0)

    @property
    def share(self) -> float:
        """The smallest share that is left of a number on the diagonal of the levels by those before it in its block."""
        return float((self.delta.ravel() / diagonals(self.H.D)).min(initial=1.0))

    def half(self, v: Floats) -> tuple[Floats, Floats]:
        """v'H^-1 v is the sum of squares of these: N^-1 v / sqrt(delta) of the levels, R^-T of what is left of the
        others.
        """
        levels, others = self.H.places
        rest, root = v[others] - self.Q.T @ v[levels], np.sqrt(self.delta)
        if len(self.R):
            rest = trtrs(self.R, rest, 0, 1)[0]
        z = forward(self.N, v[self.H.at]) / (root if v.ndim == 1 else root[:, :, None])
        return z.reshape(self.delta.size, *v.shape[1:]), rest

    def solve(self, v: Floats) -> Floats:
        """H^-1 v, for v (p,) or (p, r)."""
        levels, others = self.H.places
        found, rest = np.empty_like(v), self.half(v)[1]
        if len(self.R):
            rest = trtrs(self.R, rest)[0]
        found[levels], found[others] = _solved(self.N, self.delta, v[levels]) - self.Q @ rest, rest
        return found

    def sides(self) -> tuple[Floats, Floats]:
        """The blocks E (L, k, k) of D^-1, and W (p, m), with H^-1 = blockdiag(E) + W W'."""
        levels, others = self.H.places
        inner = trtrs(self.R, np.eye(len(self.R)))[0] if len(self.R) else np.zeros((0, 0))
        W = np.empty((len(self.H), len(self.R)))
        W[levels], W[others] = -self.Q @ inner, inner
        half = forward(self.N, np.broadcast_to(np.eye(self.N.shape[1]), self.N.shape))
        E = half.transpose(0, 2, 1) @ (half / self.delta[:, :, None])
        return 0.5 * (E + E.transpose(0, 2, 1)), W


def _solved(N: Floats, delta: Floats, v: Floats) -> Floats:
    """D^-1 v of the rows of the levels, (L k,) or (L k, r)."""
    half = forward(N, v.reshape(*delta.shape, *v.shape[1:]))
    return backward(N, half / (delta if v.ndim == 1 else delta[:, :, None])).reshape(v.shape)
