"""Least squares near the cost of one Gram product: Cholesky, then refinement with residuals from X.

    read 1        G = Z^T W Z, g = Z^T W r,   r = v - Z phi,   Z = X - center, v = y - offset - its center   BLAS dsyrk
    read 2, ...   phi <- phi + G^-1 g,   g = Z^T W r,   until the steps are round-off

Centers and the first phi come from a sample of rows: any will do, as they only say in which coordinates the sums are
taken, and so cost no read. Near the solution the step of the first read is short, and so is its rounding: with many
rows it is the last. Memory is one block. Source: Bjorck, "Iterative refinement of linear least squares solutions"
(1967).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.data.products import add_gram, gram, symmetric, times, transposed, upper_gram
from stattools.data.rows import Rows
from stattools.data.scanned_rows import ScannedRows
from stattools.solvers.digits import EPS, sum_rounding
from stattools.solvers.metric import Metric

Floats = NDArray[np.float64]

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)
(potrs,) = get_lapack_funcs(("potrs",), dtype=np.float64)

SAMPLE = 1024
BLOCK_BYTES = 1_600_000
LEAST_RCOND = 1e-12
"""Below it the Gram matrix has lost what refinement needs to start from."""
MOST_READS = 5
SHARE = 256
"""One in so many rows is in the sample for the first phi."""
RIGHT = 1e-10
"""Rounding that is so small beside the standard errors needs no further read."""
NEAR = 3.0
"""Columns whose means are within 3 standard deviations of 0 stay where they are: that costs a digit, and no copy."""


class NotConstant(Exception):
    """A column that was constant in the sample is not so in all rows: nothing takes up a shift."""


@dataclass(frozen=True, eq=False)
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
        center = X.sum(axis=0) / len(X)
        center[first] = 0.0
        if len(rows.X) > SAMPLE and (np.abs(center) <= NEAR * X.std(axis=0)).all():
            center[:] = 0.0
        return cls(rows, center, float(y.sum() / len(y)), first, float(X[0, first]))

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
            if root and self.first is not None and not (rows.X[part, self.first] == self.value).all():
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
            terms = [self.middle, *(-self.center * phi)]
            theta[self.first] += math.fsum(terms) / self.value
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


def _constant(X: Floats) -> int | None:
    """The first column that is the same number in all rows and not 0."""
    for column, (value, last) in enumerate(zip(X[0].tolist(), X[-1].tolist(), strict=True)):
        if value == last != 0 and (X[:, column] == value).all():
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


class Refined(NamedTuple):
    """phi, the metric of its information, lengths d of the columns, RSS, sums of squares of y and of v, the length of d
    phi or of v if that is larger, the decrement before the last step, the reads, and what is left of the steps, as a
    share of the length.
    """

    phi: Floats
    metric: Metric
    d: Floats
    rss: float
    size: float
    square: float
    length: float
    decrement_square: float
    reads: int
    left: float


def refine(rows: Rows | ScannedRows) -> tuple[Shifted, Refined | None]:
    """The fast rung; None where the Gram matrix is too ill-conditioned to start from, or the steps do not shrink."""
    shifted = Shifted.of(rows)
    try:
        return shifted, _refined(shifted)
    except NotConstant:
        shifted = Shifted.unmoved(rows)
        return shifted, _refined(shifted)


def _refined(shifted: Shifted) -> Refined | None:
    n = len(shifted.rows.X)
    phi = shifted.guess()
    G, g, square, rss, size = _whole(shifted, _first_sums, phi)
    diagonal = G.diagonal()
    if not (diagonal.min() > 1e-290 and diagonal.max() < np.inf):
        return None
    d = np.sqrt(diagonal)
    metric = Metric.where_definite(G if n <= SAMPLE and isinstance(shifted.rows, Rows) else symmetric(G))
    if metric is None or not metric.well_conditioned(LEAST_RCOND):
        return None
    near, last, steps = phi is not None, 1.0, 0
    while True:
        step = potrs(metric.factor, g)[0]
        phi = step if phi is None else phi + step
        whole = max(float(nrm2(phi * d)), math.sqrt(square), 1e-300)
        ratio = float(nrm2(step * d)) / whole
        gain = max(float(step.dot(g)), 0.0)
        if steps:
            contraction = ratio if steps == 1 else max(ratio / last, 1e-16)
            left = ratio * contraction
            if left < EPS / 8 or steps == MOST_READS or (steps > 1 and ratio > 0.5 * last):
                break
        elif near:
            contraction = sum_rounding(n) * EPS / metric.rcond
            left = ratio * contraction
            if left * whole <= RIGHT * math.sqrt(max(rss - gain, 0.0) / n):
                rss -= gain
                rest = g - metric.information @ step  # the score where the step leads
                gain = float(rest @ potrs(metric.factor, rest)[0])
                break
        last = ratio
        steps += 1
        _, g, _, rss, size = _whole(shifted, _residual_sums, phi)
    if left > 1e-12 and ratio > 1e-13:
        return None
    rss = max(rss - gain, 0.0)
    return Refined(phi, metric, d, rss, size, square, whole, gain, steps, min(left, ratio))


class Sums(NamedTuple):
    """G and the sums of squares of v, of r and of y with weights, and g; adds with `+`."""

    G: Floats
    g: Floats
    square: float
    rss: float
    size: float

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(*(one + another for one, another in zip(self, other, strict=True)))


def _whole(shifted: Shifted, sums: Callable[[Shifted, Any], Sums], phi: Floats | None) -> Sums:
    """The sums over all rows, wherever they are; one read."""
    if isinstance(shifted.rows, ScannedRows):
        return shifted.rows.gather(partial(_there, replace(shifted, rows=None), sums, phi))
    return sums(shifted, phi)


def _there(shifted: Shifted, sums: Callable[[Shifted, Any], Sums], phi: Floats | None, rows: Rows) -> Sums:
    """The sums over a batch; its constant column was looked at in a sample only."""
    if shifted.first is not None and len(rows.X) <= SAMPLE and not (rows.X[:, shifted.first] == shifted.value).all():
        raise NotConstant
    return sums(replace(shifted, rows=rows), phi)


def _first_sums(shifted: Shifted, phi: Floats | None) -> Sums:
    """All sums; those of r and of y only with a phi."""
    G, g, square, rss, size = None, 0.0, 0.0, 0.0, 0.0
    for Z, v, w, y in shifted.blocks(root=True):
        if G is None:
            G = upper_gram(Z)
        else:
            add_gram(G, Z)
        square += float(v.dot(v))
        r = v if phi is None else v - times(Z, phi)
        g = g + transposed(Z, r)
        if phi is not None:
            rss += float(r.dot(r))
            size += float(y.dot(y) if w is None else y.dot(w * y))
    assert G is not None
    return Sums(G, np.asarray(g), square, rss, size)


def _residual_sums(shifted: Shifted, phi: Floats) -> Sums:
    """g = Z^T W r, r^T W r and y^T W y."""
    g, rss, size = 0.0, 0.0, 0.0
    for Z, v, w, y in shifted.blocks(root=False):
        r = v - times(Z, phi)
        heavy = r if w is None else w * r
        g = g + transposed(Z, heavy)
        rss += float(heavy.dot(r))
        size += float(y.dot(y) if w is None else y.dot(w * y))
    return Sums(np.zeros(0), np.asarray(g), 0.0, rss, size)
