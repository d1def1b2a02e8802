"""Weights that a fit had or had not: none, those of another column, as frequencies or as precisions, their inverse or
their root.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant

COPIES = (2, 3, 4)
"""So many copies of each row are tried."""
FORMS = {
    "": lambda w: w,
    "the inverse of ": lambda w: 1.0 / w,
    "the square root of ": np.sqrt,
    "the square of ": np.square,
    "the inverse square of ": lambda w: w**-2.0,
}
"""What somebody may make of a column of weights."""


def _weights(state: State) -> Iterator[Variant]:
    rows = state.rows
    if rows is None:
        return
    for times in COPIES:
        words = f"every row duplicated, so that it counts {times} times"
        weight = np.full(len(rows.y), float(times)) if rows.weight is None else times * rows.weight
        yield Variant(words, partial(weighted, state, weight, rows.precision), ("weights",))
    own = [value for value in (rows.weight, rows.precision) if value is not None]
    if own:
        yield Variant("no weights", partial(weighted, state, None, None), ("weights",))
    for values in own:
        for words, made in _made(values, "the weights"):
            yield from _as_both(state, made, words, values if made is values else None)
    if state.sheet is None:
        return
    for name in state.sheet.numbers():
        values = state.sheet.frame[name].to_numpy(dtype=float)
        if name == state.model.outcome_name or name == "outcome" or not ((values >= 0).all() and (values > 0).any()):
            continue
        for words, made in _made(values, name):
            yield from _as_both(state, made, words, None)


def _made(values: Floats, name: str) -> Iterator[tuple[str, Floats]]:
    for words, form in FORMS.items():
        if words and (values == 0).any():
            continue
        made = values if not words else form(values)
        if np.isfinite(made).all():
            yield f"{words}{name}", made
    if (values > 0).all():
        yield f"{name} scaled to a mean of 1", values / values.mean()


def _as_both(state: State, values: Floats, words: str, own: Any) -> Iterator[Variant]:
    """The same numbers as frequencies and, of least squares, as precisions."""
    rows = state.model.rows
    if own is None or rows.weight is None:
        yield Variant(f"{words} as frequency weights", partial(weighted, state, values, None), ("weights",))
    if state.model.has_scale and (own is None or rows.precision is None):
        yield Variant(f"{words} as precisions", partial(weighted, state, None, values), ("weights",))


def weighted(state: State, weight: Any, precision: Any) -> State:
    """The state of the same rows with other weights."""
    rows = replace(state.model.rows, weight=weight, precision=precision)
    if precision is not None and (precision == 0).any():
        keep = np.flatnonzero(precision > 0)
        sheet = None if state.sheet is None else state.sheet.take(keep)
        return state.of(replace(state.model, rows=rows).subset(keep), sheet)
    return state.of(replace(state.model, rows=rows))


WEIGHTS = Choice(
    "weights",
    "estimates",
    "Say which weights the fit has, and whether they are frequencies or precisions.",
    _weights,
    keeps=True,
)
