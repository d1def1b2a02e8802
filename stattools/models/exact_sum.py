"""Sums of floats without rounding, so that the order in which data arrive cannot matter.

A sum is kept as an expansion: the sum rounded to a float, what rounding left rounded again, and so on, until nothing
is left. The expansion depends on the exact value alone. Source: Shewchuk, "Adaptive precision floating-point
arithmetic and fast robust geometric predicates" (1997); the roundings are Python's `math.fsum`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def expansion(values: Iterable[float]) -> tuple[float, ...]:
    """The exact sum as an expansion, () for 0.

    >>> expansion([1e16, 1.0, -1e16]), expansion([0.1] * 3)[0]
    ((1.0,), 0.30000000000000004)
    """
    terms, parts = list(values), []
    while (part := fsum(terms)) != 0.0:
        parts.append(part)
        terms.append(-part)
    return tuple(parts)


def expansions(values: Floats, index: NDArray[np.int64], size: int) -> Floats:
    """The exact sums of the values per index, shape (parts, size).

    Whole numbers are added without a loop, and so is one value per index.
    """
    if (values == np.floor(values)).all() and float(np.abs(values).sum()) < 2.0**53:
        return np.bincount(index, values, minlength=size)[None, :]
    if len(values) == size and np.bincount(index, minlength=size).max() == 1:
        single = np.empty(size)
        single[index] = values
        return single[None, :]
    order = np.argsort(index, kind="stable")
    ends = np.cumsum(np.bincount(index, minlength=size))[:-1]
    return _stacked([expansion(part.tolist()) for part in np.split(values[order], ends)])


def added(first: Floats, second: Floats) -> Floats:
    """The expansions of first + second; both of shape (parts, size)."""
    both = np.concatenate([first, second])
    kept = both[:, (both != 0.0).any(axis=0)] if both.shape[1] == 1 else both
    return _stacked([expansion(column.tolist()) for column in kept.T]) if kept.size else both[:1]


def rounded(parts: Floats, start: Floats) -> Floats:
    """start + the exact sum, rounded once; `start` of shape (size,)."""
    if len(parts) == 1:
        return start + parts[0]
    return np.array([fsum(column) for column in np.vstack([start, parts]).T.tolist()])


def _stacked(columns: list[tuple[float, ...]]) -> Floats:
    height = max(1, *(len(column) for column in columns)) if columns else 1
    return np.array([[*column, *[0.0] * (height - len(column))] for column in columns]).reshape(-1, height).T
