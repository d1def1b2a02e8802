"""A number as a paper prints it: all values that would be printed so.

A printed 2.20 is anything from 2.195 to 2.205, "< .05" anything below .05.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

NUMBER = r"[+-]?\s?(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?"
"""A number in a text on one line, with either mark of decimals, with or without marks of thousands."""
RELATION = r"(?:<=|>=|<<|>>|==|[=:<>≤≥≈])"
BELOW, ABOVE = ("<", "<=", "<<", "≤"), (">", ">=", ">>", "≥")
SLACK = 1e-9
"""Round-off that is allowed at the ends of an interval."""


@dataclass(frozen=True)
class Reported:
    """All values from `low` to `high`, as one number was printed: `value` is the number, `text` what stands there.

    `relation` is "=", "<" or ">".
    """

    low: float
    high: float
    value: float
    text: str
    relation: str = "="

    def meets(self, low: float, high: float) -> bool:
        """Whether it may be a value from `low` to `high`, round-off aside."""
        return meet((self.low, self.high), (low, high))

    @property
    def span(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    @property
    def size(self) -> tuple[float, float]:
        """Both ends of its absolute value."""
        ends = abs(self.low), abs(self.high)
        return (0.0 if self.low <= 0.0 <= self.high else min(ends)), max(ends)

    @property
    def is_whole(self) -> bool:
        """Whether it is printed without decimals."""
        return bool(re.fullmatch(r"\D*[\d,]+", self.text))


def meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two intervals have a value in common, round-off aside; never where an end is not a number.

    >>> meet((0.0355, 0.0365), (0.0365, 0.04)), meet((0.03, 0.04), (0.041, 0.05)), meet((0.03, 0.04), (np.nan, 1.0))
    (True, False, False)
    """
    if np.isnan([*one, *other]).any():
        return False
    finite = [abs(end) for end in (*one, *other) if np.isfinite(end)]
    slack = SLACK * max(finite, default=0.0)
    return max(one[0], other[0]) <= min(one[1], other[1]) + slack


def reported(text: str, relation: str = "=", *, comma: bool = False, least: float = -np.inf) -> Reported:
    """The values of a printed number; `comma` where the paper writes decimals with commas, `least` what it cannot be
    below.

    >>> reported("2.20").span, reported(",036", comma=True).span, reported("1,204").span
    ((2.195, 2.205), (0.0355, 0.0365), (1203.5, 1204.5))
    >>> reported(".05", "<", least=0.0).span
    (0.0, 0.05)
    """
    plain = re.sub(r"\s", "", text)
    is_thousands = not comma and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain) and not plain.startswith("0")
    number = Decimal(plain.replace(",", "" if is_thousands else "."))
    exponent = number.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    value = float(number)
    if relation in BELOW:
        return Reported(least, value, value, f"{relation} {plain}", "<")
    if relation in ABOVE:
        return Reported(value, np.inf, value, f"{relation} {plain}", ">")
    half *= 2 if relation == "≈" else 1
    return Reported(float(number - half), float(number + half), value, plain)


def writes_commas(text: str) -> bool:
    """Whether a text writes its decimals with commas, as its p-values show, or its equations.

    >>> writes_commas("t(28) = 2,20, p = ,036"), writes_commas("F(2,57) = 3.1, p < .05")
    (True, False)
    """
    for sign in (rf"\b[pP]\s*{RELATION}\s*", rf"{RELATION}\s*"):
        commas = len(re.findall(rf"{sign}-?\d*,\d+(?![\d.])", text))
        points = len(re.findall(rf"{sign}-?\d*\.\d+", text))
        if commas or points:
            return commas > points
    return False
