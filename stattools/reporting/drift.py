"""Two texts of one report: the same, or what moved and where.

A change has a cause where the report itself names one: its table of inputs has another data hash, another version,
another seed. What another processor's round-off does is no drift: numbers that differ by one unit of their last
decimal, sizes of what should be nothing, and how many digits two answers share, in figures or in the words "10 or
more". Any other change of a number, or of a word, is told as such. The versions of the environment are compared apart:
newer packages with the same numbers are no drift.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CAUSES = {
    "data": "the data",
    "SHA-256": "the data",
    "rows": "the data",
    "observations": "the data",
    "stattools": "the version of stattools",
    "seed": "the seed",
}
"""First words of table rows that say by themselves what moved."""

ROUND_OFF, NUMBERS, WORDS = "round-off of the platform (last digits)", "numbers", "words"
ORDER = ("the data", "the version of stattools", "the seed", NUMBERS, WORDS, ROUND_OFF)
ENVIRONMENT = "| environment"
NOTHING = 1e-9
"""Below this, numbers are the round-off of others."""
ENOUGH = 4
"""Shared digits from which on how many there are is round-off of what is compared."""
AT_LEAST = re.compile(r"(\d+) or more|(?:≥|at least) ?(\d+)")
DIGITS = re.compile(r"\d+(?= digits?\b)")
"""Numbers of digits in a sentence; in a table their columns are called so."""
NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")

type Change = tuple[int, str, str]
"""A line's place in the first text, the line there, the line of the second."""


@dataclass(frozen=True)
class Drift:
    """What a second run says about a report: `moved` is empty where it still stands.

    `where` lists the sections that differ, `environment` the packages whose versions do, `diff` the lines, as a
    unified diff without context; `unverified` says what was not computed again, such as timings.
    """

    moved: tuple[str, ...]
    environment: tuple[str, ...]
    diff: tuple[str, ...]
    where: tuple[str, ...] = ()
    unverified: str = ""

    @property
    def same(self) -> bool:
        """True when nothing but versions of the environment differs, as far as it was computed again."""
        return not self.moved

    @property
    def holds(self) -> bool:
        """True when nothing but these and round-off differs."""
        return set(self.moved) <= {ROUND_OFF}


def drift(old: str, new: str, name: str) -> Drift:
    """What moved between two texts of the report `name`; the padding of table cells does not count.

    >>> drift("## Fit\\n\\nIt is 0.5831.\\n", "## Fit\\n\\nIt is 0.5832.\\n", "a.md").moved
    ('round-off of the platform (last digits)',)
    """
    (before, versions), (after, newer) = _parted(old), _parted(new)
    found = [(place, _cause(a, b, _headings(before, place))) for place, a, b in _changes(before, after)]
    causes = {cause for _, cause in found}
    diff = difflib.unified_diff(before, after, name, "computed again", lineterm="", n=0)
    changed = sorted(
        f"{package} {versions.get(package, 'none')} -> {newer.get(package, 'none')}"
        for package in versions.keys() | newer.keys()
        if versions.get(package) != newer.get(package)
    )
    return Drift(
        tuple(cause for cause in ORDER if cause in causes),
        tuple(changed),
        tuple(line for line in diff if not line.startswith("@@")),
        tuple(dict.fromkeys(_section(before, place) for place, _ in found)),
    )


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Lines that differ, in pairs where as many went as came."""
    for kind, i, end, j, stop in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if end - i == stop - j:
            yield from ((i + k, before[i + k], after[j + k]) for k in range(end - i))
        else:
            yield from ((i + k, before[i + k], "") for k in range(end - i))
            yield from ((i, "", after[j + k]) for k in range(stop - j))


def _headings(lines: Sequence[str], place: int) -> list[str]:
    """The headings of the columns of the table that a line is in; none outside a table."""
    while place > 0 and lines[place].startswith("|") and lines[place - 1].startswith("|"):
        place -= 1
    return _cells(lines[place]) if place < len(lines) and lines[place].startswith("|") else []


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def _cause(before: str, after: str, headings: Sequence[str]) -> str:
    """What one changed line says, under the headings of its table."""
    cause = CAUSES.get(_first_word(before or after))
    if cause:
        return cause
    before, after = (_without_shared_digits(line, headings) for line in (before, after))
    if not (before and after) or NUMBER.sub("0", before) != NUMBER.sub("0", after):
        return WORDS
    pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
    return ROUND_OFF if all(_is_round_off(a, b) for a, b in pairs if a != b) else NUMBERS


def _without_shared_digits(line: str, headings: Sequence[str]) -> str:
    """The line with 10 where it counts digits that two answers share, and these are enough."""

    def counted(match: re.Match[str]) -> str:
        return "10" if int(match[0]) >= ENOUGH else match[0]

    plain = DIGITS.sub(counted, AT_LEAST.sub(lambda match: match[1] or match[2], line))
    cells = _cells(plain) if line.startswith("|") else []
    if len(cells) != len(headings):
        return plain
    shared = ["digits" in heading and cell.isdigit() for cell, heading in zip(cells, headings, strict=True)]
    return (
        "|".join(re.sub(r"^\d+$", counted, cell) if of else cell for cell, of in zip(cells, shared, strict=True))
        or plain
    )


def _is_round_off(a: str, b: str) -> bool:
    """Both have as many decimals, and differ by one unit of the last; or both are nothing but round-off."""
    if max(abs(float(one.replace(",", "").replace("−", "-"))) for one in (a, b)) < NOTHING:
        return "e" in a and "e" in b
    if "." not in a or "." not in b:
        return False
    (mantissa, scale), (other, power) = _parts(a), _parts(b)
    return scale == power and abs(mantissa - other) <= 1


def _parts(number: str) -> tuple[int, tuple[int, str]]:
    """All digits as an integer, and the decimals and the power of ten that place them."""
    mantissa, _, power = number.replace(",", "").replace("−", "-").partition("e")
    return int(mantissa.replace(".", "")), (len(mantissa.partition(".")[2]), power)


def _section(lines: Sequence[str], place: int) -> str:
    """The heading above a line."""
    above = (line for line in reversed(lines[: place + 1]) if re.match(r"#+ ", line))
    return next(above, "the beginning").lstrip("# ")


def _parted(text: str) -> tuple[list[str], dict[str, str]]:
    """The lines outside the table of the environment, without the padding of cells, and that table."""
    lines, versions, inside = [], {}, False
    for padded in text.splitlines():
        line = re.sub(r" +", " ", re.sub(r"-{3,}", "---", padded)) if padded.startswith("|") else padded
        inside = line.startswith(ENVIRONMENT) or (inside and line.startswith("|"))
        if not inside:
            lines.append(line)
        elif not line.startswith((ENVIRONMENT, "| :")):
            package, version = (cell.strip() for cell in line.strip("|").split("|"))
            versions[package] = version
    return lines, versions


def _first_word(line: str) -> str:
    return line[2:].split()[0] if line.startswith("| ") and line[2:].split() else ""
