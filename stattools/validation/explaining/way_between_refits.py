"""The way between two fits of Cox's regression, or of mixed models: data first, then how ties are met, what varies
between groups, and whether the likelihood is restricted; each a model of its own that `st.fit` fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.interface.record import nearest
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression, centered, columns_at_risk, sets_of
from stattools.validation.explaining.other_columns import other_columns, other_scaling
from stattools.validation.explaining.other_values import alike, other_values
from stattools.validation.explaining.row_matching import common_rows
from stattools.validation.explaining.same_columns import same_groups
from stattools.validation.explaining.way_between_fits import (
    MOST_CHANGES,
    UNKNOWN,
    Step,
    changes_of_columns,
    rows_added,
    rows_taken,
    subset,
)
from stattools.validation.foreign.description import Foreign, bound

Change = tuple[str, str, Any]
TRIED = (
    "penalty, covariance, rows, outcome, weights, strata, columns, ties, random effects, REML, "
    "degrees of freedom, level"
)


def steps_of_refits(a: Foreign, b: Foreign) -> Iterator[Step]:
    """The claims on the way from a's to b's, without those that change nothing."""
    now, goal = a.recipe, b.recipe
    keep_a, keep_b = common_rows(a, b)
    if now.penalty is not None and now.penalty != goal.penalty:
        now = replace(now, penalty=None)
        yield Step("penalty", f"{a.recipe.penalty!r} taken off", now)
    for cause, words, model in rows_taken(now.model, keep_a, ("first", "second")):
        now = replace(now, model=model)
        yield Step(cause, words, now)
    target = goal.model if keep_b is None else subset(goal.model, keep_b)
    if a.model.title == b.model.title:
        changes: Any = nearest(CHANGES, target)
        for cause, words, model in changes(now.model, target):
            now = replace(now, model=model)
            yield Step(cause, words, now)
    else:
        now = replace(now, model=target)
        yield Step("likelihood", f"{a.model.title} or {b.model.title}", now)
    now = replace(now, model=target)
    for cause, words, model in rows_added(goal.model, keep_b):
        now = replace(now, model=model)
        yield Step(cause, words, now)
    now = replace(now, model=goal.model)
    for option, cause, said in OPTIONS:
        old, new = now.options.get(option), goal.options.get(option)
        if str(old) != str(new) and new is not None:
            now = replace(now, options={**now.options, option: new})
            yield Step(cause, f"{said(old)} or {said(new)}", now)
    for field, cause, said in SETTINGS:
        old, new = getattr(now, field), getattr(goal, field)
        if old != new and goal.known:
            now = replace(now, **{field: new})
            yield Step(cause, f"{said(old)} or {said(new)}", now)
    if goal.penalty is not None and a.recipe.penalty != goal.penalty:
        yield Step("penalty", f"{goal.penalty!r} put on", goal)


OPTIONS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("reml", "REML or ML", lambda reml: "restricted maximum likelihood" if reml else "maximum likelihood"),
    ("cov", "covariance", str),
)
"""Options of `st.fit`, what they are as causes, and their values in words."""
SETTINGS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("joint", "uncertainty of variances", lambda joint: "in the standard errors" if joint else "left out of them"),
    ("df", "normal or t", lambda df: "the fit's degrees of freedom" if df is None else f"{df:g}"),
    ("level", "level", lambda level: f"{level:g}"),
)
"""Other fields of a claim, in the same way."""


def _of_mixed(now: Any, target: Any) -> Iterator[Change]:
    for cause, words, fixed in changes_of_columns(now.fixed, target.fixed):
        now = replace(now, fixed=fixed)
        yield cause, words, now
    terms = [[term.name for term in model.varying] for model in (now, target)]
    pairs = list(zip(now.random, target.random, strict=False))
    if terms[0] != terms[1]:
        yield "random effects", f"{' + '.join(terms[0]) or 'none'} or {' + '.join(terms[1]) or 'none'}", target
    elif not all(same_groups(one.codes, two.codes) for one, two in pairs):
        yield "random effects", "the groups have other rows", target
    elif not all(alike(one.z, two.z) for one, two in pairs):
        yield "random effects", "the columns whose effects vary have other values", target
    else:
        yield from _of_curves(now, target)


def _of_curves(now: Any, target: Any) -> Iterator[Change]:
    for one, two in zip(now.smooths, target.smooths, strict=True):
        learned = [(term.k, term.least, term.step, term.middle) for term in (one, two)]
        if learned[0] != learned[1] or not np.array_equal(one.wiggles, two.wiggles):
            yield "another basis", f"{one.name} has other knots, or another middle, learned from other rows", target
            return
        if not np.array_equal(one.first, two.first) or not alike(one.values, two.values):
            yield "other values", f"the variable of {one.name} has other values", target
            return


def _of_times(now: Any, target: Any) -> Iterator[Change]:
    parts = (
        (("time", "event", "entry"), "other outcome", "times, events or entries differ"),
        (("weights",), "weights", "no weights or weights"),
        (("labels", "asked"), "strata", "rows are in other strata"),
    )
    for names, cause, words in parts:
        if not all(_same_part(getattr(now.said, name), getattr(target.said, name)) for name in names):
            said = replace(now.said, **{name: getattr(target.said, name) for name in names})
            now = _with(now, said, now.X, now.design)
            yield cause, words, now
    for change in (other_scaling, other_values, other_columns):
        for _ in range(MOST_CHANGES):
            found = change(_columns(now), _columns(target))
            if found is None:
                break
            design = target.design if change is other_columns else now.design
            now = _with(now, now.said, np.asarray(found[2].rows.X)[:, 1:], design)
            yield found[0], found[1], now
    if now.ties != target.ties:
        yield "ties", f"{now.ties.title()}'s or {target.ties.title()}'s ties".replace("Exact's", "exact"), target
    elif not alike(now.X, target.X):
        yield UNKNOWN, f"what differs in the models is none of: {TRIED}", target


def _same_part(one: Any, two: Any) -> bool:
    if isinstance(one, dict) or isinstance(two, dict):
        return str(one) == str(two) and all(_same_part(one[key][0], two[key][0]) for key in one if len(one[key]) == 2)
    return (one is None) == (two is None) and (one is None or np.array_equal(one, two))


def _columns(model: Any) -> Model:
    """The columns of a regression of times beside the constant that its baseline hazard has, as a linear model."""
    X = np.column_stack([np.ones(len(model.X)), model.X])
    return bound("ols", np.asarray(model.said.time, dtype=float), X, ["Intercept", *model.terms])


def _with(model: Any, said: Any, X: Any, design: Any) -> Any:
    sets = sets_of(said)
    return replace(model, said=said, X=X, sets=sets, design=design, Z=centered(columns_at_risk(X, sets), sets))


CHANGES: dict[type, Callable[[Any, Any], Iterator[Change]]] = {MixedModel: _of_mixed, CoxRegression: _of_times}
"""By the class of a model how its data are made those of another one."""
