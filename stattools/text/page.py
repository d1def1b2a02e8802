"""A page that an object shows: sentences and tables, said once, and shown as text, as Markdown and as HTML; and the
four faces of an object: its line for `repr`, its page for `print`, and that page in Markdown and HTML.

In text a page is 80 columns wide: sentences are broken between words, and long names are cut in their middle. The
others have room for whole names. Columns, numbers and sentences are the same in all three.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from stattools.text import markup
from stattools.text.columns import aligned, decimals, place, wrapped
from stattools.text.one_line import one_line, prints
from stattools.text.printing import escaped, printable_on_stdout, printed

LOOKS = {
    "l": ' style="text-align: left"',
    "r": ' style="text-align: right; white-space: nowrap"',
    "p": ' style="text-align: left; white-space: normal"',
}
"""How the columns of a page stand in a notebook; colors are the notebook's own, light or dark."""


@prints
@dataclass(frozen=True)
class Grid:
    """A table of a page: a head, or () for none, and rows of cells. `columns` has a letter for each column: "l" for
    names, "r" for numbers, "p" for prose.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    columns: str

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]], names: int = 1, *, like: str | None = None) -> Grid:
        """The table of rows that are alike, `frame.to_dict("records")`: the first `names` columns are names, the others
        numbers; they have five digits, or where `like` is a column of errors, the decimals that these leave.

        >>> print(Grid.of([{"term": "x", "mean": 1.23456, "sd": 0.5}], like="sd").text())
        term    mean      sd
        ────────────────────
        x     1.2346  0.5000
        """
        head = [str(name) for name in records[0]]
        rows = []
        for row in records:
            values, places = list(row.values()), None if like is None else decimals(row[like])
            rows.append([*map(str, values[:names]), *(place(value, places) for value in values[names:])])
        return cls(head, rows, "l" * names + "r" * (len(head) - names))

    def text(self) -> str:
        """Lines of at most 80 columns."""
        return "\n".join(aligned(self.head, self.rows, columns=self.columns))

    def markdown(self) -> str:
        """A pipe table; one without a head has an empty head."""
        rows = [self.head or [""] * len(self.columns), *self.rows]
        cells = [[markup.escape(_line(cell)) for cell in row] for row in rows]
        return markup.pipes(cells, self.columns.replace("p", "l"))

    def html(self) -> str:
        """A table whose columns stand as they do in text."""
        labels = len(self.columns) - len(self.columns.lstrip("l"))
        rows = [[escape(_line(cell)) for cell in row] for row in (self.head, *self.rows)]
        return markup.table(rows[0], rows[1:], [LOOKS[letter] for letter in self.columns], labels)


@prints
@dataclass(frozen=True)
class Sentences:
    """Lines of a page, and empty lines between paragraphs."""

    lines: str

    def text(self) -> str:
        """The lines, broken where the page ends; the second line of an item stands below the first."""
        lines: list[str] = []
        for line in escaped(printable_on_stdout(self.lines)).split("\n"):
            lines += wrapped(line, indent=" " * (len(line) - len(line.lstrip(" -"))))
        return "\n".join(lines)

    def markdown(self) -> str:
        """Paragraphs, their lines ended by two spaces."""
        shown = (
            [markup.opened(_spaced(markup.escape(line))) for line in paragraph] for paragraph in self._paragraphs()
        )
        return "\n\n".join("  \n".join(lines) for lines in shown)

    def html(self) -> str:
        """Paragraphs, their lines ended by breaks."""
        shown = ([_spaced(escape(line)) for line in paragraph] for paragraph in self._paragraphs())
        return "\n".join(f"<p>{'<br>'.join(lines)}</p>" for lines in shown)

    def _paragraphs(self) -> list[list[str]]:
        return [list(lines) for some, lines in groupby(_lines(self.lines), key=bool) if some]


@prints
@dataclass(frozen=True)
class Page:
    """Sentences, tables and, between paragraphs, empty lines.

    >>> page = Page("A coin", "", Grid(["", "n"], [["heads", "3"]], "lr"))
    >>> print(page.text())
    A coin
    <BLANKLINE>
           n
    ────────
    heads  3
    >>> print(page.markdown())
    A coin
    <BLANKLINE>
    |       |   n |
    | :---- | --: |
    | heads |   3 |
    """

    parts: tuple[Sentences | Grid, ...]

    def __init__(self, *blocks: str | Sentences | Grid) -> None:
        parts: list[Any] = []
        for kind, part in groupby(blocks, key=type):
            some: list[Any] = list(part)
            parts += [Sentences("\n".join(some))] if kind is str else some
        object.__setattr__(self, "parts", tuple(parts))

    def text(self) -> str:
        """The page for a terminal of 80 columns."""
        return "\n".join([part.text() for part in self.parts])

    def markdown(self) -> str:
        """The page in GitHub's Markdown: no character of a name is a mark."""
        return "\n\n".join(filter(None, (part.markdown() for part in self.parts)))

    def html(self) -> str:
        """The page in HTML, without colors of its own."""
        return "\n".join(["<div>", *filter(None, (part.html() for part in self.parts)), "</div>"])


def _lines(block: str) -> list[str]:
    """The lines of a text, with controls of the terminal as escapes."""
    return escaped(block).split("\n")


def _line(cell: str) -> str:
    """A cell as one line."""
    return " ".join(_lines(cell))


def _spaced(line: str) -> str:
    """Spaces that set numbers apart stay, where browsers would take several for one."""
    return re.sub(r"  +", lambda found: "&nbsp;" * (len(found[0]) - 1) + " ", line)


class Faces(ABC):
    """What can be looked at: a class says its `_headline` and its `_page`, and has four faces.

    A dataclass with these faces is declared with `repr=False`.

    >>> from stattools.text.one_line import headline
    >>> class Coin(Faces):
    ...     def _headline(self):
    ...         return headline(self, "fair")
    ...
    ...     def _page(self):
    ...         return Page("A coin with two sides.")
    >>> print([Coin()], Coin(), Coin()._repr_markdown_())
    [<Coin fair>] A coin with two sides. A coin with two sides.
    """

    @abstractmethod
    def _headline(self) -> str:
        """The object in one line."""

    @abstractmethod
    def _page(self) -> Page:
        """What `print` shows of the object."""

    @one_line
    def __repr__(self) -> str:
        return self._headline()

    @printed
    def __str__(self) -> str:
        return self._page().text()

    def _repr_html_(self) -> str:
        return self._page().html()

    def _repr_markdown_(self) -> str:
        return self._page().markdown()


def with_faces[T: type](cls: T) -> T:
    """The four faces of `Faces` for the first class of a long line, which says its `_headline` and its `_page`."""
    for name in ("__repr__", "__str__", "_repr_html_", "_repr_markdown_"):
        setattr(cls, name, vars(Faces)[name])
    return Faces.register(cls)
