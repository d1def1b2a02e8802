"""Least squares without visible rounding errors: an exact Gram matrix, eliminated in pairs of floats of 106 bits.

    [X, y]^T [X, y] = L U,   b and C = (X^T X)^-1 by back substitution,   RSS the last pivot

Forming X^T X squares the condition number, for which 106 bits suffice up to 1e13 or so. Source: Ozaki and others
(2012) for G; Dekker, "A floating-point technique for extending the available precision" (1971) for pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.numerics.exact_sum import pair_difference, pair_product, pair_quotient
from stattools.numerics.moments import Largest
from stattools.solvers.digits import EPS, Digits
from stattools.solvers.rungs.exact_gram import Pair, exact_gram, exact_residuals

UNIT = 2.0**-102
"""The relative rounding error of arithmetic with pairs of floats, 2^-106, times 16 for sums over columns."""


class Eliminated(NamedTuple):
    """Coefficients (p,), their inverse information (p, p), RSS, reciprocal condition, rounding decrement and digits."""

    theta: Floats
    C: Floats
    rss: float
    rcond: float
    rounding: float
    digits: Digits


def eliminate(rows: Rows, ends: Largest) -> Eliminated | None:
    """The exact rung, for rows whose largest numbers are `ends`; None where a pivot is not positive, which means that
    the columns are dependent to 106 bits.
    """
    found = _solved(rows, 4 if rows.low is None else 5, ends)
    if (
        found is not None and found.digits.smallest < 15.0
    ):  # the parts had cut off numbers far below the largest of their column
        again = _solved(rows, 7, ends)
        found = again if again is None or again.digits.smallest > found.digits.smallest else found
    return found


def _solved(rows: Rows, splits: int, ends: Largest) -> Eliminated | None:
    gram = exact_gram(rows, splits, ends)
    p = rows.X.shape[1]
    eliminated = _forward(gram.pair, p)
    if eliminated is None:
        return None
    solved, rss, centered = eliminated
    b, C = (solved[0][:, 0], solved[1][:, 0]), 0.5 * (solved[0][:, 1:] + solved[0][:, 1:].T)
    variance = np.diagonal(C)
    if not (variance > 0).all():
        return None
    unit, tall, size = gram.scale[:p], float(gram.scale[p]), np.sqrt(np.diagonal(gram.pair[0]))
    # Errors: pairs lose UNIT of d_k d_l in the Gram matrix; cutting loses `lost` of the columns.
    weight = rows.importance
    mass = np.sqrt(float(len(rows.X)) if weight is None else float(weight.sum()))
    far = np.abs(C) @ size[:p]
    yard = size[p] + size[:p] @ np.abs(b[0])
    error = p * UNIT * far * yard + gram.loose * np.abs(C).sum(axis=1) * (1.0 + np.abs(b[0]).sum())
    if gram.lost.any():
        cut = mass * gram.lost
        reach = np.sqrt(rss) * (np.abs(C) @ cut[:p])
        error = error + np.sqrt(variance) * (cut[p] + cut[:p] @ np.abs(b[0])) + reach
    relative = (p * UNIT * far**2 + gram.loose * np.abs(C).sum(axis=1) ** 2) / variance
    if gram.lost.any():
        relative = relative + (mass * gram.lost[:p]) @ np.sqrt(variance)
    rough = p * UNIT * yard**2 + gram.loose * (1.0 + np.abs(b[0]).sum()) ** 2
    theta = _unscaled(b, unit, tall)
    if rss <= 1e16 * rough:  # where y is fitted closely the last pivot has lost digits that the residuals still have
        # No point has a smaller sum than the solution: coefficients rounded to floats may still be nearer to it.
        sums = [_square_sum(rows, point) for point in (theta, (theta[0], np.zeros(p)))]
        rss, rough = (part * tall**2 for part in min(sums))
    back = unit / tall
    off = theta[1] / back
    rounding = float(np.sqrt(max(off @ gram.pair[0][:p, :p] @ off, 0.0))) / tall
    scale = float(np.sqrt(rss / max(rows.n - p, 1.0)))
    se_error = 0.5 * relative + (0.5 * rough / rss if rss else 0.0) + 2.0 * EPS
    digits = Digits.of(b[0], error, scale * np.sqrt(variance), se_error, size[:p])
    rcond = float(1.0 / (np.maximum(variance * centered, 1.0).max() * p))
    return Eliminated(theta[0], C * np.outer(unit, unit), float(rss / tall**2), rcond, rounding, digits)


@dataclass(frozen=True, eq=False)
class SquareSum:
    """The weighted sum of squared residuals, its error, and whether no residual can be told from 0. Sums of parts are
    added with `+`.
    """

    value: float
    error: float
    nothing: bool

    def __add__(self, other: SquareSum) -> SquareSum:
        return SquareSum(self.value + other.value, self.error + other.error, self.nothing and other.nothing)


def _square_sum(rows: Rows, theta: Pair) -> tuple[float, float]:
    """Weighted sum of squared residuals at theta and its error; 0 where no residual can be told from 0. One read."""
    found = rows.gather(partial(_squares, theta))
    return (0.0, 0.0) if found.nothing else (found.value, found.error)


def _squares(theta: Pair, rows: Rows) -> SquareSum:
    residual, doubt = exact_residuals(rows, theta)
    weight = np.ones_like(doubt) if rows.importance is None else rows.importance
    size = np.abs(residual)
    error = float(weight @ (2.0 * size * doubt + 4.0 * EPS * size**2))
    return SquareSum(float(weight @ size**2), error, bool((size <= doubt).all()))


def _forward(gram: Pair, p: int) -> tuple[Pair, float, Floats] | None:
    """[b, C] as a pair, the residual sum of squares, and the diagonal of G or, for columns after the first, of its
    Schur complement.

    The row and the column of a pivot have rounding errors of their own, which are far larger than the pivot where
    columns are nearly dependent. The product L U of one elimination gives G to the last bit of the pairs; L D L^T does
    not.
    """
    q = p + 1
    work = (np.hstack([gram[0], np.eye(q, p)]), np.hstack([gram[1], np.zeros((q, p))]))
    centered = np.diagonal(gram[0])[:p].copy()
    for j in range(p):
        if not work[0][j, j] > 0:
            return None
        here = slice(j, q + j + 1)  # left of this range all is zero; right of it L^-1 is still the unit matrix
        pivot = (np.full(p - j, work[0][j, j]), np.full(p - j, work[1][j, j]))
        factor = pair_quotient((work[0][j + 1 :, j], work[1][j + 1 :, j]), pivot)
        _subtract(work, slice(j + 1, q), here, factor, j)
        if j == 0:
            centered[1:] = np.diagonal(work[0])[1:p]
    right = (np.ascontiguousarray(work[0][:p, p:]), np.ascontiguousarray(work[1][:p, p:]))
    for j in reversed(range(p)):
        pivot = (np.full(q, work[0][j, j]), np.full(q, work[1][j, j]))
        right[0][j], right[1][j] = pair_quotient((right[0][j], right[1][j]), pivot)
        _subtract(right, slice(0, j), slice(0, q), (work[0][:j, j], work[1][:j, j]), j)
    return right, max(float(work[0][p, p]), 0.0), centered


def _subtract(work: Pair, rows: slice, columns: slice, factor: Pair, pivot: int) -> None:
    """rows <- rows - factor times the pivot's row, in place."""
    row = (work[0][pivot, columns], work[1][pivot, columns])
    product = pair_product((factor[0][:, None], factor[1][:, None]), row)
    work[0][rows, columns], work[1][rows, columns] = pair_difference(
        (work[0][rows, columns], work[1][rows, columns]), product
    )


def _unscaled(b: Pair, unit: Floats, y: float) -> Pair:
    """Coefficients of the columns as they were given: scales are powers of two, so nothing is rounded."""
    return b[0] * unit / y, b[1] * unit / y
