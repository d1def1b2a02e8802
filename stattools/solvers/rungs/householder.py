"""Least squares of few numbers at once: Householder's QR by one call, which needs no refinement.

    Z = Q R,   R phi = Q^T v,   (Z^T Z)^-1 = W W^T,   W = R^-1

With some hundred rows a call costs more than its arithmetic, and this takes fewer calls than the normal equations. All
rows are taken at once, about their means. BLAS is called by SciPy's names, which is quicker than NumPy's products of
the same numbers. Blocks, buffers and samples are for `shifted_rows.py`, which says why rows are shifted. phi solves
exactly a problem whose columns differ from the given ones by rounding errors c |x_k|, so that

    |R (phi - the maximum)|  <=  c [ |v| + sum_k d_k |phi_k| + r sum_k d_k sqrt(C_kk) ]

and the right side bounds the error of every a^T phi in units of sqrt(a^T C a). Source: Golub & Van Loan, Matrix
Computations (2013), 5.3; Bjorck, Numerical Methods for Least Squares Problems (1996), 1.4.
"""

from __future__ import annotations

from functools import lru_cache, partial
from math import sqrt, sumprod
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg.blas import daxpy, ddot, dgemm, dgemv, dger, dnrm2, dtrsm  # type: ignore[attr-defined]
from scipy.linalg.lapack import dgels, dtrtri  # type: ignore[attr-defined]

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST
from stattools.numerics.products import NARROW, ones, symmetric, upper_gram
from stattools.solvers.digits import EPS, Digits
from stattools.solvers.metric import Metric
from stattools.solvers.rungs.shifted_rows import Shift, constant_column
from stattools.text.one_line import prints

FEW = 9_000
"""The most multiplications of a Gram product, n p^2, for which QR costs less than the calls that it saves."""

LOST = 1.0 / 16.0
"""QR loses EPS (2 + LOST sqrt(n)) of the length of a column of n numbers, since rounding errors of sums are a random
walk. Measured: of thousands of random designs none lost more than 0.9 of this.
"""

MOST_ROWS = 1024
"""The most rows that are taken as one block."""


@prints
class RowsAtOnce(NamedTuple):
    """Z (n, p), in Fortran order unless unmoved, and v (n,), both multiplied by the roots of the weights; `size` is y^T
    W y.
    """

    shift: Shift
    Z: Floats
    v: Floats
    size: float

    @classmethod
    def of(cls, rows: Rows) -> RowsAtOnce:
        """All rows about their means."""
        X, y = np.asarray(rows.X), rows.y
        n, p = X.shape
        first = constant_column(X)
        v = y.copy() if rows.offset is None else y - rows.offset
        if first is None:
            return cls._weighted(Shift.none(p), np.asfortranarray(X), v, rows)
        each, shares = ones(n), _shares(n)
        center = dgemv(1.0, X.T, shares)
        center[first], middle = 0.0, ddot(shares, v)
        Z, v = dger(-1.0, each, center, 1, 1, X), daxpy(each, v, n, -middle)
        return cls._weighted(Shift(center, middle, first, X.item(0, first)), Z, v, rows)

    @classmethod
    def unmoved(cls, rows: Rows) -> RowsAtOnce:
        """All rows as they are."""
        X, y = np.asarray(rows.X), rows.y
        return cls._weighted(Shift.none(X.shape[1]), X, y if rows.offset is None else y - rows.offset, rows)

    @classmethod
    def _weighted(cls, shift: Shift, Z: Floats, v: Floats, rows: Rows) -> RowsAtOnce:
        y, weight = rows.y, rows.importance
        if weight is None:
            return at_once((shift, Z, v, ddot(y, y)))
        root = np.sqrt(weight)
        with np.errstate(over="ignore"):  # sums that overflow are refused later, by the function that asks for them
            return cls(shift, Z * root[:, None], v * root, ddot(y, weight * y))

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.v)

    def sums(self, _phi: Floats | None) -> tuple[Floats, Floats, float, float, float]:
        """G = Z^T Z, g = Z^T v and v^T v. Sums of residuals are left out: for few rows a first phi is not worth its
        cost.
        """
        Z, v = self.Z, self.v
        G = dgemm(1.0, Z, Z, 0.0, None, 1) if Z.shape[1] <= NARROW else symmetric(upper_gram(Z))
        return G, v.dot(Z), ddot(v, v), 0.0, 0.0

    def residual_sums(self, phi: Floats) -> tuple[Floats, float, float]:
        """Z^T r and r^T r of the residuals r, and y^T W y."""
        r = dgemv(-1.0, self.Z, phi, 1.0, self.v)
        return r.dot(self.Z), ddot(r, r), self.size


at_once = partial(tuple.__new__, RowsAtOnce)
"""Makes a RowsAtOnce of its four fields without the Python call of its own constructor."""


@lru_cache(maxsize=64)
def _shares(n: int) -> Floats:
    """The number 1 / n, n times: the product with it is a mean."""
    return np.full(n, 1.0 / n)


