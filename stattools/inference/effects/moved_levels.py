"""Rows that are moved beside a factor whose levels are kept as codes: all at one of its levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.data.formula.expression import Expression
from stattools.data.terms import factor_of_codes
from stattools.models.model import Model
from stattools.numerics.columns import as_columns


@dataclass(frozen=True, eq=False)
class OneLevel:
    """The design X of a model, and the columns of the table that it was made of; None of arrays."""

    model: Model
    X: Any
    columns: Mapping[str, Any] | None

    @cached_property
    def factor(self) -> Expression | None:
        """The factor whose levels are kept as codes; None where there is none."""
        design = self.model.design
        if as_columns(self.X).by_levels is None or design.parsed is None or self.columns is None:
            return None
        return factor_of_codes(design.parsed, design.levels, design.beside.values())

    @cached_property
    def last(self) -> Any:
        """The design with all rows at the last level, so that the numbers of each row are known."""
        assert self.factor is not None
        assert self.columns is not None
        value = self.model.design.levels[self.factor.text][-1]
        return self.model.design.encode({**self.columns, str(self.factor.category): filled(value, len(self.X))})

    def at(self, moved: Mapping[str, Any]) -> Any:
        """The design with that factor at one level in all rows; None where it has no such factor, or something else
        moves, or the design is to be encoded for it.
        """
        if self.factor is None or len(moved) != 1:
            return None
        ((name, value),) = moved.items()
        levels = self.model.design.levels[self.factor.text]
        if self.factor.category != name or not np.isscalar(value) or value not in levels:
            return None
        code = levels.index(value) - (len(levels) - self.X.levels)  # -1 for a first level without a column
        return self.X.at_level(code, lambda: self.last)


def filled(value: Any, n: int) -> Any:
    """A value for each of n rows, where it is not already one for each."""
    if isinstance(value, np.ndarray):
        return value
    return np.full(n, value, dtype=object if isinstance(value, str) else None)
