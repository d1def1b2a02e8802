"""Tables of coefficients in plain text, by who prints them.

Below headings (`tables`): a row ends with as many numbers as there are headings; SAS has headings in two lines, and an
empty line between them and the rows. In boxes: of SPSS, psql, MySQL, reStructuredText, Polars, with bars between cells
and rules of dashes and plus signs, or of box-drawing characters. Models side by side between rules: what esttab,
texreg, stargazer and summary_col print. Stacked: a name and its estimate in a line, and in the next what stands in
brackets. Stata's table behind an upright bar, or its models side by side (`estimates table`). The page that R, Python
or another program prints of a fit: tables of coefficients among facts and words. Numbers under or beside their names:
R's named vectors and matrices of classes, a pandas series.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stattools.errors import DomainError, quoted
from stattools.validation.claims.headings import Heading, heading
from stattools.validation.claims.printed import NOTHING, Cells, is_number

ABOVE = re.compile(r"(?=.*\bStandard\b)(?:\s*(?:Parameter|Standard|Wald|Approx|Hazard))+\s*")
LINES_BELOW = re.compile(r"\s*(?:Parameter|Variable|Effect)\s.*\bEstimate\s.*\s\bError\b.*")


def in_one_line(lines: Sequence[str]) -> list[str]:
    """As many lines, with all headings of such a table in one line that stands right above its rows.

    >>> in_one_line(["             Standard", "Parameter  Estimate   Error", "", "x     1.5     0.2"])
    ['', '', 'Parameter  Estimate  StdErr', 'x     1.5     0.2']
    """
    found = list(lines)
    for at in range(1, len(found)):
        if LINES_BELOW.fullmatch(found[at]) and ABOVE.fullmatch(found[at - 1]):
            empty = at + 1 < len(found) and not found[at + 1].strip()
            head = found[at].replace(" Error", "StdErr", 1)
            found[at - 1 : at + 1 + empty] = ["", *[""] * empty, head]
    return found


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


BARS = re.compile(r"[\u2502\u2503\u2506\u250a\u2551]")
"""Upright bars other than |."""
DRAWN = r"\u2500-\u2501\u2504-\u2505\u2508-\u2509\u250c-\u2550\u2552-\u257f"
BOX_RULE = re.compile(rf"\s*[|+{DRAWN}]?\s*[-=+|{DRAWN}][-=+|\s{DRAWN}]{{2,}}\s*")
CROSSED = re.compile(rf"\s*[+|].*[-=]\+[-=].*|.*[-=]\+[-=].*\+[-=].*|.*[{DRAWN}]{{3}}.*")
"""A rule with its ends, or with two crossings: those of Stata have one, and no ends."""
TYPES = re.compile(r"-{3}|str|cat|bool|[iuf](?:8|16|32|64)|date|enum|")
"""What Polars writes below the names of columns."""
LEAST_LINES = 2
"""So many lines with cells are a table, one of headings and one of numbers."""


def is_box(text: str) -> bool:
    """Whether lines of cells between bars stand above and below rules that cross them.

    >>> is_box("+---+-----+\\n| t | coef|\\n+---+-----+\\n| x | 0.5 |\\n"), is_box("| a |\\n|---|\\n| 1 |")
    (True, False)
    """
    lines = BARS.sub("|", text).splitlines()
    inner = [line for line in lines if "|" in line and not BOX_RULE.fullmatch(line)]
    crossed = any(BOX_RULE.fullmatch(line) and CROSSED.fullmatch(line) for line in lines)
    return crossed and len(inner) >= LEAST_LINES and any(re.search(r"\d", line) for line in inner[1:])


def box_cells(text: str, name: str) -> Cells:
    """The cells between the bars, the headings above the first rule that stands below any; what stands around the
    table are its notes.

    >>> box_cells("+---+------+\\n| t | coef |\\n|---+------|\\n| x | 0.5  |\\n+---+------+\\nN = 50\\n", "a")
    Cells(name='a', head=(('t', 'coef'),), rows=(('x', '0.5'),), notes='N = 50', mark=None, facts={}, said={})
    """
    lines = [BARS.sub("|", line.expandtabs()).rstrip() for line in text.splitlines()]
    kinds = ["rule" if BOX_RULE.fullmatch(line) else "cells" if "|" in line else "note" for line in lines]
    inner = [line for line, kind in zip(lines, kinds, strict=True) if kind == "cells"]
    bars = Counter(_bars(line) for line in inner[1:]).most_common(1)[0][0]
    first = kinds.index("cells")
    below = next((at for at in range(first, len(lines)) if kinds[at] == "rule"), first + 1)
    head = [_split(line, bars) for line, kind in zip(lines[:below], kinds, strict=False) if kind == "cells"]
    rows = [_split(line, bars) for line, kind in zip(lines[below:], kinds[below:], strict=True) if kind == "cells"]
    rows = [row for row in rows if not all(TYPES.fullmatch(cell) for cell in row)]
    notes = "\n".join(line for line, kind in zip(lines, kinds, strict=True) if kind == "note" and line.strip())
    return Cells(name, tuple(head), tuple(rows), notes)


def _bars(line: str) -> tuple[int, ...]:
    return tuple(at for at, mark in enumerate(line) if mark == "|")


def _split(line: str, bars: Sequence[int]) -> tuple[str, ...]:
    """The texts between the bars of a row; a line with fewer is cut where those of the rows are, which tells which
    columns stand below it.
    """
    own = _bars(line)
    places = own if len(own) == len(bars) else tuple(bars)
    parts = [line[start + 1 : end] for start, end in zip((-1, *places), (*places, len(line)), strict=True)]
    if places and not line[: places[0]].strip():
        parts = parts[1:]
    if places and not line[places[-1] + 1 :].strip() and bars and len(own) and line.rstrip().endswith("|"):
        parts = parts[:-1]
    return tuple(part.strip("-+=| \t").strip() if not re.search(r"\d", part) else part.strip(" |") for part in parts)


WIDE_RULE = re.compile(r"^\s{0,2}(?:[-=_\u2500\u2550]{10,}+\s*+)++$")
PARTIAL = re.compile(r"^\s*(?:[-=_\u2500\u2550]{3,}+\s*+)++$")


def is_spaced(text: str) -> bool:
    """Whether lines with numbers stand between three rules that go across the page.

    >>> is_spaced("----------\\n       m1\\n----------\\nx     1.5\\n----------\\n")
    True
    """
    lines = text.splitlines()
    rules = [at for at, line in enumerate(lines) if WIDE_RULE.match(line)]
    return len(rules) > 2 and any(re.search(r"\d", line) for line in lines[rules[1] : rules[-1]])


def spaced_cells(text: str, name: str) -> Cells:
    """The cells between the columns of blanks that go through all rows; the head is above the second rule.

    >>> spaced_cells("----------\\n       m1\\n----------\\nx     1.5\\n----------\\nN = 5", "a").rows
    (('x', '1.5'),)
    """
    lines = [line.expandtabs() for line in text.splitlines()]
    rules = [at for at, line in enumerate(lines) if WIDE_RULE.match(line)]
    first, second = rules[0], rules[1]
    if any(re.match(r"\S.*\s[-(<]?\d*\.\d", line) for line in lines[first:second]):  # the head is above the first rule
        second, first = first, next((at for at in range(first - 1, -1, -1) if not lines[at].strip()), -1)
    head = [line for line in lines[first + 1 : second] if line.strip() and not PARTIAL.match(line)]
    body = [line for line in lines[second : rules[-1]] if line.strip() and not PARTIAL.match(line)]
    spans = _spans(body)
    rows = tuple(tuple(line[start:end].rstrip() for start, end in spans) for line in body)
    titles = tuple(_titles(line, spans) for line in head) or (("",) * len(spans),)
    return Cells(name, titles, rows, "\n".join((*lines[: max(first, 0)], *lines[rules[-1] + 1 :])))


def _spans(body: Sequence[str]) -> list[tuple[int, int]]:
    """Where the columns begin and end: the first holds the labels, each of the others has numbers."""
    width = max(map(len, body))
    padded = [line.ljust(width) for line in body]
    filled = [any(line[at] != " " for line in padded) for at in range(width)]
    starts = [at for at in range(width) if filled[at] and (at == 0 or not filled[at - 1])]
    spans = list(zip(starts, [*starts[1:], width], strict=True))
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        texts = [line[start:end].strip() for line in padded]
        numeric = any(_begins_as_number(text) for text in texts)
        if merged and (not numeric or _is_open([line[slice(*merged[-1])] for line in padded])):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    if len(merged) > 1 and merged[0][0] > 0:
        merged[0] = (0, merged[0][1])
    labels = next((at for at, span in enumerate(merged) if at and _is_column(padded, span)), 1)
    return [(0, merged[labels][0]) if len(merged) > labels else (0, width), *merged[labels:]]


def _is_column(lines: Sequence[str], span: tuple[int, int]) -> bool:
    """Whether all that stands in a span are numbers, brackets, stars and words such as Yes."""
    texts = [text for line in lines if (text := line[slice(*span)].strip())]
    good = sum(_begins_as_number(text) or text in ("Yes", "No", "-", ".") for text in texts)
    return good == len(texts)


def _begins_as_number(text: str) -> bool:
    return bool(re.match(r"[\[({]?\s*[<>]?[-+\u2212]?\s?[.,]?\d", text)) or is_number(text)


def _is_open(texts: Sequence[str]) -> bool:
    """Whether a bracket that opens in a column closes in the next."""
    return any(text.count("[") > text.count("]") or text.count("(") > text.count(")") for text in texts)


def _titles(line: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The headings of a line over the columns that each of them touches."""
    found = [""] * len(spans)
    for one in re.finditer(r"\S+(?: \S+)*", line):
        touched = [at for at, (start, end) in enumerate(spans) if at and one.start() < end and one.end() > start]
        if not touched and one.start() < spans[0][1]:
            touched = [0]
        for at in touched:
            found[at] = f"{found[at]} {one[0]}".strip()
    return tuple(found)


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


