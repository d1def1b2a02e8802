"""Rows that are moved beside a factor whose levels are kept as codes: all at one of its levels, or along a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.terms import factor_of_codes
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.level_columns import LevelColumns


def at_one_level(model: Model, X: Any, moved: Mapping[str, Any]) -> LevelColumns | None:
    """The design X with that factor at one level in all rows; None where it has no such factor, or something else
    moves.
    """
    formula = model.design.parsed
    if type(X) is not LevelColumns or formula is None or len(moved) != 1:
        return None
    factor = factor_of_codes(formula, model.design.levels, model.design.beside.values())
    ((name, value),) = moved.items()
    if factor is None or factor.category != name or not np.isscalar(value):
        return None
    levels = model.design.levels[factor.text]
    if value not in levels:
        return None
    code = levels.index(value) - (len(levels) - X.levels)  # -1 for a first level without a column
    return replace(X, codes=np.full(len(X), code))


def alike(X: Any, Y: Any) -> bool:
    """Whether two designs are the same up to round-off; levels that are codes have the same codes."""
    if type(X) is not LevelColumns or type(Y) is not LevelColumns:
        return X.shape == Y.shape and bool(np.allclose(X, Y, rtol=1e-9, atol=0.0))
    same = X.shape == Y.shape and X.at == Y.at and np.array_equal(X.codes, Y.codes)
    return same and bool(np.allclose(X.others, Y.others, rtol=1e-9, atol=0.0))


def rate(high: Any, low: Any, gap: Floats) -> Any:
    """(high - low) / gap, row by row, of two designs between which a number moves: no row changes its level."""
    if type(high) is not LevelColumns:
        return (high - low) / gap[:, None]
    return replace(high, others=(high.others - low.others) / gap[:, None], codes=np.full(len(high), -1))


def nothing(X: Any) -> Any:
    """A design of the same shape in which all is 0."""
    if type(X) is not LevelColumns:
        return np.zeros_like(X)
    return replace(X, others=np.zeros_like(X.others), codes=np.full(len(X), -1))
