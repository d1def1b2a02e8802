"""Rows in files or on a cluster: what `Rows` answers, summed over batches that are read, coded and forgotten.

The source decides how batches are read and in which order their sums are added; every pass is checked to have seen the
rows that the first one saw. What is done with a batch is small enough to be sent to where the batch is.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import iadd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design
from stattools.data.files.coding import (
    CHANGED,
    Clean,
    Coding,
    cleaned,
    needed,
    outcome_values,
    plain_columns,
    require_kinds,
    weights_and_offset,
)
from stattools.data.files.source import Batch, Pick, Sample, Source, at, kind_of, merged, words
from stattools.data.formula.expression import evaluate
from stattools.data.formula.formula import Formula
from stattools.data.rows.rows import Block, Farthest, Low, OnDisk, Rows
from stattools.data.rows.sums import ShiftedBlock, ShiftedSums, rows_of_a_block
from stattools.data.tables.columns import finite
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.sums import Ends, SampleMoments
from stattools.numerics.threads import Share

BLOCK = 1 << 13
"""The most rows of a block: what is made of it stays in the cache of one core while X itself is in that of another."""


@dataclass(frozen=True, eq=False)
class Summed:
    """A sum over some rows, with the number of the rows."""

    value: Any
    n: int

    def __add__(self, other: Summed) -> Summed:
        return Summed(self.value + other.value, self.n + other.n)

    def __iadd__(self, other: Summed) -> Summed:
        """The sum, in the arrays of the first."""
        return Summed(iadd(self.value, other.value), self.n + other.n)


@dataclass(frozen=True, eq=False)
class Pass:
    """`work` of the complete rows of a batch in each of some `codings`, and of the columns `beside` them with the
    numbers of the rows; nothing where one has no complete rows.
    """

    codings: tuple[Coding, ...]
    work: Callable[..., Any]
    beside: tuple[str, ...] = ()

    def __call__(self, batch: Batch) -> Summed | None:
        found = [one for coding in self.codings if (one := coding.complete(batch)) is not None]
        if len(found) < len(self.codings):
            return None
        given: list[Any] = [rows for rows, _ in found]
        numbers = found[0][1]
        if self.beside:
            others = batch._replace(table=batch.table.select(list(self.beside)))
            given += [others.taken(numbers - batch.first), numbers]
        with at(batch.where):
            return Summed(self.work(*given), len(numbers))


def of_blocks(part: Callable[[Block], Any], fold: int, rows: Rows) -> Any:
    """The sum of `part(block)` over the blocks of rows."""
    return reduce(iadd, map(part, rows.blocks(min(BLOCK, fold * rows.block_size))))


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of all parts, one below the other, with the rests of the columns that have one in some part."""
    given = [name for name in ("X", "y", "weight", "offset") if getattr(parts[0], name) is not None]
    whole: Any = {name: np.concatenate([getattr(part, name) for part in parts]) for name in given}
    found = [part.low.columns for part in parts if part.low is not None]
    if not found:
        return Rows(**whole)
    columns = np.unique(np.concatenate(found))
    values = np.zeros((len(whole["X"]), len(columns)))
    first = 0
    for part in parts:
        if part.low is not None:
            values[first : first + len(part.X), np.searchsorted(columns, part.low.columns)] = part.low.values
        first += len(part.X)
    return Rows(**whole, low=Low(columns, values))


NUMBERS = ("whole", "number")
"""Kinds of the outcomes of which sums are taken."""

