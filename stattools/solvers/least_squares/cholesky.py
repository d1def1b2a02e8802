"""Least squares near the cost of one Gram product: rows about rough centers, Cholesky, refinement from X.

    read 1        G = Z^T W Z, g = Z^T W r,   r = v - Z phi,   Z = X - center, v = y - offset - its center   BLAS dsyrk
    read 2, ...   phi <- phi + G^-1 g,   g = Z^T W r,   until the steps are round-off
    back          theta = phi but for the constant column: phi_first + (middle - sum_k center_k phi_k) / value

The centers come from a sample of the rows, and so does the first phi where rows are many: any values will do, since
they only say in which coordinates the sums are taken. Near the solution the step of the first read is short, and its
rounding error with it; with many rows no second read is needed. The memory taken is one block of rows. Source: Bjorck,
"Iterative refinement of linear least squares solutions" (1967).
"""

from __future__ import annotations

from functools import cached_property, partial
from math import inf, sqrt, sumprod
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.data.files.first_pass import FIRST_SUMS, FirstSums
from stattools.data.rows.rows import Rows, ShiftedBlock, ShiftedSums
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import within
from stattools.numerics.columns import BesideOnes, upper_gram
from stattools.solvers.metric import Metric
from stattools.solvers.solution import EPS, TINY, Digits, coefficient_error, sum_rounding

ddot, dgemm, dgemv, dnrm2 = get_blas_funcs(("dot", "gemm", "gemv", "nrm2"), dtype=np.float64)
(dpotrs,) = get_lapack_funcs(("potrs",), dtype=np.float64)

SAMPLE = 1024
"""Rows of the sample that the centers come from: they are then wrong by about 1 / sqrt(1024), a thirtieth, of a
standard deviation.
"""

SHARE = 256
"""The sample for the first phi has one in this many rows, so that it costs little beside a read of all."""

NEAR = 3.0
"""Columns whose means are within this many standard deviations of 0 are not moved: that costs a digit, and saves the
copy.
"""


@record
class Shift:
    """Centers (p,) of the columns and `middle`, that of y - offset. `first` is the number of a column that is `value`
    in all rows, whose center is 0; where it is None nothing is moved. `certain` says that no row has to be asked for
    it.
    """

    center: Floats
    middle: float
    first: int | None
    value: float
    certain: bool

    @classmethod
    def none(cls, p: int) -> Shift:
        """Columns as they are."""
        return cls(np.zeros(p), 0.0, None, 1.0, True)

    @classmethod
    def of(cls, rows: Rows) -> Shift:
        """Centers from a sample of the rows."""
        some = rows if rows.source is None and len(rows.X) <= SAMPLE else rows.sample(SAMPLE)
        X: Any = some.X
        first = constant_column(X)
        if first is None:
            return cls.none(X.shape[1])
        center, y = np.add.reduce(X) / len(X), some.y if some.offset is None else some.y - some.offset
        center[first] = 0.0
        if len(rows.X) > SAMPLE and (np.abs(center) <= NEAR * X.std(axis=0)).all():
            center[:] = 0.0
        return cls(center, float(np.add.reduce(y)) / len(X), first, float(X[0, first]), some is rows)

    def back(self, phi: Floats, metric: Metric) -> tuple[Floats, Floats, list[float], float]:
        """theta and its inverse information, from phi and its metric, whose inverse is C = W W^T; then the roots of the
        diagonal of C, and what rounding takes from theta on the way, relative to the root of its own variance.
        """
        first, W = self.first, metric.whiten()
        if first is None:
            covariance = metric.covariance()
            return phi, covariance, list(map(sqrt, covariance.diagonal().tolist())), 0.0
        center, value, coefficients = self.center.tolist(), self.value, phi.tolist()
        theta, V = phi.copy(), W.copy("F")
        theta[first] += (self.middle - sumprod(center, coefficients)) / value
        V[first] = dgemv(-1.0 / value, W, self.center, 1.0, W[first], 0, 1, 0, 1, 1)
        covariance = dgemm(1.0, V, V, 0.0, None, 0, 1)
        spread = list(map(sqrt, covariance.diagonal().tolist()))
        size = sumprod(map(abs, center), map(abs, coefficients)) + abs(self.middle)
        lifting = 2.0 * EPS * size / abs(value) / spread[first]
        spread[first] = dnrm2(W[first])
        return theta, covariance, spread, lifting

    @property
    def T(self) -> Floats:
        """theta = T phi, less the part of the center of y."""
        T = np.eye(len(self.center))
        if self.first is not None:
            T[self.first] -= self.center / self.value
        return T


def constant_column(X: Floats) -> int | None:
    """The first column that is the same number in all rows and not 0.

    >>> constant_column(np.array([[0.0, 1.0, 2.0], [0.0, 3.0, 2.0], [0.0, 1.0, 2.0]]))
    2
    """
    last = X[-1].tolist()
    for column, value in enumerate(X[0].tolist()):
        # argmin is the first row that differs; it is 0 where none does
        if value == last[column] != 0 and not (X[:, column] == value).argmin():
            return column
    return None


class NotConstant(Exception):
    """Raised where a column that is constant in the sample is not constant in all rows: then no coefficient absorbs a
    shift.
    """


