"""A document as GitHub-flavored Markdown: texts escaped, tables aligned in the source, figures by relative link."""

from __future__ import annotations

import re
from urllib.parse import quote

from stattools.reporting.document import (
    Block,
    Box,
    Bullets,
    Document,
    Figure,
    Listing,
    Math,
    Paragraph,
    Picture,
    Quote,
    Section,
    Span,
    Table,
    fenced,
    inline,
)
from stattools.text.markup import escape, opened, pipes
from stattools.text.printing import LINE_BREAK, UNPRINTABLE, printable


def markdown(document: Document, figures: str) -> str:
    """The text of a report whose figures are in the folder `figures`, relative to the report.

    >>> print(markdown(Document("Coin", (Paragraph("Is it *fair*?"),)), figures="coin"), end="")
    # Coin
    <BLANKLINE>
    Is it \\*fair\\*?
    """
    lines = [f"# {line(document.title)}", *([line(document.byline)] if document.byline else [])]
    lines += [_block(block, quote(figures), level=2) for block in document.blocks]
    return "\n\n".join(lines) + "\n"


def line(text: str, *, cell: bool = False) -> str:
    """A text with marks as one line of Markdown; in a table cell a line break is `<br>`, elsewhere a space."""
    rendered = "".join(_span(span, cell) for span in inline(text)).strip()
    return re.sub(r"\s*\n\s*", "<br>" if cell else " ", rendered)


def _span(span: Span, cell: bool) -> str:
    match span.kind:
        case "text":
            return escape(span.content)
        case "code":
            return _code(span.content, cell)
        case "maths":
            return f"${_tex(span.content)}$"
        case "strong":
            return f"**{line(span.content, cell=cell)}**"
        case "link":
            return f"[{line(span.content, cell=cell)}]({span.target})"


def _code(content: str, cell: bool) -> str:
    """A code span. A cell's pipes are escaped; a backslash before a pipe can only be said by the tag."""
    content = re.sub(r"\s+", " ", printable(content, " "))
    if cell and "\\|" in content:
        return f"<code>{escape(content)}</code>"
    span = fenced(content)
    return span.replace("|", r"\|") if cell else span


def _tex(tex: str) -> str:
    """TeX without the characters that mean something else to Markdown and HTML."""
    tex = re.sub(r"\s+", " ", tex.strip())
    for char, command in (("|", "vert"), ("<", "lt"), (">", "gt")):
        tex = re.sub(rf"{re.escape(char)}\s*", rf"\\{command} ", tex)
    return tex.strip()  # a space before the closing dollar makes it no formula


def _line(text: str, prefix: str = "") -> str:
    """A line that starts a block: what would make it a list, a quote or a rule is escaped."""
    return prefix + opened(line(text))


def _block(block: Block, figures: str, level: int) -> str:
    match block:
        case Section():
            parts = [f"{'#' * min(level, 6)} {line(block.title)}"]
            return "\n\n".join(parts + [_block(inner, figures, level + 1) for inner in block.blocks])
        case Paragraph():
            return _line(block.text)
        case Box():
            title = [f"**{block.title}**"] if block.title else []
            return "\n>\n".join(_line(sentence, "> ") for sentence in (*title, *block.sentences))
        case Quote():
            return _line(block.text, "> ")
        case Math():
            return f"$$\n{_tex(block.tex)}\n$$"
        case Listing():
            return _listing(block)
        case Bullets():
            return "\n".join(_line(item, "- ") for item in block.items)
        case Table():
            return table(block)
        case Picture():
            return f"![{line(block.alt)}]({quote(block.path)})"
        case Figure():
            image = f"![{line(block.alt)}]({figures}/{block.name}.svg)"
            return f"{image}\n\n*{line(block.caption)}*" if block.caption else image


def _listing(block: Listing) -> str:
    text = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", block.text.rstrip())
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    lines = [f"{fence}{block.language}", *(part.rstrip() for part in LINE_BREAK.split(text)), fence]
    return "\n".join(lines)


def table(block: Table) -> str:
    """A pipe table, aligned in the source too; its caption stands under it.

    >>> print(table(Table(("term", "n"), (("`x`", "1,234"),), align="lr")))
    | term |     n |
    | :--- | ----: |
    | `x`  | 1,234 |
    """
    rows = [[line(cell, cell=True) for cell in row] for row in (block.header, *block.rows)]
    shown = pipes(rows, block.align)
    return f"{shown}\n\n*{line(block.caption)}*" if block.caption else shown
