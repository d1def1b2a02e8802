"""Columns and numbers as a terminal shows them: aligned, with the digits that their errors leave, and never wider than
a page.

Where a table is too wide its names are cut in their middle and its prose is wrapped; where that is not enough, its
columns are shown in several parts, one under the other, each with the names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from stattools.text.characters import escaped, width
from stattools.text.names import PAGE, shortened, wrapped
from stattools.text.printing import printable_on_stdout

LEAST = {"l": 14, "p": 24}
"""What names and prose keep at least where a table is too wide."""
MOST = 32
"""No number is longer than that; what is in its place is cut."""

type Rows = Sequence[Sequence[str]]


def aligned(head: Sequence[str], rows: Rows, left: int = 1, *, columns: str = "", page: int = PAGE) -> list[str]:
    """Lines of a text table with a rule below the head; without a head there is no rule.

    `columns` has a letter for each: "l" for names, to the left, "r" for numbers, to the right, "p" for prose, to the
    left and wrapped. Without it the first `left` columns are names and the others numbers.

    >>> aligned(["term", "n"], [["a", "10"]])
    ['term   n', '────────', 'a     10']
    """
    count = len(head) or max((len(row) for row in rows), default=0)
    columns = columns or "l" * left + "r" * (count - left)
    lines = [_printable(line) for line in ([head] if head else [])] + [_printable(row) for row in rows]
    sizes = _widths(lines, columns)
    parts = list(_parts(sizes, columns, page))
    shown = [_part(lines, part, _room(sizes, part, columns, page), columns, bool(head)) for part in parts]
    return [line for k, part in enumerate(shown) for line in ([""] if k else []) + part]


def _printable(cells: Sequence[str]) -> list[str]:
    """Cells as they will be printed, so that columns stay columns."""
    return [printable_on_stdout(escaped(cell)).replace("\n", " ") for cell in cells]


def _widths(lines: Rows, columns: str) -> list[int]:
    """What each column takes if nothing is cut."""
    natural = [max((width(line[j]) for line in lines), default=0) for j in range(len(columns))]
    return [min(size, MOST) if letter == "r" else size for size, letter in zip(natural, columns, strict=True)]


def _least(sizes: Sequence[int], columns: str) -> list[int]:
    """What each column must have."""
    return [min(size, LEAST.get(letter, size)) for size, letter in zip(sizes, columns, strict=True)]


def _parts(sizes: Sequence[int], columns: str, page: int) -> Iterator[list[int]]:
    """The columns of each part: all of them, or where they do not fit the names and as many others as do."""
    least = _least(sizes, columns)
    names = list(range(min(len(columns) - len(columns.lstrip("l")), 2)))
    part = list(names)
    for j in range(len(names), len(columns)):
        if len(part) > len(names) and sum(least[i] + 2 for i in [*part, j]) - 2 > page:
            yield part
            part = list(names)
        part.append(j)
    yield part


def _room(sizes: Sequence[int], part: Sequence[int], columns: str, page: int) -> dict[int, int]:
    """What each column of a part gets: names and prose share what the numbers leave, none more than it needs."""
    least = _least(sizes, columns)
    given = {j: least[j] for j in part}
    spare = page - sum(size + 2 for size in given.values()) + 2
    wanting = sorted((j for j in part if sizes[j] > given[j]), key=lambda j: sizes[j] - given[j])
    for k, j in enumerate(wanting):
        more = min(sizes[j] - given[j], max(spare, 0) // (len(wanting) - k))
        given[j], spare = given[j] + more, spare - more
    return given


def _part(lines: Rows, part: Sequence[int], room: dict[int, int], columns: str, headed: bool) -> list[str]:
    """The lines of a part."""
    cells = [_column([line[j] for line in lines], room[j], columns[j]) for j in part]
    letters = [columns[j] for j in part]
    sizes = [max((width(text) for cell in column for text in cell), default=0) for column in cells]
    made: list[str] = []
    for row in zip(*cells, strict=True):
        for depth in range(max(map(len, row))):
            texts = [cell[depth] if depth < len(cell) else "" for cell in row]
            made.append("  ".join(map(_padded, texts, sizes, letters)).rstrip())
        if headed and len(made) == 1:
            made.append(printable_on_stdout("─") * (sum(sizes) + 2 * (len(sizes) - 1)))
    return made


def _column(texts: Sequence[str], room: int, letter: str) -> list[list[str]]:
    """The cells of a column, each as its lines."""
    if letter == "p":
        return [wrapped(text, room) for text in texts]
    return [[text] for text in shortened(texts, room)]


def _padded(text: str, size: int, letter: str) -> str:
    gap = " " * (size - width(text))
    return gap + text if letter == "r" else text + gap


def number(value: float, digits: int = 5) -> str:
    """`digits` significant digits, without exponent from 1e-4 to 1e6."""
    if not np.isfinite(value):
        return "∞" if value > 0 else "-∞" if value < 0 else "—"
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e9 else text.replace("e+", "e")


def percent(level: float) -> str:
    """A level as a percentage.

    >>> percent(0.95), percent(0.999)
    ('95 %', '99.9 %')
    """
    return f"{100.0 * level:.6g} %"


def decimals(se: float) -> int | None:
    """Decimal places that show four significant digits of a standard error; None where an exponent reads better."""
    if not (np.isfinite(se) and 1e-6 < se < 1e6):
        return None
    return max(0, 3 - int(np.floor(np.log10(se))))


def place(value: float, places: int | None) -> str:
    """`value` with so many decimal places."""
    return number(value) if places is None or not np.isfinite(value) else f"{value:.{places}f}"


def p_text(p: float, digits: int | None = None) -> str:
    """A p-value: three decimals or so many digits, or `<0.001`.

    >>> p_text(0.00131), p_text(0.00131, 2), p_text(1e-5, 2)
    ('0.001', '0.0013', '<0.001')
    """
    return "<0.001" if p < 0.001 else f"{p:.3f}" if digits is None else f"{p:.{digits}g}"