def stacked_cells(text: str, name: str) -> Cells:
    """The names with their numbers, and the brackets below them; what else stands there are notes.

    >>> stacked_cells("x   0.52\\n    (0.11)\\nz   0.10\\n    (0.09)\\nN  50\\nt statistics in parentheses", "a").rows
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


STATA_RULE = re.compile(r"^\s*-{3,}\+-{3,}")
LEGEND = re.compile(r"[Ll]egend:\s*(\w+(?:/\w+)*)")
BESIDE = re.compile(r"\((?:base(?: outcome)?|omitted|empty|exposure|offset|constrained)\)")
KINDS = {"b": "estimate", "se": "se", "t": "statistic", "z": "statistic", "p": "p"}


def is_stata(text: str) -> bool:
    """Whether a rule of dashes with a plus sign stands below a line with an upright bar.

    >>> is_stata("   y |  Coef.\\n-----+------\\n   x |   1.5")
    True
    """
    lines = text.splitlines()
    return any(STATA_RULE.match(below) and "|" in line for line, below in pairwise(lines))


def stata_cells(text: str, name: str) -> Cells:
    """The cells of the table, rows under their equation or factor; everything else is its notes.

    >>> text = "   y | Coef.  Std. err.\\n-----+------\\n   g |\\n  b  |  1.5   0.2\\n _cons | 2.5  0.3"
    >>> stata_cells(text, "a").rows
    (('g=b', '1.5', '0.2'), ('_cons', '2.5', '0.3'))
    """
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines[1:], 1) if STATA_RULE.match(line) and "|" in lines[at - 1]]
    start = next((at for at in starts if headings(lines[at - 1].partition("|")[2])), starts[0])  # not that of variances
    head = headings(lines[start - 1].partition("|")[2])
    end = next(
        (at for at in range(start, len(lines)) if "|" not in lines[at] and not STATA_RULE.match(lines[at])), len(lines)
    )
    above = [line for line in lines[:start] if not re.fullmatch(r"\s*-+\s*", line)]
    notes = "\n".join(line.replace("|", " ") if at == len(above) - 2 else line for at, line in enumerate(above))
    notes = "\n".join((notes, *lines[end:]))
    if head is None:
        if not lines[start - 1].partition("|")[2].strip():
            raise DomainError(f"a claim needs headings above its columns; {name} has none behind its bar.")
        return _side_by_side(lines, start, end, notes, name)
    columns = head[1]
    titles = [
        "lower" if c.kind and c.kind.kind == "lower" else "upper" if c.kind and c.kind.kind == "upper" else c.text
        for c in columns
    ]
    level = next((c.kind.said for c in columns if c.kind and "level" in c.kind.said), {})
    outcome = {"outcome": label} if (label := lines[start - 1].partition("|")[0].strip()) else {}
    rows = tuple(_stata_rows(lines[start:end], columns, name))
    return Cells(name, (("", *titles),), rows, notes, ".", said={**level, **outcome})


def _stata_rows(lines: Sequence[str], columns: Sequence[TextColumn], name: str) -> list[tuple[str, ...]]:
    """The rows of a table of headed columns: a label alone is an equation after a rule, and a factor elsewhere."""
    found: list[tuple[str, ...]] = []
    equation, factor, after_rule = "", "", False
    for line in lines:
        if STATA_RULE.match(line):
            equation, factor, after_rule = ("" if after_rule else equation), "", True
            continue
        before, _, after = line.partition("|")
        label = before.strip()
        if not label and not after.strip():
            factor = ""
            continue
        if not after.strip() or BESIDE.fullmatch(after.strip()):
            if not after.strip():
                equation, factor = (label, "") if after_rule and before[:1].strip() else (equation, label)
            after_rule = False
            continue
        if after_rule and equation and label.startswith(("/", "_cut")):
            equation = ""
        after_rule = False
        if BESIDE.search(after):
            continue
        one = row(f"x {after}", [TextColumn(c.text, c.end + 2, c.kind) for c in columns], name)
        if one is None:
            raise DomainError(f"a row of {name} has no numbers behind its bar: {line.strip()!r}. Write it as CSV.")
        term = _level(factor, label)
        factor = factor if term != label else ""
        found.append((f"{equation}: {term}" if equation and not label.startswith("/") else term, *one[1]))
    return found


def _level(factor: str, label: str) -> str:
    """The term of a level below its factor: race=black, race=black#c.age, race=black#smoke=yes; others as they are."""
    if not factor or label.startswith(("_cons", "/")):
        return label
    factors, levels = factor.split("#"), label.split("#")
    if len(levels) != sum(not one.startswith("c.") for one in factors):
        return label
    left = iter(levels)
    return "#".join(one if one.startswith("c.") else f"{one.strip()}={next(left).strip()}" for one in factors)


