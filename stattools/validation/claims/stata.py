"""What Stata prints: a table of coefficients behind an upright bar, or models side by side (`estimates table`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from stattools.errors import DomainError
from stattools.validation.claims.aligned import TextColumn, headings, row
from stattools.validation.claims.printed import Cells

RULE = re.compile(r"^\s*-{3,}\+-{3,}")
LEGEND = re.compile(r"[Ll]egend:\s*(\w+(?:/\w+)*)")
BESIDE = re.compile(r"\((?:base(?: outcome)?|omitted|empty|exposure|offset|constrained)\)")
KINDS = {"b": "estimate", "se": "se", "t": "statistic", "z": "statistic", "p": "p"}


def is_stata(text: str) -> bool:
    """Whether a rule of dashes with a plus sign stands below a line with an upright bar.

    >>> is_stata("   y |  Coef.\\n-----+------\\n   x |   1.5")
    True
    """
    lines = text.splitlines()
    return any(RULE.match(below) and "|" in line for line, below in pairwise(lines))


def cells(text: str, name: str) -> Cells:
    """The cells of the table, rows under their equation or factor; everything else is its notes.

    >>> text = "   y | Coef.  Std. err.\\n-----+------\\n   g |\\n  b  |  1.5   0.2\\n _cons | 2.5  0.3"
    >>> cells(text, "a").rows
    (('g=b', '1.5', '0.2'), ('_cons', '2.5', '0.3'))
    """
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines[1:], 1) if RULE.match(line) and "|" in lines[at - 1]]
    start = next((at for at in starts if headings(lines[at - 1].partition("|")[2])), starts[0])  # not that of variances
    head = headings(lines[start - 1].partition("|")[2])
    end = next(
        (at for at in range(start, len(lines)) if "|" not in lines[at] and not RULE.match(lines[at])), len(lines)
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
    rows = tuple(_rows(lines[start:end], columns, name))
    return Cells(name, (("", *titles),), rows, notes, ".", said={**level, **outcome})


def _rows(lines: Sequence[str], columns: Sequence[TextColumn], name: str) -> list[tuple[str, ...]]:
    """The rows of a table of headed columns: a label alone is an equation after a rule, and a factor elsewhere."""
    found: list[tuple[str, ...]] = []
    equation, factor, after_rule = "", "", False
    for line in lines:
        if RULE.match(line):
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
        if RULE.match(line):
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
