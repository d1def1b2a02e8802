"""Logarithms, roots and squares: columns and outcomes that were transformed before the fit, and nobody says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.factors import plain_columns
from stattools.validation.conventions.sheet import replaced
from stattools.validation.conventions.state import State, Variant

MOST = 20
"""Of more columns none is transformed."""

type Curve = Callable[[Floats], Floats]

OF_POSITIVE: dict[str, Curve] = {
    "the logarithm of {}": np.log,
    "the logarithm of {} to the base 10": np.log10,
    "the logarithm of {} to the base 2": np.log2,
    "1 / {}": lambda x: 1.0 / x,
}
OF_COUNTS: dict[str, Curve] = {"log({} + 1)": np.log1p, "the square root of {}": np.sqrt}
OF_ALL: dict[str, Curve] = {"the square of {}": np.square}
LOGARITHMS = {"the base 10": float(np.log(10.0)), "the base 2": float(np.log(2.0))}


def curves(x: Floats) -> dict[str, Curve]:
    """The transformations that values allow, by words with a place for their name."""
    found = dict(OF_ALL) if len(np.unique(x)) > 2 else {}
    return found | (OF_COUNTS if (x >= 0).all() else {}) | (OF_POSITIVE if (x > 0).all() else {})


def _columns(state: State) -> Iterator[Variant]:
    sheet = state.sheet
    if sheet is None or len(names := plain_columns(state)) > MOST:
        return
    for name in names:
        values = sheet.frame[name].to_numpy(dtype=float)
        if sheet.values_of(name) > 2:
            for words, curve in curves(values).items():
                yield Variant(f"{words.format(name)} in its place", partial(_bent, state, name, curve), ("scale", name))
    for name in sheet.numbers():
        if f"log({name})" not in sheet.formula.split("~", 1)[1] or np.any(sheet.frame[name] <= 0):
            continue
        for words, size in LOGARITHMS.items():
            make = partial(_bent, state, name, lambda x, size=size: x ** (1.0 / size))
            yield Variant(f"the logarithm of {name} to {words}", make, ("scale", name))
        yield Variant(f"{name} itself, not its logarithm", partial(_unlogged, state, name), ("scale", name))


def _bent(state: State, name: str, curve: Curve) -> State:
    sheet: Any = state.sheet
    return state.with_sheet(sheet.with_column(name, curve(sheet.frame[name].to_numpy(dtype=float))))


def _unlogged(state: State, name: str) -> State:
    sheet: Any = state.sheet
    return state.with_sheet(replace(sheet, formula=replaced(sheet.formula, f"log({name})", name)))


def _outcomes(state: State) -> Iterator[Variant]:
    model = state.model
    if isinstance(model, Model) and model.has_scale and np.ptp(model.rows.y) > 0:
        for words, curve in curves(np.asarray(model.rows.y, dtype=float)).items():
            said = words.format(f"the outcome, {model.outcome_name},")
            yield Variant(f"{said} is modelled", partial(_outcome, state, curve), ("outcome",))


def _outcome(state: State, curve: Curve) -> State:
    model = state.model
    rows = replace(model.rows, y=curve(np.asarray(model.rows.y, dtype=float)), low=None)
    start = starting_point(model.likelihood, model.predictor, rows)
    return state.of(replace(model, rows=rows, start=start))


TRANSFORMED = Choice(
    "transformed columns", "estimates", "Write the transformation into the formula, log(x).", _columns, renames=True
)
LOGGED = Choice("transformed outcome", "estimates", "Say what is modelled: the outcome or its logarithm.", _outcomes)
