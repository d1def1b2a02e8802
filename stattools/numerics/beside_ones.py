"""X with a column of ones before it that is not in memory: the other columns are the array of the user, not a copy.

    [1, Z] v = Z v_1 + v_0,     U [1, Z] = [row sums of U, U Z],     f([1, Z], w) = [f(1, w), f(Z, w)]

Rows, single columns, products and functions of single numbers read Z. For anything else the whole array
is made, once, so that other code sees the array that it expects.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.in_parts import InParts
from stattools.text.one_line import prints

AT_A_TIME = 4096
"""Rows that are picked at a time, so that they are copied within the cache."""

ONE = np.ones((1, 1))


@prints
@dataclass(frozen=True, eq=False)
class BesideOnes(InParts):
    """Stands for X (n, p + 1), a column of ones before `given` (n, p), of float64; it cannot be written to.

    A slice of rows is another, a choice of rows an array. `flags` are those of the columns, which say how rows are read
    best.

    >>> X = BesideOnes(np.array([[2.0], [3.0], [4.0]]))
    >>> X.shape, X @ [1.0, 10.0], X[[0, 2]].tolist()
    ((3, 2), array([21., 31., 41.]), [[1.0, 2.0], [1.0, 4.0]])
    """

    given: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, the ones among them."""
        return len(self.given), self.given.shape[1] + 1

    @property
    def flags(self) -> Any:
        """How the columns lie in memory."""
        return self.given.flags

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        wider = np.empty(self.shape)
        wider[:, 0], wider[:, 1:] = 1.0, self.given
        return wider

    @cached_property
    def whole(self) -> Floats:  # type: ignore[override]
        """The array that this stands for, made once; not to be written to."""
        found = self.copy()
        found.flags.writeable = False
        return found

    def product(self, v: Floats, out: Floats | None = None) -> Floats:
        """X v, for v (p + 1,) or (p + 1, r)."""
        found = np.matmul(self.given, v[1:], out=out)
        return np.add(found, v[0], out=found)

    def pulled(self, u: Floats) -> Floats:
        """X' u, for u (n,) or (n, r)."""
        if u.ndim == 1:
            return np.concatenate([[u.sum()], np.matmul(u, self.given)])
        found = np.empty((u.shape[1], self.shape[1]), np.result_type(u, self.dtype))
        found[:, 0] = u.sum(axis=0)
        np.matmul(u.T, self.given, out=found[:, 1:])
        return found.T

    @property
    def _order(self) -> Any:
        down, across = self.given.strides
        return "F" if down < across else "C"

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return BesideOnes(self.given[place])
        if isinstance(place, tuple) and len(place) == 2 and isinstance(place[1], int | np.integer):
            column = range(self.shape[1])[place[1]]
            return self.given[place[0], column - 1] if column else np.ones_like(self.given[place[0], 0])
        if isinstance(place, int | np.integer):
            return np.append(1.0, self.given[place])
        chosen = np.asarray(place) if isinstance(place, np.ndarray | list) else None
        if chosen is None or chosen.ndim != 1:
            return self.whole[place]
        rows = np.arange(len(self))[chosen]  # as an array understands what was chosen
        found = np.empty((len(rows), self.shape[1]), order=self._order)
        found[:, 0] = 1.0
        if self._order == "F":  # picking rows of columns is slow
            for j in range(self.given.shape[1]):
                found[:, j + 1] = self.given[rows, j]
        else:
            for start in range(0, len(rows), AT_A_TIME):
                found[start : start + AT_A_TIME, 1:] = np.take(self.given, rows[start : start + AT_A_TIME], axis=0)
        return found

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(out, BesideOnes) for out in options.get("out", ())):
            raise TypeError("X beside a column of ones cannot be written to; np.array(X) is a copy that can.")
        if method == "__call__" and options.keys() <= {"out"}:
            out = options["out"][0] if "out" in options else None
            found = self._product(inputs, out) if ufunc is np.matmul else self._one_by_one(ufunc, inputs, out)
            if found is not None:
                return found
        return InParts.__array_ufunc__(self, ufunc, method, *inputs, **options)

    def _product(self, inputs: Any, out: Any) -> Any:
        """X v or U X; None for what is neither."""
        left, right = inputs
        if left is self and not isinstance(right, InParts) and np.ndim(right) in (1, 2):
            return self.product(np.asarray(right), out)
        if isinstance(left, InParts) or np.ndim(left) not in (1, 2) or out is not None:
            return None
        return self.pulled(np.asarray(left).T).T

    def _one_by_one(self, ufunc: Any, inputs: Any, out: Any) -> Any:
        """A function of single numbers, for the ones and for the columns; None where its result is not like X."""
        if ufunc.signature is not None or ufunc.nout != 1:
            return None
        if np.broadcast_shapes(self.shape, *map(np.shape, inputs)) != self.shape:
            return None
        ones, others = zip(*map(_split, inputs), strict=True)
        first = ufunc(*ones)
        if out is None:
            out = np.empty(self.shape, dtype=first.dtype, order=self._order)
        out[:, :1] = first
        ufunc(*others, out=out[:, 1:])
        return out


def _split(value: Any) -> tuple[Any, Any]:
    """What goes with the column of ones, and what with the others."""
    if isinstance(value, BesideOnes):
        return ONE, value.given
    shape = np.shape(value)
    if not shape or shape[-1] == 1:
        return value, value
    value = np.asarray(value)
    return value[..., :1], value[..., 1:]


def without_ones(X: Any) -> Floats:
    """The columns of X but the first, of a matrix that stands beside a column of ones those that are in memory.

    >>> without_ones(BesideOnes(np.array([[2.0], [3.0]]))).tolist()
    [[2.0], [3.0]]
    """
    return X.given if isinstance(X, BesideOnes) else X[:, 1:]
