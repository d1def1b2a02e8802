"""A shift of the columns of X, and of y, to rough centers, and the way back from there.

    Z = X - center,  v = y - middle;    theta = phi but for the constant column, whose coefficient is

    theta_first = phi_first + (middle - sum_k center_k phi_k) / value

Any center will do: it only says in which coordinates sums are taken. A column that is constant takes up the shift.
"""

from __future__ import annotations

from math import fsum
from operator import mul

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dgemm, dgemv  # type: ignore[attr-defined]

from stattools.record import record
from stattools.solvers.metric import Metric

Floats = NDArray[np.float64]


@record
class Shift:
    """Centers (p,) of the columns and the `middle` of y - offset; `first` is a column that is `value` in all rows, 0 in
    `center`, or None: then nothing is moved.
    """

    center: Floats
    middle: float
    first: int | None
    value: float

    @classmethod
    def none(cls, p: int) -> Shift:
        """Columns as they are."""
        return cls(np.zeros(p), 0.0, None, 1.0)

    def lifted(self, phi: Floats) -> Floats:
        """theta in the columns as they are."""
        first = self.first
        if first is None:
            return phi
        theta = phi.copy()
        theta[first] -= fsum((-self.middle, *map(mul, self.center.tolist(), phi.tolist()))) / self.value
        return theta

    def covariance(self, metric: Metric) -> Floats:
        """Inverse information of theta, from the metric of phi."""
        first = self.first
        if first is None:
            return metric.covariance()
        W = metric.whiten().copy("F")
        W[first] = dgemv(-1.0 / self.value, W, self.center, 1.0, W[first], 0, 1, 0, 1, 1)
        return dgemm(1.0, W, W, 0.0, None, 0, 1)

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
    for column, (value, last) in enumerate(zip(X[0].tolist(), X[-1].tolist(), strict=True)):
        # the first row that differs, of which there is none where it is row 0
        if value == last != 0 and not (X[:, column] == value).argmin():
            return column
    return None
