"""How a batch of a table becomes rows of a model. It holds what the first pass has learned, and is small enough to be
sent to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design import Design
from stattools.data.extras import offset_of, require_frequencies
from stattools.data.files.scanned_columns import Clean, cleaned
from stattools.data.files.source import Batch, at
from stattools.data.formula.formula import Formula
from stattools.data.formula.powers import rest_of_powers
from stattools.data.rows.rows import Rows
from stattools.data.rows.stacked_columns import StackedColumns
from stattools.data.terms import outcome_of
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class Coding:
    """The design of a formula with the levels of columns of text, and how the outcome becomes the numbers of the model.

    `formula` has the terms of all formulas where there are several (`Design.beside`). `extras` are the columns of
    "weights", "offset" and "exposure". `codes` are the numbers that the `values` of the outcome stand for (None: values
    stand for themselves).
    """

    formula: Formula
    design: Design
    extras: Mapping[str, str]
    kinds: Mapping[str, str]
    levels: Mapping[str, list[str]]
    values: NDArray[Any] | None = None
    codes: Floats | None = None
    check: Callable[[Floats], Floats] | None = None
    is_constant: bool = False
    """Whether X is a column of ones, in the same rows."""
    groups: tuple[str, ...] = ()
    """Columns of labels, which have a value in every complete row and are not coded."""
    ends: Any = None
    """What makes several numbers of each outcome, as of times that may be censored."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return needed(self.formula, self.extras, self.groups)

    def rows(self, batch: Batch) -> Rows | None:
        """The complete rows of a batch; None where there are none. Raises DomainError with the place."""
        found = self.complete(batch)
        return None if found is None else replace(found[0], X=np.asarray(found[0].X))

    def complete(self, batch: Batch) -> tuple[Rows, NDArray[np.intp]] | None:
        """The complete rows of a batch, which are read in blocks, with their numbers in the row group or partition."""
        with at(batch.where):
            clean = cleaned(batch.table, batch.first, self.kinds, self.levels, batch.finite)
            return (self._rows(clean), clean.rows) if len(clean.rows) else None

    def _rows(self, clean: Clean) -> Rows:
        X = np.ones((len(clean.rows), 1)) if self.is_constant else matrix(self.formula, self.design, clean)
        y = self._outcome(clean)
        if self.check is not None:
            y = self.check(y)
        weight, offset = weights_and_offset(self.extras, clean)
        low = None
        if isinstance(X, np.ndarray) and not (self.design.beside or self.is_constant):
            low = rest_of_powers(self.formula, self.design.names, lambda name: _floats(clean, name), X)
        return Rows(X, y, weight, offset, low=low)

    def _outcome(self, clean: Clean) -> Floats:
        """The outcome of clean rows in the model's numbers."""
        if self.ends is not None:
            return self.ends(clean)
        found = outcome_values(self.formula, clean)
        if self.codes is None:
            return found.to_numpy(dtype=np.float64)
        if self.values is None:
            return self.codes[found.cat.codes.to_numpy()]
        values = found.to_numpy()
        places = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
        if (new := self.values[places] != values).any():
            raise DomainError(f"the outcome {values[new][0]!r} was not there in the first pass. {CHANGED}")
        return self.codes[places]


CHANGED = "The table has changed since; write it to files, or persist it, before it is fitted."
"""What to do where a pass sees other rows than the first one."""


def needed(formula: Formula, extras: Mapping[str, str], groups: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns that a formula, its extras and its groups need, each once."""
    return tuple(dict.fromkeys((*formula.outcome.columns, *formula.columns, *extras.values(), *groups)))


def matrix(formula: Formula, design: Design, clean: Clean) -> Any:
    """X of clean rows. Columns that are numbers are not copied; all others are made as they are in memory."""
    factors = [term[0] for term in formula.terms if term]
    plain = all(len(term) < 2 for term in formula.terms) and all(
        factor.text not in design.levels and factor.call is None and factor.category in clean.columns
        for factor in factors
    )
    if not plain or len(formula.terms) != len(design.names) or design.beside:
        return design.matrix(clean.columns, clean.rows)
    numbers: Mapping[str, Any] = clean.columns.values_of
    columns = (numbers[str(term[0].category)] if term else 1.0 for term in formula.terms)
    return StackedColumns(tuple(columns), len(clean.rows))


def _floats(clean: Clean, name: str) -> Floats:
    return clean.columns[name].to_numpy(dtype=np.float64)


def outcome_values(formula: Formula, clean: Clean) -> Any:
    """The outcome of clean rows before it is coded: a column, or what the left side computes."""
    if formula.outcome.category is not None:
        return clean.columns[formula.outcome.category]
    return outcome_of(formula, clean.columns, clean.rows)


def weights_and_offset(extras: Mapping[str, str], clean: Clean) -> tuple[Floats | None, Floats | None]:
    """Frequencies and offset of clean rows, checked."""
    found = {}
    for key, name in extras.items():
        column = clean.columns[name]
        if column.dtype.kind not in "biuf":
            raise DomainError(f"{key}= needs numbers; {name!r} holds text.")
        found[key] = column.to_numpy(dtype=np.float64)
    weights = found.get("weights")
    if weights is not None:
        require_frequencies(weights, clean.rows)
    return weights, offset_of(found.get("offset"), found.get("exposure"), clean.rows)
