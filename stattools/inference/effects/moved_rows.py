"""The rows that an average is taken over, with variables that can be moved: all set to a level, or shifted a little.

A variable is a column of the table, and moves through the design: `x + I(x**2) + x:g` has one variable x. Without a
formula the columns of X are the variables. The derivative of the columns of X in a number is from differences over a
step and over half of it (Richardson).

    held        every row as it is, with the variable at this value
    of a level  the rows that have it, each counted as it was
    grid        one row for each combination of the levels of categories, every number at its mean, all counted alike

A number of two values counts as a category where levels are asked for, as in R's emmeans.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from math import prod
from typing import Any

import numpy as np

from stattools.data.design.design import factor_of_codes
from stattools.data.files.rows import Coding, cleaned
from stattools.data.files.source import Batch
from stattools.data.formula.expression import Break, Expression, breaks, constants, contrast_call, evaluate
from stattools.data.rows.rows import Block
from stattools.data.tables.columns import checked
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.prediction.predict import Column, at_rows, frequencies_of
from stattools.interface.arguments import several
from stattools.interface.arrays import Floats
from stattools.interface.units import require_units
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.numerics.columns import alike, with_levels


def filled(value: object, n: int) -> Any:
    """A value for each of n rows, where it is not already one for each."""
    if isinstance(value, np.ndarray):
        return value
    return np.full(n, value, dtype=object if isinstance(value, str) else None)


AGREE = 1e-3
"""What derivatives by two steps may differ by, relative to the largest: what is extrapolated is then right to 1e-6."""

STEP = 6e-6
"""Central differences err least at the cube root of the machine epsilon."""


@dataclass(frozen=True, eq=False)
class Population:
    """The rows to average over: the model at them, and the `columns` of the table that the variables are moved in, of
    arrays those of X themselves; those of a few rows, and not `whole`, where rows are in files.
    `collapsed` rows are one, their average, as those of a grid are, of which the linear predictor is averaged. `note`
    says that new rows are weighed by a column of theirs.
    """

    model: Model
    columns: Mapping[str, Any]
    collapsed: bool = False
    is_grid: bool = False
    whole: bool = True
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The variables."""
        return tuple(self.columns)

    def require(self, name: object) -> None:
        """DomainError unless this is a variable."""
        if not isinstance(name, str) or name not in self.columns:
            raise DomainError(
                f"{self.model.title} has no variable {quoted(name)}; it has "
                f"{', '.join(map(repr, self.names)) or 'none'}."
            )

    @property
    def factors(self) -> Sequence[Expression]:
        """The factors of the formulas."""
        return self.model.design.whole.factors if self.model.design.whole else ()

    def ordered_levels(self, name: str) -> Any:
        """The levels of a categorical variable in their order; None for numbers and truth values."""
        known = self.model.design.levels
        for factor in self.factors:
            if factor.category == name and factor.text in known:
                return known[factor.text]
        return tuple(self.columns[name].cat.categories) if self.columns[name].dtype.kind == "O" else None

    def levels(self, name: str, discrete: Sequence[str] = ()) -> tuple[object, ...] | None:
        """The levels of a variable, first the one that the coding of the formula compares with, as in
        `C(g, Treatment("b"))`; None for a number, which has a derivative.
        """
        if (levels := self.ordered_levels(name)) is not None:
            calls = [one.tree for one in self.factors if one.category == name and isinstance(one.tree, ast.Call)]
            chosen = [call for tree in calls if (call := constants(tree).get("contrasts")) is not None]
            kind, given = contrast_call(chosen[0]) if chosen else ("", {})
            base = given.get("base", given.get("reference", levels[-1 if kind == "contr.SAS" else 0]))
            base = base if base in levels else levels[0]
            return (base, *[value for value in levels if value != base])
        column = np.asarray(self.columns[name])
        if column.dtype.kind == "b":
            return (False, True)
        if name not in discrete:
            return None
        other = column[~np.isin(column, (0, 1))]
        if len(other) and self.whole:  # who reads all rows finds out where
            raise DomainError(f"discrete= takes columns of 0 and 1; {name!r} holds {other[0]}.")
        return (0, 1)

    def X(self, moved: Mapping[str, Any]) -> Floats:
        """The design with some variables moved, to one value or to one per row."""
        if not moved:
            return self.model.rows.X
        if (there := self.at_level(moved)) is not None:
            return there
        if self.model.design.parsed is None:
            X = self.model.rows.X.copy()
            for name, value in moved.items():
                X[:, self.model.terms.index(name)] = value
            return X
        return self.model.design.encode(self.columns_at(moved))

    def columns_at(self, moved: Mapping[str, object]) -> dict[str, object]:
        """The columns with some of them moved."""
        n = len(self.model.rows.X)
        return {**self.columns, **{name: filled(value, n) for name, value in moved.items()}}

    @cached_property
    def at_last(self) -> tuple[str, tuple[Any, ...], Any] | None:
        """The column of the factor whose levels are kept as codes, its levels, and the design with all rows at the last
        one, so that the numbers of each row are known; None where there is no such factor.
        """
        design = self.model.design
        if with_levels(self.model.rows.X) is None or design.parsed is None:
            return None
        if (factor := factor_of_codes(design.parsed, design.levels, design.beside.values())) is None:
            return None
        name, levels = str(factor.category), design.levels[factor.text]
        return name, levels, design.encode(self.columns_at({name: levels[-1]}))

    def at_level(self, moved: Mapping[str, object]) -> Any:
        """The design with that factor at one level in all rows; None where something else moves, or the design is to be
        encoded for it, as for a level without columns, whose rows may have some among the others.
        """
        if len(moved) != 1 or self.at_last is None:
            return None
        (name, levels, last), ((moving, value),) = self.at_last, moved.items()
        if moving != name or not np.isscalar(value) or value not in levels:
            return None
        code = levels.index(value) - (len(levels) - last.levels)  # -1 for a first level without a column
        return None if code < 0 and last.slopes is not None else replace(last, codes=np.full(len(last), code))

    def breaks(self, name: str) -> Iterator[Break]:
        """Where the design has no derivative in a number."""
        for factor in self.factors:
            if name in factor.columns:
                yield from breaks(factor.tree, name, self.model.design.state)

    def require_derivative(self, name: str) -> None:
        """IncompatibleError, with the way out, where a number stands in a step."""
        for found in self.breaks(name):
            if found.is_step:
                raise IncompatibleError(
                    f"the effect of the number {name!r} is a derivative, and in {self.model.title} it stands in "
                    f"{found.text!r}, which jumps and is flat beside. Compare values of it instead, "
                    f"fit.contrasts({name!r}, values=[...]), and name the others in variables=."
                )

    def derivative(self, name: str) -> Floats:
        """d X / d x, row by row, extrapolated from two steps; DomainError where a row is at a kink, and where the steps
        do not agree.
        """
        if self.model.design.parsed is None:
            change = np.zeros_like(self.model.rows.X)
            change[:, self.model.terms.index(name)] = 1.0
            return change
        x = np.asarray(self.columns[name], dtype=float)
        size = float(np.abs(x).max()) or 1.0
        require_units("A marginal effect", [name], np.array([size]))
        spread = float(np.std(x)) or size
        for floor, low_end, high_end in (
            (1e-4 * spread, -np.inf, np.inf),
            (0.0, -np.inf, np.inf),  # a logarithm or a root beside 0 takes smaller steps
            (0.0, x.min(), x.max()),  # a spline ends with the data: one-sided steps at its two ends
        ):
            size = STEP * np.maximum(np.abs(x), floor)
            size = np.where(size > 0, size, STEP * spread)
            high, low = np.minimum(x + size, high_end), np.maximum(x - size, low_end)
            try:
                self._require_smooth(name, low, high)
                steps = ((low, high), (0.5 * (x + low), 0.5 * (x + high)))
                whole, half = ((self.X({name: b}) - self.X({name: a})) / (b - a)[:, None] for a, b in steps)
                gap, largest = (np.abs(columns).max(axis=0) for columns in (half - whole, half))
                if not (moving := gap > AGREE * largest).any():
                    return (half - 0.25 * whole) / 0.75
                reason = DomainError(
                    f"{self.model.title} has no derivative in {name!r} that is known: a step of {name!r} and half of "
                    f"it move {self.model.terms[int(np.argmax(moving))]!r} by other slopes, it changes so fast. "
                    f"Compare values, fit.contrasts({name!r}, values=[...])."
                )
            except DomainError as error:
                reason = error
        raise reason

    def _require_smooth(self, name: str, low: Floats, high: Floats) -> None:
        """DomainError, with the number of rows, where the design has no derivative between two values of a number."""
        for found in self.breaks(name):
            with np.errstate(all="ignore"):  # what is not finite is refused when the columns of X are made
                values = (partial(self._number, {name: value}) for value in (low, high))
                ends = [np.asarray(evaluate(found.argument, each, dict(self.model.design.state))) for each in values]
            for point in found.points:
                sides = (ends[0] - point) * (ends[1] - point)
                rows = int(((sides < 0) if found.end else (sides <= 0)).sum())
                if rows:
                    raise DomainError(
                        f"{self.model.title} has no derivative in {name!r} in {rows} of {len(low)} rows: "
                        f"{found.text!r} breaks where {ast.unparse(found.argument)} is {point:.6g}. Leave those rows "
                        f"out of data=, or compare values of it, fit.contrasts({name!r}, values=[...])."
                    )

    def _number(self, moved: Mapping[str, Any], name: str) -> Any:
        """A column as a formula reads it, where some are moved."""
        column = moved[name] if name in moved else self.columns[name]
        return column if column.dtype.kind == "O" else np.asarray(column, dtype=float)

    def block(self, X: Floats) -> Block:
        """Rows with weights that sum to 1; where they are collapsed their average, with the average offset."""
        rows, share = self.model.rows, self.shares
        if not self.collapsed:
            return Block(X, rows.y, share, rows.offset)
        offset = None if rows.offset is None else np.array([share @ rows.offset])
        return Block((share @ X)[None, :], rows.y[:1], np.ones(1), offset)

    @property
    def shares(self) -> Floats:
        """The weights of the rows, which sum to 1."""
        rows = self.model.rows
        weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
        return weight / (weight.sum() or 1.0)  # a batch of files may weigh nothing

    def mean(self, name: str) -> float:
        """The average of a number."""
        return float(self.shares @ np.asarray(self.columns[name], dtype=float))