FEWEST = 1_024
"""Fewer complete first rows than this leave the sums to the solver; ten for each column are needed, too."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The coordinates of the sums: `names` of the columns after the intercept, that of the outcome, `center` (p,) and
    `phi` (p,) of all columns, and the center of the outcome, `middle`.
    """

    names: tuple[str, ...]
    outcome: str
    center: Floats
    middle: float
    phi: Floats

    @classmethod
    def of(cls, batch: Batch, formula: Formula, kinds: Mapping[str, str]) -> Surroundings | None:
        """What the first rows give; None for a formula of other terms than an intercept and columns of numbers, and for
        too few or infinite values.
        """
        used, outcome = plain_columns(formula.terms, kinds), formula.outcome.category
        if used is None or used[0] or outcome is None or formula.outcome.call or kinds.get(outcome) not in NUMBERS:
            return None
        names = used[1:]
        clean = cleaned(batch.table, batch.first, kinds)
        n, p = len(clean.rows), len(names) + 1
        if n < max(FEWEST, 10 * p):
            return None
        values = clean.columns.values_of
        X = np.column_stack([np.ones(n), *(values[name] for name in names)])
        y = np.asarray(values[outcome], dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            center, middle = X.mean(axis=0), float(y.mean())
            center[0] = 0.0
            X -= center
            unit = np.sqrt(np.einsum("ij,ij->j", X, X))
            size = float(np.sqrt(np.square(y - middle).sum()))
        if not np.isfinite([*unit, size]).all():
            return None
        unit[unit == 0.0] = 1.0
        X /= unit
        # any phi will do: the small number makes one of columns that depend on one another in these rows, too
        phi = np.linalg.solve(X.T @ X + 1e-8 * np.eye(p), X.T @ (y - middle)) / unit
        return cls(names, outcome, center, middle, phi)

    def sums(self, clean: Clean) -> ShiftedSums:
        """The sums over the complete rows of a batch, of which there is one at least."""
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by the solver, with a message
            return ShiftedSums.over(self._blocks(clean), self.phi)

    def _blocks(self, clean: Clean) -> Iterator[ShiftedBlock]:
        values: Mapping[str, Any] = clean.columns.values_of
        y, n, p = values[self.outcome], len(clean.rows), len(self.center)
        size = rows_of_a_block(n, p)
        room = np.empty((size, p), order="F")
        room[:, 0] = 1.0
        for start in range(0, n, size):
            part = slice(start, start + size)
            Z, here = room[: min(size, n - start)], y[part].astype(np.float64, copy=False)
            for place, name in enumerate(self.names, 1):
                np.subtract(values[name][part], self.center[place], out=Z[:, place])
            yield Z, here - self.middle, None, here


HELD = 200_000
"""The most rows of the sample that is held in memory."""

MOST_VALUES = 1_000
"""The most values of an outcome that are counted; with more it is a quantity."""

MOST_LEVELS = 100_000
"""The most levels of a column that are counted: each would be a column of X, and more than this is an identifier."""


class AddedByName(dict[str, Any]):
    """What is known by name; the sum (`+`) of two adds what both have."""

    def __add__(self, other: Mapping[str, Any]) -> AddedByName:
        return AddedByName({**self, **other} | {name: self[name] + other[name] for name in self if name in other})


class Kind(NamedTuple):
    """The kind of a column, and a place where it was seen."""

    column: str
    name: str
    where: str

    def __add__(self, other: Kind) -> Kind:  # type: ignore[override]
        found = merged(self.name, other.name)
        if found is None:
            raise DomainError(
                f"column {self.column!r} is {words(self.name)} in {self.where} and {words(other.name)} in "
                f"{other.where}; give it one type."
            )
        return self if found == self.name else Kind(self.column, found, other.where)


class Levels(NamedTuple):
    """The levels of a column in the order in which they were found, and whether they occur; `what` the column is and
    `instead` what to do where there are too many.
    """

    occur: dict[Any, bool]
    what: str
    instead: str

    def __add__(self, other: Levels) -> Levels:  # type: ignore[override]
        mine = self.occur
        if all(mine.get(level) or mine.get(level) is yes for level, yes in other.occur.items()):
            return self  # the usual case: both have the same levels
        found = mine | {level: yes or mine.get(level, False) for level, yes in other.occur.items()}
        if sum(found.values()) > MOST_LEVELS:
            raise DomainError(f"{self.what} has more than {MOST_LEVELS:,} levels; {self.instead}")
        return self._replace(occur=found)


class Counts(NamedTuple):
    """How often each value of the outcome was seen; None for more than `MOST_VALUES` of them."""

    seen: dict[Any, float] | None

    def __add__(self, other: Counts) -> Counts:  # type: ignore[override]
        if self.seen is None or other.seen is None:
            return Counts(None)
        found = self.seen | {value: count + self.seen.get(value, 0.0) for value, count in other.seen.items()}
        return Counts(found if len(found) <= MOST_VALUES else None)


class Counted(NamedTuple):
    """How many rows there are, how many of them are complete and their weight, how many miss a value, by column; and of
    the complete ones:

    `levels` of text and of the numbers in C(); `moments` of what is learned, and its `spans`, from the smallest to the
    largest; the moments of the outcome, and its values with their counts; `farthest`, the largest offset; `sums` of
    products, None where none were asked for; and a `sample` of all rows.
    """

    kinds: AddedByName
    n_all: int
    n_rows: int
    n: float
    dropped: Counter[str]
    levels: AddedByName
    sample: Sample
    moments: AddedByName = AddedByName()
    spans: AddedByName = AddedByName()
    outcome: SampleMoments = SampleMoments()
    counts: Counts = Counts({})
    farthest: Farthest = Farthest()
    sums: ShiftedSums | None = None

    def __add__(self, other: Counted) -> Counted:  # type: ignore[override]
        pairs: Any = zip(self, other, strict=True)
        return Counted(*(two if one is None else one if two is None else one + two for one, two in pairs))


@dataclass(frozen=True, eq=False)
class Survey:
    """Counts what has to be known of all rows before there is a design: `coding` has the formula, its extras and the
    kinds of the columns that are known, `learned` are the calls whose constants come from all rows, `pick` says which
    rows of a batch are in the sample, and sums of products are taken `about` a point. It is small enough to be sent to
    where a batch is.
    """

    coding: Coding
    learned: Mapping[str, ast.Call]
    pick: Pick
    about: Surroundings | None = None

    def __call__(self, batch: Batch) -> Counted:
        """The counts and the sample of one batch. Raises DomainError with its place."""
        with at(batch.where):
            kinds = {field.name: kind_of(field.type) for field in batch.table.schema} | dict(self.coding.kinds)
            require_kinds(kinds, batch.table.schema.names)
            clean = cleaned(batch.table, batch.first, kinds, finite=batch.finite)
            found = Counted(
                AddedByName({name: Kind(name, kind, batch.where) for name, kind in kinds.items()}),
                clean.n, len(clean.rows), 0.0, Counter(clean.gaps), self._levels(clean),
                Sample.of(batch, self.pick, HELD),
            )  # fmt: skip
            return self._of_rows(found, clean, batch.where) if len(clean.rows) else found

    def _levels(self, clean: Clean) -> AddedByName:
        """The levels of text, but for columns that are only the labels of groups, and those of the numbers in C()."""
        coding, found = self.coding, AddedByName()
        labels = set(coding.groups).difference(needed(coding.formula, coding.extras))
        numbered = {factor.category for factor in coding.formula.factors if factor.call == "C"}
        for name, column in clean.columns.values_of.items():
            if isinstance(column, np.ndarray):
                if name in numbered and len(column):
                    occur = dict.fromkeys(np.unique(column).tolist(), True)
                    found[name] = Levels(occur, f"C({name})", f"use {name!r} as a number.")
            elif name not in labels:
                there = np.bincount(column.codes, minlength=len(column.categories)) > 0
                occur = dict(zip(column.categories, there.tolist(), strict=True))
                found[name] = Levels(occur, f"column {name!r}", "leave an identifier out.")
        return found

    def _of_rows(self, found: Counted, clean: Clean, where: str) -> Counted:
        ends = self.coding.ends
        for name, column in clean.columns.values_of.items():
            known = name in clean.finite or (ends is not None and name in ends.endless)
            if isinstance(column, np.ndarray) and column.dtype.kind == "f" and not known:
                finite(column, f"column {name!r}", "replace or remove infinite values.", clean.rows)
        weight, offset = weights_and_offset(self.coding.extras, clean)
        there = slice(None) if weight is None else weight > 0.0
        moments, spans = AddedByName(), AddedByName()
        for text, call in self.learned.items():
            with np.errstate(all="ignore"):
                values = evaluate(call.args[0], lambda name: _numbers(clean, name), {})
            finite(values, f"the term {ast.unparse(call.args[0])!r}", "log needs values above 0.", clean.rows)
            moments[text] = SampleMoments.of(values, weight)
            spans[text] = Ends(*(end(values[there], initial=far) for end, far in ((np.min, np.inf), (np.max, -np.inf))))
        if ends is None:
            outcome, counts = _outcome(outcome_values(self.coding.formula, clean), weight)
        else:
            outcome, counts = _times(ends(clean), weight)
        return found._replace(
            n=float(len(clean.rows) if weight is None else weight.sum()), moments=moments, spans=spans,
            outcome=outcome, counts=counts, farthest=Farthest.of(offset, clean.rows, f" of {where}"),
            sums=None if self.about is None else self.about.sums(clean),
        )  # fmt: skip


def _outcome(found: Any, weight: Any) -> tuple[SampleMoments, Counts]:
    """The moments of the outcome of clean rows, and its values with their counts."""
    moments = SampleMoments()
    if found.dtype.kind == "O":
        values, at = np.array(found.cat.categories, dtype=object), found.cat.codes.to_numpy()
    else:
        numbers = found.to_numpy()
        moments = SampleMoments.of(numbers.astype(np.float64, copy=False), weight)
        if numbers.dtype.kind == "f" and len(np.unique(numbers[: 2 * MOST_VALUES])) > MOST_VALUES:
            return moments, Counts(None)
        if ((numbers == 0) | (numbers == 1)).all():
            values, at = np.array([0, 1], dtype=numbers.dtype), numbers.astype(np.intp)
        else:
            values, at = np.unique(numbers, return_inverse=True)
    counts, rows = np.bincount(at, weight, len(values)), np.bincount(at, minlength=len(values))
    each = zip(values.tolist(), counts.tolist(), rows.tolist(), strict=True)
    return moments, Counts(
        {value: count for value, count, n in each if n} if np.count_nonzero(rows) <= MOST_VALUES else None
    )


def _times(ends: NDArray[np.float64], weight: Any) -> tuple[SampleMoments, Counts]:
    """The moments of what is known of times, and how many were seen and were not."""
    low, high = ends[:, 0], ends[:, 1]
    seen = np.bincount((low == high).astype(np.intp), weight, 2)
    times = SampleMoments.of(np.where(low > 0.0, low, high), weight)
    return times, Counts({False: float(seen[0]), True: float(seen[1])})


def _numbers(clean: Clean, name: str) -> Any:
    column = clean.columns[name]
    return column if column.dtype.kind == "O" else column.to_numpy(dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Marginal:
    """The outcome alone: its values, how often each was seen, and its moments. Where there are too many values to
    count, the counts are None and `values` are those of the sample. `n_events` are the times that were seen.
    """

    values: Any
    counts: NDArray[np.float64] | None
    moments: SampleMoments
    n_events: float | None = None


# What to do where no row of a sample is complete.
DROP = "Nearly all rows miss a value: keep the complete rows only, or leave a column out."

LARGEST, LONGEST = 2_000_000, 1 << 15
"""Numbers of X that are made at a time, and rows: 16 MB, of few columns as much as a cache holds."""


@record
class ScannedRows(Rows):
    """The rows of a source that are complete in the columns of a formula, whose arrays know their shapes only.

    `raw` are the batches of the sample as they were read, and `held` its rows in memory; `farthest` is the largest
    offset of all rows. `later` is shared by copies.
    """

    source: Any = None
    coding: Any = None
    marginal: Any = None
    raw: tuple[Batch, ...] = ()
    farthest: Farthest = Farthest()
    held: Rows | None = None
    later: Any = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, coding: Coding, n_rows: int, n: float, marginal: Marginal, **found: Any) -> ScannedRows:
        """The rows that a first pass has found; `n` is what they weigh together."""
        there = partial(OnDisk, place=source.place)
        X: Any = there((n_rows, len(coding.design.names)))
        weight: Any = there((n_rows,), n) if "weights" in coding.extras else None
        offset: Any = there((n_rows,)) if {"offset", "exposure"} & set(coding.extras) else None
        y: Any = there((n_rows,))
        return cls(X, y, weight, offset, source=source, coding=coding, marginal=marginal, **found)

    def absent(self, *shape: int) -> Any:
        """Stands for an array over all rows, of which the shape is known only."""
        return OnDisk(shape, place=self.place)

    @property
    def outcome(self) -> SampleMoments:
        """Mean and squares of the outcome over all observations; of labels, whose codes come later, from the counts."""
        counts = None if self.marginal.moments.n else self.outcome_counts()
        return self.marginal.moments if counts is None else SampleMoments.of(counts.y, counts.weight)

    @property
    def outcome_square(self) -> float:
        """The sum of squares of the outcome."""
        return self.outcome.about(0.0)

    @property
    def design(self) -> Design:
        """The columns of X."""
        return self.coding.design

    @property
    def _piece(self) -> int:
        return max(1, min(LONGEST, LARGEST // self.X.shape[1]))

    def bound(self, y: Floats, check: Callable[[Floats], Floats]) -> ScannedRows:
        """The rows for a model whose outcome is y where that of the source is `marginal.values`; it reads the sample
        only.
        """
        values = self.marginal.values
        numbers = values.dtype.kind in "biuf"
        same = numbers and np.array_equal(np.asarray(values, dtype=np.float64), y)
        if not same and self.marginal.counts is None:
            raise DomainError(
                f"the outcome has more than {len(values):,} values; categories are far fewer. Use st.ols."
            )
        keys = np.asarray(values) if numbers else None
        coding = replace(self.coding, values=keys, codes=None if same else y, check=check)
        parts = [rows for batch in self.raw if (rows := coding.rows(batch)) is not None]
        if not parts:
            raise DomainError(f"of a sample of the rows none is complete. {DROP}")
        held = joined(parts)
        return replace(self, coding=coding, held=held, low=held.low)

    def total(self, part: Callable[[Block], Any], fold: int = 1, share: Share | None = None) -> Any:
        """The sum of `part(block)` over all blocks, as of `Rows`: one pass over the source, which has no shares."""
        assert share is None
        return self.gather(partial(of_blocks, part, fold))

    def gather(self, work: Callable[..., Any], *columns: str, others: Sequence[Any] = ()) -> Any:
        """The sum of `work(rows)` over batches, as of `Rows`: one pass over the source. With `columns` of the source it
        is that of `work(rows, batch, numbers)`: these columns in the complete rows as they are stored, missing values
        included, and the numbers of the rows where the batch stands.
        """
        codings = tuple(replace(of.coding, center=of.center, scale=of.scale, axes=of.axes) for of in (self, *others))
        names = dict.fromkeys((*(name for coding in codings for name in coding.columns), *columns))
        found = self.over_batches(Pass(codings, work, columns), tuple(names))
        if found is None or found.n != len(self.X):
            n = 0 if found is None else found.n
            raise DomainError(f"this pass found {n:,} complete rows, the first one {len(self.X):,}. {CHANGED}")
        return found.value

    def over_batches(self, work: Callable[[Batch], Any], columns: tuple[str, ...] | None = None) -> Any:
        """The sum of what `work` makes of each batch, by default with the columns that the model reads: one pass."""
        self.later["reads"] = self.reads
        return self.source.total(columns or self.coding.columns, work, self._piece)

    def blocks(self, size: int | None = None, share: Share | None = None) -> Iterator[Block]:
        """All rows in order, in blocks, one after the other. `total` is faster, and works where rows cannot be brought
        here.
        """
        assert share is None
        coding = replace(self.coding, center=self.center, scale=self.scale, axes=self.axes)
        for batch in self.source.batches(coding.columns):
            for piece in batch.cut(self._piece):
                if (rows := coding.rows(piece)) is not None:
                    yield from rows.blocks(size)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        if self.held is None:
            raise IncompatibleError("a source has rows once a model has bound it; make the model from the formula.")
        return replace(self.held, center=self.center, scale=self.scale, axes=self.axes)

    @property
    def typical(self) -> Rows:
        """The sample, from which a start is made; where its outcomes are all zero they are replaced by the mean of all
        rows.
        """
        rows = self.sampled
        return rows if rows.y.any() else replace(rows, y=np.full(len(rows.y), self.marginal.moments.mean))

    def without_columns(self) -> ScannedRows:
        """The rows with a column of ones in place of X."""
        coding = replace(self.coding, design=replace(self.design, names=("Intercept",)), is_constant=True)
        X = self.absent(len(self.X), 1)
        held = None if self.held is None else self.held.without_columns()
        return replace(self, X=X, coding=coding, held=held, center=None, scale=None, low=None, axes=None)

    def outcome_counts(self) -> Rows | None:
        """A row for each value of the outcome, with its frequency and a column of ones; None for too many values."""
        counts = self.marginal.counts
        if counts is None:
            return None
        codes = self.coding.codes
        y = codes if codes is not None else np.asarray(self.marginal.values, dtype=np.float64)
        return Rows(np.ones((len(y), 1)), y, counts)
