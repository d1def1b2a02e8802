"""Rows of a regression of times, from a formula such as `survival(time, died) ~ x` and a table: the columns of the
right side, and for each row the ends between which its time lies.

    seen       low = high = time
    longer     low = time, high = inf
    shorter    low = 0, high = time

and, where rows enter late, the time before which nobody looked. A row between 0 and inf carries no information: it is
dropped and counted, and refused in files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.complete_rows import complete_rows
from stattools.data.dataset import Dataset, bound, from_source
from stattools.data.design import learn
from stattools.data.extras import number
from stattools.data.files.scan import source_of
from stattools.data.formula.expression import Expression
from stattools.data.formula.formula import Formula, parse, together
from stattools.data.formula.random_parts import mixed_formula
from stattools.data.formula.smooth_parts import has_curves
from stattools.data.formula.survival_outcome import SurvivalFormula, survival_formula
from stattools.data.mixed_rows import learn_latent
from stattools.data.survival_rows import Label, asked_columns, crossed, names_of, numbers_of, require_apart
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.text.one_line import prints


def time_rows(
    who: str, formula: Any, data: Any, columns: Mapping[str, Any], formulas: Mapping[str, str], id: Label = None
) -> Dataset:
    """The complete rows; the outcome has shape (n, 2), the ends of each time, or (n, 3) with entries where one is after
    0. `columns` and `formulas` as in `read`, `id` as in `survival_rows`.

    Raises DomainError, with the row, for a time that is not positive or not after its entry, ends out of order, an
    event that is not 0, 1 or bool, rows of one `id` that overlap, and where no time has an upper end.

    >>> time_rows("st.aft", "survival(t, d) ~ 1", {"t": [2.0, 5.0], "d": [1, 0]}, {}, {}).outcome.tolist()
    [[2.0, 2.0], [5.0, inf]]
    """
    if not isinstance(formula, str):
        raise IncompatibleError(
            f"{who} takes a formula and its table, also a dict of arrays; got {type(formula).__name__} first."
        )
    extras = {key: value for key, value in columns.items() if value is not None}
    source = source_of(data)
    frame: Any = table(data) if source is None else source
    apart = [name for value in (*extras.values(), id) for name in names_of(value) if name in frame.names]
    kept: list[SurvivalFormula] = []

    def read(text: str, names: Sequence[str], apart: Collection[str]) -> Formula:
        kept[:] = [survival_formula(who, text, names, apart, intervals=True)]
        return kept[0].formula

    mixed = mixed_formula(formula, frame.names, apart, read)
    (said,), has_latent = kept, bool(mixed.random) or has_curves(mixed.formula)
    ends, parsed = TimeEnds(who, said), mixed.formula
    if source is not None:
        if has_latent:
            raise IncompatibleError(
                f"{who} integrates effects of groups and curves over rows in memory; these rows are {source.place}. "
                "Give a table in memory."
            )
        if id is not None:
            raise IncompatibleError(
                f"{who} compares the rows of each id in memory; these rows are {source.place}. Leave id= out."
            )
        found = from_source(parsed, source, extras, formulas, ends=TimeEnds(who, said, is_late="entry" in said.parts))
        return replace(found, source=data)
    beside = {name: parse(right, frame.names, apart, parsed.outcome) for name, right in formulas.items()}
    used = together(parsed, beside.values()).columns
    asked, frame = asked_columns(frame, data, {"id": id})
    persons = asked.get("id", ())
    needed = tuple(dict.fromkeys((*parsed.outcome.columns, *mixed.columns, *used, *persons)))
    found = complete_rows(data, frame, needed, extras, ends.endless, mixed.groups)
    outcome = ends.of(found.columns, found.rows)
    if persons:
        codes = crossed("id", [found.columns[name] for name in persons])
        require_apart(who, codes, outcome[:, 2] if outcome.shape[1] == 3 else None, outcome[:, 0], found.rows)
    if not (outcome[:, 1] < np.inf).any():
        raise DomainError(
            f"{who}: no row of {said.formula.outcome.text} has its event, in {len(outcome):,} rows: every time may be "
            "longer without end, and nothing is known of what it depends on."
        )
    open_ended = (outcome[:, 0] == 0.0) & (outcome[:, 1] == np.inf)
    n_empty = int(open_ended.sum())
    if n_empty:
        found, outcome = found.keeping(np.flatnonzero(~open_ended)), outcome[~open_ended]
    if has_latent:
        learned, latent = learn_latent(mixed, beside, found)
    else:
        weights = found.numbers.get("weights")
        learned, latent = learn(parsed, found.columns, found.rows, beside, weights, coded=True), None
    return replace(bound(found, outcome, parsed.outcome.text, learned, data, extras), latent=latent, n_empty=n_empty)


@prints
@dataclass(frozen=True)
class TimeEnds:
    """What makes the ends of times of rows of a table, checked; `is_late` says that they have entries in any case."""

    who: str
    said: SurvivalFormula
    is_late: bool = False

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The parts of the outcome."""
        return tuple(self.said.parts.values())

    @property
    def endless(self) -> tuple[str, ...]:
        """The columns that may be infinite."""
        return self.said.formula.outcome.columns if "low" in self.said.parts else ()

    def __call__(self, clean: Any) -> Floats:
        """The ends of the complete rows of a batch; DomainError for rows between 0 and inf, which a file keeps."""
        ends = self.of(clean.columns, clean.rows)
        if "low" in self.said.parts:
            says = (ends[:, 0] > 0.0) | (ends[:, 1] < np.inf)
            hint = " Such a row carries no information: leave it out of the file."
            _require(self.who, self.said, "high", ends[:, 1], says, clean.rows, "needs a finite end of each time", hint)
        return ends

    def of(self, columns: Mapping[str, Any], rows: NDArray[np.intp]) -> Floats:
        """The ends of each time, (n, 2), or with its entry (n, 3)."""
        who, said = self.who, self.said
        parts = {name: numbers_of(who, name, part, said, columns, rows) for name, part in said.parts.items()}
        if "time" not in parts:
            low, high = np.maximum(parts["low"], 0.0), parts["high"]
            finite = low < np.inf
            _require(
                who, said, "low", low, finite, rows, "needs lower ends that are numbers", " A time has a lower end."
            )
            hint = " A time that may be longer has the upper end inf."
            _require(who, said, "high", high, high > 0.0, rows, "needs positive upper ends", hint)
            _require(who, said, "high", high, high >= low, rows, "needs upper ends that are not below the lower", "")
            return np.column_stack([low, high])
        time = parts["time"]
        _require(who, said, "time", time, np.isfinite(time) & (time > 0.0), rows, "needs positive times", "")
        event = parts.get("event", np.ones(len(time)))
        ends = np.column_stack([time, np.where(event > 0.0, time, np.inf)])
        entry = np.maximum(parts.get("entry", np.zeros(len(time))), 0.0)
        if not (self.is_late or (entry > 0.0).any()):
            return ends
        after = f"needs entries before the time {said.parts['time'].text!r}"
        _require(who, said, "entry", entry, entry < time, rows, after, " A row is at risk from its entry on.")
        return np.column_stack([ends, entry])


def _require(
    who: str,
    said: SurvivalFormula,
    name: str,
    values: Floats,
    good: NDArray[np.bool_],
    rows: NDArray[np.intp],
    needs: str,
    hint: str,
) -> None:
    if good.all():
        return
    place = int(np.argmin(good))
    raise DomainError(
        f"{who} {needs}; {said.parts[name].text!r} is {values[place]:g} in row {number(place, rows)} "
        f"({int((~good).sum())} such rows).{hint}"
    )
