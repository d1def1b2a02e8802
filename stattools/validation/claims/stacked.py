"""Plain text without headings and rules: a name and its estimate in a line, and in the next what stands in brackets."""

from __future__ import annotations

import re
from itertools import pairwise

from stattools.validation.claims.printed import Cells, is_number

ROW = re.compile(r"(\S.*?)\s+(\S+)")
BELOW = re.compile(r"\s*([(\[{][^()\[\]{}]*\d[^()\[\]{}]*[)\]}])\s*")
LEAST = 2
"""So many estimates with brackets below are a table."""


def is_stacked(text: str) -> bool:
    """Whether lines of a name and a number stand above lines of one bracket each.

    >>> is_stacked("x   0.52**\\n    (0.11)\\nz   0.10\\n    (0.09)\\nStandard errors in parentheses\\n")
    True
    """
    lines = text.splitlines()
    pairs = [(one, two) for one, two in pairwise(lines) if _row(one) and BELOW.fullmatch(two)]
    brackets = [line for line in lines if BELOW.fullmatch(line)]
    return len(pairs) >= LEAST and len(pairs) == len(brackets)


def cells(text: str, name: str) -> Cells:
    """The names with their numbers, and the brackets below them; what else stands there are notes.

    >>> cells("x   0.52\\n    (0.11)\\nz   0.10\\n    (0.09)\\nN  50\\nt statistics in parentheses\\n", "a").rows
    (('x', '0.52'), ('', '(0.11)'), ('z', '0.10'), ('', '(0.09)'), ('N', '50'))
    """
    rows: list[tuple[str, str]] = []
    notes: list[str] = []
    for line in text.splitlines():
        row, below = _row(line), BELOW.fullmatch(line)
        if row is not None:
            rows.append(row)
        elif below is not None:
            rows.append(("", below[1]))
        else:
            notes.append(line)
    return Cells(name, (("", "coef"),), tuple(rows), "\n".join(notes))


def _row(line: str) -> tuple[str, str] | None:
    """The name and the number of a line; None for other lines."""
    found = ROW.fullmatch(line.strip())
    return (found[1], found[2]) if found and is_number(found[2]) and not is_number(found[1]) else None
