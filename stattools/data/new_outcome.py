"""Outcomes of rows that a fitted model has not seen, coded by the labels that the model knows."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.design import Design
from stattools.data.formula.formula import require
from stattools.data.tables.arrays import vector
from stattools.data.tables.columns import listing, missing
from stattools.data.tables.outcome import Rest
from stattools.data.tables.pairing import paired
from stattools.data.tables.table import table
from stattools.data.terms import outcome_of
from stattools.errors import DomainError


def codes_of(values: Any, labels: tuple[Any, ...], name: str) -> np.ndarray:
    """New outcomes as codes of known labels, float64; labels that belong to a rest have its code. DomainError for a
    label that was never seen.

    >>> codes_of(["b", "a"], ("a", "b"), "y").tolist()
    [1.0, 0.0]
    """
    place = {label: code for code, label in enumerate(labels)}
    place |= {other: code for code, label in enumerate(labels) if isinstance(label, Rest) for other in label.others}
    found = [value.item() if isinstance(value, np.generic) else value for value in np.asarray(values, dtype=object)]
    unseen = sorted({value for value in found if value not in place}, key=repr)
    if unseen:
        raise DomainError(
            f"the outcome {name!r} has labels that the model has not seen: {listing(unseen, 5)}; it knows "
            f"{listing(labels, 12)}. Leave those rows out, or fit with them."
        )
    return np.array([place[value] for value in found], dtype=float)


def new_outcome(design: Design, name: str, data: Any) -> tuple[Any, np.ndarray]:
    """The outcome of new rows, as it came, and their design matrix: from a table, or from a pair (y, X) of arrays.

    Raises DomainError for rows without an outcome.
    """
    if design.parsed is None:
        if not isinstance(data, tuple) or len(data) != 2:
            raise DomainError("the model was made from arrays: give new rows with their outcome as a pair (y, X).")
        paired(("y", data[0]), ("X", data[1]))
        outcome, X = vector(data[0], f"the outcome {name!r}"), design.encode(data[1])
    else:
        frame = table(data)
        columns = {}
        for column in design.parsed.outcome.columns:
            require(column, frame.names)
            columns[column] = frame.column(column)
            if missing(columns[column]).any():
                raise DomainError(f"the outcome {column!r} is missing in some of the new rows. Leave them out.")
        outcome, X = outcome_of(design.parsed, columns, np.arange(frame.n)), design.encode(data)
    if len(outcome) != len(X):
        raise DomainError(f"the outcome has {len(outcome)} values and the new data have {len(X)} rows.")
    return outcome, X
