"""Averages of the mean outcome over a population, where variables are moved, with their gradients in the coefficients.

    level       the average over rows of mean(level), everything else as it was
    slope       the average over rows of d mean / d x

A variable is a column of the table, and moves through the design: `x + I(x**2) + x:g` has one variable x. Without a
formula the columns of X are the variables. The columns of X are differenced in x (central, in steps of 6e-6 and of half
of that, extrapolated), the mean is differentiated exactly. Of rows in files each batch is a population of its own,
whose averages count by its observations. Source: Greene, Econometric Analysis (2012), 4.4; van der Vaart, Asymptotic
Statistics (1998), 3.1.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from math import prod
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import factor_of_codes
from stattools.data.files.rows import Coding, cleaned
from stattools.data.files.source import AddedByName, Batch
from stattools.data.formula.expression import Break, Expression, breaks, contrast_call, evaluate
from stattools.data.rows.rows import Block, Rows
from stattools.data.tables.columns import checked
from stattools.data.tables.table import table
from stattools.errors import DomainError, FunctionError, IdentificationError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates, against_zero, df_along, level_of, quantile_of
from stattools.inference.prediction.predict import Column, at_rows, frequencies_of
from stattools.interface.arguments import called, several
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of
from stattools.interface.units import finite, require_units
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.numerics.columns import alike, with_levels
from stattools.numerics.low_rank import among, quadratic
from stattools.numerics.sums import power_of_two


def filled(value: object, n: int) -> NDArray[np.generic]:
    """A value for each of n rows, where it is not already one for each."""
    if isinstance(value, np.ndarray):
        return value
    return np.full(n, value, dtype=object if isinstance(value, str) else None)


AGREE = 1e-3
"""What derivatives by two steps may differ by, relative to the largest: what is extrapolated is then right to 1e-6."""

LARGEST_GRID = 100_000
"""Rows of a reference grid, at most."""

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
        if not is_one_of(name, self.columns):
            raise DomainError(
                f"{self.model.title} has no variable {quoted(name)}; it has "
                f"{', '.join(map(repr, self.names)) or 'none'}."
            )

    @property
    def factors(self) -> Sequence[Expression]:
        """The factors of the formulas."""
        return self.model.design.whole.factors if self.model.design.whole else ()

    def ordered_levels(self, name: str) -> tuple[object, ...] | None:
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
            given = [one.given.get("contrasts") for one in self.factors if one.category == name]
            chosen = [call for call in given if call is not None]
            kind, how = contrast_call(chosen[0]) if chosen else ("", {})
            base = how.get("base", how.get("reference", levels[-1 if kind == "contr.SAS" else 0]))
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

    def _number(self, moved: Mapping[str, Floats], name: str) -> NDArray[np.generic]:
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

    def holding(self, held: Mapping[str, object]) -> Population:
        """The rows with variables at values."""
        if not held:
            return self
        at = replace(self.model.rows, X=self.X(held), low=None)
        return replace(self, columns=self.columns_at(held), model=replace(self.model, rows=at))

    def at_mean(self) -> Population:
        """The rows with every number at its mean, collapsed to one; IncompatibleError of rows in files."""
        if not self.whole:
            raise _over_all_rows(self.model)
        numbers = [name for name, column in self.columns.items() if column.dtype.kind in "iuf"]
        held = {name: self.mean(name) for name in numbers if self.ordered_levels(name) is None}
        return replace(self.holding(held), collapsed=True)

    def grid(self, moved: Mapping[str, object]) -> Population:
        """The reference grid of the variables that are not moved, one row for each combination of the levels of
        categories, every number at its mean, all counted alike; collapsed to one row, with the average offset.
        """
        if not self.whole:
            raise IncompatibleError(
                f'over="grid" needs the means of the columns, and the rows of {self.model.title} are '
                f'{self.model.rows.place}: give data=, or over="rows".'
            )
        others = {name: self.grid_levels(name) for name in self.names if name not in moved}
        if prod(len(levels or (0,)) for levels in others.values()) > LARGEST_GRID:
            raise DomainError(f'the reference grid has more than {LARGEST_GRID:,} rows; take over="rows".')
        known: dict[str, Sequence[Any]] = {name: levels or (self.mean(name),) for name, levels in others.items()}
        every = list(product(*known.values()))
        columns = {
            name: np.array(values, dtype=object if isinstance(values[0], str) else None)
            for name, values in zip(known, zip(*every, strict=True), strict=True)
        }
        columns |= {name: filled(value, len(every)) for name, value in moved.items()}
        offset = self.model.rows.offset
        offset = None if offset is None else np.full(len(every), self.shares @ offset)
        first = self.model.rows.take(np.zeros(len(every), dtype=np.intp))
        model = replace(self.model, rows=replace(first, weight=None, offset=offset))
        return replace(self, model=model, columns={}, collapsed=True, is_grid=True).holding(columns)

    def grid_levels(self, name: str) -> tuple[object, ...] | None:
        """The levels of a category in their order, False and True, the values of a number that has two, which counts
        as a category here, as in R's emmeans; else None.
        """
        if (ordered := self.ordered_levels(name)) is not None:
            return tuple(ordered)
        if (found := self.levels(name)) is not None:
            return found
        if not self.whole:
            return None
        values = np.unique(np.asarray(self.columns[name], dtype=float)).tolist()
        return tuple(values) if len(values) <= 2 else None

    def cells(self, by: object) -> list[tuple[tuple[str, object], ...]]:
        """Every combination of the levels of the variables of `by=`, each a tuple of (name, level); one empty for
        None.
        """
        levels = {}
        for name in () if by is None else several(by):
            self.require(name)
            levels[name] = self.grid_levels(name)
            if levels[name] is None:
                raise DomainError(
                    f"by= needs categories, and {name!r} is a number: write C({name}) in the formula, or hold it at a "
                    "value, at={...}."
                )
        return [tuple(zip(levels, combination, strict=True)) for combination in product(*levels.values())]

    def of_level(self, cell: Sequence[tuple[str, object]]) -> Population | None:
        """The rows that have these levels, each counted as it was; None where there are none. IncompatibleError of
        rows elsewhere.
        """
        if not cell:
            return self
        if not self.whole:
            raise IncompatibleError(
                f"by= averages over some of the rows, and those of {self.model.title} are {self.model.rows.place}: "
                "give data=, a table in memory, or hold the variable, at={...}."
            )
        there = np.logical_and.reduce([np.asarray(self.columns[name]) == level for name, level in cell])
        weight = self.model.rows.weight
        weight = there.astype(float) if weight is None else np.where(there, weight, 0.0)
        if not weight.any():
            return None
        return replace(self, model=replace(self.model, rows=replace(self.model.rows, weight=weight)))

    def require_effect(self, name: str, over_grid: bool = False) -> None:
        """IncompatibleError for a variable on which the mean does not depend, as it stands in the formulas of other
        parameters alone, and over the grid, where the first linear predictor moves, for one that moves the mean by
        another.
        """
        model, design = self.model, self.model.design
        family = model.likelihood
        of_others = [family.facts.formulas.get(other, other) for other, _ in family.others]  # none of effects of groups
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
                f"the mean of {model.title} does not depend on {name!r}, which stands in {said} alone: it has no "
                "effect on the mean. fit.table() has its coefficients there; name other variables, as in "
                "variables=[...]."
            )
        if over_grid and by_mean & set(used):
            raise IncompatibleError(
                f'over="grid" moves one linear predictor, and the mean of {model.title} depends on {name!r} by '
                f"{said} too: leave over= out."
            )

    def require_held(self, at: Mapping[str, Any]) -> dict[str, object]:
        """The variables of `at={"x": 1.0}` with their values, one each; DomainError for others."""
        if not all(isinstance(name, str) for name in at):
            raise DomainError(f'at= is "overall", "mean" or a dict of values by variable; got {quoted(at)}.')
        for name, value in at.items():
            self.require(name)
            levels = self.levels(name)
            if levels is None:
                good = isinstance(value, int | float | np.number) and np.isfinite(value)
            else:
                good = np.ndim(value) == 0 and value in levels
            if not good:
                has = "a finite number" if levels is None else f"one of its levels, {', '.join(map(repr, levels))}"
                raise DomainError(f"at= holds {name!r} at {has}; got {quoted(value)}.")
        return dict(at)


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


def columns_of_batch(coding: Coding, batch: Batch, numbers: NDArray[np.intp]) -> Mapping[str, object]:
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


def noted(frame: pd.DataFrame, *said: str) -> pd.DataFrame:
    """The frame with the sentences that there are, after those that it has, as its `attrs["note"]`."""
    if note := " ".join(filter(None, (str(frame.attrs.get("note", "")), *said))):
        frame.attrs["note"] = note
    return frame


class SLOPE:
    """Stands for the derivative in a variable, in the place of one of its values; the same one wherever it is sent."""


class Move(NamedTuple):
    """A variable at a value in all rows, or with `SLOPE` the derivative of the mean in it, while others are `held` at
    values of theirs; no name where nothing moves.
    """

    name: str | None
    value: Any
    held: tuple[tuple[str, Any], ...] = ()

    @property
    def moved(self) -> dict[str, object]:
        """All variables that are set, with their values."""
        return dict(self.held) | ({} if self.name is None else {self.name: self.value})

    def of(self, rows: Population, average: Callable[..., Floats], slope: Callable[..., Floats]) -> Floats:
        """What it makes of a population: the `average` with the variables set, or the `slope` in one of them."""
        if self.value is SLOPE:
            return slope(rows.holding(dict(self.held)), str(self.name))
        return average(rows, self.moved)


def averages(
    theta: Floats, rows: Population, moves: Sequence[Move], discrete: tuple[str, ...] = ()
) -> dict[Move, Floats]:
    """The average of each move over a population with its gradient in the coefficients beside it, (K, 1 + p); of rows
    elsewhere in one read, which finds out whether the `discrete` columns hold 0 and 1.
    """
    if not rows.whole:
        every = rows.model.rows
        bare = replace(rows.model, rows=every.shapes(), source=None, kept=None, origin=None)
        work = partial(averages, theta, moves=tuple(moves))
        found: Any = every.gather(partial(_of_batch, work, discrete, every.coding, bare), *rows.names)
        return {move: found[move] * (1.0 / found["n"]) for move in moves}
    return {move: move.of(rows, partial(_average, theta), partial(_slope, theta)) for move in moves}


def _of_batch(
    work: Callable[..., Any],
    discrete: Sequence[str],
    coding: Coding,
    model: Model,
    rows: Rows,
    others: Batch,
    numbers: Any,
) -> AddedByName:
    """The averages over a batch, each times its observations `n`."""
    some = Population(replace(model, rows=rows), columns_of_batch(coding, others, numbers))
    for name in discrete:
        some.levels(name, discrete)  # refuses others than 0 and 1
    return AddedByName({move: each * some.model.n for move, each in work(some).items()}, n=some.model.n)


def _average(theta: Floats, rows: Population, moved: Mapping[str, object]) -> Floats:
    """The average mean with some variables moved; over the grid the first linear predictor at its average row."""
    family, block = rows.model.likelihood, rows.block(rows.X(moved))
    weight = np.asarray(block.weight)
    eta, pullback = rows.model.predictor.forward(theta, block)
    if rows.is_grid:
        value = eta.reshape(1, -1)[:, :1]
        slope = np.eye(1, eta.size)[None]
    else:
        value, slope = family.mean(eta).reshape(len(eta), -1), family.slope(eta)
    return np.column_stack([weight @ value, _pulled(pullback, slope * weight[:, None, None])])


def _slope(theta: Floats, rows: Population, name: str) -> Floats:
    """The average derivative of the mean in a number: d mean = mean'(eta) dX theta, and its gradient.

    In theta: mean'(eta) dX + (mean'(eta))' x, the last derivative along d eta, by a central difference in eta; of every
    linear predictor, also where the mean moves with the dispersion.
    """
    model, (block, change) = rows.model, sloping(rows, name)
    eta, pullback = model.predictor.forward(theta, block)
    moving, pull_change = _moving(theta, model, change)
    size = np.abs(moving).reshape(len(eta), -1).max(axis=1).reshape(-1, *[1] * (eta.ndim - 1))
    unit = np.divide(moving, size, out=np.zeros_like(moving), where=size > 0) * STEP
    slope = model.likelihood.slope(eta)
    ahead, behind = model.likelihood.slope(eta + unit), model.likelihood.slope(eta - unit)
    bend = (ahead - behind) / (2.0 * STEP) * size.reshape(-1, 1, 1)
    weight = np.asarray(block.weight)
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        value = _along(slope, moving, weight)
        slope, bend = slope * weight[:, None, None], bend * weight[:, None, None]
        gradient = _pulled(pull_change, slope) + _pulled(pullback, bend)
    return finite(np.column_stack([value, gradient]), model.title, f"the average slope in {name!r} or its gradient")


def sloping(rows: Population, name: str) -> tuple[Block, Block]:
    """The rows as they are, and the derivatives of their columns in a number."""
    return rows.block(rows.model.rows.X), rows.block(rows.derivative(name))._replace(offset=None)


def average_slope(theta: Floats, model: Model, block: Block, change: Block) -> Floats:
    """The average derivative of the mean, (K,), at rows and derivatives of their columns from `sloping`."""
    slope = model.likelihood.slope(model.predictor.forward(theta, block)[0])
    return _along(slope, _moving(theta, model, change)[0], np.asarray(block.weight))


def _moving(theta: Floats, model: Model, change: Block) -> tuple[Floats, Callable[[Floats], Floats]]:
    """The derivative of the linear predictors, and the function that pulls a score in it back to theta. What all rows
    share, such as log alpha, does not move with x, and is subtracted.
    """
    moving, pull_change = model.predictor.forward(theta, change)
    still, pull_still = model.predictor.forward(theta, change._replace(X=0.0 * change.X))
    return moving - still, lambda slope: pull_change(slope) - pull_still(slope)


def _along(slope: Floats, moving: Floats, weight: Floats) -> Floats:
    """The average of slopes (m, K, width) along the movement of the linear predictors."""
    return weight @ (slope * moving.reshape(len(moving), 1, -1)).sum(axis=2)


def _pulled(pullback: Callable[[Floats], Floats], slope: Floats) -> Floats:
    """Gradients in eta, (m, K, width), as those in theta, (K, p)."""
    width = slope.shape[2]
    return np.stack([pullback(slope[:, k, 0] if width == 1 else slope[:, k]) for k in range(slope.shape[1])])


STEP_OF_FUNCTION = 2.0**-10
"""The first step of differences, in standard errors."""

SHORT = 0.0268
"""The shortest step, as a part of the longest."""

OTHERS = tuple(2.0**-k for k in (7, 13, 4, 16, 2, *range(19, 43, 3)))
"""The steps that are tried where the first does not do: they reach frequencies of 1e9 per standard error."""

GOOD, LEAST = 1e-7, 1e-6
"""Errors of a derivative, relative to the whole gradient: good enough to stop, and bad enough to refuse."""

SMALLEST = 4.0 * np.finfo(float).smallest_subnormal
"""What is added to the round-off of values, which have fewer digits below 1e-308."""


class Named(dict[str, float]):
    """Coefficients by name; a name that is not there is an error that says which are."""

    def __missing__(self, name: object) -> NoReturn:
        close = difflib.get_close_matches(str(name), self, n=1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        raise DomainError(f"no coefficient is called {name!r}.{meant} They are {', '.join(map(repr, self))}.")


class FunctionSlopes(NamedTuple):
    """Derivatives of values (m,) along one coefficient in standard errors, and their errors; those of the whole step
    and of half of it; 1 where the function moves, has a kink or a jump, 0 where not.
    """

    derivative: Floats
    error: Floats
    whole: Floats
    half: Floats
    moves: Floats
    kink: Floats
    jump: Floats


def values_of(function: Callable[[Mapping[str, float]], object], names: tuple[str, ...], theta: Floats) -> Floats:
    """The function at theta as numbers, (k,); DomainError where they are not finite, or none, FunctionError where it
    raises an error.
    """
    if not callable(function):
        raise DomainError(
            f'function= is a function of the coefficients, lambda b: -b["Intercept"] / b["x"]; got {quoted(function)}.'
        )
    where = ", ".join(f"{name} = {number:.6g}" for name, number in list(zip(names, theta, strict=True))[:4])
    b = Named(zip(names, theta.tolist(), strict=True))
    found = called(f"the function of the coefficients, at {where},", function, b)
    try:
        value = np.atleast_1d(np.asarray(found))
        value = value.astype(float) if value.dtype.kind in "fiubO" else np.array([np.nan])
    except (TypeError, ValueError, OverflowError):
        value = np.array([np.nan])
    if value.ndim != 1 or not value.size or not np.isfinite(value).all():
        raise DomainError(
            f"the function of the coefficients is to be a finite number, or a list of some; it is {quoted(found)} at "
            f"{where}."
        )
    return value


def function_of(
    fit: Estimates, function: Callable[[Mapping[str, float]], object], level: float | None = None
) -> pd.DataFrame:
    """estimate, se, statistic, p_value, lower, upper of a function of the coefficients: see `Fit.function`.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], names=["dose"]))
    >>> function_of(fit, lambda b: -b["Intercept"] / b["dose"])[["estimate", "se"]].round(3).to_numpy().tolist()
    [[3.5, 0.93]]
    """
    level = level_of(fit, level)
    theta, V = np.asarray(fit.estimate, dtype=float), fit.covariance
    value = values_of(function, fit.names, theta)
    known = np.isfinite(np.diagonal(V))
    size = np.where(known & (fit.se > 0), fit.se, np.maximum(np.abs(theta), 1.0))
    unit, gradient = _gradient(function, fit.names, theta, size, value)
    if gradient[:, ~known].any():
        name = fit.names[int(np.argmax(gradient[:, ~known].any(axis=0)))]
        raise IdentificationError(f"the function depends on {name!r}, which has no standard error in this fit.")
    df = df_along(fit, gradient / size)
    correlation = among(V, np.flatnonzero(known), 1.0 / size[known])
    se = np.sqrt(np.maximum(quadratic([gradient[:, known]], correlation)[:, 0, 0], 0.0))
    statistic, p_value = against_zero(value / unit, se, df)
    with np.errstate(over="ignore"):  # told below
        half = unit * (quantile_of(df, level) * se)
        made = {"estimate": value, "se": unit * se, "statistic": statistic, "p_value": p_value}
        made |= {"lower": value - half, "upper": value + half}
    if not np.isfinite([*made.values()]).all():
        raise DomainError("the function of the coefficients, or its interval, is beyond float64. Change its units.")
    return pd.DataFrame(made)


def _gradient(
    function: Callable[..., object], names: tuple[str, ...], theta: Floats, size: Floats, value: Floats
) -> tuple[Floats, Floats]:
    """Powers of two above the size of each value, and the derivatives (m, p) per `size` of each coefficient of what is
    left without them; DomainError at a kink, for what is constant, and where the steps do not agree.

    Central differences D over a step h, h/2 and h/4 are extrapolated twice (Richardson):

        R(h) = (4 D(h/2) - D(h)) / 3,    derivative = (16 R(h/2) - R(h)) / 15,    error = |derivative - R(h/2)|

    D over a much shorter step, which is no simple part of h, has to agree too: steps that are multiples of the period
    of a function all say the same. Where the error is above `GOOD` of the whole gradient longer and shorter steps are
    tried, and the derivative of least error is taken; one above `LEAST` is refused. A kink shows in the second
    differences, which then halve with the step and do not quarter. Cost: 8 p + 1 calls of a smooth function. Source:
    Ridders, Advances in Engineering Software 4 (1982).
    """
    reasons: dict[int, Exception] = {}

    def beside(k: int, step: float) -> tuple[Floats, Floats] | None:
        """The values (2, 4, m) with one coefficient ahead and behind, by a step, by half of it, by a quarter and by
        `SHORT`, and how far from each other these places are, (4,); so far away the function may have no value.
        """
        moved = size[k] * step * np.array([1.0, 0.5, 0.25, SHORT])
        places, here = np.array([theta[k] + moved, theta[k] - moved]), np.arange(len(theta)) == k
        try:
            values = [values_of(function, names, np.where(here, place, theta)) for place in places.ravel()]
            if any(len(each) != len(value) for each in values):
                raise DomainError("the function of the coefficients has more numbers at some values than at others.")
        except (DomainError, FunctionError) as error:
            reasons.setdefault(k, error)
            return None
        return np.array(values).reshape(2, 4, -1), places[0] - places[1]

    def slopes(k: int, seen: tuple[Floats, Floats] | None) -> FunctionSlopes | None:
        return seen and _slopes(seen[0] / unit, here, seen[1] / size[k], SMALLEST / unit)

    seen = [beside(k, STEP_OF_FUNCTION) for k in range(len(theta))]
    unit = power_of_two(np.max([np.abs(value), *(np.abs(at[0]).max(axis=(0, 1)) for at in seen if at)], axis=0))
    here = value / unit
    found = [slopes(k, at) for k, at in enumerate(seen)]
    least = np.max([np.zeros(len(value)), *(np.abs(at.derivative) - at.error for at in found if at)], axis=0)
    for k, now in enumerate(found):
        for step in OTHERS:
            if now and (now.error <= GOOD * np.maximum(least, np.abs(now.derivative))).all():
                break
            if size[k] * step > 1e3 * np.spacing(abs(theta[k])) and (new := slopes(k, beside(k, step))):
                now = new if now is None else FunctionSlopes(*np.where(new.error < now.error, new, now))
        if now is None:
            raise reasons[k]
        found[k] = now
    at = FunctionSlopes(*np.moveaxis(np.array(found), 1, 0))  # each (p, m)
    _require_derivatives(at, names, value, unit, size)
    return unit, at.derivative.T


def _require_derivatives(at: FunctionSlopes, names: tuple[str, ...], value: Floats, unit: Floats, size: Floats) -> None:
    """DomainError unless each value has a derivative that both steps agree about."""
    uncertain = at.error > LEAST * np.abs(at.derivative).max(axis=0)
    broken = (at.kink > 0) | (uncertain & (at.jump > 0))
    if broken.any():
        name = names[int(np.argmax(broken.any(axis=1)))]
        raise DomainError(
            f"the function has a kink or a jump at the estimate of {name!r}, and no derivative there: the delta "
            "method does not hold. Take a smooth function, or draws: st.posterior(fit.model).function(...)."
        )
    if constant := np.flatnonzero(~at.moves.any(axis=0)).tolist():
        raise DomainError(
            f"the function has the same value, {value[constant[0]]:.6g}, whatever the coefficients are near the "
            "estimate: it has no standard error. Give a function of b, as lambda b: -b['Intercept'] / b['dose']."
        )
    if uncertain.any():
        k, row = np.unravel_index(int(np.argmax(np.where(uncertain, at.error, -1.0))), uncertain.shape)
        with np.errstate(over="ignore"):  # infinite is what the message then says
            whole, half = (float(unit[row] * part[k, row] / size[k]) for part in (at.whole, at.half))
        raise DomainError(
            f"the derivative of the function in {names[k]!r} is not known: by a step it is {whole:.6g}, by half of it "
            f"{half:.6g}. The function is flat at the estimate, moves too fast, or has too few digits. Write it "
            "otherwise, or take draws: st.posterior(fit.model).function(...)."
        )


def _slopes(values: Floats, here: Floats, widths: Floats, smallest: Floats) -> FunctionSlopes:
    """Derivatives with their errors, from the values (2, 4, m) ahead and behind, so far from each other, (4,)."""
    ahead, behind = values
    change, widths = ahead - behind, widths[:, None]
    each = change / widths
    once = (4.0 * each[1:3] - each[:2]) / 3.0
    derivative = (16.0 * once[1] - once[0]) / 15.0
    largest = np.abs(values).max(axis=(0, 1))
    noise = np.maximum(2.0**-50 * largest, smallest) / widths
    error = np.abs(derivative - once[1]) + noise[2]
    apart = np.abs(derivative - each[3])
    error = np.where(apart > SHORT * np.abs(derivative - each[0]) + noise[3], np.maximum(apart, error), error)
    bend = np.abs((ahead - here) - (here - behind))
    agree = error <= LEAST * np.maximum(np.abs(derivative), bend[0] / widths[0])
    kink = agree & (bend[0] > 1e-12 * largest + 1e-4 * np.abs(change[0])) & (bend[1] > 0.375 * bend[0])
    jump = (change[1] != 0) & (np.abs(change[2] - change[1]) < 1e-3 * np.abs(change[1]))
    moves = (values != here).any(axis=(0, 1))
    return FunctionSlopes(derivative, error, each[0], each[1], *np.array([moves, kink, jump], dtype=float))
