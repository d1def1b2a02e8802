"""Softmax regression by reads of the rows: log-likelihood and score, information times a vector, the information.

    B (K - 1, p),   E = exp(B X^T - largest) / sum,   score = (Y - E)^T X

Everything per category lies along the rows, the labels enter once, as Y^T X, and standardized columns are folded into
B: a pass costs 4 n p K flops and no copy of X. The information costs n p^2 K^2 / 2 and is formed from upper pairs of
categories. Source: Boehning, "Multinomial logistic regression algorithm" (1992).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg.blas import dgemm  # type: ignore[attr-defined]

from stattools.data.sweep import sweep
from stattools.model import NOT_ASKED, Evaluation, Model

Floats = NDArray[np.float64]

FOLDED = 1e3
"""Columns whose mean is at most so many deviations from 0 are centered in the coefficients, at a loss of 3 digits."""

SMALL_PRODUCT = 990_000
"""OpenBLAS has faster code for products of this many multiplications; blocks of rows keep to it."""

KHATRI_RAO = 96
"""Up to so many columns all pairs of columns are formed at once, to be weighted by one product for all categories."""

PRODUCTS = 200
"""So many rows of products of two columns stay in the cache."""


class SoftmaxPasses:
    """A softmax model on standardized columns, with a ridge of `curvature` (p,) per column where there is one.

    Where `centered`, the ridge is on the coefficients about their mean over all K categories. theta has shape
    ((K - 1) p,), in the order of the model; the model's own coefficients are B T^T.
    """

    def __init__(self, model: Model, ridge: Floats | None = None, centered: bool = False) -> None:
        rows, self.T = model.rows.standardized()
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
        self.hits = self._labels()
        self.names, self.title = model.names, model.title
        self.probabilities: Floats | None = None

    def dispersion(self, theta: ArrayLike) -> float:
        """1: there is no scale."""
        return 1.0

    def evaluate(self, theta: Floats, order: int = 2) -> Evaluation:
        """Log-likelihood with its score and, of order 2, its information; the ridge included."""
        loglik, score = self._climb(theta.reshape(self.width, self.p))
        value, slope = self._penalty(theta.reshape(self.width, self.p))
        score = (score + slope).ravel()
        curvature = self.information(theta) if order == 2 else NOT_ASKED
        return Evaluation(loglik + value, score, curvature)

    def separates(self, theta: Floats) -> bool:
        """Does every row's own category have the largest linear predictor, offsets left out? Then so it separates."""
        B, size = theta.reshape(self.width, self.p), self._block
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
        B, size = theta.reshape(self.width, self.p), self._block
        kept = np.empty((self.width + 1, self.rows))

        def part(first: int, last: int) -> None:
            for start in range(first, last, size):
                rows = slice(start, min(start + size, last))
                kept[:, rows] = self.shares(B, rows)[0]

        sweep(self.rows, part)
        self.probabilities = kept

    def times(self, direction: Floats) -> Floats:
        """The information at the probabilities kept, times a direction of the shape of theta: one pass."""
        self.passes += 1
        assert self.probabilities is not None
        V, P, size = direction.reshape(self.width, self.p), self.probabilities[1:], self._block

        def part(first: int, last: int) -> tuple[Floats, Floats]:
            total, sums = np.zeros((self.width, self.p)), np.zeros(self.width)
            for start in range(first, last, size):
                rows = slice(start, min(start + size, last))
                U = self._eta(V, rows)
                U *= P[:, rows]
                U -= P[:, rows] * U.sum(axis=0)
                if self.weight is not None:
                    U *= self.weight[rows]
                total += U @ self.X[rows]
                sums += U.sum(axis=1)
            return total, sums

        return (self._standardized(sweep(self.rows, part)) - self._penalty(V)[1]).ravel()

    def information(self, theta: Floats) -> Floats:
        """diag(P) - P P^T times x x^T, summed over rows, and the ridge: ((K - 1) p, (K - 1) p)."""
        p, width = self.p, self.width
        pairs = [(a, b) for a in range(width) for b in range(a, width)]
        blocks = self._wide_blocks(theta, pairs) if p > KHATRI_RAO else self._narrow_blocks(theta, pairs)
        whole = np.empty((width, p, width, p))
        for (a, b), block in zip(pairs, blocks, strict=True):
            whole[a, :, b, :] = whole[b, :, a, :] = block if a == b else -block
        if self.ridge is not None:
            each, share = np.arange(p), 1.0 / (width + 1) if self.centered else 0.0
            for a in range(width):
                for b in range(width):
                    whole[a, each, b, each] += self.ridge * ((a == b) - share)
        return whole.reshape(width * p, width * p)

    def _narrow_blocks(self, theta: Floats, pairs: list[tuple[int, int]]) -> Iterator[Floats]:
        """All products of two columns at once, weighted by one matrix product for all pairs of categories."""
        p, B, upper = self.p, theta.reshape(self.width, self.p), np.triu_indices(self.p)

        def part(first: int, last: int) -> Floats:
            total = np.zeros((len(pairs), len(upper[0])))
            products, W = np.empty((len(upper[0]), PRODUCTS)), np.empty((len(pairs), PRODUCTS))
            for start in range(first, last, PRODUCTS):
                rows = slice(start, min(start + PRODUCTS, last))
                columns = np.ascontiguousarray(((self.X[rows] - self.center) / self.scale).T)
                E, place, m = self.shares(B, rows)[0], 0, columns.shape[1]
                for q, (a, b) in enumerate(pairs):
                    W[q, :m] = _pair_weight(E, a, b)
                if self.weight is not None:
                    W[:, :m] *= self.weight[rows]
                for a in range(p):
                    np.multiply(columns[a:], columns[a], out=products[place : place + p - a, :m])
                    place += p - a
                # total += W @ products.T, in place; to BLAS a row is a column
                dgemm(1.0, products[:, :m].T, W[:, :m].T, beta=1.0, c=total.T, trans_a=1, overwrite_c=1)
            return total

        for sums in np.sum(sweep(self.rows, part), axis=0):
            block = np.zeros((p, p))
            block[upper] = sums
            yield block + np.triu(block, 1).T

    def _wide_blocks(self, theta: Floats, pairs: list[tuple[int, int]]) -> Iterator[Floats]:
        """One symmetric product Z^T Z per pair of categories; threads share out the pairs, and no sums are doubled."""
        B, size = theta.reshape(self.width, self.p), 1024

        def part(first: int, last: int) -> Floats:
            total = np.zeros((last - first, self.p, self.p))
            for start in range(0, self.rows, size):
                rows = slice(start, start + size)
                X = (self.X[rows] - self.center) / self.scale
                E = self.shares(B, rows)[0]
                for q in range(first, last):
                    w = _pair_weight(E, *pairs[q])
                    Z = X * np.sqrt(w if self.weight is None else w * self.weight[rows])[:, None]
                    total[q - first] += Z.T @ Z
            return total

        for blocks in sweep(len(pairs), part, 1):
            yield from blocks

    @property
    def _block(self) -> int:
        return int(max(64, min(1 << 13, SMALL_PRODUCT // (self.p * (self.width + 1)))))

    def _labels(self) -> Floats:
        """Y^T X over categories 1 ... K - 1 on standardized columns, and what the offsets add to the log-likelihood."""
        total, sums = np.zeros((self.width, self.p)), np.zeros(self.width)
        self.constant = 0.0
        for start in range(0, self.rows, 1 << 13):
            rows = slice(start, start + (1 << 13))
            hot = np.zeros((self.width + 1, len(self.codes[rows])))
            hot[self.codes[rows], np.arange(hot.shape[1])] = 1.0 if self.weight is None else self.weight[rows]
            total += hot[1:] @ self.X[rows]
            sums += hot[1:].sum(axis=1)
            if self.offset is not None:
                self.constant += float(hot[1:].sum(axis=0) @ self.offset[rows])
        return self._standardized([(total, sums)])

    def _standardized(self, parts: list[tuple[Floats, Floats]]) -> Floats:
        total, sums = sum(part[0] for part in parts), sum(part[1] for part in parts)
        return (np.asarray(total) - np.asarray(sums)[:, None] * self.center) / self.scale

    def _eta(self, B: Floats, rows: Any) -> Floats:
        W = B / self.scale
        eta = W @ self.X[rows].T
        if self.center.any():
            eta -= (W @ self.center)[:, None]
        return eta

    def shares(self, B: Floats, rows: Any) -> tuple[Floats, Floats]:
        """Probabilities (K, m) and the logarithms of their denominators (m,)."""
        E = np.empty((self.width + 1, len(self.codes[rows])))
        E[0] = 0.0
        E[1:] = self._eta(B, rows)
        if self.offset is not None:
            E[1:] += self.offset[rows]
        largest = E.max(axis=0)
        E -= largest
        np.exp(E, out=E)
        total = E.sum(axis=0)
        E /= total
        return E, np.log(total) + largest

    def _climb(self, B: Floats) -> tuple[float, Floats]:
        """Log-likelihood and score without the ridge: one pass."""
        self.passes += 1
        size = self._block

        def part(first: int, last: int) -> tuple[Floats, Floats, float]:
            total, sums, value = np.zeros((self.width, self.p)), np.zeros(self.width), 0.0
            for start in range(first, last, size):
                rows = slice(start, min(start + size, last))
                E, logs = self.shares(B, rows)
                if self.weight is not None:
                    E *= self.weight[rows]
                    value += float(logs @ self.weight[rows])
                else:
                    value += float(logs.sum())
                total += E[1:] @ self.X[rows]
                sums += E[1:].sum(axis=1)
            return total, sums, value

        parts = sweep(self.rows, part)
        score = self.hits - self._standardized([(total, sums) for total, sums, _ in parts])
        return float(np.vdot(B, self.hits)) + self.constant - sum(part[2] for part in parts), score

    def _penalty(self, B: Floats) -> tuple[float, Floats]:
        """Minus half the ridge's quadratic form, and its slope."""
        if self.ridge is None:
            return 0.0, np.zeros_like(B)
        gap = B - B.sum(axis=0) / (self.width + 1) if self.centered else B
        slope = -self.ridge * gap
        return 0.5 * float(np.vdot(B, slope)), slope


def _pair_weight(E: Floats, a: int, b: int) -> Floats:
    """p_a (1 - p_a) for one category, p_a p_b, whose sign is minus, for two."""
    return E[a + 1] * (1.0 - E[a + 1] if a == b else E[b + 1])
