"""Centers and units of the columns of X, in which they have mean 0 and standard deviation 1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.shared_columns import found_once
from stattools.interface.arrays import Floats
from stattools.numerics.beside_ones import BesideOnes
from stattools.numerics.products import weighted

VARIES = 1e-13
"""The least standard deviation, as a share of the size of a column, that is not round-off: some hundred times that of
float64.
"""


def standard_units(mean: Floats, spread: Floats, size: Floats, constant: int | None) -> tuple[Floats, Floats, Floats]:
    """Center and scale of each column, and T (p, p) with (X - center) / scale = X T.

    Columns are centered only where there is a `constant` column: its coefficient absorbs the shift, and it becomes 1. A
    column that does not vary beyond round-off is scaled by its size.

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


def constant_columns(mean: Floats, spread: Floats, size: Floats) -> NDArray[np.intp]:
    """Numbers of the columns that are the same, and not 0, in all rows that count. One that is 0 in these has a size
    where rows of weight 0 are not.

    >>> constant_columns(np.array([2.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]), np.array([2.0, 1.0, 2.0])).tolist()
    [0]
    """
    return np.flatnonzero((spread <= VARIES * size) & (np.abs(mean) > 0.5 * size))


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


def moments_of_columns(rows: Any) -> tuple[Floats, Floats, Floats]:
    """Mean, standard deviation and largest size of each column, read once and kept with the rows."""
    if "moments" not in rows.later:
        rows.later["moments"] = found_once(rows, "moments", lambda: _moments(rows))
    return rows.later["moments"]


def _moments(rows: Any) -> tuple[Floats, Floats, Floats]:
    """These of rows that were not read for them; the deviation takes a second read."""
    if isinstance(rows.X, BesideOnes):
        beside = zip((1.0, 0.0, 1.0), _moments(replace(rows, X=rows.X.given)), strict=True)
        mean, spread, size = (np.append(of, rest) for of, rest in beside)
        return mean, spread, size
    total, square, size = np.zeros((3, rows.X.shape[1]))
    importance = rows.importance
    whole = rows.n if importance is None else float(importance.sum())
    for block in rows.blocks():
        total += weighted(block.X, block.weight).sum(axis=0)
        np.maximum(size, np.abs(block.X).max(axis=0), out=size)
    mean, unit = total / whole, np.where(size > 0, size, 1.0)
    for block in rows.blocks():
        gap = (block.X - mean) / unit
        square += weighted(gap * gap, block.weight).sum(axis=0)
    return mean, unit * np.sqrt(square / whole), size


def kept_at_origin(center: Floats | None, columns: list[int]) -> Floats | None:
    """The centers, 0 for some columns.

    >>> kept_at_origin(np.array([1.0, 2.0]), [1]).tolist()
    [1.0, 0.0]
    """
    if center is None:
        return None
    center = center.copy()
    center[columns] = 0.0
    return center