def are_few(rows: Any) -> bool:
    """Are there more rows than columns, all in memory as float64, and few enough numbers for QR to be quick?"""
    n, p = rows.X.shape
    few = p < n <= MOST_ROWS and n * p * p < FEW
    return few and isinstance(rows.X, np.ndarray) and rows.low is None  # levels that are codes have a way of their own


@prints
class Orthogonal(NamedTuple):
    """theta with its inverse information and, in the columns of `shift`, phi, W, their `lengths` d and r = |v - Z phi|.
    `whole` = |v| + sum_k d_k |phi_k| and `far` = sum_k d_k sqrt(C_kk), where C = W W^T.
    `scale` is the residual standard deviation, and `unit` the share of a length that rounding loses.

    `decrement` bounds the distance to the maximum in standard errors, and so the error of each coefficient relative to
    its own standard error; `lifting` is what rounding adds to that on the way back from the shifted columns.
    """

    theta: Floats
    covariance: Floats
    shift: Shift
    phi: Floats
    W: Floats
    lengths: list[float]
    r: float
    whole: float
    far: float
    scale: float
    unit: float
    decrement: float
    lifting: float

    @classmethod
    def of(cls, rows: RowsAtOnce, observations: float) -> Orthogonal | None:
        """The solution for rows that count as `observations`; None for dependent columns, and where no residual is
        left.
        """
        Z, v, shift = rows.Z, rows.v, rows.shift
        n, p = Z.shape
        factor, solved, failed = dgels(Z, v)
        if failed:
            return None
        # R is on and above the diagonal of `factor`; what is below it is read by neither of the next two
        # (`dtrtrs` would wake a second thread even for three columns, and wait for it where the cores are busy)
        phi, W, r, flat = solved[:p], dtrsm(1.0, factor[:p], _identity(p)), dnrm2(solved, n - p, p), factor.ravel("F")
        d = [dnrm2(flat, k + 1, k * n) for k in range(p)]
        # `dgels` rescales columns beyond these sizes, and R would be in other units
        if not (min(d) > SMALLEST and max(d) < LARGEST and r > 0):
            return None
        theta, covariance, spread, lifting = shift.back(phi, W)
        whole, far = dnrm2(v) + sumprod(d, map(abs, phi.tolist())), sumprod(d, spread)
        scale, unit = r / sqrt(max(observations - p, 1.0)), EPS * (2.0 + sqrt(n) * LOST)
        decrement = unit * (whole + r * far) / scale
        return made((theta, covariance, shift, phi, W, d, r, whole, far, scale, unit, decrement, lifting / scale))

    @property
    def rcond(self) -> float:
        """Reciprocal condition of the information scaled to unit diagonal."""
        R = dtrtri(self.W)[0]
        return Metric(R.T.dot(R)).rcond

    def well_conditioned(self, least: float) -> bool:
        """Is `rcond` at least this? As in `Metric`: `far`^2 is no less than the sum of the inflated variances."""
        return len(self.phi) ** 1.5 * self.far**2 * least <= 1.0 or self.rcond >= least

    def certainly(self, digits: float) -> bool:
        """Is `digits.smallest` at least this, by bounds that cost less than the digits?"""
        most = 10.0**-digits - 1.5 * EPS - self.lifting
        return self.decrement <= most or (
            self.decrement < 1.0 and self._error(1.0) <= most and self._error(self._farthest()) <= most
        )

    def _error(self, far: float) -> float:
        return self.unit * (self.whole + self.r * far) / self.scale

    def _farthest(self) -> float:
        """The largest sum_k |(T C)_jk| d_k relative to the root of the variance of theta_j; at least 1."""
        far = np.abs(self.shift.T @ self.W.dot(self.W.T)).dot(self.lengths)
        return float((far / np.sqrt(self.covariance.diagonal())).max())

    @property
    def digits(self) -> Digits:
        """Correct digits of the coefficients and standard errors."""
        theta, d, T, C = self.theta, np.array(self.lengths), np.abs(self.shift.T), self.W.dot(self.W.T)
        spread, far, variance = np.sqrt(C.diagonal()), np.abs(C) @ d, self.covariance.diagonal()
        own, carried = np.sqrt(variance), np.abs(self.shift.T @ C) @ d
        error = self.unit * (self.whole * own + self.r * carried) + EPS * np.abs(theta)
        if self.shift.first is not None:
            error[self.shift.first] += self.lifting * self.scale * own[self.shift.first]
        relative = 8.0 * EPS * (T @ far) * (T @ spread) / variance
        loss = self.unit * self.whole / self.r
        return Digits.of(theta, error, self.scale * own, 0.5 * relative + loss, d / T.diagonal())


made = partial(tuple.__new__, Orthogonal)
"""Makes an Orthogonal of its thirteen fields without the Python call of its own constructor."""


@lru_cache(maxsize=64)
def _identity(p: int) -> Floats:
    """The identity (p, p) in Fortran order, which BLAS reads without a copy; not to be written to."""
    return np.eye(p, order="F")
