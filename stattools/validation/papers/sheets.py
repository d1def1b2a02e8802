r"""The tables of a paper as cells of text, each row with its line: pipes of Markdown, HTML, LaTeX, CSV, aligned text.

>>> (sheet,) = sheets("Table 1.\n\n| term | B |\n|---|---:|\n| x | *0.35* |\n")
>>> sheet.head, sheet.rows, sheet.words
(('term', 'B'), ((5, ('x', '0.35')),), 'Table 1.')
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from stattools.validation.papers.characters import PARAGRAPH
from stattools.validation.papers.columns import kinds, size_of
from stattools.validation.papers.flat_text import flat

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
