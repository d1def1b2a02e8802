"""What reports and pages of objects share: in Markdown text without live marks and pipe tables, in HTML tables whose
header cells say what they head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stattools.text.printing import printable, width

ENTITY = re.compile(r"&(?=#?\w+;)")
RULES = {"l": ":{}-", "r": "-{}:", "c": ":{}:"}


def escape(text: str) -> str:
    """Literal text as Markdown: no character of it can start a mark, a tag, an entity, a formula or a cell.

    A dollar sign gets the `<span>` that GitHub's documentation asks for beside formulas.

    >>> escape("a|b_c <script> $5")
    'a\\\\|b\\\\_c \\\\<script> <span>&#36;</span>5'
    """
    text = printable(text)
    text = re.sub(r"[\\`*_\[\]|~#]|<(?=[A-Za-z/!?])", r"\\\g<0>", text)
    return ENTITY.sub("&amp;", text).replace("$", "<span>&#36;</span>")


def opened(rendered: str) -> str:
    """A line that starts a block: what would make it a list, a quote or a rule is escaped.

    >>> opened("- not a list"), opened("1. not a list")
    ('\\\\- not a list', '1\\\\. not a list')
    """
    rendered = re.sub(r"^(\d{1,9})([.)])(?=\s|$)", r"\1\\\2", rendered)
    return re.sub(r"^(>|[-+=](?=\s|$|[-=]))", r"\\\g<0>", rendered)


def pipes(rows: Sequence[Sequence[str]], align: str) -> str:
    """A pipe table of cells in Markdown, the head first, aligned in the source too; `align` has a letter per column.

    >>> print(pipes([["term", "n"], ["x", "1,234"]], "lr"))
    | term |     n |
    | :--- | ----: |
    | x    | 1,234 |
    """
    widths = [max(3, *(width(cell) for cell in column)) for column in zip(*rows, strict=True)]
    rule = [RULES[one].format("-" * (size - 2)) for one, size in zip(align, widths, strict=True)]
    padded = [[_pad(cell, size, one) for cell, size, one in zip(row, widths, align, strict=True)] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (padded[0], rule, *padded[1:]))


def _pad(cell: str, size: int, align: str) -> str:
    gap = size - width(cell)
    if align == "c":
        return " " * (gap // 2) + cell + " " * (gap - gap // 2)
    return " " * gap + cell if align == "r" else cell + " " * gap


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], looks: Sequence[str], labels: int = 1, opening: str = "<table>"
) -> str:
    """A table of cells in HTML; `looks` are the attributes of each column, the first `labels` columns head their rows.

    >>> print(table(["", "n"], [["x", "1"]], ["", ' class="r"']))
    <table>
    <thead><tr><th scope="col"></th><th scope="col" class="r">n</th></tr></thead>
    <tbody>
    <tr><th scope="row">x</th><td class="r">1</td></tr>
    </tbody>
    </table>
    """
    heads = "".join(f'<th scope="col"{look}>{cell}</th>' for cell, look in zip(head, looks, strict=bool(head)))
    lines = [opening, *([f"<thead><tr>{heads}</tr></thead>"] if heads else []), "<tbody>"]
    for row in rows:
        cells = [
            f'<th scope="row"{look}>{cell}</th>' if j < labels else f"<td{look}>{cell}</td>"
            for j, (cell, look) in enumerate(zip(row, looks, strict=True))
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])
