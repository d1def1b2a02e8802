"""An outcome of labels in order: their order, and the number of each row's label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.data.tables.arrays import NUMBERS, vector
from stattools.data.tables.columns import listing
from stattools.data.tables.outcome import categories
from stattools.data.tables.table import series
from stattools.errors import DomainError, quoted
from stattools.interface.when_needed import pd

WHO = "st.ordinal"


def ordered(values: Any, name: str, levels: Any = None, declared: Any = None) -> tuple[np.ndarray, tuple[Any, ...]]:
    """The outcome as codes 0, 1, ... and the labels from the lowest to the highest.

    An ordered category has its order and whole numbers theirs; text, and categories without an order, need `levels`.
    `declared` is the column as it came, whose levels all have to occur. Raises DomainError for labels without an order,
    for numbers that are not whole, for one label only, for a level that no row has, for a label that is no level.

    >>> ordered(["mid", "low", "high"], "pain", ["low", "mid", "high"])
    (array([1, 0, 2]), ('low', 'mid', 'high'))
    """
    column = vector(values, f"the outcome {name!r}")
    is_text = column.dtype.kind not in NUMBERS
    if levels is None and is_text and not column.cat.ordered:
        _refuse_without_order(name, column.cat.categories.tolist())
    codes, labels = categories(column, name)
    if levels is None:
        _require_all(name, labels, _declared(declared))
        return codes, labels
    order = _distinct(levels)
    unknown = [label for label in labels if label not in order]
    if unknown:
        raise DomainError(
            f"levels= of {WHO} are all labels of {name!r} from the lowest to the highest; it also holds "
            f"{listing(unknown, 8)}. Name them in levels=, or leave those rows out."
        )
    _require_all(name, labels, order)
    place = np.array([order.index(label) for label in labels])
    return place[codes], tuple(order)


def _declared(column: Any) -> list[Any]:
    """The levels of an ordered category, none of anything else."""
    if column is None:
        return []
    found = series(column, "y")
    return found.cat.categories.tolist() if isinstance(found.dtype, pd.CategoricalDtype) else []


def _require_all(name: str, labels: Sequence[Any], levels: Sequence[Any]) -> None:
    known = set(map(str, labels))
    empty = [level for level in levels if str(level) not in known]
    if empty:
        has = "level" if len(empty) == 1 else "levels"
        raise DomainError(
            f"no row of {name!r} has the {has} {listing(empty, 8)}: the data do not determine the thresholds about an "
            f"empty level. Leave {'it' if len(empty) == 1 else 'them'} out, by .cat.remove_unused_categories() or "
            f"levels={[level for level in levels if level not in empty]!r}, or merge levels."
        )


def _distinct(levels: Any) -> list[Any]:
    if isinstance(levels, str) or not isinstance(levels, Sequence | np.ndarray | pd.Index):
        raise DomainError(
            f"levels= of {WHO} are the labels of the outcome from the lowest to the highest, a list; got "
            f"{quoted(levels)}."
        )
    found = [level.item() if isinstance(level, np.generic) else level for level in levels]
    if len(set(map(str, found))) < len(found):
        raise DomainError(f"levels= of {WHO} names each label once; got {quoted(found)}.")
    return found


def _refuse_without_order(name: str, labels: list[Any]) -> None:
    raise DomainError(
        f"{WHO} needs an outcome whose labels have an order; {name!r} holds {listing(labels, 8)}, of which nobody said "
        f"which is lower. Give levels=[...] from the lowest to the highest, or make it an ordered category: "
        "pd.Categorical(values, categories=[...], ordered=True), pl.Enum([...]). Labels without an order: st.softmax."
    )
