r"""What the columns of a paper's table hold, by the words over them: B (SE), OR (95% CI), M (SD), n (%), t, df, p.

Counts, percentages and totals of a table: 45 (23.4%) under n = 192, rows and columns that add up to what is called
their total.

The rows of a table of results: what stands beside each other in a row goes with each other, as it does in a text.

Where no degrees of freedom are printed, all t of a table have the same: a row that fits others than most rows do is
wrong.

Tables of variance: mean squares are sums of squares over degrees of freedom, F their quotient, p that of F.

Source: Fisher, Statistical Methods for Research Workers (1925), chapter 7.

The tables of a paper as cells of text, each row with its line: pipes of Markdown, HTML, LaTeX, CSV, aligned text.

>>> (sheet,) = sheets("Table 1.\n\n| term | B |\n|---|---:|\n| x | *0.35* |\n")
>>> sheet.head, sheet.rows, sheet.words
(('term', 'B'), ((5, ('x', '0.35')),), 'Table 1.')
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np

from stattools.errors import DomainError
from stattools.validation.claims.headings import heading
from stattools.validation.claims.printed import decimal_mark
from stattools.validation.papers.checks import (
    Answer,
    Ends,
    Tested,
    between,
    check_estimate,
    check_mean,
    check_p,
    judged,
    p_values,
    said,
    shown,
)
from stattools.validation.papers.mentions import (
    LIMITS,
    NUMBER,
    RELATION,
    Mention,
    Passage,
    Reported,
    Setting,
    meet,
    reported,
)
from stattools.validation.papers.text import PARAGRAPH, flat

OWN = {
    "mean": "m mean means average mittelwert",
    "sd": "sd standarddeviation stddev stdev",
    "count": "n no number count counts freq frequency frequencies cases events anzahl",
    "share": "% percent percentage pct prozent",
    "F": "f fvalue fstatistic fratio",
    "chi-square": "χ2 chi2 chisq chisquare chisquared x2 wald waldχ2 waldchi2",
    "df": "df dof freiheitsgrade degreesoffreedom",
    "squares": "ss sumsq sumofsquares sumsquares",
    "mean square": "ms meansq meansquare",
    "r": "r",
}
"""What columns of a paper are called beyond those of a table of coefficients, in letters, digits and % alone."""

KINDS = {word: kind for kind, words in OWN.items() for word in words.split()}

LONGEST = 100
"""No heading has more characters."""

SIZE = re.compile(r"\b[nN]\s?=\s?(\d{1,3}(?:,\d{3})+|\d{1,15})(?![\d.])")


def kinds(head: str) -> tuple[str, ...]:
    """The kinds of what stands in a column, one for each part of its cells.

    >>> kinds("B (SE)"), kinds("OR (95% CI)"), kinds("n (%)"), kinds("Pr(>|t|)"), kinds("Treatment (n = 90)")
    (('estimate', 'se'), ('ratio', 'interval'), ('count', 'share'), ('p',), ())
    """
    if len(head) > LONGEST:
        return ()
    words = re.sub(r"\(\s*\)|\[\s*\]", "", SIZE.sub("", head)).split()
    for first in range(min(len(words), 6)):  # the last words, behind those of a group or a model: Model 1 B (SE)
        if found := _parts(" ".join(words[first:]), alone=first == 0):
            return found
    return ()


def _parts(head: str, alone: bool) -> tuple[str, ...]:
    parts = re.fullmatch(r"(.+?),?\s*[(\[]\s*(.+?)\s*[)\]]|(.+?)\s*(?:±|,|;|/)\s*(.+)", head)
    found = tuple(_kind(part) for part in parts.groups() if part) if parts and ">" not in head else ()
    if found and all(found) and "term" not in found:
        return found
    whole = _kind(head)
    if whole and (alone or whole != "term"):
        return (whole,)
    end = re.fullmatch(r".*\b(?:C\.?I\.?|interval)\b[\s,:(]*(LL|lower|UL|upper)\b\W*", head, re.IGNORECASE)
    return ("lower" if end[1].lower() in ("ll", "lower") else "upper",) if end else ()


def size_of(head: str) -> int | None:
    """The n that a heading states: 192 of "Treatment (n = 192)"."""
    found = SIZE.search(head)
    return None if found is None else int(found[1].replace(",", ""))


def _kind(head: str) -> str:
    plain = re.sub(r"[^a-z0-9%χ]", "", head.casefold())
    if plain in KINDS:
        return KINDS[plain]
    found = heading(head)
    if found is None:
        return ""
    if found.kind == "estimate" and "exponentiated" in found.said:
        return "ratio"
    if found.kind == "statistic":
        return {"t": "t", "z": "z", "chi2": "chi-square"}.get(found.said.get("statistic", ""), "statistic")
    return found.kind


RULE = re.compile(r"[\s|:=+-]*-[\s|:=+-]*")

PLAIN = r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"

GAP = re.compile(r"\s{2,}|\t")

MOST_COLUMNS = 100
"""A line of more cells is no row of a table."""

WIDEST = 1000
"""A longer line is no row of a printout."""

AROUND = 3
"""Lines before and after a table that say what it is: its caption and its notes."""

LATEX = re.compile(r"\\begin\{(tabular[xy*]?|longtable|tabulary)\}")

RULES = (
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|c(?:mid)?(?:line|rule)(?:\([lr]+\))?\{[^}]*\}|"
    r"addlinespace(?:\[[^\]]*\])?)"
)

WORDS = re.compile(
    r"Std\.? ?Err(?:or|\.)?|std err|[tzF][- ]value|[Pp]r\(>\|?[tzF]\|?\)|P>\|[tz]\||"
    r"\[95% Conf\. Interval\]|\[?0\.025|0\.975\]?|"
    r"exp\(coef\)|se\(coef\)|Estimate|Coef(?:ficient|\.)?|coef|Sum Sq|Mean Sq|Df|df|[tzp]\b"
)
"""Headings of printouts, which one space parts."""

TAIL = re.compile(r"\s*(?:\*{1,3}|\.)?\s*")

type Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True)
class PaperTable:
    """A table: the words over its columns, its rows with the number of their lines, and the words around it."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    words: str


