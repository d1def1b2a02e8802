"""Which rows of two fits are the same: by their numbers in the table, or by the values of what both have.

Rows are paired by all columns and the outcome together; where these pair none, since one of the fits has other values
of one of them, by all but one, or all but two. A row that stands again among the others is a repeated one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.validation.foreign.description import Foreign
from stattools.validation.recipes.changes import plain_name
from stattools.validation.recipes.points import Regression

Places = NDArray[np.intp]
Codes = dict[str, NDArray[np.intp]]
"""Numbers of the values of each column, equal where values are."""
DISTINCT = 0.9
"""Columns name rows where so many of their combinations are different ones."""
MOST_SETS = 100
"""Sets of columns that are tried."""


def columns_of(model: Any) -> dict[str, NDArray[Any]]:
    """What a model says of each row: its columns by their plain names, and its outcome."""
    if model.facts.is_mixed:
        return columns_of(model.fixed) | {term.group: term.codes for term in model.random}
    if not model.facts.is_regression:
        rows = model.said
        outcome = {"time": rows.time, "event": rows.event, "entry": rows.entry}
        return dict(zip(map(plain_name, model.terms), np.asarray(model.X).T, strict=True)) | {
            f"outcome {name}": values for name, values in outcome.items() if values is not None
        }
    y = np.asarray(model.rows.y)
    if y.ndim == 1 and model.labels is not None and (y == y.astype(int)).all() and y.max() < len(model.labels):
        y = np.array([str(label) for label in model.labels])[y.astype(int)]
    outcome = {f"outcome {k}": column for k, column in enumerate(y.reshape(len(y), -1).T)}
    return dict(zip(map(plain_name, model.terms), np.asarray(model.rows.X).T, strict=True)) | outcome


def rows_in(model: Regression) -> int:
    """How many rows a model has."""
    return len(next(iter(columns_of(model).values())))


def common_rows(a: Foreign, b: Foreign) -> tuple[Places | None, Places | None]:
    """Places in a and in b of the rows that both have, in pairs; None, None where all rows are the same.

    Raises DomainError where the rows of one are not among those of the other.
    """
    one, two = columns_of(a.model), columns_of(b.model)
    n, m = rows_in(a.model), rows_in(b.model)
    if a.rows is not None or b.rows is not None:
        left = np.arange(n) if a.rows is None else a.rows
        right = np.arange(m) if b.rows is None else b.rows
        _, i, j = np.intersect1d(left, right, return_indices=True)
        if len(i) and _agree(one, two, i, j):
            return (None, None) if len(i) == n == m else (i, j)
    elif n == m and _agree(one, two, np.arange(n), np.arange(n)):
        return None, None
    mine, theirs = _codes(one, two)
    best: tuple[Places, Places] | None = None
    for keys in _sets(list(mine)):
        first, second = (np.column_stack([codes[key] for key in keys]) for codes in (mine, theirs))
        _, ids = np.unique(np.concatenate([first, second]), axis=0, return_inverse=True)
        found = _paired(ids.ravel()[:n], ids.ravel()[n:], whole=len(keys) == len(mine))
        if found is not None and (best is None or len(found[0]) > len(best[0])):
            best = found
        if best is not None and len(best[0]) == min(n, m):
            break
    if best is None or 2 * len(best[0]) < min(n, m):
        if n == m:
            return None, None
        raise DomainError(
            f"the two fits have {n} and {m} rows, and the rows of one are not among those of the other in the same "
            "order: explain needs two fits of the same data."
        )
    i, j = best
    same = len(i) == n == m and (i == np.arange(n)).all() and (j == np.arange(n)).all()
    return (None, None) if same else (i, j)


def _agree(one: dict[str, NDArray[np.generic]], two: dict[str, NDArray[np.generic]], i: Places, j: Places) -> bool:
    """Does any column that varies say that these rows are the same, or is there none that could?"""
    shared = [name for name in one if name in two and len({*one[name][i].tolist()}) > 1]
    alike = [name for name in shared if _same(one[name][i], two[name][j])]
    return bool(alike) or not shared


def _same(x: NDArray[np.generic], y: NDArray[np.generic]) -> bool:
    numbers = x.dtype.kind in "biuf" and y.dtype.kind in "biuf"
    return bool(np.allclose(x, y, rtol=1e-9, atol=1e-12) if numbers else np.array_equal(x, y))


def _codes(one: dict[str, NDArray[np.generic]], two: dict[str, NDArray[np.generic]]) -> tuple[Codes, Codes]:
    """The values of the shared columns as whole numbers; values that differ by round-off have the same."""
    mine, theirs = {}, {}
    for name in one:
        if name not in two or (one[name].dtype.kind in "biuf") != (two[name].dtype.kind in "biuf"):
            continue
        both = np.concatenate([one[name], two[name]])
        if both.dtype.kind in "biuf":
            order = np.argsort(both, kind="stable")
            values = both[order].astype(float)
            new = np.diff(values, prepend=values[0]) > 1e-12 + 1e-9 * np.abs(values)
            codes = np.empty(len(both), dtype=np.intp)
            codes[order] = np.cumsum(new)
        else:
            codes = np.unique(both, return_inverse=True)[1].astype(np.intp)
        mine[name], theirs[name] = codes[: len(one[name])], codes[len(one[name]) :]
    return mine, theirs


def _sets(names: list[str]) -> Iterator[tuple[str, ...]]:
    """All names, then all but one, all but two."""
    fewer = (combinations(names, k) for k in (len(names), len(names) - 1, len(names) - 2) if k > 0)
    return islice((keys for some in fewer for keys in some), MOST_SETS)


def _paired(first: Places, second: Places, whole: bool) -> tuple[Places, Places] | None:
    """Places of rows with the same numbers, the k-th of a number with the k-th; None where some columns alone, not the
    `whole` of them, do not name the rows.
    """
    n, m = len(first), len(second)
    distinct = min(len(np.unique(first)) / n, len(np.unique(second)) / m)
    if not whole and distinct < DISTINCT * min(n, m) / max(n, m):
        return None
    one, two = (codes * max(n, m) + _occurrence(codes) for codes in (first, second))
    _, i, j = np.intersect1d(one, two, return_indices=True)
    order = np.argsort(i)
    return (i[order], j[order]) if len(i) else None


def _occurrence(codes: Places) -> Places:
    """How many entries before have the same number."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    found = np.empty(len(codes), dtype=np.intp)
    found[order] = np.arange(len(codes)) - np.repeat(starts, np.diff(np.append(starts, len(codes))))
    return found


def repeated(model: Regression, places: Places, others: Places) -> Places:
    """Those of the rows in `places` that stand among the `others` too, whose rows are distinct; none where these are
    not, since a row that was dropped may be like another one then.
    """
    columns = _codes(columns_of(model), columns_of(model))[0]
    _, ids = np.unique(np.column_stack(list(columns.values())), axis=0, return_inverse=True)
    ids = ids.ravel()
    if len(np.unique(ids[others])) < DISTINCT * len(others):
        return places[:0]
    return places[np.isin(ids[places], ids[others])]