def guess(rows: Rows, shift: Shift) -> Floats | None:
    """phi of a sample of the rows; None where rows are few, or where the sample does not determine a phi of reasonable
    size.
    """
    n, p = rows.X.shape
    if rows.source is None and n // SHARE < max(SAMPLE, 10 * p):
        return None
    some = rows.sample(n // SHARE) if rows.source is None else rows.sampled
    Z, y = some.X - shift.center, some.y if some.offset is None else some.y - some.offset
    unit = np.sqrt(np.einsum("ij,ij->j", Z, Z))
    if not (unit > 0).all():
        return None
    Z /= unit
    metric = Metric.where_definite(upper_gram(Z))
    if metric is None:
        return None
    v = y - shift.middle
    phi = metric.solve(Z.T @ v)
    return phi / unit if dnrm2(phi) <= 10.0 * dnrm2(v) else None


@np.errstate(over="ignore", invalid="ignore")  # as in `refine`; this may run on other threads
def sums(shift: Shift, phi: Floats | None, gram: bool, rows: Rows) -> ShiftedSums:
    """The sums over a batch of rows, with G where it is asked for."""
    parts = (slice(start, start + rows.block_size) for start in range(0, len(rows.X), rows.block_size))
    return ShiftedSums.over((_shifted(shift, rows, part) for part in parts), phi, gram)


def _shifted(shift: Shift, rows: Rows, part: slice) -> ShiftedBlock:
    """Z, v, weights and y of a block of rows; Z and v are multiplied by the roots of the weights. Raises NotConstant
    where the first column is not `value` in every row.
    """
    Z, y, first = rows.X[part], rows.y[part], shift.first
    if not (shift.certain or (first == 0 and isinstance(rows.X, BesideOnes)) or (Z[:, first] == shift.value).all()):
        raise NotConstant
    v = (y if rows.offset is None else y - rows.offset[part]) - shift.middle
    if first is not None and dnrm2(shift.center) > 0.0:
        Z = Z - shift.center
    if rows.importance is None:
        return Z, v, None, y
    w = rows.importance[part]
    root = np.sqrt(w)
    return Z * root[:, None], v * root, w, y


LEAST_RCOND = 1e-12
"""The least reciprocal condition of a Gram matrix for refinement to start. Below it, too few of the 16 digits are left:
at this one a step still leaves about a hundredth of the error.
"""

ENOUGH = 13.0
"""Digits of the fast rung with which "auto" does not try the exact one even where that costs milliseconds."""

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
        return (self._distance + self.lifting) / self.scale + 1.5 * EPS <= 10.0**-digits

    @cached_property
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
        error = np.minimum(size @ error, self._distance * own) + EPS * np.abs(theta)
        relative = (sums * (size @ far) ** 2 + 8.0 * (size @ spread) ** 2) * EPS / variance
        if shift.first is not None:
            error[shift.first] += self.lifting * own[shift.first]
        loss = EPS * (4.0 * (y + d @ np.abs(phi)) / r if r else inf) + sums * EPS
        return Digits.of(theta, error, self.scale * own, 0.5 * relative + loss, d / size.diagonal())


# Where sums overflow, later rungs refuse the columns with a message.
@np.errstate(over="ignore", invalid="ignore")
def refine(rows: Rows, observations: float) -> Refined | None:
    """The fast rung, for rows that count as `observations`; None where the Gram matrix is too ill-conditioned to start
    from, or the steps do not shrink.
    """
    first: FirstSums | None = None if rows.source is None else rows.later.get(FIRST_SUMS)
    if first is not None and first.are_of(rows):
        shift = Shift(first.center, first.middle, 0, 1.0, True)
        if (found := _refined(rows, shift, first.phi, observations, first.sums)) is not None:
            return found
    as_it_is = Shift.none(rows.X.shape[1])
    if rows.source is None and len(rows.X) <= SAMPLE:  # to move few rows costs as much as to solve for them
        found = _refined(rows, as_it_is, None, observations)
        if found is not None and found.certainly(ENOUGH):
            return found
    shift = Shift.of(rows)
    try:
        return _refined(rows, shift, guess(rows, shift), observations)
    except NotConstant:
        return _refined(rows, as_it_is, guess(rows, as_it_is), observations)


def _refined(
    rows: Rows, shift: Shift, start: Floats | None, observations: float, known: ShiftedSums | None = None
) -> Refined | None:
    """Refinement about a shift from phi = `start`; `known` are the sums there, where an earlier read took them."""
    n, one = len(rows.X), rows.source is None and len(rows.X) <= SAMPLE  # one block is shifted once
    shifted = (_shifted(shift, rows, slice(None)),) if one else ()

    def read(phi: Floats | None, gram: bool) -> ShiftedSums:
        return ShiftedSums.over(shifted, phi, gram) if one else rows.gather(partial(sums, shift, phi, gram))

    G, g, square, rss, size = known or read(start, True)
    diagonal = G.diagonal()
    if not within(diagonal):
        return None
    d = np.sqrt(diagonal)
    metric = Metric.where_definite(G)
    if metric is None or not metric.well_conditioned(LEAST_RCOND):
        return None
    last, steps = 1.0, 0
    phi: Floats = dpotrs(metric.factor, g)[0] if start is None else start
    if start is None:  # phi was the first step itself
        steps = 1
        _, g, _, rss, size = read(phi, False)
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
        _, g, _, rss, size = read(phi, False)
    if left > 1e-12 and ratio > 1e-13:
        return None
    rss, left = max(rss - gain, 0.0), min(left, ratio)
    theta, covariance, spread, lifting = shift.back(phi, metric)
    scale = sqrt(max(rss, EPS**2 * size, TINY) / max(observations - len(phi), 1.0))
    return Refined(
        theta, covariance, shift, n, phi, metric, spread, lifting, d, rss, size, square, whole, gain, steps, left, scale
    )
