"""Rows that a fit did not use: those that miss a value elsewhere in the table, copies, the first or last, the largest
or smallest of a column, outliers, the rows of one level, and single rows that the claimed coefficients point to.

Sets are ranked by where one Newton step without them leads, `influence.py`, and the nearest are fitted; where the claim
says n, only sets that leave so many rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.time_limit import require_time
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression
from stattools.text.names import first_few
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.influence import Influence, Mask, influence_of
from stattools.validation.conventions.sheet import Sheet
from stattools.validation.conventions.state import State, Variant

LEVELS = 30
"""Columns with more different values have no levels of which rows are left out."""
REACHES = (3.0, 2.0, 2.5, 4.0)
"""Outliers are this many standard deviations from the mean."""
LONG = 200_000
"""Where X has more numbers runs of rows are looked for only where the claim says n."""
PAIRED = 10_000
"""Of more rows no pairs are looked for, which takes minutes."""
SINGLE = 5
"""So many rows at most are looked for one by one."""
LISTED = 4
"""So many columns with gaps are named."""
TRIED = 16
"""So many sets are fitted: those that lead nearest to the claimed coefficients."""


def _rows(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if sheet is None or (isinstance(model, Model) and state.rows is None):
        return
    if not isinstance(model, Model) and (sheet.whole is None or _is_paired(model)):
        return
    n = len(sheet.frame)
    wanted = _wanted(state)
    if wanted is not None and wanted >= n:
        return
    influence = influence_of(state) if isinstance(model, Model) else None
    sets: dict[bytes, tuple[str, Mask]] = {}
    for words, gone in _sets(state, sheet, n, wanted, influence):
        require_time()
        count = int(gone.sum())
        if 0 < count < n - len(state.names) and wanted in (None, n - count):
            sets.setdefault(np.packbits(gone).tobytes(), (words, gone))
    found = list(sets.values())
    if influence is not None and len(found) > TRIED:
        found = found if np.size(model.rows.X) <= LONG else found[: 2 * TRIED]
        far = influence.of_sets([gone for _, gone in found])
        found = [found[k] for k in np.argsort(far, kind="stable")]
    for words, gone in found[: TRIED if isinstance(model, Model) else 4 * TRIED]:
        count = int(gone.sum())
        said = f"without {count:,} row{'s' if count > 1 else ''}: {words}"
        yield Variant(said, partial(without, state, sheet, gone), ("rows",))


def _is_paired(model: Any) -> bool:
    """Whether numbers by rows stand beside the table, which is then not cut."""
    said: Any = model.said if isinstance(model, CoxRegression) else None
    return bool(said.labels or said.weights is not None) if said is not None else False


def _wanted(state: State) -> int | None:
    """How many rows the claim says it has, where it says n."""
    given = None if state.claim is None else state.claim.facts.get("n")
    weights = state.model.rows.weight if isinstance(state.model, Model) else None
    return None if given is None or weights is not None else round(float(np.ravel(given.value)[0]))


def without(state: State, sheet: Sheet, gone: Mask) -> State:
    """The state of the other rows; its formula is read again where a level of a factor is gone with them."""
    kept = np.flatnonzero(~gone)
    if not isinstance(state.model, Model):
        return state.with_sheet(sheet.take(kept))
    model, rest = state.model.subset(kept), sheet.take(kept)
    if (~model.rows.X.any(axis=0)).any() and model.formula:
        model = rest.remade(model)
    return state.of(model, rest)


def _sets(
    state: State, sheet: Sheet, n: int, wanted: int | None, influence: Influence | None
) -> Iterator[tuple[str, Mask]]:
    """Sets of rows that may be gone, in words, the likely ones first."""
    yield from _missing(sheet)
    yield from _copies(sheet)
    if wanted is None and not isinstance(state.model, Model):
        yield from _cut_off(n)
    yield from _levels(sheet)
    if wanted is not None or (isinstance(state.model, Model) and np.size(state.model.rows.X) <= LONG):
        yield from _runs(state, sheet, n, wanted, influence)
    if influence is not None:
        yield from _single(influence, n, SINGLE if wanted is None else n - wanted)
    yield from _outliers(state, sheet)


def _missing(sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    """Rows that miss a value in columns that the model does not read."""
    holes: Any = sheet.frame.isna().to_numpy()
    if holes.any():
        names = [str(name) for name, column in zip(sheet.frame.columns, holes.T, strict=True) if column.any()]
        yield f"those that miss a value in any column of the table: {first_few(names, LISTED)}", holes.any(axis=1)
    for name, column in zip(sheet.frame.columns, holes.T, strict=True):
        if column.any():
            yield f"those that miss {name}", column


def _copies(sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    twice = sheet.frame.duplicated().to_numpy()
    if twice.any():
        yield "copies of other rows", twice


def _runs(
    state: State, sheet: Sheet, n: int, wanted: int | None, influence: Influence | None
) -> Iterator[tuple[str, Mask]]:
    """The first or last rows, and the largest, smallest and outermost of each column."""
    lengths = None if wanted is None else np.array([n - wanted])
    if lengths is None and influence is None:
        lengths = np.array([1, 2, 5, 10, 20, 50, 100, n // 10, n // 5, n // 2])
    if lengths is not None:
        lengths = lengths[(lengths > 0) & (lengths < n)]
        if not len(lengths):
            return
    for words, order in _orders(state, sheet, n):
        found = influence.runs(order) if lengths is None and influence is not None else np.asarray(lengths).tolist()
        for count in found:
            gone = np.zeros(n, dtype=bool)
            gone[order[:count]] = True
            yield words.format(f"{count:,}"), gone
    place = np.arange(n)
    yield "every second, from the first on", place % 2 == 0
    yield "every second, from the second on", place % 2 == 1


def _cut_off(n: int) -> Iterator[tuple[str, Mask]]:
    """The first or last rows, where each set takes a refit."""
    for count in (1, 2, 5, 10, 20, 50, 100):
        if count < n:
            yield f"the first {count}", np.arange(n) < count
            yield f"the last {count}", np.arange(n) >= n - count


def _orders(state: State, sheet: Sheet, n: int) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Orders of the rows that somebody may have cut, in words with a place for how many."""
    yield "the last {}", np.arange(n)[::-1]
    yield "the first {}", np.arange(n)
    for name in sheet.numbers():
        values = sheet.frame[name].to_numpy(dtype=float)
        if np.isnan(values).any():
            continue
        order = np.argsort(values, kind="stable")
        called = str(name).replace("{", "{{").replace("}", "}}")
        yield f"the {{}} smallest of {called}", order
        yield f"the {{}} largest of {called}", order[::-1]
        yield f"the {{}} farthest from the mean of {called}", np.argsort(-np.abs(values - values.mean()))
        yield f"the {{}} farthest from the median of {called}", np.argsort(-np.abs(values - np.median(values)))
    residual = _residuals(state)
    if residual is not None:
        yield "the {} with the largest residuals", np.argsort(-np.abs(residual))


