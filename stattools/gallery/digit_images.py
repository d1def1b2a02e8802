"""The 1,797 digits that scikit-learn ships, for the reports on them: some for training, the others for testing."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

TRAINED = 1300
"""Rows of the digits that models are fitted to; the others are for testing."""


@cache
def digits() -> tuple[Floats, NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Pixels and labels for training, pixels and labels for testing. Raises DomainError without scikit-learn."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DomainError("this analysis reads the digits that scikit-learn ships: pip install scikit-learn.") from None
    data: Any = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    first, rest = order[:TRAINED], order[TRAINED:]
    label = data.target.astype(np.int64)
    return data.data[first], label[first], data.data[rest], label[rest]
