"""A table in HTML: its cells, spans repeated; what stands around it are its notes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from stattools.errors import DomainError
from stattools.validation.claims.latex import is_head
from stattools.validation.claims.printed import SPACE, Cells


class _Tables(HTMLParser):
    """Gathers the rows of each table, and the text outside of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[str, int, int, bool]]]] = []
        self.notes: list[str] = []
        self.cell: list[str] | None = None
        self.opened: tuple[int, int, bool] = (1, 1, False)
        self.depth = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.silent += 1
        if tag == "table":
            self.depth += 1
            self.tables.append([])
        if tag == "tr" and self.depth:
            self._close()
            self.tables[-1].append([])
        if tag in ("td", "th") and self.depth:
            self._close()
            given = dict(attrs)
            self.opened = (_span(given.get("colspan")), _span(given.get("rowspan")), tag == "th")
            self.cell = []
        self._text({"br": "\n", "sup": "^", "p": "\n", "div": "\n", "li": "\n"}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)
        if tag in ("td", "th", "tr", "table"):
            self._close()
        if tag == "table":
            self.depth = max(0, self.depth - 1)
        if tag in ("p", "div", "caption", "tr"):
            self._text("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._text(data)

    def _text(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)
        else:
            self.notes.append(data)

    def _close(self) -> None:
        if self.cell is not None:
            if not self.tables[-1]:
                self.tables[-1].append([])
            text = "".join(self.cell)
            start = re.match(rf"[ {SPACE}]*", text)
            depth = start[0].count(SPACE) if start else 0
            self.tables[-1][-1].append((" " * depth + " ".join(text.split()), *self.opened))
            self.cell = None


def is_html(text: str) -> bool:
    """Whether there is a table in HTML.

    >>> is_html("<p><TABLE border=1>"), is_html("a < b")
    (True, False)
    """
    return bool(re.search(r"<table\\b|<tr\\b".replace("\\\\", "\\"), text, re.I))


def cells(text: str, name: str) -> Cells:
    """The cells of the table with most rows of a term and numbers.

    >>> cells("<table><tr><th></th><th>coef</th></tr><tr><td>x</td><td>1.5<sup>*</sup></td></tr></table>", "a").rows
    (('x', '1.5^*'),)
    """
    reader = _Tables()
    reader.feed(text)
    reader.close()
    reader._close()
    tables = [_rectangle(rows) for rows in reader.tables]
    tables = [table for table in tables if table]
    if not tables:
        raise DomainError(f"a claim needs a table with rows; {name} has none.")
    best = max(tables, key=_weight)
    wide = [row for row in best if len(row) > 1 and len(set(row)) == 1 and len(row[0]) > 20]
    table = [row for row in best if row not in wide and any(map(str.strip, row))]
    first = next((at for at, row in enumerate(table) if at and not is_head(row)), 1)
    others = [" ".join(dict.fromkeys(row)) for one in tables if one is not best for row in one]
    notes = "\n".join(("".join(reader.notes), *others, *(row[0] for row in wide)))
    return Cells(name, tuple(table[:first]), tuple(table[first:]), notes)


def _rectangle(rows: list[list[tuple[str, int, int, bool]]]) -> list[tuple[str, ...]]:
    """The cells with their spans: a wide cell is repeated across, a tall one is empty below."""
    below: dict[tuple[int, int], str] = {}
    found: list[list[str]] = []
    for at, row in enumerate(rows):
        line: list[str] = []
        for text, across, down, _ in row:
            while (at, len(line)) in below:
                line.append(below[at, len(line)])
            for step in range(1, down):
                below.update({(at + step, len(line) + place): "" for place in range(across)})
            line += [text] * across
        while (at, len(line)) in below:
            line.append(below[at, len(line)])
        if line:
            found.append(line)
    width = max(map(len, found), default=0)
    return [tuple(line) + ("",) * (width - len(line)) for line in found]


def _weight(table: list[tuple[str, ...]]) -> int:
    """How much a table looks like one of coefficients."""
    rows = sum(bool(row[0].strip()) and any(re.match(r"\W*\d", cell) for cell in row[1:]) for row in table)
    named = re.search(r"std.? ?err|coef|intercept|constant|estimate|_cons", " ".join(map(" ".join, table)), re.I)
    return rows + 100 * bool(named)


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 100) if text and text.strip().isdigit() else 1