def _side_by_side(lines: Sequence[str], start: int, end: int, notes: str, name: str) -> Cells:
    """Models in columns, each with a line of estimates and, as the legend says, lines of what goes with them."""
    head = lines[start - 1].partition("|")[2].split()
    legend = LEGEND.search(notes)
    kinds = [KINDS.get(word, "") for word in legend[1].split("/")] if legend else []
    rows: list[tuple[str, ...]] = []
    below = 0
    section = ""
    for line in lines[start:end]:
        if STATA_RULE.match(line):
            below, section = 0, ""
            continue
        before, _, after = line.partition("|")
        label = before.strip()
        found = _spread(after, lines[start - 1].partition("|")[2], head)
        below = 0 if label else below + 1
        if label and not any(found):
            section = label
            continue
        if label:
            rows.append((_level(section, label), *found))
        elif any(found):
            if below >= len(kinds) or not kinds[below]:
                raise DomainError(
                    f"nobody says what the second line of each term holds in {name}. Write the legend below the table, "
                    "such as 'Legend: b/se'."
                )
            label_of = {"se": "se = ", "statistic": "t = ", "p": "p = "}[kinds[below]]
            rows.append(("", *(f"({label_of}{text})" if text else "" for text in found)))
    return Cells(name, (("", *head),), tuple(rows), notes, ".")


