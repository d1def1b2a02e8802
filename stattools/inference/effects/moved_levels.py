"""Rows that are moved beside a factor whose levels are kept as codes: all at one of its levels, or along a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.terms import factor_of_codes
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.columns import as_columns
from stattools.numerics.level_columns import LevelColumns


def at_one_level(model: Model, X: Any, moved: Mapping[str, Any]) -> LevelColumns | None:
    """The design X with that factor at one level in all rows; None where it has no such factor, or something else
    moves.
    """
    formula, coded = model.design.parsed, as_columns(X).coded
    if coded is None or formula is None or len(moved) != 1:
        return None
    factor = factor_of_codes(formula, model.design.levels, model.design.beside.values())
    ((name, value),) = moved.items()
    if factor is None or factor.category != name or not np.isscalar(value):
        return None
    levels = model.design.levels[factor.text]
    if value not in levels:
        return None
    code = levels.index(value) - (len(levels) - coded.levels)  # -1 for a first level without a column
    return replace(coded, codes=np.full(len(X), code))


def rate(high: Any, low: Any, gap: Floats) -> Any:
    """(high - low) / gap, row by row, of two designs between which a number moves: no row changes its level."""
    coded = as_columns(high).coded
    if coded is None:
        return (high - low) / gap[:, None]
    return replace(coded.nothing(), others=(coded.others - low.others) / gap[:, None])
