"""Categories: which level is the reference, how levels are coded, and numbers that are read as categories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.when_needed import pd
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.sheet import Sheet, replaced
from stattools.validation.conventions.state import State, Variant

CODINGS = {
    "contr.sum": "sum to zero",
    "contr.helmert": "Helmert",
    "contr.poly": "orthogonal polynomials",
    "contr.diff": "differences of neighbours",
}
"""Codings of the levels of a factor, in words."""
MOST_LEVELS, MOST_CODED = 60, 12
"""Columns with more levels are identifiers; numbers with more values are not read as categories."""


def factors(state: State) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """The factors of the formula with their column and levels, but for those that say their coding."""
    sheet = state.sheet
    if sheet is None or sheet.whole is None:
        return {}
    design = state.model.design
    columns = {text: re.sub(r"^C\(|\)$|`", "", text) for text in design.levels}
    return {
        text: (column, tuple(design.levels[text]))
        for text, column in columns.items()
        if column in sheet.frame and len(design.levels[text]) <= MOST_LEVELS
    }


def _references(state: State) -> Iterator[Variant]:
    found = factors(state)
    for column, levels in dict(found.values()).items():
        for level in levels[1:]:
            words = f"{level} is the reference level of {column}"
            yield Variant(words, partial(_led_by, state, {column: (level, levels)}), ("factor", column))
    if len(dict(found.values())) > 1:
        for at, words in ((-1, "last"), (1, "second")):
            firsts = {column: (levels[at], levels) for column, levels in found.values()}
            yield Variant(
                f"the {words} level of each factor is its reference", partial(_led_by, state, firsts), ("factor",)
            )


def _led_by(state: State, firsts: dict[str, tuple[Any, tuple[Any, ...]]]) -> State:
    assert state.sheet is not None
    frame = state.sheet.frame
    return state.with_sheet(
        state.sheet.with_columns({column: _ordered(frame[column], *how) for column, how in firsts.items()})
    )


def _ordered(values: Any, first: Any, levels: tuple[Any, ...]) -> Any:
    order = [first, *(level for level in levels if level != first)]
    return pd.Categorical(np.asarray(values), categories=order)


def _codings(state: State) -> Iterator[Variant]:
    for text, (column, _) in factors(state).items():
        for contrast, words in CODINGS.items():
            make = partial(_written, state, text, f"C({_quoted(column)}, {contrast})")
            yield Variant(f"{column} is coded by {words} ({contrast})", make, ("factor", column))
    if len(factors(state)) > 1:
        for contrast, words in CODINGS.items():
            yield Variant(f"all factors are coded by {words} ({contrast})", partial(_all, state, contrast), ("factor",))


def _all(state: State, contrast: str) -> State:
    sheet, text = state.sheet, ""
    assert sheet is not None
    text = sheet.formula
    for factor, (column, _) in factors(state).items():
        text = replaced(text, factor, f"C({_quoted(column)}, {contrast})")
    return state.with_sheet(_with_formula(sheet, text))


def _kinds(state: State) -> Iterator[Variant]:
    sheet = state.sheet
    if sheet is None or sheet.whole is None:
        return
    for column in plain_columns(state):
        if 2 < sheet.values_of(column) <= MOST_CODED:
            make = partial(_written, state, column, f"C({_quoted(column)})")
            yield Variant(f"{column}, a number, is read as categories", make, ("factor", column))
    for text, (column, levels) in factors(state).items():
        for origin in (0, 1):
            words = f"{column} is read as the number of its level, from {origin} on"
            yield Variant(words, partial(_numbered, state, text, column, levels, origin), ("factor", column))
        if all(isinstance(level, int | float) for level in levels):
            yield Variant(f"{column} is read as a number", partial(_written, state, text, column), ("factor", column))


def _numbered(state: State, text: str, column: str, levels: tuple[Any, ...], origin: int) -> State:
    assert state.sheet is not None
    places = {level: float(k + origin) for k, level in enumerate(levels)}
    values = [places[level] for level in state.sheet.frame[column].tolist()]
    sheet = state.sheet.with_column(column, np.array(values))
    return state.with_sheet(_with_formula(sheet, replaced(sheet.formula, text, _quoted(column))))


def _written(state: State, old: str, new: str) -> State:
    assert state.sheet is not None
    return state.with_sheet(_with_formula(state.sheet, replaced(state.sheet.formula, old, new)))


def _with_formula(sheet: Sheet, text: str) -> Sheet:
    from dataclasses import replace

    return replace(sheet, formula=text)


def plain_columns(state: State) -> tuple[str, ...]:
    """The numbers that stand in the formula as they are."""
    sheet = state.sheet
    if sheet is None:
        return ()
    texts = _texts(state)
    return tuple(name for name in sheet.numbers() if name in texts and f"C({name})" not in texts)


def _texts(state: State) -> set[str]:
    design = state.model.design
    if design.parsed is None:
        return set(state.model.terms)
    return {factor.text.strip("`") for one in design.formulas for factor in one.factors}


def _quoted(column: str) -> str:
    return column if re.fullmatch(r"[^\W\d]\w*", column) else f"`{column}`"


REFERENCE = Choice(
    "reference level", "estimates", "Say which level of each factor is the reference.", _references, renames=True
)
CODING = Choice("coding", "estimates", "Say how the levels of a factor are coded.", _codings, renames=True)
NUMBERS = Choice(
    "numbers or categories",
    "estimates",
    "Say whether a column counts as a number or as categories.",
    _kinds,
    renames=True,
)
