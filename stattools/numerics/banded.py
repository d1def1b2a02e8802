"""Symmetric matrices with a band: the Cholesky factor, and what is asked of it, in O(n b^2) for bandwidth b.

    A = L L',   log det A = 2 sum log L_jj,   A^-1 on the band of A,   L'^-1 z ~ Normal(0, A^-1) for standard normal z

Row i, column j of a band holds the entry (j + i, j): LAPACK's lower storage (b + 1, n), of A and of L alike. State
space models, Whittaker's graduation and splines have such matrices. Source: Golub & Van Loan, Matrix Computations
(2013), 4.3; Rue & Held, Gaussian Markov Random Fields (2005), 2.4.

    Z = A^-1:   Z_{j+i,j} = [i = 0] / L_jj^2 - sum_{k=1..b} (L_{j+k,j} / L_jj) Z_{j+i,j+k}

Of the inverse's band column j needs only columns to its right: Takahashi, Fagan & Chen (1973); Rue & Martino, Journal
of Statistical Planning and Inference 137 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs, solve_triangular

from stattools.interface.arrays import Floats

dpbtrf, dpbtrs, dpttrf, dtbtrs = get_lapack_funcs(("pbtrf", "pbtrs", "pttrf", "tbtrs"), dtype=np.float64)

(dtbsv,) = get_blas_funcs(("tbsv",), dtype=np.float64)


def band_of_inverse(L: Floats) -> Floats:
    """Row i, column j: entry (j + i, j) of (L L')^-1, for L in LAPACK's lower band storage (b + 1, n).

    For bandwidths of 1 to 3 the recursion is one unit triangular banded system; wider bands go block by block.

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


@dataclass(frozen=True, eq=False)
class BandedCholesky:
    """L of A = L L' in lower band storage (b + 1, n)."""

    L: Floats

    def solve(self, right: Floats) -> Floats:
        """A^-1 right, (n,) or (n, k)."""
        if not right.size:
            return np.zeros_like(right)
        return dpbtrs(self.L, right.reshape(len(right), -1), lower=1)[0].reshape(right.shape)

    def colored(self, noise: Floats) -> Floats:
        """L'^-1 noise, (n, k): columns with the covariance A^-1 if those of the noise are standard normal."""
        return dtbtrs(self.L, noise, uplo="L", trans="T")[0]

    @cached_property
    def log_determinant(self) -> float:
        """log det A."""
        return 2.0 * float(np.log(self.L[0]).sum())

    @cached_property
    def inverse(self) -> Floats:
        """A^-1 on the band of A, in lower band storage."""
        return band_of_inverse(self.L)


def factored(band: Floats, *, overwrite: bool = False) -> BandedCholesky | None:
    """The Cholesky factor of a band (b + 1, n); None where it is not positive definite in float64.

    With `overwrite` a band in column order may become the factor.

    >>> cholesky = factored(np.array([[4.0, 5.0, 5.0], [2.0, 2.0, 0.0]]))
    >>> cholesky.L.tolist()
    [[2.0, 2.0, 2.0], [1.0, 1.0, 0.0]]
    >>> cholesky.solve(np.array([8.0, 13.0, 9.0])).round(12).tolist()
    [1.15625, 1.6875, 1.125]
    >>> factored(np.array([[1.0, 1.0], [2.0, 0.0]])) is None
    True
    """
    L, failed = dpbtrf(band, lower=1, overwrite_ab=int(overwrite))
    return None if failed else BandedCholesky(L)


def product(band: Floats, x: Floats) -> Floats:
    """A symmetric band (b + 1, n) times x, (n,) or (n, k).

    >>> product(np.array([[4.0, 5.0], [2.0, 0.0]]), np.array([1.0, 1.0])).tolist()
    [6.0, 7.0]
    """
    rows = band if x.ndim == 1 else band[:, :, None]
    result = rows[0] * x
    for k in range(1, min(len(band), len(x))):
        result[k:] += rows[k, :-k] * x[:-k]
        result[:-k] += rows[k, :-k] * x[k:]
    return result


def trace_of_product(first: Floats, second: Floats) -> float:
    """tr(A B) of two symmetric matrices, of which at least one is 0 outside the shorter of both bands.

    >>> trace_of_product(np.array([[4.0, 5.0], [2.0, 0.0]]), np.array([[1.0, 1.0], [3.0, 0.0]]))
    21.0
    """
    rows, n = min(len(first), len(second)), first.shape[1]
    # einsum, for the dot product of BLAS would start threads, which cost more than they save.
    found = float(np.einsum("j,j", first[0], second[0]))
    for k in range(1, min(rows, n)):
        found += 2.0 * float(np.einsum("j,j", first[k, : n - k], second[k, : n - k]))
    return found


def difference_penalty(n: int, order: int) -> Floats:
    """D'D of the differences D of some order of n numbers, (order + 1, n).

    >>> difference_penalty(4, 1).tolist()
    [[1.0, 2.0, 2.0, 1.0], [-1.0, -1.0, -1.0, 0.0]]
    """
    stencil = np.array([(-1.0) ** (order - i) * comb(order, i) for i in range(order + 1)])
    band = np.zeros((order + 1, n))
    for j in range(order + 1):
        for i in range(order + 1 - j):
            band[j, i : n - order + i] += stencil[i] * stencil[i + j]
    return band
