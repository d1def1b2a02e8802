"""Models side by side in plain text between rules: what esttab, texreg, stargazer and summary_col print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stattools.validation.claims.printed import Cells, is_number

RULE = re.compile(r"^\s{0,2}(?:[-=_\u2500\u2550]{10,}+\s*+)++$")
PARTIAL = re.compile(r"^\s*(?:[-=_\u2500\u2550]{3,}+\s*+)++$")


def is_spaced(text: str) -> bool:
    """Whether lines with numbers stand between three rules that go across the page.

    >>> is_spaced("----------\\n       m1\\n----------\\nx     1.5\\n----------\\n")
    True
    """
    lines = text.splitlines()
    rules = [at for at, line in enumerate(lines) if RULE.match(line)]
    return len(rules) > 2 and any(re.search(r"\d", line) for line in lines[rules[1] : rules[-1]])


def cells(text: str, name: str) -> Cells:
    """The cells between the columns of blanks that go through all rows; the head is above the second rule.

    >>> cells("----------\\n       m1\\n----------\\nx     1.5\\n----------\\nN = 5", "a").rows
    (('x', '1.5'),)
    """
    lines = [line.expandtabs() for line in text.splitlines()]
    rules = [at for at, line in enumerate(lines) if RULE.match(line)]
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
