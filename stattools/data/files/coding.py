"""How a batch of a table becomes rows of a model: its complete rows as clean columns, with the same levels in every
batch. A coding holds what the first pass has learned, and is small enough to be sent to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design
from stattools.data.design.terms import outcome_of, rest_of_powers
from stattools.data.files.source import DTYPES, TEXT, Batch, at
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.data.rows.rows import Rows, offset_of, require_frequencies
from stattools.data.tables.columns import REFUSED
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pa, pd

LARGEST = np.iinfo(np.int64).max
"""The largest whole number of a column, that of 64 bits with a sign."""


class CleanColumns(Mapping[str, "pd.Series"]):
    """Clean columns by name. To make a pandas Series takes longer than to add up a batch of numbers, so that it is made
    only where one is asked for; `values_of` has the numbers, or the categories, as they are.
    """

    def __init__(self, values: Mapping[str, NDArray[Any] | pd.Categorical]) -> None:
        self.values_of = values

    def __getitem__(self, name: str) -> pd.Series:
        return pd.Series(self.values_of[name], name=name, copy=False)

    def __contains__(self, name: object) -> bool:
        return name in self.values_of

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


@dataclass(frozen=True, eq=False)
class Clean:
    """The complete rows of a batch: columns by name, the numbers of the rows in the row group, and how many rows have
    no value, by column; `finite` are columns whose values are known to be finite numbers.
    """

    columns: CleanColumns
    rows: NDArray[np.intp]
    gaps: dict[str, int] = field(default_factory=dict)
    n: int = 0
    finite: frozenset[str] = frozenset()


def require_kinds(kinds: Mapping[str, str], names: Sequence[str], of: str = "") -> None:
    """DomainError for a column of a type that no model takes, `of` a source."""
    for name in names:
        if kinds[name] in DTYPES or kinds[name] in TEXT:
            continue
        word = kinds[name].split("[")[0].split("(")[0].rstrip("0123456789")
        aliases = {"timestamp": "datetime", "duration": "timedelta", "binary": "bytes", "fixed_size_list": "list"}
        advice = next(
            (remedy for given, remedy in REFUSED.values() if aliases.get(word, word) in given), "write numbers or text"
        )
        raise DomainError(f"column {name!r} holds {kinds[name]}, which no model takes; {advice}{of and f' ({of})'}.")


def cleaned(
    batch: pa.RecordBatch,
    first: int,
    kinds: Mapping[str, str],
    levels: Mapping[str, Sequence[str]] | None = None,
    finite: frozenset[str] = frozenset(),
) -> Clean:
    """The complete rows of a batch. Text is coded over `levels` where they are known, over the batch's own otherwise.
    Columns that are known to be `finite` are not looked at again.

    >>> import pyarrow as pa
    >>> batch = pa.record_batch({"x": [1.0, None, 3.0], "g": ["b", "a", "a"]})
    >>> found = cleaned(batch, 0, {"x": "number", "g": "text"})
    >>> found.columns["x"].tolist(), found.columns["g"].tolist(), found.gaps
    ([1.0, 3.0], ['b', 'a'], {'x': 1})
    """
    batch = _with_proper_dictionaries(batch)
    gaps, known, whole = {}, set(finite), np.ones(batch.num_rows, dtype=bool)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name in finite:
            continue
        if not column.null_count:
            total = _sum(column) if pa.types.is_floating(column.type) else 0.0
            if isfinite(total) and pa.types.is_floating(column.type):
                known.add(name)
            if not isnan(total):
                continue
        gap = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
        gaps[name] = int(gap.sum())
        whole &= ~gap
    n = batch.num_rows
    rows = first + (np.arange(n) if not gaps else np.flatnonzero(whole))
    if gaps:
        batch = batch.filter(pa.array(whole))
    values = {
        name: _values(column, name, kinds[name], None if levels is None else levels.get(name))
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    return Clean(CleanColumns(values), rows, gaps, n, frozenset(known))


def _with_proper_dictionaries(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with dictionaries that hold each level once and no missing value; Arrow allows others."""
    for place, column in enumerate(batch.columns):
        if not pa.types.is_dictionary(column.type):
            continue
        levels = column.dictionary
        if levels.null_count or len(levels.unique()) < len(levels):
            batch = batch.set_column(place, batch.schema.names[place], column.dictionary_decode().dictionary_encode())
    return batch