def sheets(text: str, *, separated: bool = False) -> list[PaperTable]:
    """The tables of a text; `separated` where it is a file of values separated by commas, semicolons or tabs."""
    lines = text.split("\n")
    if separated:
        return _made([_separated(text)], lines)
    found = [*_latex(text), *_hypertext(text), *_piped(lines), *_printouts(lines), *_aligned(lines)]
    return _made(found, lines)


def _made(found: Sequence[list[Row]], lines: Sequence[str]) -> list[PaperTable]:
    made = []
    for rows in found:
        cells = [(line, tuple(_plain(cell) for cell in row)) for line, row in rows if len(row) <= MOST_COLUMNS]
        cells = [(line, row) for line, row in cells if any(row)]
        size = max((len(row) for _, row in cells), default=0)
        if len(cells) < 2 or size < 2:
            continue
        cells = [(line, row + ("",) * (size - len(row))) for line, row in cells]
        depth = _depth(cells)
        columns = zip(*(row for _, row in cells[:depth]), strict=True)
        head = tuple(" ".join(dict.fromkeys(filter(None, column))) for column in columns)
        first, last = cells[0][0], cells[-1][0]
        around = (*lines[max(first - 1 - AROUND, 0) : first - 1], *lines[last : last + AROUND])
        made.append(
            PaperTable(head, tuple(cells[depth:]), _plain(" ".join(line for line in around if "|" not in line)))
        )
    return made


