"""A document as GitHub-flavored Markdown: texts escaped, tables aligned in the source, figures by relative link."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from stattools.reporting.document import (
    Block,
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
from stattools.text.characters import LINE_BREAK, UNPRINTABLE, printable

ENTITY = re.compile(r"&(?=#?\w+;)")
RULES = {"l": ":{}-", "r": "-{}:", "c": ":{}:"}


def markdown(document: Document, figures: str) -> str:
    """The text of a report whose figures are in the folder `figures`, relative to the report.

    >>> print(markdown(Document("Coin", (Paragraph("Is it *fair*?"),)), figures="coin"), end="")
    # Coin
    <BLANKLINE>
    Is it \\*fair\\*?
    """
    lines = [f"# {line(document.title)}"]
    lines += [_block(block, quote(figures), level=2) for block in document.blocks]
    return "\n\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Literal text as Markdown: no character of it can start a mark, a tag, an entity, a formula or a cell.

    A dollar sign gets the `<span>` that GitHub's documentation asks for beside formulas.

    >>> escape("a|b_c <script> $5")
    'a\\\\|b\\\\_c \\\\<script> <span>&#36;</span>5'
    """
    text = printable(text)
    text = re.sub(r"[\\`*_\[\]|~#]|<(?=[A-Za-z/!?])", r"\\\g<0>", text)
    return ENTITY.sub("&amp;", text).replace("$", "<span>&#36;</span>")


def line(text: str, *, cell: bool = False) -> str:
    """A text with marks as one line of Markdown; in a table cell a line break is `<br>`, elsewhere a space."""
    rendered = "".join(_span(span, cell) for span in inline(text)).strip()
    return re.sub(r"\s*\n\s*", "<br>" if cell else " ", rendered)


def width(text: str) -> int:
    """Columns that a text takes in a monospaced font: wide East Asian characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


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
    return tex


def _line(text: str, prefix: str = "") -> str:
    """A line that starts a block: what would make it a list, a quote or a rule is escaped."""
    rendered = line(text)
    rendered = re.sub(r"^(\d{1,9})([.)])(?=\s|$)", r"\1\\\2", rendered)
    rendered = re.sub(r"^(>|[-+=](?=\s|$|[-=]))", r"\\\g<0>", rendered)
    return prefix + rendered


def _block(block: Block, figures: str, level: int) -> str:
    match block:
        case Section():
            parts = [f"{'#' * min(level, 6)} {line(block.title)}"]
            return "\n\n".join(parts + [_block(inner, figures, level + 1) for inner in block.blocks])
        case Paragraph():
            return _line(block.text)
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
    widths = [max(3, *(width(cell) for cell in column)) for column in zip(*rows, strict=True)]
    rule = [RULES[align].format("-" * (size - 2)) for align, size in zip(block.align, widths, strict=True)]
    padded = [
        [_pad(cell, size, align) for cell, size, align in zip(row, widths, block.align, strict=True)] for row in rows
    ]
    lines = [f"| {' | '.join(row)} |" for row in (padded[0], rule, *padded[1:])]
    return "\n".join([*lines, "", f"*{line(block.caption)}*"] if block.caption else lines)


def _pad(cell: str, size: int, align: str) -> str:
    gap = size - width(cell)
    if align == "c":
        return " " * (gap // 2) + cell + " " * (gap - gap // 2)
    return " " * gap + cell if align == "r" else cell + " " * gap
