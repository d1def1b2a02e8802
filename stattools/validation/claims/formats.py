"""The forms of text that a claim may have, each recognised by what is in it; the first that says yes reads it."""

from __future__ import annotations

from collections.abc import Callable

from stattools.errors import DomainError
from stattools.validation.claims import (
    boxes,
    delimited,
    html_tables,
    json_text,
    latex,
    markdown,
    spaced,
    stacked,
    stata,
    summaries,
    vectors,
)
from stattools.validation.claims.printed import Cells, narrow

FORMATS: tuple[tuple[Callable[[str], bool], Callable[[str, str], Cells]], ...] = (
    (json_text.is_json, json_text.cells),
    (html_tables.is_html, html_tables.cells),
    (latex.is_latex, latex.cells),
    (boxes.is_box, boxes.cells),
    (stata.is_stata, stata.cells),
    (markdown.is_markdown, markdown.cells),
    (delimited.is_delimited, delimited.cells),
    (summaries.is_summary, summaries.cells),
    (spaced.is_spaced, spaced.cells),
    (stacked.is_stacked, stacked.cells),
    (vectors.is_vector, vectors.cells),
)


def cells_of(text: str, name: str) -> Cells:
    """The cells of a table in text, by the first form that knows it. DomainError where none does.

    >>> cells_of("term,coef\\nx,1.5\\n", "a").rows
    (('x', '1.5'),)
    """
    text = narrow(text)
    if not text.strip():
        raise DomainError(f"a claim needs a table of terms and numbers; {name} is empty.")
    for knows, read in FORMATS:
        if knows(text):
            return read(text, name)
    raise DomainError(
        f"a claim needs a table of terms and numbers, with a heading for each column; {name} is none that is known: "
        "CSV, JSON, Markdown, LaTeX, HTML, or what R, Stata and statsmodels print."
    )
