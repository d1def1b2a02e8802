"""Rows with some variables held at a value, the rows of one level, and the reference grid.

    held        every row as it is, with the variable at this value
    of a level  the rows that have it, each counted as it was
    grid        one row for each combination of the levels of categories, every number at its mean, all counted alike

A number of two values counts as a category where levels are asked for, as in R's emmeans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.effects.moved_levels import filled
from stattools.inference.effects.moved_rows import Population
from stattools.interface.arguments import several
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd

LARGEST_GRID = 100_000
"""Rows of a reference grid, at most."""


def holding(rows: Population, held: Mapping[str, Any]) -> Population:
    """The rows with variables at values."""
    if not held:
        return rows
    X, n = rows.X(held), len(rows.model.rows.X)
    columns = rows.columns
    if columns is not None:
        columns = dict(columns) | {name: filled(value, n) for name, value in held.items()}
    return replace(rows, columns=columns, model=replace(rows.model, rows=replace(rows.model.rows, X=X, low=None)))


def require_effect(rows: Population, name: str, over_grid: bool = False) -> None:
    """IncompatibleError for a variable on which the mean does not depend, as it stands in the formulas of other
    parameters alone, and over the grid, where the first linear predictor moves, for one that moves the mean by another.
    """
    model, design = rows.model, rows.model.design
    family, n_first = model.likelihood, model.predictor.n_first
    of_others = [family.formula_of(other) for other in list(family.parameters)[1:]]  # effects of groups have none
    used = [word for word, formula in design.beside.items() if name in formula.columns and word in of_others]
    if not used:
        return
    moves = (family.slope(model.eta(model.start)) != 0.0).any(axis=(0, 1))
    by_mean = {word for word, moved in zip(of_others, moves[n_first:], strict=True) if moved}
    first = design.parsed is not None and name in design.parsed.columns
    said = f"the formula of {' and '.join(used)}"
    if not first and not by_mean & set(used):
        raise IncompatibleError(
            f"the mean of {model.title} does not depend on {name!r}, which stands in {said} alone: it has no effect on "
            "the mean. fit.table() has its coefficients there; name other variables, as in variables=[...]."
        )
    if over_grid and by_mean & set(used):
        raise IncompatibleError(
            f'over="grid" moves one linear predictor, and the mean of {model.title} depends on {name!r} by '
            f"{said} too: leave over= out."
        )


def require_held(rows: Population, at: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of `at={"x": 1.0}` with their values, one each; DomainError for others."""
    if not all(isinstance(name, str) for name in at):
        raise DomainError(f'at= is "overall", "mean" or a dict of values by variable; got {quoted(at)}.')
    for name, value in at.items():
        rows.require(name)
        levels = rows.levels(name, ())
        if levels is None:
            good = isinstance(value, int | float | np.number) and np.isfinite(value)
        else:
            good = np.ndim(value) == 0 and value in levels
        if not good:
            has = "a finite number" if levels is None else f"one of its levels, {', '.join(map(repr, levels))}"
            raise DomainError(f"at= holds {name!r} at {has}; got {quoted(value)}.")
    return dict(at)


def levels_of(rows: Population, name: str) -> tuple[Any, ...] | None:
    """The levels of a category in their order, False and True, the values of a number that has two; else None."""
    if (ordered := rows.ordered_levels(name)) is not None:
        return tuple(ordered)
    if (found := rows.levels(name, ())) is not None:
        return found
    if rows.elsewhere is not None:
        return None
    values = np.unique(np.asarray(rows.column(name), dtype=float)).tolist()
    return tuple(values) if len(values) <= 2 else None


def cells(rows: Population, by: Any) -> list[tuple[tuple[str, Any], ...]]:
    """Every combination of the levels of the variables of `by=`, each a tuple of (name, level); one empty for None."""
    names = [] if by is None else list(several(by))
    levels = {}
    for name in names:
        rows.require(name)
        found = levels_of(rows, name)
        if found is None:
            raise DomainError(
                f"by= needs categories, and {name!r} is a number: write C({name}) in the formula, or hold it at a "
                "value, at={...}."
            )
        levels[name] = found
    return [tuple(zip(names, combination, strict=True)) for combination in product(*levels.values())]


def of_level(rows: Population, cell: Sequence[tuple[str, Any]]) -> Population | None:
    """The rows that have these levels; None where there are none. IncompatibleError of rows elsewhere."""
    if not cell:
        return rows
    if rows.elsewhere is not None:
        raise IncompatibleError(
            f"by= averages over some of the rows, and those of {rows.model.title} are {rows.model.rows.place}: give "
            "data=, a table in memory, or hold the variable, at={...}."
        )
    there = np.logical_and.reduce([np.asarray(rows.column(name)) == level for name, level in cell])
    weight = rows.model.rows.weight
    weight = there.astype(float) if weight is None else np.where(there, weight, 0.0)
    if not weight.any():
        return None
    return replace(rows, model=replace(rows.model, rows=replace(rows.model.rows, weight=weight)))


def grid(rows: Population, moved: Mapping[str, Any]) -> tuple[Floats, float]:
    """The average row of X over the reference grid, with some variables at values, and the average offset."""
    if rows.elsewhere is not None:
        raise IncompatibleError(
            f'over="grid" needs the means of the columns, and the rows of {rows.model.title} are '
            f'{rows.model.rows.place}: give data=, or over="rows".'
        )
    model, weight = rows.model, rows.model.rows.weight
    n = len(model.rows.X)
    share = np.full(n, 1.0 / n) if weight is None else weight / weight.sum()
    others = {name: levels_of(rows, name) for name in rows.names if name not in moved}
    if prod(len(levels or (0,)) for levels in others.values()) > LARGEST_GRID:
        raise DomainError(f'the reference grid has more than {LARGEST_GRID:,} rows; take over="rows".')
    known: dict[str, Sequence[Any]] = {
        name: levels or (float(share @ np.asarray(rows.column(name), dtype=float)),) for name, levels in others.items()
    }
    table = list(product(*known.values()))
    columns = {name: np.array([row[k] for row in table], dtype=_kind(known[name])) for k, name in enumerate(known)}
    offset = 0.0 if model.rows.offset is None else float(share @ model.rows.offset)
    if rows.columns is None:
        X = np.repeat(model.rows.X[:1], len(table), axis=0)
        for name, value in (columns | dict(moved)).items():
            X[:, model.terms.index(name)] = value
    else:
        X = model.design.encode(columns | {name: filled(value, len(table)) for name, value in moved.items()})
    return X.mean(axis=0), offset


def _kind(levels: Sequence[Any]) -> Any:
    return object if isinstance(levels[0], str) else None


def noted(frame: pd.DataFrame, *said: str) -> pd.DataFrame:
    """The frame with the sentences that there are, after those that it has, as its `attrs["note"]`."""
    if note := " ".join(filter(None, (str(frame.attrs.get("note", "")), *said))):
        frame.attrs["note"] = note
    return frame
