"""Files of earlier versions: fields that a class had then, as the fields that it has now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]


def as_now(name: str, fields: Fields) -> Fields:
    """The fields of a class of today, from those that a file has.

    >>> as_now("Linear", {"columns": 2, "width": 1})
    {'columns': 2, 'width': 1}
    """
    for old, renewed in RENEWED.get(name, {}).items():
        if old <= fields.keys():
            fields = renewed(fields)
    return fields


def _extras(fields: Fields) -> Fields:
    """A model named the columns of its offset and of its exposure; what else was given beside X could have been an
    array or a column, so it is taken for an array, which is asked for again where new rows need it.
    """
    fields = dict(fields)
    columns = {name: fields.pop(f"{name}_column") for name in ("offset", "exposure")}
    rows, extras = fields["rows"], {name: column for name, column in columns.items() if column is not None}
    if rows.offset is not None and not extras:
        extras["offset"] = None
    given = {"weights": rows.weight is not None, "precision": rows.precision is not None, "trials": rows.y.ndim == 2}
    return fields | {"extras": extras | {name: None for name, there in given.items() if there}}


RENEWED: dict[str, dict[frozenset[str], Callable[[Fields], Fields]]] = {
    "Model": {frozenset({"offset_column", "exposure_column"}): _extras},
}
"""By class: fields that it has no longer, and what makes today's fields of them."""
