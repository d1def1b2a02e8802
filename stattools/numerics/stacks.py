"""Triangles of many small matrices (p, p, m), members last: none of them raises where another is not positive definite.

Every operation runs along the members, so that factoring m matrices costs p^2 vector operations of length m; a few are
factored by `numpy.linalg`, one after the other. A last axis of length 1 is one matrix that all members share.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats

FEW = 200
"""Members up to which `numpy.linalg` takes less time to factor them than vector operations do."""


def factored(A: Floats) -> tuple[Floats, Floats]:
    """Lower factors of the lower triangles A, and for each member its smallest pivot as a share of the diagonal
    element, (m,).

    Where a pivot is not positive the factor means nothing, but it is finite where A is.

    >>> L, pivot = factored(np.array([[4.0, 0.0], [2.0, 2.0]])[:, :, None])
    >>> L[:, :, 0].tolist(), pivot.tolist()
    ([[2.0, 0.0], [1.0, 1.0]], [0.5])
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        L = _few(A) if A.shape[2] <= FEW else None
        if L is not None:
            share = L.diagonal().T ** 2 / A.diagonal().T
            return L, np.minimum(share.min(axis=0), 1.0)
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


def _few(A: Floats) -> Floats | None:
    """The factors one after the other; None where a matrix is not positive definite."""
    try:
        return np.ascontiguousarray(np.linalg.cholesky(A.transpose(2, 0, 1)).transpose(1, 2, 0), dtype=float)
    except np.linalg.LinAlgError:
        return None


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
