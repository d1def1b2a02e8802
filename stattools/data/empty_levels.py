"""Levels of factors that no complete row has: declared and never seen, or seen only where another value is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stattools.data.tables.columns import listing, missing
from stattools.data.tables.table import NamedColumns
from stattools.interface.when_needed import pd


def empty_levels(frame: NamedColumns, names: Iterable[str], columns: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """By the name of a column its levels in the table that its complete, clean rows in `columns` have not, as text.

    >>> from stattools.data.tables.table import table
    >>> raw = {"g": pd.Categorical(["a", "b"], categories=["a", "b", "c"])}
    >>> empty_levels(table(raw), ["g"], {"g": pd.Series(raw["g"]).cat.remove_unused_categories()})
    {'g': ('c',)}
    """
    found = {}
    for name in names:
        column = columns[name]
        if column.dtype.kind != "O":
            continue
        raw = frame.column(name)
        declared = isinstance(raw.dtype, pd.CategoricalDtype)
        if not declared and len(raw) == len(column):
            continue  # text, of which every row is here
        every = raw.cat.categories if declared else raw[~missing(raw)].unique()
        here = set(map(str, column.cat.categories))
        if gone := tuple(dict.fromkeys(str(level) for level in every if str(level) not in here)):
            found[name] = gone if declared else tuple(sorted(gone))
    return found


def said(empty: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What a page says of them.

    >>> said({"g": ("c",), "h": ("x", "y")})
    ("no row has g = 'c', h = 'x', 'y'",)
    """
    listed = ", ".join(f"{name} = {listing(levels, 5)}" for name, levels in empty.items())
    return (f"no row has {listed}",) if empty else ()
