"""Offsets and exposures: left out, taken without a logarithm, given a coefficient, or a column that nobody named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.explaining.other_columns import with_columns

OWN = "the offset"
"""What its coefficient is called where it has one."""


def _offsets(state: State) -> Iterator[Variant]:
    model = state.model
    if not isinstance(model, Model):
        return
    offset = model.rows.offset
    if offset is not None:
        yield Variant("the offset or exposure left out", partial(_of, state, None), ("offset",))
        yield Variant("the exposure not as a logarithm", partial(_of, state, np.exp(offset)), ("offset",))
        if (offset > 0).all():
            yield Variant("the logarithm of the offset as offset", partial(_of, state, np.log(offset)), ("offset",))
        if np.ptp(offset) > 0 and not any(model.predictor.own):
            words = "the offset, the logarithm of the exposure, as a column with a coefficient of its own"
            yield Variant(words, partial(_as_column, state, offset), ("offset",))
        return
    sheet = state.sheet
    if sheet is None or sheet.whole is None or model.likelihood.outcome is not Outcome.COUNT:
        return
    used = {column for one in model.design.formulas for column in (*one.columns, *one.outcome.columns)}
    for name in sheet.numbers():
        values = sheet.frame[name].to_numpy(dtype=float)
        if name not in used and np.isfinite(values).all():
            if (values > 0).all():
                yield Variant(f"{name} as exposure", partial(_of, state, np.log(values)), ("offset",))
            yield Variant(f"{name} as offset", partial(_of, state, values), ("offset",))


def _of(state: State, offset: Any) -> State:
    model = state.model
    rows = replace(model.rows, offset=offset)
    return state.of(replace(model, rows=rows, start=starting_point(model.likelihood, model.predictor, rows)))


def _as_column(state: State, offset: Floats) -> State:
    model = replace(state.model, rows=replace(state.model.rows, offset=None))
    X = np.column_stack([model.rows.X, offset])
    return state.of(with_columns(model, X, replace(model.design, names=(*model.terms, OWN))))


OFFSET = Choice("offset", "estimates", "Say what the offset is: the logarithm of an exposure, or none.", _offsets)
