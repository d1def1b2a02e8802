"""Units and origins: columns that were standardized, centered or divided before the fit, and the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.standardization import Standardization
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.factors import plain_columns
from stattools.validation.conventions.state import State, Variant

UNITS = (10.0, 100.0, 1000.0, 1e4, 1e6, 0.1, 0.01, 0.001, 5.0, 12.0, 60.0, 7.0, 52.0, 365.25, 24.0, 2.54)
"""What columns are divided by where nobody says it: decades, and units of time."""
MOST = 40
"""With more columns only all at once are tried."""

type Line = Callable[[Floats], tuple[float, float]]
"""The origin and the unit of a column: it becomes (x - origin) / unit."""

FORMS: dict[str, Line] = {
    "standardized (divisor n - 1)": lambda x: (x.mean(), x.std(ddof=1)),
    "standardized (divisor n)": lambda x: (x.mean(), x.std()),
    "centered": lambda x: (x.mean(), 1.0),
    "divided by its standard deviation (divisor n - 1)": lambda x: (0.0, x.std(ddof=1)),
    "divided by its standard deviation (divisor n)": lambda x: (0.0, x.std()),
    "centered and divided by two standard deviations": lambda x: (x.mean(), 2.0 * x.std(ddof=1)),
    "mapped to the range from 0 to 1": lambda x: (x.min(), np.ptp(x)),
    "centered at its median": lambda x: (np.median(x), 1.0),
    "measured from its smallest value": lambda x: (x.min(), 1.0),
}


def _columns(state: State) -> Iterator[Variant]:
    sheet, names = state.sheet, plain_columns(state)
    if sheet is None or not names:
        return
    counts = {name: sheet.values_of(name) for name in names}
    several = {
        "all columns of numbers are": names,
        "all columns of numbers but those of two values are": tuple(name for name in names if counts[name] > 2),
    }
    for many, which in several.items():
        if len(which) > 1 and not (which == names and many != "all columns of numbers are"):
            for words, form in FORMS.items():
                make = partial(_transformed, state, which, form)
                yield Variant(f"{many} {words.replace('its', 'their')}", make, ("scale",))
    for name in names[:MOST]:
        for words, form in FORMS.items():
            yield Variant(f"{name} is {words}", partial(_transformed, state, (name,), form), ("scale", name))
        for unit in UNITS:
            words = f"{name} is in units of {unit:g}" + (f" (multiplied by {1.0 / unit:g})" if unit < 1.0 else "")
            yield Variant(words, partial(_transformed, state, (name,), partial(_divided, unit)), ("scale", name))


def _divided(unit: float, x: Floats) -> tuple[float, float]:
    return 0.0, unit


def _transformed(state: State, names: tuple[str, ...], form: Line) -> State:
    """Columns of the table on other lines; of X alone where nothing else is made of them, which takes no refit."""
    sheet: Any = state.sheet
    lines = {name: form(sheet.frame[name].to_numpy(dtype=float)) for name in names}
    columns = {name: (sheet.frame[name].to_numpy(dtype=float) - c) / s for name, (c, s) in lines.items()}
    other = sheet.with_columns(columns)
    if not isinstance(state.model, Model) or not _alone(state.model, names):
        return state.with_sheet(other)
    return _on_lines(state, {state.model.terms.index(name): line for name, line in lines.items()}, other)


def _alone(model: Model, names: tuple[str, ...]) -> bool:
    """Whether columns stand in X as they are, and in no other column of it."""
    design = model.design
    if design.beside or any(model.predictor.own):
        return False
    if design.parsed is None:
        return True
    uses = [factor for term in design.parsed.terms for factor in term for name in names if name in factor.columns]
    return all(name in model.terms for name in names) and len(uses) == len(names)


def _on_lines(state: State, lines: dict[int, tuple[float, float]], sheet: Any) -> State:
    """Columns of X on other lines; where a constant takes up the shift, the estimates go with them."""
    model = state.model
    X = np.array(model.rows.X, dtype=float)
    ones = [k for k in range(X.shape[1]) if X[0, k] == 1.0 and np.ptp(X[:, k]) == 0]
    T = np.eye(X.shape[1])
    for k, (center, scale) in lines.items():
        X[:, k] = (X[:, k] - center) / scale
        T[k, k] = 1.0 / scale
        if ones:
            T[ones[0], k] = -center / scale
    found = state.of(replace(model, rows=replace(model.rows, X=X, low=None)), sheet)
    if state.recipe.penalty is not None or state.best is None:
        return found
    if model.likelihood.taken_up or (not ones and any(center for center, _ in lines.values())):
        return found
    return replace(found, best=model.predictor.lift(Standardization.whole_block(T)).solve(state.best))


def _designs(state: State) -> Iterator[Variant]:
    """All columns of X, those of factors too."""
    model = state.model
    if not isinstance(model, Model) or any(model.predictor.own) or model.design.beside:
        return
    X = np.asarray(model.rows.X)
    if np.count_nonzero(np.ptp(X, axis=0) > 0) == 0:
        return
    for words in list(FORMS)[:3]:
        make = partial(_design, state, FORMS[words])
        yield Variant(f"all columns of X, those of factors too, are {words}", make, ("scale",))


def _design(state: State, form: Line) -> State:
    X = np.asarray(state.model.rows.X)
    return _on_lines(state, {int(k): form(X[:, k]) for k in np.flatnonzero(np.ptp(X, axis=0) > 0)}, None)


def _outcomes(state: State) -> Iterator[Variant]:
    model = state.model
    if not isinstance(model, Model) or not model.has_scale or np.ptp(model.rows.y) == 0:
        return
    for words in list(FORMS)[:5]:
        yield Variant(f"the outcome is {words}", partial(_outcome, state, FORMS[words]), ("outcome",))
    for unit in UNITS[:8]:
        yield Variant(
            f"the outcome is in units of {unit:g}", partial(_outcome, state, partial(_divided, unit)), ("outcome",)
        )
    yield Variant(
        "standardized coefficients (beta): outcome and columns are standardized", partial(_beta, state), ("scale",)
    )


def _outcome(state: State, form: Line) -> State:
    model = state.model
    y = np.asarray(model.rows.y, dtype=float)
    center, scale = form(y)
    rows = replace(model.rows, y=(y - center) / scale, low=None)
    start = starting_point(model.likelihood, model.predictor, rows)
    return state.of(replace(model, rows=rows, start=start))


def _beta(state: State) -> State:
    form = FORMS["standardized (divisor n - 1)"]
    return _outcome(_design(state, form), form)


SCALE = Choice("scaled columns", "estimates", "Say in which units the columns are, or pass them as fitted.", _columns)
DESIGN = Choice("standardized columns of X", "estimates", "Say that the columns were standardized.", _designs)
OUTCOME = Choice("scaled outcome", "estimates", "Say in which units the outcome is.", _outcomes)
