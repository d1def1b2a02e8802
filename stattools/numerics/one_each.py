"""A matrix with one number in each of its rows: what picks some coefficients, of which a factor may have very many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.arrowhead import InParts
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class OneEach(InParts):
    """Stands for the matrix (k, width) with `numbers` (k,) in the columns `columns` (k,) of its rows, 0 elsewhere.

    >>> R = OneEach(np.array([1.0, 2.0]), np.array([2, 0]), 3)
    >>> np.asarray(R).tolist(), R @ [5.0, 6.0, 7.0], [1.0, 1.0] @ R
    ([[0.0, 0.0, 1.0], [2.0, 0.0, 0.0]], array([ 7., 10.]), array([2., 0., 1.]))
    """

    numbers: Floats
    columns: NDArray[np.intp]
    width: int

    @classmethod
    def picking(cls, columns: Any, width: int) -> OneEach:
        """With a 1 in each of these columns."""
        columns = np.asarray(columns, dtype=np.intp)
        return cls(np.ones(len(columns)), columns, width)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.numbers), self.width

    def copy(self) -> Floats:
        """The array, a new one; DomainError where it is larger than the memory."""
        k, width = self.shape
        what = f"The matrix of {k:,} hypotheses about {width:,} coefficients"
        require_memory(what, 2 * k * width, "Compare with the fit without them: st.likelihood_ratio.")
        found = np.zeros(self.shape)
        found[np.arange(k), self.columns] = self.numbers
        return found

    def product(self, v: Floats) -> Floats:
        """R v, for v (width,) or (width, r)."""
        return (self.numbers if v.ndim == 1 else self.numbers[:, None]) * v[self.columns]

    def pulled(self, u: Floats) -> Floats:
        """R' u, for u (k,) or (k, r)."""
        found = np.zeros((self.width, *u.shape[1:]))
        np.add.at(found, self.columns, (self.numbers if u.ndim == 1 else self.numbers[:, None]) * u)
        return found

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """As of `InParts`; sizes, and products with a number for each row, too."""
        if ufunc is np.absolute:
            return replace(self, numbers=np.abs(self.numbers))
        if ufunc is np.multiply and inputs[0] is self and np.shape(inputs[1]) == (len(self), 1):
            return replace(self, numbers=self.numbers * np.asarray(inputs[1])[:, 0])
        return InParts.applied(self, ufunc, inputs)