def _depth(cells: Sequence[Row]) -> int:
    """How many lines of headings there are: those before the first with a number under a heading that is none."""
    for depth, (_, row) in enumerate(cells[1:4], 1):
        if any(re.match(r"[<>-]?\s?[\d.,]*\d", cell) and not re.fullmatch(r"(?:19|20)\d\d", cell) for cell in row[1:]):
            return depth
    return 1


@lru_cache(4096)
def _plain(cell: str) -> str:
    return " ".join(flat(cell).text.replace(PARAGRAPH, " ").split())


def _has_pipes(line: str) -> bool:
    """Whether pipes part the cells of a line; those of P>|t| do not."""
    return "|" in re.sub(r">\s?\|[tzF]\|", ">", line)


def _piped(lines: Sequence[str]) -> Iterator[list[Row]]:
    rows: list[Row] = []
    for number, line in enumerate([*lines, ""], 1):
        if _has_pipes(line) and not line.lstrip().startswith("<"):
            if not RULE.fullmatch(line):
                body = re.sub(r"^\s*\||\|\s*$", "", line.replace("\\|", "/"))
                rows.append((number, tuple(cell.strip() for cell in body.split("|"))))
        elif rows:
            yield rows
            rows = []


def _aligned(lines: Sequence[str]) -> Iterator[list[Row]]:
    """Columns apart by two spaces or more, under a line of headings of which two at least are known."""
    rows: list[Row] = []
    for number, line in enumerate([*lines, ""], 1):
        cells = tuple(GAP.split(line.strip())) if line.strip() and not _has_pipes(line) and "&" not in line else ()
        if rows and RULE.fullmatch(line) and line.strip():
            continue
        if not rows:
            known = [bool(kinds(cell)) or size_of(cell) is not None for cell in cells]
            rows = [(number, cells)] if sum(known) >= 2 and sum(known) >= len(cells) - 1 else []
        elif len(cells) == len(rows[0][1]):
            rows.append((number, cells))
        elif len(cells) == len(rows[0][1]) + 1 and len(rows) == 1:
            rows = [(rows[0][0], ("", *rows[0][1])), (number, cells)]
        else:
            if len(rows) > 1:
                yield rows
            rows = []


def _printouts(lines: Sequence[str]) -> Iterator[list[Row]]:
    """Printouts of programs: headings that all are known, then rows that end with as many numbers."""
    rows: list[Row] = []
    row = re.compile("$^")
    for number, line in enumerate([*lines, ""], 1):
        heads = [found for word in WORDS.finditer(line) for found in ([word[0]] * (1 + ("Interval" in word[0])))]
        if len(heads) > 2 and not WORDS.sub("", line).strip(" |-=+"):
            rows = [(number, ("", *heads))]
            row = re.compile(r"(.*?\S)[\s|]+" + r"[\s|]+".join([rf"([<>]?\s?{PLAIN})"] * len(heads)) + TAIL.pattern)
        elif rows and len(line) <= WIDEST and (found := row.fullmatch(line)):
            rows.append((number, found.groups()))
        elif rows and not RULE.fullmatch(line):
            if len(rows) > 1:
                yield rows
            rows = []


def _latex(text: str) -> Iterator[list[Row]]:
    first, place = 1, 0
    last = {kind: text.rfind(f"\\end{{{kind}}}") for kind in {found[1] for found in LATEX.finditer(text)}}
    for found in LATEX.finditer(text):
        if found.start() < place or found.end() > last[found[1]]:
            continue
        line = first + text.count("\n", place, found.end())
        place = text.index(f"\\end{{{found[1]}}}", found.end())
        first = line + text.count("\n", found.end(), place)
        rows: list[Row] = []
        body = re.sub(r"(?m)^\s*%[^\n]*", "", text[found.end() : place])
        for part in re.split(r"(\\\\(?:\[[^\]]*\])?|\\tabularnewline)", body):
            cells = re.sub(RULES, "", part).strip()
            lead = len(part) - len(part.lstrip())
            start = line + part.count("\n", 0, lead) + len(re.findall(RULES + r"\s*\n", part))
            line += part.count("\n")
            if "&" in cells:
                rows.append((start, tuple(_spread(re.split(r"(?<!\\)&", cells)))))
        yield rows


