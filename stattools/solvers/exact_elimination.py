"""Least squares without rounding that shows: an exact Gram matrix, eliminated in pairs of floats of 106 bits.

    G = L D L^T,   b = L^-T D^-1 L^-1 c,   C_jj = sum_k (L^-1)_kj^2 / D_k,   RSS = y^T y - sum_k z_k^2 / D_k

Forming X^T X squares the condition number, which 106 bits can pay for up to 1e13 or so of it. Source: Ozaki and others
(2012) for G; Dekker, "A floating-point technique for extending the available precision" (1971) for pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.exact_sum import pair_difference, pair_product, pair_quotient
from stattools.data.rows import Rows
from stattools.data.slices import Pair, exact_gram, exact_residuals, pair_sum
from stattools.solvers.digits import EPS, Digits

Floats = NDArray[np.float64]

UNIT = 2.0**-102
"""What arithmetic with pairs loses, with room for the sums over columns."""


class Eliminated(NamedTuple):
    """Coefficients (p,), their inverse information (p, p), RSS, reciprocal condition, rounding decrement and digits."""

    theta: Floats
    C: Floats
    rss: float
    rcond: float
    rounding: float
    digits: Digits


def eliminate(rows: Rows) -> Eliminated | None:
    """The exact rung; None where a pivot is not positive: the columns are dependent beyond 106 bits."""
    found = _solved(rows, 4 if rows.low is None else 5)
    if found is not None and found.digits.smallest < 15.0:  # numbers far below their column's largest were cut
        again = _solved(rows, 7)
        found = again if again is None or again.digits.smallest > found.digits.smallest else found
    return found


def _solved(rows: Rows, slices: int) -> Eliminated | None:
    gram = exact_gram(rows, slices)
    p = rows.X.shape[1]
    triangle = _forward(gram.pair, p)
    if triangle is None:
        return None
    (inverse, D, z), centered = triangle
    unit, tall, size = gram.scale[:p], float(gram.scale[p]), np.sqrt(np.diagonal(gram.pair[0]))
    t = pair_quotient(z, D)
    over = (t[0][:, None], t[1][:, None])
    b = _column_sums(pair_product(inverse, over))
    variance = _column_sums(pair_quotient(pair_product(inverse, inverse), (D[0][:, None], D[1][:, None])))
    explained = _column_sums(pair_product((z[0][:, None], z[1][:, None]), over))
    rest = pair_difference((gram.pair[0][p:, p], gram.pair[1][p:, p]), explained)
    rss = max(float(rest[0][0]), 0.0)
    half = inverse[0] / np.sqrt(D[0])[:, None]
    C = half.T @ half
    np.fill_diagonal(C, variance[0])
    # Errors: pairs lose UNIT of d_k d_l in the Gram matrix, slices lose `lost` in the columns.
    weight = rows.importance
    mass = np.sqrt(float(len(rows.X)) if weight is None else float(weight.sum()))
    far = np.abs(C) @ size[:p]
    yard = size[p] + size[:p] @ np.abs(b[0])
    error = p * UNIT * far * yard + gram.loose * np.abs(C).sum(axis=1) * (1.0 + np.abs(b[0]).sum())
    if gram.lost.any():
        cut = mass * gram.lost
        reach = np.sqrt(rss) * (np.abs(C) @ cut[:p])
        error = error + np.sqrt(variance[0]) * (cut[p] + cut[:p] @ np.abs(b[0])) + reach
    relative = (p * UNIT * far**2 + gram.loose * np.abs(C).sum(axis=1) ** 2) / variance[0]
    if gram.lost.any():
        relative = relative + (mass * gram.lost[:p]) @ np.sqrt(variance[0])
    rough = p * UNIT * yard**2 + gram.loose * (1.0 + np.abs(b[0]).sum()) ** 2
    if rss <= 1e16 * rough:  # y is fitted so closely that the difference has lost digits: the residuals have them
        theta = _unscaled(b, unit, tall)
        # The sum at any point is no less than the least one: coefficients that are floats themselves may be the best.
        sums = [_square_sum(rows, point) for point in (theta, (theta[0], np.zeros(p)))]
        rss = min(sums) * tall**2
        rough = 4.0 * EPS * rss
    theta = _unscaled(b, unit, tall)
    back = unit / tall
    off = theta[1] / back
    rounding = float(np.sqrt(max(off @ gram.pair[0][:p, :p] @ off, 0.0))) / tall
    scale = float(np.sqrt(rss / max(rows.n - p, 1.0)))
    se_error = 0.5 * relative + (0.5 * rough / rss if rss else 0.0) + 2.0 * EPS
    digits = Digits.of(b[0], error, scale * np.sqrt(variance[0]), se_error, size[:p])
    rcond = float(1.0 / (np.maximum(variance[0] * centered, 1.0).max() * p))
    return Eliminated(theta[0], C * np.outer(unit, unit), float(rss / tall**2), rcond, rounding, digits)


def _square_sum(rows: Rows, theta: Pair) -> float:
    """Weighted sum of squared residuals at theta; 0 where none can be told from 0."""
    residual, doubt = exact_residuals(rows, theta)
    if (np.abs(residual) <= doubt).all():
        return 0.0
    square, weight = residual * residual, rows.importance
    return float(square.sum() if weight is None else square @ weight)


def _forward(gram: Pair, p: int) -> tuple[tuple[Pair, Pair, Pair], Floats] | None:
    """(L^-1, D, L^-1 c) and the diagonal of G, of its Schur complement after the first column for the others."""
    work = (np.hstack([gram[0][:p], np.eye(p)]), np.hstack([gram[1][:p], np.zeros((p, p))]))
    D = (np.empty(p), np.empty(p))
    centered = np.diagonal(work[0]).copy()
    for j in range(p):
        D[0][j], D[1][j] = work[0][j, j], work[1][j, j]
        if not D[0][j] > 0:
            return None
        if j + 1 == p:
            break
        # Left of column j all is zero already, and L^-1 is lower triangular: beyond j it is still the unit matrix.
        left, right = slice(j, p + 1), slice(p + 1, p + 2 + j)
        below = (work[0][j + 1 :, j], work[1][j + 1 :, j])
        factor = pair_quotient(below, (np.full(p - j - 1, D[0][j]), np.full(p - j - 1, D[1][j])))
        factor = (factor[0][:, None], factor[1][:, None])
        for span in (left, right):
            shift = pair_product(factor, (work[0][j, span], work[1][j, span]))
            rest = pair_difference((work[0][j + 1 :, span], work[1][j + 1 :, span]), shift)
            work[0][j + 1 :, span], work[1][j + 1 :, span] = rest
        if j == 0:
            centered[1:] = np.diagonal(work[0])[1:]
    inverse = (work[0][:, p + 1 :], work[1][:, p + 1 :])
    return (inverse, D, (work[0][:, p], work[1][:, p])), centered


def _column_sums(pair: Pair) -> Pair:
    total: Pair = (np.zeros(pair[0].shape[1]), np.zeros(pair[0].shape[1]))
    for high, low in zip(*pair, strict=True):
        total = pair_sum(total, (high, low))
    return total


def _unscaled(b: Pair, unit: Floats, y: float) -> Pair:
    """Coefficients of the columns as they are: powers of two, no rounding."""
    return b[0] * unit / y, b[1] * unit / y
