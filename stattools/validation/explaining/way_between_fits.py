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

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance import HAC, Cluster
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.explaining.other_columns import (
    other_columns,
    other_intercept,
    other_scaling,
    plain_name,
    same_family,
)
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
    if keep_a is not None and len(keep_a) < len(now.model.rows.X):
        gone = len(now.model.rows.X) - len(keep_a)
        now = replace(now, model=subset(now.model, keep_a))
        yield Step("rows dropped", f"{gone} rows that the second fit does not have", now)
    target = goal.model if keep_b is None else subset(goal.model, keep_b)
    for change in (_outcome, _weights, _offset, other_intercept, other_scaling, other_columns, _likelihood):
        found = change(now.model, target)
        if found is not None:
            cause, words, model = found
            now = replace(now, model=model)
            yield Step(cause, words, now)
    now = replace(now, model=target)
    if keep_b is not None and len(keep_b) < len(goal.model.rows.X):
        now = replace(now, model=goal.model)
        yield Step("rows dropped", f"{len(goal.model.rows.X) - len(keep_b)} rows that the first fit does not have", now)
    now = replace(now, model=goal.model)
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


def common_rows(a: Foreign, b: Foreign) -> tuple[NDArray[np.intp] | None, NDArray[np.intp] | None]:
    """Places in a and in b of the rows that both have; None, None where all rows are the same."""
    n, m = len(a.model.rows.X), len(b.model.rows.X)
    if a.rows is not None or b.rows is not None:
        left = np.arange(n) if a.rows is None else a.rows
        right = np.arange(m) if b.rows is None else b.rows
        if len(left) == len(right) and (left == right).all():
            return None, None
        _, i, j = np.intersect1d(left, right, return_indices=True)
        return i, j
    if n == m:
        return None, None
    keys_a, keys_b = _keys(a.model, b.model), _keys(b.model, a.model)
    short, long = (keys_a, keys_b) if n < m else (keys_b, keys_a)
    places, at = [], 0
    for key in short:
        while at < len(long) and not np.allclose(long[at], key, rtol=1e-9, atol=1e-12):
            at += 1
        if at == len(long):
            raise DomainError(
                f"the two fits have {n} and {m} rows, and the rows of one are not among those of the other in the same "
                "order: explain needs two fits of the same data."
            )
        places.append(at)
        at += 1
    whole = np.arange(len(short))
    return (whole, np.array(places)) if n < m else (np.array(places), whole)


def _keys(model: Model, other: Model) -> Floats:
    names, others = [plain_name(t) for t in model.terms], {plain_name(t) for t in other.terms}
    shared = sorted(name for name in names if name in others)
    columns = [model.rows.X[:, names.index(name)] for name in shared]
    return (
        np.column_stack([*columns, model.rows.y])
        if columns
        else np.asarray(model.rows.y).reshape(len(model.rows.y), -1)
    )


def subset(model: Model, places: NDArray[np.intp]) -> Model:
    """The model of some of its rows."""
    if len(places) == len(model.rows.X) and (places == np.arange(len(places))).all():
        return model
    return model.subset(places)


def _outcome(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    y, other = now.rows.y, goal.rows.y
    if now.categories is not None and goal.categories is not None and now.labels and goal.labels:
        if now.labels[0] == goal.labels[0] or set(now.labels) != set(goal.labels):
            return None
        words = f"category {now.labels[0]!r} or {goal.labels[0]!r} is the reference"
        return "reference level", words, replace(now, rows=replace(now.rows, y=other), labels=goal.labels)
    if y.shape != other.shape or np.array_equal(y, other):
        return None
    changed = replace(now, rows=replace(now.rows, y=other), labels=goal.labels)
    if len(now.likelihood.parts) == 1 and set(np.unique(y)) <= {0.0, 1.0} and np.array_equal(1.0 - y, other):
        first, second = ((1, 0) if m.labels is None else m.labels[::-1] for m in (now, goal))
        said = f"P({now.outcome_name} = {first[0]!r}) or P({goal.outcome_name} = {second[0]!r})"
        return "sign of the outcome", said if first[0] != second[0] else "1 and 0 are exchanged", changed
    now.likelihood.check(other)  # refused where these have no likelihood
    return "other outcome", f"{np.count_nonzero(y != other)} values of the outcome differ", changed


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
    """IncompatibleError for a fit whose rows are not independent: one setting after the other is changed of others."""
    if not isinstance(foreign.recipe, Recipe):
        raise IncompatibleError(
            f"explain is for regressions of single rows; {foreign.name} has a fit of {foreign.model.title}. "
            "st.audit(fit) says of each of the two how far it is from the maximum, and which likelihood it is of."
        )
    return foreign


def require_regressions(a: Foreign, b: Foreign) -> None:
    """IncompatibleError for fits that have no coefficients in common."""
    names = {plain_name(n) for n in a.model.names} & {plain_name(n) for n in b.model.names}
    if not names:
        raise IncompatibleError(
            f"explain compares coefficients, and {a.name} and {b.name} have none in common, by name or by the values "
            f"of their columns and outcomes: {', '.join(a.model.names[:4])} and {', '.join(b.model.names[:4])}. Give "
            "both fits the same rows, with the same names of columns and categories."
        )
