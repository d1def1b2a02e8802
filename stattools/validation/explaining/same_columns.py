"""Two fits of the same arrays under other names: columns and categories of the second get the names of the first.

Names are matched by what they stand for: a column by its values, a category by the rows that have it. What has no
twin keeps its name.

Two fits as vectors in standard errors, and the part of their difference that one step makes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.validation.explaining.other_columns import plain_name
from stattools.validation.explaining.row_matching import common_rows
from stattools.validation.explaining.way_between_fits import subset
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.recipe import Numbers


def renamed(a: Foreign, b: Foreign) -> tuple[Foreign, tuple[str, ...]]:
    """b in the names of a, and a note on each name that was changed."""
    if isinstance(a.model, MixedModel) and isinstance(b.model, MixedModel):
        return _with_groups(a, b)
    if a.model.kind == "custom" or not isinstance(a.model, Model) or not isinstance(b.model, Model):
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


def same_groups(one: Any, two: Any) -> bool:
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


def _categories(a: Model, b: Model) -> dict[Any, Any]:
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
