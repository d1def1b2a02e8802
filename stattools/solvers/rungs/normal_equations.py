"""Least squares near the cost of one Gram product: Cholesky, then refinement with residuals from X.

    read 1        G = Z^T W Z, g = Z^T W r,   r = v - Z phi,   Z = X - center, v = y - offset - its center   BLAS dsyrk
    read 2, ...   phi <- phi + G^-1 g,   g = Z^T W r,   until the steps are round-off

Centers and, of many rows, the first phi come from a sample: any will do, as they only say in which coordinates the sums
are taken, and so cost no read. Near the solution the step of the first read is short, and so is its rounding: with many
rows it is the last. Memory is one block. Source: Bjorck, "Iterative refinement of linear least squares solutions"
(1967).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.linalg.blas import ddot, dnrm2  # type: ignore[attr-defined]
from scipy.linalg.lapack import dpotrs  # type: ignore[attr-defined]

from stattools.data.files.scanned_rows import ScannedRows
from stattools.data.rows.rows import Rows
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import LARGEST_SUM, SMALLEST_SUM
from stattools.solvers.digits import EPS, sum_rounding
from stattools.solvers.metric import Metric
from stattools.solvers.rungs.rows_at_once import RowsAtOnce
from stattools.solvers.rungs.shift import Shift
from stattools.solvers.rungs.shifted_rows import NotConstant, Shifted

LEAST_RCOND = 1e-12
"""Below this reciprocal condition the Gram matrix has too few digits for refinement to start."""
MOST_READS = 5
RIGHT = 1e-10
"""Rounding that is so small beside the standard errors needs no further read."""


@record
class Refined:
    """theta with its inverse information, and what they were made from in the columns of `shift`: n rows, phi, the
    metric of its information, its `spread` and `lifting` (`Shift.back`), lengths d of the columns, RSS, sums of squares
    of y and of v, the length of d phi or of v if that is larger, the decrement before the last step, the reads, and
    what is `left` of the steps, as a share of the length.
    """

    theta: Floats
    covariance: Floats
    shift: Shift
    n: int
    phi: Floats
    metric: Metric
    spread: list[float]
    lifting: float
    d: Floats
    rss: float
    size: float
    square: float
    length: float
    decrement_square: float
    reads: int
    left: float


# Sums that overflow are left to the rungs that refuse them.
@np.errstate(over="ignore", invalid="ignore")
def refine(rows: RowsAtOnce | Rows | ScannedRows) -> Refined | None:
    """The fast rung; None where the Gram matrix is too ill-conditioned to start from, or the steps do not shrink."""
    if isinstance(rows, RowsAtOnce):
        return _refined(rows, None)
    shifted = Shifted.of(rows)
    try:
        return _refined(shifted, shifted.guess())
    except NotConstant:
        shifted = Shifted.unmoved(rows)
        return _refined(shifted, shifted.guess())


def _refined(rows: RowsAtOnce | Shifted, start: Floats | None) -> Refined | None:
    shift, n = rows.shift, rows.n
    G, g, square, rss, size = rows.sums(start)
    diagonal = G.diagonal()
    squares = diagonal.tolist()
    if not (min(squares) > SMALLEST_SUM and max(squares) < LARGEST_SUM):
        return None
    d = np.sqrt(diagonal)
    try:
        metric = Metric(G)
    except IdentificationError:
        return None
    if not metric.well_conditioned(LEAST_RCOND):
        return None
    last, steps = 1.0, 0
    phi: Floats = dpotrs(metric.factor, g)[0] if start is None else start
    if start is None:  # the first step was all of it
        steps = 1
        g, rss, size = rows.residual_sums(phi)
    while True:
        step = dpotrs(metric.factor, g)[0]
        phi = phi + step
        whole = max(dnrm2(phi * d), sqrt(square), 1e-300)
        ratio = dnrm2(step * d) / whole
        gain = max(ddot(step, g), 0.0)
        if steps:
            contraction = ratio if steps == 1 else max(ratio / last, 1e-16)
            left = ratio * contraction
            if left < EPS / 8 or steps == MOST_READS or (steps > 1 and ratio > 0.5 * last):
                break
        else:
            contraction = sum_rounding(n) * EPS / metric.rcond
            left = ratio * contraction
            if left * whole <= RIGHT * sqrt(max(rss - gain, 0.0) / n):
                rss -= gain
                rest = g - metric.information @ step  # the score where the step leads
                gain = ddot(rest, dpotrs(metric.factor, rest)[0])
                break
        last = ratio
        steps += 1
        g, rss, size = rows.residual_sums(phi)
    if left > 1e-12 and ratio > 1e-13:
        return None
    rss, left = max(rss - gain, 0.0), min(left, ratio)
    theta, covariance, spread, lifting = shift.back(phi, metric.whiten())
    return Refined(
        theta, covariance, shift, n, phi, metric, spread, lifting, d, rss, size, square, whole, gain, steps, left
    )
