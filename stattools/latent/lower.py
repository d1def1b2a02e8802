"""The triangle that a covariance has for its root: T T' = A A' for any A."""

from __future__ import annotations

from math import prod

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.numerics.few_columns import right_triangle

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

NOTHING = 1e-12
"""A standard deviation of effects below this share of the largest of the term is 0 but for round-off."""


def lower(root: Floats) -> Floats:
    """The lower triangle T with T T' = root root', its diagonal not negative.

    >>> lower(np.array([[3.0, 4.0]])).tolist()
    [[5.0]]
    """
    T = right_triangle(root.T).T
    sign = np.where(T.diagonal() < 0.0, -1.0, 1.0)
    return T * sign


def least_size(T: Floats) -> float:
    """A number that no singular value of the triangle T is below: that of its determinant and its length."""
    if len(T) == 1:
        return abs(float(T[0, 0]))
    length = nrm2(T.ravel())
    return abs(prod((T.diagonal() / length).tolist())) * length if length > 0.0 else 0.0


def null_directions(T: Floats) -> Floats:
    """An orthonormal basis (q, r) of the effects that have no variance."""
    if least_size(T) > NOTHING * nrm2(T.ravel()):
        return np.zeros((len(T), 0))
    vectors, size, _ = np.linalg.svd(T)
    return vectors[:, size <= NOTHING * size[0]]
