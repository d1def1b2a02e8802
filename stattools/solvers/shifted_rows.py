"""Rows about rough centers, the coordinates in which least squares takes its sums.

Centers come from a sample of rows: any will do, as they only say in which coordinates the sums are taken, and so cost
no read. A column that is constant takes up the shift. Memory is one block.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from stattools.data.beside_ones import BesideOnes
from stattools.data.products import gram, transposed
from stattools.data.rows import Rows
from stattools.data.scanned_rows import ScannedRows
from stattools.record import record
from stattools.solvers.metric import Metric

Floats = NDArray[np.float64]

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

SAMPLE = 1024
BLOCK_BYTES = 1_000_000
SHARE = 256
"""One in so many rows is in the sample for the first phi."""
NEAR = 3.0
"""Columns whose means are within 3 standard deviations of 0 stay where they are: that costs a digit, and no copy."""


class NotConstant(Exception):
    """A column that was constant in the sample is not so in all rows: nothing takes up a shift."""


@record
class Shifted:
    """Rows about rough centers; `first` is a column that is `value` in all rows and takes up the shift, or None."""

    rows: Any
    center: Floats
    middle: float
    first: int | None
    value: float

    @classmethod
    def of(cls, rows: Rows | ScannedRows) -> Shifted:
        """Centers from 16 runs of rows over the whole of X, or from the sample of rows elsewhere."""
        X, y = _runs(rows, SAMPLE)
        first = _constant(X)
        if first is None:
            return cls.unmoved(rows)
        share = _shares(len(X))
        center = share.dot(X)
        center[first] = 0.0
        if len(rows.X) > SAMPLE and (np.abs(center) <= NEAR * X.std(axis=0)).all():
            center[:] = 0.0
        return cls(rows, center, float(share.dot(y)), first, float(X[0, first]))

    @classmethod
    def unmoved(cls, rows: Rows | ScannedRows) -> Shifted:
        """Rows as they are."""
        return cls(rows, np.zeros(rows.X.shape[1]), 0.0, None, 1.0)

    def blocks(self, root: bool) -> Iterator[tuple[Floats, Floats, Floats | None, Floats]]:
        """Z, v, weights and y of blocks; with `root`, Z and v are times the roots of the weights.

        Buffers are used again. Raises NotConstant where the first column is not `value` in every row.
        """
        rows, (n, p) = self.rows, self.rows.X.shape
        weight = rows.importance
        if weight is None and n <= SAMPLE:  # whose first column was looked at in all rows
            yield self.whole
            return
        size = min(max(n, 1), max(256, min(1 << 14, BLOCK_BYTES // (8 * max(p, 1)))))
        moved = bool(self.center.any())
        known = self.first is None or (self.first == 0 and isinstance(rows.X, BesideOnes))
        by_columns = rows.X.flags.f_contiguous and not rows.X.flags.c_contiguous
        buffer = np.empty((p, size)).T if by_columns else np.empty((size, p))
        for start in range(0, n, size):
            part = slice(start, start + size)
            Z, y = rows.X[part], rows.y[part]
            v = (y if rows.offset is None else y - rows.offset[part]) - self.middle
            if moved:
                Z = np.subtract(Z, self.center, out=buffer[: len(Z)])
            w = None if weight is None else weight[part]
            if root and w is not None:
                half = np.sqrt(w)
                Z = np.multiply(Z, half[:, None], out=buffer[: len(Z)])
                v *= half
            yield Z, v, w, y
            # afterwards, when the block is in the cache
            if root and not (known or (rows.X[part, self.first] == self.value).all()):
                raise NotConstant

    @cached_property
    def whole(self) -> tuple[Floats, Floats, None, Floats]:
        """Few rows without weights as one block, made once."""
        rows = self.rows
        X = rows.X if self.first is None else rows.X - self.center
        v = rows.y if rows.offset is None else rows.y - rows.offset
        return X, v - self.middle, None, rows.y

    def guess(self) -> Floats | None:
        """phi of a sample of the rows, where they are many and it determines one of reasonable size."""
        n, p = self.rows.X.shape
        size = n // SHARE
        if size < max(SAMPLE, 10 * p) and not isinstance(self.rows, ScannedRows):
            return None
        X, y = _runs(self.rows, size)
        Z, v = X - self.center, y - self.middle
        unit = np.sqrt(np.einsum("ij,ij->j", Z, Z))
        if not (unit > 0).all():
            return None
        Z /= unit
        metric = Metric.where_definite(gram([Z], p))
        if metric is None:
            return None
        phi = metric.solve(transposed(Z, v))
        return phi / unit if nrm2(phi) <= 10.0 * nrm2(v) else None

    def lifted(self, phi: Floats) -> Floats:
        """theta in the columns as they are."""
        theta = phi.copy()
        if self.first is not None:
            theta[self.first] -= math.fsum([-self.middle, *(self.center * phi).tolist()]) / self.value
        return theta

    def covariance(self, metric: Metric) -> Floats:
        """Inverse information of theta, from the metric of phi."""
        if self.first is None:
            return metric.covariance()
        W = metric.whiten().copy()
        W[self.first] -= (self.center / self.value).dot(W)
        return W.dot(W.T)

    @property
    def T(self) -> Floats:
        """theta = T phi, less the part of the center of y."""
        T = np.eye(len(self.center))
        if self.first is not None:
            T[self.first] -= self.center / self.value
        return T


@lru_cache(maxsize=64)
def _shares(n: int) -> Floats:
    """1 / n, n times: what a mean is the product with."""
    return np.full(n, 1.0 / n)


def _constant(X: Floats) -> int | None:
    """The first column that is the same number in all rows and not 0."""
    for column, (value, last) in enumerate(zip(X[0].tolist(), X[-1].tolist(), strict=True)):
        if value == last != 0 and np.count_nonzero(X[:, column] == value) == len(X):
            return column
    return None


def _runs(rows: Rows | ScannedRows, size: int) -> tuple[Floats, Floats]:
    """X and y - offset of about `size` rows, in 16 runs of them over the whole of X; of all where they are no more, and
    of all that are held where the rows are elsewhere.
    """
    if isinstance(rows, ScannedRows):
        rows = rows.sampled
        size = len(rows.X)
    n, run = len(rows.X), size // 16
    if n <= size:
        return rows.X, rows.y if rows.offset is None else rows.y - rows.offset
    parts = [slice(s, s + run) for s in np.linspace(0, n - run, 16).astype(int).tolist()]
    X, y = np.concatenate([rows.X[part] for part in parts]), np.concatenate([rows.y[part] for part in parts])
    return X, y if rows.offset is None else y - np.concatenate([rows.offset[part] for part in parts])
