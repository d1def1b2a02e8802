"""A symmetric matrix with a diagonal block: what the indicator columns of a factor have as their information.

        [ diag(d)   B ]
    H = [ B'        C ]      d (L,), B (L, k), C (k, k)      S = C - B' diag(1/d) B,  the Schur complement

Everything that a Newton step needs costs L k^2 in the place of (L + k)^3: the levels are eliminated first, as the
largest factor of a mixed model is. Source: Henderson; Golub & Van Loan, Matrix Computations (2013), 3.2.
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
from stattools.text.one_line import prints

potrf, trtrs = get_lapack_funcs(("potrf", "trtrs"), dtype=np.float64)


@prints
@dataclass(frozen=True, eq=False)
class Arrow(SymmetricInParts):
    """Stands for H (p, p), whose rows from `at` on are those of the diagonal block; sums of such matrices are others.

    >>> H = Arrow(1, np.array([2.0, 4.0]), np.array([[1.0], [1.0]]), np.array([[3.0]]))
    >>> np.asarray(H).tolist()
    [[3.0, 1.0, 1.0], [1.0, 2.0, 0.0], [1.0, 0.0, 4.0]]
    >>> H.diagonal()
    array([3., 2., 4.])
    """

    at: int
    d: Floats
    B: Floats
    C: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        p = len(self.d) + len(self.C)
        return p, p

    @cached_property
    def places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The numbers of the levels' rows, and of the others."""
        every = np.arange(len(self))
        stop = self.at + len(self.d)
        return every[self.at : stop], np.delete(every, slice(self.at, stop))

    def diagonal(self) -> Floats:
        """The diagonal, (p,)."""
        found, (levels, others) = np.empty(len(self)), self.places
        found[levels], found[others] = self.d, self.C.diagonal()
        return found

    def ravel(self, order: str = "C") -> Floats:
        """The numbers that are in memory, in one row: they tell whether all are finite."""
        return np.concatenate([self.d, self.B.ravel(), self.C.ravel()])

    def among(self, which: Any) -> Arrow:
        """The rows and columns of these numbers, in their order in this matrix."""
        chosen = np.zeros(len(self), dtype=bool)
        chosen[which] = True
        (levels, others), at = self.places, int(chosen[: self.at].sum())
        of_levels, of_others = chosen[levels], chosen[others]
        B, C = self.B[np.ix_(of_levels, of_others)], self.C[np.ix_(of_others, of_others)]
        return Arrow(at, self.d[of_levels], B, C)

    def bordered(self, sides: Floats, corner: Floats) -> Arrow:
        """With further rows and columns behind: `sides` (p, m) and `corner` (m, m)."""
        levels, others = self.places
        C = np.block([[self.C, sides[others]], [sides[others].T, corner]])
        return replace(self, B=np.column_stack([self.B, sides[levels]]), C=C)

    def scaled(self, factor: float) -> Arrow:
        """`factor` times the matrix."""
        return replace(self, d=factor * self.d, B=factor * self.B, C=factor * self.C)

    def product(self, v: Floats) -> Floats:
        """H v, for v (p,) or (p, r)."""
        levels, others = self.places
        found, z, rest = np.empty((len(self), *v.shape[1:])), v[levels], v[others]
        found[levels] = (self.d if v.ndim == 1 else self.d[:, None]) * z + self.B @ rest
        found[others] = self.B.T @ z + self.C @ rest
        return found

    def __iadd__(self, other: Any) -> Any:
        return self + other

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        (levels, others), found = self.places, np.zeros(self.shape)
        found[levels, levels] = self.d
        found[np.ix_(levels, others)], found[np.ix_(others, levels)] = self.B, self.B.T
        found[np.ix_(others, others)] = self.C
        return found

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """Sums with others of this kind too."""
        if ufunc in (np.add, np.subtract) and all(isinstance(value, Arrow) for value in inputs):
            left, right = inputs
            return replace(left, d=ufunc(left.d, right.d), B=ufunc(left.B, right.B), C=ufunc(left.C, right.C))
        return SymmetricInParts.applied(self, ufunc, inputs)


@dataclass(frozen=True, eq=False)
class ArrowFactor:
    """H = diag(d) first, then S = R'R, of a positive definite `Arrow`; `failed` is the number of the row, from 1 on,
    where it is not, or 0.
    """

    H: Arrow
    Q: Floats
    R: Floats
    failed: int

    @classmethod
    def of(cls, H: Arrow) -> ArrowFactor:
        """The factor; with `failed` above 0 there is none."""
        levels, others = H.places
        low = np.flatnonzero(~((H.d > 0.0) & (H.d < np.inf)))
        if len(low):
            return cls(H, H.B, H.C, int(levels[low[0]]) + 1)
        Q = H.B / H.d[:, None]
        if not len(H.C):
            return cls(H, Q, H.C, 0)
        with np.errstate(over="ignore", invalid="ignore"):  # of columns whose squares are beyond float64 there is none
            left = H.C - H.B.T @ Q
        R, failed = potrf(left) if np.isfinite(left).all() else (left, 1)
        return cls(H, Q, R, int(others[failed - 1]) + 1 if failed > 0 else 0)

    def half(self, v: Floats) -> tuple[Floats, Floats]:
        """v'H^-1 v is the sum of squares of these: v / sqrt(d) of the levels, R^-T of what is left of the others."""
        levels, others = self.H.places
        z, root = v[levels], np.sqrt(self.H.d)
        rest = v[others] - self.Q.T @ z
        if len(self.R):
            rest = trtrs(self.R, rest, 0, 1)[0]
        return z / (root if v.ndim == 1 else root[:, None]), rest

    def solve(self, v: Floats) -> Floats:
        """H^-1 v, for v (p,) or (p, r)."""
        levels, others = self.H.places
        found, d = np.empty_like(v), self.H.d if v.ndim == 1 else self.H.d[:, None]
        rest = self.half(v)[1]
        if len(self.R):
            rest = trtrs(self.R, rest)[0]
        found[levels], found[others] = v[levels] / d - self.Q @ rest, rest
        return found

    def sides(self) -> tuple[Floats, Floats]:
        """1/d and W (p, k) with H^-1 = diag(1/d of the levels, 0) + W W'."""
        levels, others = self.H.places
        inner = trtrs(self.R, np.eye(len(self.R)))[0] if len(self.R) else np.zeros((0, 0))
        W, inverse = np.empty((len(self.H), len(self.R))), np.zeros(len(self.H))
        W[levels], W[others] = -self.Q @ inner, inner
        inverse[levels] = 1.0 / self.H.d
        return inverse, W
