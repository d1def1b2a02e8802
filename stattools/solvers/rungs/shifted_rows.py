"""Rows about rough centers, the coordinates in which least squares sums, and the way back from them.

    Z = X - center,  v = y - middle;    theta = phi but for the constant column, whose coefficient is

    theta_first = phi_first + (middle - sum_k center_k phi_k) / value

Any center will do, since it only says in which coordinates sums are taken; it comes from a sample of the rows and costs
no read of all of them. The coefficient of a constant column absorbs the shift. Rows are taken in blocks, and the memory
taken is one block; of at most `MOST_ROWS` rows all are taken at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from math import sqrt, sumprod
from typing import Any

import numpy as np
from scipy.linalg.blas import dgemm, dgemv, dnrm2  # type: ignore[attr-defined]

from stattools.data.files.first_sums import FIRST_SUMS, FirstSums
from stattools.data.rows.rows import Rows
from stattools.data.rows.shifted_sums import ShiftedBlock, ShiftedSums, rows_of_a_block
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.beside_ones import BesideOnes
from stattools.numerics.products import gram, symmetric, times, transposed
from stattools.solvers.digits import EPS
from stattools.solvers.metric import Metric

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
MOST_ROWS = 1024
"""The most rows that are taken as one block."""


@record
class Shift:
    """Centers (p,) of the columns and `middle`, that of y - offset. `first` is the number of a column that is `value`
    in all rows, whose center is 0; where it is None nothing is moved.
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
        """theta and its inverse information, from phi and W, where W W^T = C is the inverse information of phi; then
        the roots of the diagonal of C, and what rounding takes from theta on the way, relative to the root of its own
        variance.
        """
        first = self.first
        if first is None:
            covariance = dgemm(1.0, W, W, 0.0, None, 0, 1)
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


