"""Softmax regression by reads of the rows: log-likelihood and score, the information and its substitutes.

    B (K - 1, p),   E = exp(B X^T - largest) / sum,   score = (Y - E) X,   information = sum of (diag(P) - P P^T) x x^T
    shared metric   (I - 11^T / K) (x) G,      G = X^T diag(w) X,   w = sum_k p_k (1 - p_k) / (K - 1)
    own metrics     S^T blockdiag(G_k)^-1 S,   G_k = X^T diag(p_k (1 - p_k)) X,   S lifts a score to all K categories

Arrays per category lie along the rows, and the standardization of columns is folded into B: a pass costs 4 n p K flops
and no copy of X, the information n p^2 K^2 / 2, by pairs of categories; its factor and then the covariance are written
over it. The shared matrix is the information where all probabilities are alike, as at the start; the own ones need a
quarter of the steps. Source: Boehning, "Multinomial logistic regression algorithm" (1992).
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import Model
from stattools.numerics.columns import BesideOnes, symmetric
from stattools.numerics.threads import sweep
from stattools.solvers.metric import Metric, why_singular

(dgemm,), (sgemm,) = (get_blas_funcs(("gemm",), dtype=kind) for kind in (np.float64, np.float32))
dpocon, dpotrf, dpotri, dpotrs, dtrtrs = get_lapack_funcs(
    ("pocon", "potrf", "potri", "potrs", "trtrs"), dtype=np.float64
)
spotrf, spotri = get_lapack_funcs(("potrf", "potri"), dtype=np.float32)

KHATRI_RAO = 96
"""The most columns for which all pairs of columns are formed at once. With more of them, a product for each pair of
categories is as fast, since it is large enough for BLAS.
"""

PRODUCTS = 3200
"""Bytes of products of two columns that are formed at once, for each pair. With fewer, adding up costs more than the
products.
"""

STRIP = 512
"""Rows that are scaled or mirrored at once: a strip of a thousand columns is 4 MB, little beside the matrix."""


def _narrow(passes: SoftmaxPasses, B: Folded, pairs: list[tuple[int, int]], whole: Floats) -> None:
    """All products of two columns at once, weighted by one matrix product for all pairs of categories."""
    p, upper, dtype = passes.p, np.triu_indices(passes.p), passes.X.dtype
    left, right = np.array(pairs).T
    same, gemm, size = left == right, dgemm if dtype == np.float64 else sgemm, PRODUCTS // dtype.itemsize

    def part(first: int, last: int) -> Floats:
        total, products = np.zeros((len(pairs), len(upper[0])), dtype), np.empty((len(upper[0]), size), dtype)
        for start in range(first, last, size):
            rows = slice(start, min(start + size, last))
            x = np.ascontiguousarray(passes.columns(rows).T)
            E, place, m = passes.shares(B, rows)[0][1:], 0, x.shape[1]
            W = E[left]
            W *= E[right]
            W[same] = E * (1.0 - E)
            if passes.weight is not None:
                W *= passes.weight[rows]
            for a in range(p):
                np.multiply(x[a:], x[a], out=products[place : place + p - a, :m])
                place += p - a
            # total += W @ products.T, in place; to BLAS a row is a column
            gemm(1.0, products[:, :m].T, W.T, beta=1.0, c=total.T, trans_a=1, overwrite_c=1)
        return total

    for (a, b), sums in zip(pairs, np.sum(sweep(passes.rows, part), axis=0), strict=True):
        block = whole[a, :, b, :]
        block[upper] = sums
        block.T[upper] = sums


def _wide(passes: SoftmaxPasses, B: Folded, pairs: list[tuple[int, int]], whole: Floats) -> None:
    """One symmetric product Z^T Z for each pair of categories. Threads share out the pairs, and each pair has its own
    place in the result.
    """
    size = 1024

    def part(first: int, last: int) -> None:
        for start in range(0, passes.rows, size):
            rows = slice(start, start + size)
            X = passes.columns(rows)
            E = passes.shares(B, rows)[0][1:]
            for a, b in pairs[first:last]:
                w = E[a] * (1.0 - E[a] if a == b else E[b])
                Z = X * np.sqrt(w if passes.weight is None else w * passes.weight[rows])[:, None]
                whole[a, :, b, :] += Z.T @ Z

    sweep(len(pairs), part, 1)


class MetricInPlace:
    """Cholesky factor of an information (p, p) in C order, scaled to unit diagonal and written over it.

    Raises IdentificationError where the information is not positive definite; it is lost then too.

    >>> metric = MetricInPlace(np.diag([4.0, 9.0]))
    >>> metric.norm(np.array([2.0, 0.0])), metric.solve(np.array([4.0, 9.0])), metric.rcond
    (1.0, array([1., 1.]), 1.0)
    >>> metric.covariance()
    array([[0.25      , 0.        ],
           [0.        , 0.11111111]])
    """

    def __init__(self, information: Floats) -> None:
        diagonal = information.diagonal().copy()
        if not ((diagonal > 0) & (diagonal < np.inf)).all():
            raise IdentificationError(why_singular(diagonal, 0))
        self.unit, length = np.sqrt(diagonal), 0.0
        for rows in self._strips():
            information[rows] /= self.unit
            information[rows] /= self.unit[rows, None]
            length = max(length, float(np.abs(information[rows]).sum(axis=1).max()))
        # To LAPACK rows are columns: the upper triangle that it writes is the lower one here.
        self.factor, failed = dpotrf(information.T, lower=0, clean=0, overwrite_a=1)
        if failed or not np.isfinite(length):
            raise IdentificationError(why_singular(diagonal, failed))
        self.rcond = float(dpocon(self.factor, length)[0])

    def solve(self, score: Floats) -> Floats:
        """H^-1 g: the Newton step."""
        return dpotrs(self.factor, score / self.unit)[0] / self.unit

    def norm(self, score: Floats) -> float:
        """sqrt(g^T H^-1 g): the Newton decrement of score g."""
        return float(np.linalg.norm(dtrtrs(self.factor, score / self.unit, lower=0, trans=1)[0]))

    def covariance(self) -> Floats:
        """H^-1, written over the factor, which is lost."""
        inverse = dpotri(self.factor, lower=0, overwrite_c=1)[0].T
        del self.factor
        for rows in self._strips():
            inverse[rows] /= self.unit
            inverse[rows] /= self.unit[rows, None]
            square = np.tril(inverse[rows, rows])
            inverse[rows, rows] = square + np.tril(square, -1).T
            inverse[: rows.start, rows] = inverse[rows, : rows.start].T
        return inverse

    def _strips(self) -> list[slice]:
        return [slice(start, min(start + STRIP, len(self.unit))) for start in range(0, len(self.unit), STRIP)]


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
        self.probabilities: Any = None

    def single(self) -> SoftmaxPasses:
        """The same passes in single precision, on a standardized copy of X, which has half its size.

        Scores are right to about 1e-5 standard errors and products to six digits, in half the time.
        """
        other = copy(self)
        other.X = self._in_single_precision()
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

    def columns(self, rows: slice | NDArray[np.intp]) -> Floats:
        """Some rows of the standardized X, in the precision of X."""
        if isinstance(rows, slice) or isinstance(self.X, BesideOnes) or self.X.flags.c_contiguous:
            X = self.X[rows]
        else:  # indexing rows is slow where columns are contiguous
            X = np.take(self.X.T, rows, axis=1).T
        if X.dtype == np.float32:  # the copy in single precision is standardized already
            return X
        X = X - self.center
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
        p, width = self.p, self.width
        pairs = [(a, b) for a in range(width) for b in range(a, width)]
        whole = np.zeros((width, p, width, p))
        (_wide if p > KHATRI_RAO else _narrow)(self, self.folded(theta), pairs, whole)
        for a, b in pairs:
            if a != b:
                np.negative(whole[a, :, b, :], out=whole[a, :, b, :])
                whole[b, :, a, :] = whole[a, :, b, :]
        if self.ridge is not None:
            each, share = np.arange(p), 1.0 / (width + 1) if self.centered else 0.0
            for a in range(width):
                for b in range(width):
                    whole[a, each, b, each] += self.ridge * ((a == b) - share)
        return whole.reshape(width * p, width * p)

    @property
    def _block(self) -> int:
        return int(max(64, min(1 << 13, SMALL_PRODUCT // (self.p * (self.width + 1)))))

    def folded(self, theta: Floats) -> Folded:
        """theta, which is for standardized columns, as coefficients of the columns that are read."""
        W = theta.reshape(self.width, self.p) / self.scale
        shift = (W @ self.center)[:, None] if self.center.any() else None
        return Folded(W.astype(self.X.dtype, order="F"), shift)

    def _eta(self, B: Folded, rows: slice | NDArray[np.intp]) -> Floats:
        eta = B.W @ self.X[rows].T
        if B.shift is not None:
            eta -= B.shift
        return eta

    def _lifted(self, R: Floats, rows: slice | NDArray[np.intp], moved: bool) -> Floats:
        """R (K - 1, m), weighted in place, times the rows: (K - 1, p)."""
        if self.weight is not None:
            R *= self.weight[rows]
        total = R @ self.X[rows]
        if moved:
            total -= R.sum(axis=1)[:, None] * self.center
        return total

    def shares(self, B: Folded, rows: slice | NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Probabilities (K, m) and the logarithms of those of each row's own category (m,)."""
        E = np.empty((self.width + 1, len(self.codes[rows])), self.X.dtype)
        E[0] = 0.0
        E[1:] = self._eta(B, rows)
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

    def _own(self, rows: slice | NDArray[np.intp]) -> NDArray[np.intp]:
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


