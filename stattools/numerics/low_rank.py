"""A symmetric matrix that is a diagonal and a few products beside it: covariances of the coefficients of many levels.

    V = diag(d) + U K U'      d (p,), U (p, r), K (r, r)

Diagonal, single entries, products and quadratic forms of rows cost p r numbers. The array (p, p) is made when it is
asked for, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.in_parts import InParts, SymmetricInParts
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class LowRank(SymmetricInParts):
    """Stands for diag(d) + U K U', (p, p).

    >>> V = LowRank(np.array([1.0, 2.0]), np.array([[1.0], [1.0]]), np.array([[0.5]]))
    >>> np.asarray(V).tolist(), V.diagonal(), V @ [1.0, 0.0]
    ([[1.5, 0.5], [0.5, 2.5]], array([1.5, 2.5]), array([1.5, 0.5]))
    """

    d: Floats
    U: Floats
    K: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        return len(self.d), len(self.d)

    def diagonal(self) -> Floats:
        """The diagonal, (p,): the variances."""
        return self.d + ((self.U @ self.K) * self.U).sum(axis=1)

    def quadratic(self, X: Any) -> Floats:
        """x'V x of each row of X, (n,); X may have its levels as codes."""
        along = X @ self.U
        return np.square(X) @ self.d + ((along @ self.K) * along).sum(axis=1)

    def mapped(self, T: Any) -> LowRank:
        """T V T', for a map T that leaves the coefficients of the diagonal as they are, or scales each by its `t`."""
        return LowRank(self.d * T.t**2 if isinstance(T, InParts) else self.d, T @ self.U, self.K)

    def scaled(self, factor: float) -> LowRank:
        """`factor` times the matrix."""
        return LowRank(factor * self.d, self.U, factor * self.K)

    def product(self, v: Floats) -> Floats:
        """V v, for v (p,) or (p, r)."""
        return (self.d if v.ndim == 1 else self.d[:, None]) * v + self.U @ (self.K @ (self.U.T @ v))

    @cached_property
    def whole(self) -> Floats:  # type: ignore[override]
        """The array, made once."""
        return self.copy()

    def copy(self) -> Floats:
        """The array, a new one."""
        found = (self.U @ self.K) @ self.U.T
        found = 0.5 * (found + found.T)
        found[np.arange(len(self)), np.arange(len(self))] += self.d
        return found

    def __getitem__(self, place: Any) -> Any:
        if not (isinstance(place, tuple) and len(place) == 2):
            return self.whole[place]
        every = np.arange(len(self))
        if all(isinstance(one, slice) for one in place) and place[0] == place[1]:  # a part of the same kind
            return LowRank(self.d[place[0]], self.U[place[0]], self.K)
        i, j = (every[one] if isinstance(one, slice) else np.asarray(one) for one in place)
        if i.dtype == bool or j.dtype == bool:
            return self.whole[place]
        if isinstance(place[0], slice) and j.ndim < 2:
            i = i.reshape(-1, *[1] * j.ndim)
        elif isinstance(place[1], slice) and i.ndim < 2:
            i = i[..., None]
        i, j = i % len(self), j % len(self)
        if i.size * j.size > len(self) and i.ndim == 2 and i.shape[1] == 1:  # a block
            found = (self.U[i[:, 0]] @ self.K) @ self.U[np.ravel(j)].T
        else:
            found = ((self.U[i] @ self.K) * self.U[j]).sum(axis=-1)
        return found + np.where(i == j, self.d[i], 0.0)


def congruent(T: Any, C: Any) -> Any:
    """T C T', of an array or of such a matrix."""
    if isinstance(C, LowRank):
        return C.mapped(T)
    return T.product(T.product(C).T).T if isinstance(T, InParts) else T @ C @ T.T
