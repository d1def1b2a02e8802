"""The information of a softmax regression: diag(P) - P P^T times x x^T, summed over rows, by pairs of categories.

It costs n p^2 K^2 / 2 products. Where columns are few, all products of two columns are formed at once and weighted by
one matrix product for all pairs of categories; where they are many, there is one symmetric product for each pair. The
matrix takes much memory, so that its factor, and then the covariance, are written over it. Source: Boehning (1992).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from scipy.linalg.blas import dgemm, sgemm  # type: ignore[attr-defined]
from scipy.linalg.lapack import dpocon, dpotrf, dpotri, dpotrs, dtrtrs  # type: ignore[attr-defined]

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.sweep import sweep
from stattools.solvers.metric import why_singular

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


class Read(Protocol):
    """What the information is formed from: standardized rows and their probabilities."""

    X: Floats
    weight: Floats | None
    ridge: Floats | None
    centered: bool
    width: int
    p: int
    rows: int

    def columns(self, rows: Any) -> Floats: ...
    def folded(self, theta: Floats) -> Any: ...
    def shares(self, B: Any, rows: Any) -> tuple[Floats, Floats]: ...


def information(passes: Read, theta: Floats) -> Floats:
    """The information at theta, the ridge included: ((K - 1) p, (K - 1) p)."""
    p, width = passes.p, passes.width
    pairs = [(a, b) for a in range(width) for b in range(a, width)]
    whole = np.zeros((width, p, width, p))
    (_wide if p > KHATRI_RAO else _narrow)(passes, passes.folded(theta), pairs, whole)
    for a, b in pairs:
        if a != b:
            np.negative(whole[a, :, b, :], out=whole[a, :, b, :])
            whole[b, :, a, :] = whole[a, :, b, :]
    if passes.ridge is not None:
        each, share = np.arange(p), 1.0 / (width + 1) if passes.centered else 0.0
        for a in range(width):
            for b in range(width):
                whole[a, each, b, each] += passes.ridge * ((a == b) - share)
    return whole.reshape(width * p, width * p)


def _narrow(passes: Read, B: Any, pairs: list[tuple[int, int]], whole: Floats) -> None:
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


def _wide(passes: Read, B: Any, pairs: list[tuple[int, int]], whole: Floats) -> None:
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
