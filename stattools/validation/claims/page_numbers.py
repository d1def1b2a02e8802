"""Every number of a printed page, and those that no reader took: what a verdict has to name as not checked.

Numbers that print nothing about a fit are none of them: the call and its data, headings and levels of intervals, the
legend of stars, dates, versions, and figures inside of words (x1, 2.race).
"""

from __future__ import annotations

import csv
import html
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.validation.claims import markup
from stattools.validation.claims.markup import MARKS, is_delimited, is_heading
from stattools.validation.claims.plain_text import headings
from stattools.validation.claims.printed import BOUNDS, DASHES, LONGEST, WIDEST, Claim, PageNumber, printed

NUMBER = re.compile(
    r"(?:(?<=[=:])|(?<=[=:]\s))[+-]?(?:NaN|nan|NAN|Inf|inf)\b|"
    rf"(?<![\w.)\]])(?<!\d[,'])(?:[{BOUNDS}]\s?=?\s?)?[+-]?"
    r"(?:\d{1,3}(?:[,']\d{3})+(?![\d])(?:[.,]\d+)?|\d++(?:[.,]\d+)?\.?|[.,]\d+)"
    r"(?:[eEdD][+-]?\d+|\s?[x\u00d7]\s?10\^?\{?[+-]?\d+\}?)?(?![A-Za-z_]|\.\w|[.,]?\d)",
    re.ASCII,
)
WORDS = 20
"""The label of a row has fewer words."""
DAY = r"\d{1,2}\.?(?:st|nd|rd|th)?"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,?"
NO_RESULT = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}|"
    rf"\b{DAY} {MONTH} \d{{4}}|\b{MONTH} {DAY},? \d{{4}}|"
    r"\b(?:R|Stata|SAS|SPSS|version|release|statsmodels)\s+v?\d[\d.]*|"
    r"(?:lower|upper)\s+0?\.\d+|\[0?\.0\d+|0?\.9\d+\]|"
    r"\d{1,2}(?:\.\d+)?\s?%\s*-?(?=.{0,4}(?:[Cc]onf|C\.?I|[Ii]nterval|[Ll]ow|[Uu]pp))|"
    r"(?:[Cc]onf\w*\.?|C\.?I\.?|[Ll]ower|[Uu]pper)(?:\s\w+)?\s\(?\d{1,2}(?:\.\d+)?\s?%|\*+\s?p?\s?[<\u2264]\s?0?\.\d+|"
    r"^\s*\[\d+\]|\b(?:Table|Figure|Panel|Model|Column)\s\d+|-?2\s?[*x\u00d7]?\s?[Ll]og"
)
"""Spans with figures that are no result: times, dates, versions, levels, legends of stars."""
ECHO = re.compile(r"\s*(?:Call|[Ff]ormula|[Dd]ata|Subset)\s*:|\. [a-z]\w* |Signif\. codes|\s*0 \W\*\*\*")
PARTED = "\x00"
"""What stands between parts of a page that its text has in one line."""
MODELS = re.compile(r"(?:\s*\(\d+\))+\s*")


def left_over(text: str, claim: Claim, *, one_model: bool = False) -> tuple[PageNumber, ...]:
    """The numbers of a page that are none of the claim's, in their order; for one model of several without those that
    stand in its lines, which are of the others.
    """
    pieces = [
        (
            at,
            piece[start : start + WIDEST],
        )  # no page has longer lines, and patterns are tried from each of their places
        for at, line in enumerate(_lines(text), 1)
        for piece in line.split(PARTED)
        for start in range(0, max(len(piece), 1), WIDEST)
    ]
    plain = _results([piece for _, piece in pieces], claim)
    every = [
        PageNumber(at, quoted(one, LONGEST).strip("'"), " ".join(piece.split()))
        for (at, piece), result in zip(pieces, plain, strict=True)
        for one in _numbers(result)
    ]
    free: dict[tuple[float, float], deque[int]] = defaultdict(deque)
    for place, one in enumerate(every):
        for key in _keys(one.text):
            free[key].append(place)
    taken: set[int] = set()
    rows: Counter[int] = Counter()
    for term, numbers in _claimed(claim):
        for value, half in numbers:
            keys = ((value, half), (2.0 * value, 2.0 * half))  # a page prints 2 x log-likelihood
            found = next((near for key in keys if (near := _first(free.get(key, deque()), taken))), [])
            if found:
                best = max(found, key=lambda p: _likeness(every[p], term, rows))
                taken.add(best)
                rows[every[best].line] += 1
    ones: set[int] = set()  # each test of one coefficient has one degree of freedom
    kept = []
    for one in (one for place, one in enumerate(every) if place not in taken):
        if claim.said.get("df") == one.text == "1" and one.line in rows and one.line not in ones:
            ones.add(one.line)
        elif not one_model or one.line not in rows:
            kept.append(one)
    return tuple(kept)


