"""The first pass over a source: what has to be known of all rows before a block of X can be made.

That is the levels of text and of categories, constants of `center` and `scale`, how many rows are dropped for missing
values, by column, the values of the outcome with their counts, and a random sample of the rows. Each batch is surveyed
where it is, and surveys are added.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from stattools.data.design import Design, side_by_side
from stattools.data.extras import require_some
from stattools.data.files.counted_values import Counted, EndsOf, Marginal, Question
from stattools.data.files.first_sums import FIRST_ROWS, FIRST_SUMS, FirstSums, Surroundings
from stattools.data.files.kinds import DTYPES, TEXT, is_ordered
from stattools.data.files.scanned_columns import cleaned, require_kinds
from stattools.data.files.scanned_rows import DROP, ScannedRows
from stattools.data.files.source import Batch, Pick, Sample, Source
from stattools.data.formula.coding import Coding, needed, outcome_values
from stattools.data.formula.evaluation import constants
from stattools.data.formula.formula import Formula, parse, require, together
from stattools.data.formula.transforms import ELEMENTWISE, NO_CURVE
from stattools.data.levels import chosen_levels, in_order
from stattools.data.tables.columns import listing, require_no_marks
from stattools.data.terms import outcome_of
from stattools.errors import DomainError, IncompatibleError
from stattools.numerics.moments import SampleMoments
from stattools.numerics.threads import one_blas_thread

HELD = 200_000
"""The most rows of the sample that is held in memory."""

HELD_NUMBERS = 8_000_000
"""The most numbers of X of that sample: 64 MB."""

MOST_COLUMNS = 5_000
"""The most columns of X: the information of these is 200 MB."""

ROWS = 1 << 17
"""The most rows that are surveyed at a time."""

NONE: Mapping[str, str] = MappingProxyType({})
"""Stands for no extras."""

EXTRAS = ("weights", "offset", "exposure")
"""The columns that may stand beside X, by keyword."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What the first pass finds in some rows: counts and a sample. Two of them are added with `+`."""

    counted: Counted
    sample: Sample

    def __add__(self, other: Survey) -> Survey:
        return Survey(self.counted + other.counted, self.sample + other.sample)


@dataclass(frozen=True, eq=False)
class SurveyOfBatch:
    """The survey of one batch, small enough to be sent to where the batch is."""

    question: Question
    pick: Pick
    most: int

    def __call__(self, batch: Batch) -> Survey:
        return Survey(self.question.count(batch), Sample.of(batch, self.pick, self.most))


