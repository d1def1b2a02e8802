"""The way from one fit to another: settings that differ, changed one at a time, each a recipe of its own.

    a's numbers -> a's maximum -> without a's penalty -> ... -> b's recipe -> b's numbers

Penalties come off first and go on last, so that columns, rows and weights change between maxima of plain likelihoods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError, StattoolsError
from stattools.inference.covariance import HAC, Cluster
from stattools.interface.arrays import Floats
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression
from stattools.validation.explaining.other_columns import (
    in_units,
    other_columns,
    other_intercept,
    other_scaling,
    plain_name,
    same_family,
)
from stattools.validation.explaining.other_values import done_to, other_values
from stattools.validation.explaining.row_matching import Places, common_rows, repeated, rows_in
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.foreign.shrinkage import Shrinkage
from stattools.validation.moment_dispersion import said_of


class Step(NamedTuple):
    """One cause: its name, what it is in these fits, and the recipe after it."""

    cause: str
    words: str
    recipe: Recipe


def steps(a: Foreign, b: Foreign) -> Iterator[Step]:
    """The recipes on the way from a's to b's, without those that change nothing."""
    now, goal = a.recipe, b.recipe
    keep_a, keep_b = common_rows(a, b)
    same_penalty = _same_penalty(now, goal)
    if now.penalty is not None and not same_penalty:
        now = replace(now, penalty=None, cov=now.cov or "information")
        yield Step("penalty", f"{_said(a.recipe.penalty)} taken off", now)
    if not isinstance(goal.cov, HAC | Cluster) and not _same_cov(now.cov, goal.cov) and goal.cov is not None:
        now = replace(now, cov=goal.cov)
        yield Step("covariance", f"{_kind(a)} or {_kind(b)}", now)
    for cause, words, model in rows_taken(now.model, keep_a, ("first", "second")):
        now = replace(now, model=model)
        yield Step(cause, words, now)
    target = goal.model if keep_b is None else subset(goal.model, keep_b)
    for cause, words, model in changes_of_columns(now.model, target):
        now = replace(now, model=model)
        yield Step(cause, words, now)
    if not same_data(now.model, target):
        now = replace(now, model=target)
        yield Step(UNKNOWN, f"what differs in the models is none of: {TRIED}", now)
    now = replace(now, model=target)
    for cause, words, model in rows_added(goal.model, keep_b):
        now = replace(now, model=model)
        yield Step(cause, words, now)
    if isinstance(goal.cov, HAC | Cluster) and not _same_cov(now.cov, goal.cov):
        now = replace(now, cov=goal.cov)
        yield Step("covariance", f"{_kind(a)} or {_kind(b)}", now)
    settings: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("information", "expected or observed information", str),
        ("divisor", "dispersion", lambda value: {"n": "RSS / n", "n - p": "RSS / (n - p)"}.get(value, f"{value}")),
        ("dispersion", "dispersion", said_of),
        ("df", "normal or t", _df_said),
        ("level", "level", lambda value: f"{value:g}"),
        ("interval", "Wald or profile", str),
    )
    for field, cause, said in settings:
        old, new = getattr(now, field), getattr(goal, field)
        if not np.array_equal(old, new) and goal.cov is not None:
            now = replace(now, **{field: new})
            yield Step(cause, f"{said(old)} or {said(new)}", now)
    if goal.penalty is not None and not same_penalty:
        yield Step("penalty", f"{_said(goal.penalty)} put on", goal)


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
    changes = (
        _outcome, _weights, _offset, other_intercept, other_scaling, other_values, other_columns, _likelihood,
    )  # fmt: skip
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


def rows_taken(model: Any, keep: Places | None, which: tuple[str, str]) -> Iterator[tuple[str, str, Any]]:
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


def rows_added(model: Any, keep: Places | None) -> Iterator[tuple[str, str, Any]]:
    """The same on the way back, to the rows of the second fit."""
    taken = [*rows_taken(model, keep, ("second", "first"))]
    for k in reversed(range(len(taken))):
        yield taken[k][0], taken[k][1], taken[k - 1][2] if k else model


def subset(model: Any, places: NDArray[np.intp]) -> Any:
    """The model of some of its rows."""
    if np.array_equal(places, np.arange(rows_in(model))):
        return model
    return model.taken(places) if model.is_partial else model.subset(places)


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
    one, two = ((m.title, " and ".join(f"{name}=" for name in m.likelihood.added) or "none") for m in (now, goal))
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


def _same_cov(a: Any, b: Any) -> bool:
    if isinstance(a, Cluster) and isinstance(b, Cluster):
        pairs = ((a.groups, b.groups), (a.second, b.second))
        alike = (a.correction, a.kind) == (b.correction, b.kind)
        return alike and all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in pairs)
    return type(a) is type(b) and not isinstance(a, Cluster) and a == b


def _said(penalty: Any) -> str:
    return penalty.words if isinstance(penalty, Shrinkage) else repr(penalty)


def _kind(foreign: Foreign) -> str:
    return {"nonrobust": "information"}.get(foreign.said, foreign.said)


def require_rows(foreign: Foreign) -> Foreign:
    """IncompatibleError for a fit that is of no regression: one setting after the other is changed of those."""
    model = foreign.model
    of_groups = isinstance(model, MixedModel) and getattr(model, "summed", None) is None
    if isinstance(foreign.recipe, Recipe) or of_groups or isinstance(model, CoxRegression):
        return foreign
    raise IncompatibleError(
        f"explain is for regressions in memory; {foreign.name} has a fit of {model.title}. st.audit(fit) says of each "
        "of the two how far it is from the maximum, and which likelihood it is of."
    )


def require_regressions(a: Foreign, b: Foreign) -> None:
    """IncompatibleError for fits that have no coefficients in common."""
    if isinstance(a.recipe, Recipe) != isinstance(b.recipe, Recipe):
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
