"""Rows about times, read from a formula such as `survival(entry, time, died) ~ x` and a table: complete and checked.

    a row is at risk in (entry, time], entry 0 or before where none is given, and has its event at `time` or not
    seen: low = high = time;   longer: low = time, high = inf;   shorter: low = 0, high = time

Times are numbers in any unit. A row between 0 and inf carries no information: it is dropped and counted, and refused in
files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import (
    CompleteRows,
    Dataset,
    complete_rows,
    from_source,
    from_table,
    given,
    require_formula,
    same_length,
)
from stattools.data.design.design import empty_levels, outcome_of
from stattools.data.design.latent_terms import combined
from stattools.data.files.rows import Clean
from stattools.data.files.scan import source_of
from stattools.data.formula.formula import Formula, parse, require
from stattools.data.formula.parts import mixed_formula, survival_formula
from stattools.data.rows.rows import frequencies, number
from stattools.data.tables.arrays import NUMBERS
from stattools.data.tables.columns import checked, coded, listing, missing, sorted_codes
from stattools.data.tables.table import NamedColumns, paired, series, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.text.one_line import prints

Codes = tuple[NDArray[np.intp], tuple[Any, ...]]

MOST_GROUPS = 100
"""The most groups of a formula: nobody looks at more curves."""

Label = str | Sequence[str] | ArrayLike | None


@record
class SurvivalRows(CompleteRows):
    """Complete rows with `time` (n,) float64, `event` (n,) bool, `entry` (n,) or None; their weights are frequencies.

    `labels` are the codes and labels of what was asked for beside the formula, such as strata, and `asked` the names of
    their columns. `empty` are the levels of columns that no row has.
    """

    said: Formula
    time: Floats
    event: NDArray[np.bool_]
    entry: Floats | None
    labels: Mapping[str, Codes]
    asked: Mapping[str, tuple[str, ...]]
    empty: Mapping[str, tuple[str, ...]]

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.time)

    def take(self, which: NDArray[np.intp], strata: NDArray[np.intp] | None = None) -> SurvivalRows:
        """Some of the rows, each as often as it is asked for, with the codes of other strata where these are given."""
        numbers, entry = {key: one[which] for key, one in self.numbers.items()}, self.entry
        labels = {key: (codes[which], names) for key, (codes, names) in self.labels.items()}
        if strata is not None:
            labels["strata"] = strata, tuple(range(int(strata.max()) + 1))
        return replace(
            self, numbers=numbers, rows=self.rows[which], time=self.time[which], event=self.event[which],
            entry=None if entry is None else entry[which], labels=labels,
        )  # fmt: skip


def case_formula(who: str, text: str, available: Sequence[str], apart: Sequence[str]) -> Formula:
    """A formula "case ~ x", of rows that all have one time, with the event or without; it is read as any other."""
    found = parse(text, available, apart)
    return replace(found, parts={"event": found.outcome})


def survival_rows(
    who: str,
    formula: object,
    data: object,
    *,
    weights: str | ArrayLike | None = None,
    read: Callable[..., Formula] = survival_formula,
    **labels: Label,
) -> SurvivalRows:
    """Read a formula about times and its table, `weights=`, and labels, each a column's name, several names whose
    combinations are labels, or an array.

    Raises DomainError, with the row counted from 0, for an event that is not 0, 1 or bool, a time that is negative, a
    row that ends before it begins, for rows of one `id` that overlap, and where there is no event at all.

    >>> found = survival_rows("st.cox", "survival(t, d) ~ x", {"t": [2, 5, 9], "d": [1, 0, 1], "x": [1, None, 3]})
    >>> found.time.tolist(), found.event.tolist(), found.dropped
    ([2.0, 9.0], [True, True], {'x': 1})
    """
    require_formula(who, formula)
    frame = table(data)
    said = read(who, formula, frame.names, columns_in(frame, weights, *labels.values()))
    asked, frame = asked_columns(frame, data, labels)
    needed = dict.fromkeys((*said.outcome.columns, *said.columns, *chain(*asked.values())))
    found = complete_rows(data, frame, tuple(needed), given({"weights": weights}))
    outcome = TimeOutcome(who, said)
    time, event, entry = outcome.at_risk(found.columns, found.rows)
    outcome.require_event(event, "nothing is known of what it depends on.")
    made = {key: crossed(key, [found.columns[name] for name in names]) for key, names in asked.items()}
    if "id" in made:
        require_apart(who, made["id"], entry, time, found.rows)
    frequencies(found.weights, found.rows)
    empty = empty_levels(frame, said.columns, found.columns)
    return SurvivalRows(
        **vars(found), said=said, time=time, event=event, entry=entry, labels=made, asked=asked, empty=empty
    )


def groups_of(who: str, said: SurvivalRows) -> Codes:
    """The groups that the columns of the right side make: their codes, and their labels in the order of the levels.
    DomainError for more groups than anybody looks at.
    """
    factors = said.said.factors
    outcomes = (outcome_of(replace(said.said, outcome=one), said.columns, said.rows) for one in factors)
    if not (each := [sorted_codes(values) for values in outcomes]):
        return np.zeros(said.n, dtype=np.intp), ()
    levels, codes = combined(each)
    if len(levels) > MOST_GROUPS:
        raise DomainError(
            f"{who}: {' and '.join(one.text for one in factors)} make {len(levels)} groups; cut numbers into a few "
            'categories first, for example "I(age > 60)".'
        )
    if len(each) == 1:
        return codes, tuple(chain(*levels))
    called = [one.text for one in factors]
    return codes, tuple(", ".join(map("{}={}".format, called, level)) for level in levels)


def strata_of(who: str, said: SurvivalRows, strata: Label) -> Codes:
    """The strata of rows that were read already, from columns of their table, or an array of its length."""
    asked, frame = asked_columns(table(said.source), said.source, {"strata": strata})
    columns = []
    for name in asked["strata"]:
        raw = frame.column(name, said.rows)
        if (gaps := missing(raw)).any():
            row = number(int(np.argmax(gaps)), said.rows)
            raise DomainError(f"{who}: {name!r} has no value in row {row}; strata need one in each row that is used.")
        columns.append(checked(raw, said.rows))
    return crossed("strata", columns)


def names_of(label: Any) -> tuple[str, ...]:
    """The names of columns that were given; none for an array."""
    names = (label,) if isinstance(label, str) else label
    is_names = isinstance(names, list | tuple) and all(isinstance(one, str) for one in names)
    return tuple(names) if is_names else ()


def columns_in(frame: NamedColumns, *labels: Any) -> list[str]:
    """The columns of the table among these labels."""
    return [name for label in labels for name in names_of(label) if name in frame.names]


def asked_columns(
    frame: NamedColumns, data: object, labels: Mapping[str, Label]
) -> tuple[dict[str, tuple[str, ...]], NamedColumns]:
    """The columns of each label by name; an array becomes a column named by its keyword."""
    asked: dict[str, tuple[str, ...]] = {}
    for key, label in given(labels).items():
        if isinstance(label, str):
            require(label, frame.names)
        asked[key] = names_of(label)
        if not asked[key] or not set(asked[key]) <= set(frame.names):
            called = f"{key}="
            paired(("the table", data), (called, label))
            column, asked[key] = series(label, called), (called,)
            same_length(column, called, frame.n, "the table")
            frame = NamedColumns({**frame.sources, called: column}, frame.n)
    return asked, frame


def crossed(key: str, columns: list[pd.Series]) -> Codes:
    """Codes and labels of one column, or of the combinations of several."""
    each = [coded(column, f"{key}=") for column in columns]
    if len(each) == 1:
        return each[0]
    labels, codes = combined([(list(labels), codes) for codes, labels in each])
    return codes, labels


def require_apart(who: str, ids: Codes, entry: Floats | None, time: Floats, rows: NDArray[np.intp]) -> None:
    """DomainError where two rows of one id are at risk at the same time."""
    codes, labels = ids
    start = np.full(len(time), -np.inf) if entry is None else entry
    order = np.lexsort((time, start, codes))
    before, after = order[:-1], order[1:]
    if (bad := (codes[after] == codes[before]) & (start[after] < time[before])).any():
        first, second = (int(one[np.argmax(bad)]) for one in (before, after))
        late = "a row begins where one before it ends"
        raise DomainError(
            f"{who}: rows {number(first, rows)} and {number(second, rows)} of id {quoted(labels[codes[first]])} "
            f"overlap: {'both count from the beginning; give their entry' if entry is None else late}."
        )


def time_rows(
    who: str, formula: Any, data: object, columns: Mapping[str, object], formulas: Mapping[str, str], id: Label = None
) -> Dataset:
    """The complete rows; the outcome has shape (n, 2), the ends of each time, or (n, 3) with entries where one is after
    0. `columns` and `formulas` as in `read`, `id` as in `survival_rows`.

    Raises DomainError, with the row, for a time that is not positive or not after its entry, ends out of order, an
    event that is not 0, 1 or bool, rows of one `id` that overlap, and where no time has an upper end.

    >>> time_rows("st.aft", "survival(t, d) ~ 1", {"t": [2.0, 5.0], "d": [1, 0]}, {}, {}).outcome.tolist()
    [[2.0, 2.0], [5.0, inf]]
    """
    require_formula(who, formula)
    extras, source = given(columns), source_of(data)
    frame: Any = table(data) if source is None else source
    apart = columns_in(frame, *extras.values(), id)
    mixed = mixed_formula(formula, frame.names, apart, partial(survival_formula, who, intervals=True))
    ends = TimeOutcome(who, mixed.formula, "entry" in mixed.formula.parts and source is not None)
    if source is not None:
        if mixed.is_latent:
            raise IncompatibleError(
                f"{who} integrates effects of groups and curves over rows in memory; these rows are {source.place}. "
                "Give a table in memory."
            )
        if id is not None:
            raise IncompatibleError(
                f"{who} compares the rows of each id in memory; these rows are {source.place}. Leave id= out."
            )
        return replace(from_source(mixed.formula, source, extras, formulas, ends=ends), source=data)
    asked, frame = asked_columns(frame, data, {"id": id})
    persons = asked.get("id", ())

    def outcome(found: CompleteRows) -> tuple[CompleteRows, Floats]:
        times = ends.of(found.columns, found.rows)
        if persons:
            codes = crossed("id", [found.columns[name] for name in persons])
            require_apart(who, codes, times[:, 2] if times.shape[1] == 3 else None, times[:, 0], found.rows)
        unknown = "every time may be longer without end, and nothing is known of what it depends on."
        ends.require_event(times[:, 1] < np.inf, unknown)
        says = (times[:, 0] > 0.0) | (times[:, 1] < np.inf)
        return (found, times) if says.all() else (found.keeping(np.flatnonzero(says)), times[says])

    return from_table(
        frame, data, mixed.formula, extras, formulas, mixed=mixed, outcome=outcome, apart=apart, more=persons,
        endless=ends.endless, coded=True,
    )  # fmt: skip


@prints
@dataclass(frozen=True)
class TimeOutcome:
    """The outcome of a formula about times, checked for `who`; rows that are late have entries in any case."""

    who: str
    said: Formula
    is_late: bool = False

    @property
    def endless(self) -> tuple[str, ...]:
        """The columns that may be infinite."""
        return self.said.outcome.columns if "low" in self.said.parts else ()

    def __call__(self, clean: Clean) -> Floats:
        """The ends of the complete rows of a batch; DomainError for rows between 0 and inf, which a file keeps."""
        ends = self.of(clean.columns, clean.rows)
        if "low" in self.said.parts:
            says = (ends[:, 0] > 0.0) | (ends[:, 1] < np.inf)
            hint = " Such a row carries no information: leave it out of the file."
            self._require("high", ends[:, 1], says, clean.rows, "needs a finite end of each time", hint)
        return ends

    def of(self, columns: Mapping[str, pd.Series], rows: NDArray[np.intp]) -> Floats:
        """The ends of each time, (n, 2), or with its entry (n, 3)."""
        parts = self.numbers(columns, rows)
        if "time" not in parts:
            low, high = np.maximum(parts["low"], 0.0), parts["high"]
            hint = " A time has a lower end."
            self._require("low", low, low < np.inf, rows, "needs lower ends that are numbers", hint)
            hint = " A time that may be longer has the upper end inf."
            self._require("high", high, high > 0.0, rows, "needs positive upper ends", hint)
            self._require("high", high, high >= low, rows, "needs upper ends that are not below the lower")
            return np.column_stack([low, high])
        time = parts["time"]
        self._require("time", time, np.isfinite(time) & (time > 0.0), rows, "needs positive times")
        event = parts.get("event", np.ones(len(time)))
        ends = np.column_stack([time, np.where(event > 0.0, time, np.inf)])
        entry = np.maximum(parts.get("entry", np.zeros(len(time))), 0.0)
        if not (self.is_late or (entry > 0.0).any()):
            return ends
        after = f"needs entries before the time {self.said.parts['time'].text!r}"
        self._require("entry", entry, entry < time, rows, after, " A row is at risk from its entry on.")
        return np.column_stack([ends, entry])

    def at_risk(
        self,
        columns: Mapping[str, pd.Series],
        rows: NDArray[np.intp],
        since: str = "0, or from an entry, survival(entry, time, died).",
    ) -> tuple[Floats, NDArray[np.bool_], Floats | None]:
        """Time, event and entry of each row; DomainError for a negative time, as times count from `since`, and for rows
        that end before they begin.
        """
        parts, said = self.numbers(columns, rows), self.said.parts
        time, entry = parts.get("time", np.zeros(len(rows))), parts.get("entry")
        if (bad := time < 0.0 if entry is None else entry >= time).any():
            place = int(np.argmax(bad))
            called, row = said["time"].text, number(place, rows)
            if entry is None:
                raise DomainError(
                    f"{self.who}: {called!r} is negative in row {row}, {time[place]:g}: times are counted from {since}"
                )
            raise DomainError(
                f"{self.who}: row {row} ends at {called!r} = {time[place]:g}, which is not after its entry, "
                f"{said['entry'].text!r} = {entry[place]:g}: a row is at risk from its entry to its time."
            )
        return time, parts.get("event", np.ones(len(time))) > 0.0, entry

    def numbers(self, columns: Mapping[str, pd.Series], rows: NDArray[np.intp]) -> dict[str, Floats]:
        """The values of each part of the outcome; DomainError for categories and an event that is not 0, 1 or bool."""
        found: dict[str, Floats] = {}
        for name, part in self.said.parts.items():
            # a column alone may be infinite where the model says so
            one = replace(self.said, outcome=part)
            values = columns[part.text] if part.is_column else outcome_of(one, columns, rows)
            if values.dtype.kind not in NUMBERS:
                levels = values.cat.categories.tolist()
                write = f"a comparison, {part.text} == {levels[-1]!r}" if name == "event" else "a column of numbers"
                raise DomainError(
                    f"{self.who}: {part.text!r}, the {name}, holds categories ({listing(levels, 5)}); give {write}."
                )
            given = found[name] = np.asarray(values, dtype=np.float64)
            if name == "event" and (bad := (given != 0.0) & (given != 1.0)).any():
                place, kinds = int(np.argmax(bad)), np.unique(given).tolist()
                raise DomainError(
                    f"{self.who}: {part.text!r} says whether the event was seen, 1 or true, or not, 0 or false; got "
                    f"{given[place]:g} in row {number(place, rows)}. It holds {listing(kinds, 5)}: write which value "
                    f"is the event, {part.text} == {kinds[-1]:g}."
                )
        return found

    def require_event(self, seen: NDArray[np.bool_], unknown: str) -> None:
        """DomainError where no row has its event, which says what is `unknown` then."""
        if not seen.any():
            raise DomainError(
                f"{self.who}: no row of {self.said.outcome.text} has its event, in {len(seen):,} rows: {unknown}"
            )

    def _require(
        self, name: str, values: Floats, good: NDArray[np.bool_], rows: NDArray[np.intp], needs: str, hint: str = ""
    ) -> None:
        if not good.all():
            place = int(np.argmin(good))
            raise DomainError(
                f"{self.who} {needs}; {self.said.parts[name].text!r} is {values[place]:g} in row "
                f"{number(place, rows)} ({int((~good).sum())} such rows).{hint}"
            )


class SortedTimes(TimeOutcome):
    """The same for likelihoods that need rows in the order of their times, a time of 0 among them."""

    def of(self, columns: Mapping[str, pd.Series], rows: NDArray[np.intp]) -> Floats:
        """Time and end of each row, (n, 2)."""
        time, event, _ = self.at_risk(columns, rows, "0.")
        return np.column_stack([time, np.where(event, time, np.inf)])
