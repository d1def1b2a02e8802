"""Centers and units of the columns of X, in which they have mean 0 and standard deviation 1."""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.beside_ones import BesideOnes

VARIES = 1e-13
"""A standard deviation beside the size of a column, below which it is round-off."""


def standard_units(mean: Floats, spread: Floats, size: Floats, constant: int | None) -> tuple[Floats, Floats, Floats]:
    """Center and scale of each column, and T (p, p) with (X - center) / scale = X T.

    Columns are centered only where there is a `constant` one, which takes up the shift and becomes 1. A column that
    does not vary beyond round-off is scaled by its size.

    >>> center, scale, T = standard_units(np.array([1.0, 4.0]), np.array([0.0, 2.0]), np.array([1.0, 9.0]), 0)
    >>> np.array([[1.0, 6.0]]) @ T
    array([[1., 1.]])
    """
    unit = np.where(size > 0, size, 1.0)
    scale = np.where(spread <= VARIES * size, unit, np.where(spread == 0, 1.0, spread))
    center = np.zeros_like(mean)
    if constant is not None:
        center, scale[constant] = mean.copy(), mean[constant]
        center[constant] = 0.0
    T = np.diag(1.0 / scale)
    if constant is not None:
        others = np.arange(len(mean)) != constant
        T[constant, others] = -center[others] / scale[others] / mean[constant]
    return center, scale, T


def centered(X: Floats, center: Floats) -> Floats:
    """X - center as a new array.

    >>> centered(np.array([[1.0, 4.0]]), np.array([0.0, 2.0])).tolist()
    [[1.0, 2.0]]
    """
    if isinstance(X, BesideOnes):
        Z = X.copy()
        Z -= center
        return Z
    return X - center
