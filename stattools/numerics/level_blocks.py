"""Block diagonal matrices with a small block for each level of a factor, as arrays over all levels at once.

    D = N diag(delta) N',   N unit lower triangular, of each block (k, k)

The factor is that of Cholesky without the square roots: of blocks with one number it is that number. Source: Golub &
Van Loan, Matrix Computations (2013), 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.in_parts import InParts

ROUND_OFF = 1e-9
"""Correlations are symmetric and without negative eigenvalues up to this."""


@dataclass(frozen=True, eq=False)
class Within:
    """What stands beside the diagonal of a matrix (p, p) between the k coefficients of one level: `off` (L, k, k), with
    diagonals of 0, in the rows and columns `places` (L, k).

    >>> Within(np.array([[0, 2]]), np.array([[[0.0, 5.0], [0.0, 0.0]]])).product(np.array([1.0, 1.0, 2.0]))
    array([10.,  0.,  0.])
    """

    places: NDArray[np.intp]
    off: Floats

    @classmethod
    def of(cls, places: NDArray[np.intp], blocks: Floats) -> Within:
        """That of whole blocks, whose diagonals are left out."""
        return cls(places, beside_diagonals(blocks))

    def product(self, v: Floats) -> Floats:
        """The product with v (p,) or (p, r)."""
        found = np.zeros_like(v)
        found[self.places] = times(self.off, v[self.places])
        return found

    def pulled(self, u: Floats) -> Floats:
        """The product of the transposed with u."""
        return Within(self.places, self.off.transpose(0, 2, 1)).product(u)

    def quadratic(self, X: Any) -> Floats:
        """x' times these numbers times x of each row of X (n, p); X may have its levels as codes."""
        return X.between(self) if isinstance(X, InParts) else self.between(X)

    def between(self, X: Floats) -> Floats:
        """The same of an array."""
        of_levels = X[:, self.places]
        return np.einsum("nla,lab,nlb->n", of_levels, self.off, of_levels, optimize=True)

    def blocks(self, diagonal: Floats) -> Floats:
        """The whole blocks, (L, k, k), with their part of the diagonal (p,)."""
        found, each = self.off.copy(), np.arange(self.off.shape[-1])
        found[:, each, each] = diagonal[self.places]
        return found

    def is_part_of(self, diagonal: Floats) -> bool:
        """Whether the blocks stand in different rows of a matrix with this diagonal (p,), and are finite, symmetric and
        without negative eigenvalues, up to round-off.
        """
        places, off = self.places, self.off
        if places.ndim != 2 or off.shape != (*places.shape, places.shape[1]) or not np.isfinite(off).all():
            return False
        apart = len(np.unique(places)) == places.size
        if not apart or places.min(initial=0) < 0 or places.max(initial=-1) >= len(diagonal):
            return False
        unit = np.sqrt(np.where(diagonal[places] > 0.0, diagonal[places], 1.0))
        shares = self.blocks(diagonal) / unit[:, :, None] / unit[:, None, :]
        alike = np.abs(shares - shares.transpose(0, 2, 1)).max(initial=0.0) <= ROUND_OFF
        return bool(alike and np.linalg.eigvalsh(shares).min(initial=0.0) >= -ROUND_OFF)

    def among(self, rows: NDArray[np.intp], p: int) -> Within | None:
        """These numbers among some rows and columns of a matrix (p, p); None where some levels have other coefficients
        among them than others have.
        """
        number = np.full(p, -1)
        number[rows] = np.arange(len(rows))
        kept = number[self.places] >= 0
        levels, kinds = kept.any(axis=1), kept.any(axis=0)
        if not kept[np.ix_(levels, kinds)].all():
            return None
        return Within(number[self.places[np.ix_(levels, kinds)]], self.off[levels][:, kinds][:, :, kinds])

    def scaled(self, factor: float) -> Within:
        """`factor` times these numbers."""
        return Within(self.places, factor * self.off)

    def added_to(self, array: Floats) -> None:
        """Add these numbers to an array (p, p)."""
        array[self.places[:, :, None], self.places[:, None, :]] += self.off

    def at(self, i: NDArray[np.intp], j: NDArray[np.intp], p: int) -> Floats:
        """The numbers in rows i and columns j of a matrix (p, p), which broadcast."""
        level, kind = np.full(p, -1), np.zeros(p, dtype=np.intp)
        level[self.places] = np.arange(len(self.places))[:, None]
        kind[self.places] = np.arange(self.places.shape[1])
        i, j = np.broadcast_arrays(i, j)
        return np.where((level[i] == level[j]) & (level[i] >= 0), self.off[level[i], kind[i], kind[j]], 0.0)


def beside_diagonals(blocks: Floats) -> Floats:
    """Blocks (L, k, k) with zeros on their diagonals."""
    off, each = blocks.copy(), np.arange(blocks.shape[-1])
    off[:, each, each] = 0.0
    return off


def diagonals(blocks: Floats) -> Floats:
    """The diagonals of blocks (L, k, k) one after the other, (L k,)."""
    return np.ascontiguousarray(np.diagonal(blocks, axis1=1, axis2=2)).ravel()


def times(D: Floats, v: Floats) -> Floats:
    """D v of each block, for v (L, k) or (L, k, r).

    >>> times(np.array([[[1.0, 2.0], [0.0, 1.0]]]), np.array([[1.0, 1.0]]))
    array([[3., 1.]])
    """
    return np.matmul(D, v[..., None])[..., 0] if v.ndim == 2 else np.matmul(D, v)


def triangles(D: Floats) -> tuple[Floats, Floats]:
    """N (L, k, k) and delta (L, k) of symmetric blocks; delta is above 0 in all of a positive definite one, and has
    no meaning behind the first number of a block that is not.

    >>> triangles(np.array([[[4.0, 2.0], [2.0, 3.0]]]))[1]
    array([[4., 2.]])
    """
    k = D.shape[-1]
    N, delta = np.zeros_like(D), np.empty(D.shape[:-1])
    with np.errstate(all="ignore"):  # of blocks that are not definite, which the caller refuses
        for j in range(k):
            N[:, j, j] = 1.0
            known = N[:, j, :j] * delta[:, :j]
            delta[:, j] = D[:, j, j] - (known * N[:, j, :j]).sum(axis=1)
            for i in range(j + 1, k):
                N[:, i, j] = (D[:, i, j] - (known * N[:, i, :j]).sum(axis=1)) / delta[:, j]
    return N, delta


def forward(N: Floats, v: Floats) -> Floats:
    """N^-1 v of each block, for v (L, k) or (L, k, r)."""
    found = v.copy()
    for j in range(N.shape[-1]):
        for i in range(j + 1, N.shape[-1]):
            found[:, i] -= (N[:, i, j] if v.ndim == 2 else N[:, i, j, None]) * found[:, j]
    return found


def backward(N: Floats, v: Floats) -> Floats:
    """N'^-1 v of each block, for v (L, k) or (L, k, r)."""
    found = v.copy()
    for j in reversed(range(N.shape[-1])):
        for i in range(j):
            found[:, i] -= (N[:, j, i] if v.ndim == 2 else N[:, j, i, None]) * found[:, j]
    return found
