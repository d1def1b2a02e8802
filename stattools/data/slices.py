"""X^T W X without a rounding error in any product: columns cut into slices that BLAS multiplies exactly.

    x = s_1 + s_2 + ... + s_K,   S^T S exact in float64,   sums of blocks in pairs high + low

A slice holds so few bits below the column's largest number that every product and every partial sum of a block is a
whole multiple of one unit, below 2^53 of it: whatever the order in which BLAS adds, nothing is rounded. Four slices
keep some 85 bits below the largest number of a column, seven 149. Source: Ozaki, Ogita, Oishi & Rump, "Error-free
transformations of matrix multiplication by using fast routines of matrix multiplication" (2012).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.data.exact_sum import pair_product, two_product, two_sum
from stattools.data.rows import Rows

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

BLOCK = 2048


@dataclass(frozen=True, eq=False)
class ExactGram:
    """[X, y]^T W [X, y] of the columns times powers of two `scale`, as a pair (q, q); y is less the offset.

    `lost` (q,) is the largest part of a number that the slices left out, in scaled units: all are below 1. `loose` is
    the largest error of an entry for the same reason in products with weights.
    """

    pair: Pair
    scale: Floats
    lost: Floats
    loose: float = 0.0


def pair_sum(a: Pair, b: Pair) -> Pair:
    """The sum of two pairs high + low."""
    high, error = two_sum(a[0], b[0])
    low, rest = two_sum(a[1], b[1])
    high, error = two_sum(high, error + low)
    return two_sum(high, error + rest)


def exact_gram(rows: Rows, slices: int = 4) -> ExactGram:
    """The Gram matrix of [X, y - offset] with weights; raises nothing, as all rows are finite."""
    n, p = rows.X.shape
    q, weight = p + 1, rows.importance
    scale = _scales(rows)
    block = min(BLOCK, max(n, 2))
    bits = (53 - math.ceil(math.log2(block))) // 2
    grid = [1.5 * 2.0 ** (52 - bits - k * (bits + 1)) for k in range(slices)]
    high, low = np.zeros((slices * q, slices * q)), np.zeros((slices * q, slices * q))
    lost, heavy_lost = np.zeros(q), np.zeros(q)
    unit = 1.0 if weight is None else np.ldexp(1.0, -int(np.frexp(weight.max())[1]))
    cut = np.empty((slices * q, block))
    for start in range(0, n, block):
        part = slice(start, start + block)
        columns, tails = _columns(rows, part, scale)
        S = _cut(columns.copy() if weight is not None else columns, tails, grid, cut, lost)
        if weight is None:
            product = S @ S.T
        else:
            # w x is a pair again: its slices multiply those of x. Weights are below 1 after a power of two.
            w = weight[part] * unit
            heavy, error = two_product(columns, np.broadcast_to(w, columns.shape))
            error = error if tails is None else error + tails * w
            product = S @ _cut(heavy, error, grid, np.empty_like(cut), heavy_lost).T / unit
        high, error = two_sum(high, product)
        low = low + error
    total: Pair = (np.zeros((q, q)), np.zeros((q, q)))
    for a in reversed(range(slices)):  # the smallest first
        for b in reversed(range(slices)):
            corner = np.s_[a * q : (a + 1) * q, b * q : (b + 1) * q]
            total = pair_sum(total, (high[corner], low[corner]))
    return ExactGram(total, scale, lost, n * float(heavy_lost.max()) / unit)


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
            term = pair_product((columns[j], tails[j]), (np.full_like(size, -theta[0][j]), theta[1][j] * -1.0))
            total, size = pair_sum(total, term), size + np.abs(term[0])
        found[part], doubt[part] = total[0] + total[1], 2.0**-98 * p * size
    return found, doubt


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


def _cut(rest: Floats, tails: Floats | None, grid: list[float], out: Floats, lost: Floats) -> Floats:
    """The slices of the columns one below the other, (K q, m); `lost` grows to the largest remainder. Uses up rest."""
    q, m = rest.shape
    S = out[:, :m]
    for k, unit in enumerate(grid):
        if tails is not None and k in (2, 4):  # they begin to reach into the rest
            rest, tails = two_sum(rest, tails)
        here = S[k * q : (k + 1) * q]
        np.add(rest, unit, out=here)
        here -= unit
        rest -= here
    left = np.abs(rest) if tails is None else np.abs(rest) + np.abs(tails)
    np.maximum(lost, left.max(axis=1), out=lost)
    return S


def _scales(rows: Rows) -> Floats:
    """Powers of two that bring the largest number of every column below 1, so that scaling costs no digit."""
    y = rows.y if rows.offset is None else rows.y - rows.offset
    size = np.append(np.maximum(rows.X.max(axis=0), -rows.X.min(axis=0)), np.abs(y).max())
    return np.ldexp(1.0, -np.frexp(np.where(size > 0, size, 1.0))[1])
