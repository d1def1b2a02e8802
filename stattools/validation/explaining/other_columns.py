"""Columns of two fits that differ: an intercept or none, other units, others altogether; each change gives a model."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from stattools.data.design.design import Design
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.predictor import linear_of
from stattools.models.regressions.binding import starting_point


def plain_name(name: str) -> str:
    """Names of the same column in different packages made one: `C(g)[T.b]` is `g[T.b]`.

    >>> plain_name("C(g)[T.b]"), plain_name("const"), plain_name("yes: C(g)[b]")
    ('g[T.b]', 'Intercept', 'yes: g[T.b]')
    """
    name = re.sub(r"C\(([^(),]+)[^()]*\)\[", r"\1[", name)
    name = re.sub(r"\[(?!T\.)([^\]]+)\]", r"[T.\1]", name)
    return re.sub(r"(^|: )const$", r"\1Intercept", name)


def with_columns(model: Model, X: Floats, design: Design) -> Model:
    """The same model of other columns, which are those of the design."""
    rows, predictor = replace(model.rows, X=X), linear_of(model.likelihood, design)
    start = starting_point(model.likelihood, predictor, rows)
    return replace(model, rows=rows, predictor=predictor, design=design, start=start)


def other_intercept(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """The cause, words and a model of it where only one of two models has an intercept; None otherwise."""
    here, there = (np.flatnonzero((np.ptp(m.rows.X, axis=0) == 0) & (m.rows.X[0] != 0)) for m in (now, goal))
    if (len(here) > 0) == (len(there) > 0) or _same_span(now.rows.X, goal.rows.X):
        return None
    if len(here):
        keep = np.setdiff1d(np.arange(len(now.terms)), here)
        design = replace(now.design, names=tuple(now.terms[k] for k in keep))
        return "intercept", "an intercept or none", with_columns(now, now.rows.X[:, keep], design)
    X = np.column_stack([goal.rows.X[:, there[0]], now.rows.X])
    design = replace(now.design, names=(goal.terms[there[0]], *now.terms))
    return "intercept", "none or an intercept", with_columns(now, X, design)


def other_scaling(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """Columns of the same name that are linear functions of each other, or of which one is such a function in another
    order of the rows or before it was rounded; what is left is then told by `other_values`.
    """
    names = [plain_name(term) for term in goal.terms]
    X, moved = now.rows.X.copy(), []
    for k, term in enumerate(now.terms):
        if plain_name(term) not in names:
            continue
        old, new = X[:, k], goal.rows.X[:, names.index(plain_name(term))]
        if np.array_equal(old, new) or np.ptp(old) == 0 or {*old.tolist(), *new.tolist()} <= {0.0, 1.0}:
            continue
        found = in_units(old, new)
        if found is not None:
            X[:, k] = found
            moved.append(term)
    if not moved:
        return None
    listed = ", ".join(moved[:6]) + (", ..." if len(moved) > 6 else "")
    return "scaling", f"{listed} in other units or centered", with_columns(now, X, now.design)


MOST_MISSED = 0.02
"""Of the variance of a column in other units what rounding may leave, for it to be seen in other units as well."""


def in_units(old: Floats, new: Floats) -> Floats | None:
    """The first column in the units of the second; None where they have the same, or nothing to do with each other."""
    spread, size = old.std(), max(float(np.abs(new).max()), np.finfo(float).tiny)
    line = np.column_stack([np.ones(len(old)), (old - old.mean()) / spread])
    made = line @ np.linalg.lstsq(line, new, rcond=None)[0]
    if np.abs(new - made).max() <= 1e-9 * size:
        return new
    for sign in (1.0, -1.0):
        one, other = np.sort(sign * old), np.sort(new)
        a, b = _ends(one, other)
        if np.abs(other - (a + b * one)).max() <= 1e-9 * size and _is_another(a, b * sign, old):
            return a + b * sign * old
    slope = float((made - made.mean()) @ (old - old.mean()) / (spread**2 * len(old)))
    shift = float(made.mean() - slope * old.mean())
    if (new - made).var() > MOST_MISSED * new.var() or not _is_another(shift, slope, old, 0.1):
        return None
    slope = 1.0 if abs(slope - 1.0) < 0.1 else float(f"{slope:.2g}")
    return slope * old + float(np.mean(new - slope * old)) * (abs(np.mean(new - slope * old)) > 0.1 * new.std())


def _ends(one: Floats, other: Floats) -> tuple[float, float]:
    """The line through the ends of two sorted columns."""
    b = float((other[-1] - other[0]) / (one[-1] - one[0]))
    return float(other[0] - b * one[0]), b


def _is_another(shift: float, slope: float, old: Floats, least: float = 1e-9) -> bool:
    return abs(slope - 1.0) > least or abs(shift) > least * max(old.std(), least * abs(old.mean()))


def other_columns(now: Model, goal: Model) -> tuple[str, str, Model] | None:
    """The cause, words and a model of it where two models have other columns; None where they have the same."""
    names, others = ([plain_name(t) for t in m.terms] for m in (now, goal))
    X, Z = now.rows.X, goal.rows.X
    of_predictors = sorted(names) == sorted(others) and all(
        np.array_equal(X[:, names.index(name)], Z[:, others.index(name)]) for name in names
    )
    if of_predictors:  # which read others of the same columns
        names, others = ([plain_name(name) for name in m.names] for m in (now, goal))
        if sorted(names) == sorted(others) or not same_family(now, goal):
            return None
    model = with_columns(now, Z, goal.design)
    mine, theirs = (sorted(set(x) - set(y)) for x, y in ((names, others), (others, names)))
    said = f"{', '.join(mine[:4]) or 'none'} or {', '.join(theirs[:4]) or 'none'}"
    if of_predictors or not _same_span(X, Z):
        return "other columns", said, model
    return "another basis" if any(BASIS.search(name) for name in (*mine, *theirs)) else "reference level", said, model


BASIS = re.compile(r"\b(poly|bs|ns|cr|cc|s|te|I|np\.power)\(")
"""Names of columns that are a basis of functions of a variable: another one spans the same functions."""


def same_family(now: Model, goal: Model) -> bool:
    """Do both have the same likelihood, with the same parameters?"""
    one, two = ((m.kind, m.title, m.likelihood.added) for m in (now, goal))
    return one == two


def _same_span(X: Floats, Z: Floats) -> bool:
    """Do the columns of both span the same space?"""
    if X.shape[1] != Z.shape[1]:
        return False
    size = np.abs(Z).max(axis=0)
    miss = Z - X @ np.linalg.lstsq(X, Z, rcond=None)[0]
    return bool((np.abs(miss).max(axis=0) <= 1e-8 * size).all())
