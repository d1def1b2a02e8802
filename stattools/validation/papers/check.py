"""One number of a paper beside what it should be."""

from __future__ import annotations

from dataclasses import dataclass

VERDICTS = ("right", "note", "not judged", "wrong")


@dataclass(frozen=True)
class PaperCheck:
    """A number that was computed again.

    `kind` is what it is ("p", "interval", "statistic", "percentage", "total", "mean", ...), `claimed` the number as it
    stands there, `right` the interval of what it should be, None where that is no interval, `verdict` one of
    `VERDICTS`, `words` the reason in a sentence, `decision` whether the other number turns significance. `line` is the
    number of the line where it begins, `quote` what stands there.
    """

    line: int
    quote: str
    kind: str
    claimed: str
    right: tuple[float, float] | None
    verdict: str
    words: str
    decision: bool = False


@dataclass(frozen=True)
class Answer:
    """A check before it has its place in the paper."""

    kind: str
    claimed: str
    right: tuple[float, float] | None
    verdict: str
    words: str = ""
    decision: bool = False


def shown(value: float) -> str:
    """Four significant digits, as papers print them.

    >>> shown(0.03581), shown(12345.0), shown(1e-9)
    ('0.03581', '12345', '1e-09')
    """
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def between(ends: tuple[float, float]) -> str:
    """An interval in words.

    >>> between((0.0358, 0.0366)), between((1.0, 1.0))
    ('between 0.0358 and 0.0366', '1')
    """
    low, high = map(shown, ends)
    return low if low == high else f"between {low} and {high}"
