"""Decompositions of matrices of a few rows by LAPACK alone: the checks of numpy.linalg take longer than it does."""

from __future__ import annotations

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats

syevd, geqrf = get_lapack_funcs(("syevd", "geqrf"), dtype=np.float64)


def eigen(symmetric: Floats) -> tuple[Floats, Floats]:
    """The eigenvalues of a symmetric matrix, least first, and its eigenvectors, from its lower triangle.

    Raises LinAlgError where they do not converge, as of numbers that are not finite.

    >>> eigen(np.diag([3.0, 2.0]))[0].tolist()
    [2.0, 3.0]
    """
    if not len(symmetric):
        return np.zeros(0), np.zeros((0, 0))
    values, vectors, info = syevd(symmetric, lower=True)
    if info or not np.isfinite(values[-1]):
        raise np.linalg.LinAlgError("Eigenvalues did not converge")
    return values, vectors


def right_triangle(A: Floats) -> Floats:
    """The upper triangle R of A = Q R, R'R = A'A, with as many rows as the shorter side of A.

    >>> abs(right_triangle(np.array([[3.0], [4.0]]))).tolist()
    [[5.0]]
    """
    return np.triu(geqrf(A)[0][: A.shape[1]])
