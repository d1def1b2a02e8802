"""Terms that a fit had not, though the formula has them, and columns of the table that it had besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.influence import claimed_by
from stattools.validation.conventions.state import State, Variant
from stattools.validation.explaining.other_columns import with_columns

COLUMNS = 30
"""Tables with more columns than that are not searched for one that was added."""
LEVELS = 12
"""Text with more different values is no category that somebody adds."""


def _terms(state: State) -> Iterator[Variant]:
    yield from _left_out(state)
    yield from _added(state)


def _left_out(state: State) -> Iterator[Variant]:
    """Without the columns that are not claimed, together and one by one."""
    model = state.model
    if not isinstance(model, Model):
        yield from _unwritten(state)
        return
    if model.predictor.own or state.rows is None:
        return
    aim = claimed_by(state)
    aim = np.full(len(model.names), np.nan) if aim is None else aim
    width = len(model.terms)
    silent = [k for k in range(width) if np.isnan(aim[k::width][: max(len(aim) // width, 1)]).all()]
    silent = [k for k in silent if model.terms[k] != "Intercept"]
    if not silent or len(silent) == width:
        return
    for gone in dict.fromkeys([tuple(silent), *((k,) for k in silent)]):
        names = ", ".join(model.terms[k] for k in gone)
        kind = "interaction " if all(":" in model.terms[k] for k in gone) else ""
        yield Variant(f"no {kind}{names}", partial(fewer, state, gone), ("terms",))


def _unwritten(state: State) -> Iterator[Variant]:
    """Variants without the silent terms, of models that are made again from their formula."""
    sheet, aim = state.sheet, claimed_by(state)
    if sheet is None or sheet.whole is None or aim is None:
        return
    outcome, right = sheet.formula.split("~", 1)
    parts = [part.strip() for part in re.split(r"\+(?![^(]*\))", right)]
    silent = {re.sub(r"\[.*", "", name) for name, value in zip(state.names, aim, strict=True) if np.isnan(value)}
    said = {re.sub(r"\[.*", "", name) for name, value in zip(state.names, aim, strict=True) if np.isfinite(value)}
    gone = [part for part in parts if part in silent - said]
    rest = [part for part in parts if part not in gone]
    if gone and rest:
        formula = f"{outcome}~ {' + '.join(rest)}"
        words = f"no {', '.join(gone)}"
        yield Variant(words, partial(state.with_sheet, replace(sheet, formula=formula)), ("terms",))


def fewer(state: State, gone: tuple[int, ...]) -> State:
    """The state without some columns of X."""
    model = state.model
    keep = [k for k in range(len(model.terms)) if k not in gone]
    X: Floats = np.ascontiguousarray(np.asarray(model.rows.X)[:, keep])
    design = replace(model.design, names=tuple(model.terms[k] for k in keep))
    return state.of(with_columns(model, X, design))


def _added(state: State) -> Iterator[Variant]:
    """With one more column of the table, or the square of a number that is there, or one product of two."""
    sheet, model = state.sheet, state.model
    if sheet is None or len(sheet.frame.columns) > COLUMNS or not model.formula:
        return
    read = set(model.terms) | {model.outcome_name}
    right = sheet.formula.split("~", 1)[1]
    for name in sheet.frame.columns:
        column: Any = sheet.frame[name]
        quoted, count = str(name) if str(name).isidentifier() else f"`{name}`", int(column.nunique())
        if name in read or quoted in right or column.isna().any() or count < 2:
            continue
        if column.dtype.kind in "iufb" or count <= LEVELS:
            yield Variant(f"{name} added", partial(_more, state, quoted), ("terms",))
        if column.dtype.kind in "iu" and 2 < count <= LEVELS:
            yield Variant(f"{name} added, by its levels", partial(_more, state, f"C({quoted})"), ("terms",))
    numbers = [name for name in sheet.numbers() if name in model.terms]
    for name in numbers:
        yield Variant(f"the square of {name} added", partial(_more, state, f"I({name}**2)"), ("terms",))
    for k, one in enumerate(numbers[:8]):
        for two in numbers[k + 1 : 8]:
            yield Variant(f"the product of {one} and {two} added", partial(_more, state, f"{one}:{two}"), ("terms",))


def _more(state: State, term: str) -> State:
    assert state.sheet is not None
    return state.with_sheet(replace(state.sheet, formula=f"{state.sheet.formula} + {term}"))


TERMS = Choice(
    "terms", "estimates", "Say which terms the fit has, or fit those that are reported.", _terms, renames=True
)
