"""Cholesky factors of thousands of small matrices at once: arrays of shape (p, p, m), the members last.

Every operation runs along the members, so that a factor of m matrices costs p^2 vector operations of length m. A last
axis of length 1 is a matrix that all members share.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats

Pair = tuple[NDArray[np.intp], NDArray[np.intp]]


@cache
def lower(p: int) -> Pair:
    """Rows and columns of the lower triangle."""
    return np.tril_indices(p)


def products(Z: Floats) -> Floats:
    """Products of two columns of Z (n, p), lower triangle, shape (n, p (p + 1) / 2)."""
    rows, columns = lower(Z.shape[1])
    return Z[:, rows] * Z[:, columns]


def unpacked(sums: Floats, p: int) -> Floats:
    """Sums of such products (m, p (p + 1) / 2) as lower triangles (p, p, m)."""
    A = np.zeros((p, p, len(sums)))
    A[lower(p)] = sums.T
    return A


def factored(A: Floats) -> tuple[Floats, Floats]:
    """Lower factors of the lower triangles A, and the smallest pivot as a share of its diagonal element, (m,).

    Where that is not positive, the factor means nothing, but is finite where A is.

    >>> L, pivot = factored(np.array([[4.0, 0.0], [2.0, 2.0]])[:, :, None])
    >>> L[:, :, 0].tolist(), pivot.tolist()
    ([[2.0, 0.0], [1.0, 1.0]], [0.5])
    """
    L = np.zeros_like(A)
    smallest = np.ones(A.shape[2])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for j in range(len(A)):
            column = A[j:, j] - np.einsum("ikm,km->im", L[j:, :j], L[j, :j]) if j else A[:, 0].copy()
            pivot = column[0] / A[j, j]
            smallest = np.minimum(smallest, np.where(A[j, j] > 0, pivot, -1.0))
            L[j:, j] = column / np.sqrt(np.where(column[0] > 0, column[0], 1.0))
            L[j, j] = np.where(column[0] > 0, L[j, j], 1.0)
    return L, smallest


def forward(L: Floats, right: Floats) -> Floats:
    """L^-1 right, for right of shape (p, m) or (p, r, m)."""
    members = np.broadcast_shapes(L.shape[2:], right.shape[-1:])
    x = np.array(np.broadcast_to(right, right.shape[:-1] + members))
    for j in range(len(L)):
        for k in range(j):
            x[j] -= L[j, k] * x[k]
        x[j] /= L[j, j]
    return x


def backward(L: Floats, right: Floats) -> Floats:
    """L^-T right, for right of shape (p, m)."""
    x = np.array(right)
    for j in reversed(range(len(L))):
        for k in range(j + 1, len(L)):
            x[j] -= L[k, j] * x[k]
        x[j] /= L[j, j]
    return x
