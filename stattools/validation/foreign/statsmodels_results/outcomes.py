"""The outcome that a caller's data say, beside that which results of statsmodels carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stattools.data.tables.outcome import binary
from stattools.data.tables.table import index_of, is_frame, same_index, table
from stattools.errors import DomainError
from stattools.likelihoods.outcomes import Outcome
from stattools.validation.foreign.description import Foreign, Given
from stattools.validation.recipes.recipe import Recipe


def with_outcome(foreign: Foreign, results: Any, given: Given) -> Foreign:
    """The description with the outcome that the caller's data say, where it is another than that of the fit."""
    data, y = given.data, given.y
    if not isinstance(foreign.recipe, Recipe):
        given.refuse(f"{foreign.name} carries its rows: leave out X= and y=.", "X", "y")
        return foreign
    name, index = foreign.model.outcome_name, index_of(data) if y is None else index_of(y)
    if isinstance(data, tuple) and len(data) == 2:
        data, y = None, data[0]
    if data is not None and is_frame(data) and y is None:
        frame = table(data)
        if name not in frame.names:
            return foreign
        y = frame.column(name)
        if foreign.rows is not None and len(y) == len(foreign.rows) + len(results.model.data.missing_row_idx):
            y = y.iloc[foreign.rows].reset_index(drop=True)
            index = None if index is None else index[foreign.rows]
    if y is None:
        return foreign
    n = len(foreign.model.rows.X)
    if len(y) != n:
        raise DomainError(f"the outcome given has {len(y)} rows and the fit has {n}; pass the rows that were fitted.")
    same_index("the rows of the fit", results.model.data.row_labels, "the outcome given", index)
    if foreign.model.likelihood.outcome is not Outcome.BINARY:
        return foreign
    codes, labels = binary(y, name)
    model = replace(foreign.model, rows=replace(foreign.model.rows, y=codes), labels=labels)
    return replace(foreign, recipe=replace(foreign.recipe, model=model))