def population(model: Model, data: object = None, offset: Column = None, exposure: Column = None) -> Population:
    """The rows of the fit, or of `data`; of files with the columns of some of them, which show what these are."""
    if data is None and not model.in_memory:
        if offset is not None or exposure is not None:
            raise _over_all_rows(model)
        coding = model.rows.coding
        found = ((batch, coding.complete(batch)) for batch in model.rows.raw)  # type: ignore[attr-defined]
        batch, numbers = next((batch, some[1]) for batch, some in found if some is not None)
        columns = columns_of_batch(coding, batch.taken(numbers - batch.first), numbers)
        return Population(model, columns, whole=False)
    columns = {} if model.design.parsed is None else _columns(model, data)
    weight, note = frequencies_of(model, data), ""
    if data is not None and weight is not None:
        note = f"Rows of data= count as often as their column {model.extras['weights']!r} says, as the fit's rows did."
    model = at_rows(model, data, offset, exposure)
    if model.design.parsed is None:
        columns = {name: model.rows.X[:, k] for k, name in enumerate(model.terms) if k or not model.design.added}
    return Population(replace(model, rows=replace(model.rows, weight=weight)), columns, note=note)


def columns_of_batch(coding: Coding, batch: Batch, numbers: Any) -> Mapping[str, object]:
    """The columns that the formula uses, clean, of a batch of complete rows with these numbers."""
    clean = cleaned(batch.table, batch.first, coding.kinds, coding.levels)
    return {name: checked(clean.columns[name], numbers) for name in coding.formula.columns}


