"""A symmetric matrix that is block diagonal with a few products beside it: covariances of the coefficients of many
levels.

    V = blockdiag(E) + U K U'      E (L, k, k) of the coefficients of levels, U (p, r), K (r, r)

Diagonal, single entries, products and quadratic forms of rows cost p r numbers. The array (p, p) is made when it is
asked for, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.arrowhead import Arrow, InParts, SymmetricInParts, Within, diagonals
from stattools.numerics.columns import beside, with_levels
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class LowRank(SymmetricInParts):
    """Stands for U K U' (p, p) with the blocks E (L, k, k) added in the rows and columns `at` (L, k); `variances` are
    its diagonal where that is known to more digits than the products have.

    >>> V = LowRank(np.array([[0], [1]]), np.array([[[1.0]], [[2.0]]]), np.array([[1.0], [1.0]]), np.array([[0.5]]))
    >>> np.asarray(V).tolist(), V.diagonal(), V @ [1.0, 0.0]
    ([[1.5, 0.5], [0.5, 2.5]], array([1.5, 2.5]), array([1.5, 0.5]))
    """

    at: NDArray[np.intp]
    E: Floats
    U: Floats
    K: Floats
    variances: Floats | None = None

    @classmethod
    def of_parts(
        cls, d: Floats, U: Floats, K: Floats, places: Any = None, off: Any = None, variances: Any = None
    ) -> LowRank:
        """The matrix of the arrays that `parts` gives."""
        at = np.flatnonzero(d)[:, None] if places is None else places
        return cls(at, d[at][:, :, None] * np.eye(at.shape[1]) + (0.0 if off is None else off), U, K, variances)

    def parts(self) -> tuple[Any, ...]:
        """The arrays that a file has: the diagonal of the blocks (p,), U, K, and what else there is in blocks."""
        d, k = np.zeros(len(self)), self.at.shape[1]
        d[self.at.ravel()] = diagonals(self.E)
        known = () if self.variances is None else (self.variances,)
        return d, self.U, self.K, *(() if k < 2 and not known else (self.at, self.E * (1.0 - np.eye(k)), *known))

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        return len(self.U), len(self.U)

    def diagonal(self) -> Floats:
        """The diagonal, (p,): the variances."""
        if self.variances is not None:
            return self.variances.copy()
        found = ((self.U @ self.K) * self.U).sum(axis=1)
        found[self.at.ravel()] += diagonals(self.E)
        return found

    def mapped(self, T: Any) -> LowRank:
        """T V T', for a map T that leaves the coefficients of the blocks as they are, or scales each by its `t`, or
        maps those of each level.
        """
        U, E = T @ self.U, self.E
        if isinstance(T, InParts):
            M = T.of_levels(self.at)
            E = M @ E @ M.transpose(0, 2, 1)
        return LowRank(self.at, 0.5 * (E + E.transpose(0, 2, 1)), U, self.K)

    def sandwich(self, M: Arrow) -> LowRank:
        """V M V, for V = blockdiag(E) + U U' and M a sum of squares, with blocks in the same rows."""
        MU, k, E = M @ self.U, self.U.shape[1], self.E @ M.D @ self.E
        K = np.block([[self.U.T @ MU, np.eye(k)], [np.eye(k), np.zeros((k, k))]])
        U = np.column_stack([self.U, Within(self.at, self.E).product(MU)])
        return replace(self, E=E, U=U, K=K, variances=None)

    def scaled(self, factor: float) -> LowRank:
        """`factor` times the matrix."""
        known = None if self.variances is None else factor * self.variances
        return replace(self, E=factor * self.E, K=factor * self.K, variances=known)

    def on_both_sides(self, size: Floats) -> LowRank:
        """Times the diagonal matrix of `size` (p,) from the left and from the right."""
        of_levels = size[self.at]
        E, U = of_levels[:, :, None] * self.E * of_levels[:, None, :], size[:, None] * self.U
        return replace(self, E=E, U=U, variances=None if self.variances is None else size**2 * self.variances)

    def product(self, v: Floats) -> Floats:
        """V v, for v (p,) or (p, r)."""
        return Within(self.at, self.E).product(v) + self.U @ (self.K @ (self.U.T @ v))

    def among(self, rows: NDArray[np.intp]) -> LowRank | None:
        """The rows and columns `rows`, a slice or numbers of them; None where blocks of levels are cut differently."""
        rows, number = np.arange(len(self))[rows], np.full(len(self), -1)
        number[rows] = np.arange(len(rows))
        part = Within(self.at, self.E).among(number)
        return LowRank(part.places, part.blocks, self.U[rows], self.K) if (part.places >= 0).all() else None

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
        found[self.at[:, :, None], self.at[:, None, :]] += self.E
        if self.variances is not None:
            np.fill_diagonal(found, self.variances)
        return found

    def __getitem__(self, place: Any) -> Any:
        if not (isinstance(place, tuple) and len(place) == 2):
            return self.whole[place]
        same = all(isinstance(one, slice) for one in place) and place[0] == place[1]
        if same and (part := self.among(place[0])) is not None:
            return part
        i, j = (np.arange(len(self))[one] for one in place)
        if isinstance(place[0], slice) and j.ndim < 2:
            i = i.reshape(-1, *[1] * j.ndim)
        elif isinstance(place[1], slice) and i.ndim < 2:
            i = i[..., None]
        if i.size * j.size > len(self) and i.ndim == 2 and i.shape[1] == 1:  # a block
            found = (self.U[i[:, 0]] @ self.K) @ self.U[np.ravel(j)].T
        else:
            found = ((self.U[i] @ self.K) * self.U[j]).sum(axis=-1)
        return found + Within(self.at, self.E).entries(*np.broadcast_arrays(i, j))


def among(C: Any, rows: NDArray[np.intp], size: Any = None) -> Any:
    """Some rows and columns of C, an array or such a matrix, each times its `size`."""
    size = np.ones(len(rows)) if size is None else size
    part = C.among(rows) if isinstance(C, LowRank) else None
    return size[:, None] * C[np.ix_(rows, rows)] * size if part is None else part.on_both_sides(size)


def quadratic(each: Sequence[Any], C: Any) -> Floats:
    """J C J' of each row, (n, K, K), of an array C or of such a matrix, where row k of J has the columns `each[k]`
    (n, p_k) in the places of their coefficients; columns may have their levels as codes.
    """
    ends = np.cumsum([0, *(X.shape[1] for X in each)])
    parts, within, low = list(map(slice, ends, ends[1:])), 0.0, isinstance(C, LowRank)
    if low:
        joint, reader = beside(*each), np.repeat(np.arange(len(each)), np.diff(ends))
        of_levels = 0.0 if not len(C.at) else None if with_levels(joint) is None else joint.between(C.at, C.E, reader)
        if of_levels is None:
            return quadratic([np.asarray(X) for X in each], np.asarray(C))
        within, each = of_levels, [X @ C.U[part] for X, part in zip(each, parts, strict=True)]
    found = np.empty((len(each[0]), len(each), len(each)))
    for a, X in enumerate(each):
        for b in range(a, len(each)):
            found[:, a, b] = found[:, b, a] = ((X @ (C.K if low else C[parts[a], parts[b]])) * each[b]).sum(axis=1)
    return found + within


def congruent(T: Any, C: Any) -> Any:
    """T C T', of an array or of such a matrix."""
    if isinstance(C, LowRank):
        return C.mapped(T)
    return T.product(T.product(C).T).T if isinstance(T, InParts) else T @ C @ T.T
