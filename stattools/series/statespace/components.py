"""Which unobserved components a series is made of, and what follows: names, initial states, lag polynomials, matrices.

    y_t = level_t + seasonal_t + irregular_t
    level_{t+1} = level_t + trend_t + e_t,   trend_{t+1} = trend_t + z_t,   sum_{j<s} seasonal_{t+1-j} = w_t

With B the lag operator, the shortest difference that removes every flat initial state is D(B) = (1 - B)^k S(B), with
k = 1 without and 2 with a trend and S(B) = 1 + B + ... + B^(s-1). Source: Harvey, Forecasting, Structural Time Series
Models and the Kalman Filter (1989), ch. 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from stattools.interface.arrays import Floats

Trend = Literal["none", "fixed", "smooth", "stochastic"]

VARIANCES = ("sigma2.irregular", "sigma2.level", "sigma2.trend", "sigma2.seasonal")
"""All variances, in the order of `full`."""


@dataclass(frozen=True)
class Components:
    """The trend ("none": a level only; "fixed": a constant slope; "smooth": no disturbance of the level) and the period
    of the seasonal, 0 without one.

    >>> Components("stochastic").names
    ('sigma2.irregular', 'sigma2.level', 'sigma2.trend')
    """

    trend: Trend = "none"
    period: int = 0

    @property
    def free(self) -> tuple[int, ...]:
        """Which of the four variances are parameters."""
        level = () if self.trend == "smooth" else (1,)
        trend = (2,) if self.trend in ("smooth", "stochastic") else ()
        return (0, *level, *trend, *((3,) if self.period else ()))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, statsmodels' own."""
        return tuple(VARIANCES[k] for k in self.free)

    @property
    def order(self) -> int:
        """How often the level is differenced, 1 or 2."""
        return 1 if self.trend == "none" else 2

    @property
    def diffuse(self) -> int:
        """How many initial states are flat."""
        return self.order + max(self.period - 1, 0)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states that are shown."""
        return ("level", *(("trend",) if self.order == 2 else ()), *(("seasonal",) if self.period else ()))

    def full(self, variances: Floats) -> Floats:
        """All four variances, those that are not parameters 0."""
        every = np.zeros(4)
        every[list(self.free)] = variances
        return every

    @cached_property
    def polynomials(self) -> dict[int, np.ndarray]:
        """What D(B) y is of each disturbance: the coefficients of a moving average, by the number of the variance."""
        rough, smooth = np.array([1.0, -1.0]), np.ones(max(self.period, 1))
        powers = [np.ones(1), rough, np.convolve(rough, rough)]
        k = self.order
        found = {0: np.convolve(powers[k], smooth), 1: np.convolve(powers[k - 1], smooth)}
        if k == 2:
            found[2] = smooth
        if self.period:
            found[3] = powers[k]
        return found

    @cached_property
    def transition(self) -> Floats:
        """T: the state (level, trend, seasonal_t, ..., seasonal_{t-s+2}) one step later, without disturbances."""
        k, s = self.order, max(self.period - 1, 0)
        T = np.zeros((k + s, k + s))
        T[:k, :k] = np.triu(np.ones((k, k)))
        if s:
            T[k, k:] = -1.0
            T[k + 1 :, k:-1] = np.eye(s - 1)
        return T

    @cached_property
    def loading(self) -> Floats:
        """Z: y_t = Z' state + irregular."""
        Z = np.zeros(self.diffuse)
        Z[0] = 1.0
        if self.period:
            Z[self.order] = 1.0
        return Z

    def disturbance(self, full: Floats) -> Floats:
        """Q: the diagonal covariance of what is added to the state."""
        Q = np.zeros((self.diffuse, self.diffuse))
        Q[0, 0] = full[1]
        if self.order == 2:
            Q[1, 1] = full[2]
        if self.period:
            Q[self.order, self.order] = full[3]
        return Q

    @cached_property
    def log_jacobian(self) -> float:
        """log |det| of the map from the first state to the first observations, as many as it has entries."""
        T, row, rows = self.transition, self.loading, []
        for _ in range(self.diffuse):
            rows.append(row)
            row = row @ T
        return float(np.linalg.slogdet(np.array(rows))[1])
