"""Elementary symmetric functions of many small sets at once, each of its own degree, with their derivatives.

The recursion e_k <- e_k + r e_(k - 1) of `elementary_symmetric.py`, one number of all sets at a time; sets with fewer
numbers have zeros at their end. Numbers are relative to the geometric mean of the d largest of their set, so that e_d
is at least 1; sets whose largest is so far above it that powers would overflow are left to the caller, as NaN.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.elementary_symmetric import Ints, Symmetric

HIGHEST = 500.0
"""The largest logarithm of a product of d numbers."""


def symmetric_side_by_side(logs: Floats, X: Floats, d: Ints, order: int = 2) -> Symmetric:
    """e_d of r = exp(logs), logs (S, N) with -inf where a set has fewer numbers, X (p, S, N), d (S,) at least 1.

    >>> logs = np.log([[1.0, 2.0, 3.0], [1.0, 2.0, 0.5]])
    >>> np.exp(symmetric_side_by_side(logs, np.empty((0, 2, 3)), np.array([2, 1]), 0).logs).round(9).tolist()
    [11.0, 3.5]
    """
    p = len(X) if order else 0
    a, b = np.triu_indices(p) if order > 1 else (np.zeros(0, dtype=np.intp),) * 2
    S, N = logs.shape
    ordered = -np.sort(-logs, axis=1)
    with np.errstate(invalid="ignore"):  # of -inf beyond the numbers of a set
        center = np.where(np.arange(N) < d[:, None], ordered, 0.0).sum(axis=1) / d
    K = int(d.max())
    wild = ~((ordered[:, 0] - center) * d < HIGHEST)
    r = np.where(wild[:, None], 0.0, np.exp(np.minimum(logs - center[:, None], HIGHEST)))
    e, D, H = np.zeros((K + 1, S)), np.zeros((p, K + 1, S)), np.zeros((len(a), K + 1, S))
    e[0] = 1.0
    for j in range(N):
        top = min(K, j + 1)
        old, new, x, rj = slice(0, top), slice(1, top + 1), X[:p, :, j], r[:, j]
        grown = rj * e[old]
        sloped = rj * D[:, old]
        if len(a):
            xa, xb = x[a][:, None], x[b][:, None]
            H[:, new] += rj * H[:, old] + xa * sloped[b] + xb * sloped[a] + (xa * xb) * grown
        D[:, new] += sloped + x[:, None] * grown
        e[new] += grown
    at = np.arange(S)
    value = np.where(wild, np.nan, e[d, at])
    return Symmetric(np.log(value) + d * center, D[:, d, at] / value, H[:, d, at] / value)
