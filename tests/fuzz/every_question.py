"""Every question of a fit, on a plain table whose columns are in extreme units: an answer, or an error of ours.

The other examples ask few questions of tables that are odd in every way; most of their fits are refused. Here the table
is plain but for the size of its numbers, so that there nearly always is a fit, and all of it is asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from tests.fuzz.calls import World, is_method, questions
from tests.fuzz.columns import NUMBERS, TEXTS
from tests.fuzz.regressions import REGRESSIONS
from tests.fuzz.scenes import Column, Scene

UNITS = (1.0, 1e-300, 1e-160, 1e-100, 1e-20, 1e-8, 1e8, 1e20, 1e100, 1e155, 1e160, 1e300)
MEASURED = ("normal", "positive")
"""Natures of columns that have a unit; counts and labels have none."""

RIGHT = ("{right}", "x", "x * g", "1", "poly(x, 2)", "bs(x, df=4)", "s(x, k=4)", "I(x**2)", "scale(x)", "x + (1 | g)")
COVARIANCES = ("information", "HC1", "HC3", "robust", "quasi", st.HAC(1), st.Cluster("g"))
VERBS = ("report", "sentences", "report_table", "held_out", "confusion", "validate", "bootstrap", "posterior")
NAMES = tuple(name for name in REGRESSIONS if name != "network")


def every_question(world: World, name: str) -> None:
    """Fit a regression to such a table, and ask the fit everything that it answers, and one verb about it."""
    hand, regression = world.hand, REGRESSIONS[name]
    world.scene = scene = plain_scene(world, name)
    right = hand.pick(RIGHT, "right").format(right=regression.right.format(x="x", g="g"))
    chosen = [*regression.required]
    if hand.chance(2, "beside"):
        chosen = [*dict.fromkeys([*chosen, hand.pick(regression.beside, "beside")])]
    formula = f"{regression.left.format(y='y')} ~ {right}"
    model = world.ask(name, regression.make, formula, scene.table, **{key: key for key in chosen})
    if model is None:
        return
    cov = hand.pick(COVARIANCES, "cov") if hand.chance(3, "another cov") else "information"
    fit = world.ask("fit", st.fit, model, **({} if cov == "information" else {"cov": cov}))
    if fit is None:
        return
    scaled_answers(world, fit)
    arrays_changed(world, lambda table: regression.make(formula, table, **{key: key for key in chosen}), cov, fit)
    for question in questions(type(fit)):
        owner = f"{type(fit).__name__}.{question}"
        if is_method(type(fit), question):
            world.call(owner, getattr(fit, question), fit)
        else:
            world.ask(owner, lambda question=question: getattr(fit, question))
    verb = hand.pick(VERBS, "verb")
    world.call(verb, getattr(st, verb), fit)


FACTORS = (1e-200, 1e200, -1e-100, 1e280)


def scaled_answers(world: World, fit: Any) -> None:
    """A function of a coefficient has the same p-value and statistic whatever it is multiplied by."""
    if not hasattr(fit, "function"):
        return
    factor = world.hand.pick(FACTORS, "factor")
    plain = world.ask("Fit.function", fit.function, lambda b: [*b.values()])
    scaled = world.ask("Fit.function", fit.function, lambda b: [factor * value for value in b.values()])
    if plain is not None and scaled is not None:
        apart = np.abs(np.abs(scaled.statistic) - np.abs(plain.statistic)) > 1e-6 * np.abs(plain.statistic)
        if apart.any():
            raise world.fault(f"{factor} times a coefficient is {scaled} where the coefficient is {plain}")


def arrays_changed(world: World, make: Any, cov: Any, fit: Any) -> None:
    """What is written into a table after a model was made of it changes no fit of that model."""
    table: Any = world.scene.table  # type: ignore[union-attr]
    arrays = {name: np.array(table[name]) for name in table}
    for given in (table.copy(deep=True), arrays):
        model = world.ask("again", make, given)
        for name in [*given]:
            if isinstance(given, pd.DataFrame):
                given.iloc[:, given.columns.get_loc(name)] = given[name].to_numpy()[::-1]
            else:
                given[name][:] = given[name][::-1].copy()
        again = (
            None if model is None else world.ask("fit", st.fit, model, **({} if cov == "information" else {"cov": cov}))
        )
        parts = zip(getattr(again, "fits", [again]), getattr(fit, "fits", [fit]), strict=True)
        if again is not None and not all(np.allclose(a.estimate, b.estimate, rtol=1e-6) for a, b in parts):
            raise world.fault(f"a table that was changed after the model was made has moved {fit} to {again}")


def plain_scene(world: World, name: str) -> Scene:
    """A table y, x, g and what may stand beside them, all but labels and counts in units of any size."""
    hand, regression = world.hand, REGRESSIONS[name]
    g, n = hand.random(), hand.pick((30, 24, 12, 60), "rows")
    natures: dict[str, Any] = {"y": hand.pick(regression.outcomes, "y"), "x": "normal", "g": "three levels"}
    natures |= {key: regression.beside[key][0] for key in regression.beside}
    columns = {role: (NUMBERS | TEXTS)[nature](g, n) for role, nature in natures.items()}
    for role, nature in natures.items():
        if nature in MEASURED and hand.chance(2, f"unit of {role}"):
            columns[role] = (np.asarray(columns[role]) * hand.pick(UNITS, f"unit of {role}")).tolist()
    table = pd.DataFrame(columns)
    given = {role: Column(values, values) for role, values in columns.items()}
    return Scene(n, given, {role: role for role in columns}, table, "pandas", table.index)
