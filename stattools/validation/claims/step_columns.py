"""What SPSS writes before its terms: the step or the model that the rows are of, in a column of its own or not."""

from __future__ import annotations

import re
from dataclasses import replace

from stattools.validation.claims.cells import Cells
from stattools.validation.claims.headings import heading
from stattools.validation.claims.printed import is_number

STEP = re.compile(r"(?:step|model|block)?\s*\d+\s*(?:\([a-z]\)|[a-z])?", re.I)
BEFORE = re.compile(r"(?:step\s*\d+\s*(?:\([a-z]\)|[a-z])?\s+|\d+\s+(?=\(constant\)))(\S.*)", re.I)


def without_steps(cells: Cells) -> Cells:
    """The cells without a first column that holds a step in the first of its rows, and terms without their step.

    >>> head, rows = (("", "", "B"),), (("Step 1a", "age", "0.5"), ("", "Constant", "1.0"))
    >>> without_steps(Cells("a", head, rows)).rows
    (('age', '0.5'), ('Constant', '1.0'))
    """
    first = [row[0].strip() for row in cells.rows]
    filled = [row[0].strip() for row in cells.rows if row[0].strip() and any(cell.strip() for cell in row[1:])]
    is_step = bool(filled) and len(filled) < len(first) and all(STEP.fullmatch(text) for text in filled)
    width = min(map(len, (*cells.head, *cells.rows)), default=0)
    if is_step and width > 2 and not any(is_number(row[1]) for row in cells.rows):
        titles = [line[1].strip() for line in cells.head]
        if not any(title and heading(title) is not None for title in titles):
            return replace(
                cells, head=tuple(line[1:] for line in cells.head), rows=tuple(row[1:] for row in cells.rows)
            )
    named = [BEFORE.fullmatch(text) for text in first]
    if not any(named):
        return cells
    rows = tuple((one[1], *row[1:]) if one is not None else row for one, row in zip(named, cells.rows, strict=True))
    return replace(cells, rows=rows)
