"""The triangle R of X = Q R by a tree of block QRs: as accurate as Householder's QR of the whole, and X is not copied.

    R <- triangle of [R; triangle of block],   cost 2 n p^2,   memory one block

R has the same singular values and the same column dependencies as sqrt(weight) X. Source: Demmel, Grigori, Hoemmen &
Langou, "Communication-optimal parallel and sequential QR and LU factorizations" (2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from stattools.data.rows.rows import Block, Rows
from stattools.interface.arrays import Floats
from stattools.text.one_line import prints


def triangle(rows: Rows, beside: bool = False) -> Floats:
    """R (q, q) of sqrt(weight) X or, with `beside`, of sqrt(weight) [X, y - offset]; zero rows where n < q.

    >>> np.abs(triangle(Rows(np.array([[3.0], [4.0]]), np.zeros(2))))
    array([[5.]])
    """
    q = rows.X.shape[1] + beside
    R = rows.total(partial(_triangle, beside)).R
    return np.concatenate([R, np.zeros((q - len(R), q))]) if len(R) < q else R


@prints
@dataclass(frozen=True, eq=False)
class Triangle:
    """R of some rows; the sum (`+`) of two is R of the rows of both."""

    R: Floats

    def __add__(self, other: Triangle) -> Triangle:
        return Triangle(np.linalg.qr(np.concatenate([self.R, other.R]), mode="r"))


def _triangle(beside: bool, block: Block) -> Triangle:
    X, y, weight, offset = block
    if beside:
        X = np.column_stack([X, y if offset is None else y - offset])
    if weight is not None:
        X = X * np.sqrt(weight)[:, None]
    return Triangle(np.linalg.qr(X, mode="r"))
