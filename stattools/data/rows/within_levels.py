"""Columns beside levels that are codes, less what the columns of the levels make of them.

    x_i = center + z_i' c_j + x~_i in the rows of level j,     sum_i w_i z_i x~_i = 0

A column that hardly varies within levels has its information there alone: products keep its digits only if the levels'
part is taken off first. Source: Frisch & Waugh, Econometrica 1 (1933), 387-401.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.data.rows.level_units import LevelUnits, units_of_others
from stattools.data.rows.slope_units import ROUND_OFF, orthogonal
from stattools.interface.arrays import Floats
from stattools.numerics.columns import Columns
from stattools.numerics.level_blocks import Within, beside_diagonals


def within_levels(X: Columns, importance: Floats | None) -> tuple[Columns, LevelUnits]:
    """The columns X less what those of their level make of them, in units of their own, and T with X_within = X T."""
    levels = orthogonal(X, importance)
    others, t, A, R = _rest(X, importance, levels.Q, levels.M, np.where(levels.aliased, 0.0, levels.squares))
    if X.slopes is None:
        return replace(X, others=others), LevelUnits(X.joined(1.0, t), A, R)
    t = X.joined(np.diagonal(levels.M, axis1=1, axis2=2), t)
    within = Within(X.places, beside_diagonals(levels.M))
    return replace(X, others=others, slopes=levels.Q), LevelUnits(t, A, R, within)


def _rest(
    X: Columns, importance: Floats | None, Q: Floats, M: Floats, squares: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """The other columns less what the levels make of them, in units of what is left; their part of t; and A and R.

    The columns of the levels are Q (n, k) = Z_j M_j in the rows of level j, orthogonal there, with `squares` (L, k) the
    sums of weight Q^2. Rows without a level are about their mean where there is a constant. A column of which nothing
    but round-off is left is 0, so that no information is factored that has it.
    """
    of, w = units_of_others(X, importance), np.ones(len(X)) if importance is None else importance
    apart, total = X.codes < 0, np.where(squares > 0.0, squares, 1.0)
    center = of.center
    if of.constant is None:
        center = np.zeros_like(of.center)
    elif (share := w * apart).any():
        center = share @ X.others / share.sum()
        center[of.constant] = 0.0
    size, rest = np.abs(X.others).max(axis=0), X.others - center
    coefficients = np.zeros((*squares.shape, rest.shape[1]))
    still = np.arange(rest.shape[1]) == of.constant
    for b in [*range(Q.shape[1])] * 2:  # the second time takes off what rounding left
        along = X.by_level(w[:, None] * Q[:, b, None] * rest) / total[:, b, None]
        along[:, still] = 0.0
        along[squares[:, b] <= 0.0] = 0.0
        coefficients[:, b] += along
        rest = rest - Q[:, b, None] * X.of_rows(along)
    unit = np.where(size > 0.0, size, 1.0)
    spread = unit * np.sqrt(w @ (rest / unit) ** 2 / w.sum())
    gone = ~still & (spread <= ROUND_OFF * size)
    scale = np.where(still, of.scale, np.where(gone, unit, spread))
    constants = np.where(still, 1.0 / scale, 0.0)[:, None] * (center / scale)
    taken = np.einsum("jab,jbc->jac", M, coefficients / scale)
    A, R = -X.joined(taken, constants), X.joined(0.0, np.eye(len(scale)))
    return np.where(gone, 0.0, rest) / scale, 1.0 / scale, A[:, ~still], R[:, ~still]