def _first(places: deque[int], taken: set[int]) -> list[int]:
    """The first places that are not taken; those in front that are taken are dropped."""
    while places and places[0] in taken:
        places.popleft()
    return list(islice((place for place in islice(places, 10 * WORDS) if place not in taken), WORDS))


def _lines(text: str) -> list[str]:
    """The lines of a page without what HTML and LaTeX write around its text."""
    if re.search(r"<t[dh][ >]", text, re.I):
        text = html.unescape(re.sub(r"<(style|script)\b[^<]*</\1>", lambda one: "\n" * one[0].count("\n"), text))
        text = re.sub(r"</t[dh]>", " ; ", re.sub(r"</(?:tr|p|div|table|caption)>|<br\s*/?>", PARTED, text))
        text = re.sub(r"</?[a-zA-Z][^<>]*>", "", text)
    if text.lstrip()[:1] in ("[", "{"):  # JSON, each key with its value
        return re.sub(r"[{}\[\],]", PARTED, text).splitlines()
    if markup.is_latex(text):
        text = re.sub(
            r"\\(?:c(?:mid)?(?:rule|line)(?:\([^()]*\))?|begin|end|multicolumn\{\d+\}|vspace|label|ref)\{[^{}]*\}",
            "",
            text,
        )
        return [markup.plain(line.replace("&", " & ")) for line in text.translate(DASHES).splitlines()]
    lines = text.translate(DASHES).splitlines()
    if text.strip() and is_delimited(text) and max(MARKS, key=lines[0].count) == ",":
        with suppress(csv.Error):
            return [" ; ".join(field for row in csv.reader([line]) for field in row) for line in lines]
    return lines


def _results(lines: Sequence[str], claim: Claim) -> Iterator[str]:
    """The lines without what is no result: of a call and of headings nothing stays, and no label of a row."""
    depth = 0
    labels = frozenset(
        label for term in claim.terms for label in (term, term.rpartition(": ")[2], term.rpartition("=")[2]) if label
    )
    for at, line in enumerate(lines):
        echoes = depth > 0 or ECHO.match(line) or (at and re.match(r"\s*Call:\s*$", lines[at - 1]))
        if echoes:
            depth = max(depth + line.count("(") - line.count(")"), 0) if line.strip() else 0
            yield ""
        elif MODELS.fullmatch(line) or _is_head(line):
            yield ""
        else:
            yield NO_RESULT.sub(" ", _without_label(line, labels))


def _is_head(line: str) -> bool:
    """Whether a line has the headings of columns."""
    parts = (line, line.partition("|")[2])
    if any(
        headings(part) is not None or headings(part, of_estimates=False) is not None for part in parts if part.strip()
    ):
        return True
    return any(is_heading(line.strip().strip("|").split(mark)) for mark in MARKS if mark in line)


def _without_label(line: str, labels: frozenset[str]) -> str:
    """A row without the label that it begins with, which ends at a blank or at a mark between cells."""
    bare = re.sub(r"^\d+\s+(?=\S*[A-Za-z(])", "", line.lstrip(' "|'))
    ends = [one.start() for one in islice(re.finditer(r"[\s|,;\"]|$", bare), WORDS)]
    return next((bare[end:] for end in reversed(ends) if bare[:end] in labels), line)


def _numbers(line: str) -> list[str]:
    return [one[0].strip().rstrip(".") for one in NUMBER.finditer(line)]


def _keys(text: str) -> set[tuple[float, float]]:
    """What a number may be read as: its size and half of its last digit, with either decimal mark."""
    found = set()
    for mark in (".", ","):
        try:
            value, half = printed(text, "a page", mark)
        except DomainError:
            continue
        found.add((abs(value), half))
    return found


def _claimed(claim: Claim) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """The numbers that a claim has, by term; single numbers without one."""
    for row, term in enumerate(claim.terms):
        pairs = [(abs(float(one.value[row])), float(one.half[row])) for one in claim.columns.values()]
        yield term.rpartition(": ")[2], [pair for pair in pairs if np.isfinite(pair[0])]
    yield "", [(abs(float(np.ravel(one.value)[0])), float(np.ravel(one.half)[0])) for one in claim.facts.values()]


def _likeness(one: PageNumber, term: str, rows: Counter[int]) -> tuple[bool, int, int]:
    """How well a number of a page may be that of a term: in its line, near others of it; the first of the page else."""
    inside = one.quote.startswith(term) or term in one.quote if term else one.line not in rows
    return inside, rows[one.line] if term else 0, -one.line
