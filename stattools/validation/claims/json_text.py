"""A table in JSON: a list of rows, a dict of columns, or these beside one row of facts, as broom writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stattools.errors import DomainError, quoted
from stattools.validation.claims.given import of_records, text_of
from stattools.validation.claims.headings import fact, heading, one
from stattools.validation.claims.printed import Cells, Printed, is_number


def is_json(text: str) -> bool:
    """Whether the text opens as a list or an object of JSON.

    >>> is_json('[{"term": "x"}]'), is_json("[95% CI]")
    (True, False)
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return False
    try:
        json.loads(text, parse_int=Decimal)
    except (ValueError, RecursionError):
        return False
    return True


def cells(text: str, name: str) -> Cells:
    """The rows of the table that is in the text, numbers with their digits; single numbers are facts.

    DomainError where no part of it has terms and estimates.

    >>> cells('{"tidy": [{"term": "x", "estimate": 0.50}], "glance": {"nobs": 20}}', "a").facts["n"].value
    array(20.)
    """
    whole = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    parts = [part for part in _parts(whole) if any(heading(key) for row in part for key in row)]
    tables = [part for part in parts if _kinds(part) >= {"term", "estimate"}]
    if len(tables) != 1:
        raise DomainError(
            f"a claim needs one table of terms and estimates; the JSON of {name} has {len(tables) or 'none'}."
        )
    return replace(of_records(tables[0], name), facts=_facts(whole))


def _parts(value: object) -> list[Sequence[Mapping[str, Any]]]:
    """All lists of rows and dicts of columns in a value."""
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        if any(isinstance(cell, list | Mapping) for row in value for cell in row.values()):
            return [part for row in value for part in _parts(row)]
        return [value]
    if not isinstance(value, Mapping):
        return []
    if value.keys() >= {"columns", "data"} and isinstance(value["data"], list):  # pandas' split
        rows = [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
        labels = value.get("index", [])
        named = "term" in _kinds(rows[:1]) or len(labels) != len(rows)
        return [rows if named else [{"term": label, **row} for label, row in zip(labels, rows, strict=True)]]
    inner = [row for row in value.values() if isinstance(row, Mapping)]
    if inner and len(inner) == len(value) and all("estimate" in _kinds([row]) for row in inner):  # rows by term
        return [[{"term": label, **row} for label, row in value.items()]]
    columns = {key: column for key, column in value.items() if isinstance(column, list | Mapping)}
    if columns and _kinds([dict.fromkeys(value)]) >= {"estimate"} and len({len(one) for one in columns.values()}) == 1:
        return [_transposed(columns)]
    return [part for inner in value.values() for part in _parts(inner)]


def _transposed(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Columns as rows; columns that are dicts by term have the terms in them, as pandas writes them."""
    first = next(iter(columns.values()))
    labels = [str(label) for label in first] if isinstance(first, Mapping) else []
    rows: list[dict[str, Any]] = [{} for _ in range(len(first))]
    for key, column in columns.items():
        values = [column.get(label) for label in labels] if isinstance(column, Mapping) else column
        for row, value in zip(rows, values, strict=False):
            row[key] = value
    named = "term" in _kinds(rows[:1])
    return rows if named or not labels else [{"term": label, **row} for label, row in zip(labels, rows, strict=True)]


def _kinds(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    found = {one.kind for row in rows for key in row if (one := heading(key)) is not None}
    return found | ({"term"} if any(str(key).strip() in ("", "_row") for row in rows for key in row) else set())


def _facts(value: object) -> dict[str, Printed]:
    """Single numbers under names that are those of facts, wherever they stand outside of rows of terms."""
    found: dict[str, Printed] = {}
    if isinstance(value, list):
        for inner in value:
            if isinstance(inner, Mapping) and "estimate" not in _kinds([inner]):
                found |= _facts(inner)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            alone = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
            name = fact(str(key))
            if isinstance(alone, int | Decimal | str) and not isinstance(alone, bool) and name is not None:
                text = text_of(alone, quoted(key))
                if is_number(text):
                    found[name] = one(text)
            elif isinstance(inner, list | Mapping):
                found |= {key: value for key, value in _facts(inner).items() if key not in found}
    return found
