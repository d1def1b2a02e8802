"""Frames of statsmodels' MNLogit, `summary2().tables[1:]`: a column called "y = 0" holds the terms of the first class
after the reference, "y = 1" those of the second, whatever the classes are called.
"""

from __future__ import annotations

import re
from dataclasses import replace

from stattools.validation.claims.printed import Cells

CLASS = re.compile(r".+ = (\d+)")
BESIDE = ("Coef.", "Std.Err.")
"""Headings that stand beside such a column."""


def by_class(cells: Cells) -> Cells:
    """The cells with the terms of such columns in one, each under the number of its class from 1 on; other cells as
    they are.

    >>> by_class(Cells("a", (("", "y = 0", "Coef.", "Std.Err."),), (("x", "x", "1.5", "0.2"),))).rows
    (('#1: x', '1.5', '0.2'),)
    """
    head = cells.head[-1]
    classes = {at: int(found[1]) + 1 for at, text in enumerate(head) if (found := CLASS.fullmatch(text))}
    if not classes or not all(text in head for text in BESIDE):
        return cells
    kept = [at for at, text in enumerate(head) if at not in classes and text.strip()]
    rows = []
    for row in cells.rows:
        term = next((f"#{number}: {row[at]}" for at, number in classes.items() if row[at].strip()), "")
        rows.append((term, *(row[at] for at in kept)))
    return replace(cells, head=(("", *(head[at] for at in kept)),), rows=tuple(rows))
