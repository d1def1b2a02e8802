"""A shift of the columns of X, and of y, to rough centers, and the way back from there.

    Z = X - center,  v = y - middle;    theta = phi but for the constant column, whose coefficient is

    theta_first = phi_first + (middle - sum_k center_k phi_k) / value

Any center will do: it only says in which coordinates sums are taken. The coefficient of a constant column absorbs the
shift.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt, sumprod

import numpy as np
from scipy.linalg.blas import dgemm, dgemv, dnrm2  # type: ignore[attr-defined]

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.solvers.digits import EPS


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
    @lru_cache(maxsize=64)
    def none(cls, p: int) -> Shift:
        """Columns as they are."""
        return cls(np.zeros(p), 0.0, None, 1.0)

    def back(self, phi: Floats, W: Floats) -> tuple[Floats, Floats, list[float], float]:
        """theta and its inverse information, from phi and W with W W^T = C, the inverse information of phi; then the
        roots of the diagonal of C, and what rounding takes from theta on the way, beside the root of its own variance.
        """
        first = self.first
        if first is None:
            covariance = dgemm(1.0, W, W, 0.0, None, 0, 1)
            return phi, covariance, [sqrt(variance) for variance in covariance.diagonal().tolist()], 0.0
        center, value, coefficients = self.center.tolist(), self.value, phi.tolist()
        theta, V = phi.copy(), W.copy("F")
        theta[first] += (self.middle - sumprod(center, coefficients)) / value
        V[first] = dgemv(-1.0 / value, W, self.center, 1.0, W[first], 0, 1, 0, 1, 1)
        covariance = dgemm(1.0, V, V, 0.0, None, 0, 1)
        spread = [sqrt(variance) for variance in covariance.diagonal().tolist()]
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
        # the first row that differs, of which there is none where it is row 0
        if value == last[column] != 0 and not (X[:, column] == value).argmin():
            return column
    return None
