"""The sums of least squares over few rows: all rows at once, about their means, in as few calls as that takes.

Below a thousand rows a call costs more than its arithmetic. BLAS is called by SciPy's names, which is quicker than
NumPy's products of the same numbers; blocks, buffers and samples are for `shifted_rows.py`, which says why the rows are
shifted.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.linalg.blas import daxpy, ddot, dgemm, dgemv, dger  # type: ignore[attr-defined]

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.products import NARROW, ones, symmetric, upper_gram
from stattools.solvers.rungs.shift import Shift, constant_column

MOST_ROWS = 1024
"""Rows that are taken as one block."""


@record
class RowsAtOnce:
    """Z (n, p), in Fortran order unless unmoved, and v (n,), both times the roots of the weights; `size` is y^T W y."""

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
        X = np.asarray(rows.X)
        return cls._weighted(Shift.none(X.shape[1]), X, rows.y if rows.offset is None else rows.y - rows.offset, rows)

    @classmethod
    def _weighted(cls, shift: Shift, Z: Floats, v: Floats, rows: Rows) -> RowsAtOnce:
        y, weight = rows.y, rows.importance
        if weight is None:
            return cls(shift, Z, v, ddot(y, y))
        root = np.sqrt(weight)
        with np.errstate(over="ignore"):  # refused by who asks for its sums
            return cls(shift, Z * root[:, None], v * root, ddot(y, weight * y))

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.v)

    def sums(self, _phi: Floats | None) -> tuple[Floats, Floats, float, float, float]:
        """G = Z^T Z, g = Z^T v and v^T v; sums of the residuals of few rows are not worth a first phi."""
        Z, v = self.Z, self.v
        G = dgemm(1.0, Z, Z, 0.0, None, 1) if Z.shape[1] <= NARROW else symmetric(upper_gram(Z))
        return G, v.dot(Z), ddot(v, v), 0.0, 0.0

    def residual_sums(self, phi: Floats) -> tuple[Floats, float, float]:
        """Z^T r and r^T r of the residuals r, and y^T W y."""
        r = dgemv(-1.0, self.Z, phi, 1.0, self.v)
        return r.dot(self.Z), ddot(r, r), self.size


@lru_cache(maxsize=64)
def _shares(n: int) -> Floats:
    """1 / n, n times: what a mean is the product with."""
    return np.full(n, 1.0 / n)
