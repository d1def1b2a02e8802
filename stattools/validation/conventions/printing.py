"""What a state prints: a claim's columns, made from estimates, standard errors and degrees of freedom."""

from __future__ import annotations

import numpy as np
from scipy import special

from stattools.inference.estimates import quantile_of
from stattools.interface.arrays import Floats
from stattools.validation.conventions.state import State


def columns(state: State, theta: Floats, se: Floats, *, intervals: bool = True) -> dict[str, Floats]:
    """The columns of a claim, each (p,): estimate, se, statistic, p, lower, upper; NaN where a recipe has none, and
    for the ends where `intervals` are not asked for.
    """
    shown, df = state.shown, state.df() if intervals else np.inf
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        estimate = _FORMS[shown.form](shown.sign * theta)
        z = shown.sign * theta / se
        tail = np.where(np.isfinite(df), special.stdtr(df, -np.abs(z)), special.ndtr(-np.abs(z)))
        slope = {"plain": 1.0, "ratio": np.exp(shown.sign * theta), "percent": 100.0 * np.exp(shown.sign * theta)}
        found = {
            "estimate": estimate,
            "se": se * (slope[shown.form] if shown.errors == "delta" else 1.0),
            "statistic": z if shown.statistic == "plain" else z * z,
            "p": shown.sides * tail,
        }
        lower, upper = ends(state, theta, se) if intervals else (np.full(len(theta), np.nan),) * 2
        return found | {"lower": _FORMS[shown.form](lower), "upper": _FORMS[shown.form](upper)}


def ends(state: State, theta: Floats, se: Floats) -> tuple[Floats, Floats]:
    """The ends of the intervals of the coefficients themselves."""
    if state.interval == "profile":
        found = state.recipe.numbers(theta)
        lower, upper = found.lower, found.upper
    else:
        half = (quantile_of(state.df(), state.recipe.level) if state.shown.reach is None else state.shown.reach) * se
        lower, upper = theta - half, theta + half
    return (lower, upper) if state.shown.sign > 0 else (-upper, -lower)


_FORMS = {
    "plain": lambda b: b,
    "ratio": np.exp,
    "percent": lambda b: 100.0 * np.expm1(b),
}
