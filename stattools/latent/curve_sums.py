"""Sums over rows of the B-splines of curves: one read of the rows, four numbers of each.

    B'B (k, k) has bandwidth 3,   B'W' (k, m) for rows W (m, n),   Z = B M:  Z'Z = M' B'B M,  Z'W' = M' B'W'

so that columns Z of a curve, k - 2 numbers of each row, are never made. Source: Eilers & Marx (1996), section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from stattools.data.smooth_term import Indices, SmoothTerm
from stattools.interface.arrays import Floats


def spline_gram(term: SmoothTerm, w: Floats | None = None) -> Floats:
    """B'B (k, k) of the B-splines of a curve, or with weights of the rows B'WB.

    >>> from types import SimpleNamespace
    >>> from stattools.data.smooth_term import bsplines
    >>> first, values, _ = bsplines(np.array([0.0, 1.0]), 5)
    >>> spline_gram(SimpleNamespace(first=first, values=values, k=5)).diagonal().round(4).tolist()
    [0.0278, 0.4722, 0.4722, 0.0278, 0.0]
    """
    sums = [np.bincount(term.first, row * term.values[:, a + d], term.k - 3) for a, d, row in pairs(term, w)]
    return banded(np.array(sums, dtype=float), term.k)


def pairs(term: SmoothTerm, w: Floats | None) -> Iterator[tuple[int, int, Floats]]:
    """Numbers of two of the four B-splines of each row, the second by how far behind the first, and the first's values
    times the weights.
    """
    for a in range(4):
        row = term.values[:, a] if w is None else term.values[:, a] * w
        for d in range(4 - a):
            yield a, d, row


def banded(sums: Floats, k: int) -> Floats:
    """The symmetric matrix (k, k) from `sums` (10, k - 3) over the rows between two knots of products of two of their
    four B-splines: of the first with itself and with the three behind it, of the second, and so on.
    """
    at, of = _places(k)
    return np.bincount(at, sums.take(of), k * k).reshape(k, k)


@lru_cache(maxsize=64)
def _places(k: int) -> tuple[Indices, Indices]:
    """The entries of a matrix (k, k), row by row, to which the numbers of `sums` (10, k - 3) belong: entries of the
    diagonal once, others twice.
    """
    between, pairs = np.arange(k - 3), [(a, a + d) for a in range(4) for d in range(4 - a)]
    at = np.array([(between + one) * k + between + other for one, other in pairs])
    back = np.array([(between + other) * k + between + one for one, other in pairs])
    of, apart = np.arange(10 * (k - 3)).reshape(10, -1), np.array([one != other for one, other in pairs])
    return np.concatenate([at, back[apart]]).ravel(), np.concatenate([of, of[apart]]).ravel()


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
    between, values = np.arange(term.k - 3) + np.arange(4)[:, None], term.values.T
    found = np.empty((coefficients.shape[1], len(term.first)))
    for row, column in zip(found, coefficients.T, strict=True):
        np.einsum("an,an->n", values, column[between].take(term.first, axis=1), out=row)
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
