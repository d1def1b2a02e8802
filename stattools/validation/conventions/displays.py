"""How the same estimates and standard errors are printed: no refit tells two of these apart, only arithmetic does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import StattoolsError
from stattools.inference.covariance import Cluster
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.validation.conventions.choice import ENDS, Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.explaining.undeclared_causes import reversed_outcome
from stattools.validation.foreign.recipe import Recipe

LONG = 1_000_000
"""Numbers of X times coefficients beyond which profile intervals are not tried."""
LEVELS = (0.9, 0.95, 0.99, 0.8, 0.68, 0.975)
REACHES = {1.96: "1.96", 2.0: "2", 1.0: "1", 1.645: "1.645", 2.576: "2.576", 2.58: "2.58"}
"""How many standard errors an interval goes where no quantile is computed."""


def _forms(state: State) -> Iterator[Variant]:
    word = _ratio(state)
    said = {
        "plain": f"coefficients, the logarithms of {word}s",
        "ratio": f"{word}s, exp of the coefficients",
        "percent": "percent changes, 100 (exp(b) - 1)",
    }
    for form, words in said.items():
        if form != state.shown.form:
            yield Variant(words, partial(state.with_shown, form=form, errors="delta"), ("form",))
    if state.claim is not None and "se" not in state.claim.columns:
        return
    if state.shown.form != "plain" and state.shown.errors != "log":
        words = "standard errors of the logarithm beside exponentiated coefficients"
        yield Variant(words, partial(state.with_shown, errors="log"), ("errors of a ratio",))
    elif state.shown.form == "plain":
        words = f"{word}s, exp of the coefficients, beside standard errors of their logarithm"
        yield Variant(words, partial(state.with_shown, form="ratio", errors="log"), ("form",))


def _ratio(state: State) -> str:
    likelihood = state.model.likelihood
    return (state.model.exponential if likelihood is None else likelihood.words.ratio) or "ratio"


def _signs(state: State) -> Iterator[Variant]:
    if isinstance(state.model, Model) and reversed_outcome(state.model) is not None:
        return  # that outcome is named instead
    yield Variant("coefficients with the other sign", partial(state.with_shown, sign=-state.shown.sign), ("sign",))


def _degrees(state: State) -> Iterator[Variant]:
    n, p = state.model.n, len(state.model.names)
    ways = {"a normal distribution": np.inf, f"Student's t with n - p = {n - p:g} degrees of freedom": n - p}
    cov = state.recipe.cov
    if isinstance(cov, Cluster) and (groups := _groups(state, cov)):
        ways[f"Student's t with G - 1 = {groups - 1} degrees of freedom"] = groups - 1.0
    ways[f"Student's t with n - 1 = {n - 1:g} degrees of freedom"] = n - 1.0
    try:
        now = state.df()
    except StattoolsError:  # no maximum, which the estimates tell
        return
    for words, df in ways.items():
        if not np.array_equal(df, now) and df > 0:
            yield Variant(f"tests and intervals from {words}", partial(state.with_recipe, df=df), ("degrees",))


def _groups(state: State, cov: Cluster) -> int:
    """How many groups there are, in the way that has fewest; 0 where a column is named that nobody has."""
    found = []
    for way in (cov.groups, cov.second):
        labels: Any = way
        if isinstance(way, str) and (labels := _column(state, way)) is None:
            return 0
        if labels is not None:
            found.append(pd.Series(np.asarray(labels)).nunique())
    return min(found)


def _column(state: State, name: str) -> pd.Series | None:
    """The column of that name of the whole table, over the rows of the model."""
    sheet = state.sheet
    if sheet is None or sheet.whole is None or sheet.kept is None or name not in sheet.whole:
        return None
    return sheet.whole[name].iloc[sheet.kept]


def _levels(state: State) -> Iterator[Variant]:
    for level in LEVELS:
        if level != state.recipe.level:
            yield Variant(f"intervals at {100 * level:g} %", partial(state.with_recipe, level=level), ("interval",))


def _reaches(state: State) -> Iterator[Variant]:
    usual = float(-special.ndtri(0.5 * (1.0 - state.recipe.level)))
    for reach, words in REACHES.items():
        if state.shown.reach != reach and not np.isclose(reach, usual, rtol=1e-9):
            plural = "standard error" if reach == 1.0 else "standard errors"
            make = partial(state.with_shown, reach=reach)
            yield Variant(f"intervals of {words} {plural} each way", make, ("interval",))


def _profiles(state: State) -> Iterator[Variant]:
    if isinstance(state.recipe, Recipe) and state.point is None and not takes_long(state):
        other = {"wald": "profile", "profile": "wald"}[state.recipe.interval]
        words = {"profile": "intervals of the profile likelihood", "wald": "Wald intervals"}[other]
        yield Variant(words, partial(state.with_recipe, interval=other), ("interval",))


def takes_long(state: State) -> bool:
    """Whether a profile of each coefficient takes more than seconds."""
    return float(state.model.n) * len(state.model.names) ** 2 > LONG


def _sides(state: State) -> Iterator[Variant]:
    other = {2: 1, 1: 2}[state.shown.sides]
    words = {1: "one-sided p-values", 2: "two-sided p-values"}[other]
    yield Variant(words, partial(state.with_shown, sides=other), ("sides",))


def _statistics(state: State) -> Iterator[Variant]:
    other = {"plain": "square", "square": "plain"}[state.shown.statistic]
    words = {"square": "Wald's chi-squared, the square of the statistic", "plain": "z or t, not its square"}[other]
    yield Variant(words, partial(state.with_shown, statistic=other), ("statistic",))


FORM = Choice(
    "exponentiated coefficients", "print", "Say what is printed: coefficients, or their exponentials.", _forms
)
SIGN = Choice(
    "other sign", "print", "Say which way the coefficients point: some programs subtract the predictor.", _signs
)
DEGREES = Choice(
    "t or normal", "print", "Say which distribution the tests and intervals use.", _degrees, of=("p", *ENDS)
)
LEVEL = Choice("level", "print", "Say the level of the intervals.", _levels, of=ENDS)
REACH = Choice("rounded quantile", "print", "Use the quantile of the level that is stated.", _reaches, of=ENDS)
PROFILE = Choice(
    "profile intervals", "print", "Say whether the intervals are Wald's or profile ones.", _profiles, of=ENDS
)
SIDES = Choice(
    "one-sided p-values", "print", "Say that the tests are one-sided, or double the p-values.", _sides, of=("p",)
)
SQUARE = Choice(
    "squared statistic", "print", "Call the statistic what it is: chi-squared, z or t.", _statistics, of=("statistic",)
)


def forms(state: State) -> list[State]:
    """The state with its estimates printed in each form, either way where no other outcome is named instead."""
    signed = [state, *(one.state for one in SIGN.changes(state))]
    return [form for one in signed for form in (one, *(other.state for other in FORM.changes(one)))]