@one_blas_thread()
def read_source(
    text: str | Formula,
    source: Source,
    columns: Mapping[str, Any],
    formulas: Mapping[str, str] = NONE,
    groups: tuple[str, ...] = (),
    ends: EndsOf | None = None,
    *,
    products: bool = False,
) -> tuple[ScannedRows, Any, str, dict[str, int], int]:
    """The rows of a formula over a source, the values of the outcome, its name, and what was dropped; one pass.

    `groups` are columns of labels, of which a complete row has a value; `ends` make an outcome of times of a formula
    that was parsed already. With `products` the pass also takes the sums that least squares needs, where it can.
    """
    extras = _extras(source, columns)
    first = parse(text, source.names, [*extras.values(), *groups]) if isinstance(text, str) else text
    beside = {
        name: parse(right, source.names, [*extras.values(), *groups], first.outcome) for name, right in formulas.items()
    }
    formula = together(first, beside.values())
    names = needed(formula, extras, groups)
    require_kinds(source.kinds, names, repr(source))
    called = [str(factor.category) for factor in formula.factors if factor.category is not None and factor.call == "C"]
    kinds = {name: source.kinds[name] for name in names} if source.certain else {}
    labels = tuple(name for name in groups if name not in needed(formula, extras))
    head = source.head(names, FIRST_ROWS) if products and not extras else None
    about = None if head is None else Surroundings.of(head, formula, kinds)
    question = Question(
        formula, extras, kinds, _learned(formula, ends), tuple(dict.fromkeys(called)), labels, ends, about
    )
    survey = source.total(names, SurveyOfBatch(question, source.pick(HELD), HELD), ROWS)
    if survey is None or not survey.counted.n_all:
        raise DomainError(f"the table has no rows: {source.counted}.")
    counted = survey.counted
    if not counted.n_rows:
        counts = ", ".join(f"{name!r} in {count:,}" for name, count in counted.dropped.items())
        raise DomainError(f"no row is complete: of {counted.n_all:,} rows, these columns are missing: {counts}.")
    require_some(counted.n)
    kinds = {name: kind.name for name, kind in counted.kinds.items()}
    levels = {name: _ordered(name, kinds[name], seen) for name, seen in counted.seen.items()}
    numbers = {name: sorted(np.array(list(found), dtype=DTYPES[kinds[name]]).tolist())
               for name, found in counted.levels.items()}  # fmt: skip
    found = {
        factor.text: chosen_levels(factor, (levels | numbers)[str(factor.category)], counted.n_rows)
        for factor in formula.factors
        if factor.category is not None and (factor.call == "C" or kinds[factor.category] in TEXT)
    }
    state = {key: _constants(call, counted.moments[key]) for key, call in question.learned.items()}
    unnamed = Design((), first, found, state, False, beside)
    design, sample = _design(Coding(formula, unnamed, extras, kinds, levels, groups=groups), survey.sample)
    coding = Coding(formula, design, extras, kinds, levels, groups=groups, ends=ends)
    marginal = _marginal(coding, counted, sample)
    found = {"raw": sample.batches, "farthest": counted.farthest}
    rows = ScannedRows.of(source, coding, counted.n_rows, counted.n, marginal, **found)
    rows.later["spans"] = counted.spans
    if about is not None and counted.sums is not None:
        rows.later[FIRST_SUMS] = FirstSums(about, counted.sums, coding)
    dropped = {name: counted.dropped[name] for name in names if counted.dropped[name]}
    return rows, marginal.values, formula.outcome.text, dropped, counted.n_all - counted.n_rows


def _extras(source: Source, columns: Mapping[str, Any]) -> dict[str, str]:
    given = {key: value for key, value in columns.items() if value is not None}
    for key, value in given.items():
        if key not in EXTRAS:
            what = "grouped outcomes (successes + failures, trials=)" if key in ("trials", "failures") else f"{key}="
            raise IncompatibleError(
                f"{what} cannot be read from rows {source.place} yet; {', '.join(EXTRAS)} can. Use a table in memory."
            )
        if not isinstance(value, str):
            raise IncompatibleError(
                f"for rows {source.place}, {key}= is the name of a column; got {type(value).__name__}."
            )
        require(value, source.names)
    return given


