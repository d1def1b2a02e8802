"""Counts, percentages and totals of a table: 45 (23.4%) under n = 192, rows and columns that add up to what is called
their total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stattools.validation.papers.check import Answer, between, shown
from stattools.validation.papers.columns import kinds, size_of
from stattools.validation.papers.reported import Reported, meet, reported
from stattools.validation.papers.setting import Setting
from stattools.validation.papers.sheets import PaperTable
from stattools.validation.papers.table_rows import FIRST, LAST

TOTAL = re.compile(
    r"(?:grand |column |row |sub-?)?(?:totals?|sum|gesamt|summe|insgesamt)\b\W*(?:n|no\.?|n \(%\)|[(\[].*)?\W*$",
    re.IGNORECASE,
)
COUNT = r"\d{1,3}(?:,\d{3})+|\d+"
PAIR = re.compile(rf"\s*({COUNT})\s*(?:\(|\[|,\s|\s)\s*(\d{{1,3}}(?:[.,]\d+)?)\s?(%?)\s*[)\]]?\s*[a-e*]?\s*")
NO_COUNTS = frozenset({*FIRST, *LAST, *("ratio", "interval", "lower", "upper", "statistic", "squares", "mean square")})
OF_MEANS = re.compile(r"\b(?:mean|median|SD|IQR|range|quartile)", re.IGNORECASE)
SAID = re.compile(r"\b(?:n|no\.|counts?|numbers?) ?\(%\)|\((?:percent|percentages?)\)", re.IGNORECASE)
"""Words around a table of counts with their percentages in brackets."""
MOST_SIZES = 10_000
"""Wholes that are tried for a run of percentages."""


@dataclass(frozen=True)
class CountedShare:
    """A count and its percentage in a cell: the line, the place of its row, the numbers as they are printed."""

    line: int
    row: int
    count: int
    percent: Reported
    text: str
    is_total: bool


def check_counts(sheet: PaperTable, setting: Setting) -> Iterator[tuple[int, Answer]]:
    """What is said of the counts of a table, with the numbers of the lines."""
    counts = _counts(sheet)
    for column in range(1, len(sheet.head)):
        yield from _check_shares(sheet, column, counts, setting)
    yield from _check_columns(sheet, counts)
    yield from _check_rows(sheet, counts)
    yield from _check_hundred(sheet, setting)


def _counts(sheet: PaperTable) -> dict[tuple[int, int], int]:
    """The whole numbers of a table by row and column, with or without a percentage behind them."""
    found = {}
    for row, (_, cells) in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            held = kinds(sheet.head[column])
            if column == 0 or (held and held[0] in NO_COUNTS) or OF_MEANS.search(cells[0]):
                continue
            alone, pair = re.fullmatch(rf"\s*({COUNT})\s*[a-e]?\s*", cell), PAIR.fullmatch(cell)
            if (one := alone or pair) and held[:1] != ("share",):
                found[row, column] = int(one[1].replace(",", ""))
    return found


def _shares(sheet: PaperTable, column: int, setting: Setting) -> list[CountedShare]:
    """The cells of a column, or of it and the next one, that are a count and its percentage."""
    held, is_said = kinds(sheet.head[column]), bool(SAID.search(sheet.words))
    beside = column + 1 < len(sheet.head) and held == ("count",) and kinds(sheet.head[column + 1]) == ("share",)
    found = []
    for place, (line, row) in enumerate(sheet.rows):
        cell = f"{row[column]} ({row[column + 1]})" if beside else row[column]
        pair = PAIR.fullmatch(cell)
        is_named = beside or is_said or held == ("count", "share") or "%" in row[0] or "%" in sheet.head[column]
        if pair and (pair[3] or is_named) and not OF_MEANS.search(row[0]):
            percent, is_total = reported(pair[2], comma=setting.comma), bool(TOTAL.match(row[0]))
            found.append(CountedShare(line, place, int(pair[1].replace(",", "")), percent, cell.strip(), is_total))
    return found


def _check_shares(
    sheet: PaperTable, column: int, counts: dict[tuple[int, int], int], setting: Setting
) -> Iterator[tuple[int, Answer]]:
    """A percentage is that of its count in the column, in its row, or in the run of rows that it stands in."""
    shares = _shares(sheet, column, setting)
    totals = [row for row, (_, cells) in enumerate(sheet.rows) if TOTAL.match(cells[0])]
    across = [place for place, head in enumerate(sheet.head) if TOTAL.match(head)]
    stated = size_of(sheet.head[column])
    for one in shares:
        wholes = {stated} if stated else {size for head in sheet.head[:1] if (size := size_of(head))}
        wholes |= {counts[row, column] for row in totals if (row, column) in counts}
        wholes |= {counts[one.row, place] for place in across if (one.row, place) in counts}
        if not stated:
            wholes |= {size for size in (size_of(sheet.words),) if size}
        wholes |= {total for total in (_total_of_run(one, shares),) if not stated}
        wholes = {whole for whole in wholes if whole and whole >= one.count}
        if not wholes:
            continue
        right = [100.0 * one.count / whole for whole in sorted(wholes)]
        holds = any(meet(one.percent.span, (value, value)) for value in right)
        holds = holds or _has_missing(one, shares, max(wholes))
        said = " or ".join(f"{shown(value)}% of {whole}" for value, whole in zip(right, sorted(wholes), strict=True))
        words = "" if holds else f"{sheet.rows[one.row][1][0].strip()}: {one.count} is {said}, not {one.percent.text}%."
        yield one.line, Answer("percentage", one.text, (min(right), max(right)), "right" if holds else "wrong", words)


def _run(one: CountedShare, shares: list[CountedShare]) -> list[CountedShare]:
    """The shares in the rows next to one without a gap."""
    rows = {share.row: share for share in shares}
    first = last = one.row
    while first - 1 in rows:
        first -= 1
    while last + 1 in rows:
        last += 1
    return [rows[row] for row in range(first, last + 1)]


def _total_of_run(one: CountedShare, shares: list[CountedShare]) -> int | None:
    run = [share for share in _run(one, shares) if not share.is_total]
    return sum(share.count for share in run) if len(run) > 1 else None


def _has_missing(one: CountedShare, shares: list[CountedShare], n: int) -> bool:
    """Whether a share and one next to it are of the same smaller whole: rows that some did not answer."""
    for other in _run(one, shares):
        if abs(other.row - one.row) == 1 and one.count + other.count <= n <= MOST_SIZES:
            for whole in range(max(one.count + other.count, 1), n):
                ends = [(100.0 * share.count / whole, share) for share in (one, other)]
                if all(meet(share.percent.span, (value, value)) for value, share in ends):
                    return not meet(other.percent.span, (100.0 * other.count / n, 100.0 * other.count / n))
    return False


def _check_columns(sheet: PaperTable, counts: dict[tuple[int, int], int]) -> Iterator[tuple[int, Answer]]:
    """A row that is called a total is the sum of the rows over it."""
    last = -1
    for row, (line, cells) in enumerate(sheet.rows):
        if not TOTAL.match(cells[0]):
            continue
        found = []
        for column in range(1, len(sheet.head)):
            parts = [counts[one, column] for one in range(last + 1, row) if (one, column) in counts]
            if (row, column) in counts and len(parts) > 1:
                whole = len(parts) == row - last - 1 or kinds(sheet.head[column])[:1] == ("count",)
                found.append((f"of the column {sheet.head[column]!r}", sum(parts), counts[row, column], whole))
        last = row
        yield from ((line, answer) for answer in _totals(found))


def _check_rows(sheet: PaperTable, counts: dict[tuple[int, int], int]) -> Iterator[tuple[int, Answer]]:
    """A column that is called a total is the sum of those before it."""
    for column, head in enumerate(sheet.head):
        if not column or not TOTAL.match(head):
            continue
        found = []
        for row, (_, cells) in enumerate(sheet.rows):
            parts = [counts[row, one] for one in range(1, len(sheet.head)) if one != column and (row, one) in counts]
            if (row, column) in counts and len(parts) > 1:
                found.append((f"of the row {cells[0].strip()!r}", sum(parts), counts[row, column], True))
        lines = [sheet.rows[row][0] for row in range(len(sheet.rows)) if (row, column) in counts]
        if len(found) == len(lines):
            yield from zip(lines, _totals(found), strict=False)


def _totals(found: list[tuple[str, int, int, bool]]) -> Iterator[Answer]:
    """Totals beside their sums; where most of several are no sums, they are not meant as sums."""
    holds = [right == claimed for _, right, claimed, _ in found]
    if (len(found) > 1 and sum(holds) * 2 < len(found)) or not all(whole for *_, whole in found):
        return
    for (where, right, claimed, _), held in zip(found, holds, strict=True):
        words = "" if held else f"The total {where} is {right}, not {claimed}."
        yield Answer("total", str(claimed), (right, right), "right" if held else "wrong", words)


def _check_hundred(sheet: PaperTable, setting: Setting) -> Iterator[tuple[int, Answer]]:
    """Percentages over a total of 100 add up to it, as far as their rounding goes."""
    for column, head in enumerate(sheet.head):
        if kinds(head) != ("share",):
            continue
        parts: list[Reported] = []
        for line, row in sheet.rows:
            number = re.fullmatch(r"\s*(\d{1,3}(?:[.,]\d+)?)\s?%?\s*", row[column])
            if number is None:
                parts = []
            elif not TOTAL.match(row[0]):
                parts.append(reported(number[1], comma=setting.comma))
            elif meet(reported(number[1], comma=setting.comma).span, (100.0, 100.0)) and len(parts) > 1:
                ends = sum(one.low for one in parts), sum(one.high for one in parts)
                right = meet(ends, (100.0, 100.0))
                words = "" if right else f"The percentages under {head!r} add up to {between(ends)}, not to 100."
                yield line, Answer("total", f"{number[1]}%", ends, "right" if right else "wrong", words)
                parts = []
