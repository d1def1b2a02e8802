"""How a curve of a formula becomes terms over rows: learned once, and applied the same way to new rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design import Design, learn
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.data.formula.repeated_rows import are_frequencies
from stattools.data.formula.smooth_parts import SmoothPart, smooth_parts
from stattools.data.smooth_term import MARGIN, SmoothTerm, bsplines, wiggly
from stattools.data.tables.columns import listing
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.moments import Ends

FEWEST = 3
"""Different values that a curve of a level needs to differ from a line."""


@record
class SmoothDesign:
    """A curve with what was learned of it: `design` makes its variable and what it is by, numbers or a column of zeros
    and ones for each of `levels`; `least` is the smallest value, `step` the distance of knots, `middle` the mean, and
    `means` (k,) are those of the B-splines, None where a number multiplies them. `lines` are the numbers of the columns
    of X that are slope and height of each curve.
    """

    part: SmoothPart
    design: Design
    levels: tuple[Any, ...]
    least: float
    step: float
    middle: float
    means: Floats | None
    lines: tuple[tuple[int | None, int | None], ...] = ((None, None),)

    @cached_property
    def wiggles(self) -> Floats:
        """M (k, k - 2): coefficients of B-splines of the wiggly part, orthogonal to those of lines; where the mean is
        the intercept's, to those of the line of mean 0, and with curves of mean 0.
        """
        M = wiggly(self.part.k)
        if self.means is None:
            return M
        line = np.arange(self.part.k) - self.means @ np.arange(self.part.k)
        M = M - self.means @ M
        return M - np.outer(line, line @ M / (line @ line))

    @property
    def names(self) -> tuple[str, ...]:
        """What its curves are called."""
        return tuple(f"{self.part.name}[{level}]" for level in self.levels) or (self.part.name,)

    def terms(self, data: Any, some: NDArray[np.intp] | None = None) -> tuple[SmoothTerm, ...]:
        """The curves over the rows of a table, of which `some` are the numbers of those to use, where others have gaps.

        Raises DomainError for a column that is not there, or has no value in a row, and for levels that are new.
        """
        return self.over(self.design.encode(data, some))

    def over(self, columns: Floats, splines: tuple[Any, Floats, Any] | None = None) -> tuple[SmoothTerm, ...]:
        """The curves over rows with these columns of `design`, whose `splines` may be known."""
        part, k = self.part, self.part.k
        first, basis, beyond = splines or bsplines(self.places(columns[:, 0]), k)
        weights = columns.T[1:] if part.by is not None else (None,)
        bys = self.levels or (None if part.by is None else part.by.text,)
        each = zip(self.names, bys, weights, self.lines, strict=True)
        return tuple(
            SmoothTerm(
                name, part.variable.text, by, k, self.least, self.step, self.middle, first, basis, weight, self.wiggles,
                slope, height, beyond, self,
            )
            for name, by, weight, (slope, height) in each
        )  # fmt: skip

    def places(self, x: Floats) -> Floats:
        """Where values lie, in distances of knots from the first; DomainError where float64 does not hold that."""
        k = self.part.k
        with np.errstate(over="ignore"):
            found = (x - self.least) / self.step + MARGIN * (k - 3) / (1.0 + 2.0 * MARGIN)
        if not (np.abs(found) < 2.0**53).all():
            raise DomainError(
                f"{self.part.name} has knots {self.step:.1g} apart, and a value is up to {np.abs(x).max():.1g}: its "
                "distance is beyond the whole numbers of float64. Give values in the units of the fit."
            )
        return found


def curves_of(
    formula: Formula, columns: Mapping[str, pd.Series], groups: Sequence[str] = ()
) -> tuple[Formula, tuple[SmoothPart, ...], tuple[str, ...]]:
    """The formula with a line for each curve, the curves, and what is to be said of them, over clean columns; `groups`
    are factors whose levels have effects beside.

    Raises DomainError for a curve over categories, one that is no term of its own, and the same one twice.
    """

    def is_factor(by: Expression) -> bool:
        return by.call == "C" or columns[str(by.category)].dtype.kind == "O"

    lines, parts = smooth_parts(formula, is_factor)
    for part in parts:
        _require_numbers(part, columns)
    there = {*groups, *(factor.category for term in lines.terms if len(term) == 1 for factor in term)}
    notes = tuple(
        f"The curves of {part.name} have mean 0 each, and {part.by.text!r} stands nowhere else in the formula: levels "
        f"differ in height by {part.by.text} + {part.written}."
        for part in parts
        if part.by is not None and is_factor(part.by) and part.by.category not in there
    )
    return lines, parts, notes


def learn_smooth(
    part: SmoothPart,
    formula: Formula,
    design: Design,
    columns: Mapping[str, pd.Series],
    rows: NDArray[np.intp],
    weights: Floats | None = None,
) -> tuple[SmoothTerm, ...]:
    """The curves of a part over complete, clean columns; `design` is that of X, whose formula has their lines. `rows`
    are the numbers of the rows in the table, `weights` how often each was seen.

    Raises DomainError for a variable that holds categories, is constant, or has fewer values than coefficients.
    """
    terms = ((part.variable,), *(() if part.by is None else ((part.by,),)))
    own, made, _ = learn(replace(formula, terms=terms), columns, rows, weights=weights)
    x, k = made[:, 0], part.k
    weights = np.ones(len(x)) if weights is None or not are_frequencies(weights) else weights
    seen = weights > 0.0
    least, most = float(x[seen].min()), float(x[seen].max())
    _require_varies(part, least, most, f"all {len(x):,}")
    _require_values(part, x[seen])
    levels = () if part.by is None else own.levels.get(part.by.text, ())
    step = (most - least) * (1.0 + 2.0 * MARGIN) / (k - 3)
    found = SmoothDesign(part, own, levels, least, step, float(weights @ x / weights.sum()), None)
    splines = bsplines(found.places(x), k)
    if part.by is None or levels:
        first, basis, _ = splines
        means = sum(np.bincount(first + a, weights * basis[:, a], k) for a in range(4)) / weights.sum()
        found = replace(found, means=means)
    for level, chosen in zip(levels, made.T[1:], strict=False):
        _require_some(part, level, x[(chosen > 0.0) & seen])
    return replace(found, lines=_lines(part, levels, design.names)).over(made, splines)


def smooth_in_files(part: SmoothPart, design: Design, names: Sequence[str], span: Ends, sample: Floats) -> SmoothDesign:
    """A curve of rows in files or on a cluster, whose variable has the smallest and largest values `span`; `design`
    makes its variable and what it is by, `names` are the columns of X, and `sample` (n,) are values of some rows. Means
    of B-splines are known when the rows are summed.
    """
    least, most = float(span.low), float(span.high)
    _require_varies(part, least, most, "all")
    _require_values(part, sample)
    levels = () if part.by is None else design.levels.get(part.by.text, ())
    step = (most - least) * (1.0 + 2.0 * MARGIN) / (part.k - 3)
    middle = float(design.state[part.line.text]["center"])
    return SmoothDesign(part, design, levels, least, step, middle, None, _lines(part, levels, names))


def _require_varies(part: SmoothPart, least: float, most: float, rows: str) -> None:
    if not most > least:
        raise DomainError(
            f"{part.name} needs a variable that varies; {part.variable.text!r} is {least:.6g} in {rows} rows."
        )


def _lines(part: SmoothPart, levels: Sequence[Any], names: Sequence[str]) -> tuple[tuple[int | None, int | None], ...]:
    """The numbers of the columns of X that are slope and height of each curve."""
    places = {name: k for k, name in enumerate(names)}
    line = part.line.text
    if part.by is None:
        return ((places.get(line), None),)
    by = part.by.text
    if not levels:
        return ((places.get(f"{line}:{by}"), places.get(by)),)
    coded = ([places.get(f"{line}:{by}[{mark}{level}]") for mark in ("", "T.")] for level in levels)
    return tuple((next((k for k in each if k is not None), None), None) for each in coded)


def _require_numbers(part: SmoothPart, columns: Mapping[str, pd.Series]) -> None:
    name = part.variable.category
    if name is not None and columns[name].dtype.kind == "O":
        raise over_categories(part, f" ({listing(columns[name].cat.categories, 5)})")


def over_categories(part: SmoothPart, which: str = "") -> DomainError:
    """What is raised for a variable that holds categories."""
    name = part.variable.text
    return DomainError(
        f"{part.name} is a curve over numbers; {name!r} holds categories{which}: its levels are C({name}), or groups, "
        f"(1 | {name})."
    )


def _require_values(part: SmoothPart, x: Floats) -> None:
    """DomainError where the variable has fewer different values than the curve has coefficients."""
    if (found := len(np.unique(x))) >= part.k:
        return
    inner = part.variable.text
    how = f"write s({inner}, k={found})" if found >= 4 else f"write C({inner})"
    raise DomainError(
        f"{part.name} has k={part.k} coefficients and {inner!r} only {found} different values: {how}, or a smaller k."
    )


def _require_some(part: SmoothPart, level: Any, x: Floats) -> None:
    if (found := len(np.unique(x))) < FEWEST:
        raise DomainError(
            f"{part.name} has a curve for the level {level!r}, in which {part.variable.text!r} has {found} different "
            f"value{'s' if found != 1 else ''}: a curve needs {FEWEST}. Leave out or merge this level, or write "
            f"s({part.variable.text}) for all levels."
        )
