"""Where a smaller model lies within a larger one whose levels are kept as codes: its columns are projected on those.

    z = X c + rest,   c = (X'X)^-1 X'z by the elimination of the levels, refined twice

A rest beyond round-off says that the column z is no combination. The columns of the smaller model are looked at some at
a time, so that neither model's columns are in memory.
"""

from __future__ import annotations

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.numerics.columns import as_columns
from stattools.numerics.products import weighted
from stattools.solvers.level_metric import LevelMetric

CELLS = 2_000_000
"""Numbers that are made at a time."""
REFINEMENTS = 2
"""What is left of a column after a projection is projected again: digits that the normal equations lose come back."""


def projected(full: Rows, restricted: Rows, shift: Floats, slopes: Floats, least: float) -> tuple[Floats, int | None]:
    """theta with X theta = Z slopes + shift, where Z are the smaller model's columns, and the number of the first of
    these that is no combination of X to the share `least`, that of the shift behind them; None where all are.
    """
    rows, units = full.standardized()
    X, Z = as_columns(rows.X).coded, as_columns(restricted.X)
    assert X is not None
    metric = LevelMetric(X.gram(full.weight))
    n, r = restricted.X.shape
    phi, step = np.zeros(X.shape[1]), max(1, CELLS // n)
    for start in range(0, r + 1, step):
        part = np.arange(start, min(start + step, r))
        columns = Z.some(part)
        if start + step > r:
            columns = np.column_stack([columns, shift])
        found, rest = np.zeros((X.shape[1], columns.shape[1])), columns
        for _ in range(1 + REFINEMENTS):
            found = found + metric.solve(X.pulled(weighted(rest, full.weight)))
            rest = columns - X.product(found)
        sizes = [np.sqrt((weighted(of, full.weight) * of).sum(axis=0)) for of in (rest, columns)]
        lost = sizes[0] > least * np.maximum(sizes[1], 1e-300)
        if lost.any():
            return phi, start + int(np.argmax(lost))
        phi = phi + found @ np.append(slopes, 1.0)[start : start + columns.shape[1]]
    return units @ phi, None
