"""Columns of levels kept as codes, for tests."""

import numpy as np

from stattools.numerics.columns import Columns


def indicators(others, codes, levels: int, at: int) -> Columns:
    """With a column of zeros and ones for each of `levels` levels, from column `at` on."""
    return Columns(others, codes, np.arange(at, at + levels)[:, None])
