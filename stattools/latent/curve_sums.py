"""Sums over rows of the B-splines of curves: one read of the rows, four numbers of each.

    B'B (k, k) has bandwidth 3,   B'W' (k, m) for rows W (m, n),   Z = B M:  Z'Z = M' B'B M,  Z'W' = M' B'W'

so that columns Z of a curve, k - 2 numbers of each row, are never made. Source: Eilers & Marx (1996), section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record


def spline_gram(term: SmoothTerm, w: Floats | None = None) -> Floats:
    """B'B (k, k) of the B-splines of a curve, or with weights of the rows B'WB.

    >>> from types import SimpleNamespace
    >>> from stattools.data.smooth_term import bsplines
    >>> first, values, _ = bsplines(np.array([0.0, 1.0]), 5)
    >>> spline_gram(SimpleNamespace(first=first, values=values, k=5)).diagonal().round(4).tolist()
    [0.0278, 0.4722, 0.4722, 0.0278, 0.0]
    """
    sums = [np.bincount(term.first, row * term.values[:, a + d], term.k - 3) for a, d, row in _pairs(term, w)]
    return _banded(np.array(sums, dtype=float), term.k)


def _pairs(term: SmoothTerm, w: Floats | None) -> Iterator[tuple[int, int, Floats]]:
    """Numbers of two of the four B-splines of each row, the second by how far behind the first, and the first's values
    times the weights.
    """
    for a in range(4):
        row = term.values[:, a] if w is None else term.values[:, a] * w
        for d in range(4 - a):
            yield a, d, row


def _banded(sums: Floats, k: int) -> Floats:
    """The matrix (k, k) from `sums` (10, k - 3) over the rows between two knots of products of two B-splines."""
    found, places = np.zeros((k, k)), np.arange(k - 3)
    pairs = [(a, d) for a in range(4) for d in range(4 - a)]
    for (one, further), each in zip(pairs, sums, strict=True):
        found[places + one + further, places + one] += each
    return found + np.tril(found, -1).T


@record
class RowsByKnots:
    """The rows of a curve in the `order` of the knots that they lie between, which change at `ends`, with the ten
    `products` (n, 10) of each row's B-splines: a Gram matrix is then one product of a vector and a matrix between each
    pair of knots, a third of the time of sums row by row. It takes 88 bytes a row.
    """

    k: int
    order: NDArray[np.intp]
    ends: tuple[int, ...]
    products: Floats

    @classmethod
    def of(cls, term: SmoothTerm) -> RowsByKnots:
        """The rows of a curve."""
        order = np.argsort(term.first.astype(np.int32), kind="stable")
        ends = np.searchsorted(term.first[order], np.arange(term.k - 2))
        products = np.stack([(row * term.values[:, a + d])[order] for a, d, row in _pairs(term, None)], axis=1)
        return cls(term.k, order, tuple(ends.tolist()), products)

    def gram(self, w: Floats) -> Floats:
        """B'WB (k, k)."""
        w = w[self.order]
        return _banded(np.array([w[a:b] @ self.products[a:b] for a, b in pairwise(self.ends)]).T, self.k)

    def quadratic(self, K: Floats) -> Floats:
        """b_i'K b_i (n,) for the B-splines b_i of each row and a symmetric K (k, k)."""
        places = np.arange(self.k - 3)
        each = np.array([(2.0 if d else 1.0) * K[places + a, places + a + d] for a in range(4) for d in range(4 - a)])
        found = np.empty(len(self.order))
        for column, (a, b) in zip(each.T, pairwise(self.ends), strict=True):
            found[self.order[a:b]] = self.products[a:b] @ column
        return found


def spline_products(term: SmoothTerm, W: Floats) -> Floats:
    """B'W' (k, m) of the B-splines of a curve with rows W (m, n)."""
    k = term.k
    found = np.zeros((k, len(W)))
    for a in range(4):
        for column, row in enumerate(W):
            found[a : a + k - 3, column] += np.bincount(term.first, term.values[:, a] * row, k - 3)
    return found


def spline_meetings(one: SmoothTerm, other: SmoothTerm, w: Floats | None = None) -> Floats:
    """B'C (k, l) of the B-splines of two curves over the same rows, or with weights of these B'WC."""
    k, m = one.k - 3, other.k - 3
    cell = one.first * m + other.first
    found = np.zeros((one.k, other.k))
    for a in range(4):
        row = one.values[:, a] if w is None else one.values[:, a] * w
        for b in range(4):
            sums = np.bincount(cell, row * other.values[:, b], k * m)
            found[a : a + k, b : b + m] += sums.reshape(k, m)
    return found


def fitted(term: SmoothTerm, coefficients: Floats) -> Floats:
    """B c (m, n) of coefficients c (k, m)."""
    found = np.zeros((coefficients.shape[1], len(term.first)))
    for a in range(4):
        for row, column in zip(found, coefficients.T, strict=True):
            row += term.values[:, a] * column[term.first + a]
    return found


def curve_products(terms: Sequence[SmoothTerm], W: Floats) -> Floats:
    """[Z W']'[Z W'] (Q + m, Q + m) of all curves, Z (n, Q), and rows W (m, n)."""
    ends = np.cumsum([0, *(term.width for term in terms)]).tolist()
    Q = ends[-1]
    found = np.empty((Q + len(W), Q + len(W)))
    found[Q:, Q:] = W @ W.T
    for i, term in enumerate(terms):
        own, M = slice(ends[i], ends[i + 1]), term.wiggles
        found[own, own] = M.T @ spline_gram(term) @ M
        found[own, Q:] = M.T @ spline_products(term, W)
        found[Q:, own] = found[own, Q:].T
        for j in range(i):
            to = slice(ends[j], ends[j + 1])
            found[own, to] = M.T @ spline_meetings(term, terms[j]) @ terms[j].wiggles
            found[to, own] = found[own, to].T
    return found
