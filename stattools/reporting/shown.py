"""What a report shows as it is: frames as tables, figures as they were drawn, and pages of results as sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.when_needed import pd
from stattools.models.questions import AnyModel
from stattools.reporting.document import Block, Bullets, Figure, Paragraph, Section, Table, code, literal
from stattools.reporting.plain_words import has_hints, plain_words
from stattools.reporting.tables import decimals, number, p_value
from stattools.text.page import Faces, Grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

MOST_ROWS = 1000
"""Rows of a frame that a report shows; more are data, not a table."""

ERRORS = ("se", "sd", "se_log")
"""Columns of errors, by which the numbers of their row are rounded."""

ROUNDED = ("estimate", "mean", "median", "lower", "upper", *ERRORS)
"""Columns that the error of a row rounds."""


def frame_table(frame: pd.DataFrame) -> Table:
    """A frame as a table: estimates are rounded by their errors, p-values to three decimals, an index of its own stands
    before. DomainError for a frame of more rows than anyone reads, and for one without columns.

    >>> import pandas as pd
    >>> frame_table(pd.DataFrame({"term": ["x"], "estimate": [0.123456], "se": [0.0123], "p_value": [1e-9]})).rows
    (('`x`', '0.1235', '0.0123', '<0.001'),)
    """
    if len(frame) > MOST_ROWS or not len(frame.columns):
        raise DomainError(
            f"report shows frames of 1 to {MOST_ROWS:,} rows with a column at least; got {len(frame):,} rows x "
            f"{len(frame.columns)} columns. Give the rows to show, frame.head(20)."
        )
    note = str(frame.attrs.get("note", ""))
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    error = next((name for name in ERRORS if name in frame), None)
    names = list(frame.columns)
    rows = []
    for values in zip(*(frame[name] for name in names), strict=True):
        row = dict(zip(names, values, strict=True))
        places = None if error is None or not np.isfinite(row[error]) else decimals(float(row[error]))
        rows.append(tuple(_cell(name, value, places) for name, value in row.items()))
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in names]
    align = "".join("r" if one else "l" for one in numeric)
    return Table(tuple(literal(str(name).replace("_", " ")) for name in names), tuple(rows), align, literal(note))


def _cell(name: object, value: object, places: int | None) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        if name == "p_value":
            return p_value(float(value))
        if float(value).is_integer() and places is None:
            return f"{value:,.0f}"
        size = abs(float(value)) or 1.0
        own = places if places is not None and name in ROUNDED else decimals(size, digits=5)
        return number(float(value), min(own, decimals(size, digits=8)))
    return code(value) if isinstance(value, str) and name in ("term", "variable") else literal(value)


def picture(figure: Drawing) -> Figure:
    """A figure of one's own, drawn as it is; its titles and axes say what it shows to a reader who cannot see it."""
    said = [figure.get_suptitle()] if figure.get_suptitle() else []
    for axes in figure.axes:
        across, up = axes.get_xlabel(), axes.get_ylabel()
        said.append(": ".join(filter(None, (axes.get_title(), " against ".join(filter(None, (up, across)))))))
    return Figure("figure", lambda: figure, "; ".join(filter(None, said)) or "A figure")


def paged(result: Faces) -> Section:
    """A result with a page, as `print` shows it: its first line is the heading, sentences and tables follow, without
    what it advises to type.
    """
    title, blocks = "", list[Block]()
    for part in result._page().parts:
        if isinstance(part, Grid):
            head = part.head or [""] * len(part.columns)
            rows = tuple(tuple(literal(plain_words(cell)) for cell in row) for row in part.rows)
            blocks.append(Table(tuple(literal(cell) for cell in head), rows, part.columns.replace("p", "l")))
            continue
        lines = _plain(part.lines, is_first=not title)
        if not title:
            title, lines = f"{lines[0][:1].upper()}{lines[0][1:]}", lines[1:]
        for is_item, some in groupby(filter(str.strip, lines), key=lambda line: line.startswith(("- ", "  "))):
            said = [literal(line.strip().removeprefix("- ")) for line in some]
            blocks.append(Bullets(tuple(said)) if is_item else Paragraph(" ".join(said)))
    return Section(literal(title), tuple(blocks))


def _plain(lines: str, *, is_first: bool) -> list[str]:
    """The lines of a paragraph in plain words; where a sentence runs over several of them, they become one. The first
    line of a page is its heading, with its formula.
    """
    head, body = lines.split("\n")[:1] if is_first else [], lines.split("\n")[1:] if is_first else lines.split("\n")
    if not any(map(has_hints, body)) and not has_hints(" ".join(body)):
        return [*head, *body]
    whole = [line for item in _items(body) if (line := plain_words(item))]
    return [*head, *whole]


def _items(lines: Sequence[str]) -> list[str]:
    """Items of a list each for itself, and lines that follow each other as one."""
    found: list[str] = []
    for line in lines:
        if found and not line.startswith(("- ", "  ")) and not found[-1].startswith(("- ", "  ")):
            found[-1] = f"{found[-1]} {line.strip()}"
        else:
            found.append(line)
    return found


def shown(part: object) -> Block | None:
    """The block of a part that a report shows as it is; None for everything else, models too: their fits are meant."""
    if isinstance(part, AnyModel):
        return None
    for kind, make in _kinds():
        if isinstance(part, kind):
            return make(part)
    return None


def _kinds() -> tuple[tuple[type, Callable[[Any], Block]], ...]:
    from matplotlib.figure import Figure as Drawing

    return (Faces, paged), (pd.DataFrame, frame_table), (Drawing, picture)