def _over_all_rows(model: Model) -> IncompatibleError:
    return IncompatibleError(
        f"effects over the rows of {model.title}, which are {model.rows.place}, are averages over all of them, "
        'with the offset that they have: at="mean", offset= and exposure= go with data=, a table in memory.'
    )


def _columns(model: Model, data: object) -> Mapping[str, object]:
    """The columns of the table that the formula uses, clean, one value per row."""
    names = model.design.whole.columns if model.design.whole else ()
    if not names:
        return {}
    source, kept = (model.source, model.kept) if data is None else (data, None)
    if source is None:
        raise IncompatibleError(
            f"effects in {model.formula!r} move columns of the table, which this fit has not: give data=, the table."
        )
    if data is not None:
        model.design.encode(data)  # names what is missing or unseen
    frame = table(source)
    columns = {}
    for name in names:
        column = frame.column(name, kept)
        columns[name] = checked(column, np.arange(len(column)))
    if data is not None:
        return columns
    try:
        again = model.design.encode(columns)
    except DomainError as error:  # other levels, or no memory for the columns
        raise IncompatibleError(f"the model's table does not give its columns again: {error} Or give data=.") from error
    if not alike(again, model.rows.X):
        raise IncompatibleError("the table was changed after the model was made from it: give data=, the rows meant.")
    return columns


