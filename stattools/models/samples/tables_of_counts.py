"""Tables of counts, whole or counted from rows: two labels per row, and strata that are tables of their own."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stattools.data.tables.arrays import matrix
from stattools.data.tables.columns import clean, coded, missing, sorted_codes
from stattools.data.tables.table import axes, is_frame, series, table
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import labels_of
from stattools.models.samples.arms import LARGEST, Ints
from stattools.models.samples.arms_of_formula import arm_rows

Labels = tuple[Hashable, ...]


@dataclass(frozen=True, eq=False)
class CountedTables:
    """Counts of shape (strata, rows, columns), the labels of rows and columns, what these are, and what was dropped."""

    counts: Ints
    rows: Labels
    columns: Labels
    names: tuple[str, str] = ("row", "column")
    dropped: dict[str, int] = field(default_factory=dict)
    n_dropped: int = 0


def counted(who: str, given: Any, data: Any, within: Any, weights: Any) -> CountedTables:
    """The counts of a table, `[[a, b], [c, d]]` or a frame, or of the rows of "column ~ row" and a table of data.

    Raises DomainError for counts that are negative, fractional or missing, and for a table without counts.
    """
    if isinstance(given, str):
        return _of_rows(who, given, data, within, weights)
    for name, value in (("data=", data), ("within=", within), ("weights=", weights)):
        if value is not None:
            raise DomainError(f'{who} takes {name} after a formula such as "outcome ~ group"; this is a table.')
    strata = _strata(who, given)
    counts = np.stack([_whole(who, stratum) for stratum in strata])
    if not counts.any():
        raise DomainError(f"{who} needs a count above 0; all cells are 0.")
    rows, columns = (tuple(range(size)) for size in counts.shape[1:])
    if is_frame(given) and (known := labels_of(given)) is not None:
        rows = tuple(known[0])
    if is_frame(given):
        columns = tuple(table(given).names)
    return CountedTables(counts, rows, columns)


def _strata(who: str, given: Any) -> list[Any]:
    """The tables one below the other."""
    depth = axes(given)
    if is_frame(given) or depth == 2:
        return [given]
    if depth == 3:
        strata = list(given)
        if len({np.shape(stratum) for stratum in strata}) == 1:
            return strata
    raise DomainError(
        f'{who} needs a table of counts, [[a, b], [c, d]], or a formula "outcome ~ group" and the rows; got '
        f"{quoted(given)}."
    )


def _whole(who: str, given: Any) -> Ints:
    values, _ = matrix(given, f"the table of {who}")
    bad = (values < 0) | (values != np.floor(values)) | (values > LARGEST)
    if bad.any():
        row, column = np.argwhere(bad)[0].tolist()
        raise DomainError(
            f"{who} needs counts, whole numbers of at least 0; got {values[row, column]:.6g} in row {row}, column "
            f"{column} (counting from 0)."
        )
    return values.astype(np.int64)


def _of_rows(who: str, formula: str, data: Any, within: Any, weights: Any) -> CountedTables:
    beside: dict[str, Any] = {} if weights is None else {"weights": weights}
    if within is not None:
        beside["within"] = _codes_of_strata(who, within, data)
    rows = arm_rows(who, formula, data, None, None, **beside)
    if rows is None or rows.by is None:
        raise DomainError(
            f'{who} needs a formula of two columns, "outcome ~ group", and a table; got {quoted(formula)}.'
        )
    columns, j = sorted_codes(clean(series(rows.outcome, "the outcome")))
    labels, i = sorted_codes(clean(series(rows.by, "the group")))
    stratum = np.zeros(len(i), dtype=np.intp)
    if within is not None:
        stratum = np.unique(rows.beside["within"], return_inverse=True)[1]
    weight = np.ones(len(i)) if weights is None else np.asarray(rows.beside["weights"], dtype=float)
    if (weight < 0).any() or (weight != np.floor(weight)).any() or weight.sum() > LARGEST:
        raise DomainError(f"{who} needs weights=, how often each row was seen: whole numbers of at least 0.")
    if not weight.any():
        raise DomainError(f"{who} needs a count above 0; all weights are 0.")
    counts = np.zeros((int(stratum.max()) + 1, len(labels), len(columns)), dtype=np.int64)
    np.add.at(counts, (stratum, i, j), weight.astype(np.int64))
    outcome, group = (side.strip() for side in formula.split("~", 1))
    return CountedTables(counts, tuple(labels), tuple(columns), (group, outcome), rows.dropped, rows.n_dropped)


def _codes_of_strata(who: str, within: Any, data: Any) -> Any:
    """A number for each stratum, one per row."""
    frame = table(data)
    if isinstance(within, str) and within not in frame.names:
        raise DomainError(f"{who} needs within=, a column of the table ({', '.join(frame.names[:8])}); got {within!r}.")
    column = frame.column(within) if isinstance(within, str) else series(within, "within=")
    if gaps := int(missing(column).sum()):
        raise DomainError(f"{who} needs within= in every row; {gaps:,} are missing. Drop those rows first.")
    return coded(column, f"{who} within=")[0].astype(float)
