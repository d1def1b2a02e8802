"""The information of a softmax regression: diag(P) - P P^T times x x^T, summed over rows, from pairs of categories.

It costs n p^2 K^2 / 2 products: of few columns all products are formed at once and weighted by one matrix product for
all pairs, of many there is one symmetric product for each pair. Source: Boehning (1992).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from scipy.linalg.blas import dgemm, sgemm  # type: ignore[attr-defined]

from stattools.interface.arrays import Floats
from stattools.numerics.sweep import sweep

KHATRI_RAO = 96
"""Up to so many columns all pairs of columns are formed at once."""

PRODUCTS = 3200
"""Bytes of products of two columns that are formed at once, for each pair: of fewer, sums cost more than products."""


class Read(Protocol):
    """What the information is formed of: standardized rows and probabilities."""

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
    """One symmetric product Z^T Z per pair of categories; threads share out the pairs, and each has its place."""
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