LEFT_OUT = 1e-2
"""The rows that together have at most this share of the weight are left out: a metric may be off by a hundredth."""

SORTED = 8
"""Rows are sorted by weight to find the light ones, unless they are more than this many times the most that are taken:
then a draw is cheaper than the sort.
"""

COMMON = 1e-3
"""The share of the mean of all matrices that is added to a category's own, so that it is definite where the mean is."""


class Inverse:
    """The inverse of a positive definite matrix (p, p) of unit diagonal, kept in single precision, and the roots `unit`
    of the diagonal that it had: a metric needs no more digits, and a product takes a sixth of the time of solving with
    two triangular factors.
    """

    def __init__(self, gram: Floats) -> None:
        self.gram, self.unit = gram, np.sqrt(gram.diagonal())
        with np.errstate(all="ignore"):  # of a diagonal that is not positive the double factor says so
            factor, failed = spotrf((gram / self.unit[:, None] / self.unit).astype(np.float32))
        upper, failed = spotri(factor) if not failed else (factor, failed)
        if failed or not np.isfinite(upper.diagonal()).all():
            upper = dpotri(Metric(gram).factor / self.unit)[0].astype(np.float32)
        self.inverse = symmetric(upper)

    @cached_property
    def rcond(self) -> float:
        """The reciprocal condition of the matrix of unit diagonal, in the largest column sum, to single precision."""
        scaled = np.abs(self.gram / self.unit[:, None] / self.unit)
        return 1.0 / float(scaled.sum(axis=0).max() * np.abs(self.inverse).sum(axis=0).max())

    def solve(self, score: Floats) -> Floats:
        """The inverse times a score, or times each of several (k, p)."""
        size = float(np.abs(score / self.unit).max()) or 1.0  # beside which numbers are within single precision
        return ((score / self.unit / size).astype(np.float32) @ self.inverse).astype(float) * (size / self.unit)


