"""The first read of a scan: what has to be known of all rows before a block of X can be made.

Levels of text and of categories, constants of `center` and `scale`, rows dropped for missing values by column, the
values of the outcome with their counts, and a sample of the rows by chance, one of each of equal runs.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.columns import listing
from stattools.data.design import Design, columns_of, outcome_of
from stattools.data.evaluation import constants
from stattools.data.formula import Formula, parse, require
from stattools.data.moments import Moments
from stattools.data.scan import Batch, Scan
from stattools.data.scanned_columns import TEXT, cleaned, require_kinds
from stattools.data.scanned_rows import DROP, ScannedRows, needed, outcome_values
from stattools.data.tally import Tally
from stattools.data.transforms import ELEMENTWISE
from stattools.errors import DomainError, IncompatibleError

HELD = 200_000
"""Rows of the sample that is held in memory, at most."""

HELD_NUMBERS = 8_000_000
"""Numbers of X of that sample, at most: 64 MB."""

MOST_COLUMNS = 5_000

EXTRAS = ("weights", "offset", "exposure")


@dataclass(frozen=True, eq=False)
class Marginal:
    """The outcome alone: its values, how often each was seen (None: too many to count, and `values` are a sample's),
    and its moments.
    """

    values: Any
    counts: NDArray[np.float64] | None
    moments: Moments


def read_scan(text: str, scan: Scan, columns: Mapping[str, Any]) -> tuple[ScannedRows, Any, str, dict[str, int], int]:
    """The rows of a formula over a scan, the values of the outcome, its name, and what was dropped. One read."""
    extras = _extras(scan, columns)
    formula = parse(text, scan.names, list(extras.values()))
    names = needed(formula, extras)
    require_kinds(scan.kinds, names)
    categories = {
        factor.text: str(factor.category)
        for factor in formula.factors
        if factor.category and (factor.call == "C" or scan.kinds[factor.category] in TEXT)
    }
    numbered = tuple(dict.fromkeys(name for name in categories.values() if scan.kinds[name] not in TEXT))
    tally = Tally(formula, extras, scan.kinds, _learned(formula), numbered)
    chosen = _chosen(scan.n_rows)
    first, raw = 0, []
    for batch in scan.batches(names):
        try:
            tally.add(batch)
        except DomainError as error:
            raise DomainError(f"{batch.where}: {error}") from error
        low, high = np.searchsorted(chosen, [first, first + batch.table.num_rows])
        raw.append(Batch(batch.table.take(_taken(chosen[low:high] - first)), batch.where, 0))
        first += batch.table.num_rows
    if not tally.n_rows:
        counts = ", ".join(f"{name!r} in {count:,}" for name, count in tally.dropped.items())
        raise DomainError(
            f"no row is complete: of {scan.n_rows:,} rows, these columns are missing: {counts}."
            if scan.n_rows
            else f"the files have no rows: {scan.paths[0]} and {len(scan.paths) - 1} more."
        )
    if not tally.n:
        raise DomainError("weights= are all 0: no row counts. Give at least one row a positive frequency.")
    levels = {name: _ordered(scan.kinds[name], seen) for name, seen in tally.seen.items()}
    found = {
        key: _levels(formula, key, levels[name] if name in levels else sorted(tally.levels[name]), name, tally.n_rows)
        for key, name in categories.items()
    }
    state = {key: _constants(call, tally.moments[key]) for key, call in tally.learned.items()}
    design, raw = _design(formula, found, state, raw, scan, levels)
    marginal = _marginal(formula, tally, levels, raw, scan)
    rows = ScannedRows(scan, formula, design, extras, levels, tally.n_rows, tally.n, marginal, tuple(raw))
    dropped = {name: count for name, count in tally.dropped.items() if count}
    return rows, marginal.values, formula.outcome.text, dropped, scan.n_rows - tally.n_rows


def _extras(scan: Scan, columns: Mapping[str, Any]) -> dict[str, str]:
    given = {key: value for key, value in columns.items() if value is not None}
    for key, value in given.items():
        if key not in EXTRAS:
            what = "grouped outcomes (successes + failures, trials=)" if key in ("trials", "failures") else f"{key}="
            raise IncompatibleError(
                f"{what} cannot be read from files yet; with st.scan, {', '.join(EXTRAS)} can. Use a table in memory."
            )
        if not isinstance(value, str):
            raise IncompatibleError(
                f"with st.scan, {key}= is the name of a column of the files; got {type(value).__name__}."
            )
        require(value, scan.names)
    return given


def _learned(formula: Formula) -> dict[str, ast.Call]:
    """The calls of the formula whose constants are learned from all rows."""
    found: dict[str, ast.Call] = {}
    for factor in (*formula.factors, formula.outcome):
        for node in ast.walk(factor.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name in ELEMENTWISE or name == "C" or (name == "poly" and constants(node).get("raw")):
                continue
            inner = any(
                isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id not in ELEMENTWISE
                for part in ast.walk(node.args[0])
            )
            if name not in ("center", "scale") or inner or factor is formula.outcome:
                raise IncompatibleError(
                    f"{ast.unparse(node)!r} is learned from all rows at once, which a scan does not hold; center(x) "
                    "and scale(x) of columns can be learned from files, poly(x, degree, raw=True) and I(x ** 2) learn "
                    "nothing. Or write its columns into the files."
                )
            found[ast.unparse(node)] = node
    return found


def _constants(call: ast.Call, moments: Moments) -> dict[str, Any]:
    """What formulaic's `center` and `scale` would have learned."""
    given = {"center": True, "scale": True, "ddof": 1} | constants(call)
    if ast.unparse(call.func) == "center":
        given["scale"] = False
    center = (
        {True: moments.mean, False: None}.get(given["center"], given["center"])
        if isinstance(given["center"], bool)
        else given["center"]
    )
    scale = given["scale"]
    if isinstance(scale, bool):
        square = moments.about(0.0 if center is None else float(center))
        scale = np.sqrt(square / (moments.n - given["ddof"])) if scale and moments.n > given["ddof"] else None
        if scale is not None and not scale > 0:
            raise DomainError(f"{ast.unparse(call)!r} needs a column that varies.")
    return {"ddof": given["ddof"], "center": center, "scale": scale}


def _levels(formula: Formula, key: str, found: list[Any], name: str, n: int) -> tuple[Any, ...]:
    """The levels of a factor, as in memory."""
    factor = next(one for one in formula.factors if one.text == key)
    chosen = constants(factor.tree).get("levels", found) if isinstance(factor.tree, ast.Call) else found
    if not isinstance(chosen, list | tuple) or not set(found) <= set(chosen):
        raise DomainError(f"{key!r}: levels= must list every level of the column: {listing(found)}.")
    levels = tuple(level for level in chosen if level in set(found))
    if len(levels) < 2:
        raise DomainError(
            f"column {name!r} has one level only ({listing(levels)}) in the {n:,} complete rows: it cannot be told "
            "from the intercept; remove it from the formula."
        )
    return levels


def _ordered(kind: str, seen: Mapping[str, bool]) -> list[str]:
    """Levels that occur: text is sorted, categories have the order of their dictionaries."""
    occur = [level for level, yes in seen.items() if yes]
    return occur if kind == "categories" else sorted(occur)


def _chosen(n: int) -> NDArray[np.intp]:
    """The numbers of the rows of the sample: all, or one of each of equal runs."""
    if n <= HELD:
        return np.arange(n)
    edges = np.linspace(0, n, HELD + 1).astype(np.intp)
    return np.random.default_rng(0).integers(edges[:-1], edges[1:])


def _taken(which: NDArray[np.intp]) -> Any:
    import pyarrow as pa

    return pa.array(which)


def _design(
    formula: Formula,
    levels: dict[str, tuple[Any, ...]],
    state: dict[str, dict[str, Any]],
    raw: list[Batch],
    scan: Scan,
    known: dict[str, list[str]],
) -> tuple[Design, list[Batch]]:
    """The design, its names from the first complete rows of the sample, and the sample cut to what may be held."""
    for batch in raw:
        clean = cleaned(batch.table, 0, scan.kinds, known)
        if len(clean.rows):
            break
    else:
        raise DomainError(f"of a sample of {scan.n_rows:,} rows none is complete. {DROP}")
    X, names = columns_of(formula, clean.columns, clean.rows, levels, dict(state))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DomainError(f"the formula {formula.text!r} makes two columns named {twice!r}; rename a column.")
    if len(names) > MOST_COLUMNS:
        raise DomainError(
            f"the formula {formula.text!r} makes {len(names):,} columns, and at most {MOST_COLUMNS:,} are fitted from "
            "files: group levels, or leave an identifier out."
        )
    every = int(np.ceil(sum(batch.table.num_rows for batch in raw) * X.shape[1] / HELD_NUMBERS))
    if every > 1:
        raw = [
            Batch(batch.table.take(_taken(np.arange(0, batch.table.num_rows, every))), batch.where, 0) for batch in raw
        ]
    return Design(names, formula, levels, state), [batch for batch in raw if batch.table.num_rows]


def _marginal(formula: Formula, tally: Tally, levels: dict[str, list[str]], raw: list[Batch], scan: Scan) -> Marginal:
    """The values of the outcome as a column of that kind has them, one row each."""
    import pandas as pd

    name = formula.outcome.category
    if name and scan.kinds[name] in TEXT:
        counts = None if tally.counts is None else np.array([tally.counts[level] for level in levels[name]])
        column = pd.Series(pd.Categorical(levels[name], categories=levels[name]), name=name)
        return Marginal(outcome_of(formula, {name: column}, np.arange(len(column))), counts, tally.outcome)
    if tally.counts is None:
        parts = [cleaned(batch.table, 0, scan.kinds, levels) for batch in raw]
        found = [np.asarray(outcome_values(formula, part)) for part in parts if len(part.rows)]
        return Marginal(pd.Series(np.concatenate(found), name=formula.outcome.text), None, tally.outcome)
    values = np.array(sorted(tally.counts))
    counts = np.array([tally.counts[value] for value in values.tolist()])
    column = pd.Series(values, name=name or formula.outcome.text)
    if name:
        column = outcome_of(formula, {name: column}, np.arange(len(column)))
    return Marginal(column, counts, tally.outcome)
