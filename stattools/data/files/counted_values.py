"""What the first pass counts in each batch; counts of several batches are added with `+`."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from stattools.data.extras import NO_OFFSET, Farthest
from stattools.data.files.first_sums import Surroundings
from stattools.data.files.kinds import TEXT, kind_of, merged, words
from stattools.data.files.scanned_columns import Clean, cleaned, require_kinds
from stattools.data.files.source import Batch, added, at
from stattools.data.formula.coding import outcome_values, weights_and_offset
from stattools.data.formula.evaluation import evaluate
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula
from stattools.data.rows.shifted_sums import ShiftedSums
from stattools.data.tables.columns import finite
from stattools.errors import DomainError
from stattools.numerics.moments import Ends, SampleMoments

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
    the labels of groups, no levels are counted. `ends` are those of an outcome of times.
    """

    formula: Formula
    extras: Mapping[str, str]
    kinds: Mapping[str, str]
    learned: Mapping[str, ast.Call]
    numbered: tuple[str, ...]
    labels: tuple[str, ...] = ()
    ends: EndsOf | None = None
    about: Surroundings | None = None
    """The coordinates of sums of products that are taken, too."""

    def count(self, batch: Batch) -> Counted:
        """The counts of one batch. Raises DomainError with its place."""
        with at(batch.where):
            kinds = {field.name: kind_of(field.type) for field in batch.table.schema} | dict(self.kinds)
            require_kinds(kinds, batch.table.schema.names)
            seen = _dictionaries(batch, {name: kind for name, kind in kinds.items() if name not in self.labels})
            clean = cleaned(batch.table, batch.first, kinds, finite=batch.finite)
            places = {name: Kind(kind, batch.where) for name, kind in kinds.items()}
            if not len(clean.rows):
                return Counted(places, clean.n, dropped=Counter(clean.gaps), seen=seen)
            return self._of_rows(clean, kinds, places, seen, batch.where)

    def _of_rows(
        self,
        clean: Clean,
        kinds: Mapping[str, str],
        places: dict[str, Kind],
        seen: dict[str, dict[str, bool]],
        where: str,
    ) -> Counted:
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
        counted = (
            _outcome(outcome_values(self.formula, clean), weight)
            if self.ends is None
            else _times(self.ends(clean), weight)
        )
        outcome, counts = counted
        n = float(len(clean.rows) if weight is None else weight.sum())
        return Counted(
            places, clean.n, len(clean.rows), n, Counter(clean.gaps), seen, levels, moments, spans, outcome, counts,
            Farthest.of(offset, clean.rows, f" of {where}"), None if self.about is None else self.about.sums(clean),
        )  # fmt: skip


NO_ENDS = Ends(np.array(np.inf), np.array(-np.inf))
"""Those of no rows."""


@dataclass(frozen=True, eq=False)
class Counted:
    """How many rows there are, how many of them are complete and their weight, how many miss a value, by column; and of
    the complete ones:

    `seen`, the levels of columns of text in the order of their dictionaries, and whether they occur; `levels`, those of
    the numbers in C(); `moments` of what is learned, and its `spans`, from the smallest to the largest; the moments of
    the outcome, and its values with their counts (None: too many to count); `farthest`, the largest offset; `sums` of
    products, None where none were asked for.
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

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            {name: _one_kind(name, kind, other.kinds[name]) for name, kind in self.kinds.items()},
            self.n_all + other.n_all,
            self.n_rows + other.n_rows,
            self.n + other.n,
            self.dropped + other.dropped,
            {
                name: _seen(name, self.seen.get(name, {}), other.seen.get(name, {}))
                for name in _keys(self.seen, other.seen)
            },
            {
                name: _few(self.levels.get(name, frozenset()) | other.levels.get(name, frozenset()), name)
                for name in _keys(self.levels, other.levels)
            },
            {
                text: self.moments.get(text, SampleMoments()) + other.moments.get(text, SampleMoments())
                for text in _keys(self.moments, other.moments)
            },
            {
                text: self.spans.get(text, NO_ENDS) + other.spans.get(text, NO_ENDS)
                for text in _keys(self.spans, other.spans)
            },
            self.outcome + other.outcome,
            _counted(self.counts, other.counts),
            self.farthest + other.farthest,
            added((self.sums, other.sums)),
        )  # fmt: skip


def _keys(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys((*one, *other)))


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


def _few(found: frozenset[Any], name: str) -> frozenset[Any]:
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
