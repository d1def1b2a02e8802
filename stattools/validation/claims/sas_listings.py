"""Tables of coefficients as SAS lists them: headings in two lines, and an empty line between them and the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

ABOVE = re.compile(r"(?=.*\bStandard\b)(?:\s*(?:Parameter|Standard|Wald|Approx|Hazard))+\s*")
BELOW = re.compile(r"\s*(?:Parameter|Variable|Effect)\s.*\bEstimate\s.*\s\bError\b.*")


def in_one_line(lines: Sequence[str]) -> list[str]:
    """As many lines, with all headings of such a table in one line that stands right above its rows.

    >>> in_one_line(["             Standard", "Parameter  Estimate   Error", "", "x     1.5     0.2"])
    ['', '', 'Parameter  Estimate  StdErr', 'x     1.5     0.2']
    """
    found = list(lines)
    for at in range(1, len(found)):
        if BELOW.fullmatch(found[at]) and ABOVE.fullmatch(found[at - 1]):
            empty = at + 1 < len(found) and not found[at + 1].strip()
            head = found[at].replace(" Error", "StdErr", 1)
            found[at - 1 : at + 1 + empty] = ["", *[""] * empty, head]
    return found
