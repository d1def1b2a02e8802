"""Rows that miss a value and were kept: a zero, the mean or the median stood in for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from stattools.models.model import Model
from stattools.models.regressions.counts import negative_binomial, poisson
from stattools.models.regressions.glm import gamma, logistic, ols, probit
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant

MADE = {
    "ols": ols,
    "logistic": logistic,
    "probit": probit,
    "poisson": poisson,
    "negative_binomial": negative_binomial,
    "gamma": gamma,
}
FILLS = {"0": lambda x: 0.0, "the mean": np.nanmean, "the median": np.nanmedian}


def _gaps(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not isinstance(model, Model) or model.kind not in MADE or sheet is None or sheet.whole is None:
        return
    if not model.n_dropped or model.rows.importance is not None or model.rows.offset is not None or model.design.beside:
        return
    used = {column for one in model.design.formulas for column in one.columns}
    holes = [name for name in sheet.whole.columns if name in used and np.any(sheet.whole[name].isna())]
    holes = [name for name in holes if sheet.whole[name].dtype.kind in "iuf"]
    for names in dict.fromkeys([tuple(holes), *((name,) for name in holes)] if holes else []):
        for words, value in FILLS.items():
            said = f"missing values of {', '.join(names)} filled with {words}"
            yield Variant(said, partial(_filled, state, names, value), ("gaps",))


def _filled(state: State, names: tuple[str, ...], value: Any) -> State:
    sheet: Any = state.sheet
    columns = {name: sheet.whole[name].fillna(float(value(sheet.whole[name]))) for name in names}
    return state.remodelled(MADE[state.model.kind](sheet.formula, sheet.whole.assign(**columns)))


FILLED = Choice(
    "missing values filled", "estimates", "Say what stands in for missing values, or leave these rows out.", _gaps
)
