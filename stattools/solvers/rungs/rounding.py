"""The digits that the fast rung of least squares has after rounding: measured when asked for."""

from __future__ import annotations

from math import inf, sqrt, sumprod

import numpy as np

from stattools.interface.record import record
from stattools.solvers.digits import EPS, Digits, coefficient_error, sum_rounding
from stattools.solvers.rungs.normal_equations import Refined


@record
class Rounding:
    """Errors of theta and of its standard errors, from the errors of phi in shifted columns, theta = T phi.

    `scale` is the residual standard deviation.
    """

    found: Refined
    scale: float

    @property
    def rcond(self) -> float:
        """Reciprocal condition of the information scaled to unit diagonal."""
        return self.found.metric.rcond

    def well_conditioned(self, least: float) -> bool:
        """Is `rcond` at least this?"""
        return self.found.metric.well_conditioned(least)

    def certainly(self, digits: float) -> bool:
        """Is `digits.smallest` at least this, by bounds that cost less than the digits?"""
        return (self._distance() + self.found.lifting) / self.scale + 1.5 * EPS <= 10.0**-digits

    def _distance(self) -> float:
        """A bound on the distance of phi from the maximum in its metric, and so on the error of each coefficient of
        theta beside its standard error, at scale 1. With s_j = sqrt(C_jj):

        sum_k |C_jk| d_k  <=  s_j sum_k s_k d_k,     sum_k d_k |b_k|  <=  sqrt(p) |d b|
        """
        found, spread, n = self.found, self.found.spread, self.found.n
        far = sumprod(spread, found.d.tolist()) * (1.0 + sum_rounding(n) / sqrt(n))
        error = EPS * (sqrt(found.square) + sqrt(len(spread)) * found.length + sqrt(found.rss) * far)
        return error + found.left * found.length

    @property
    def digits(self) -> Digits:
        """Correct digits of the coefficients and standard errors."""
        found, shift, theta = self.found, self.found.shift, self.found.theta
        phi, d, T, C = found.phi, found.d, shift.T, found.metric.covariance()
        y, r, n = sqrt(found.square), sqrt(found.rss), found.n
        sums = sum_rounding(n)
        spread, far = np.sqrt(C.diagonal()), np.abs(C) @ d
        error = coefficient_error(spread, far, d, phi, y, r, EPS) + (sums * EPS * r / sqrt(n)) * far
        error = error + (found.left * found.length) * spread
        size, variance = np.abs(T), found.covariance.diagonal()
        own = np.sqrt(variance)
        error = np.minimum(size @ error, self._distance() * own) + EPS * np.abs(theta)
        relative = (sums * (size @ far) ** 2 + 8.0 * (size @ spread) ** 2) * EPS / variance
        if shift.first is not None:
            error[shift.first] += found.lifting * own[shift.first]
        loss = EPS * (4.0 * (y + d @ np.abs(phi)) / r if r else inf) + sums * EPS
        return Digits.of(theta, error, self.scale * own, 0.5 * relative + loss, d / size.diagonal())
