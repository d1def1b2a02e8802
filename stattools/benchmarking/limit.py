"""The limit of a fit of many rows: one product X^T X by BLAS `dsyrk`, and so many reads of X."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.numerics.products import add_gram

ROWS = 4096
"""Of a block, so that the product works in the cache whatever the number of rows."""


def limit(X: NDArray[np.float64], *, reads: int = 1) -> None:
    """What no solver that forms an information matrix can beat: one `dsyrk` over X, (n, p), and `reads` sums of it.

    >>> limit(np.ones((5, 2)), reads=2)
    """
    total = np.zeros((X.shape[1], X.shape[1]), order="F")
    for start in range(0, len(X), ROWS):
        add_gram(total, X[start : start + ROWS])
    for _ in range(reads):
        X.sum()