def _spread(after: str, titles: str, head: Sequence[str]) -> list[str]:
    """The texts of a line below the headings that they end under."""
    ends = [one.end() for one in re.finditer(r"\S+", titles)]
    starts = [one.start() for one in re.finditer(r"\S+", titles)]
    found = [""] * len(head)
    for one in re.finditer(r"\S+", after):
        place = min(range(len(head)), key=lambda at: abs((ends[at] + starts[at]) - (one.end() + one.start())))
        found[place] = f"{found[place]} {one[0]}".strip()
    return found


VARIANCES = re.compile(r".*(?:\bVar|\bCov|\bRE)$")
"""Rows of variances and covariances of groups among the coefficients."""
PARTS = {"zero": "zero", "inflat": "zero", "hurdle": "zero", "count": "count"}


def is_summary(text: str) -> bool:
    """Whether a line of headings has the words of a table of coefficients, above rows that end with numbers.

    >>> is_summary("      coef  std err\\nx      1.5      0.2"), is_summary("x 1.5 0.2\\n")
    (True, False)
    """
    lines = text.splitlines()
    return any(is_table(lines, at) and re.search(r"\d", below) for at, below in enumerate(_below(lines)))


def _below(lines: Sequence[str]) -> list[str]:
    """For each line the next with a figure."""
    found, last = [], ""
    for line in reversed(lines):
        found.append(last)
        last = line if re.search(r"\d", line) else last
    return found[::-1]