class SharedMetric:
    """One Cholesky factor for all categories; two factors where a ridge is not centered."""

    def __init__(self, passes: SoftmaxPasses, most: int) -> None:
        P, K = passes.probabilities, passes.width + 1
        gram = _gram(passes, (P * (1.0 - P)).sum(axis=0) / passes.width, most)
        ridge = np.diag(np.zeros(passes.p) if passes.ridge is None else passes.ridge)
        self.shape = passes.width, passes.p
        uncentered = passes.ridge is not None and not passes.centered
        if uncentered and passes.width == 1:  # of two categories nothing is apart
            self.apart, self.stretch = Inverse(gram / K + ridge), 1.0
            self.together = self.apart
            return
        self.apart = Inverse(gram + ridge)
        self.together, self.stretch = (Inverse(gram / K + ridge), 1.0) if uncentered else (self.apart, float(K))

    @property
    def rcond(self) -> float:
        """The reciprocal condition of the factored matrix."""
        return self.apart.rcond

    def solve(self, score: Floats) -> Floats:
        """The metric's inverse times a score, both of the shape of theta."""
        G = score.reshape(self.shape)
        mean = G.mean(axis=0)
        return (self.apart.solve(G - mean) + self.stretch * self.together.solve(mean)).ravel()


class OwnMetrics:
    """A Cholesky factor for each category, and for the reference unless a ridge leaves it out."""

    def __init__(self, passes: SoftmaxPasses, most: int) -> None:
        P = passes.probabilities
        grams: list[Floats] = []

        def part(first: int, last: int) -> list[Floats]:
            return [_gram(passes, P[k] * (1.0 - P[k]), most) for k in range(first, last)]

        different = 1 if len(P) == 2 else len(P)  # both matrices of two categories are the same
        for found in sweep(different, part, 1):
            grams += found
        grams *= len(P) // different
        common = COMMON * np.mean(grams, axis=0)
        if passes.ridge is not None:
            common += np.diag(passes.ridge)
        self.shape = passes.width, passes.p
        self.reference = passes.ridge is None or passes.centered
        self.metrics = [Inverse(gram + common) for gram in (grams if self.reference else grams[1:])]

    @property
    def rcond(self) -> float:
        """The least reciprocal condition of a category."""
        return min(metric.rcond for metric in self.metrics)

    def solve(self, score: Floats) -> Floats:
        """The metric's inverse times a score, both of the shape of theta."""
        G = score.reshape(self.shape)
        if not self.reference:
            return np.concatenate([metric.solve(row) for metric, row in zip(self.metrics, G, strict=True)])
        base = self.metrics[0].solve(-G.sum(axis=0))
        return np.concatenate([metric.solve(row) - base for metric, row in zip(self.metrics[1:], G, strict=True)])


