"""Units of columns of which each level of a factor has several: those of a level are made orthogonal in its rows.

    Q_j = Z_j M_j,   M_j (k, k) upper triangular,   Q_j' W Q_j = diag, of mean square 1 in the rows of level j

so that a slope by level is about the level's own mean, and scaled by its own spread. The other columns are centered and
scaled as beside levels of one column. Source: Golub & Van Loan, Matrix Computations (2013), 5.2 (Gram-Schmidt, twice).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.level_units import LevelUnits, units_of_others
from stattools.interface.arrays import Floats
from stattools.numerics.columns import Columns
from stattools.numerics.level_blocks import Within, beside_diagonals

ROUND_OFF = 16.0 * float(np.finfo(float).eps)
"""Less than this share of a column's size is left of it where it is a combination of those before it in a level."""


@dataclass(frozen=True, eq=False)
class OrthogonalLevels:
    """Q (n, k) in the rows of the levels, M (L, k, k) with Q_j = Z_j M_j, the sums of weights and of weight Q^2 by
    level, (L,) and (L, k), and which columns of a level are combinations of those before, (L, k).
    """

    Q: Floats
    M: Floats
    counts: Floats
    squares: Floats
    aliased: NDArray[np.bool_]


def orthogonal(X: Columns, importance: Floats | None) -> OrthogonalLevels:
    """The columns of each level made orthogonal from left to right, in the weights of the rows. A column of which
    nothing but round-off is left is 0, so that no information is factored that has it.
    """
    w = np.ones(len(X)) if importance is None else importance
    size = np.abs(X.values).max(axis=0, initial=0.0)
    size = np.where(size > 0.0, size, 1.0)
    Q, M, counts = X.values / size, np.zeros((X.levels, len(size), len(size))), X.by_level(w)
    squares, aliased = np.zeros((X.levels, len(size))), np.zeros((X.levels, len(size)), dtype=bool)
    rows = np.where(counts > 0.0, counts, 1.0)
    for b in X.kinds:
        M[:, b, b] = 1.0 / size[b]
        largest = np.zeros(X.levels + 1)
        np.maximum.at(largest, X.codes + 1, np.where(w > 0.0, np.abs(Q[:, b]), 0.0))
        for a in [*range(b), *range(b)]:  # the second time takes off what rounding left
            along = X.by_level(w * Q[:, a] * Q[:, b]) / np.where(squares[:, a] > 0.0, squares[:, a], 1.0)
            along[aliased[:, a]] = 0.0
            Q[:, b] -= X.of_rows(along) * Q[:, a]
            M[:, :, b] -= along[:, None] * M[:, :, a]
        spread = np.sqrt(X.by_level(w * Q[:, b] ** 2) / rows)
        aliased[:, b] = spread <= ROUND_OFF * largest[1:]
        unit = np.where(aliased[:, b], np.where(largest[1:] > 0.0, largest[1:], 1.0), spread)
        Q[:, b] *= X.of_rows(np.where(aliased[:, b], 0.0, 1.0 / unit))
        M[:, :, b] /= unit[:, None]
        squares[:, b] = X.by_level(w * Q[:, b] ** 2)
    return OrthogonalLevels(Q, M, counts, squares, aliased)


def standard_columns(X: Columns, importance: Floats | None) -> tuple[Columns, Any]:
    """Columns whose levels are codes in their own units, and T with X_standardized = X T. Columns of ones stay."""
    of = units_of_others(X, importance)
    along, taken = of.center / of.scale, np.zeros_like(of.center)
    if of.constant is not None:
        along, taken[of.constant] = along / of.scale[of.constant], 1.0
    standard, own, within = replace(X, others=(X.others - of.center) / of.scale), 1.0, None
    if X.slopes is not None:
        levels = orthogonal(X, importance)
        standard, within = replace(standard, slopes=levels.Q), Within(X.places, beside_diagonals(levels.M))
        own = np.diagonal(levels.M, axis1=1, axis2=2)
    constants = np.zeros(X.places.shape)
    if of.levels and X.ones is not None:
        constants[:, X.ones] = 1.0
    A, R = X.joined(constants, taken), X.joined(0.0, -along)
    return standard, LevelUnits(X.joined(own, 1.0 / of.scale), A[:, None], R[:, None], within)
