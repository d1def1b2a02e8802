"""An intercept or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from stattools.models.model import Model
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.explaining.other_columns import with_columns


def _intercepts(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not isinstance(model, Model) or model.likelihood.taken_up or model.design.beside:
        return
    X = np.asarray(model.rows.X)
    ones = np.flatnonzero((np.ptp(X, axis=0) == 0) & (X[0] != 0))
    if len(ones) == 1 and X.shape[1] > 1:
        yield Variant("no intercept", partial(_without, state, int(ones[0])), ("intercept",))
        if sheet is not None and model.design.levels:
            words = "no intercept, and a column for each level of the first factor"
            yield Variant(words, partial(_full, state), ("intercept",))
    elif not len(ones):
        yield Variant("an intercept", partial(_with, state), ("intercept",))


def _without(state: State, at: int) -> State:
    model = state.model
    keep = np.delete(np.arange(len(model.terms)), at)
    design = replace(model.design, names=tuple(model.terms[k] for k in keep))
    changed = with_columns(model, np.asarray(model.rows.X)[:, keep], design)
    return replace(state.of(changed), sheet=None)


def _full(state: State) -> State:
    assert state.sheet is not None
    left, right = state.sheet.formula.split("~", 1)
    right = re.sub(r"^\s*1\s*\+", "", right)
    return state.with_sheet(replace(state.sheet, formula=f"{left}~ 0 + {right.strip()}"))


def _with(state: State) -> State:
    model = state.model
    X = np.column_stack([np.ones(len(model.rows.y)), model.rows.X])
    design = replace(model.design, names=("Intercept", *model.terms))
    return replace(state.of(with_columns(model, X, design)), sheet=None)


INTERCEPT = Choice("intercept", "estimates", "Say whether the model has an intercept.", _intercepts, renames=True)
