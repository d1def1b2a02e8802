"""How wide the columns of a table are on a page of paper, where nothing scrolls: as wide as their texts where all fit,
else the widest give way, down to their longest word.
"""

from __future__ import annotations

import numpy as np

from stattools.reporting.document import Table, inline

LETTERS = 98
"""Letters of a line of a table on A4 with margins of 22 mm, in letters of 8.5 points."""
BETWEEN = 2
"""Letters of the room between two columns."""


def shares(table: Table, letters: int = LETTERS) -> tuple[float, ...]:
    """The share of the line that each column has; all of them sum to at most 1.

    >>> shares(Table(("n", "mean"), (("10", "0.5"),), "rr"), letters=20)
    (0.2, 0.3)
    """
    cells = [[_plain(cell) for cell in column] for column in zip(table.header, *table.rows, strict=True)]
    whole = np.array([max(map(len, column)) for column in cells]) + BETWEEN
    words = np.array([max((len(word) for cell in column for word in cell.split()), default=0) for column in cells])
    least = np.minimum(words + BETWEEN, whole)
    widths = whole.astype(float)
    if whole.sum() > letters:
        widths = _given_way(whole, least, letters)
    return tuple(float(width) for width in widths / max(letters, widths.sum()))


def _given_way(whole: np.ndarray, least: np.ndarray, letters: int) -> np.ndarray:
    """The widths under the highest cap that all fit below, at least those of the longest words."""
    caps = np.arange(1, int(whole.max()) + 1)
    each = np.maximum(least, np.minimum(whole, caps[:, None]))
    return each[max(int((each.sum(axis=1) <= letters).sum()) - 1, 0)].astype(float)


def _plain(marked: str) -> str:
    return "".join(span.content for span in inline(marked))
