"""Softmax regression by reads of the rows: log-likelihood and score, information times a vector, the information.

    B (K - 1, p),   E = exp(B X^T - largest) / sum,   score = (Y - E) X

Arrays per category lie along the rows, and the standardization of columns is folded into B: a pass costs 4 n p K flops
and no copy of X. The information costs n p^2 K^2 / 2 and is formed by pairs of categories. Source: Boehning,
"Multinomial logistic regression algorithm" (1992).
"""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.rows.shared_columns import found_once
from stattools.data.rows.units import centered
from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import Model
from stattools.numerics.beside_ones import BesideOnes
from stattools.numerics.products import across
from stattools.numerics.sweep import sweep
from stattools.solvers.softmax.information import information

FOLDED = 1e3
"""Columns whose mean is at most this many standard deviations from 0 are centered by their coefficients, which loses 3
digits; others are centered in a copy of X.
"""

SMALL_PRODUCT = 990_000
"""The largest number of multiplications of a product for which OpenBLAS has faster code; blocks of rows are made to
keep to it.
"""

NARROW = 128
"""The most columns for which products are twice as fast where X lies by columns."""

CONVERTED = 512
"""Rows that are copied to single precision at once, so that both copies stay in the cache."""

TALLEST = 60.0
"""The largest linear predictor whose exponential is taken as it is: exp(60) = 1e26, and sums of such numbers, are
within single precision, which ends at 3e38.
"""


class Folded(NamedTuple):
    """Coefficients (K - 1, p) of the columns as they are read, in Fortran order, for which OpenBLAS has faster code;
    `shift` (K - 1, 1) is what has to be subtracted from the linear predictors.
    """

    W: Floats
    shift: Floats | None


