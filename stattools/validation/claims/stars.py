"""What brackets hold where nobody says it, proven by the stars: only one reading gives every row its stars.

se:  p = P(|Z| > |estimate / number|),    t:  p = P(|Z| > |number|), of the estimate's sign,    p:  the number
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scipy import special

from stattools.validation.claims.printed import is_number, printed

LEGEND = re.compile(r"(\*{1,4})\s*p?\s*[<\u2264]?\s*(0?\.\d+)")
LOOSE = 0.15
"""Statistics that are so near a limit, as a share, are on neither side of it: they may be of t with few degrees."""


def told_by_stars(pairs: Sequence[tuple[str, str]], notes: str) -> str | None:
    """The kind of the numbers in brackets, each after its estimate with stars; None where stars do not tell.

    >>> told_by_stars([("0.486***", "0.104"), ("0.243", "0.213")], "*p<0.1; **p<0.05; ***p<0.01")
    'se'
    >>> told_by_stars([("0.486***", "4.67"), ("0.243", "1.14")], "*p<0.1; **p<0.05; ***p<0.01")
    't'
    """
    limits = limits_in(notes)
    known = [(main, text) for main, text in pairs if is_number(main) and is_number(text)]
    if not limits or not known:
        return None
    rows = [(printed(main, "", ".")[0], printed(text, "", ".")[0], main.count("*")) for main, text in known]
    fitting = [kind for kind in ("se", "t", "p") if all(_fits(kind, *row, limits) for row in rows)]
    return fitting[0] if len(fitting) == 1 else None


def limits_in(notes: str) -> dict[int, float]:
    """The limit of p by the number of stars, as notes say it.

    >>> limits_in("* p<0.05, ** p<0.01"), limits_in("N = 50")
    ({1: 0.05, 2: 0.01}, {})
    """
    return {len(stars): float(limit) for stars, limit in LEGEND.findall(notes)}


def fits_stars(statistic: float, stars: int, limits: dict[int, float]) -> bool:
    """Whether a statistic of z or t may have so many stars.

    >>> fits_stars(2.3, 1, {1: 0.05, 2: 0.01}), fits_stars(1.2, 2, {1: 0.05, 2: 0.01})
    (True, False)
    """
    return bool(_fits("t", abs(statistic), abs(statistic), stars, limits))


def _fits(kind: str, estimate: float, number: float, stars: int, limits: dict[int, float]) -> bool:
    """Whether a number of this kind gives an estimate its stars."""
    if kind == "p":
        return 0.0 <= number <= 1.0 and _within(number, number, stars, limits)
    if (kind == "se" and number <= 0.0) or (kind == "t" and number * estimate < 0.0):
        return False
    z = abs(estimate / number) if kind == "se" else abs(number)
    low, high = (2.0 * special.ndtr(-z * (1.0 + step * LOOSE)) for step in (1, -1))
    return _within(low, high, stars, limits)


def _within(low: float, high: float, stars: int, limits: dict[int, float]) -> bool:
    """Whether a p-value between two ends has so many stars."""
    below = limits.get(stars, 0.0) if stars else 1.0
    above = max((limit for count, limit in limits.items() if count > stars), default=0.0)
    return low <= below and high >= above