def summary_cells(text: str, name: str) -> Cells:
    """All tables of coefficients of one page as one, each row under the label of its part.

    >>> summary_cells("Coefficients:\\n   Value  Std. Error\\nx    1.5         0.2\\n\\nAIC: 20.5", "a").rows
    (('x', '1.5', '0.2'),)
    """
    found, lines = tables(text, name), text.splitlines()
    if not found:
        raise DomainError(f"a claim needs rows of numbers below its headings; {name} has none.")
    parts = _joined(found)
    kinds = list(parts[0][1])
    rows: list[tuple[str, ...]] = []
    parts = [part for part in parts if set(part[1]) <= set(kinds)]  # thresholds may have no p-values
    for number, (table, columns) in enumerate(parts, 1):
        label = _label(table, lines, text, number)
        for at, (term, _) in enumerate(table.rows):
            if not (VARIANCES.match(term) and "Mixed" in text):
                texts = [columns[kind][at] if kind in columns else "" for kind in kinds]
                rows.append((f"{label}: {term}" if label else term, *_without_naive(texts, kinds)))
    taken = {at for table in found for at in range(table.first, table.last)}
    notes = "\n".join(line for at, line in enumerate(lines) if at not in taken)
    head = ("", *_without_naive(kinds, kinds))
    ruled = text.partition("=" * 40)[2]
    ratios = "Confidence intervals are for the hazard ratios" in notes
    software = {"software": "statsmodels"} if "Results: " in text or re.search(r"coef {2,}std err", ruled) else {}
    software |= _made(text) | ({"intervals": "ratio"} if ratios else {})
    return Cells(name, (head,), tuple(rows), notes, ".", {}, software)


def _made(text: str) -> dict[str, str]:
    """How a program makes the numbers of its page: standard errors of R's and statsmodels' glm are of the expected
    information, at Pearson's dispersion where there is one, those of glm.nb beside a theta that is taken as known, and
    those of MixedLM have the uncertainty of the variances in them, with tests by the normal distribution; glmer says
    by which integral.
    """
    if "Approximate significance of smooth terms" in text:
        return {"curves": "mgcv"}
    if "Number of Fisher Scoring iterations" in text and re.search(r"\bglm\.nb\(", text):
        return {"information": "expected apart"}
    if "Number of Fisher Scoring iterations" in text or re.search(r"Generalized Linear Model.*\bIRLS\b", text, re.S):
        return {"information": "expected", "dispersion": "X2"}
    if re.search(r"fit by maximum likelihood \(Laplace\s+Approximation\)", text):
        return {"integral": "laplace"}
    return {"information": "joint"} if "Mixed Linear Model Regression Results" in text else {}


def _joined(found: Sequence[TextTable]) -> list[tuple[TextTable, dict[str, list[str]]]]:
    """The tables with their columns by heading: one that has the terms of that before it goes on with its columns."""
    parts: list[tuple[TextTable, dict[str, list[str]]]] = []
    for table in found:
        columns = {one.text: [texts[at] for _, texts in table.rows] for at, one in enumerate(table.columns)}
        if parts and [term for term, _ in table.rows] == [term for term, _ in parts[-1][0].rows] and not table.label:
            before = parts[-1][1]
            if list(columns) != list(before):
                before |= {kind: texts for kind, texts in columns.items() if kind not in before}
                continue
        parts.append((table, columns))
    return parts