def _sum(column: pa.Array) -> float:
    """The sum of numbers. It is NaN only where a value is, or where infinities of both signs are, and finite only where
    all values are.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return float(column.to_numpy(zero_copy_only=False).sum(dtype=np.float64))


def _values(column: pa.Array, name: str, kind: str, levels: Sequence[str] | None) -> NDArray[Any] | pd.Categorical:
    if kind in TEXT:
        coded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
        found = coded.dictionary.to_pylist()
        codes = coded.indices.to_numpy(zero_copy_only=False)
        if levels is None:
            return pd.Categorical.from_codes(codes, found)
        places = {level: place for place, level in enumerate(levels)}
        there = np.array([places.get(level, -1) for level in found], dtype=np.intp)
        if len(codes) and (new := there[codes] < 0).any():
            raise DomainError(
                f"column {name!r} holds {found[codes[int(np.argmax(new))]]!r}, which was not there in the first pass. "
                "The table has changed since."
            )
        return pd.Categorical.from_codes(there[codes], list(levels))
    if pa.types.is_null(column.type):
        return np.empty(0, dtype=DTYPES[kind])
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    numbers = column.to_numpy(zero_copy_only=False)
    if numbers.dtype == np.uint64 and kind == "whole" and numbers.max(initial=0) > LARGEST:
        raise DomainError(
            f"column {name!r} holds {numbers.max()}, and whole numbers go up to {LARGEST}; write it as a number with "
            "decimals, or as text where it is a name."
        )
    return numbers.astype(DTYPES[kind], copy=False)


@record
class Coding:
    """The design of a formula with the levels of columns of text, and how the outcome becomes the numbers of the model.

    `formula` has the terms of all formulas where there are several (`Design.beside`). `extras` are the columns of
    "weights", "offset" and "exposure". `codes` are the numbers that the `values` of the outcome stand for (None: values
    stand for themselves).
    """

    formula: Formula
    design: Design
    extras: Mapping[str, str]
    kinds: Mapping[str, str]
    levels: Mapping[str, list[str]]
    values: NDArray[Any] | None = None
    codes: Floats | None = None
    check: Callable[[Floats], Floats] | None = None
    is_constant: bool = False
    """Whether X is a column of ones, in the same rows."""
    groups: tuple[str, ...] = ()
    """Columns of labels, which have a value in every complete row and are not coded."""
    ends: Any = None
    """What makes several numbers of each outcome, as of times that may be censored."""
    center: Floats | None = None
    scale: Floats | None = None
    axes: Floats | None = None
    """Of the columns of X, as of `Rows`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return needed(self.formula, self.extras, self.groups)

    def rows(self, batch: Batch) -> Rows | None:
        """The complete rows of a batch; None where there are none. Raises DomainError with the place."""
        found = self.complete(batch)
        return None if found is None else found[0]

    def complete(self, batch: Batch) -> tuple[Rows, NDArray[np.intp]] | None:
        """The complete rows of a batch, with their numbers in the row group or partition."""
        with at(batch.where):
            table = batch.table.select(list(self.columns))
            clean = cleaned(table, batch.first, self.kinds, self.levels, batch.finite)
            return (self._rows(clean), clean.rows) if len(clean.rows) else None

    def _rows(self, clean: Clean) -> Rows:
        X, low = self._matrix(clean), None
        y = self._outcome(clean)
        if self.check is not None:
            y = self.check(y)
        weight, offset = weights_and_offset(self.extras, clean)
        if isinstance(X, np.ndarray) and not (self.design.beside or self.is_constant):
            low = rest_of_powers(self.formula, self.design.names, lambda name: _floats(clean, name), X)
        return Rows(X, y, weight, offset, center=self.center, scale=self.scale, low=low, axes=self.axes)

    def _matrix(self, clean: Clean) -> Any:
        """X of clean rows: of columns of numbers at once, of others as it is made in memory."""
        if self.is_constant:
            return np.ones((len(clean.rows), 1))
        names = None if self.design.beside else plain_columns(self.formula.terms, self.kinds)
        if names is None:
            return self.design.matrix(clean.columns, clean.rows)
        X = np.ones((len(clean.rows), len(names)), order="F")
        for place, name in enumerate(names):
            if name:
                X[:, place] = clean.columns.values_of[name]
        return X

    def _outcome(self, clean: Clean) -> Floats:
        """The outcome of clean rows in the model's numbers."""
        if self.ends is not None:
            return self.ends(clean)
        found = outcome_values(self.formula, clean)
        if self.codes is None:
            return found.to_numpy(dtype=np.float64)
        if self.values is None:
            return self.codes[found.cat.codes.to_numpy()]
        values = found.to_numpy()
        places = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
        if (new := self.values[places] != values).any():
            raise DomainError(f"the outcome {values[new][0]!r} was not there in the first pass. {CHANGED}")
        return self.codes[places]


CHANGED = "The table has changed since; write it to files, or persist it, before it is fitted."
"""What to do where a pass sees other rows than the first one."""


def needed(formula: Formula, extras: Mapping[str, str], groups: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns that a formula, its extras and its groups need, each once."""
    return tuple(dict.fromkeys((*formula.outcome.columns, *formula.columns, *extras.values(), *groups)))


def plain_columns(terms: Sequence[tuple[Expression, ...]], kinds: Mapping[str, str]) -> tuple[str, ...] | None:
    """The column of numbers that each term is, "" for the intercept; None where a term is something else."""
    plain = all(
        len(term) < 2 and all(factor.call is None and kinds.get(str(factor.category)) in DTYPES for factor in term)
        for term in terms
    )
    return tuple(str(term[0].category) if term else "" for term in terms) if plain else None


def _floats(clean: Clean, name: str) -> Floats:
    return clean.columns[name].to_numpy(dtype=np.float64)


def outcome_values(formula: Formula, clean: Clean) -> Any:
    """The outcome of clean rows before it is coded: a column, or what the left side computes."""
    if formula.outcome.category is not None:
        return clean.columns[formula.outcome.category]
    return outcome_of(formula, clean.columns, clean.rows)


def weights_and_offset(extras: Mapping[str, str], clean: Clean) -> tuple[Floats | None, Floats | None]:
    """Frequencies and offset of clean rows, checked."""
    found = {}
    for key, name in extras.items():
        column = clean.columns[name]
        if column.dtype.kind not in "biuf":
            raise DomainError(f"{key}= needs numbers; {name!r} holds text.")
        found[key] = column.to_numpy(dtype=np.float64)
    weights = found.get("weights")
    if weights is not None:
        require_frequencies(weights, clean.rows)
    return weights, offset_of(found.get("offset"), found.get("exposure"), clean.rows)
