"""Tables of plain text whose columns stand below headings: a row ends with as many numbers as there are headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stattools.errors import DomainError, quoted
from stattools.validation.claims.headings import Heading, heading
from stattools.validation.claims.printed import NOTHING, is_number
from stattools.validation.claims.sas_listings import in_one_line

PHRASE = re.compile(
    r"\[?\d{2}(?:\.\d+)?% [Cc]onf\. [Ii]nterval\]?|log HR SE|log HR|[Oo]dds [Rr]atio|[Hh]az\. [Rr]atio|"
    r"[Rr]elative [Rr]isk|[Rr]obust (?:SE|se|std\. ?err\.?)|[Ss]td\.? [Ee]rr(?:or|\.)?|std err|[Tt]ime [Rr]atio|"
    r"[Ss]tandard [Ee]rror|"
    r"[TtZz] (?:[Rr]atio|[Vv]alue)|[Pp][ -][Vv]alue|P ?> ?\|[tz]\||Pr\(> ?\|[tz]\|\)|(?:lower|upper) 0?\.\d+|"
    r"(?:Wald )?Chi-Square|Pr ?> ?(?:ChiSq|\|[tz]\|)|"
    r"\d+(?:\.\d+)? ?%|(?:exp\(coef\)|coef) (?:lower|upper) \d+%|cmp to|Wald Z|\S+"
)
"""Headings of one and of several words."""
RULE = re.compile(r"\s*(?:[-=_+\u2500\u2550]{3,}+\s*+)++|\s*(?:<\w+>\s*)+")
"""A line between headings and rows."""
STARS = re.compile(r"^(?:\*{1,4}|\.|\u2020|\+)$")
NUMBER = r"[<>]?[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?%?"


@dataclass(frozen=True)
class TextColumn:
    """A heading of a line, and where it ends."""

    text: str
    end: int
    kind: Heading | None


@dataclass(frozen=True)
class TextTable:
    """The headings of a table of text, what stands before them, its rows as a term and cells, and its lines."""

    label: str
    columns: tuple[TextColumn, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    first: int
    last: int


def tables(text: str, name: str) -> list[TextTable]:
    """Every table of the text that has an estimate among its headings.

    >>> found = tables("      coef  std err\\nx      1.5      0.2", "a")[0]
    >>> [column.text for column in found.columns], found.rows
    (['coef', 'std err'], (('x', ('1.5', '0.2')),))
    """
    lines = in_one_line(text.splitlines())
    found: list[TextTable] = []
    at = 0
    while at < len(lines):
        head = headings(lines[at]) or _ends_alone(lines, at)
        head = head or (headings(lines[at], of_estimates=False) if found else None)
        if head is None:
            at += 1
            continue
        label, columns = head
        rows, last = _rows(lines, at + 1, columns, name)
        goes_on = any(column.kind is not None and column.kind.kind == "estimate" for column in columns)
        if rows and (goes_on or [term for term, _ in rows] == [term for term, _ in found[-1].rows]):
            found.append(TextTable(label, columns, tuple(rows), at, last))
        at = max(last, at + 1)
    return found


def headings(line: str, *, of_estimates: bool = True) -> tuple[str, tuple[TextColumn, ...]] | None:
    """What stands before the first heading of a line, and its headings; None for a line without an estimate's.

    Where `of_estimates` is False, any headings count, as of a table that goes on below.

    >>> headings("   y=1     coef  std err")[0], headings("x   1.5   0.2")
    ('y=1', None)
    """
    words = line.split()
    if len(words) < 2 or (re.fullmatch(r"[-+.\d]+|\*+|[-=]+", words[-1]) and words[-2] != "upper"):
        return None  # most lines are rows, which end with a number
    line = line.expandtabs()
    every: list[TextColumn] = []
    for one in PHRASE.finditer(line):
        kind = heading(one[0])
        if kind is not None and kind.kind == "interval":
            every += [
                TextColumn(one[0], one.end() - 9, Heading("lower", kind.said)),
                TextColumn(one[0], one.end(), Heading("upper", kind.said)),
            ]
        else:
            every.append(TextColumn(one[0], one.end(), kind))
    known = [place for place, column in enumerate(every) if column.kind is not None and column.kind.kind != "term"]
    kinds = {column.kind.kind for column in every if column.kind is not None}
    if of_estimates and ("estimate" not in kinds or len(known) < 2 or not kinds & {"se", "p", "lower", "statistic"}):
        return None
    if not known or len(known) < len(every) / 2:
        return None
    first = known[0] if of_estimates else 0
    if any(re.fullmatch(NUMBER, column.text) and "%" not in column.text for column in every[first:]):
        return None
    return " ".join(column.text for column in every[:first]), tuple(every[first:])


def _ends_alone(lines: Sequence[str], at: int) -> tuple[str, tuple[TextColumn, ...]] | None:
    """The headings of two ends of intervals above rows of three numbers, as R binds estimates to them."""
    head = headings(lines[at], of_estimates=False)
    kinds = [] if head is None else [one.kind.kind for one in head[1] if one.kind is not None]
    below = lines[at + 1].expandtabs() if at + 1 < len(lines) else ""
    numbers = re.search(rf"(?<=\S)\s+({NUMBER})\s+{NUMBER}\s+{NUMBER}\s*$", below)
    if head is None or kinds != ["lower", "upper"] or numbers is None:
        return None
    return "", (TextColumn("estimate", numbers.end(1), Heading("estimate")), *head[1])


def is_table(lines: Sequence[str], at: int) -> bool:
    """Whether a line has the headings of a table of coefficients."""
    return headings(lines[at]) is not None or _ends_alone(lines, at) is not None


def _rows(
    lines: Sequence[str], start: int, columns: Sequence[TextColumn], name: str
) -> tuple[list[tuple[str, tuple[str, ...]]], int]:
    """The rows below a line of headings, and where they end: at an empty line or one that has no numbers."""
    found: list[tuple[str, tuple[str, ...]]] = []
    at = start
    while at < len(lines):
        line = lines[at].expandtabs()
        if not found and (RULE.fullmatch(line) or (at == start and re.fullmatch(r"[^\W\d]\S*\s*", line))):
            at += 1  # a rule, the kinds of a tibble's columns, or the name of the terms below the headings
            continue
        found_row = row(line, columns, name)
        if found_row is None:
            break
        found.append(found_row)
        at += 1
    counted = [re.match(r"(\d+)\s+(\S.*)", term) for term, _ in found]
    if found and all(counted) and len({int(one[1]) - at for at, one in enumerate(counted) if one}) == 1:
        found = [(one[2], cells) for one, (_, cells) in zip(counted, found, strict=True) if one]
    return found, at


def row(line: str, columns: Sequence[TextColumn], name: str) -> tuple[str, tuple[str, ...]] | None:
    """The term and the cells of a line; None for a line that ends without numbers."""
    line = re.sub(r"(?<=\s)([<>])\s+(?=0?\.\d|\d(?:\.\d+)?e-)", lambda found: f" {found[1]}", line)
    tokens = [(one[0], one.end()) for one in re.finditer(r"\S+", line)]
    while tokens and STARS.match(tokens[-1][0]) and len(tokens) > 1:
        tokens.pop()
    numbers: list[tuple[str, int]] = []
    while tokens and len(numbers) < len(columns) and _is_cell(tokens[-1][0]):
        if STARS.match(tokens[-1][0]):
            tokens.pop()
            continue
        numbers.insert(0, tokens.pop())
    if not tokens or not any(is_number(text) for text, _ in numbers):
        empty = bool(tokens) and len(numbers) == len(columns)
        return (line[: tokens[-1][1]].strip(), tuple(text for text, _ in numbers)) if empty else None
    term = line[: tokens[-1][1]].strip()
    if len(numbers) == len(columns):
        return term, tuple(text for text, _ in numbers)
    cells = [""] * len(columns)
    for text, end in numbers:
        place = min(range(len(columns)), key=lambda place: abs(columns[place].end - end))
        if cells[place] or abs(columns[place].end - end) > 6:
            raise DomainError(
                f"a row of {name} has {len(numbers)} numbers below {len(columns)} headings, and {quoted(text)} of "
                f"{quoted(term)} stands below none of them alone. Write it as CSV."
            )
        cells[place] = text
    return term, tuple(cells)


def _is_cell(text: str) -> bool:
    plain = text.rstrip("*")
    return (
        bool(re.fullmatch(NUMBER, plain))
        or plain in ("NA", "NaN", "nan", "NULL")
        or bool(STARS.match(text))
        or (plain.casefold() in NOTHING and plain not in ("", "."))
    )
