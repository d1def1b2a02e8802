"""The tables of names on the pages `docs/coming_from`, made from the one table of foreign names.

`python -m tests.coming_from` writes them anew, between the marks of each page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from stattools.interface.names.answers import ORIGINS, Row, vocabulary

DOCS = Path(__file__).parents[1] / "docs" / "coming_from"
BEGIN, END = "<!-- names: python -m tests.coming_from -->\n", "<!-- end of names -->\n"
TABLES = (("On a fit", vocabulary().fit), ("Functions", vocabulary().functions), ("Arguments", vocabulary().arguments))


def page_of(origin: str) -> Path:
    """The page of a package."""
    return DOCS / f"{origin}.md"


def names(origin: str) -> str:
    """The tables of one package as Markdown."""
    return BEGIN + "\n" + "\n".join(line for title, rows in TABLES for line in _table(title, rows, origin)) + END


def _table(title: str, rows: tuple[Row, ...], origin: str) -> Iterator[str]:
    found = [(theirs, row) for row in rows if (theirs := getattr(row, origin).split())]
    if found:
        yield f"{title}:\n"
        yield "| theirs | ours |\n| :-- | :-- |"
        for theirs, row in found:
            yield f"| {', '.join(f'`{name}`' for name in theirs)} | {_ours(row, title)} |"
        yield ""


def _ours(row: Row, title: str) -> str:
    if title == "Arguments":
        return f"`{row.ours}`, as in `{row.note}`"
    code = f"`{row.ours}`" if row.ours else ""
    return "; ".join(part for part in (code, row.note) if part).replace("|", "\\|")


def written(text: str, origin: str) -> str:
    """The text of a page with its tables made anew."""
    return re.sub(re.escape(BEGIN) + ".*" + re.escape(END), lambda _: names(origin), text, flags=re.DOTALL)


if __name__ == "__main__":
    for one in ORIGINS:
        page_of(one).write_text(written(page_of(one).read_text(encoding="utf-8"), one), encoding="utf-8")
