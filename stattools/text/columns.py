"""Names, sentences, columns and numbers as a terminal shows them: never wider than a page.

Long names are cut in their middle, and those that differ still differ; sentences are broken between words. Columns are
aligned, with the digits that their errors leave. Where a table is too wide its names are cut and its prose is wrapped;
where that is not enough, its columns are shown in several parts, one under the other, each with the names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from stattools.text.printing import escaped, printable_on_stdout, width

PAGE = 80
"""How many columns a page has."""


def cut(name: str, room: int, *, shows: int | None = None) -> str:
    """A name of at most `room` columns: its head and its tail, and between them what begins at the place `shows`.

    >>> cut("a_very_long_column_name", 16), cut("a_very_long_column_name", 16, shows=12)
    ('a_very_l…mn_name', 'a_ve…column…name')
    """
    if width(name) <= room:
        return name
    mark = printable_on_stdout("…")
    if shows is None:
        left = room - width(mark)
        return _first(name, left - left // 2) + mark + _last(name, left // 2)
    part = max((room - 2 * width(mark)) // 3, 1)
    head, tail = _first(name, part), _last(name, part)
    shown = _first(name[max(shows, len(head)) :], room - 2 * (part + width(mark)))
    return head + mark + shown + mark + tail if shown else cut(name, room)


def first_few(parts: Sequence[str], most: int = 8, between: str = ", ") -> str:
    """The first parts in one sentence, and how many more there are.

    >>> first_few(["a", "b", "c", "d"], 2), first_few(["a", "b"], 2, "; ")
    ('a, b and 2 more', 'a; b')
    """
    return between.join(parts[:most]) + (f" and {len(parts) - most} more" if len(parts) > most else "")


def shortened(names: Sequence[str], room: int) -> list[str]:
    """Names of at most `room` columns. Where the middle tells names apart, their first difference is kept; where that
    does not help either, a number does.

    >>> shortened(["income_of_the_mother_now", "income_of_the_father_now", "age"], 12)
    ['inc…moth…now', 'inc…fath…now', 'age']
    """
    if max([width(name) for name in names], default=0) <= room:
        return [*names]
    made = {name: cut(name, room) for name in names}
    for group in _alike(made):
        low, high = min(group), max(group)
        at = next((k for k, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
        made |= {name: cut(name, room, shows=at) for name in group}
    for group in _alike(made):
        for number, name in enumerate(group, 1):
            end = f"~{number}"
            made[name] = cut(name, room - len(end)) + end
    return [made[name] for name in names]


def wrapped(text: str, room: int = PAGE, indent: str = "") -> list[str]:
    """The lines of a text, broken between words, or between facts that it sets apart by several spaces; the lines after
    the first are indented.

    >>> wrapped("three short words", 12, "  ")
    ['three short', '  words']
    >>> wrapped("AIC 1   BIC 2   R^2 0.5", 18)
    ['AIC 1   BIC 2', 'R^2 0.5']
    """
    if width(text) <= room:
        return [text]
    facts = text.strip().split("   ")
    if len(facts) > 1:
        return [line for part in _filled(facts, "   ", room, indent) for line in wrapped(part, room, indent)]
    words = text.split(" ")
    return _filled(shortened(words, room - len(indent)), " ", room, indent)


def _filled(parts: Sequence[str], gap: str, room: int, indent: str) -> list[str]:
    """Parts one after the other, as many in a line as there is room for."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + len(gap) + width(part) <= room:
            lines[-1] += gap + part
        elif part or not lines:
            lines.append(indent + part if lines else part)
    return [line.rstrip() for line in lines]


def _alike(made: dict[str, str]) -> Iterable[list[str]]:
    """The groups of names that were cut to the same text."""
    groups: dict[str, list[str]] = {}
    for name, short in made.items():
        groups.setdefault(short, []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def _first(text: str, room: int) -> str:
    """As much of the beginning as `room` columns hold."""
    if text.isascii():
        return text[: max(room, 0)]
    end = len(text)
    while width(text[:end]) > room:
        end -= 1
    return text[:end]


def _last(text: str, room: int) -> str:
    return _first(text[::-1], room)[::-1]


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
    lines = [*([head] if head else []), *rows]
    texts = [[printable_on_stdout(escaped(cell)).replace("\n", " ") for cell in line] for line in lines]
    natural = [max([width(line[j]) for line in texts], default=0) for j in range(count)]
    sizes = [min(size, MOST) if letter == "r" else size for size, letter in zip(natural, columns, strict=True)]
    least = [min(size, LEAST.get(letter, size)) for size, letter in zip(sizes, columns, strict=True)]
    shown: list[str] = []
    for part in _parts(least, columns, page):
        shown += [""] * bool(shown) + _part(texts, part, _room(sizes, least, part, page), columns, bool(head))
    return shown


def _parts(least: Sequence[int], columns: str, page: int) -> list[list[int]]:
    """The columns of each part: all of them, or where they do not fit the names and as many others as do."""
    names = list(range(min(len(columns) - len(columns.lstrip("l")), 2)))
    parts = [list(names)]
    for j in range(len(names), len(columns)):
        if len(parts[-1]) > len(names) and sum([least[i] + 2 for i in [*parts[-1], j]]) - 2 > page:
            parts.append(list(names))
        parts[-1].append(j)
    return parts


def _room(sizes: Sequence[int], least: Sequence[int], part: Sequence[int], page: int) -> dict[int, int]:
    """What each column of a part gets: names and prose share what the numbers leave, none more than it needs."""
    given = {j: least[j] for j in part}
    spare = page - sum(given.values()) - 2 * (len(part) - 1)
    wanting = sorted([j for j in part if sizes[j] > given[j]], key=lambda j: sizes[j] - given[j])
    for k, j in enumerate(wanting):
        more = min(sizes[j] - given[j], max(spare, 0) // (len(wanting) - k))
        given[j], spare = given[j] + more, spare - more
    return given


def _part(lines: Rows, part: Sequence[int], room: dict[int, int], columns: str, headed: bool) -> list[str]:
    """The lines of a part."""
    cells = []
    for j in part:
        texts = [line[j] for line in lines]
        if columns[j] == "p":
            cells.append([wrapped(text, room[j]) for text in texts])
        else:
            cells.append([[text] for text in shortened(texts, room[j])])
    sizes = [max([width(text) for cell in column for text in cell], default=0) for column in cells]
    made: list[str] = []
    for row in zip(*cells, strict=True):
        for depth in range(max(map(len, row))):
            line = ""
            for cell, size, j in zip(row, sizes, part, strict=True):
                text = cell[depth] if depth < len(cell) else ""
                gap = " " * (size - width(text))
                line += "  " + (gap + text if columns[j] == "r" else text + gap)
            made.append(line[2:].rstrip())
        if headed and len(made) == 1:
            made.append(printable_on_stdout("─") * (sum(sizes) + 2 * (len(sizes) - 1)))
    return made


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


PLURALS = {"category": "categories", "batch": "batches", "success": "successes"}


def many(count: float, noun: str) -> str:
    """A number of things: `1 row`, `2,000 rows`.

    >>> many(1, "row group"), many(2000, "row"), many(2, "category")
    ('1 row group', '2,000 rows', '2 categories')
    """
    return f"{count:,.0f} {noun if count == 1 else PLURALS.get(noun, f'{noun}s')}"