def _spread(cells: Sequence[str]) -> Iterator[str]:
    """Cells, one that spans several columns in each of them."""
    for cell in cells:
        spans = re.search(r"\\multicolumn\{(\d+)\}\{[^{}]*\}\{(.*)\}\s*$", cell, re.DOTALL)
        yield from [spans[2]] * int(spans[1]) if spans else [re.sub(r"^\s*\{[lrc|@]+\}", "", cell)]


def _separated(text: str) -> list[Row]:
    first = text.lstrip().split("\n", 1)[0]
    mark = max((",", ";", "\t", "|"), key=first.count)
    reader = csv.reader(text.split("\n"), delimiter=mark, skipinitialspace=True)
    rows: list[Row] = []
    line = 1
    for row in reader:
        rows.append((line, tuple(row)))
        line = reader.line_num + 1
    return rows


class _HypertextTables(HTMLParser):
    """The rows of the tables of a page, with their lines."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[Row]] = []
        self.cells: list[str] = []
        self.span = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.cells = []
            self.tables[-1].append((self.getpos()[0], ()))
        elif tag in ("td", "th") and self.tables:
            width = dict(attrs).get("colspan") or "1"
            self.span = min(int(width), 50) if width.isdigit() else 1
            self.cells.append("")
        elif tag in ("sup", "sub") and self.span:
            self.cells[-1] += f"<{tag}>"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.span:
            line, row = self.tables[-1].pop()
            self.tables[-1].append((line, (*row, *[self.cells[-1]] * self.span)))
            self.span = 0
        elif tag in ("sup", "sub") and self.span:
            self.cells[-1] += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        if self.span:
            self.cells[-1] += data


def _hypertext(text: str) -> list[list[Row]]:
    if "<table" not in text.lower():
        return []
    reader = _HypertextTables()
    reader.feed(text)
    return [table for table in reader.tables if table]


FIRST = ("estimate", "se", "mean", "sd")

LAST = ("t", "z", "F", "chi-square", "r", "df", "p", "ns", "n")

NAMES = {"estimate": "the estimate", "se": "the standard error", "ratio": "the ratio", "statistic": "the statistic"}

NAMES |= {"mean": "M", "chi-square": "χ2", "sd": "SD", "count": "n"}

EDGES = (*range(1, 31), 35, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1000, np.inf)
"""Degrees of freedom between which a table's own are looked for."""

LEAST_ROWS = 4

MOST_SHARE = 0.7
"""Such a share of the rows agrees on degrees of freedom, or nothing is said of them."""

type Place = tuple[int, str]


def check_rows(sheet: PaperTable, setting: Setting) -> Iterator[tuple[int, Answer]]:
    """What is said of each row, with the number of its line."""
    comma = writes_commas_in(sheet, setting)
    for block in _blocks(sheet):
        told: list[tuple[int, Answer]] = []
        tested: list[tuple[int, str, Passage]] = []
        for line, row in sheet.rows:
            if len(held := _mentions(sheet, row, block, comma)) < 2:
                continue
            passage = Passage(tuple(held), f"{sheet.words} {row[0]}")
            answers = [*check_p(passage, setting), *check_estimate(passage, setting), *check_mean(passage, setting)]
            told += [(line, _labelled(one, row[0].strip(" :."))) for one in answers if one.verdict != "not judged"]
            if all(one.verdict == "right" for one in answers if one.kind == "p"):
                tested.append((line, row[0].strip(" :."), passage))
        others = dict(_shared_df(tested, setting))
        yield from ((line, others.get(line, one) if one.kind == "p" else one) for line, one in told)


