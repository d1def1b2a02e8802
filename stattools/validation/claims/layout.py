"""The claim that a table of cells makes: of headed columns, or of models side by side."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from stattools.errors import DomainError
from stattools.validation.claims import single_numbers, words
from stattools.validation.claims.cells import Cells
from stattools.validation.claims.characters import bounded
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.columns import headed, picked, unread
from stattools.validation.claims.printed import Printed, decimal_mark, printed
from stattools.validation.claims.random_effects import random_effects
from stattools.validation.claims.rows import entries
from stattools.validation.claims.stars import limits_in
from stattools.validation.claims.step_columns import without_steps

MOST_COLUMNS = 1000
"""A line of more cells is no row of a table."""
PLAIN = ("nonrobust", "nonrobust.", "information", "oim", "unadjusted")
"""What tables call the covariance that their own F is of."""


def claim_of(cells: Cells, column: str | int | None = None) -> Claim:
    """The claim of a table, its columns read by their words.

    `column` picks one of several models by its heading or its number from 1. DomainError for a table without rows,
    terms or estimates, for two columns of one kind, for several models and no `column`, for brackets of which nobody
    says what they hold, and for cells that hold no numbers.
    """
    if not cells.rows:
        raise DomainError(f"a claim needs rows with a term and an estimate each; {cells.name} has none.")
    if (width := max(map(len, (*cells.head, *cells.rows)))) > MOST_COLUMNS:
        raise DomainError(f"a claim needs a table of at most {MOST_COLUMNS:,} columns; {cells.name} has {width:,}.")
    cells = without_steps(_with_notes(cells))
    group = picked(cells, column)
    found, single, said = entries(cells, group)
    texts = [text for entry in found for text in entry.texts.values()]
    mark = cells.mark or decimal_mark([*texts, *single.values()], cells.name)
    kinds = dict.fromkeys(kind for entry in found for kind, text in entry.texts.items() if text.strip())
    columns = {
        kind: Printed.of(printed(entry.texts.get(kind, ""), entry.where(kind, cells.name), mark) for entry in found)
        for kind in kinds
    }
    if "estimate" not in columns or not np.isfinite(columns["estimate"].value).any():
        raise DomainError(f"a claim needs estimates; {cells.name} has none under {cells.title(group.estimate)}.")
    known = {
        **single_numbers.facts(cells.notes),
        **random_effects(cells.notes),
        **{name: single_numbers.one(text, mark) for name, text in single.items()},
        **cells.facts,
    }
    told = {**words.said(cells.notes), **said, **cells.said}
    if (
        "f_statistic" in known and told.get("covariance", "nonrobust").casefold() not in PLAIN
    ):  # a Wald test of these errors
        known = {name.replace("f_statistic", "Wald's F"): value for name, value in known.items()}
    if (names := unread(cells, group)) and "unread" not in told:
        told["unread"] = ", ".join(names)
    degrees = [place for place, one in enumerate(headed(cells)) if one is not None and one.kind == "df"]
    if degrees and all(row[place].strip() in ("", "1") for row in cells.rows for place in degrees):
        told["df"] = "1"
    if any("%" in entry.texts["estimate"] for entry in found):
        told["percent"] = "%"
    shown = tuple(entry.shown for entry in found) if any(entry.shown for entry in found) else ()
    terms, quotes = tuple(entry.term for entry in found), tuple(entry.quote for entry in found)
    stars = tuple(entry.texts["estimate"].count("*") for entry in found)
    limits = limits_in(cells.notes) if any(stars) else {}
    return Claim(cells.name, terms, columns, known, told, quotes, shown, stars if limits else (), limits)


SAYING = re.compile(r"\w[^=:]*[=:]\s*[<>]?[-+]?[\d.]*\d.*")
"""What says a number in words: N = 555."""


def _with_notes(cells: Cells) -> Cells:
    """The cells without the rows that are notes: one text alone, or in all columns, that says a number in words."""
    said = [
        next(iter(filled))
        if len(filled := {cell.strip() for cell in row if cell.strip()}) == 1 and (row[0].strip() or len(set(row)) == 1)
        else ""
        for row in cells.rows
    ]
    is_note = [SAYING.fullmatch(text) is not None and len(text) > 1 for text in said]
    notes = [text for text, note in zip(said, is_note, strict=True) if note]
    rows = tuple(row for row, note in zip(cells.rows, is_note, strict=True) if not note)
    return replace(cells, rows=rows, notes=bounded("\n".join((cells.notes, *notes))))
