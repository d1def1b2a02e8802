"""Rows in files or on a cluster: what `Rows` answers, summed over batches that are read, coded and forgotten.

A batch of a table becomes rows of a model as its coding says, with the same levels in every batch: what the first pass
has learned. The source decides how batches are read and in which order their sums are added; every pass is checked to
have seen the rows that the first one saw. A coding, and what is done with a batch, is small enough to be sent to where
the batch is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from math import isfinite, isnan
from operator import iadd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design, outcome_of, rest_of_powers
from stattools.data.files.source import DTYPES, TEXT, AddedByName, Batch, at
from stattools.data.formula.formula import Formula
from stattools.data.rows.rows import Block, Farthest, OnDisk, Rows, offset_of, require_frequencies
from stattools.data.tables.columns import REFUSED
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pa, pd
from stattools.numerics.sums import SampleMoments
from stattools.numerics.threads import Share

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
        called = aliases.get(word, word)
        advice = next((remedy for given, remedy in REFUSED.values() if called in given), "write numbers or text")
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
    rows = np.arange(first, first + len(whole)) if not gaps else first + np.flatnonzero(whole)
    return Clean(found, rows, gaps, doubtful)


def _values(column: pa.Array, name: str, kind: str, levels: Sequence[str] | None) -> np.ndarray | pd.Categorical:
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


BLOCK = 1 << 13
"""The most rows of a block: what is made of it stays in the cache of one core while X itself is in that of another."""


def of_batch(
    codings: Sequence[Coding], work: Callable[..., object], beside: Sequence[str], batch: Batch
) -> AddedByName | None:
    """`work` of the complete rows of a batch in each of some codings, and of the columns `beside` them with the numbers
    of the rows, as `value`, and the number `n` of the rows; None where one has no complete rows.
    """
    found = [one for coding in codings if (one := coding.complete(batch)) is not None]
    if len(found) < len(codings):
        return None
    given, numbers = [rows for rows, _ in found], found[0][1]
    others = batch._replace(table=batch.table.select(list(beside))).taken(numbers - batch.first) if beside else None
    with at(batch.where):
        value = work(*given) if others is None else work(*given, others, numbers)
        return AddedByName(value=value, n=len(numbers))


def of_blocks[T](part: Callable[[Block], T], fold: int, rows: Rows) -> T:
    """The sum of `part(block)` over the blocks of rows."""
    return reduce(iadd, map(part, rows.blocks(min(BLOCK, fold * rows.block_size))))


# What to do where no row of a sample is complete.
DROP = "Nearly all rows miss a value: keep the complete rows only, or leave a column out."

LARGEST, LONGEST = 2_000_000, 1 << 15
"""Numbers of X that are made at a time, and rows: 16 MB, of few columns as much as a cache holds."""


@dataclass(frozen=True, eq=False)
class Held:
    """The rows of a sample in `parts`, which stand one below the other where they are asked for: of many columns that
    costs a tenth of a read of all rows, and least squares does not ask.
    """

    parts: tuple[Rows, ...]

    @cached_property
    def rows(self) -> Rows:
        """All of them."""
        each = zip(*((part.X, part.y, part.weight, part.offset) for part in self.parts), strict=True)
        held: Any = [None if some[0] is None else np.concatenate(some) for some in each]
        return Rows(*held)


@record
class ScannedRows(Rows):
    """The rows of a source that are complete in the columns of a formula, whose arrays know their shapes only.

    `raw` are the batches of the sample as they were read, and `held` its rows in memory; `farthest` is the largest
    offset of all rows. `low` is that of a batch and says that there is one. `later` is shared by copies.

    Of the outcome alone are known its moments, its `values` and how often each was seen, `counts`. Where there are too
    many values to count, the counts are None and the values are those of the sample. `n_events` are the times that were
    seen.
    """

    source: Any = None
    coding: Any = None
    outcome: SampleMoments = SampleMoments()  # type: ignore[assignment]
    values: Any = None
    counts: NDArray[np.float64] | None = None
    n_events: float | None = None
    raw: tuple[Batch, ...] = ()
    farthest: Farthest = Farthest()
    held: Any = None
    later: Any = field(default_factory=dict)

    def absent(self, *shape: int) -> OnDisk:
        """Stands for an array over all rows, of which the shape is known only."""
        return OnDisk(shape, place=self.place)

    @property
    def outcome_square(self) -> float:
        """The sum of squares of the outcome."""
        return self.outcome.about(0.0)

    def bound(self, y: Floats, check: Callable[[Floats], Floats]) -> ScannedRows:
        """The rows for a model whose outcome is y where that of the source is `values`; it reads the sample only."""
        values, numbers = self.values, self.values.dtype.kind in "biuf"
        same = numbers and np.array_equal(np.asarray(values, dtype=np.float64), y)
        if not same and self.counts is None:
            raise DomainError(
                f"the outcome has more than {len(values):,} values; categories are far fewer. Use st.ols."
            )
        moments, keys = self.outcome if same else SampleMoments.of(y, self.counts), np.asarray(values)
        coding = replace(self.coding, values=keys if numbers else None, codes=None if same else y, check=check)
        parts = tuple(found[0] for batch in self.raw if (found := coding.complete(batch)) is not None)
        if not parts:
            raise DomainError(f"of a sample of the rows none is complete. {DROP}")
        low = next((part.low for part in parts if part.low is not None), None)
        return replace(self, coding=coding, outcome=moments, values=y, held=Held(parts), low=low)

    @property
    def _placed(self) -> Coding:
        """The coding, with X in the coordinates of these rows."""
        return replace(self.coding, center=self.center, scale=self.scale, axes=self.axes)

    @property
    def _piece(self) -> int:
        return max(1, min(LONGEST, LARGEST // self.X.shape[1]))

    def gather[T](self, work: Callable[..., T], *columns: str, others: Sequence[Any] = ()) -> T:
        """The sum of `work(rows)` over batches, as of `Rows`: one pass over the source. With `columns` of the source it
        is that of `work(rows, batch, numbers)`: these columns in the complete rows as they are stored, missing values
        included, and the numbers of the rows where the batch stands.
        """
        codings = tuple(of._placed for of in (self, *others))
        names = dict.fromkeys((*(name for coding in codings for name in coding.columns), *columns))
        self.later["reads"] = self.reads
        found = self.source.total(tuple(names), partial(of_batch, codings, work, columns), self._piece)
        if (n := found["n"] if found else 0) != len(self.X):
            raise DomainError(f"this pass found {n:,} complete rows, the first one {len(self.X):,}. {CHANGED}")
        return found["value"]

    def total[T](self, part: Callable[[Block], T], fold: int = 1, share: Share | None = None) -> T:
        """The sum of `part(block)` over all blocks, as of `Rows`: one pass over the source, which has no shares."""
        assert share is None
        return self.gather(partial(of_blocks, part, fold))

    def blocks(self, size: int | None = None, share: Share | None = None) -> Iterator[Block]:
        """All rows in order, in blocks; `total` is faster, and works where rows cannot be brought here."""
        assert share is None
        coding = self._placed
        for batch in self.source.batches(coding.columns):
            for piece in batch.cut(self._piece):
                if (found := coding.complete(piece)) is not None:
                    yield from found[0].blocks(size)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        return replace(self.held.rows, center=self.center, scale=self.scale, axes=self.axes)

    @property
    def typical(self) -> Rows:
        """The sample, from which a start is made; outcomes that are all zero are replaced by the mean of all rows."""
        rows = self.sampled
        return rows if rows.y.any() else replace(rows, y=np.full(len(rows.y), self.outcome.mean))

    def without_columns(self) -> ScannedRows:
        """The rows with a column of ones in place of X."""
        coding, plain = self.coding, replace(self, center=None, scale=None, low=None, axes=None)
        formula, design = replace(coding.formula, terms=((),)), replace(coding.design, names=("Intercept",), beside={})
        coding = replace(coding, formula=formula, design=design, groups=coding.columns)
        held = Held(tuple(part.without_columns() for part in self.held.parts))
        return replace(plain, X=self.absent(len(self.X), 1), coding=coding, held=held)

    def outcome_counts(self) -> Rows | None:
        """A row for each value of the outcome, with its frequency and a column of ones; None for too many values."""
        return None if self.counts is None else Rows(np.ones((len(self.values), 1)), self.values, self.counts)


MOST_GROUPS, MOST_SUMS = 2_000_000, 50_000_000
"""Groups, or pairs of groups, whose labels are held at most; and numbers of their sums, groups times sums: 400 MB."""


@dataclass(eq=False)
class SumsByLabel:
    """Sums by label, which grow as labels appear: `+=` adds others, in the array of the first. Errors say `whose` the
    sums are, and what to do `instead`; DomainError for more labels than are held.
    """

    whose: str
    instead: str
    most: int
    labels: Collection[Any]
    sums: Floats

    def __post_init__(self) -> None:
        self._require(len(self.labels))

    def _require(self, n: int) -> None:
        if n > self.most:
            raise DomainError(
                f"{self.whose} holds {self.sums.shape[1]:,} sums for each group, and takes at most {self.most:,} of "
                f"them; there are more. {self.instead}"
            )

    @cached_property
    def places(self) -> dict[object, int]:
        """The place of each label."""
        return {label: place for place, label in enumerate(self.labels)}

    def __iadd__(self, other: SumsByLabel) -> SumsByLabel:
        self.labels = places = self.places
        codes = np.array([places.setdefault(label, len(places)) for label in other.labels], dtype=np.intp)
        self._require(len(places))
        if len(places) > len(self.sums):
            rows = min(max(2 * len(self.sums), len(places)), self.most)
            self.sums = np.concatenate([self.sums, np.zeros((rows - len(self.sums), self.sums.shape[1]))])
        self.sums[codes] += other.closed
        return self

    @property
    def closed(self) -> Floats:
        """The sums of the labels, in the order in which these were seen."""
        return self.sums[: len(self.labels)]


def labels_of(others: Batch, name: str, numbers: NDArray[np.intp], whose: str) -> tuple[list[object], NDArray[np.intp]]:
    """The labels of a column of a batch, and the place of each row's; DomainError, of `whose`, for a row with none."""
    column = others.table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if (gaps := column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)).any():
        raise DomainError(
            f"{others.where}: {whose} needs a group for every row; row {numbers[int(np.argmax(gaps))]} has "
            "none. Give it a group, or leave such rows out of the files."
        )
    coded = column.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
