"""The right side of most formulas is a sum of factors, which needs no algebra of terms."""

from __future__ import annotations

import re

STAND_IN = re.compile(r"f\d+")


def plain_sum(source: str) -> list[list[str]] | None:
    """The terms of a sum of stand-ins, the intercept first, as lists of these; None for anything else.

    >>> plain_sum("f0 + 1 + f1 + f0"), plain_sum("f0 * f1")
    ([[], ['f0'], ['f1']], None)
    """
    words = source.split(" ")
    names = dict.fromkeys(words[::2])
    if not len(words) % 2 or set(words[1::2]) - {"+"}:
        return None
    if not all(name == "1" or STAND_IN.fullmatch(name) for name in names):
        return None
    return [[], *([name] for name in names if name != "1")]
