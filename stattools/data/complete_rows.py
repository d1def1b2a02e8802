"""The rows of a table in which no column that is used has a value missing, and how many others there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.data.formula.formula import require
from stattools.data.tables.arrays import NUMBERS
from stattools.data.tables.columns import checked, clean, is_ready, missing
from stattools.data.tables.dates import labeled
from stattools.data.tables.pairing import paired
from stattools.data.tables.table import NamedColumns, series
from stattools.errors import DomainError
from stattools.interface.record import record


def given(columns: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The extras that were given, and the columns among them, which a dot leaves out."""
    extras = {key: value for key, value in columns.items() if value is not None}
    return extras, [value for value in extras.values() if isinstance(value, str)]


@record
class CompleteRows:
    """Clean columns of a table, on the rows in which none of them is missing; see `Dataset` for what is counted.

    `columns` are by name, or by keyword for extras that are arrays; `numbers` are the extras; `rows` the numbers of the
    rows that stayed; `index` is that of the whole table.
    """

    columns: dict[str, Any]
    numbers: dict[str, np.ndarray]
    rows: np.ndarray
    dropped: dict[str, int]
    n_dropped: int
    index: Any

    def keeping(self, places: np.ndarray) -> CompleteRows:
        """Some of these rows, by their places among them; the others are counted as dropped."""
        return replace(
            self,
            columns={name: column.iloc[places].reset_index(drop=True) for name, column in self.columns.items()},
            numbers={key: values[places] for key, values in self.numbers.items()},
            rows=self.rows[places],
            n_dropped=self.n_dropped + len(self.rows) - len(places),
        )


def complete_rows(
    data: Any,
    frame: NamedColumns,
    names: Sequence[str],
    extras: Mapping[str, Any],
    endless: Collection[str] = (),
    dated: Collection[str] = (),
) -> CompleteRows:
    """The columns `names` of the table `data`, read as `frame`, and extras: names of columns, or arrays of its length.
    Those that are `endless` may hold infinite numbers, those that are `dated` dates, which become labels. Raises
    DomainError for columns that are not there, other lengths, other indexes, and where no row is complete.
    """
    raw = {name: labeled(frame.column(name)) if name in dated else frame.column(name) for name in names}
    labels = {key: _label(key, value, frame.names) for key, value in extras.items()}
    index = paired(("the table", data), *((f"{key}=", value) for key, value in extras.items()))
    for key, value in extras.items():
        if isinstance(value, str):
            require(value, frame.names)
            raw[value] = frame.column(value)
        else:
            raw[labels[key]] = series(value, labels[key])
            same_length(raw[labels[key]], labels[key], frame.n, "the table")
    other = {label: column for label, column in raw.items() if not is_ready(column)}
    gaps = {label: gap for label, column in other.items() if (gap := missing(column)).any()}
    rows = np.flatnonzero(~np.logical_or.reduce(list(gaps.values()))) if gaps else np.arange(frame.n)
    dropped = {label: int(gap.sum()) for label, gap in gaps.items()}
    if not len(rows):
        counts = ", ".join(f"{name!r} in {count}" for name, count in dropped.items())
        raise DomainError(f"no row is complete: of {frame.n} rows, these columns are missing: {counts}.")
    whole, usual = len(rows) == frame.n, partial(checked, rows=rows)
    made = {
        label: column
        if whole and label not in other
        else (clean if label in endless else usual)(column if whole else column.iloc[rows].reset_index(drop=True))
        for label, column in raw.items()
    }
    numbers = {key: number_column(made[label], key, label) for key, label in labels.items()}
    return CompleteRows(made, numbers, rows, dropped, frame.n - len(rows), index)


def _label(key: str, value: Any, names: Sequence[str]) -> str:
    """What counts and errors call an extra: its column, or its keyword (`weights=` if a column has that name)."""
    if isinstance(value, str):
        return value
    return f"{key}=" if key in names else key


def number_column(column: Any, key: str, label: str) -> np.ndarray:
    """The numbers of a clean column; DomainError for categories."""
    if column.dtype.kind not in NUMBERS:
        levels = ", ".join(repr(level) for level in column.cat.categories[:5])
        raise DomainError(f"{key}= needs numbers; {label!r} holds categories ({levels}).")
    return np.asarray(column, dtype=np.float64)


def same_length(column: Any, what: str, n: int, against: str) -> None:
    """DomainError where a column does not have `n` values."""
    if len(column) != n:
        raise DomainError(f"{what} has {len(column)} values and {against} has {n} rows; they must be the same rows.")
