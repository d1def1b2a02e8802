"""Columns of levels kept as codes, for tests."""

import numpy as np

from stattools.numerics.arrowhead import Arrow
from stattools.numerics.columns import Columns


def indicators(others, codes, levels: int, at: int) -> Columns:
    """With a column of zeros and ones for each of `levels` levels, from column `at` on."""
    return Columns(others, codes, np.arange(at, at + levels)[:, None])


def diagonal(at, numbers) -> Arrow:
    """The diagonal matrix of the numbers as an `Arrow` with levels in the rows `at`."""
    (L, k), m = at.shape, len(numbers) - at.size
    return Arrow(at, np.zeros((L, k, k)), np.zeros((L * k, m)), np.zeros((m, m))).beside_diagonal(numbers)
