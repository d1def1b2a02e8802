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
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design
from stattools.data.files.coding import (
    CHANGED,
    Clean,
    Coding,
    cleaned,
    outcome_values,
    plain_columns,
    require_kinds,
    weights_and_offset,
)
from stattools.data.files.source import TEXT, Batch, Pick, Sample, Source, added, at, kind_of, merged, words
from stattools.data.formula.expression import Expression, evaluate
from stattools.data.formula.formula import Formula
from stattools.data.rows.rows import NO_OFFSET, Block, Farthest, Low, OnDisk, Rows
from stattools.data.rows.standardization import Standardization, standard_units
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


MOST_VALUES = 1_000
"""The most values of an outcome that are counted; with more it is a quantity."""

MOST_LEVELS = 100_000
"""The most levels of a column that are counted: each would be a column of X, and more than this is an identifier."""


class EndsOf(Protocol):
    """What makes the ends of times, (n, 2) or (n, 3), of complete rows; columns that are `endless` may hold inf."""

    endless: tuple[str, ...]
    parts: Sequence[Expression]

    def __call__(self, clean: Clean) -> NDArray[np.float64]: ...


class Kind(NamedTuple):
    """The kind of a column, and a place where it was seen."""

    name: str
    where: str


@dataclass(frozen=True, eq=False)
class Question:
    """What a formula and its extras have to know of the rows: `learned` are the calls whose constants come from all
    rows, `numbered` the columns in C(), `kinds` those of the columns that are known. Of `labels`, columns that are only
    the labels of groups, no levels are counted. `ends` are those of an outcome of times; `pick` says which rows of a
    batch are in the sample of `most` rows. It is small enough to be sent to where a batch is.
    """

    formula: Formula
    extras: Mapping[str, str]
    kinds: Mapping[str, str]
    learned: Mapping[str, ast.Call]
    numbered: tuple[str, ...]
    pick: Pick
    most: int
    labels: tuple[str, ...] = ()
    ends: EndsOf | None = None
    about: Surroundings | None = None
    """The coordinates of sums of products that are taken, too."""

    def __call__(self, batch: Batch) -> Counted:
        """The counts and the sample of one batch. Raises DomainError with its place."""
        with at(batch.where):
            kinds = {field.name: kind_of(field.type) for field in batch.table.schema} | dict(self.kinds)
            require_kinds(kinds, batch.table.schema.names)
            seen = _dictionaries(batch, {name: kind for name, kind in kinds.items() if name not in self.labels})
            clean = cleaned(batch.table, batch.first, kinds, finite=batch.finite)
            found = Counted(
                {name: Kind(kind, batch.where) for name, kind in kinds.items()},
                clean.n,
                dropped=Counter(clean.gaps),
                seen=seen,
                sample=Sample.of(batch, self.pick, self.most),
            )
            return self._of_rows(found, clean, kinds, batch.where) if len(clean.rows) else found

    def _of_rows(self, found: Counted, clean: Clean, kinds: Mapping[str, str], where: str) -> Counted:
        seen = dict(found.seen)
        for name, column in clean.columns.values_of.items():
            if not isinstance(column, np.ndarray):
                if name in self.labels:
                    continue
                there = np.bincount(column.codes, minlength=len(column.categories)) > 0
                occur = {level: True for level, yes in zip(column.categories, there, strict=True) if yes}
                seen[name] = seen.get(name, {}) | occur
            elif (
                column.dtype.kind == "f" and name not in clean.finite and not (self.ends and name in self.ends.endless)
            ):
                finite(column, f"column {name!r}", "replace or remove infinite values.", clean.rows)
        levels = {
            name: frozenset(np.unique(clean.columns[name].to_numpy()).tolist())
            for name in self.numbered
            if kinds[name] not in TEXT
        }
        weight, offset = weights_and_offset(self.extras, clean)
        there = slice(None) if weight is None else weight > 0.0
        moments, spans = {}, {}
        for text, call in self.learned.items():
            with np.errstate(all="ignore"):
                values = evaluate(call.args[0], lambda name: _numbers(clean, name), {})
            finite(values, f"the term {ast.unparse(call.args[0])!r}", "log needs values above 0.", clean.rows)
            moments[text] = SampleMoments.of(values, weight)
            spans[text] = Ends(*(end(values[there], initial=far) for end, far in ((np.min, np.inf), (np.max, -np.inf))))
        if self.ends is None:
            outcome, counts = _outcome(outcome_values(self.formula, clean), weight)
        else:
            outcome, counts = _times(self.ends(clean), weight)
        return replace(
            found, n_rows=len(clean.rows), n=float(len(clean.rows) if weight is None else weight.sum()), seen=seen,
            levels=levels, moments=moments, spans=spans, outcome=outcome, counts=counts,
            farthest=Farthest.of(offset, clean.rows, f" of {where}"),
            sums=None if self.about is None else self.about.sums(clean),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Counted:
    """How many rows there are, how many of them are complete and their weight, how many miss a value, by column; and of
    the complete ones:

    `seen`, the levels of columns of text in the order of their dictionaries, and whether they occur; `levels`, those of
    the numbers in C(); `moments` of what is learned, and its `spans`, from the smallest to the largest; the moments of
    the outcome, and its values with their counts (None: too many to count); `farthest`, the largest offset; `sums` of
    products, None where none were asked for; and a `sample` of the rows.
    """

    kinds: dict[str, Kind]
    n_all: int = 0
    n_rows: int = 0
    n: float = 0.0
    dropped: Counter[str] = field(default_factory=Counter)
    seen: dict[str, dict[str, bool]] = field(default_factory=dict)
    levels: dict[str, frozenset[Any]] = field(default_factory=dict)
    moments: dict[str, SampleMoments] = field(default_factory=dict)
    spans: dict[str, Ends] = field(default_factory=dict)
    outcome: SampleMoments = field(default_factory=SampleMoments)
    counts: dict[Any, float] | None = field(default_factory=dict)
    farthest: Farthest = NO_OFFSET
    sums: ShiftedSums | None = None
    sample: Any = None

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            _by_name(self.kinds, other.kinds, _one_kind),
            self.n_all + other.n_all,
            self.n_rows + other.n_rows,
            self.n + other.n,
            self.dropped + other.dropped,
            _by_name(self.seen, other.seen, _seen),
            _by_name(self.levels, other.levels, _levels),
            _by_name(self.moments, other.moments, _added),
            _by_name(self.spans, other.spans, _added),
            self.outcome + other.outcome,
            _counted(self.counts, other.counts),
            self.farthest + other.farthest,
            added((self.sums, other.sums)),
            added((self.sample, other.sample)),
        )


