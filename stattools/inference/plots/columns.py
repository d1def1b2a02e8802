"""What the columns of X and the outcome hold, over all observations: one read, wherever the rows are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block
from stattools.data.rows.units import VARIES
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.columns import as_columns
from stattools.numerics.moments import Ends, SampleMoments


@dataclass(frozen=True, eq=False)
class ColumnSummary:
    """Mean, standard deviation (0 where a column does not vary), smallest and largest value of each column, which
    columns have nothing but zeros and ones, and the smallest and the largest outcome.
    """

    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    binary: NDArray[np.bool_]
    outcome: tuple[float, float]


class _ColumnSums(NamedTuple):
    """Moments and ends of the columns, the ends with those of the outcome; how many values are neither 0 nor 1."""

    moments: SampleMoments
    ends: Ends
    others: NDArray[np.intp]

    def __add__(self, other: _ColumnSums) -> _ColumnSums:  # type: ignore[override]
        return _ColumnSums(self.moments + other.moments, self.ends + other.ends, self.others + other.others)


def summary(model: Model) -> ColumnSummary:
    """The columns of all rows: one read, the first time."""
    rows = model.rows
    if "columns" not in rows.later:
        plain = rows if rows.precision is None else replace(rows, precision=None)
        found: _ColumnSums = plain.total(_of_block)
        moments: Any = found.moments
        p = len(moments.mean)
        low, high = found.ends.low[:p], found.ends.high[:p]
        sd = np.sqrt(moments.square / moments.n)
        sd = np.where((low < high) & (sd > VARIES * np.maximum(-low, high)), sd, 0.0)
        ends = float(found.ends.low[-1]), float(found.ends.high[-1])
        rows.later["columns"] = ColumnSummary(moments.mean, sd, low, high, (found.others == 0) & (low < high), ends)
    return rows.later["columns"]


def _of_block(block: Block) -> _ColumnSums:
    X, y = block.X, block.y.reshape(len(block.y), -1)
    low, high = (np.append(*ends) for ends in ((X.min(axis=0), y.min(axis=0)), (X.max(axis=0), y.max(axis=0))))
    return _ColumnSums(SampleMoments.of_columns(X, block.weight), Ends(low, high), as_columns(X).each(_others, 0))


def _others(X: Any) -> Any:
    """How many values of each column are neither 0 nor 1."""
    return ((X != 0) & (X != 1)).sum(axis=0)