class SoftmaxPasses:
    """A softmax model on standardized columns, with a ridge of `curvature` (p,) per column where there is one.

    Where `centered`, the ridge is on the coefficients about their mean over all K categories. theta has shape ((K - 1)
    p,), in the order of the model; the coefficients of the model itself are B T^T.
    """

    def __init__(self, model: Model, ridge: Floats | None = None, centered: bool = False) -> None:
        self.given = model.rows
        rows, self.T = model.standardized_rows()
        self.X, self.weight, self.offset = rows.X, rows.importance, rows.offset
        self.center = np.zeros(rows.X.shape[1]) if rows.center is None else rows.center
        self.scale = np.ones(rows.X.shape[1]) if rows.scale is None else rows.scale
        if (np.abs(self.center) > FOLDED * self.scale).any():
            self.X = (rows.X - self.center) / self.scale
            self.center, self.scale = np.zeros_like(self.center), np.ones_like(self.scale)
        self.codes = rows.y.astype(np.intp)
        self.n, (self.rows, self.p) = model.n, rows.X.shape
        self.width: int = model.predictor.width
        self.ridge, self.centered, self.passes = ridge, centered, 0
        self.names, self.title = model.names, model.title
        self.probabilities: Floats | None = None

    def single(self) -> SoftmaxPasses:
        """The same passes in single precision, on a standardized copy of X, which has half its size.

        Scores are right to about 1e-5 standard errors and products to six digits, in half the time.
        """
        other = copy(self)
        other.X = found_once(self.given, "single precision", self._in_single_precision)
        other.center, other.scale = np.zeros_like(self.center), np.ones_like(self.scale)
        return other

    def _in_single_precision(self) -> Floats:
        X: Any = np.empty(self.X.shape, np.float32, order="F" if self.p <= NARROW else "C")

        def part(first: int, last: int) -> None:
            for start in range(first, last, CONVERTED):
                rows = slice(start, min(start + CONVERTED, last))
                X[rows] = self.columns(rows)

        sweep(self.rows, part)
        return X

    def columns(self, rows: Any) -> Floats:
        """Some rows of the standardized X, in the precision of X."""
        if isinstance(rows, slice) or isinstance(self.X, BesideOnes) or self.X.flags.c_contiguous:
            X = self.X[rows]
        else:  # indexing rows is slow where columns are contiguous
            X = np.take(self.X.T, rows, axis=1).T
        if X.dtype == np.float32:  # the copy in single precision is standardized already
            return X
        X = centered(X, self.center)
        X *= 1.0 / self.scale
        return X

    def dispersion(self, theta: ArrayLike) -> float:
        """1: there is no scale."""
        return 1.0

    def evaluate(self, theta: Floats, order: int = 2, keep: SoftmaxPasses | None = None) -> Evaluation:
        """Log-likelihood with its score and, of order 2, its information, with the ridge. The probabilities are stored
        in `keep`, where it is given.
        """
        loglik, score = self._climb(self.folded(theta), keep)
        value, slope = self._penalty(theta)
        score = (score + slope).ravel()
        curvature = self.information(theta) if order == 2 else NOT_ASKED
        return Evaluation(loglik + value, score, curvature)

    def ascent(self, theta: Floats) -> Floats:
        """The score alone, which unit steps follow."""
        return self.evaluate(theta, order=1).score

    def separates(self, theta: Floats) -> bool:
        """Is the largest linear predictor of every row that of its own category? Offsets are left out."""
        B, size = self.folded(theta), self._block
        for start in range(0, self.rows, size):
            part = slice(start, start + size)
            eta = np.zeros((self.width + 1, len(self.codes[part])))
            eta[1:] = self._eta(B, part)
            if self.weight is not None:
                eta = eta[:, self.weight[part] > 0]
            codes = self.codes[part] if self.weight is None else self.codes[part][self.weight[part] > 0]
            own = eta[codes, np.arange(eta.shape[1])].copy()
            eta[codes, np.arange(eta.shape[1])] = -np.inf
            if (own - eta.max(axis=0) <= 1e-9 * (1.0 + np.abs(own))).any():
                return False
        return True

    def keep_probabilities(self, theta: Floats) -> None:
        """Store the probabilities at theta, (K, n), for `times` and for metrics."""
        self.passes += 1
        B, size, kept = self.folded(theta), self._block, self._room()

        def part(first: int, last: int) -> None:
            for start in range(first, last, size):
                rows = slice(start, min(start + size, last))
                kept[:, rows] = self.shares(B, rows)[0]

        sweep(self.rows, part)

    def _room(self) -> Floats:
        if self.probabilities is None:
            self.probabilities = np.empty((self.width + 1, self.rows), self.X.dtype)
        return self.probabilities

    def times(self, direction: Floats) -> Floats:
        """The information at the stored probabilities times a direction of the shape of theta: one pass."""
        self.passes += 1
        assert self.probabilities is not None
        V, P, size = self.folded(direction), self.probabilities[1:], self._block

        def part(first: int, last: int) -> Floats:
            total = np.zeros((self.width, self.p))
            for start in range(first, last, size):
                rows = slice(start, min(start + size, last))
                U = self._eta(V, rows)
                U *= P[:, rows]
                U -= P[:, rows] * U.sum(axis=0)
                total += self._lifted(U, rows, V.shift is not None)
            return total

        return (sum(sweep(self.rows, part)) / self.scale - self._penalty(direction)[1]).ravel()

    def information(self, theta: Floats) -> Floats:
        """diag(P) - P P^T times x x^T, summed over rows, and the ridge: ((K - 1) p, (K - 1) p)."""
        return information(self, theta)

    @property
    def _block(self) -> int:
        return int(max(64, min(1 << 13, SMALL_PRODUCT // (self.p * (self.width + 1)))))

    def folded(self, theta: Floats) -> Folded:
        """theta, which is for standardized columns, as coefficients of the columns that are read."""
        W = theta.reshape(self.width, self.p) / self.scale
        shift = (W @ self.center)[:, None] if self.center.any() else None
        return Folded(W.astype(self.X.dtype, order="F"), shift)

    def _eta(self, B: Folded, rows: Any, out: Floats | None = None) -> Floats:
        eta = across(B.W, self.X[rows], out)
        if B.shift is not None:
            eta -= B.shift
        return eta

    def _lifted(self, R: Floats, rows: Any, moved: bool) -> Floats:
        """R (K - 1, m), weighted in place, times the rows: (K - 1, p)."""
        if self.weight is not None:
            R *= self.weight[rows]
        total = R @ self.X[rows]
        if moved:
            total -= R.sum(axis=1)[:, None] * self.center
        return total

    def shares(self, B: Folded, rows: Any) -> tuple[Floats, Floats]:
        """Probabilities (K, m) and the logarithms of those of each row's own category (m,)."""
        E = np.empty((self.width + 1, len(self.codes[rows])), self.X.dtype)
        E[0] = 0.0
        self._eta(B, rows, E[1:])
        if self.offset is not None:
            E[1:] += self.offset[rows]
        if not E.max() <= TALLEST:  # otherwise the exponentials are finite, and that of the reference is 1
            E -= E.max(axis=0)
        own = E.take(self._own(rows))
        np.exp(E, out=E)
        total = E.sum(axis=0)
        E /= total
        own -= np.log(total)
        return E, own

    def _own(self, rows: Any) -> NDArray[np.intp]:
        """The place of each row's own category in (K, m) read row by row."""
        codes = self.codes[rows]
        return codes * len(codes) + np.arange(len(codes))

    def _climb(self, B: Folded, keep: SoftmaxPasses | None) -> tuple[float, Floats]:
        """Log-likelihood and score without the ridge: one pass."""
        self.passes += 1
        size, kept = self._block, None if keep is None else keep._room()

        def part(first: int, last: int) -> tuple[float, Floats]:
            value, total = 0.0, np.zeros((self.width, self.p))
            for start in range(first, last, size):
                rows = slice(start, min(start + size, last))
                E, own = self.shares(B, rows)
                if kept is not None:
                    kept[:, rows] = E
                value += float(own.sum() if self.weight is None else own @ self.weight[rows])
                E.ravel()[self._own(rows)] = np.expm1(own)  # P - 1, without cancellation
                total -= self._lifted(E[1:], rows, B.shift is not None)
            return value, total

        values, totals = zip(*sweep(self.rows, part), strict=True)
        return sum(values), sum(totals) / self.scale

    def _penalty(self, theta: Floats) -> tuple[float, Floats]:
        """Minus half the ridge's quadratic form, and its slope."""
        B = theta.reshape(self.width, self.p)
        if self.ridge is None:
            return 0.0, np.zeros_like(B)
        gap = B - B.sum(axis=0) / (self.width + 1) if self.centered else B
        slope = -self.ridge * gap
        return 0.5 * float(np.vdot(B, slope)), slope