@record
class Shifted:
    """Rows about rough centers."""

    rows: Any
    shift: Shift
    known: ShiftedSums | None = None
    """The sums of the first pass over files about this shift and `near`, where it took them."""
    near: Floats | None = None

    @classmethod
    def summed_already(cls, rows: Rows) -> Shifted | None:
        """Rows in files whose first pass took the sums, in the coordinates of that; None for all others."""
        first: FirstSums | None = rows.later.get(FIRST_SUMS)
        if first is None or not (first.are_finite and first.are_of(rows)):
            return None
        at = first.about
        return cls(rows, Shift(at.center, at.middle, 0, 1.0), first.sums, at.phi)

    @classmethod
    def of(cls, rows: Rows) -> Shifted:
        """Rows about centers that come from 16 runs of rows over the whole of X or, where rows are in files, from the
        sample of them.
        """
        some: Any = rows.runs(SAMPLE)
        X = some.X
        first = constant_column(X)
        if first is None:
            return cls.unmoved(rows)
        center = X.mean(axis=0)
        center[first] = 0.0
        if len(rows.X) > SAMPLE and (np.abs(center) <= NEAR * X.std(axis=0)).all():
            center[:] = 0.0
        return cls(rows, Shift(center, float(_response(some).mean()), first, float(X[0, first])))

    @classmethod
    def unmoved(cls, rows: Rows) -> Shifted:
        """Rows as they are."""
        return cls(rows, Shift.none(rows.X.shape[1]))

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.rows.X)

    def sums(self, phi: Floats | None) -> ShiftedSums:
        """G, g and the sums of squares over all rows; those of r and of y only where there is a phi. One read."""
        found = self._whole(_sums, phi) if self.known is None or phi is not self.near else self.known
        return found._replace(G=symmetric(found.G))

    def residual_sums(self, phi: Floats) -> tuple[Floats, float, float]:
        """g and the sums of squares of r and y over all rows; one read."""
        found = self._whole(_residual_sums, phi)
        return found.g, found.rss, found.size

    def blocks(self, root: bool) -> Iterator[ShiftedBlock]:
        """Z, v, weights and y of one block after the other; with `root`, Z and v are multiplied by the roots of the
        weights. Buffers are used again for the next block. Raises NotConstant where the first column is not `value` in
        every row.
        """
        rows, shift, (n, p) = self.rows, self.shift, self.rows.X.shape
        weight = rows.importance
        size = rows_of_a_block(n, p)
        moved = bool(shift.center.any())
        known = shift.first is None or (shift.first == 0 and isinstance(rows.X, BesideOnes))
        by_columns = rows.X.flags.f_contiguous and not rows.X.flags.c_contiguous
        buffer = np.empty((p, size)).T if by_columns else np.empty((size, p))
        for start in range(0, n, size):
            part = slice(start, start + size)
            Z, y = rows.X[part], rows.y[part]
            v = (y if rows.offset is None else y - rows.offset[part]) - shift.middle
            if moved:
                Z = np.subtract(Z, shift.center, out=buffer[: len(Z)])
            w = None if weight is None else weight[part]
            if root and w is not None:
                half = np.sqrt(w)
                Z = np.multiply(Z, half[:, None], out=buffer[: len(Z)])
                v *= half
            yield Z, v, w, y
            # asked after its use, when the block is in the cache
            if root and not (known or (rows.X[part, shift.first] == shift.value).all()):
                raise NotConstant

    def guess(self) -> Floats | None:
        """phi of a sample of the rows; None where rows are few, or where the sample does not determine a phi of
        reasonable size.
        """
        if self.near is not None:
            return self.near
        n, p = self.rows.X.shape
        some = self.rows.runs(n // SHARE, max(SAMPLE, 10 * p))
        if some is None:
            return None
        Z, v = some.X - self.shift.center, _response(some) - self.shift.middle
        unit = np.sqrt(np.einsum("ij,ij->j", Z, Z))
        if not (unit > 0).all():
            return None
        Z /= unit
        metric = Metric.where_definite(gram([Z], p))
        if metric is None:
            return None
        phi = metric.solve(transposed(Z, v))
        return phi / unit if dnrm2(phi) <= 10.0 * dnrm2(v) else None

    def _whole(self, sums: Callable[[Shifted, Any], ShiftedSums], phi: Floats | None) -> ShiftedSums:
        """The sums over all rows, wherever they are."""
        return self.rows.gather(partial(_there, replace(self, rows=None, known=None), sums, phi))


@np.errstate(over="ignore", invalid="ignore")  # as in `refine`; this may run on other threads
def _there(
    shifted: Shifted, sums: Callable[[Shifted, Any], ShiftedSums], phi: Floats | None, rows: Rows
) -> ShiftedSums:
    """The sums over a batch."""
    return sums(replace(shifted, rows=rows), phi)


def _sums(shifted: Shifted, phi: Floats | None) -> ShiftedSums:
    return ShiftedSums.over(shifted.blocks(root=True), phi)


def _residual_sums(shifted: Shifted, phi: Floats) -> ShiftedSums:
    g, rss, size = None, 0.0, 0.0
    for Z, v, w, y in shifted.blocks(root=False):
        r = v - times(Z, phi)
        heavy = r if w is None else w * r
        g = transposed(Z, heavy) if g is None else g + transposed(Z, heavy)
        rss += float(heavy.dot(r))
        size += float(y.dot(y) if w is None else y.dot(w * y))
    assert g is not None
    return ShiftedSums(np.zeros(0), g, 0.0, rss, size)


def _response(rows: Rows) -> Floats:
    return rows.y if rows.offset is None else rows.y - rows.offset


@record
class RowsAtOnce:
    """Z (n, p) and v (n,), both multiplied by the roots of the weights; `size` is y^T W y."""

    shift: Shift
    Z: Floats
    v: Floats
    size: float

    @classmethod
    @np.errstate(over="ignore")  # sums that overflow are refused later, by the function that asks for them
    def of(cls, rows: Rows) -> RowsAtOnce:
        """All rows about their means."""
        X, v, weight = np.asarray(rows.X), _response(rows), rows.importance
        first = constant_column(X)
        if first is None:
            shift = Shift.none(X.shape[1])
        else:
            center = X.mean(axis=0)
            center[first] = 0.0
            shift = Shift(center, float(v.mean()), first, float(X[0, first]))
            X, v = X - center, v - shift.middle
        if weight is not None:
            root = np.sqrt(weight)
            X, v = X * root[:, None], v * root
        return cls(shift, X, v, rows.outcome_square)

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.v)

    def sums(self, _phi: Floats | None) -> tuple[Floats, Floats, float, float, float]:
        """G = Z^T Z, g = Z^T v and v^T v. Sums of residuals are left out: for few rows a first phi is not worth its
        cost.
        """
        return self.Z.T @ self.Z, self.v @ self.Z, float(self.v @ self.v), 0.0, 0.0

    def residual_sums(self, phi: Floats) -> tuple[Floats, float, float]:
        """Z^T r and r^T r of the residuals r, and y^T W y."""
        r = self.v - self.Z @ phi
        return r @ self.Z, float(r @ r), self.size
