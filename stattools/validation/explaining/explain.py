"""`explain(a, b)`: why do two fits of the same data differ? One setting at a time is changed from the first fit's to
the second's, each change a refit, and each refit's part of the difference is its share.

    share_k = <x_k - x_{k-1}, x_b - x_a> / |x_b - x_a|^2,   sum over k = 1

x are the coefficients in standard errors (those that a fit does not have are 0: a reference level, an intercept left
out), the logarithms of the standard errors, or the ends of the intervals. The last part, from the second fit's recipe
to its own numbers, is what is left unexplained unless an audit names it.

How far a fit is from what it claims itself: the first and the last steps on the way between two fits.

Two fits of the same arrays under other names: columns and categories of the second get the names of the first.

Names are matched by what they stand for: a column by its values, a category by the rows that have it. What has no
twin keeps its name.

Two fits as vectors in standard errors, and the part of their difference that one step makes.

The way from one fit to another: settings that differ, changed one at a time, each a recipe of its own.

    a's numbers -> a's maximum -> without a's penalty -> ... -> b's recipe -> b's numbers

Penalties come off first and go on last, so that columns, rows and weights change between maxima of plain likelihoods.

The way between two fits of Cox's regression, or of mixed models: data first, then how ties are met, what varies
between groups, and whether the likelihood is restricted; each a model of its own that `st.fit` fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design
from stattools.data.survival_data import SurvivalRows
from stattools.errors import DomainError, IncompatibleError, StattoolsError, quoted
from stattools.inference.covariance import HAC, Cluster
from stattools.interface.arguments import several
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import nearest
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression, centered, columns_at_risk, sets_of
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page
from stattools.validation.explaining.causes import SAME as WRONG
from stattools.validation.explaining.causes import check_errors, gather, words_of
from stattools.validation.explaining.other_values import alike, done_to, other_values
from stattools.validation.explaining.row_matching import Places, common_rows, repeated, rows_in
from stattools.validation.foreign.description import Foreign, bound
from stattools.validation.foreign.reading import described, lacks_rows
from stattools.validation.moment_dispersion import said_of
from stattools.validation.recipes.changes import (
    in_units,
    other_columns,
    other_intercept,
    other_scaling,
    plain_name,
    same_family,
)
from stattools.validation.recipes.likelihoods import Shrinkage
from stattools.validation.recipes.points import Regression
from stattools.validation.recipes.recipe import Numbers, Recipe

if TYPE_CHECKING:
    import pandas as pd


class Step(NamedTuple):
    """One cause: its name, what it is in these fits, and the recipe after it."""

    cause: str
    words: str
    recipe: Recipe


def steps(a: Foreign, b: Foreign) -> Iterator[Step]:
    """The claims on the way from a's to b's, without those that change nothing."""
    now, goal = a.recipe, b.recipe
    of_rows, by_rows = now.of_rows, isinstance(goal.cov, HAC | Cluster)
    same_penalty = _same_penalty(now, goal) if of_rows else now.penalty == goal.penalty
    if now.penalty is not None and not same_penalty:
        now = replace(now, penalty=None, **({"cov": now.cov or "information"} if of_rows else {}))
        yield Step("penalty", f"{words_of(a.recipe.penalty)} taken off", now)
    other_errors = of_rows and goal.cov is not None and not _same_cov(now.cov, goal.cov)
    if other_errors and not by_rows:
        now = replace(now, cov=goal.cov)
        yield Step("covariance", f"{_kind(a)} or {_kind(b)}", now)
    for cause, words, model in changes_of_models(now.model, goal.model, *common_rows(a, b)):
        now = replace(now, model=model)
        yield Step(cause, words, now)
    now = replace(now, model=goal.model)
    if other_errors and by_rows:
        now = replace(now, cov=goal.cov)
        yield Step("covariance", f"{_kind(a)} or {_kind(b)}", now)
    for option, cause, said in () if of_rows else OPTIONS:
        old, new = now.options.get(option), goal.options.get(option)
        if str(old) != str(new) and new is not None:
            now = replace(now, options={**now.options, option: new})
            yield Step(cause, f"{said(old)} or {said(new)}", now)
    for field, cause, said in SETTINGS_OF_ROWS if of_rows else SETTINGS:
        old, new = getattr(now, field), getattr(goal, field)
        if not np.array_equal(old, new) and goal.cov is not None:
            now = replace(now, **{field: new})
            yield Step(cause, f"{said(old)} or {said(new)}", now)
    if goal.penalty is not None and not same_penalty:
        yield Step("penalty", f"{words_of(goal.penalty)} put on", goal)


def changes_of_models(now: Any, goal: Any, keep: Places | None, keep_goal: Places | None) -> Iterator[Change]:
    """One model made the other, one change at a time: rows that only one of them has, and in those of both the rest."""
    same_kind = now.title == goal.title
    for change in rows_taken(now, keep, ("first", "second")):
        yield change
        now = change[2]
    target = goal if keep_goal is None else subset(goal, keep_goal)
    if target.facts.is_regression:
        for change in changes_of_columns(now, target):
            yield change
            now = change[2]
        if not same_data(now, target):
            yield UNKNOWN, f"what differs in the models is none of: {TRIED}", target
    elif same_kind:
        changes: Any = nearest(CHANGES, target)
        yield from changes(now, target)
    else:
        yield "likelihood", f"{now.title} or {goal.title}", target
    yield from rows_added(goal, keep_goal)


Change = tuple[str, str, Any]
"""A cause, its words, and the model after it."""

UNKNOWN = "unknown"

TRIED = (
    "penalty, covariance, rows, outcome, weights, offset, intercept, scaling, values of columns, other columns, "
    "likelihood, information, dispersion, degrees of freedom"
)
"""What was tried before a difference is called unknown."""

MOST_CHANGES = 60
"""Changes of columns between two fits."""


def changes_of_columns(now: Model, target: Model) -> Iterator[tuple[str, str, Model]]:
    """Outcome, weights, offset, columns and likelihood of the first made those of the second, one at a time."""
    changes = (_outcome, _weights, _offset, other_intercept, other_scaling, other_values, other_columns, _likelihood)
    for change in changes:
        for _ in range(MOST_CHANGES):
            found = change(now, target)
            if found is None:
                break
            yield found
            now = found[2]


def same_data(now: Model, target: Model) -> bool:
    """Have both the same numbers, columns and likelihood?"""
    rows, others = now.rows, target.rows
    pairs = [(rows.X, others.X), (rows.y, others.y)]
    return all(x.shape == y.shape and np.allclose(x, y, rtol=1e-9, atol=1e-12) for x, y in pairs) and all(
        change(now, target) is None for change in (_weights, _offset, _likelihood)
    )


def rows_taken(model: Regression, keep: Places | None, which: tuple[str, str]) -> Iterator[Change]:
    """The rows that the other fit does not have taken out of a model: first those that stand in it again. `which` are
    the fit of the model and the other one.
    """
    n = rows_in(model)
    if keep is None or len(keep) == n:
        return
    gone = np.setdiff1d(np.arange(n), keep)
    again = repeated(model, gone, keep)
    if len(again):
        words = f"{len(again)} rows stand in the {which[0]} fit once more, with the same values"
        rest = np.setdiff1d(np.arange(n), again) if len(again) < len(gone) else keep
        yield "rows repeated", words, subset(model, rest)
    if len(again) < len(gone):
        words = f"{len(gone) - len(again)} rows that the {which[1]} fit does not have"
        yield "rows dropped", words, subset(model, keep)


def rows_added(model: Regression, keep: Places | None) -> Iterator[Change]:
    """The same on the way back, to the rows of the second fit."""
    taken = [*rows_taken(model, keep, ("second", "first"))]
    for k in reversed(range(len(taken))):
        yield taken[k][0], taken[k][1], taken[k - 1][2] if k else model


def subset(model: Any, places: NDArray[np.intp]) -> Any:
    """The model of some of its rows."""
    if np.array_equal(places, np.arange(rows_in(model))):
        return model
    return model.taken(places) if model.facts.is_partial else model.subset(places)


def _outcome(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    y, other, likelihood = now.rows.y, goal.rows.y, now.likelihood
    changed = replace(now, rows=replace(now.rows, y=other), labels=goal.labels)
    if now.categories is not None and goal.categories is not None and now.labels and goal.labels:
        one, two = (np.array([str(label) for label in m.labels or ()])[m.rows.y.astype(int)] for m in (now, goal))
        if now.labels[0] != goal.labels[0] and set(now.labels) == set(goal.labels) and (one == two).all():
            words = f"category {now.labels[0]!r} or {goal.labels[0]!r} is the reference"
            return "reference level", words, changed
        if np.array_equal(y, other) or set(now.labels) != set(goal.labels):
            return None
        return "other outcome", f"{np.count_nonzero(one != two)} values of the outcome differ", changed
    if y.shape != other.shape or np.array_equal(y, other):
        return None
    binary = len(likelihood.parts) == 1 and {*np.unique(y), *np.unique(other)} <= {0.0, 1.0}
    if binary and np.mean(y != other) > FLIPPED:
        turned = replace(changed, rows=replace(now.rows, y=1.0 - y))
        first, second = ((1, 0) if m.labels is None else m.labels[::-1] for m in (now, goal))
        said = f"P({now.outcome_name} = {first[0]!r}) or P({goal.outcome_name} = {second[0]!r})"
        return "sign of the outcome", said if first[0] != second[0] else "1 and 0 are exchanged", turned
    if y.ndim == 1 and not likelihood.outcome.has_labels and (units := in_units(y, other)) is not None:
        try:
            likelihood.check(units)
            return "scaling", "the outcome in other units", replace(changed, rows=replace(now.rows, y=units))
        except StattoolsError:  # of which these values are no outcome
            pass
    likelihood.check(other)  # refused where these have no likelihood
    differ = y != other if y.ndim == 1 else (y != other).any(axis=1)
    how = done_to(y, other) if y.ndim == 1 else ""
    return "other outcome", f"{np.count_nonzero(differ)} values of the outcome differ{how}", changed


FLIPPED = 0.9
"""Rows whose outcome is the other one where the outcome is turned round."""


def _weights(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    mine, theirs = ((m.rows.weight, m.rows.precision) for m in (now, goal))
    if all(_same_values(x, y, 1.0) for x, y in zip(mine, theirs, strict=True)):
        return None
    rows = replace(now.rows, weight=theirs[0], precision=theirs[1])
    one, two = ("no weights" if all(v is None for v in m) else "weights" for m in (mine, theirs))
    return "weights", f"{one} or {two if one != two else 'other weights'}", replace(now, rows=rows)


def _offset(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    if _same_values(now.rows.offset, goal.rows.offset, 0.0):
        return None
    said = "an offset or none" if goal.rows.offset is None else "none or an offset"
    return "offset", said, replace(now, rows=replace(now.rows, offset=goal.rows.offset))


def _likelihood(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    if same_family(now, goal):
        return None
    one, two = ((m.title, " and ".join(f"{name}=" for name in m.likelihood.facts.added) or "none") for m in (now, goal))
    said = f"{one[0]} or {two[0]}" if one[0] != two[0] else f"{one[1]} or {two[1]}"
    return "likelihood", said, goal


def _same_values(x: Floats | None, y: Floats | None, default: float) -> bool:
    one, two = (np.asarray(default if v is None else v) for v in (x, y))
    return bool(np.allclose(one, two, rtol=1e-12, atol=1e-14))


def _same_penalty(a: Recipe, b: Recipe) -> bool:
    p, q = a.penalty, b.penalty
    if not isinstance(p, Shrinkage) or not isinstance(q, Shrinkage):
        return p == q
    columns = a.model.terms == b.model.terms and np.array_equal(a.model.rows.X, b.model.rows.X)
    if not (columns and np.allclose(p.quadratic, q.quadratic) and np.allclose(p.absolute, q.absolute)):
        return False
    return a.model.names == b.model.names or (not p.absolute.any() and _is_centered(p.quadratic, a.model))


def _is_centered(quadratic: Floats, model: Model) -> bool:
    """Is a quadratic penalty of a softmax regression the same function whichever category is the reference?"""
    other = np.eye(model.predictor.width)
    other[:, 0] = -1.0  # coefficients against the first category, from those against the reference
    change = np.kron(other, np.eye(len(model.terms)))
    return np.allclose(change.T @ quadratic @ change, quadratic)


def _df_said(df: float | Floats | None) -> str:
    if df is None:
        return "t with n - p degrees of freedom"
    if np.ndim(df):
        return f"t with {np.min(df):.3g} to {np.max(df):.3g} degrees of freedom"
    return f"t with {df:.0f} degrees of freedom" if np.isfinite(df) else "normal"


def _same_cov(a: object, b: object) -> bool:
    if isinstance(a, Cluster) and isinstance(b, Cluster):
        pairs = ((a.groups, b.groups), (a.second, b.second))
        alike = (a.correction, a.kind) == (b.correction, b.kind)
        return alike and all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in pairs)
    return type(a) is type(b) and not isinstance(a, Cluster) and a == b


def _kind(foreign: Foreign) -> str:
    return {"nonrobust": "information"}.get(foreign.said, foreign.said)


def require_rows(foreign: Foreign) -> Foreign:
    """IncompatibleError for a fit that is of no regression: one setting after the other is changed of those."""
    model = foreign.model
    of_groups = model.facts.is_mixed and model.summed is None
    if foreign.recipe.of_rows or of_groups or model.facts.is_partial:
        return foreign
    raise IncompatibleError(
        f"explain is for regressions in memory; {foreign.name} has a fit of {model.title}. st.audit(fit) says of each "
        "of the two how far it is from the maximum, and which likelihood it is of."
    )


def require_regressions(a: Foreign, b: Foreign) -> None:
    """IncompatibleError for fits that have no coefficients in common."""
    if a.recipe.of_rows != b.recipe.of_rows:
        raise IncompatibleError(
            f"explain is for regressions of one kind; {a.name} has a fit of {a.model.title}, and {b.name} one of "
            f"{b.model.title}."
        )
    names = {plain_name(n) for n in a.model.names} & {plain_name(n) for n in b.model.names}
    if not names:
        raise IncompatibleError(
            f"explain compares coefficients, and {a.name} and {b.name} have none in common, by name or by the values "
            f"of their columns and outcomes: {', '.join(a.model.names[:4])} and {', '.join(b.model.names[:4])}. Give "
            "both fits the same rows, with the same names of columns and categories."
        )


def renamed(a: Foreign, b: Foreign) -> tuple[Foreign, tuple[str, ...]]:
    """b in the names of a, and a note on each name that was changed."""
    if a.model.facts.is_mixed and b.model.facts.is_mixed:
        return _with_groups(a, b)
    if a.model.kind == "custom" or not a.model.facts.is_regression or not b.model.facts.is_regression:
        return b, ()
    try:
        here, there = common_rows(a, b)
    except StattoolsError:  # rows that only names of columns could match
        return b, ()
    one, two = (m if rows is None else subset(m, rows) for m, rows in ((a.model, here), (b.model, there)))
    if len(one.rows.X) != len(two.rows.X):
        return b, ()
    columns, categories = _columns(one, two), _categories(one, two)
    if not columns and not categories:
        return b, ()
    design = replace(b.model.design, names=tuple(columns.get(term, term) for term in b.model.terms))
    labels = b.model.labels
    if labels is not None and categories:
        labels = tuple(categories[label] for label in labels)
    pairs = [f"{old} is {new}" for old, new in (*columns.items(), *categories.items())]
    note = f"matched by their values, second fit to first: {', '.join(pairs[:8])}{', ...' if len(pairs) > 8 else ''}."
    model = replace(b.model, design=design, labels=labels)
    return replace(b, recipe=replace(b.recipe, model=model)), (note,)


def _with_groups(a: Foreign, b: Foreign) -> tuple[Foreign, tuple[str, ...]]:
    """b with the random terms of a under their names, where the groups are the same rows and effects."""
    mine, theirs = a.model.random, b.model.random
    pairs = list(zip(mine, theirs, strict=False))
    if len(mine) != len(theirs) or all(one.name == two.name for one, two in pairs):
        return b, ()
    if not all(same_groups(one.codes, two.codes) and one.z.shape == two.z.shape for one, two in pairs):
        return b, ()
    terms = tuple(replace(two, name=one.name, group=one.group, columns=one.columns) for one, two in pairs)
    model = replace(b.model, read=replace(b.model.read, terms=terms))
    told = ", ".join(f"{two.name} is {one.name}" for one, two in pairs if one.name != two.name)
    return replace(b, recipe=replace(b.recipe, model=model)), (
        f"matched by their values, second fit to first: {told}.",
    )


def same_groups(one: NDArray[np.intp], two: NDArray[np.intp]) -> bool:
    """Are the same rows together?"""
    if one.shape != two.shape:
        return False
    both = len(np.unique(np.column_stack([one, two]), axis=0))
    return both == len(np.unique(one)) == len(np.unique(two))


def _columns(a: Model, b: Model) -> dict[str, str]:
    """New names of the columns of b that have no namesake in a, but a twin."""
    mine, theirs = ({plain_name(term) for term in model.terms} for model in (a, b))
    free = [k for k, term in enumerate(a.terms) if plain_name(term) not in theirs]
    found: dict[str, str] = {}
    for j, term in enumerate(b.terms):
        if plain_name(term) in mine:
            continue
        x = b.rows.X[:, j]
        twin = next((k for k in free if np.allclose(a.rows.X[:, k], x, rtol=1e-9, atol=0.0)), None)
        if twin is not None:
            free.remove(twin)
            found[term] = a.terms[twin]
    return found


def _categories(a: Model, b: Model) -> dict[object, object]:
    """The labels of a, by the labels of b; empty where they are the same or not one to one."""
    if a.categories is None or b.categories is None or a.labels is None or b.labels is None:
        return {}
    if set(map(str, a.labels)) == set(map(str, b.labels)) or len(a.labels) != len(b.labels):
        return {}
    pairs = set(zip(b.rows.y.astype(int).tolist(), a.rows.y.astype(int).tolist(), strict=True))
    if len(pairs) != len(a.labels) or len({j for j, _ in pairs}) != len(pairs):
        return {}
    return {b.labels[j]: a.labels[k] for j, k in sorted(pairs)}


def vectors(own: tuple[str, ...], numbers: Numbers, names: list[str], unit: Floats) -> dict[str, Floats]:
    """Estimates in standard errors (0 for what is not there), log standard errors and ends of intervals (NaN there)."""
    place = [names.index(plain_name(name)) for name in own]
    estimate, se, ends = np.zeros(len(names)), np.full(len(names), np.nan), np.full((2, len(names)), np.nan)
    estimate[place] = numbers.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        se[place] = np.log(numbers.se)
    ends[0, place], ends[1, place] = numbers.lower, numbers.upper
    return {"estimates": estimate / unit, "se": se, "intervals": (ends / unit).ravel()}


def gap(start: Floats, end: Floats) -> Floats:
    """The differences of two sets of numbers, NaN where one of them is not finite."""
    with np.errstate(invalid="ignore"):
        gap = end - start
    return np.where(np.isfinite(gap), gap, np.nan)


def largest(gap: Floats) -> float:
    """The largest difference in absolute value; NaN where none is finite."""
    return float(np.nanmax(np.abs(gap))) if np.isfinite(gap).any() else float("nan")


def ratio(x: Floats, y: Floats) -> float:
    """By how much the ratio of two sets of numbers differs from 1 at most."""
    both = np.isfinite(x) & np.isfinite(y)
    return float(np.abs(x[both] / y[both] - 1.0).max()) if both.any() else 0.0


def share(last: Floats, now: Floats, gap: Floats) -> float:
    """Which share of a gap a step explains: its projection on the gap."""
    used = np.isfinite(gap) & np.isfinite(last) & np.isfinite(now)
    return float((now[used] - last[used]) @ gap[used] / (gap[np.isfinite(gap)] @ gap[np.isfinite(gap)]))


SAME = 1e-4
"""Numbers closer than this, in standard errors, are the same."""

LOOSE = 0.05
"""A converged loop with its usual tolerance stops this many standard errors from the maximum, not farther."""

MaximumStep = tuple[str, str, tuple[str, ...], Numbers | None]
"""A cause, its words, the names and the numbers after it, None where there are none."""


def steps_to_maximum(foreign: Foreign, notes: list[str]) -> Iterator[MaximumStep]:
    """From the printed numbers to the maximum of their own recipe: standard errors of another kind first, then where
    the numbers are, each with its reason, where it is not there already.
    """
    recipe, theta = foreign.recipe, foreign.numbers.estimate
    try:
        maximum = recipe.maximum(theta)
        numbers = recipe.numbers(maximum)
    except StattoolsError as error:
        notes.append(f"{foreign.name}: {error.message.split('. ')[0]}.")
        yield "no maximum", "the numbers are where a loop stopped", foreign.names, None
        return
    plain = recipe if recipe.cov is not None else recipe.plain
    se = plain.se(maximum)
    apart = (np.abs(theta - maximum) / se)[np.isfinite(se)]  # of variances there are none
    wrong = ratio(foreign.numbers.se, numbers.se)
    if apart.max() <= SAME and wrong <= SAME:
        return
    if apart.max() <= SAME:
        found = [*_causes(foreign), "standard errors of another kind"]
        yield found[0], f"{foreign.name} labels its standard errors {foreign.said}", foreign.names, numbers
        return
    if (cause := _of_errors(foreign, maximum)) is not None:
        words = f"{foreign.name} labels its standard errors {foreign.said}"
        yield cause, words, foreign.names, recipe.numbers(theta)
    said = f"{foreign.name} is {apart.max():.2g} standard errors from the maximum of what it claims"
    yield _reason(foreign, float(apart.max())), said, foreign.names, numbers


def steps_from_maximum(foreign: Foreign, notes: list[str]) -> Iterator[MaximumStep]:
    """The steps of `steps_to_maximum` on the way back, of the second fit."""
    there = list(steps_to_maximum(foreign, notes))
    for k in reversed(range(len(there))):
        cause, words, names, _ = there[k]
        yield cause, f"{words} (second fit)", names, there[k - 1][3] if k else foreign.numbers


def _of_errors(foreign: Foreign, maximum: Floats) -> str | None:
    """Why standard errors are not those of their label, at the point that was printed either; None where they are."""
    recipe, se = foreign.recipe, foreign.numbers.se
    if not recipe.of_rows or recipe.cov is None or not np.isfinite(se).any():
        return None
    try:
        there = recipe.se(foreign.numbers.estimate)
    except StattoolsError:  # not curved as at a maximum
        return None
    found = check_errors(foreign, maximum)[1]
    return None if found is None or not found.serious or ratio(se, there) <= WRONG else found.cause


def _reason(foreign: Foreign, gap: float) -> str:
    """Why numbers are this far from the maximum that they claim: as an audit says, or not converged where little."""
    known = _causes(foreign)
    if foreign.recipe.penalty is not None:  # which is part of the claim
        known = [cause for cause in known if cause != "penalty"]
    if gap <= LOOSE or "stopped early" in known or foreign.converged is False:
        return "not converged"
    return "unknown" if not known or "not the maximum" in known else known[0]


def _causes(foreign: Foreign) -> list[str]:
    return [finding.cause for finding in gather(foreign).serious]


TRIED_REFITS = (
    "penalty, covariance, rows, outcome, weights, strata, columns, ties, random effects, REML, "
    "degrees of freedom, level"
)

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

SETTINGS_OF_ROWS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("information", "expected or observed information", str),
    ("divisor", "dispersion", lambda value: {"n": "RSS / n", "n - p": "RSS / (n - p)"}.get(value, f"{value}")),
    ("dispersion", "dispersion", said_of),
    ("df", "normal or t", _df_said),
    ("level", "level", lambda value: f"{value:g}"),
    ("interval", "Wald or profile", str),
)
"""Those of a regression of single rows."""


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
        learned = [(of.part.k, of.least, of.step, of.middle) for of in (one.design, two.design)]
        if learned[0] != learned[1] or not np.array_equal(one.wiggles, two.wiggles):
            yield "another basis", f"{one.name} has other knots, or another middle, learned from other rows", target
            return
        if not np.array_equal(one.first, two.first) or not alike(one.values, two.values):
            yield "other values", f"the variable of {one.name} has other values", target
            return


def _of_times(now: CoxRegression, target: CoxRegression) -> Iterator[Change]:
    parts = (
        (("time", "event", "entry"), "other outcome", "times, events or entries differ"),
        (("weights",), "weights", "no weights or weights"),
        (("labels", "asked"), "strata", "rows are in other strata"),
    )
    for names, cause, words in parts:
        if not all(_same_part(getattr(now.said, name), getattr(target.said, name)) for name in names):
            fields = ("numbers" if name == "weights" else name for name in names)
            said = replace(now.said, **{name: getattr(target.said, name) for name in fields})
            now = _with(now, said, now.X, now.design)
            yield cause, words, now
    for change in (other_scaling, other_values, other_columns):
        for _ in range(MOST_CHANGES):
            found = change(_refit_columns(now), _refit_columns(target))
            if found is None:
                break
            design = target.design if change is other_columns else now.design
            now = _with(now, now.said, np.asarray(found[2].rows.X)[:, 1:], design)
            yield found[0], found[1], now
    if now.ties != target.ties:
        yield "ties", f"{now.ties.title()}'s or {target.ties.title()}'s ties".replace("Exact's", "exact"), target
    elif not alike(now.X, target.X):
        yield UNKNOWN, f"what differs in the models is none of: {TRIED_REFITS}", target


def _same_part(one: Any, two: Any) -> bool:
    if isinstance(one, dict) or isinstance(two, dict):
        return str(one) == str(two) and all(_same_part(one[key][0], two[key][0]) for key in one if len(one[key]) == 2)
    return (one is None) == (two is None) and (one is None or np.array_equal(one, two))


def _refit_columns(model: CoxRegression) -> Model:
    """The columns of a regression of times beside the constant that its baseline hazard has, as a linear model."""
    X = np.column_stack([np.ones(len(model.X)), model.X])
    return bound("ols", np.asarray(model.said.time, dtype=float), X, ["Intercept", *model.terms])


def _with(model: CoxRegression, said: SurvivalRows, X: object, design: Design) -> CoxRegression:
    sets = sets_of(said)
    return replace(model, said=said, X=X, sets=sets, design=design, Z=centered(columns_at_risk(X, sets), sets))


CHANGES: dict[type, Callable[[Any, Any], Iterator[Change]]] = {MixedModel: _of_mixed, CoxRegression: _of_times}
"""By the class of a model how its data are made those of another one."""

QUANTITIES = ("estimates", "se", "intervals")


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Faces):
    """The answer of `st.explain`.

    `same` is True where estimates, standard errors and intervals agree; `ok` where at least 99 % of every difference
    is explained. `rows` has cause, words, and the shares of the difference in estimates, se and intervals (NaN where
    one of the fits has none, or they do not differ); shares add to 1 and may be negative, where one cause hides
    another. `differences` are the largest differences in standard errors (as a ratio less 1 for se).
    """

    names: tuple[str, str]
    rows: pd.DataFrame
    same: bool
    ok: bool
    sentence: str
    differences: dict[str, float]
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row per cause, in the order in which they were removed, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        causes = "the same" if self.same else "; ".join(self.rows["cause"])
        return headline(self, "", " and ".join(self.names), causes)

    def _page(self) -> Page:
        head = ["cause", "", *(f"of {name}" for name in QUANTITIES)]
        body = [
            [row["cause"], row["words"], *(_percent(float(row[name])) for name in QUANTITIES)]
            for row in self.rows.to_dict("records")
        ]
        table = ["", "Shares of the difference:", "", Grid(head, body, "lprrr")] if body else []
        notes = [f"Note: {note}" for note in self.notes]
        return Page(self.sentence, *table, *([""] if notes else []), *notes)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


def explain(
    a: object,
    b: object,
    /,
    *,
    data: object = None,
    X: object = None,
    y: object = None,
    weights: object = None,
    offset: object = None,
    intervals: tuple[str, str] = ("wald", "wald"),
) -> Explanation:
    """Why do two fits of the same data differ? An `Explanation` with the causes and the share of each.

    The fits are `st.fit(...)`, results of statsmodels or estimators of scikit-learn in any pair; estimators need `X=`
    and `y=`, or `data=` (and `y=`, the name of the outcome, if the other fit has no formula). Causes: penalty,
    covariance, rows dropped or repeated, sign of the outcome, other outcome, weights, strata, offset, intercept,
    scaling, other values of a column, reference level, another basis, other columns, likelihood, ties, random effects,
    REML or ML, expected or observed information, dispersion, normal or t, Wald or profile (`intervals` are the kinds of
    the two fits), and numbers that are not the maximum of what they claim. Each is proven by a refit that removes it;
    what no refit removes is "unknown", with what was tried. Columns and categories under other names are matched by
    their values, which a note tells.
    Raises IncompatibleError for fits that have nothing in common, DomainError for rows that are not of the same
    data.

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 5.0, 8.0, 7.0], "x": [0, 1, 2, 3, 4]}
    >>> why = st.explain(st.fit(st.ols("y ~ x", table)), st.fit(st.ols("y ~ 0 + x", table)))
    >>> why.rows[["cause", "estimates"]].round(6).to_numpy().tolist()
    [['intercept', 1.0]]
    """
    kinds = several(intervals)
    if len(kinds) != 2 or not all(isinstance(kind, str) for kind in kinds):
        raise DomainError(
            f"explain needs intervals=, the kinds of both, such as ('wald', 'profile'); got {quoted(intervals)}."
        )
    both = zip(map(require_rows, _read((a, b), data, X, y, weights, offset)), kinds, strict=True)
    first, second = (_with_interval(one, kind) for one, kind in both)
    second, notes = renamed(first, second)
    require_regressions(first, second)
    found = _explained(first, second)
    return replace(found, notes=(*notes, *found.notes))


def _read(
    fits: tuple[object, object], data: object, X: object, y: object, weights: object, offset: object
) -> list[Foreign]:
    """The descriptions of both; an estimator does not say what its outcome was, which is that of the other fit."""
    told = [None if lacks_rows(fit) else described(fit) for fit in fits]
    names = [require_rows(one).model.outcome_name for one in told if one is not None]
    y = names[0] if y is None and data is not None and names else y
    arrays = {"X": X, "y": y, "weights": weights, "offset": offset}
    return [described(fit, data, **arrays) if one is None else one for fit, one in zip(fits, told, strict=True)]


def _with_interval(foreign: Foreign, kind: str) -> Foreign:
    """The description with intervals of another kind, for fits of our own."""
    if kind == "wald" or not np.isfinite(foreign.numbers.se).any():
        return foreign
    if not foreign.recipe.of_rows:
        raise IncompatibleError(
            f"explain compares Wald intervals of a {foreign.model.title}; got intervals= with {kind!r}. Leave it out."
        )
    recipe: Any = replace(foreign.recipe, interval=kind)
    made = recipe.numbers(foreign.numbers.estimate)
    return replace(foreign, recipe=recipe, numbers=foreign.numbers._replace(lower=made.lower, upper=made.upper))


def _explained(a: Foreign, b: Foreign) -> Explanation:
    import pandas as pd

    names = list(dict.fromkeys(plain_name(name) for f in (a, b) for name in f.names))
    unit = _units(a, b, names)
    start, end = vectors(a.names, a.numbers, names, unit), vectors(b.names, b.numbers, names, unit)
    gaps = {name: gap(start[name], end[name]) for name in QUANTITIES}
    reach = {name: largest(gaps[name]) for name in QUANTITIES}
    different = {name for name, value in reach.items() if value > SAME}
    title = f"{a.name} and {b.name}"
    if not np.isfinite(a.numbers.estimate).all() or not np.isfinite(b.numbers.estimate).all():
        return _without_numbers(a, b, reach)
    if not different:
        none = pd.DataFrame(columns=["cause", "words", *QUANTITIES])
        return Explanation((a.name, b.name), none, True, True, f"{title} are the same.", reach)
    for one in (a, b) if a.recipe.of_rows else ():
        one.model.rows.at_hand(
            "explain goes from one fit to the other over rows in memory",
            one.name,
            "Compare fits of a sample in memory.",
        )
    told: list[dict[str, Any]] = []
    last, pending, notes = start, [], []
    for cause, words, own, numbers in _states(a, b, notes):
        if numbers is None:
            pending.append((cause, words))
            continue
        now = vectors(own, numbers, names, unit)
        shares = {
            name: share(last[name], now[name], gaps[name]) if name in different else np.nan for name in QUANTITIES
        }
        causes = [*pending, (cause, words)]
        pending, last = [], {name: now[name] if np.isfinite(now[name]).any() else last[name] for name in QUANTITIES}
        if any(abs(share) > 1e-6 for share in shares.values() if np.isfinite(share)):
            cause = " and ".join(dict.fromkeys(c for c, _ in causes))
            told.append({"cause": cause, "words": "; ".join(dict.fromkeys(w for _, w in causes))} | shares)
    rows = _merged(pd.DataFrame(told, columns=["cause", "words", *QUANTITIES]))
    left = rows[[UNKNOWN in cause for cause in rows["cause"]]]
    ok = bool((left[list(QUANTITIES)].abs().fillna(0.0).to_numpy() <= 0.01).all())
    return Explanation((a.name, b.name), rows, False, ok, _sentence(title, rows, reach, different), reach, tuple(notes))


def _states(a: Foreign, b: Foreign, notes: list[str]) -> Iterator[tuple[str, str, tuple[str, ...], Numbers | None]]:
    """(cause, words, names, numbers) along the way; numbers are None where a refit has no maximum."""
    yield from steps_to_maximum(a, notes)
    near = a.numbers.estimate
    for cause, words, recipe in steps(a, b):
        goal = b.numbers.estimate if len(b.numbers.estimate) == len(recipe.names) else near
        try:
            numbers = recipe.numbers(recipe.maximum(goal))
        except StattoolsError as error:
            notes.append(f"{cause}: {error.message.split('. ')[0]}.")
            numbers = None
        yield cause, words, recipe.names, numbers
    yield from steps_from_maximum(b, notes)
    tried = TRIED if a.recipe.of_rows else TRIED_REFITS
    yield UNKNOWN, f"no refit removes it; tried: {tried}", b.names, b.numbers


def _units(a: Foreign, b: Foreign, names: list[str]) -> Floats:
    """A standard error for every name, the smaller of those that the two points give."""
    unit = np.full(len(names), np.nan)
    for foreign in (a, b):
        try:
            se = foreign.recipe.plain.se(foreign.numbers.estimate)
        except (StattoolsError, ValueError):
            continue
        for name, value in zip(foreign.names, se, strict=True):
            place = names.index(plain_name(name))
            unit[place] = np.fmin(unit[place], value)
    return np.where(np.isfinite(unit) & (unit > 0), unit, 1.0)


def _merged(rows: Any) -> Any:
    """Causes that come twice, as a penalty that goes off and on, as one."""
    if not len(rows):
        return rows
    shares = {name: (name, lambda part: part.sum(min_count=1)) for name in QUANTITIES}
    made = rows.groupby("cause", sort=False).agg(words=("words", "; ".join), **shares).reset_index()
    least = [5e-4 if cause in (UNKNOWN, "not converged") else 1e-6 for cause in made["cause"]]
    big = made[list(QUANTITIES)].abs().gt(least, axis=0).any(axis=1)
    return made[big].reset_index(drop=True)


def _percent(share: float) -> str:
    return "—" if not np.isfinite(share) else f"{100.0 * share:.1f} %"


def _sentence(title: str, rows: Any, largest: dict[str, float], different: set[str]) -> str:
    parts = []
    for name in QUANTITIES:
        if name not in different:
            continue
        ranked = rows[rows[name].abs() > 0.005].sort_values(name, ascending=False, key=np.abs)
        why = ", ".join(
            f"{cause} {_percent(share)}" for cause, share in zip(ranked["cause"], ranked[name], strict=True)
        )
        how = f"by a ratio of up to {np.exp(largest[name]):.3g}" if name == "se" else f"by up to {largest[name]:.2g} se"
        word = {"se": "standard errors"}.get(name, name)
        parts.append(f"{word} differ {how} ({why or 'no cause found'})")
    return f"{title}: {'; '.join(parts)}."


def _without_numbers(a: Foreign, b: Foreign, largest: dict[str, float]) -> Explanation:
    """One of the fits is NaN: no difference to divide, but a cause."""
    import pandas as pd

    told = []
    for foreign in (a, b):
        if not np.isfinite(foreign.numbers.estimate).all():
            found = gather(foreign).serious
            told += [{"cause": one.cause, "words": f"{foreign.name}: {one.evidence}"} for one in found]
    rows = pd.DataFrame(told).assign(**dict.fromkeys(QUANTITIES, np.nan))
    causes = "; ".join(dict.fromkeys(rows["cause"]))
    sentence = f"{a.name} and {b.name} cannot be compared: one of them is not finite. Cause: {causes}."
    return Explanation((a.name, b.name), rows, False, False, sentence, largest)
