"""The triangle R of X = Q R by a sequence of block QRs: as accurate as Householder QR of the whole, and X is not
copied.

    R <- triangle of [R; block],   cost 2 n p^2,   memory one block

R has the same singular values and the same column dependencies as sqrt(weight) X. Source: Demmel, Grigori, Hoemmen &
Langou, "Communication-optimal parallel and sequential QR and LU factorizations" (2012), the sequential case.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows import Rows

Floats = NDArray[np.float64]


def triangle(rows: Rows, beside: bool = False) -> Floats:
    """R (q, q) of sqrt(weight) X or, with `beside`, of sqrt(weight) [X, y - offset]; zero rows where n < q.

    >>> np.abs(triangle(Rows(np.array([[3.0], [4.0]]), np.zeros(2))))
    array([[5.]])
    """
    q = rows.X.shape[1] + beside
    R = np.zeros((0, q))
    for X, y, weight, offset in rows.blocks():
        block = X
        if beside:
            response = y if offset is None else y - offset
            block = np.column_stack([X, response])
        if weight is not None:
            block = block * np.sqrt(weight)[:, None]
        R = np.linalg.qr(np.concatenate([R, block]), mode="r")
    return np.concatenate([R, np.zeros((q - len(R), q))]) if len(R) < q else R
