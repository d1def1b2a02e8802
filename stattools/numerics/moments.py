"""Mean and sum of squares about it, from parts: Chan, Golub & LeVeque, "Algorithms for computing the sample variance"
(1983).

The largest and the smallest of numbers that are found block by block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.numerics.columns import as_columns


class SampleMoments(NamedTuple):
    """How many (or how much, with weights), their mean, and the sum of squares about it; adds with `+`.

    >>> whole = SampleMoments.of(np.array([1.0, 2.0])) + SampleMoments.of(np.array([6.0]))
    >>> whole.mean, whole.square
    (3.0, 14.0)
    """

    n: float = 0.0
    mean: float = 0.0
    square: float = 0.0

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")  # of numbers whose squares overflow, which are refused
    def of(cls, values: NDArray[np.float64], weight: NDArray[np.float64] | None = None) -> SampleMoments:
        """The moments of an array, not empty."""
        n = float(len(values)) if weight is None else float(weight.sum())
        if not n:
            return cls()
        mean = float(values.mean() if weight is None else weight @ values / n)
        gap = values - mean
        return cls(n, mean, float(gap @ gap if weight is None else gap @ (weight * gap)))

    @classmethod
    def of_columns(cls, X: NDArray[np.float64], weight: NDArray[np.float64] | None = None) -> Any:
        """The moments of each column of X (n, p), with arrays (p,) for numbers."""
        n = float(len(X)) if weight is None else float(weight.sum())
        if not n:
            return cls()
        weight = np.ones(len(X)) if weight is None else weight
        mean = weight @ X / n
        return cls(n, mean, as_columns(X).squares_about(mean, weight))  # type: ignore

    def __add__(self, other: SampleMoments) -> SampleMoments:  # type: ignore[override]
        n = self.n + other.n
        if not n:
            return self
        gap = other.mean - self.mean
        mean = self.mean + gap * (other.n / n)
        return SampleMoments(n, mean, self.square + other.square + gap * gap * (self.n * other.n / n))

    def about(self, center: float) -> float:
        """The sum of squares about `center`."""
        gap = self.mean - center
        return self.square + self.n * (gap * gap)  # a power of a float raises where it overflows


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