def writes_commas_in(sheet: PaperTable, setting: Setting) -> bool:
    """Whether the decimals of a table are written with commas; what its numbers do not say, the paper does."""
    cells = [re.sub(r"[(\[].*", "", cell) for _, row in sheet.rows for cell in row[1:]]
    try:
        mark = decimal_mark([cell for cell in cells if re.fullmatch(rf"[<>]?\s?{NUMBER}", cell.strip())], "a table")
    except DomainError:
        return setting.comma
    return mark == ","


def _blocks(sheet: PaperTable) -> list[list[Place]]:
    """The columns of each model: their places and kinds; a kind that comes again begins another model."""
    blocks: list[list[Place]] = [[]]
    for place, head in enumerate(sheet.head):
        found = kinds(head)
        if place == 0 and (not found or found[0] != "p"):
            continue
        if any(kind in {held for _, held in blocks[-1]} for kind in found):
            blocks.append([])
        blocks[-1] += [(place, kind) for kind in found if kind != "term"]
    return [block for block in blocks if len(block) > 1]


def _mentions(sheet: PaperTable, row: tuple[str, ...], block: list[Place], comma: bool) -> list[Mention]:
    found: list[tuple[float, Mention]] = []
    held: dict[str, Reported] = {}
    level = re.search(r"(\d\d)\s?%", " ".join(sheet.head))
    share = float(level[1]) / 100.0 if level else 0.95
    for place in dict.fromkeys(place for place, _ in block):
        wanted = [kind for at, kind in block if at == place]
        for kind, text in zip(wanted, _split(row[place], len(wanted)), strict=True):
            ends = re.search(LIMITS, text) if kind == "interval" else None
            if ends:
                low, high = (reported(ends[name], comma=comma) for name in ("low", "high"))
                interval = Mention("interval", "interval", low, 0, 0, (), None, high, share)
                found.append((_rank("interval", place), interval))
            elif (number := _number(kind, text, comma)) is not None:
                held[kind] = number
                df = (number,) if kind == "df" else ()
                one = Mention({"statistic": "t", "count": "n"}.get(kind, kind), NAMES.get(kind, kind), number, 0, 0, df)
                found += [] if kind in ("lower", "upper") else [(_rank(one.kind, place), one)]
    if "lower" in held and "upper" in held:
        place = next(place for place, kind in block if kind == "lower")
        interval = Mention("interval", "interval", held["lower"], 0, 0, (), None, held["upper"], share)
        found.append((_rank("interval", place), interval))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _rank(kind: str, place: int) -> float:
    """Estimates first, then ratios and intervals as they stand, then what is tested."""
    if kind in FIRST:
        return FIRST.index(kind) - 100.0
    return 1000.0 + LAST.index(kind) if kind in LAST else float(place)


def _number(kind: str, text: str, comma: bool) -> Reported | None:
    found = re.match(rf"\s*(?:[pP]\s?)?(?P<sign>{RELATION})?\s?(?P<value>{NUMBER})(?!\d)", text)
    if found is None or re.match(r"\s*[\d.,]+\s?[-/]\s?\d", text):
        return None
    least = 0.0 if kind in ("p", "se", "F", "chi-square") else -np.inf
    return reported(found["value"], found["sign"] or "=", comma=comma, least=least)


def _split(cell: str, count: int) -> list[str]:
    """The parts of a cell under a heading of several: 0.35 (0.12), 1.52 [1.10, 2.10], 3.4 ± 1.2."""
    if count == 1:
        return [cell]
    parts = re.fullmatch(r"\s*([^()\[\]±]*)[(\[±]\s*([^()\[\]]*)[)\]]?\s*", cell)
    return [parts[1], parts[2]] if parts and count == 2 else [""] * count


def _labelled(answer: Answer, label: str) -> Answer:
    return replace(answer, words=f"{label}: {answer.words}") if answer.words and label else answer