def metric_at(passes: SoftmaxPasses, theta: Floats, own: bool) -> SharedMetric | OwnMetrics:
    """The metric at theta, from few rows where these are enough: from all rows where a column does not vary among the
    few.
    """
    passes.keep_probabilities(theta)
    few = int(np.clip(40 * passes.rows // passes.p, 4 * passes.p, 20 * passes.p))
    try:
        return OwnMetrics(passes, few) if own else SharedMetric(passes, few)
    except IdentificationError:
        return SharedMetric(passes, passes.rows)


def _gram(passes: SoftmaxPasses, weight: Floats, most: int) -> Floats:
    """X^T diag(weight) X from a limited number of rows: those that have all but LEFT_OUT of the weight or, where they
    are too many, a draw at equal distances along the cumulative weights, whose rows count alike.
    """
    weight = weight if passes.weight is None else weight * passes.weight
    take = np.arange(len(weight))
    if most < len(take) <= SORTED * most:
        take = np.argsort(-weight, kind="stable")
        running = np.cumsum(weight[take])
        take = take[: int(np.searchsorted(running, (1.0 - LEFT_OUT) * running[-1])) + 1]
    counts = weight[take]
    if most < len(take):
        running = np.cumsum(counts)
        spaced = (np.arange(most) + 0.5) * (running[-1] / most)
        drawn, times = np.unique(np.minimum(np.searchsorted(running, spaced), len(take) - 1), return_counts=True)
        take, counts = take[drawn], times * (running[-1] / most)
    total, roots = np.zeros((passes.p, passes.p)), np.sqrt(counts)[:, None].astype(passes.X.dtype)
    for start in range(0, len(take), 2048):
        X = passes.columns(take[start : start + 2048])
        X *= roots[start : start + 2048]
        total += X.T @ X
    return total
