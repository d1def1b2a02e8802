"""A symmetric matrix that is a diagonal and a few products beside it: covariances of the coefficients of many levels.

    V = diag(d) + U K U'      d (p,), U (p, r), K (r, r)

and small blocks beside the diagonal where a level has several coefficients. Diagonal, single entries, products and
quadratic forms of rows cost p r numbers. The array (p, p) is made when it is asked for, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.in_parts import InParts, SymmetricInParts
from stattools.numerics.level_blocks import Within
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class LowRank(SymmetricInParts):
    """Stands for diag(d) + U K U', (p, p), and what there is `within` the blocks of levels beside the diagonal.

    >>> V = LowRank(np.array([1.0, 2.0]), np.array([[1.0], [1.0]]), np.array([[0.5]]))
    >>> np.asarray(V).tolist(), V.diagonal(), V @ [1.0, 0.0]
    ([[1.5, 0.5], [0.5, 2.5]], array([1.5, 2.5]), array([1.5, 0.5]))
    """

    d: Floats
    U: Floats
    K: Floats
    within: Within | None = None

    @classmethod
    def of_parts(cls, d: Floats, U: Floats, K: Floats, places: Any = None, off: Any = None) -> LowRank:
        """The matrix of the arrays that `parts` gives."""
        return cls(d, U, K, None if off is None else Within(places, off))

    def parts(self) -> tuple[Any, ...]:
        """The arrays that it is made of."""
        return self.d, self.U, self.K, *(() if self.within is None else (self.within.places, self.within.off))

    def is_rising(self) -> bool:
        """Whether the diagonal and the blocks of levels have no negative eigenvalues, up to round-off."""
        return not (self.d < 0).any() and (self.within is None or self.within.is_part_of(self.d))

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
        found = np.square(X) @ self.d + ((along @ self.K) * along).sum(axis=1)
        return found if self.within is None else found + self.within.quadratic(X)

    def mapped(self, T: Any) -> LowRank:
        """T V T', for a map T that leaves the coefficients of the diagonal as they are, or scales each by its `t`, or
        maps those of each level.
        """
        U = T @ self.U
        if not isinstance(T, InParts):
            return LowRank(self.d, U, self.K, self.within)
        d, within = T.carried(self.d, self.within)
        return LowRank(d, U, self.K, within)

    def scaled(self, factor: float) -> LowRank:
        """`factor` times the matrix."""
        within = None if self.within is None else self.within.scaled(factor)
        return LowRank(factor * self.d, self.U, factor * self.K, within)

    def without(self, which: NDArray[np.bool_]) -> LowRank:
        """With 0 in the rows and columns of some coefficients, (p,)."""
        return self.on_both_sides(np.where(which, 0.0, 1.0))

    def on_both_sides(self, size: Floats) -> LowRank:
        """Times the diagonal matrix of `size` (p,) from the left and from the right."""
        within = self.within
        if within is not None:
            of_levels = size[within.places]
            within = Within(within.places, of_levels[:, :, None] * within.off * of_levels[:, None, :])
        return LowRank(size**2 * self.d, size[:, None] * self.U, self.K, within)

    def product(self, v: Floats) -> Floats:
        """V v, for v (p,) or (p, r)."""
        found = (self.d if v.ndim == 1 else self.d[:, None]) * v + self.U @ (self.K @ (self.U.T @ v))
        return found if self.within is None else found + self.within.product(v)

    def among(self, rows: Any) -> LowRank | None:
        """The rows and columns `rows`, a slice or numbers of them; None where blocks of levels are cut differently."""
        rows = np.arange(len(self))[rows]
        within = None if self.within is None else self.within.among(rows, len(self))
        if self.within is not None and within is None:
            return None
        beside = within is not None and within.off.any()
        return LowRank(self.d[rows], self.U[rows], self.K, within if beside else None)

    @cached_property
    def whole(self) -> Floats:  # type: ignore[override]
        """The array, made once."""
        return self.copy()

    def copy(self) -> Floats:
        """The array, a new one; DomainError where it is larger than the memory."""
        p = len(self)
        require_memory(f"The covariance of {p:,} coefficients", 2 * p * p, "Ask for fewer of its rows and columns.")
        found = (self.U @ self.K) @ self.U.T
        found = 0.5 * (found + found.T)
        found[np.arange(len(self)), np.arange(len(self))] += self.d
        if self.within is not None:
            self.within.added_to(found)
        return found

    def __getitem__(self, place: Any) -> Any:
        if not (isinstance(place, tuple) and len(place) == 2):
            return self.whole[place]
        every = np.arange(len(self))
        same = all(isinstance(one, slice) for one in place) and place[0] == place[1]
        if same and (part := self.among(place[0])) is not None:
            return part
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
        found = found + np.where(i == j, self.d[i], 0.0)
        return found if self.within is None else found + self.within.at(i, j, len(self))


def among(C: Any, rows: NDArray[np.intp], size: Any = None) -> Any:
    """Some rows and columns of C, an array or such a matrix, each times its `size`."""
    size = np.ones(len(rows)) if size is None else size
    part = C.among(rows) if isinstance(C, LowRank) else None
    return size[:, None] * C[np.ix_(rows, rows)] * size if part is None else part.on_both_sides(size)


def quadratic(X: Any, C: Any) -> Floats:
    """x'C x of each row of X, of an array or of such a matrix."""
    return C.quadratic(X) if isinstance(C, LowRank) else ((X @ C) * X).sum(axis=1)


def congruent(T: Any, C: Any) -> Any:
    """T C T', of an array or of such a matrix."""
    if isinstance(C, LowRank):
        return C.mapped(T)
    return T.product(T.product(C).T).T if isinstance(T, InParts) else T @ C @ T.T
