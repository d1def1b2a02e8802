"""Triangles of many small matrices (p, p, m), members last: none of them raises where another is not positive definite.

Every operation runs along the members, so that factoring m matrices costs p^2 vector operations of length m. A last
axis of length 1 is one matrix that all members share.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats


def factored(A: Floats) -> tuple[Floats, Floats]:
    """Lower factors of the lower triangles A, and for each member its smallest pivot as a share of the diagonal
    element, (m,).

    Where a pivot is not positive the factor means nothing, but it is finite where A is.

    >>> L, pivot = factored(np.array([[4.0, 0.0], [2.0, 2.0]])[:, :, None])
    >>> L[:, :, 0].tolist(), pivot.tolist()
    ([[2.0, 0.0], [1.0, 1.0]], [0.5])
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        L = np.zeros(A.shape)
        left = np.empty(A.shape[1:])
        for j in range(len(A)):
            column = A[j:, j] - np.einsum("ikm,km->im", L[j:, :j], L[j, :j]) if j else A[:, 0]
            left[j] = pivot = column[0]
            root = np.sqrt(np.where(pivot > 0.0, pivot, 1.0))
            np.divide(column, root, out=L[j:, j])
            L[j, j] = root
        diagonal = A.diagonal().T
        share = np.where(diagonal > 0.0, left / diagonal, -1.0)
    return L, np.minimum(share.min(axis=0), 1.0)


def forward(L: Floats, right: Floats) -> Floats:
    """L^-1 right, for right of shape (p, m) or (p, r, m)."""
    x = np.empty((*right.shape[:-1], right.shape[-1] if L.shape[2] == 1 else L.shape[2]))
    x[...] = right
    below = L if right.ndim == 2 else L[:, :, None]
    for j in range(len(L)):
        x[j] /= L[j, j]
        if j + 1 < len(L):
            x[j + 1 :] -= below[j + 1 :, j] * x[j]
    return x


def backward(L: Floats, right: Floats) -> Floats:
    """L^-T right, for right of shape (p, m)."""
    x = np.array(right)
    for j in reversed(range(len(L))):
        x[j] /= L[j, j]
        if j:
            x[:j] -= L[j, :j] * x[j]
    return x


def inverted(L: Floats) -> Floats:
    """The inverses of triangles L (p, p, m).

    >>> inverted(np.array([[2.0, 0.0], [1.0, 1.0]])[:, :, None])[:, :, 0].tolist()
    [[0.5, 0.0], [-0.5, 1.0]]
    """
    return forward(L, np.eye(len(L))[:, :, None])