def _shared_df(tested: list[tuple[int, str, Passage]], setting: Setting) -> Iterator[tuple[int, Answer]]:
    """Rows whose p-value needs other degrees of freedom than those of the other rows."""
    rows = [
        (line, label, t, p)
        for line, label, passage in tested
        if (t := passage.the("t")) and (p := passage.the("p")) and not passage.the("df")
        if not any(setting.said(words, passage.sentence) for words in ("rounded df", "multiplied", "adjusted"))
    ]
    if len(rows) < LEAST_ROWS:
        return
    bins: list[Ends] = [(float(low), float(high)) for low, high in pairwise(EDGES)]
    fits = np.array([[meet(p.value.span, p_values("t", t.value.size, (one,))) for one in bins] for *_, t, p in rows])
    best = int(np.argmax(fits.sum(0)))
    if fits[:, best].mean() < MOST_SHARE:
        return
    for (line, label, t, p), right in zip(rows, fits[:, best], strict=True):
        if not right:
            ends = p_values("t", t.value.size, (bins[best],))
            words = f"The p-value of t = {t.value.text} is {between(ends)} with the degrees of freedom of the others"
            words = f"{label}: {words}, printed {said(p, setting)}."
            yield line, Answer("p", said(p, setting), ends, "wrong", words)


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


RESIDUAL = re.compile(r"\s*(?:resid|error|within|fehler|rest)", re.IGNORECASE)

COLUMNS = ("df", "squares", "mean square", "F", "p")


def check_variances(sheet: PaperTable, setting: Setting, comma: bool) -> Iterator[tuple[int, Answer]]:
    """What is said of each row of a table of variance, with the number of its line."""
    at = {found[0]: place for place, head in enumerate(sheet.head) if (found := kinds(head)) and found[0] in COLUMNS}
    if "df" not in at or "F" not in at:
        return
    rows = [(line, row[0], _numbers(row, at, comma)) for line, row in sheet.rows]
    for place, (line, label, held) in enumerate(rows):
        error = next((other for _, name, other in rows[place:] if RESIDUAL.match(name) and "df" in other), None)
        if "df" not in held:
            continue
        if "squares" in held and "mean square" in held:
            right = _over(held["squares"].span, held["df"].value)
            yield line, _compared("mean square", label, held["mean square"], right)
        if error is None or "F" not in held:
            continue
        top, bottom = (one["mean square"].span if "mean square" in one else _mean_square(one) for one in (held, error))
        if top and bottom and bottom[0] > 0:
            yield line, _compared("statistic", f"{label}: F", held["F"], (top[0] / bottom[1], top[1] / bottom[0]))
        if "p" in held:
            df = tuple((one["df"].value, one["df"].value) for one in (held, error))
            name = f"F({held['df'].text}, {error['df'].text}) = {held['F'].text}"
            tested = Tested(name, "F", held["F"].size, df)
            answer = judged(tested, Mention("p", "p", held["p"], 0, 0), Passage((), sheet.words), setting)
            yield line, replace(answer, words=f"{label}: {answer.words}") if answer.words else answer


def _numbers(row: tuple[str, ...], at: dict[str, int], comma: bool) -> dict[str, Reported]:
    found = {}
    for kind, place in at.items():
        number = re.match(rf"\s*({RELATION})?\s?({NUMBER})(?!\d)", row[place])
        if number:
            found[kind] = reported(number[2], number[1] or "=", comma=comma, least=0.0)
    return found


def _mean_square(held: dict[str, Reported]) -> Ends | None:
    return _over(held["squares"].span, held["df"].value) if "squares" in held else None


def _over(ends: Ends, df: float) -> Ends:
    return (ends[0] / df, ends[1] / df) if df > 0 else (0.0, float("inf"))


def _compared(kind: str, label: str, claimed: Reported, right: Ends) -> Answer:
    holds = meet(claimed.span, right)
    words = "" if holds else f"{label.strip()}: {kind} is {between(right)}, not {claimed.text}."
    return Answer(kind, claimed.text, right, "right" if holds else "wrong", words)