def _residuals(state: State) -> Any:
    """The residuals of least squares; None for others."""
    model = state.model
    if not isinstance(model, Model):
        return None
    return model.rows.y - model.eta(state.estimates()) if model.has_scale else None


def _levels(sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    """The rows with one level of a column, or all but these."""
    for name in sorted(sheet.labels(LEVELS), key=sheet.values_of):
        column = sheet.frame[name].to_numpy()
        known = sheet.frame[name].dropna().unique().tolist()
        for level in known:
            here = np.asarray(column == level)
            yield f"those with {name} = {level}", here
            if len(known) > 2:
                yield f"all but those with {name} = {level}", ~here


def _outliers(state: State, sheet: Sheet) -> Iterator[tuple[str, Mask]]:
    """Rows far out in any column, by the usual rules."""
    for name in sheet.numbers():
        values = sheet.frame[name].to_numpy(dtype=float)
        if np.isnan(values).any():
            continue
        yield from _far_out(name, values)
        if (values == 0).any():
            yield f"those with {name} = 0", values == 0
        yield f"those with {name} < 0", values < 0
    residual = _residuals(state)
    if residual is not None:
        size = np.abs(residual) / (np.sqrt((residual**2).sum() / max(len(residual) - 2.0, 1.0)) or 1.0)
        for reach in REACHES:
            yield f"those with residuals beyond {reach:g} standard deviations", size > reach


def _far_out(name: str, values: Any) -> Iterator[tuple[str, Mask]]:
    center, spread = values.mean(), values.std(ddof=1)
    for reach in REACHES:
        yield f"those with {name} more than {reach:g} sd from its mean", np.abs(values - center) > reach * spread
    low, high = np.quantile(values, [0.25, 0.75])
    fence = 1.5 * (high - low)
    yield f"those with {name} beyond 1.5 interquartile ranges", (values < low - fence) | (values > high + fence)
    for share in (0.01, 0.05):
        ends = np.quantile(values, [share, 1.0 - share])
        yield f"those beyond the {100 * share:g} % quantiles of {name}", (values < ends[0]) | (values > ends[1])


def _single(influence: Influence, n: int, most: int) -> Iterator[tuple[str, Mask]]:
    """Single rows, and few together, that move the coefficients to where they are claimed."""
    if not 0 < most <= SINGLE:
        return
    moves = influence.of_rows()
    for i in np.argsort(influence.distance(moves))[:3]:
        yield f"number {i + 1:,}", np.arange(n) == i
    for pair in influence.pairs() if most > 1 and n <= PAIRED else ():
        yield f"numbers {', '.join(str(i + 1) for i in pair)}", np.isin(np.arange(n), pair)
    gone, sum_of_moves = np.zeros(n, dtype=bool), np.zeros(moves.shape[1])
    for _ in range(most):
        far = np.where(gone, np.inf, influence.distance(moves + sum_of_moves))
        best = int(np.argmin(far))
        gone[best], sum_of_moves = True, sum_of_moves + moves[best]
        if gone.sum() > 2:
            yield f"numbers {', '.join(str(i + 1) for i in np.flatnonzero(gone))}", gone.copy()


ROWS = Choice(
    "rows dropped",
    "estimates",
    "Fit the rows that are reported, or say which were left out and why.",
    _rows,
    keeps=True,
)