def _without_naive(texts: Sequence[str], kinds: Sequence[str]) -> tuple[str, ...]:
    """The cells without the naive standard errors that R prints beside robust ones; the tests are of the robust."""
    drop = kinds.index("se(coef)") if "se(coef)" in kinds and "robust se" in kinds else None
    return tuple(text for at, text in enumerate(texts) if at != drop)


def _label(table: TextTable, lines: Sequence[str], text: str, number: int) -> str:
    """The label of a part: the class before the headings, or the line above them."""
    if found := re.fullmatch(r"\S+\s*=\s*(.+)", table.label):
        return f"#{number}" if "Results: MNLogit" in text else found[1]
    above = next((line.strip() for line in reversed(lines[: table.first]) if line.strip()), "")
    if above.endswith(":") or "coefficients (" in above:
        return next((label for word, label in PARTS.items() if word in above.casefold()), "")
    return ""


START = re.compile(r"^[ \t]*(Coefficients|Std\. Errors):\s*(?:\(.*\))?[ \t]*$", re.M)
SERIES = re.compile(r"^(\S(?:.*\S)?)\s+(\S+)$")


def is_vector(text: str) -> bool:
    """Whether lines of names stand above lines of as many numbers, or each line is a name and its number.

    >>> is_vector("(Intercept)     x \\n     1.05  0.48 \\n"), is_vector("x   0.5\\nz   0.2\\ndtype: float64")
    (True, True)
    """
    return bool(_numbers(text))


def vector_cells(text: str, name: str) -> Cells:
    """The names and their numbers; standard errors where there is a block of them.

    >>> vector_cells("Coefficients:\\n(Intercept)     x \\n     1.05  0.48 \\n\\nAIC: 7", "a").rows
    (('(Intercept)', '1.05', ''), ('x', '0.48', ''))
    """
    blocks = list(START.finditer(text))
    parts = {
        one[1]: text[one.end() : blocks[at + 1].start() if at + 1 < len(blocks) else None]
        for at, one in enumerate(blocks)
    }
    estimates = _numbers(parts.get("Coefficients", text))
    errors = _numbers(parts.get("Std. Errors", ""))
    if errors and errors.keys() != estimates.keys():
        raise DomainError(f"{name} has standard errors of other terms than its coefficients. Write it as CSV.")
    rows = tuple((term, number, errors.get(term, "")) for term, number in estimates.items())
    notes = "\n".join(line for line in text.splitlines() if "=" in line or ":" in line)
    return Cells(name, (("", "coef", "se"),), rows, notes, ".")


def _numbers(text: str) -> Mapping[str, str]:
    """The numbers by name: of a named vector, a matrix with classes in its rows, or a series."""
    found: dict[str, str] = {}
    names: list[str] = []
    lines = [line for line in text.splitlines() if not START.match(line)]
    for line in lines:
        tokens = line.split()
        if not tokens:
            if found:
                break
            names = []
        elif not any(map(_is_plain, tokens)) and not any(re.match(r"[(\[{]\W?\d", token) for token in tokens):
            names = tokens
        elif names and len(tokens) == len(names) and all(map(_is_plain, tokens)):
            found |= dict(zip(names, tokens, strict=True))
        elif names and len(tokens) == len(names) + 1 and all(map(_is_plain, tokens[1:])):
            found |= {f"{tokens[0]}: {name}": number for name, number in zip(names, tokens[1:], strict=True)}
        elif found:
            break
    return found or _series(lines)


def _series(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        one = SERIES.match(line.rstrip())
        if line.strip() and one is not None and _is_plain(one[2]) and not is_number(one[1]) and one[1][-1] not in ":=":
            found[one[1].strip()] = one[2]
        elif line.strip() and not re.match(r"(?:dtype|Name|Length):", line.strip()):
            return {}
    return found


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(?:\d++\.?\d*|\.\d+)(?:e[+-]?\d+)?|NA|NaN", text))
