"""A table of text whose fields are parted by commas, semicolons or tabs."""

from __future__ import annotations

import csv

from stattools.errors import DomainError
from stattools.validation.claims.cells import Cells

MARKS = (";", "\t", ",")


def cells(text: str, name: str) -> Cells:
    """The cells of a CSV or TSV table; decimals after a comma where fields are parted by semicolons and so written.

    DomainError for a line that has more fields than headings, and for what is no such table.

    >>> cells("term;coef\\nx;0,50\\n", "a").rows
    (('x', '0,50'),)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = max(MARKS, key=lines[0].count)
    if not lines[0].count(mark):
        raise DomainError(
            f"a claim needs a table of terms and numbers, with a heading for each column; {name} is none."
        )
    head, *rows = csv.reader(text.splitlines(), delimiter=mark)
    for number, row in enumerate(rows, 2):
        if len(row) > len(head):
            raise DomainError(
                f"a claim needs as many fields in each line as headings; line {number} of {name} has more."
            )
    filled = (tuple(row) + ("",) * (len(head) - len(row)) for row in rows if any(cell.strip() for cell in row))
    return Cells(name, (tuple(head),), tuple(filled))


def is_delimited(text: str) -> bool:
    """Whether the first line has fields, and most of the others have as many.

    >>> is_delimited("term,coef\\nx,1\\n"), is_delimited("Call: lm(y ~ x, data)\\n\\nCoefficients:\\n")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = max(MARKS, key=lines[0].count)
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
    except csv.Error:
        return False
    return widths[0] > 1 and 2 * sum(width == widths[0] for width in widths) > len(widths)