LARGEST_GRID = 100_000
"""Rows of a reference grid, at most."""


def holding(rows: Population, held: Mapping[str, object]) -> Population:
    """The rows with variables at values."""
    if not held:
        return rows
    at = replace(rows.model.rows, X=rows.X(held), low=None)
    return replace(rows, columns=rows.columns_at(held), model=replace(rows.model, rows=at))


def at_mean(rows: Population) -> Population:
    """The rows with every number at its mean, collapsed to one; IncompatibleError of rows in files."""
    if not rows.whole:
        raise _over_all_rows(rows.model)
    numbers = [name for name, column in rows.columns.items() if column.dtype.kind in "iuf"]
    held = {name: rows.mean(name) for name in numbers if rows.ordered_levels(name) is None}
    return replace(holding(rows, held), collapsed=True)


def require_effect(rows: Population, name: str, over_grid: bool = False) -> None:
    """IncompatibleError for a variable on which the mean does not depend, as it stands in the formulas of other
    parameters alone, and over the grid, where the first linear predictor moves, for one that moves the mean by another.
    """
    model, design = rows.model, rows.model.design
    family = model.likelihood
    of_others = [family.facts.formulas.get(other, other) for other, _ in family.others]  # effects of groups have none
    used = [word for word, formula in design.beside.items() if name in formula.columns and word in of_others]
    if not used:
        return
    some = model.sampled
    moves = (family.slope(some.eta(some.start)) != 0.0).any(axis=(0, 1))
    by_mean = {word for word, moved in zip(of_others, moves[model.predictor.n_first :], strict=True) if moved}
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


def require_held(rows: Population, at: Mapping[str, Any]) -> dict[str, object]:
    """The variables of `at={"x": 1.0}` with their values, one each; DomainError for others."""
    if not all(isinstance(name, str) for name in at):
        raise DomainError(f'at= is "overall", "mean" or a dict of values by variable; got {quoted(at)}.')
    for name, value in at.items():
        rows.require(name)
        levels = rows.levels(name)
        if levels is None:
            good = isinstance(value, int | float | np.number) and np.isfinite(value)
        else:
            good = np.ndim(value) == 0 and value in levels
        if not good:
            has = "a finite number" if levels is None else f"one of its levels, {', '.join(map(repr, levels))}"
            raise DomainError(f"at= holds {name!r} at {has}; got {quoted(value)}.")
    return dict(at)


