"""Gaps in an array of predictors, or in a table that stands for one: which rows have them, and the array without."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.arrays import array
from stattools.data.tables.columns import missing
from stattools.data.tables.table import axes, is_frame, series, table
from stattools.interface.when_needed import pd


def rows_with_gaps(X: Any) -> NDArray[np.bool_]:
    """Which rows of a matrix, a column or a table have no value somewhere: a mask.

    >>> rows_with_gaps([[1.0, 2.0], [None, 3.0]]).tolist()
    [False, True]
    """
    columns = _columns(X)
    if columns is not None:
        return np.logical_or.reduce([missing(column) for column in columns.values()])
    gaps = np.atleast_1d(_gaps(array(X, "the new data")))
    return gaps.any(axis=tuple(range(1, gaps.ndim)))


def without_gaps(X: Any) -> Any:
    """The same with other values of their columns in place of the gaps, so that whoever names a row counts all of them.

    >>> without_gaps(np.array([[1.0, 2.0], [np.nan, 3.0]])).tolist()
    [[1.0, 2.0], [1.0, 3.0]]
    """
    columns = _columns(X)
    if columns is not None:
        return {name: _filled(column, missing(column)) for name, column in columns.items()}
    values = array(X, "the new data")
    if values.ndim < 2:
        return _filled(values, _gaps(values))
    return np.column_stack([_filled(column, gaps) for column, gaps in zip(values.T, _gaps(values).T, strict=True)])


def _columns(X: Any) -> dict[str, pd.Series] | None:
    """The columns of a table, or a series as one; None of an array."""
    if is_frame(X):
        frame = table(X)
        return {name: frame.column(name) for name in frame.names}
    if isinstance(X, np.ndarray | list | tuple) or axes(X) != 1:
        return None
    return {"x": series(X, "the new data")}


def _gaps(values: NDArray[Any]) -> NDArray[np.bool_]:
    if values.dtype.kind == "f":
        return np.isnan(values)
    return missing(pd.Series(values.ravel(), name="the new data", dtype=object)).reshape(values.shape)


def _filled(values: Any, gaps: NDArray[np.bool_]) -> Any:
    """A series or an array with the first value that is there, or 0, where there is none."""
    if not gaps.any():
        return values
    found = np.asarray(values, dtype=values.dtype if values.dtype.kind == "f" else object)
    found = found.copy()
    found[gaps] = 0.0 if gaps.all() else found[int(np.argmin(gaps))]
    return found
