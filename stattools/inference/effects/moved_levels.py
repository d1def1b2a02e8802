"""All rows at one level of a factor whose levels are kept as codes: the other columns stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.terms import factor_of_codes
from stattools.models.model import Model
from stattools.numerics.level_columns import LevelColumns


def at_one_level(model: Model, moved: Mapping[str, Any]) -> LevelColumns | None:
    """X with that factor at one level in all rows; None where X has no such factor, or something else moves."""
    X, formula = model.rows.X, model.design.parsed
    if type(X) is not LevelColumns or formula is None or len(moved) != 1:
        return None
    factor = factor_of_codes(formula, model.design.levels)
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