def levels_of(rows: Population, name: str) -> tuple[object, ...] | None:
    """The levels of a category in their order, False and True, the values of a number that has two; else None."""
    if (ordered := rows.ordered_levels(name)) is not None:
        return tuple(ordered)
    if (found := rows.levels(name)) is not None:
        return found
    if not rows.whole:
        return None
    values = np.unique(np.asarray(rows.columns[name], dtype=float)).tolist()
    return tuple(values) if len(values) <= 2 else None


def cells(rows: Population, by: object) -> list[tuple[tuple[str, Any], ...]]:
    """Every combination of the levels of the variables of `by=`, each a tuple of (name, level); one empty for None."""
    levels = {}
    for name in () if by is None else several(by):
        rows.require(name)
        levels[name] = levels_of(rows, name)
        if levels[name] is None:
            raise DomainError(
                f"by= needs categories, and {name!r} is a number: write C({name}) in the formula, or hold it at a "
                "value, at={...}."
            )
    return [tuple(zip(levels, combination, strict=True)) for combination in product(*levels.values())]


def of_level(rows: Population, cell: Sequence[tuple[str, object]]) -> Population | None:
    """The rows that have these levels; None where there are none. IncompatibleError of rows elsewhere."""
    if not cell:
        return rows
    if not rows.whole:
        raise IncompatibleError(
            f"by= averages over some of the rows, and those of {rows.model.title} are {rows.model.rows.place}: give "
            "data=, a table in memory, or hold the variable, at={...}."
        )
    there = np.logical_and.reduce([np.asarray(rows.columns[name]) == level for name, level in cell])
    weight = rows.model.rows.weight
    weight = there.astype(float) if weight is None else np.where(there, weight, 0.0)
    if not weight.any():
        return None
    return replace(rows, model=replace(rows.model, rows=replace(rows.model.rows, weight=weight)))


def grid(rows: Population, moved: Mapping[str, object]) -> Population:
    """The reference grid of the variables that are not moved, collapsed to one row, with the average offset."""
    if not rows.whole:
        raise IncompatibleError(
            f'over="grid" needs the means of the columns, and the rows of {rows.model.title} are '
            f'{rows.model.rows.place}: give data=, or over="rows".'
        )
    others = {name: levels_of(rows, name) for name in rows.names if name not in moved}
    if prod(len(levels or (0,)) for levels in others.values()) > LARGEST_GRID:
        raise DomainError(f'the reference grid has more than {LARGEST_GRID:,} rows; take over="rows".')
    known: dict[str, Sequence[Any]] = {name: levels or (rows.mean(name),) for name, levels in others.items()}
    every = list(product(*known.values()))
    columns = {
        name: np.array(values, dtype=object if isinstance(values[0], str) else None)
        for name, values in zip(known, zip(*every, strict=True), strict=True)
    }
    columns |= {name: filled(value, len(every)) for name, value in moved.items()}
    offset = rows.model.rows.offset
    offset = None if offset is None else np.full(len(every), rows.shares @ offset)
    first = rows.model.rows.take(np.zeros(len(every), dtype=np.intp))
    model = replace(rows.model, rows=replace(first, weight=None, offset=offset))
    return holding(replace(rows, model=model, columns={}, collapsed=True, is_grid=True), columns)


def noted(frame: pd.DataFrame, *said: str) -> pd.DataFrame:
    """The frame with the sentences that there are, after those that it has, as its `attrs["note"]`."""
    if note := " ".join(filter(None, (str(frame.attrs.get("note", "")), *said))):
        frame.attrs["note"] = note
    return frame
