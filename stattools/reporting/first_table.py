"""What the columns of the data hold, as they are in the table that was given: numbers by mean, spread and range, groups
by their levels with counts, and what is missing; of all rows, or side by side for each group of rows ("Table 1").

Numbers are those of the rows that were used; missing values are counted in the whole table. Rows that were seen several
times (`weights=`) count as often. No test compares the groups: a table that describes has nothing to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.columns import clean, missing, sorted_codes
from stattools.data.tables.table import NamedColumns, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression
from stattools.numerics.sums import power_of_two
from stattools.reporting.document import Block, Paragraph, Table, code, literal
from stattools.reporting.tables import count, decimals, number
from stattools.text.columns import many

MOST_GROUPS = 8
"""Groups that stand side by side on a page."""
MOST_LEVELS = 30
"""Levels of a column that are written out."""
MOST_COLUMNS = 30
"""Columns that are described."""

MISSING = "missing"


@dataclass(frozen=True)
class TableColumn:
    """A column of the table: its values in the rows used, which of all rows have none, and whether it holds levels."""

    name: str
    values: pd.Series
    gaps: NDArray[np.bool_]
    has_levels: bool


def variables(model: Model | CoxRegression) -> tuple[TableColumn, ...]:
    """The columns that a formula uses, the outcome first; none where the model was given arrays, or files.

    >>> import stattools as st
    >>> model = st.ols("y ~ x + g", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, None], "g": ["a", "b", "b", "a"]})
    >>> [(one.name, one.has_levels, int(one.gaps.sum())) for one in variables(model)]
    [('y', False, 0), ('x', False, 1), ('g', True, 0)]
    """
    found = _table(model)
    if found is None:
        return ()
    whole: Any = model.design.whole
    labelled = {name for factor in whole.factors if factor.text in model.design.levels for name in factor.columns}
    outcome = [name for name in whole.outcome.columns if name in found.names]
    has_labels = not model.facts.is_partial and model.likelihood.outcome.has_labels
    labelled |= set(outcome) if has_labels and len(outcome) == 1 else set()
    names = [name for name in dict.fromkeys((*outcome, *whole.columns)) if name in found.names]
    return tuple(_variable(found, name, _kept(model), name in labelled) for name in names)


def columns_of(model: object) -> tuple[str, ...]:
    """The names of all columns of the table that a model was fitted to; none where it is not at hand."""
    found = _table(model)
    return () if found is None else found.names


def described(model: Model | CoxRegression) -> tuple[Block, ...]:
    """Two tables, of the numbers and of the levels; none where the table is not at hand."""
    every = variables(model)
    if not every:  # rows in files have no weights at hand
        return ()
    weight = _weights(model)
    numbers = [one for one in every[:MOST_COLUMNS] if not one.has_levels]
    levels = [one for one in every[:MOST_COLUMNS] if one.has_levels]
    return (*_numbers(numbers, weight), *_levels(levels, weight), *_more(every))


def grouped(model: Any, by: str) -> tuple[Block, ...]:
    """The columns side by side for each group of rows, "Table 1"; `by` names the column that holds the groups.

    Raises IncompatibleError where the model has no table in memory, DomainError for a column that there is not, or one
    with more groups than stand on a page.
    """
    found = _table(model)
    if found is None:
        raise IncompatibleError(
            f"by= compares the columns of a table in memory, and {model.title} has none at hand. Fit a formula to a "
            "table, or leave by= out."
        )
    if not isinstance(by, str):
        raise DomainError(f"by= names the column of the table that holds the groups; got {quoted(by)}.")
    of_groups, kept = _groups(found.column(by), by), _kept(model)
    weight, kept = _weights(model), slice(None) if kept is None else kept
    groups = {label: which for label, which in of_groups.items() if label != MISSING or which[kept].any()}
    parts = [RowGroup("all", weight, np.ones(found.n, dtype=bool))]
    parts += [RowGroup(label, weight * which[kept], which) for label, which in groups.items()]
    head = ("column", "", "all", *(f"{code(by)}: {label}" for label in groups))
    rows = [
        ("rows" if _given_weights(model) is None else "observations", "", *(count(part.weight.sum()) for part in parts))
    ]
    every = [one for one in variables(model) if one.name != by]
    for one in every[:MOST_COLUMNS]:
        rows += _rows_of(one, parts)
    caption = "Numbers: mean (standard deviation), and median (smallest to largest). Levels: how many, and their share."
    if model.n_dropped:
        caption += " Missing values are counted in the whole table, everything else in the rows without any."
    return (Table(head, tuple(rows), "ll" + "r" * len(parts), caption), *_more(every))


@dataclass(frozen=True)
class RowGroup:
    """A group of rows: the weight of each row used, 0 outside of it, and which rows of the whole table it has."""

    label: str
    weight: NDArray[np.float64]
    whole: NDArray[np.bool_]


def _table(model: object) -> NamedColumns | None:
    """The table that a regression, or a partial likelihood, was made from; None where it is not at hand."""
    if isinstance(model, CoxRegression):
        return table(model.said.source)
    if not isinstance(model, Model):
        return None
    if model.source is None or model.design.whole is None or model.rows.source is not None:
        return None
    return table(model.source)


def _kept(model: Any) -> Any:
    return model.said.kept if model.facts.is_partial else model.kept


def _given_weights(model: Any) -> Floats | None:
    return model.said.weights if model.facts.is_partial else model.rows.weight


def _variable(found: NamedColumns, name: str, kept: object, has_levels: bool) -> TableColumn:
    column = found.column(name)
    gaps = missing(column)
    used = column if kept is None else column.iloc[kept].reset_index(drop=True)
    values = clean(used)
    is_number = pd.api.types.is_numeric_dtype(values.dtype)
    if is_number and not has_levels:
        has_levels = set(np.unique(values).tolist()) <= {0.0, 1.0}
    return TableColumn(name, values, gaps, has_levels or not is_number)


def _weights(model: Any) -> NDArray[np.float64]:
    weight = _given_weights(model)
    n = model.said.n if model.facts.is_partial else len(model.rows.X)
    return np.ones(n) if weight is None else np.asarray(weight, dtype=float)


def _more(every: Sequence[TableColumn]) -> tuple[Block, ...]:
    more = len(every) - MOST_COLUMNS
    return (Paragraph(f"and {many(more, 'more column')}."),) if more > 0 else ()


def _groups(column: pd.Series, by: str) -> dict[str, NDArray[np.bool_]]:
    """Which rows of the table have each label, and which have none."""
    gaps = missing(column)
    labels, codes = sorted_codes(clean(column.loc[~gaps].reset_index(drop=True)))
    if not 1 <= len(labels) <= MOST_GROUPS:
        raise DomainError(
            f"by= puts up to {MOST_GROUPS} groups side by side, and {by!r} has {len(labels)}. Name a column with "
            "fewer, or make one: age in three bands."
        )
    every = np.full(len(column), -1)
    every[~gaps] = codes
    found = {_written(label): every == k for k, label in enumerate(labels)}
    return found | ({MISSING: gaps} if gaps.any() else {})


def _rows_of(one: TableColumn, parts: Sequence[RowGroup]) -> list[tuple[str, ...]]:
    """The lines of a column: two of numbers, or one for each level; and one of what is missing, if anything is."""
    if one.has_levels:
        labels, codes = sorted_codes(one.values)
        lines = [
            (_written(label), *(_share(float(part.weight @ (codes == k)), part.weight.sum()) for part in parts))
            for k, label in enumerate(labels[:MOST_LEVELS])
        ]
        lines += [(f"and {len(labels) - MOST_LEVELS} more levels", *[""] * len(parts))] * (len(labels) > MOST_LEVELS)
    else:
        values = one.values.to_numpy(dtype=float)
        found = [_summed(values, part.weight) for part in parts]
        places = decimals(found[0].sd if found[0] else 0.0)
        lines = [
            ("mean", *(f"{number(each.mean, places)} ({number(each.sd, places)})" if each else "" for each in found)),
            (
                "median",
                *(f"{each.median:,.6g} ({each.low:,.6g} to {each.high:,.6g})" if each else "" for each in found),
            ),
        ]
    if one.gaps.any():
        lines.append((MISSING, *(count(int((one.gaps & part.whole).sum())) for part in parts)))
    return [(code(one.name) if k == 0 else "", *line) for k, line in enumerate(lines)]


def _share(rows: float, of: float) -> str:
    return f"{count(rows)} ({100.0 * rows / of:.1f} %)" if of else ""


class NumberSummary(NamedTuple):
    """A column of numbers in five numbers."""

    mean: float
    sd: float
    median: float
    low: float
    high: float


def _summed(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NumberSummary | None:
    """Mean, standard deviation (over n - 1), median and ends of values that were seen `weight` times; None of none."""
    used = weight > 0
    if not used.any():
        return None
    values, weight = values[used], weight[used]
    n = float(weight.sum())
    unit = power_of_two(np.abs(values).max())
    scaled = values / unit
    center = float(weight @ scaled) / n
    spread = float(np.sqrt(weight @ (scaled - center) ** 2 / (n - 1.0))) if n > 1.0 else 0.0
    mean, sd = (float(unit * part) for part in (center, spread))
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) / n
    half = int(np.searchsorted(below, 0.5 - 1e-12))
    after = values[order][min(half + 1, len(values) - 1)] if abs(below[half] - 0.5) <= 1e-12 else values[order][half]
    return NumberSummary(mean, sd, float(0.5 * (values[order][half] + after)), float(values.min()), float(values.max()))


def _numbers(found: Sequence[TableColumn], weight: NDArray[np.float64]) -> tuple[Block, ...]:
    rows, has_gaps = [], any(one.gaps.any() for one in found)
    for one in found:
        each = _summed(one.values.to_numpy(dtype=float), weight)
        if each is not None:
            places = decimals(each.sd)
            ends = (f"{value:,.6g}" for value in each[2:])
            gaps = (count(int(one.gaps.sum())),) if has_gaps else ()
            rows.append((code(one.name), number(each.mean, places), number(each.sd, places), *ends, *gaps))
    head = ("column", "mean", "standard deviation", "median", "smallest", "largest", *(["missing"] if has_gaps else []))
    return (Table(head, tuple(rows), "l" + "r" * (len(head) - 1)),) if rows else ()


def _levels(found: Sequence[TableColumn], weight: NDArray[np.float64]) -> tuple[Block, ...]:
    whole = RowGroup("", weight, np.ones(len(found[0].gaps) if found else 0, dtype=bool))
    rows = [row for one in found for row in _rows_of(one, [whole])]
    return (Table(("column", "level", "rows"), tuple(rows), "llr"),) if rows else ()


def _written(label: object) -> str:
    """A level as a cell: a whole number without a decimal point, truth as yes and no."""
    if isinstance(label, bool | np.bool_):
        return "yes" if label else "no"
    return literal(f"{label:g}" if isinstance(label, float) else label)
