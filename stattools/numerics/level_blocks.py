"""Block diagonal matrices with a small block for each level of a factor, as arrays over all levels at once.

    D = N diag(delta) N',   N unit lower triangular, of each block (k, k)

The factor is that of Cholesky without the square roots: of blocks with one number it is that number. Source: Golub &
Van Loan, Matrix Computations (2013), 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats


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

    def blocks(self, diagonal: Floats) -> Floats:
        """The whole blocks, (L, k, k), with their part of the diagonal (p,)."""
        found, each = self.off.copy(), np.arange(self.off.shape[-1])
        found[:, each, each] = diagonal[self.places]
        return found

    def added_to(self, array: Floats) -> None:
        """Add these numbers to an array (p, p)."""
        array[self.places[:, :, None], self.places[:, None, :]] += self.off


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
