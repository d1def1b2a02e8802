"""A table of text whose fields are parted by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from stattools.errors import DomainError
from stattools.validation.claims.headings import heading
from stattools.validation.claims.printed import POINT, Cells

MARKS = (";", "\t", ",", "|")


def cells(text: str, name: str) -> Cells:
    """The cells of a CSV or TSV table; decimals after a comma where fields are parted by semicolons and so written.

    DomainError for a line that has more fields than headings, and for what is no such table.

    >>> cells("term;coef\\nx;0,50\\n", "a").rows
    (('x', '0,50'),)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = max(MARKS, key=lines[0].count) if any(map(lines[0].count, MARKS)) else ","
    mark = "," if not is_heading(lines[0].split(mark)) and any(map(is_heading, _fields(lines))) else mark
    if not any(line.count(mark) for line in lines):
        raise DomainError(
            f"a claim needs a table of terms and numbers, with a heading for each column; {name} is none."
        )
    every = _fields(text.splitlines(), mark)
    start = next((at for at, row in enumerate(every) if is_heading(row)), 0)
    head, rows = every[start], every[start + 1 :]
    above = every[start - 1] if start and _goes_on(every[start - 1], head) else None
    notes = [" ".join(row) for row in every[:start]]
    if start:  # a page of several tables, one below the other
        notes += [" ".join(row) for row in rows if len(row) != len(head)]
        rows = [row for row in rows if len(row) == len(head)]
    for number, row in enumerate(rows, start + 2):
        if len(row) > len(head):
            raise DomainError(
                f"a claim needs as many fields in each line as headings; line {number} of {name} has more."
            )
    filled = [tuple(row) + ("",) * (len(head) - len(row)) for row in rows if any(cell.strip() for cell in row)]
    cells = [cell for row in filled for cell in row[1:]]
    commas = mark == ";" and any(re.search(r"\d,\d", cell) for cell in cells) and not any(map(POINT.search, cells))
    heads = (tuple(head),) if above is None else (tuple(above), tuple(head))
    return Cells(name, heads, tuple(filled), "\n".join(notes), "," if commas else None)


def _fields(lines: Sequence[str], mark: str = ",") -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=mark))
    except csv.Error as error:
        raise DomainError(f"a claim needs a table of text; the text split at {mark!r} is not one: {error}.") from None


def _goes_on(above: Sequence[str], head: Sequence[str]) -> bool:
    """Whether the line above the headings has those of columns that these leave empty, as pages of SPSS have."""
    if len(above) != len(head):
        return False
    return any(not low.strip() and heading(high) is not None for high, low in zip(above, head, strict=True))


def is_heading(row: Sequence[str]) -> bool:
    """Whether cells are headings of estimates and of something beside them."""
    kinds = {one.kind for cell in row if (one := heading(cell)) is not None}
    return "estimate" in kinds and bool(kinds & {"term", "se", "p", "statistic", "lower", "interval"})


def is_delimited(text: str) -> bool:
    """Whether the first line has fields, and most of the others have as many, or some line has the headings.

    >>> is_delimited("term,coef\\nx,1\\n"), is_delimited("Call: lm(y ~ x, data)\\n\\nCoefficients:\\n")
    (True, False)
    """
    lines = [line for line in text.splitlines() if line.strip()]
    mark = max(MARKS, key=lines[0].count)
    try:
        rows, by_commas = _fields(lines, mark), _fields(lines)
    except DomainError:
        return False
    widths = [len(row) for row in rows]
    even = widths[0] > 1 and 2 * sum(width == widths[0] for width in widths) > len(widths)
    return even or any(map(is_heading, by_commas))
