"""Samples from a formula and a table, `y ~ arm`: the outcome, the arm of each row, and what was dropped.

The right side is one column, whose labels are the arms in the order of levels, or `1`, one sample without arms. Rows
with a missing value in a column that is used are dropped and counted, as regressions do.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.data.complete_rows import complete_rows
from stattools.data.formula.evaluation import constants, short
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula, parse
from stattools.data.levels import levels_of
from stattools.data.tables.columns import sorted_codes
from stattools.data.tables.table import NamedColumns, axes, table
from stattools.data.terms import outcome_of
from stattools.errors import DomainError, quoted
from stattools.interface.when_needed import pd


@dataclass(frozen=True, eq=False)
class ArmRows:
    """The complete rows of a formula: the `outcome`, the label of each row's arm (None: no arms), the columns beside
    it, and how many rows were dropped, in all and by column.
    """

    outcome: Any
    by: Any
    beside: Mapping[str, Any]
    dropped: dict[str, int]
    n_dropped: int

    def model(self, made: Callable[[], Any]) -> Any:
        """The model of these rows, which says how many were dropped; so does a DomainError, which counts the others."""
        try:
            return replace(made(), dropped=self.dropped, n_dropped=self.n_dropped)
        except DomainError as error:
            if not self.n_dropped:
                raise
            note = f"{self.n_dropped:,} rows with a missing value were left out; positions count the others."
            raise DomainError(f"{error} ({note})") from None


def arm_rows(who: str, given: Any, after: Any, by: Any, data: Any, /, **beside: Any) -> ArmRows | None:
    """What a formula says, given before its table (`after`, or `data`); None where `given` is no formula.

    `beside` are names of columns, arrays of the length of the table, or numbers that all rows share. Raises DomainError
    for a table that has no formula before it, a second table, `by=` beside a formula, and for a right side that is not
    one column.
    """
    frame = None if data is None else table(data)
    if not isinstance(given, str) or "~" not in given or (frame is not None and given in frame.names):
        return None
    if by is not None:
        raise DomainError(f"{who} got the arms twice: {short(given)!r} names them; leave by={quoted(by, 40)} out.")
    if after is not None and data is not None:
        raise DomainError(f"{who} got two tables, after the formula and as data=; give one.")
    source = after if data is None else data
    if source is None:
        raise DomainError(f"{who} got the formula {short(given)!r} and no table; give it next: ({given!r}, table).")
    return _read(who, given, source, table(source) if frame is None else frame, beside)


def require_formula(who: str, after: Any) -> None:
    """DomainError for a second argument where the first was no formula."""
    if after is not None:
        raise DomainError(
            f'{who} takes a second argument, the table, after a formula such as "y ~ arm"; got {quoted(after, 60)}. '
            "Give columns by name with the table as data=."
        )


def _read(who: str, text: str, data: Any, frame: NamedColumns, beside: Mapping[str, Any]) -> ArmRows:
    columns = {key: value for key, value in beside.items() if isinstance(value, str) or axes(value)}
    apart = [value for value in columns.values() if isinstance(value, str)]
    formula = parse(text, frame.names, apart)
    arm = _arm(who, formula)
    if arm is not None and (twice := {*formula.outcome.columns, *apart} & {arm.category}):
        raise DomainError(
            f"{who}: {twice.pop()!r} is part of the outcome of {short(text)!r} and cannot be its arm; write ~ 1 for "
            "one sample without arms."
        )
    found = complete_rows(data, frame, (*formula.outcome.columns, *formula.columns), columns)
    outcome = outcome_of(formula, found.columns, found.rows)
    by = None if arm is None else _labels(who, arm, found.columns[str(arm.category)])
    return ArmRows(outcome, by, {**beside, **found.numbers}, found.dropped, found.n_dropped)


def _arm(who: str, formula: Formula) -> Expression | None:
    """The one column of the right side; None for `~ 1`."""
    terms = [list(term) for term in formula.terms if term]
    if not terms:
        return None
    if len(terms) > 1 or len(terms[0]) > 1 or terms[0][0].category is None:
        raise DomainError(
            f'{who} needs one column of arms on the right side, as in "y ~ arm", or 1; got {short(formula.text)!r}. '
            "Make one column of what tells the arms apart, or fit a regression."
        )
    return terms[0][0]


def _labels(who: str, arm: Expression, column: Any) -> Any:
    """The label of each row; `C(column, levels=...)` gives their order."""
    options = constants(arm.tree) if isinstance(arm.tree, ast.Call) else {}
    if unused := options.keys() - {"levels"}:
        raise DomainError(f"{who}: arms have no {', '.join(sorted(unused))}; in {arm.text!r} write the column alone.")
    if not options:
        return column
    levels = list(levels_of(arm, column, len(column)))
    known, codes = sorted_codes(column)
    places = np.array([levels.index(level) for level in known])
    return pd.Series(pd.Categorical.from_codes(places[codes], levels))
