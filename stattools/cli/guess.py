"""Which family an outcome asks for, when none is named, and why: the reason is printed and stands in the report.

| outcome | family |
|---|---|
| `a + b ~ ...`, or trials given | logistic, of counts |
| two levels, 0 and 1, or true and false | logistic |
| more than two levels of text | softmax |
| whole numbers from 0, the smallest at most 10, or an exposure given | poisson |
| anything else that is a number | ols |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stattools.data.formula.formula import parse
from stattools.data.tables.outcome import grouped_formula
from stattools.errors import DomainError, quoted
from stattools.interface.when_needed import pd

MOST_LEVELS = 30
"""Text with more different values than this is a name or a misread number, no category."""
LOWEST_COUNT = 10
"""Whole numbers that stay above this are measurements: prices, years, grams."""


@dataclass(frozen=True)
class Guess:
    """A family and the reason for it, a sentence with marks as a report takes it."""

    family: str
    why: str


def guess(formula: str, data: pd.DataFrame, *, trials: str | None = None, exposure: str | None = None) -> Guess:
    """The family of the formula's outcome.

    >>> import pandas as pd
    >>> guess("visits ~ age", pd.DataFrame({"visits": [0, 4, 2], "age": [20, 30, 40]})).family
    'poisson'
    """
    if trials is not None or grouped_formula(formula)[1] is not None:
        return Guess("logistic", "the outcome is a number of successes among trials")
    if exposure is not None:
        return Guess("poisson", "an exposure was given, so the outcome is a number of events")
    names = [str(name) for name in data.columns]
    outcome = parse(formula, names).outcome
    if outcome.call is not None or outcome.category is None:
        if outcome.compares:
            return Guess("logistic", "the outcome is a condition, true or false")
        return Guess("ols", "the outcome is computed, and so a measurement")
    return _of_column(data.iloc[:, names.index(outcome.columns[0])], outcome.columns[0])


def _of_column(column: Any, name: str) -> Guess:
    values = column.dropna()
    levels = values.unique()
    if not len(levels):
        raise DomainError(f"the outcome {name!r} is missing in every row; nothing can be fitted to it.")
    if len(levels) == 1:
        raise DomainError(f"the outcome {name!r} has one value only, {levels[0]!r}; there is nothing to explain.")
    if not pd.api.types.is_numeric_dtype(values.dtype):
        if len(levels) == 2:
            return Guess("logistic", "the outcome has two levels")
        if len(levels) > min(MOST_LEVELS, 0.5 * len(values)) and not isinstance(values.dtype, pd.CategoricalDtype):
            raise DomainError(
                f"the outcome {name!r} is text with {len(levels)} different values, such as {quoted(str(levels[0]))}. "
                "If these are numbers, clean them in the file (no units, no thousands separators); if they are "
                "categories, say --family softmax."
            )
        return Guess("softmax", f"the outcome is text with {len(levels)} levels")
    if len(levels) == 2 and set(map(float, levels)) == {0.0, 1.0}:
        return Guess("logistic", "the outcome is 0 or 1")
    whole = bool((values == values.round()).all())
    if whole and 0 <= values.min() <= LOWEST_COUNT and len(levels) > 2:
        return Guess("poisson", "the outcome holds whole numbers from 0, as counts do")
    return Guess("ols", "the outcome is a measurement")
