"""The largest and the smallest of numbers that are found block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Largest:
    """The largest values so far, one by one; `+` keeps the larger.

    >>> (Largest(np.array([1.0, 5.0])) + Largest(np.array([2.0, 3.0]))).values
    array([2., 5.])
    """

    values: NDArray[np.float64]

    def __add__(self, other: Largest) -> Largest:
        return Largest(np.maximum(self.values, other.values))


class Ends(NamedTuple):
    """Smallest and largest values of columns; adds with `+`."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __add__(self, other: Ends) -> Ends:  # type: ignore[override]
        return Ends(np.minimum(self.low, other.low), np.maximum(self.high, other.high))
