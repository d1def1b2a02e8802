"""X^T W X without a rounding error in any product: columns are split into parts that BLAS multiplies exactly.

    x = s_1 + s_2 + ... + s_K,   S^T S exact in float64,   sums of blocks in pairs high + low

A part holds so few bits below the largest number of its column that every product and every partial sum of a block is a
whole multiple of one unit and below 2^53 of it. Nothing is rounded then, in whatever order BLAS adds. Four parts keep
some 85 bits below the largest number of a column, seven parts 149. Source: Ozaki, Ogita, Oishi & Rump, "Error-free
transformations of matrix multiplication by using fast routines of matrix multiplication" (2012).

Least squares eliminates that matrix in pairs of floats of 106 bits, [X, y]^T [X, y] = L U: b and C = (X^T X)^-1 follow
by back substitution, and RSS is the last pivot. Forming X^T X squares the condition number, for which 106 bits suffice
up to 1e13 or so. Source: Dekker, "A floating-point technique for extending the available precision" (1971).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.numerics.sums import (
    Largest,
    pair_difference,
    pair_product,
    pair_quotient,
    power_of_two,
    two_product,
    two_sum,
)
from stattools.solvers.solution import EPS, Digits

Pair = tuple[Floats, Floats]

BLOCK = 2048
"""Rows of a block. With more rows a part may hold fewer bits of each number; for these it is (53 - 11) / 2 = 21, since
2^11 products are added in the 53 bits of a float.
"""


@dataclass(frozen=True, eq=False)
class ExactGram:
    """[X, y]^T W [X, y] of the columns times powers of two `scale`, as a pair (q, q); y is less the offset.

    `lost` (q,) is the largest part of a number that the parts left out, in scaled units: all are below 1. `loose` is
    the largest error of an entry for the same reason in products with weights.
    """

    pair: Pair
    scale: Floats
    lost: Floats
    loose: float = 0.0


def pair_sum(a: Pair, b: Pair) -> Pair:
    """The sum of two pairs high + low."""
    return pair_difference(a, (-b[0], -b[1]))


def largest(rows: Rows) -> Largest:
    """The largest numbers of the columns of [X, y - offset], and the largest weight, shape (q + 1,); one read."""
    return rows.gather(_largest)


def exact_gram(rows: Rows, splits: int = 4, ends: Largest | None = None) -> ExactGram:
    """The Gram matrix of [X, y - offset] with weights, of finite rows. It takes one read, and one before that for the
    largest numbers where they are not given as `ends`.
    """
    n = len(rows.X)
    cut = Cut.of(n, splits, ends or largest(rows))
    found = rows.gather(partial(_products, cut))
    q = len(cut.scale)
    total: Pair = (np.zeros((q, q)), np.zeros((q, q)))
    for a in reversed(range(splits)):  # the smallest first, which loses least
        for b in reversed(range(splits)):
            corner = np.s_[a * q : (a + 1) * q, b * q : (b + 1) * q]
            total = pair_sum(total, (found.pair[0][corner], found.pair[1][corner]))
    return ExactGram(total, cut.scale, found.lost, n * float(found.heavy_lost.max()) / cut.unit)


def exact_residuals(rows: Rows, theta: Pair) -> tuple[Floats, Floats]:
    """y - offset - X theta summed in pairs and rounded once, and the rounding error that this may still have."""
    n, p = rows.X.shape
    found, doubt = np.empty(n), np.empty(n)
    for start in range(0, n, BLOCK):
        part = slice(start, start + BLOCK)
        columns, tails = _columns(rows, part, np.ones(p + 1))
        tails = np.zeros_like(columns) if tails is None else tails
        total, size = (columns[p], tails[p]), np.abs(columns[p])
        for j in range(p):
            term = pair_product((columns[j], tails[j]), (np.full_like(size, theta[0][j]), theta[1][j]))
            total, size = pair_difference(total, term), size + np.abs(term[0])
        found[part], doubt[part] = total[0] + total[1], 2.0**-98 * p * size
    return found, doubt


@dataclass(frozen=True, eq=False)
class Cut:
    """How columns are cut: `block` rows at a time, on a `grid` that is the same for all rows. `unit` is the factor that
    brings the weights below 1.
    """

    scale: Floats
    unit: float
    block: int
    grid: tuple[float, ...]

    @classmethod
    def of(cls, n: int, splits: int, ends: Largest) -> Cut:
        """The cut for n rows."""
        block = min(BLOCK, max(n, 2))
        bits = (53 - math.ceil(math.log2(block))) // 2
        grid = tuple(1.5 * 2.0 ** (52 - bits - k * (bits + 1)) for k in range(splits))
        size, weight = ends.values[:-1], ends.values[-1]
        # powers of two bring the largest number of every column below 1 without rounding
        return cls(1.0 / power_of_two(size), float(1.0 / power_of_two(weight)), block, grid)


@dataclass(frozen=True, eq=False)
class Products:
    """Products of all parts with each other, as a pair, and the largest number that the parts left out; sums of parts
    of the rows are added with `+`.
    """

    pair: Pair
    lost: Floats
    heavy_lost: Floats

    def __add__(self, other: Products) -> Products:
        return Products(
            pair_sum(self.pair, other.pair),
            np.maximum(self.lost, other.lost),
            np.maximum(self.heavy_lost, other.heavy_lost),
        )


def _largest(rows: Rows) -> Largest:
    y = rows.y if rows.offset is None else rows.y - rows.offset
    X = np.asarray(rows.X)
    size = np.maximum(X.max(axis=0), -X.min(axis=0))
    weight = 1.0 if rows.importance is None else rows.importance.max()
    return Largest(np.concatenate([size, [np.abs(y).max(), weight]]))


def _products(cut: Cut, rows: Rows) -> Products:
    """The products of the parts of some rows, exact in each block."""
    n, weight = len(rows.X), rows.importance
    q, splits = rows.X.shape[1] + 1, len(cut.grid)
    high, low = np.zeros((splits * q, splits * q)), np.zeros((splits * q, splits * q))
    lost, heavy_lost = np.zeros(q), np.zeros(q)
    out = np.empty((splits * q, cut.block))
    for start in range(0, n, cut.block):
        part = slice(start, start + cut.block)
        columns, tails = _columns(rows, part, cut.scale)
        S = _cut(columns.copy() if weight is not None else columns, tails, cut.grid, out, lost)
        if weight is None:
            product = S @ S.T
        else:
            # w x is a pair of floats too, and its parts multiply those of x; `unit` has brought weights below 1
            w = weight[part] * cut.unit
            heavy, error = two_product(columns, np.broadcast_to(w, columns.shape))
            error = error if tails is None else error + tails * w
            product = S @ _cut(heavy, error, cut.grid, np.empty_like(out), heavy_lost).T / cut.unit
        high, error = two_sum(high, product)
        low = low + error
    return Products((high, low), lost, heavy_lost)


def _columns(rows: Rows, part: slice, scale: Floats) -> tuple[Floats, Floats | None]:
    """[X, y - offset]^T of some rows times the scales, (q, m) in C order, and what float64 does not hold of it."""
    X = rows.X[part]
    columns = np.empty((X.shape[1] + 1, len(X)))
    np.multiply(X.T, scale[:-1, None], out=columns[:-1])
    y, rest = (rows.y[part], None) if rows.offset is None else two_sum(rows.y[part], -rows.offset[part])
    columns[-1] = y * scale[-1]
    if rest is None and rows.low is None:
        return columns, None
    tails = np.zeros_like(columns)
    if rest is not None:
        tails[-1] = rest * scale[-1]
    if rows.low is not None:
        tails[rows.low.columns] = rows.low.values[part].T * scale[rows.low.columns, None]
    return columns, tails


def _cut(rest: Floats, tails: Floats | None, grid: tuple[float, ...], out: Floats, lost: Floats) -> Floats:
    """The parts of the columns, one below the other, (K q, m). `lost` grows to the largest remainder, and `rest` is
    used up.
    """
    q, m = rest.shape
    S = out[:, :m]
    for k, unit in enumerate(grid):
        if tails is not None and k in (2, 4):  # from here on parts reach into what float64 does not hold
            rest, tails = two_sum(rest, tails)
        here = S[k * q : (k + 1) * q]
        np.add(rest, unit, out=here)
        here -= unit
        rest -= here
    left = np.abs(rest) if tails is None else np.abs(rest) + np.abs(tails)
    np.maximum(lost, left.max(axis=1), out=lost)
    return S


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
    theta = (b[0] * unit / tall, b[1] * unit / tall)  # scales are powers of two, so nothing is rounded
    if rss <= 1e16 * rough:  # where y is fitted closely the last pivot has lost digits that the residuals still have
        # No point has a smaller sum than the solution: coefficients rounded to floats may still be nearer to it.
        squares = [rows.gather(partial(_squares, point)) for point in (theta, (theta[0], np.zeros(p)))]
        sums = [(0.0, 0.0) if one.nothing else (one.value, one.error) for one in squares]
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
