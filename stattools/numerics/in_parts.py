"""What stands for a matrix of which no array is in memory: the part that all such matrices share.

Each has a shape, makes its array (`copy`), and says which functions it knows without the array (`applied`). NumPy's
functions and operators ask `applied` first; for anything else the array is made, so that other code sees what it
expects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from stattools.interface.arrays import Floats


class InParts(NDArrayOperatorsMixin):
    """A matrix (n, p) of float64 in parts. `product` is X v, and `pulled` X' u.

    A class of this kind defines `shape`, `copy`, `product` and `pulled`.
    """

    ndim = 2
    dtype = np.dtype(np.float64)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """How many numbers it has as an array."""
        return self.shape[0] * self.shape[1]

    @property
    def whole(self) -> Floats:
        """The array that this stands for."""
        return self.copy()

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        raise NotImplementedError

    def product(self, v: Floats) -> Floats:
        """X v, for v (p,) or (p, r)."""
        raise NotImplementedError

    def pulled(self, u: Floats) -> Floats:
        """X' u, for u (n,) or (n, r)."""
        raise NotImplementedError

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """A function of NumPy of these inputs, of which this is one, without the array; None where it takes the array.
        Products with an array are known of all.
        """
        if ufunc is not np.matmul:
            return None
        left, right = inputs
        if left is self and not isinstance(right, InParts) and np.ndim(right) in (1, 2):
            return self.product(np.asarray(right))
        if right is self and not isinstance(left, InParts) and np.ndim(left) > 0:
            rows = np.reshape(left, (-1, len(self))) if np.ndim(left) > 2 else np.asarray(left)
            return self.pulled(rows.T).T.reshape(*np.shape(left)[:-1], self.shape[1])
        return None

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, place: Any) -> Any:
        return self.whole[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.whole)  # made once for all rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return (self.copy() if copy else self.whole).astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "__call__" and not options and (found := self.applied(ufunc, inputs)) is not None:
            return found
        plain = [value.whole if isinstance(value, InParts) else value for value in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def __getattr__(self, name: str) -> Any:
        return object.__getattribute__(self, name) if name.startswith("_") else getattr(self.whole, name)


def in_parts(matrix: Any) -> bool:
    """Whether the matrix is kept in parts, so that what takes its array is too dear."""
    return isinstance(matrix, InParts)


class SymmetricInParts(InParts):
    """A symmetric matrix in parts; `scaled` is a factor times it."""

    @property
    def T(self) -> Any:
        """The transposed matrix: itself."""
        return self

    def pulled(self, u: Floats) -> Floats:
        """As `product`."""
        return self.product(u)

    def scaled(self, factor: float) -> Any:
        """`factor` times the matrix."""
        raise NotImplementedError

    def applied(self, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
        """As of `InParts`; products with a number too."""
        if len(inputs) != 2:
            return None
        left, right = inputs
        if ufunc in (np.multiply, np.true_divide) and left is self and np.ndim(right) == 0:
            return self.scaled(float(ufunc(1.0, np.asarray(right))))
        if ufunc is np.multiply and right is self and np.ndim(left) == 0:
            return self.scaled(float(np.asarray(left)))
        return InParts.applied(self, ufunc, inputs)
