"""Least squares near the cost of one Gram product: Cholesky, then refinement with residuals from X.

    read 1        G = Z^T W Z, g = Z^T W r,   r = v - Z phi,   Z = X - center, v = y - offset - its center   BLAS dsyrk
    read 2, ...   phi <- phi + G^-1 g,   g = Z^T W r,   until the steps are round-off

Centers and the first phi come from a sample of rows: any will do, as they only say in which coordinates the sums are
taken, and so cost no read. Near the solution the step of the first read is short, and so is its rounding: with many
rows it is the last. Memory is one block. Source: Bjorck, "Iterative refinement of linear least squares solutions"
(1967).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.data.products import add_gram, symmetric, times, transposed, upper_gram
from stattools.data.rows import Rows
from stattools.data.scanned_rows import ScannedRows
from stattools.solvers.digits import EPS, sum_rounding
from stattools.solvers.metric import Metric
from stattools.solvers.shifted_rows import SAMPLE, NotConstant, Shifted

Floats = NDArray[np.float64]

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)
(potrs,) = get_lapack_funcs(("potrs",), dtype=np.float64)

LEAST_RCOND = 1e-12
"""Below it the Gram matrix has lost what refinement needs to start from."""
MOST_READS = 5
RIGHT = 1e-10
"""Rounding that is so small beside the standard errors needs no further read."""


class Refined(NamedTuple):
    """phi, the metric of its information, lengths d of the columns, RSS, sums of squares of y and of v, the length of d
    phi or of v if that is larger, the decrement before the last step, the reads, and what is left of the steps, as a
    share of the length.
    """

    phi: Floats
    metric: Metric
    d: Floats
    rss: float
    size: float
    square: float
    length: float
    decrement_square: float
    reads: int
    left: float


def refine(rows: Rows | ScannedRows) -> tuple[Shifted, Refined | None]:
    """The fast rung; None where the Gram matrix is too ill-conditioned to start from, or the steps do not shrink."""
    shifted = Shifted.of(rows)
    try:
        return shifted, _refined(shifted)
    except NotConstant:
        shifted = Shifted.unmoved(rows)
        return shifted, _refined(shifted)


def _refined(shifted: Shifted) -> Refined | None:
    n = len(shifted.rows.X)
    phi = shifted.guess()
    G, g, square, rss, size = _whole(shifted, _first_sums, phi)
    diagonal = G.diagonal()
    squares = diagonal.tolist()
    if not (min(squares) > 1e-290 and max(squares) < np.inf):
        return None
    d = np.sqrt(diagonal)
    metric = Metric.where_definite(G if n <= SAMPLE and isinstance(shifted.rows, Rows) else symmetric(G))
    if metric is None or not metric.well_conditioned(LEAST_RCOND):
        return None
    last, steps = 1.0, 0
    if phi is None:  # the first step is all of it
        phi, steps = potrs(metric.factor, g)[0], 1
        _, g, _, rss, size = _whole(shifted, _residual_sums, phi)
    while True:
        step = potrs(metric.factor, g)[0]
        phi = phi + step
        whole = max(float(nrm2(phi * d)), math.sqrt(square), 1e-300)
        ratio = float(nrm2(step * d)) / whole
        gain = max(float(step.dot(g)), 0.0)
        if steps:
            contraction = ratio if steps == 1 else max(ratio / last, 1e-16)
            left = ratio * contraction
            if left < EPS / 8 or steps == MOST_READS or (steps > 1 and ratio > 0.5 * last):
                break
        else:
            contraction = sum_rounding(n) * EPS / metric.rcond
            left = ratio * contraction
            if left * whole <= RIGHT * math.sqrt(max(rss - gain, 0.0) / n):
                rss -= gain
                rest = g - metric.information @ step  # the score where the step leads
                gain = float(rest @ potrs(metric.factor, rest)[0])
                break
        last = ratio
        steps += 1
        _, g, _, rss, size = _whole(shifted, _residual_sums, phi)
    if left > 1e-12 and ratio > 1e-13:
        return None
    rss = max(rss - gain, 0.0)
    return Refined(phi, metric, d, rss, size, square, whole, gain, steps, min(left, ratio))


class Sums(NamedTuple):
    """G and the sums of squares of v, of r and of y with weights, and g; adds with `+`."""

    G: Floats
    g: Floats
    square: float
    rss: float
    size: float

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        squares = (self.square + other.square, self.rss + other.rss, self.size + other.size)
        return Sums(self.G + other.G, self.g + other.g, *squares)


def _whole(shifted: Shifted, sums: Callable[[Shifted, Any], Sums], phi: Floats | None) -> Sums:
    """The sums over all rows, wherever they are; one read."""
    if isinstance(shifted.rows, ScannedRows):
        return shifted.rows.gather(partial(_there, replace(shifted, rows=None), sums, phi))
    return sums(shifted, phi)


def _there(shifted: Shifted, sums: Callable[[Shifted, Any], Sums], phi: Floats | None, rows: Rows) -> Sums:
    """The sums over a batch; its constant column was looked at in a sample only."""
    if shifted.first is not None and len(rows.X) <= SAMPLE and not (rows.X[:, shifted.first] == shifted.value).all():
        raise NotConstant
    return sums(replace(shifted, rows=rows), phi)


def _first_sums(shifted: Shifted, phi: Floats | None) -> Sums:
    """All sums; those of r and of y only with a phi."""
    G = g = None
    square, rss, size = 0.0, 0.0, 0.0
    for Z, v, w, y in shifted.blocks(root=True):
        if G is None:
            G = upper_gram(Z)
        else:
            add_gram(G, Z)
        square += float(v.dot(v))
        r = v if phi is None else v - times(Z, phi)
        g = transposed(Z, r) if g is None else g + transposed(Z, r)
        if phi is not None:
            rss += float(r.dot(r))
            size += float(y.dot(y) if w is None else y.dot(w * y))
    assert G is not None
    assert g is not None
    return Sums(G, g, square, rss, size)


def _residual_sums(shifted: Shifted, phi: Floats) -> Sums:
    """g = Z^T W r, r^T W r and y^T W y."""
    g, rss, size = None, 0.0, 0.0
    for Z, v, w, y in shifted.blocks(root=False):
        r = v - times(Z, phi)
        heavy = r if w is None else w * r
        g = transposed(Z, heavy) if g is None else g + transposed(Z, heavy)
        rss += float(heavy.dot(r))
        size += float(y.dot(y) if w is None else y.dot(w * y))
    assert g is not None
    return Sums(np.zeros(0), g, 0.0, rss, size)