def _by_name(one: Mapping[str, Any], other: Mapping[str, Any], joined: Callable[..., Any]) -> dict[str, Any]:
    """What either has by name, `joined` where both have it."""
    return {**one, **other} | {name: joined(name, one[name], other[name]) for name in one if name in other}


def _added(name: str, one: Any, other: Any) -> Any:
    return one + other


def _one_kind(name: str, one: Kind, other: Kind) -> Kind:
    found = merged(one.name, other.name)
    if found is None:
        raise DomainError(
            f"column {name!r} is {words(one.name)} in {one.where} and {words(other.name)} in {other.where}; give it "
            "one type."
        )
    return one if found == one.name else Kind(found, other.where)


def _seen(name: str, one: dict[str, bool], other: dict[str, bool]) -> dict[str, bool]:
    if all(one.get(level) or one.get(level) is yes for level, yes in other.items()):
        return one  # the usual case: both have the same levels
    found = one | {level: yes or one.get(level, False) for level, yes in other.items()}
    if sum(found.values()) > MOST_LEVELS:
        raise DomainError(f"column {name!r} has more than {MOST_LEVELS:,} levels; leave an identifier out.")
    return found


def _levels(name: str, one: frozenset[Any], other: frozenset[Any]) -> frozenset[Any]:
    found = one | other
    if len(found) > MOST_LEVELS:
        raise DomainError(f"C({name}) has more than {MOST_LEVELS:,} levels; use {name!r} as a number.")
    return found


def _counted(one: dict[Any, float] | None, other: dict[Any, float] | None) -> dict[Any, float] | None:
    if one is None or other is None:
        return None
    found = one | {value: count + one.get(value, 0.0) for value, count in other.items()}
    return found if len(found) <= MOST_VALUES else None


