"""The triangle that a covariance has for its root: T T' = A A' for any A."""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.few_columns import right_triangle


def lower(root: Floats) -> Floats:
    """The lower triangle T with T T' = root root', its diagonal not negative.

    >>> lower(np.array([[3.0, 4.0]])).tolist()
    [[5.0]]
    """
    T = right_triangle(root.T).T
    sign = np.where(T.diagonal() < 0.0, -1.0, 1.0)
    return T * sign
