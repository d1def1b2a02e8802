"""The triangle R of X = Q R by a tree of block QRs: as accurate as Householder's QR of the whole, and X is not copied.

    R <- triangle of [R; triangle of block],   cost 2 n p^2,   memory one block

R has the same singular values and the same column dependencies as sqrt(weight) X. Source: Demmel, Grigori, Hoemmen &
Langou, "Communication-optimal parallel and sequential QR and LU factorizations" (2012).

The columns of levels kept as codes are 0 outside of their level's rows, so the QR of each level's rows is that of its
own columns beside the others alone: rows of R for those, and what is left of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.rows import Block, Rows
from stattools.interface.arrays import Floats
from stattools.numerics.columns import as_columns
from stattools.text.one_line import prints


def triangle(rows: Rows, beside: bool = False) -> Floats:
    """R (q, q) of sqrt(weight) X or, with `beside`, of sqrt(weight) [X, y - offset]; zero rows where n < q.

    >>> np.abs(triangle(Rows(np.array([[3.0], [4.0]]), np.zeros(2))))
    array([[5.]])
    """
    q = rows.X.shape[1] + beside
    R: Any = rows.total(partial(_triangle, beside)).R
    if len(R) > q or np.tril(R, -1).any():
        R = np.linalg.qr(R, mode="r")
    return np.concatenate([R, np.zeros((q - len(R), q))]) if len(R) < q else R


@prints
@dataclass(frozen=True, eq=False)
class Triangle:
    """R of some rows, or these rows themselves while they are few; the sum (`+`) of two is that of the rows of both."""

    R: Floats

    def __add__(self, other: Triangle) -> Triangle:
        return Triangle(_reduced(np.concatenate([self.R, other.R])))


def _reduced(X: Floats) -> Floats:
    """The triangle of X, or X itself where it has few rows beside its columns: a triangle of each few rows would cost
    as much as that of as many rows as there are columns.
    """
    if len(X) < 2 * X.shape[1]:
        return X
    R: Any = np.linalg.qr(X, mode="r")
    return R


def _triangle(beside: bool, block: Block) -> Triangle:
    X, y, weight, offset = block
    behind = (y if offset is None else y - offset)[:, None] if beside else np.empty((len(y), 0))
    root = None if weight is None else np.sqrt(weight)[:, None]
    if (levels := as_columns(X).by_levels) is not None:
        return Triangle(_by_level(levels, behind, root))
    if beside:
        X = np.column_stack([X, behind])
    if root is not None:
        X = X * root
    return Triangle(_reduced(X))


def _by_level(levels: Any, behind: Floats, root: Floats | None) -> Floats:
    """R of [X, behind], of rows times `root`, where X keeps levels as codes."""
    rows = np.column_stack([levels.values, levels.others, behind])
    if root is not None:
        rows *= root
    numbers = levels.places
    (L, k), q = numbers.shape, levels.shape[1] + behind.shape[1]
    shared = np.delete(np.arange(q), numbers.ravel())
    order = np.argsort(levels.codes, kind="stable")
    ends = np.searchsorted(levels.codes[order], np.arange(L + 1))
    of_levels, left = np.zeros((L * k, q)), [rows[order[: ends[0]], k:]]
    for j in range(L):
        R = np.linalg.qr(rows[order[ends[j] : ends[j + 1]]], mode="r")
        first = slice(j * k, j * k + min(k, len(R)))
        of_levels[first, numbers[j]] = R[:k, :k]
        of_levels[first, shared] = R[:k, k:]
        left.append(R[k:, k:])
    of_shared = np.linalg.qr(np.concatenate(left), mode="r")
    rest = np.zeros((len(of_shared), q))
    rest[:, shared] = of_shared
    return np.linalg.qr(np.concatenate([of_levels, rest]), mode="r")
