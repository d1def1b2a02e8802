"""What rounding leaves of the digits of the fast rung of least squares: measured when it is asked for."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from stattools.record import record
from stattools.solvers.digits import EPS, Digits, coefficient_error, nrm2, sum_rounding
from stattools.solvers.normal_equations import Refined
from stattools.solvers.shifted_rows import Shifted

Floats = NDArray[np.float64]


@record
class Rounding:
    """Errors of theta and of its standard errors, from the errors of phi in shifted columns, theta = T phi.

    `covariance` is that of theta at scale 1, `scale` the residual standard deviation.
    """

    shifted: Shifted
    found: Refined
    theta: Floats
    covariance: Floats
    scale: float

    @property
    def rcond(self) -> float:
        """Reciprocal condition of the information scaled to unit diagonal."""
        return self.found.metric.rcond

    def well_conditioned(self, least: float) -> bool:
        """Is `rcond` at least this?"""
        return self.found.metric.well_conditioned(least)

    def certainly(self, digits: float) -> bool:
        """Is `digits.smallest` at least this, by bounds that cost less than the digits? With s_j = sqrt(C_jj):

        sum_k |C_jk| d_k  <=  s_j sum_k s_k d_k,     sum_k d_k |b_k|  <=  sqrt(p) |d b|
        """
        return self._bound() + 1.5 * EPS <= 10.0**-digits

    def _bound(self) -> float:
        """A bound on the errors of theta in standard errors, beside their rounding."""
        shifted, found, first = self.shifted, self.found, self.shifted.first
        n, p = shifted.rows.X.shape
        spread = np.sqrt(self.covariance.diagonal())
        own = 1.0 if first is None else float(spread[first])
        if first is not None:
            spread[first] = nrm2(found.metric.whiten()[first])
        far = float(spread.dot(found.d)) * (1.0 + sum_rounding(n) / sqrt(n))
        error = EPS * (sqrt(found.square) + sqrt(p) * found.length + sqrt(found.rss) * far) + found.left * found.length
        if first is None:
            return error / self.scale
        center = np.abs(shifted.center)
        passed_on = error * (float(center.dot(spread)) / abs(shifted.value) + float(spread[first]))
        lifting = 2.0 * EPS * (float(center.dot(np.abs(found.phi))) + abs(shifted.middle)) / abs(shifted.value)
        return max(error, (passed_on + lifting) / own) / self.scale

    @property
    def digits(self) -> Digits:
        """Correct digits of the coefficients and standard errors."""
        shifted, found, theta = self.shifted, self.found, self.theta
        phi, d, T, C = found.phi, found.d, shifted.T, found.metric.covariance()
        y, r, n = sqrt(found.square), sqrt(found.rss), len(shifted.rows.X)
        sums = sum_rounding(n)
        spread, far = np.sqrt(C.diagonal()), np.abs(C) @ d
        error = coefficient_error(spread, far, d, phi, y, r, EPS) + (sums * EPS * r / sqrt(n)) * far
        error = error + (found.left * found.length) * spread
        size, variance = np.abs(T), self.covariance.diagonal()
        error = size @ error + EPS * np.abs(theta)
        relative = (sums * (size @ far) ** 2 + 8.0 * (size @ spread) ** 2) * EPS / variance
        if shifted.first is not None:
            moved = np.abs(shifted.center) @ np.abs(phi) + abs(shifted.middle)
            error[shifted.first] += 2.0 * EPS * moved / abs(shifted.value)
        loss = EPS * (4.0 * (y + d @ np.abs(phi)) / r if r else inf) + sums * EPS
        return Digits.of(theta, error, self.scale * np.sqrt(variance), 0.5 * relative + loss, d / size.diagonal())
