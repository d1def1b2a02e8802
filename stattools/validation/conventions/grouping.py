"""Effects of groups that a fit had not, though the formula has them, that were simpler, or that it had besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from stattools.models.mixed.mixed_model import LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.regressions.counts import poisson
from stattools.models.regressions.glm import linear_mixed, logistic
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.sheet import Sheet
from stattools.validation.conventions.state import State, Variant

EFFECTS = re.compile(r"\([^()]*\|[^()]*\)")
SLOPES = re.compile(r"\([^()|]*[A-Za-z_][^()|]*\|\|?\s*([^()]*)\)")
FEWEST, ADDED = 3, 8
"""Columns with fewer groups are no groups, and no more than so many columns are tried."""
MOST_ROWS = 2000
"""Of more rows effects of groups take longer than everything else."""
GROUPED = {"ols": linear_mixed, "logistic": logistic, "poisson": poisson}
"""Kinds of models to which effects of groups are added."""


def _groups(state: State) -> Iterator[Variant]:
    sheet, model = state.sheet, state.model
    if sheet is None or sheet.whole is None or not model.formula:
        return
    if isinstance(model, LinearMixed | MixedRegression):
        said = ", ".join(EFFECTS.findall(sheet.formula))
        yield Variant(f"without the effects of groups, {said}", partial(state.remodelled, model.fixed), ("groups",))
        if SLOPES.search(sheet.formula):
            said = ", ".join(one.group() for one in SLOPES.finditer(sheet.formula))
            plain = replace(sheet, formula=SLOPES.sub(r"(1 | \1)", sheet.formula))
            words = f"groups differ in their level alone, without the slopes of {said}"
            yield Variant(words, partial(state.with_sheet, plain), ("groups",))
    elif isinstance(model, Model) and model.kind in GROUPED and len(sheet.frame) <= MOST_ROWS:
        plain = model.rows.importance is None and model.rows.offset is None
        for name in _labels(sheet)[:ADDED] if plain else ():
            words = f"with random effects of groups, (1 | {name})"
            yield Variant(words, partial(_with, state, sheet, name), ("groups",))


def _labels(sheet: Sheet) -> list[str]:
    """The columns of labels that may be groups, those with fewest groups first."""
    n, known = len(sheet.frame), set(re.findall(r"\w+", sheet.formula))
    names = [name for name in sheet.labels(n // 2) if name not in known and not np.any(sheet.frame[name].isna())]
    found = {name: sheet.values_of(name) for name in names}
    return sorted(
        (name for name, count in found.items() if count >= FEWEST and str(name).isidentifier()), key=found.__getitem__
    )


def _with(state: State, sheet: Sheet, name: str) -> State:
    return state.remodelled(GROUPED[state.model.kind](f"{sheet.formula} + (1 | {name})", sheet.frame))


GROUPS = Choice(
    "effects of groups",
    "estimates",
    "Say which effects of groups the fit has: without them rows of a group count as independent.",
    _groups,
    keeps=True,
)
