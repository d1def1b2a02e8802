"""Tables drawn in boxes of text: of SPSS, psql, MySQL, reStructuredText, Polars, with bars between cells and rules of
dashes and plus signs, or of box-drawing characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from stattools.validation.claims.printed import Cells

BARS = re.compile(r"[\u2502\u2503\u2506\u250a\u2551]")
"""Upright bars other than |."""
DRAWN = r"\u2500-\u2501\u2504-\u2505\u2508-\u2509\u250c-\u2550\u2552-\u257f"
RULE = re.compile(rf"\s*[|+{DRAWN}]?\s*[-=+|{DRAWN}][-=+|\s{DRAWN}]{{2,}}\s*")
CROSSED = re.compile(rf"\s*[+|].*[-=]\+[-=].*|.*[-=]\+[-=].*\+[-=].*|.*[{DRAWN}]{{3}}.*")
"""A rule with its ends, or with two crossings: those of Stata have one, and no ends."""
TYPES = re.compile(r"-{3}|str|cat|bool|[iuf](?:8|16|32|64)|date|enum|")
"""What Polars writes below the names of columns."""
LEAST = 2
"""So many lines with cells are a table, one of headings and one of numbers."""


def is_box(text: str) -> bool:
    """Whether lines of cells between bars stand above and below rules that cross them.

    >>> is_box("+---+-----+\\n| t | coef|\\n+---+-----+\\n| x | 0.5 |\\n"), is_box("| a |\\n|---|\\n| 1 |")
    (True, False)
    """
    lines = BARS.sub("|", text).splitlines()
    inner = [line for line in lines if "|" in line and not RULE.fullmatch(line)]
    crossed = any(RULE.fullmatch(line) and CROSSED.fullmatch(line) for line in lines)
    return crossed and len(inner) >= LEAST and any(re.search(r"\d", line) for line in inner[1:])


def cells(text: str, name: str) -> Cells:
    """The cells between the bars, the headings above the first rule that stands below any; what stands around the
    table are its notes.

    >>> cells("+---+------+\\n| t | coef |\\n|---+------|\\n| x | 0.5  |\\n+---+------+\\nN = 50\\n", "a")
    Cells(name='a', head=(('t', 'coef'),), rows=(('x', '0.5'),), notes='N = 50', mark=None, facts={}, said={})
    """
    lines = [BARS.sub("|", line.expandtabs()).rstrip() for line in text.splitlines()]
    kinds = ["rule" if RULE.fullmatch(line) else "cells" if "|" in line else "note" for line in lines]
    inner = [line for line, kind in zip(lines, kinds, strict=True) if kind == "cells"]
    bars = Counter(_bars(line) for line in inner[1:]).most_common(1)[0][0]
    first = kinds.index("cells")
    below = next((at for at in range(first, len(lines)) if kinds[at] == "rule"), first + 1)
    head = [_split(line, bars) for line, kind in zip(lines[:below], kinds, strict=False) if kind == "cells"]
    rows = [_split(line, bars) for line, kind in zip(lines[below:], kinds[below:], strict=True) if kind == "cells"]
    rows = [row for row in rows if not all(TYPES.fullmatch(cell) for cell in row)]
    notes = "\n".join(line for line, kind in zip(lines, kinds, strict=True) if kind == "note" and line.strip())
    return Cells(name, tuple(head), tuple(rows), notes)


def _bars(line: str) -> tuple[int, ...]:
    return tuple(at for at, mark in enumerate(line) if mark == "|")


def _split(line: str, bars: Sequence[int]) -> tuple[str, ...]:
    """The texts between the bars of a row; a line with fewer is cut where those of the rows are, which tells which
    columns stand below it.
    """
    own = _bars(line)
    places = own if len(own) == len(bars) else tuple(bars)
    parts = [line[start + 1 : end] for start, end in zip((-1, *places), (*places, len(line)), strict=True)]
    if places and not line[: places[0]].strip():
        parts = parts[1:]
    if places and not line[places[-1] + 1 :].strip() and bars and len(own) and line.rstrip().endswith("|"):
        parts = parts[:-1]
    return tuple(part.strip("-+=| \t").strip() if not re.search(r"\d", part) else part.strip(" |") for part in parts)
