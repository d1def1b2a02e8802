"""A printed table as cells of text, and the claim that its columns make by the words above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.headings import WORDS, Heading, heading
from stattools.validation.claims.printed import Printed, decimal_mark, printed

KEPT = ("estimate", "se", "statistic", "p", "lower", "upper")
"""The kinds of columns that a claim has."""


@dataclass(frozen=True)
class Cells:
    """Cells of a table: its lines of headings, its rows, the words around it, its decimal mark if known."""

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""
    mark: str | None = None
    facts: Mapping[str, Printed] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


def claim_of(cells: Cells, column: str | int | None = None) -> Claim:
    """The claim of a table whose headings say what each column holds.

    DomainError for one without rows, terms or estimates, for two columns of one kind, and for cells without numbers.
    """
    if not cells.rows:
        raise DomainError(f"a claim needs rows with a term and an estimate each; {cells.name} has none.")
    found = headed(cells)
    at = _one_of_each(cells, found, column)
    said = dict(cells.said)
    for kind, place in at.items():
        one = found[place]
        if one is not None and kind != "term":
            said |= {key: value for key, value in one.said.items() if key not in said}
    mark = cells.mark or decimal_mark(
        [row[place] for row in cells.rows for place in at.values() if place != at["term"]], cells.name
    )
    rows = [row for row in cells.rows if row[at["term"]].strip()]
    columns = {
        kind: Printed.of(printed(row[place], f"the column {title(cells, place)} of {cells.name}", mark) for row in rows)
        for kind, place in at.items()
        if kind in KEPT
    }
    if not np.isfinite(columns["estimate"].value).any():
        raise DomainError(f"a claim needs estimates; {cells.name} has none under {title(cells, at['estimate'])}.")
    terms = tuple(row[at["term"]].strip() for row in rows)
    quotes = tuple(" ".join(cell.strip() for cell in row if cell.strip()) for row in rows)
    return Claim(cells.name, terms, columns, dict(cells.facts), said, quotes)


def headed(cells: Cells) -> list[Heading | None]:
    """What each column holds by its headings, the lowest first; the first column without one holds the terms."""
    width = len(cells.head[0]) if cells.head else 0
    found = [
        next((one for line in reversed(cells.head) if (one := heading(line[place])) is not None), None)
        for place in range(width)
    ]
    if not any(one is not None and one.kind == "term" for one in found):
        unnamed = [
            place
            for place in range(width)
            if found[place] is None and not any(line[place].strip() for line in cells.head)
        ]
        if unnamed:
            found[unnamed[0]] = Heading("term")
    for place in range(width - 1):
        pair = found[place], found[place + 1]
        if all(one is not None and one.kind == "interval" for one in pair):
            found[place : place + 2] = [
                replace(one, kind=end) for one, end in zip(pair, ("lower", "upper"), strict=True) if one
            ]
    return found


def title(cells: Cells, place: int) -> str:
    """The heading of a column as it is quoted."""
    return quoted(" ".join(line[place].strip() for line in cells.head if line[place].strip()))


def _one_of_each(cells: Cells, found: Sequence[Heading | None], column: str | int | None) -> dict[str, int]:
    """The place of the one column of each kind."""
    at: dict[str, int] = {}
    named = ", ".join(title(cells, place) for place in range(len(found)))
    for kind in ("term", *KEPT):
        places = [place for place, one in enumerate(found) if one is not None and one.kind == kind]
        if kind == "estimate" and column is not None:
            places = [
                place for place in range(len(found)) if str(column) in (line[place].strip() for line in cells.head)
            ]
        if kind == "term":
            places = places[:1]
        if not places and kind in ("term", "estimate"):
            raise DomainError(
                f"a claim needs a column of {kind}s, called one of {', '.join(WORDS[kind].split()[:6])}; "
                f"{cells.name} has {named}."
            )
        if len(places) > 1:
            raise DomainError(
                f"{cells.name} has {len(places)} columns that may be of {CALLED.get(kind, kind)}: "
                f"{', '.join(title(cells, place) for place in places)}. "
                + ("Say which: column=." if kind == "estimate" else "Leave one.")
            )
        if places:
            at[kind] = places[0]
    return at


CALLED = {"estimate": "estimates", "se": "standard errors", "statistic": "statistics", "p": "p-values"}
