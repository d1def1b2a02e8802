"""Symmetric matrices with a band: the Cholesky factor, and what is asked of it, in O(n b^2) for bandwidth b.

    A = L L',   log det A = 2 sum log L_jj,   A^-1 on the band of A,   L'^-1 z ~ Normal(0, A^-1) for standard normal z

Row i, column j of a band holds the entry (j + i, j): LAPACK's lower storage (b + 1, n), of A and of L alike. State
space models, Whittaker's graduation and splines have such matrices. Source: Golub & Van Loan, Matrix Computations
(2013), 4.3; Rue & Held, Gaussian Markov Random Fields (2005), 2.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.banded_routines import dpbtrf, dpbtrs, dtbtrs
from stattools.numerics.selected_inversion import band_of_inverse


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