def _dictionaries(batch: Batch, kinds: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """The levels of categories in the order of their dictionary, all marked as not seen yet."""
    from pyarrow.types import is_dictionary

    return {
        name: dict.fromkeys(column.dictionary.to_pylist(), False)
        for name, column in zip(batch.table.schema.names, batch.table.columns, strict=True)
        if kinds.get(name) == "categories" and is_dictionary(column.type)
    }


def _outcome(found: Any, weight: Any) -> tuple[SampleMoments, dict[Any, float] | None]:
    """The moments of the outcome of clean rows, and its values with their counts."""
    moments = SampleMoments()
    if found.dtype.kind == "O":
        values, at = np.array(found.cat.categories, dtype=object), found.cat.codes.to_numpy()
    else:
        numbers = found.to_numpy()
        moments = SampleMoments.of(numbers.astype(np.float64, copy=False), weight)
        if numbers.dtype.kind == "f" and len(np.unique(numbers[: 2 * MOST_VALUES])) > MOST_VALUES:
            return moments, None
        if ((numbers == 0) | (numbers == 1)).all():
            values, at = np.array([0, 1], dtype=numbers.dtype), numbers.astype(np.intp)
        else:
            values, at = np.unique(numbers, return_inverse=True)
    counts, rows = np.bincount(at, weight, len(values)), np.bincount(at, minlength=len(values))
    if np.count_nonzero(rows) > MOST_VALUES:
        return moments, None
    return moments, {
        value: count
        for value, count, n in zip(values.tolist(), counts.tolist(), rows.tolist(), strict=True)
        if n
    }  # fmt: skip


def _times(ends: NDArray[np.float64], weight: Any) -> tuple[SampleMoments, dict[Any, float] | None]:
    """The moments of what is known of times, and how many were seen and were not."""
    low, high = ends[:, 0], ends[:, 1]
    seen = np.bincount((low == high).astype(np.intp), weight, 2)
    return SampleMoments.of(np.where(low > 0.0, low, high), weight), {False: float(seen[0]), True: float(seen[1])}


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
    farthest: Farthest = NO_OFFSET
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
    def n_used(self) -> int:
        """Number of rows; weights of 0 are not known without a read."""
        return len(self.X)

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
        codings = tuple(replace(of.coding, center=of.center, scale=of.scale) for of in (self, *others))
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
        coding = replace(self.coding, center=self.center, scale=self.scale)
        for batch in self.source.batches(coding.columns):
            for piece in batch.cut(self._piece):
                if (rows := coding.rows(piece)) is not None:
                    yield from rows.blocks(size)

    @property
    def sampled(self) -> Rows:
        """The rows held, in the coordinates of these."""
        if self.held is None:
            raise IncompatibleError("a source has rows once a model has bound it; make the model from the formula.")
        return replace(self.held, center=self.center, scale=self.scale)

    @property
    def typical(self) -> Rows:
        """The sample, from which a start is made; where its outcomes are all zero they are replaced by the mean of all
        rows.
        """
        rows = self.sampled
        return rows if rows.y.any() else replace(rows, y=np.full(len(rows.y), self.marginal.moments.mean))

    @property
    def constants(self) -> Floats:
        """The value of each column of X that has only one, NaN for columns that vary; shape (p,). It costs a read where
        a column other than the intercept does not vary in the sample.
        """
        if "constants" not in self.later:
            X = self.sampled.X
            low, high = X.min(axis=0), X.max(axis=0)
            doubt = (low == high) & (np.array(self.design.names) != "Intercept")
            if doubt.any() and len(X) < len(self.X):
                plain = replace(self, center=None, scale=None)
                low, high = plain.total(lambda block: Ends(block.X.min(axis=0), block.X.max(axis=0)))
            alike = low == high
            self.later["constants"] = np.where(alike, X[0], np.nan)
        return self.later["constants"]

    def without_columns(self) -> ScannedRows:
        """The rows with a column of ones in place of X."""
        coding = replace(self.coding, design=replace(self.design, names=("Intercept",)), is_constant=True)
        X = self.absent(len(self.X), 1)
        held = None if self.held is None else self.held.without_columns()
        return replace(self, X=X, coding=coding, held=held, center=None, scale=None, low=None)

    def outcome_counts(self) -> Rows | None:
        """A row for each value of the outcome, with its frequency and a column of ones; None for too many values."""
        counts = self.marginal.counts
        if counts is None:
            return None
        codes = self.coding.codes
        y = codes if codes is not None else np.asarray(self.marginal.values, dtype=np.float64)
        return Rows(np.ones((len(y), 1)), y, counts)

    @np.errstate(over="ignore", invalid="ignore")  # overflow is refused later, as in `Rows`
    def standardized(self) -> tuple[ScannedRows, Standardization]:
        """Rows about the means of the sample, in its standard deviations, and T with X_standardized = X T. Any center
        and unit will do, as they only say in which coordinates sums are taken; no read.
        """
        if self.center is not None:
            return self, Standardization.identity(len(self.design.names))
        X = self.sampled.X
        names = self.design.names
        first = names.index("Intercept") if "Intercept" in names else None
        center, scale, T = standard_units(X.mean(axis=0), X.std(axis=0), np.abs(X).max(axis=0), first)
        return replace(self, center=center, scale=scale), T
