"""Times: censored rows that counted as events, and baseline hazards by strata that nobody names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.models.regressions.times import aft, cox
from stattools.models.survival.cox import CoxRegression
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.sheet import Sheet
from stattools.validation.conventions.state import State, Variant

OUTCOME = re.compile(r"^\s*(?:survival)?\(((?:[^()]|\([^()]*\))*)\)\s*~")
MOST_STRATA = 20
"""Columns with more values are no strata."""


def _events(state: State) -> Iterator[Variant]:
    sheet, found = state.sheet, None if state.sheet is None else OUTCOME.match(state.sheet.formula)
    if sheet is None or found is None or "=" in re.sub(r"[=!<>]=", "", found[1]):
        return
    parts = [part.strip() for part in found[1].split(",")]
    if len(parts) < 2:
        return
    event, right = parts[-1], state.sheet.formula[found.end() :]  # type: ignore[union-attr]
    ways = {
        f"every row as an event, whether {event} says so or not": parts[:-1],
        f"events and censored rows exchanged: {event} says who is censored": [*parts[:-1], f"1 - ({event})"],
    }
    for words, outcome in ways.items():
        other = replace(sheet, formula=f"survival({', '.join(outcome)}) ~{right}")
        yield Variant(words, partial(_again, state, other), ("events",))


def _again(state: State, sheet: Sheet) -> State:
    """The model of another outcome."""
    model: Any = state.model
    if isinstance(model, CoxRegression):
        return state.with_sheet(sheet)
    other = aft(sheet.formula, sheet.frame, distribution=model.likelihood.distribution)
    rows = replace(other.rows, weight=model.rows.weight, offset=model.rows.offset)
    return state.of(replace(other, rows=rows), sheet)


def _concerned(state: State) -> Iterator[Variant]:
    model = state.model
    if isinstance(model, CoxRegression) or (model.kind == "aft" and not model.design.beside):
        yield from _events(state)


def _strata(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not isinstance(model, CoxRegression) or sheet is None or sheet.whole is None:
        return
    labels = {name: codes for name, (codes, _) in model.said.labels.items()}
    if labels.pop("strata", None) is not None:
        yield Variant("without strata", partial(_stratified, state, labels), ("strata",))
        return
    outcome, right = sheet.formula.split("~", 1)
    for name in sheet.labels(MOST_STRATA):
        if not re.search(rf"\b{re.escape(str(name))}\b", f"{outcome} {right}") and not np.any(sheet.frame[name].isna()):
            with_strata = {**labels, "strata": sheet.frame[name].to_numpy()}
            words = f"a baseline hazard for each {name}, strata"
            yield Variant(words, partial(_stratified, state, with_strata), ("strata",))


def _stratified(state: State, labels: dict[str, Any]) -> State:
    sheet, model = state.sheet, state.model
    assert sheet is not None
    return state.of(cox(sheet.formula, sheet.frame, ties=model.ties, weights=model.said.weights, **labels))


CENSORED = Choice("censoring", "estimates", "Say of which rows the event was seen.", _concerned)
STRATA = Choice("strata", "estimates", "Say which strata have a baseline hazard of their own.", _strata)
