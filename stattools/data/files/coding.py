"""How a batch of a table becomes rows of a model: its complete rows as clean columns, with the same levels in every
batch. A coding holds what the first pass has learned, and is small enough to be sent to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design, outcome_of, rest_of_powers
from stattools.data.files.source import DTYPES, TEXT, Batch, at
from stattools.data.formula.formula import Formula
from stattools.data.rows.rows import Rows, offset_of, require_frequencies
from stattools.data.tables.columns import REFUSED
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pa, pd

CHANGED = "The table has changed since; write it to files, or persist it, before it is fitted."
"""What to do where a pass sees other rows than the first one."""


@record
class Clean:
    """The complete rows of a batch: clean `columns`, the numbers of the `rows` in the row group, and in `gaps` how many
    of all rows have no value, by column. Columns of float numbers are finite, but for those that are `doubtful`.
    """

    columns: Mapping[str, pd.Series]
    rows: NDArray[np.intp]
    gaps: Mapping[str, int]
    doubtful: Sequence[str]

    def beside(self, extras: Mapping[str, str]) -> tuple[Floats | None, Floats | None]:
        """Frequencies and offset, checked, from the columns of "weights", "offset" and "exposure"."""
        for key, name in extras.items():
            if self.columns[name].dtype.kind not in "biuf":
                raise DomainError(f"{key}= needs numbers; {name!r} holds text.")
        found = {key: self.columns[name].to_numpy(dtype=np.float64) for key, name in extras.items()}
        if (weights := found.get("weights")) is not None:
            require_frequencies(weights, self.rows)
        return weights, offset_of(found.get("offset"), found.get("exposure"), self.rows)


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


@np.errstate(over="ignore", invalid="ignore")
def cleaned(
    batch: pa.RecordBatch, first: int, kinds: Mapping[str, str], levels: Mapping[str, Sequence[str]] | None = None
) -> Clean:
    """The complete rows of a batch. Text is coded over `levels` where they are known, over the batch's own otherwise.

    >>> import pyarrow as pa
    >>> batch = pa.record_batch({"x": [1.0, None, 3.0], "g": ["b", "a", "a"]})
    >>> found = cleaned(batch, 0, {"x": "number", "g": "text"})
    >>> found.columns["x"].tolist(), found.columns["g"].tolist(), found.gaps
    ([1.0, 3.0], ['b', 'a'], {'x': 1})
    """
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    gaps, doubtful, whole = dict[str, int](), list[str](), np.ones(batch.num_rows, dtype=bool)
    for name, column in columns.items():
        if pa.types.is_dictionary(column.type):
            here = column.dictionary  # Arrow allows levels that are missing, or there twice
            if here.null_count or len(here.unique()) < len(here):
                columns[name] = column = column.dictionary_decode().dictionary_encode()
        total = 0.0  # it is finite only where all values are, NaN only where one is or infinities of both signs are
        if pa.types.is_floating(column.type):
            total = column.to_numpy(zero_copy_only=False).sum(dtype=np.float64)
            doubtful += [] if isfinite(total) else [name]
        if column.null_count or isnan(total):
            gap = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
            gaps[name] = int(gap.sum())
            whole &= ~gap
    if gaps:
        there = pa.array(whole)
        columns = {name: column.filter(there) for name, column in columns.items()}
    found = dict[str, pd.Series]()
    for name, column in columns.items():
        found[name] = pd.Series(_values(column, name, kinds[name], (levels or {}).get(name)), name=name, copy=False)
    return Clean(found, first + np.flatnonzero(whole), gaps, doubtful)


def _values(column: pa.Array, name: str, kind: str, levels: Sequence[str] | None) -> NDArray[Any] | pd.Categorical:
    if kind in TEXT:
        coded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
        found = coded.dictionary.to_pylist()
        codes = coded.indices.to_numpy(zero_copy_only=False)
        if levels is None:
            return pd.Categorical.from_codes(codes, found, ordered=coded.type.ordered)
        places = {level: place for place, level in enumerate(levels)}
        there = np.array([places.get(level, -1) for level in found], dtype=np.intp)
        if len(codes) and (new := there[codes] < 0).any():
            raise DomainError(
                f"column {name!r} holds {found[codes[int(np.argmax(new))]]!r}, which was not there in the first pass. "
                "The table has changed since."
            )
        return pd.Categorical.from_codes(there[codes], list(levels), ordered=coded.type.ordered)
    if pa.types.is_null(column.type):
        return np.empty(0, dtype=DTYPES[kind])
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    numbers = column.to_numpy(zero_copy_only=False)
    largest = np.iinfo(np.int64).max
    if numbers.dtype == np.uint64 and kind == "whole" and numbers.max(initial=0) > largest:
        raise DomainError(
            f"column {name!r} holds {numbers.max()}, and whole numbers go up to {largest}; write it as a number with "
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
    groups: tuple[str, ...] = ()
    """Other columns that have a value in every complete row, such as labels; they are not coded."""
    ends: Any = None
    """What makes several numbers of each outcome, as of times that may be censored."""
    center: Floats | None = None
    scale: Floats | None = None
    axes: Floats | None = None
    """Of the columns of X, as of `Rows`."""

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that the formula and its extras need, each once."""
        return tuple(dict.fromkeys((*self.formula.outcome.columns, *self.formula.columns, *self.extras.values())))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, those of groups too."""
        return tuple(dict.fromkeys((*self.used, *self.groups)))

    @property
    def plain(self) -> tuple[str, ...] | None:
        """The column of numbers that each term is, "" for the intercept; None where a term is something else."""
        terms = self.formula.terms
        each = [factor for term in terms for factor in term]
        plain = all(factor.call is None and self.kinds.get(str(factor.category)) in DTYPES for factor in each)
        plain = plain and all(len(term) < 2 for term in terms)
        return tuple(str(term[0].category) if term else "" for term in terms) if plain else None

    def complete(self, batch: Batch) -> tuple[Rows, NDArray[np.intp]] | None:
        """The complete rows of a batch, with their numbers where it stands; None where there are none."""
        with at(batch.where):
            clean = cleaned(batch.table.select(list(self.columns)), batch.first, self.kinds, self.levels)
            return (self.rows(clean), clean.rows) if len(clean.rows) else None

    def rows(self, clean: Clean) -> Rows:
        """X, the outcome and what stands beside them of clean rows."""
        names = None if self.design.beside else self.plain
        if names is None:
            X = self.design.matrix(clean.columns, clean.rows)
        else:
            X = np.empty((len(clean.rows), len(names)), order="F")
            for place, name in enumerate(names):
                X[:, place] = clean.columns[name] if name else 1.0
        y, (weight, offset) = self._outcome(clean), clean.beside(self.extras)
        low = None if self.design.beside else rest_of_powers(self.formula, self.design.names, clean.columns, X)
        return Rows(X, y, weight, offset, center=self.center, scale=self.scale, low=low, axes=self.axes)

    def outcome(self, clean: Clean) -> pd.Series:
        """The outcome of clean rows before it is coded: a column, or what the left side computes."""
        name = self.formula.outcome.category
        return outcome_of(self.formula, clean.columns, clean.rows) if name is None else clean.columns[name]

    def _outcome(self, clean: Clean) -> Floats:
        """The outcome of clean rows in the model's numbers, checked."""
        if self.ends is not None:
            y = self.ends(clean)
        elif self.codes is None:
            y = self.outcome(clean).to_numpy(dtype=np.float64)
        elif self.values is None:
            y = self.codes[self.outcome(clean).cat.codes.to_numpy()]
        else:
            values = self.outcome(clean).to_numpy()
            places = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
            if (new := self.values[places] != values).any():
                raise DomainError(f"the outcome {values[new][0]!r} was not there in the first pass. {CHANGED}")
            y = self.codes[places]
        return y if self.check is None else self.check(y)
