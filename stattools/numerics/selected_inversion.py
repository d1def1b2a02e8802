"""The band of the inverse of a banded matrix from its Cholesky factor, in O(n): Takahashi's equations.

    A = L L',  Z = A^-1:   Z_{j+i,j} = [i = 0] / L_jj^2 - sum_{k=1..b} (L_{j+k,j} / L_jj) Z_{j+i,j+k}

The entries of column j need only those of columns to its right inside the band. For bandwidth 1 to 3 that recursion is
one unit triangular banded system, solved by BLAS `dtbsv`; wider bands go block by block. Source: Takahashi, Fagan &
Chen (1973); Rue & Martino, Journal of Statistical Planning and Inference 137 (2007).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.interface.arrays import Floats
from stattools.numerics.banded_routines import dtbsv


def band_of_inverse(L: Floats) -> Floats:
    """Row i, column j: entry (j + i, j) of (L L')^-1, for L in LAPACK's lower band storage (b + 1, n).

    >>> band_of_inverse(np.array([[2.0, 4.0], [0.0, 0.0]]))
    array([[0.25  , 0.0625],
           [0.    , 0.    ]])
    """
    L = L[: len(L) if L.shape[1] >= len(L) else L.shape[1]]
    return _narrow(L) if len(L) <= 4 else _blocks(L)


def _narrow(L: Floats) -> Floats:
    """All unknowns in one banded system, from the last column to the first; in a column Z_{j+b,j} comes first."""
    b, n = len(L) - 1, L.shape[1]
    reversed_ratio = (L[1:] / L[0])[:, ::-1]
    for k in range(1, b + 1):
        reversed_ratio[k - 1, :k] = 0.0
    system = np.zeros((max(b * b, b, 1) + 1, (b + 1) * n), order="F")
    system[0] = 1.0
    here = (b + 1) * np.arange(n)
    for i in range(b + 1):
        for k in range(1, b + 1):
            back = k if i == 0 else (b + 1) * min(i, k) - i + abs(i - k)
            column = here + (b - i) - back
            inside = column >= 0
            system[back, column[inside]] += reversed_ratio[k - 1, inside]
    right = np.zeros((b + 1) * n)
    right[b :: b + 1] = 1.0 / np.square(L[0, ::-1])
    solved = dtbsv(len(system) - 1, system, right, lower=1, diag=1)
    band = solved.reshape(n, b + 1)[::-1, ::-1].T.copy()
    for i in range(1, b + 1):
        band[i, n - i :] = 0.0
    return band


def _blocks(L: Floats) -> Floats:
    """Blocks of at least b columns, so that the factor is block bidiagonal; from the last block to the first."""
    b, n = len(L) - 1, L.shape[1]
    size = max(b, 16)
    starts = list(range(0, n, size))
    band = np.zeros_like(L)
    corner = np.zeros((0, 0))
    offsets = np.subtract.outer(np.arange(size), np.arange(size))
    for start in reversed(starts):
        stop, after = min(start + size, n), min(start + 2 * size, n)
        width, below = stop - start, after - stop
        own, lower = _dense(L, offsets, start, width, 0, width), _dense(L, offsets, start, width, width, below)
        inverse = solve_triangular(own, np.eye(width), lower=True, check_finite=False)
        ratio = lower @ inverse
        across = -corner[:below, :below] @ ratio
        here = inverse.T @ inverse - ratio.T @ across
        column = np.concatenate([here, across])
        for i in range(min(b, len(column) - 1) + 1):
            diagonal = np.diagonal(column, -i)
            band[i, start : start + len(diagonal)] = diagonal
        corner = here
    return band


def _dense(L: Floats, offsets: NDArray[np.intp], start: int, width: int, shift: int, height: int) -> Floats:
    """Rows start + shift ... of the factor's columns start ... as a dense block."""
    away = offsets[:height, :width] + shift
    inside = (away >= 0) & (away < len(L))
    column = np.broadcast_to(start + np.arange(width), away.shape)
    return np.where(inside, L[np.where(inside, away, 0), column], 0.0)
