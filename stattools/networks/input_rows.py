"""Rows of a network's inputs by their numbers, for batches that are drawn anew in each epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats

HELD = 8_000_000
"""The most numbers of standardized inputs that are kept beside the rows, 64 MB, so that no epoch makes them again."""


@dataclass(frozen=True, eq=False)
class InputRows:
    """Takes rows out of X into `room`, which the next batch overwrites: a new array for each
    batch would cost more than what is put into it. `standardize(X, overwrite)` makes inputs of them, None where X are
    the inputs already.
    """

    X: Floats
    room: Floats
    standardize: Callable[[Floats, bool], Floats] | None

    @classmethod
    def of(cls, X: Floats, most: int, standardize: Callable[[Floats, bool], Floats]) -> InputRows:
        """For batches of at most so many rows of a design; where that is small, its inputs are made here, once.

        >>> rows = InputRows.of(np.array([[1.0], [3.0], [5.0]]), 2, lambda X, overwrite: X - 3.0)
        >>> rows(np.array([2, 0])).tolist()
        [[2.0], [-2.0]]
        """
        if X.size > HELD:
            return cls(X, np.empty((most, X.shape[1])), standardize)
        inputs = np.ascontiguousarray(standardize(X, False))
        return cls(inputs, np.empty((most, inputs.shape[1])), None)

    def __call__(self, index: NDArray[np.intp]) -> Floats:
        """The inputs of these rows."""
        # "clip" lets NumPy write into `out` at once; row numbers come from the model and are never out of range.
        taken = np.take(self.X, index, axis=0, out=self.room[: len(index)], mode="clip")
        return taken if self.standardize is None else self.standardize(taken, True)
