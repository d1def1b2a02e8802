"""The columns of X that a linear predictor reads, and what several of them make beside levels that are codes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.rows.level_units import LevelUnits
from stattools.numerics.columns import as_columns
from stattools.numerics.products import ones

Columns = tuple[int, ...] | None
"""Numbers of columns of X, none for a constant that all rows share; None stands for all."""


def among(X: Any, columns: Columns) -> Any:
    """X itself where a predictor reads all of it, a slice of columns that stand together, a column of ones of none.

    >>> among(np.array([[1.0, 2.0, 3.0]]), (1, 2)), among(np.array([[1.0, 2.0, 3.0]]), ())
    (array([[2., 3.]]), array([[1.]]))
    """
    if columns is None:
        return X
    if not columns:
        return ones(len(X))[:, None]
    return as_columns(X).among(columns)


def lifted_units(predictor: Any, T: LevelUnits) -> LevelUnits:
    """The map of theta that goes with units of columns beside levels: what centering takes from the columns of a linear
    predictor, its own constant or levels take up, or the constants of others that stand for it.
    """
    taken, A, R = dict(predictor.taken_up), [], []
    for number, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        if use == ():
            continue
        at = np.arange(predictor.columns) if use is None else np.array(use)
        for a, r in zip(T.A.T, T.R.T, strict=True):
            if r[at].any():
                A.append(np.zeros(predictor.size))
                R.append(np.zeros(predictor.size))
                R[-1][part], A[-1][part] = r[at], a[at]
                for constant in taken.get(number, ()):
                    A[-1][predictor.parts[constant]] = -a[0]
    none = np.zeros((predictor.size, 0))
    each = predictor.of_columns(T.t, 1.0), np.column_stack(A) if A else none, np.column_stack(R) if R else none
    if T.within is None:
        return LevelUnits(*each)
    use, number = predictor.uses[0], np.zeros(predictor.columns, dtype=np.intp)  # levels stand in the first alone
    number[np.arange(predictor.columns) if use is None else np.array(use)] = np.arange(len(each[0]))[predictor.parts[0]]
    return LevelUnits(*each, replace(T.within, places=number[T.within.places]))
