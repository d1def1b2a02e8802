"""Correlation matrices by numbers that are free between -1 and 1: R = L L', L from partial correlations.

    L[i, j] = z[i, j] sqrt(prod_{k<j} (1 - z[i, k]^2)),   j < i,    L[i, i] = sqrt(prod_{k<i} (1 - z[i, k]^2))

z[i, j] is the correlation of i and j given those before j; of two effects it is their correlation. Source: Lewandowski,
Kurowicka & Joe, Journal of Multivariate Analysis 100 (2009), 1989-2001.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats


@lru_cache(maxsize=16)
def below(q: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the entries below the diagonal, row by row."""
    return np.tril_indices(q, -1)


def triangle(z: Floats, q: int) -> Floats:
    """L (q, q) of z, the entries below the diagonal row by row.

    >>> triangle(np.array([0.6]), 2).tolist()
    [[1.0, 0.0], [0.6, 0.8]]
    """
    L = np.eye(q)
    L[below(q)] = z
    for i in range(1, q):
        rest = np.cumprod(np.append(1.0, 1.0 - L[i, :i] ** 2))
        L[i, :i] *= np.sqrt(rest[:-1])
        L[i, i] = np.sqrt(rest[-1])
    return L


def slopes(z: Floats, L: Floats, by: Floats) -> Floats:
    """The derivative by z of a function of L whose derivative by the entries of L is `by` (q, q)."""
    q = len(L)
    found = np.zeros((q, q))
    Z = np.zeros((q, q))
    Z[below(q)] = z
    for i in range(1, q):
        rest = np.sqrt(np.cumprod(np.append(1.0, 1.0 - Z[i, : i - 1] ** 2)))
        for j in range(i):
            later = float(by[i, j + 1 : i + 1] @ L[i, j + 1 : i + 1])
            found[i, j] = by[i, j] * rest[j] - later * Z[i, j] / (1.0 - Z[i, j] ** 2)
    return found[below(q)]
