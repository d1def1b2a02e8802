"""Predictions as they are handed out: beside the rows of their table, or bare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stattools.data.tables.origin import Places
from stattools.interface.arguments import require_truth
from stattools.interface.when_needed import pd

KEYS = ("row", "category", "time")
"""Columns of a long frame of intervals that say of whom a line speaks."""


def handed_out(
    places: Places, found: Any, name: str, align: bool, *, columns: Sequence[Any] = (), is_bare: bool = True
) -> Any:
    """An array with a value per row that was used, or a frame, as one per row of the table; the values alone where
    `align` is False.

    `name` is that of a series, `columns` are those of an array with several numbers per row. A frame whose columns are
    all of one kind, such as probabilities of categories, is bare as an array; one of intervals, whose columns are not
    (`is_bare` False), stays a frame.

    >>> import numpy as np
    >>> handed_out(Places(2, np.array([1])), np.array([0.5]), "mean", align=True).tolist()
    [nan, 0.5]
    """
    require_truth(align, "align=")
    framed = isinstance(found, pd.DataFrame)
    if align and columns:
        return places.columns(found, [str(label) for label in columns])
    if align:
        return places.frame(found, () if is_bare else KEYS) if framed else places.column(found, name)
    if places.kept is not None and not len(places.kept):
        found = found[:0]  # it is that of a row that says nothing
    return found.to_numpy() if framed and is_bare else found
