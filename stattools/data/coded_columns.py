"""Columns of a factor of very many levels as codes, from those of a stand-in that has three levels.

formulaic makes the columns of the formula with the first level, the second, and one for all that follow. The names of
the stand-in's levels tell which columns are those of a level, and what stands beside the level in a product; the same
columns stand in the same order for all levels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.columns import Columns

STAND_IN = 3
"""Levels of the stand-in."""

STAND_IN_LEVELS = tuple(f"\x00{number}\x00" for number in range(STAND_IN))
"""What the levels of the stand-in are called: no name in a table is like it."""

MARK = re.compile("\x00([0-9])\x00")


def expanded(
    X: Floats, names: Sequence[str], codes: NDArray[np.intp], called: Sequence[str], alone: bool
) -> tuple[Any, tuple[str, ...]]:
    """The columns of all levels, which are `called` so, and their names, from the columns of the stand-in (n, q).

    `codes` (n,) are the levels of the rows, and `alone` says that the factor is part of no product. Where products
    leave the first level out of some columns and not of others, its columns stand among the others.
    """
    marks = [MARK.search(name) for name in names]
    kind_of = [None if mark is None else MARK.sub("\x00", name) for mark, name in zip(marks, names, strict=True)]
    level_of = [-1 if mark is None else int(mark[1]) for mark in marks]
    kinds = list(dict.fromkeys(kind for kind in kind_of if kind is not None))
    whole = [any(level == 0 and kind == one for level, kind in zip(level_of, kind_of, strict=True)) for one in kinds]
    first = 0 if all(whole) else 1
    places, order, made = np.empty((len(called) - first, len(kinds)), dtype=np.intp), [], []
    values, at = np.zeros((len(X), len(kinds))), 0
    while at < len(names):
        level = level_of[at]
        if level < first:
            order.append(at)
            made.append(names[at] if level < 0 else MARK.sub(called[0], names[at]))
            at += 1
            continue
        together = 1  # columns of one level that stand side by side
        while at + together < len(names) and level_of[at + together] == level:
            together += 1
        each = [kinds.index(str(kind)) for kind in kind_of[at : at + together]]
        for number in range(first, len(called)):
            for kind in each:
                places[number - first, kind] = len(made)
                made.append(kinds[kind].replace("\x00", called[number]))
        for later in range(STAND_IN - first):
            values[:, each] += X[:, at + later * together : at + (later + 1) * together]
        at += (STAND_IN - first) * together
    others = np.ascontiguousarray(X[:, order])
    values[codes < first] = 0.0
    return Columns(others, codes - first, places, None if alone else values), tuple(made)
