"""A Markdown table: rows of cells between upright bars, with a line of dashes below the headings."""

from __future__ import annotations

import html
import re

from stattools.validation.claims.printed import Cells

RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
BAR = re.compile(r"(?<!\\)\|")
TEST = re.compile(r"(>\s*)\\?\|([tz])\\?\|")
"""The bars of P>|z| and Pr(>|t|), which part no cells."""


def is_markdown(text: str) -> bool:
    """Whether a line of dashes between bars stands below a line with as many cells.

    >>> is_markdown("| term | coef |\\n|---|---|\\n| x | 1 |"), is_markdown("a,b\\n1,2\\n")
    (True, False)
    """
    return _rule(text.splitlines()) is not None


def cells(text: str, name: str) -> Cells:
    """The cells of the first table, without the marks of bold and code; the other lines are its notes.

    >>> cells("| term | **coef** |\\n|---|---|\\n| `x` | 1.5 |\\n\\nN = 20", "a").rows
    (('x', '1.5'),)
    """
    lines = text.splitlines()
    rule = _rule(lines) or 1
    last = rule + 1
    while last < len(lines) and BAR.search(lines[last]):
        last += 1
    head = _split(lines[rule - 1])
    rows = [_split(line) for line in lines[rule + 1 : last] if not RULE.match(line)]
    width = max(map(len, [head, *rows]))
    filled = [tuple(row) + ("",) * (width - len(row)) for row in [head, *rows]]
    notes = "\n".join(_plain(line) for line in [*lines[: rule - 1], *lines[last:]])
    more = [row for row in filled[1:] if _is_head(row)][
        : next((at for at, row in enumerate(filled[1:]) if not _is_head(row)), 0)
    ]
    return Cells(name, (filled[0], *more), tuple(filled[1 + len(more) :]), notes)


def _is_head(row: tuple[str, ...]) -> bool:
    """Whether a row below the headings has none but headings: no label and no number that is no number of a model."""
    return not row[0].strip() and not any(
        re.search(r"\d", re.sub(r"^\(\d+\)$|[A-Za-z]+ ?\d+", "", cell)) for cell in row
    )


def _rule(lines: list[str]) -> int | None:
    for at in range(1, len(lines)):
        if "|" in lines[at] and RULE.match(lines[at]) and "|" in lines[at - 1] and not re.search(r"-\+-", lines[at]):
            return at
    return None


def _split(line: str) -> list[str]:
    kept = TEST.sub("\\1\0\\2\0", line.strip())
    kept = kept[1:] if kept.startswith("|") else kept
    kept = kept[:-1] if kept.endswith("|") and not kept.endswith("\\|") else kept
    return [_plain(cell.replace("\0", "|").replace("\\|", "|")) for cell in BAR.split(kept)]


def _plain(text: str) -> str:
    """A cell without tags, code and the marks of bold and raised text; stars behind a number are kept."""
    text = re.sub(
        r"<sup>(.*?)</sup>|\^([^^\s]+)\^(?=\s|$)", lambda found: f"^{found[1] or found[2]}", html.unescape(text)
    )
    text = re.sub(r"<br\s*/?>", " ", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?![*A-Za-z\d])", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=\S)\*(?![*\w])", r"\1", text)
    text = re.sub(r"\\([*_#|<>~^()\[\]-])", r"\1", text.replace("`", ""))
    return text.strip(" ") if text.strip() else ""