def _learned(formula: Formula, ends: EndsOf | None) -> dict[str, ast.Call]:
    """The calls of the formula whose constants are learned from all rows."""
    found: dict[str, ast.Call] = {}
    outcomes = (formula.outcome,) if ends is None else ends.parts
    for factor in (*formula.factors, *outcomes):
        for node in ast.walk(factor.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name == "s":
                raise DomainError(NO_CURVE)
            if name in ELEMENTWISE or name == "C" or (name == "poly" and constants(node).get("raw")):
                continue
            inner = any(
                isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id not in ELEMENTWISE
                for part in ast.walk(node.args[0])
            )
            if name not in ("center", "scale") or inner or factor in outcomes:
                raise IncompatibleError(
                    f"{ast.unparse(node)!r} is learned from all rows at once, and they are in files or on a cluster; "
                    "center(x) and scale(x) of columns can be learned there, poly(x, degree, raw=True) and I(x ** 2) "
                    "learn nothing. Or write its columns into the table."
                )
            found[ast.unparse(node)] = node
    return found


def _constants(call: ast.Call, moments: SampleMoments) -> dict[str, Any]:
    """What formulaic's `center` and `scale` would have learned."""
    given = {"center": True, "scale": True, "ddof": 1} | constants(call)
    if ast.unparse(call.func) == "center":
        given["scale"] = False
    center = (
        {True: moments.mean, False: None}.get(given["center"], given["center"])
        if isinstance(given["center"], bool)
        else given["center"]
    )
    scale = given["scale"]
    if isinstance(scale, bool):
        square = moments.about(0.0 if center is None else float(center))
        if scale and not (moments.n > given["ddof"] and square > 0):
            raise DomainError(f"{ast.unparse(call)!r} needs a column that varies, in more rows than ddof=.")
        scale = np.sqrt(square / (moments.n - given["ddof"])) if scale else None
    return {"ddof": given["ddof"], "center": center, "scale": scale}


def _ordered(name: str, kind: str, seen: Mapping[str, bool]) -> list[str]:
    """The levels that occur: text is sorted, categories have the order of their dictionaries."""
    occur = [level for level, yes in seen.items() if yes]
    if kind != "categories" and not all(isinstance(level, str) for level in occur):
        raise DomainError(f"a column is text in one place and categories of numbers in another: {listing(occur)}.")
    require_no_marks(f"column {name!r}", occur)
    return occur if kind == "categories" else sorted(occur)


def _design(coding: Coding, sample: Sample) -> tuple[Design, Sample]:
    """The design, its names from the first complete rows of the sample, and the sample cut to what may be held."""
    design, text = coding.design, coding.formula.text
    for batch in sample.batches:
        clean = cleaned(batch.table, 0, coding.kinds, coding.levels)
        if len(clean.rows):
            break
    else:
        raise DomainError(f"of a sample of {sample.n:,} rows none is complete. {DROP}")
    X, names, uses = side_by_side(design.formulas, clean.columns, clean.rows, design.levels, dict(design.state))
    if len(names) > MOST_COLUMNS:
        raise DomainError(
            f"the formula {text!r} makes {len(names):,} columns, and at most {MOST_COLUMNS:,} are fitted in "
            "passes: group levels, or leave an identifier out."
        )
    types = {field.name: field.type for field in batch.table.schema}
    ordered = in_order(design.formulas, design.levels, lambda name: is_ordered(types[name]))
    design = replace(design, names=names, uses=uses, ordered=ordered)
    return design, sample.thinned(int(np.ceil(sample.n * X.shape[1] / HELD_NUMBERS))).joined()


def _marginal(coding: Coding, counted: Counted, sample: Sample) -> Marginal:
    """The values of the outcome, one row each, as a column of that kind would have them."""
    import pandas as pd

    formula, levels = coding.formula, coding.levels
    if coding.ends is not None:
        clean = [cleaned(batch.table, 0, coding.kinds, levels) for batch in sample.batches]
        known, n_events = [coding.ends(part) for part in clean if len(part.rows)], (counted.counts or {})[True]
        if not n_events:
            raise DomainError(f"no row of {formula.outcome.text} has its event, in {counted.n_rows:,} rows.")
        return Marginal(np.concatenate(known), None, counted.outcome, n_events)
    name = formula.outcome.category
    if name and coding.kinds[name] in TEXT:
        counts = None if counted.counts is None else np.array([counted.counts[level] for level in levels[name]])
        column = pd.Series(pd.Categorical(levels[name], categories=levels[name]), name=name)
        return Marginal(outcome_of(formula, {name: column}, np.arange(len(column))), counts, counted.outcome)
    if counted.counts is None:
        parts = [cleaned(batch.table, 0, coding.kinds, levels, batch.finite) for batch in sample.batches]
        found = [np.asarray(outcome_values(formula, part)) for part in parts if len(part.rows)]
        return Marginal(pd.Series(np.concatenate(found), name=formula.outcome.text), None, counted.outcome)
    values = np.array(sorted(counted.counts))
    counts = np.array([counted.counts[value] for value in values.tolist()])
    column = pd.Series(values.astype(DTYPES[coding.kinds[name]]) if name else values, name=name or formula.outcome.text)
    if name:
        column = outcome_of(formula, {name: column}, np.arange(len(column)))
    return Marginal(column, counts, counted.outcome)
