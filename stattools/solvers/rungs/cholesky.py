"""Least squares near the cost of one Gram product: Cholesky, then refinement with residuals from X.

    read 1        G = Z^T W Z, g = Z^T W r,   r = v - Z phi,   Z = X - center, v = y - offset - its center   BLAS dsyrk
    read 2, ...   phi <- phi + G^-1 g,   g = Z^T W r,   until the steps are round-off

The centers come from a sample of the rows, and so does the first phi where rows are many. Any values will do: they only
say in which coordinates the sums are taken, and cost no read of all rows. Near the solution the step of the first read
is short, and its rounding error with it; with many rows no second read is needed. The memory taken is one block of
rows. Source: Bjorck, "Iterative refinement of linear least squares solutions" (1967).
"""

from __future__ import annotations

from math import inf, sqrt, sumprod

import numpy as np
from scipy.linalg.blas import ddot, dnrm2  # type: ignore[attr-defined]
from scipy.linalg.lapack import dpotrs  # type: ignore[attr-defined]

from stattools.data.rows.rows import Rows
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import LARGEST_SUM, SMALLEST_SUM
from stattools.solvers.digits import EPS, TINY, Digits, coefficient_error, sum_rounding
from stattools.solvers.metric import Metric
from stattools.solvers.rungs.shifted_rows import NotConstant, RowsAtOnce, Shift, Shifted

LEAST_RCOND = 1e-12
"""The least reciprocal condition of a Gram matrix for refinement to start. Below it, too few of the 16 digits are left:
at this one a step still leaves about a hundredth of the error.
"""
MOST_READS = 5
"""The most reads of refinement. Each takes at least half of the error that is left, or refinement ends before."""
RIGHT = 1e-10
"""A rounding error below this share of the standard errors needs no further read: eight digits are asked for, and two
more are kept.
"""


@record
class Refined:
    """theta with its inverse information, and what they were made from in the columns of `shift`: n rows, phi, the
    metric of its information, its `spread` and `lifting` (see `Shift.back`), lengths d of the columns, the residual sum
    of squares, the sums of squares of y and of v, the length of d phi or of v if that is larger, the decrement before
    the last step, the number of reads, the share of the length that is `left` of the steps, and the residual standard
    deviation `scale`. It is the quality of its solution: errors of theta are computed from those of phi when they are
    asked for.
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
    scale: float

    @property
    def rcond(self) -> float:
        """Reciprocal condition of the information scaled to unit diagonal."""
        return self.metric.rcond

    def well_conditioned(self, least: float) -> bool:
        """Is `rcond` at least this?"""
        return self.metric.well_conditioned(least)

    def certainly(self, digits: float) -> bool:
        """Is `digits.smallest` at least this? Answered by bounds that cost less than the digits."""
        return (self._distance() + self.lifting) / self.scale + 1.5 * EPS <= 10.0**-digits

    def _distance(self) -> float:
        """A bound on the distance of phi from the maximum in its metric. It bounds the error of each coefficient of
        theta relative to its standard error, too, at scale 1. With s_j = sqrt(C_jj):

            sum_k |C_jk| d_k  <=  s_j sum_k s_k d_k,     sum_k d_k |b_k|  <=  sqrt(p) |d b|
        """
        spread, n = self.spread, self.n
        far = sumprod(spread, self.d.tolist()) * (1.0 + sum_rounding(n) / sqrt(n))
        error = EPS * (sqrt(self.square) + sqrt(len(spread)) * self.length + sqrt(self.rss) * far)
        return error + self.left * self.length

    @property
    def digits(self) -> Digits:
        """Correct digits of the coefficients and standard errors."""
        shift, theta, phi, d, T, C = self.shift, self.theta, self.phi, self.d, self.shift.T, self.metric.covariance()
        y, r, n = sqrt(self.square), sqrt(self.rss), self.n
        sums = sum_rounding(n)
        spread, far = np.sqrt(C.diagonal()), np.abs(C) @ d
        error = coefficient_error(spread, far, d, phi, y, r, EPS) + (sums * EPS * r / sqrt(n)) * far
        error = error + (self.left * self.length) * spread
        size, variance = np.abs(T), self.covariance.diagonal()
        own = np.sqrt(variance)
        error = np.minimum(size @ error, self._distance() * own) + EPS * np.abs(theta)
        relative = (sums * (size @ far) ** 2 + 8.0 * (size @ spread) ** 2) * EPS / variance
        if shift.first is not None:
            error[shift.first] += self.lifting * own[shift.first]
        loss = EPS * (4.0 * (y + d @ np.abs(phi)) / r if r else inf) + sums * EPS
        return Digits.of(theta, error, self.scale * own, 0.5 * relative + loss, d / size.diagonal())


# Where sums overflow, later rungs refuse the columns with a message.
@np.errstate(over="ignore", invalid="ignore")
def refine(rows: RowsAtOnce | Rows, observations: float) -> Refined | None:
    """The fast rung, for rows that count as `observations`; None where the Gram matrix is too ill-conditioned to start
    from, or the steps do not shrink.
    """
    if isinstance(rows, RowsAtOnce):
        return _refined(rows, None, observations)
    already = Shifted.summed_already(rows)
    if already is not None and (found := _refined(already, already.guess(), observations)) is not None:
        return found
    shifted = Shifted.of(rows)
    try:
        return _refined(shifted, shifted.guess(), observations)
    except NotConstant:
        shifted = Shifted.unmoved(rows)
        return _refined(shifted, shifted.guess(), observations)


def _refined(rows: RowsAtOnce | Shifted, start: Floats | None, observations: float) -> Refined | None:
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
    if start is None:  # phi was the first step itself
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
                rest = g - metric.information @ step  # the score at the end of the step, from the information
                gain = ddot(rest, dpotrs(metric.factor, rest)[0])
                break
        last = ratio
        steps += 1
        g, rss, size = rows.residual_sums(phi)
    if left > 1e-12 and ratio > 1e-13:
        return None
    rss, left = max(rss - gain, 0.0), min(left, ratio)
    theta, covariance, spread, lifting = shift.back(phi, metric.whiten())
    scale = sqrt(max(rss, EPS**2 * size, TINY) / max(observations - len(phi), 1.0))
    return Refined(
        theta, covariance, shift, n, phi, metric, spread, lifting, d, rss, size, square, whole, gain, steps, left, scale
    )
