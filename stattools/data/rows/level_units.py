"""Units of columns of which those of a factor are codes: the others are centered and scaled, zeros and ones stay.

    theta = T phi,   T = diag(t) + A R'      A: the constant column, or all levels where they add up to ones

What centering takes from the columns, the constant or the levels take up, so that T is a diagonal and one product; of
several linear predictors a product for each. Where each level has several columns, T maps those of a level by a small
block as well (`slope_units.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.units import VARIES, constant_columns
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.arrow import Arrow
from stattools.numerics.columns import as_columns
from stattools.numerics.in_parts import InParts
from stattools.numerics.level_blocks import Within
from stattools.numerics.low_rank import LowRank


@dataclass(frozen=True, eq=False)
class LevelUnits(InParts):
    """Stands for diag(t) + A R', (p, p), of A and R (p, m), where each row of one or of the other is 0, and what there
    is `within` the levels, in whose rows R is 0.
    """

    t: Floats
    A: Floats
    R: Floats
    within: Within | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the matrix, which is square."""
        return len(self.t), len(self.t)

    @property
    def coded(self) -> LevelUnits:
        """These units of columns whose levels are codes: what tells them from an array."""
        return self

    @classmethod
    def identity(cls, p: int) -> LevelUnits:
        """The map that leaves all as it is."""
        return cls(np.ones(p), np.zeros((p, 0)), np.zeros((p, 0)))

    def before(self, other: Any) -> Any:
        """This map times another, which is that itself where this changes nothing."""
        still = not self.A.any() and bool((self.t == 1.0).all()) and self.within is None
        return other if still else np.asarray(self) @ np.asarray(other)

    def gram(self, weight: Floats, X: Any) -> Arrow:
        """T' diag(weight) T, for the columns X whose levels are kept as codes."""
        t, A, R, levels = self.t, self.A, self.R, X.places.ravel()
        own = np.zeros(len(t), dtype=bool)
        own[levels] = True
        moved = weight[:, None] * A
        crossed = _each(t, moved) if self.within is None else _each(t, moved) + self.within.pulled(moved)
        C = crossed[~own] @ R[~own].T
        C = np.diag(weight[~own] * t[~own] ** 2) + C + C.T + R[~own] @ (A.T @ moved) @ R[~own].T
        B = crossed[levels] @ R[~own].T
        M = self.of_levels(X.places)
        return Arrow(X.places, M.transpose(0, 2, 1) @ (weight[X.places][:, :, None] * M), B, C)

    def diagonal(self) -> Floats:
        """The diagonal, (p,)."""
        return self.t + (self.A * self.R).sum(axis=1)

    def moved(self, at: Sequence[int]) -> list[int]:
        """The numbers among `at` of the columns whose center other coefficients, not among them, take up."""
        outside = np.delete(self.A, at, axis=0).any(axis=0)
        found = {k for k in at if self.R[k][outside].any()}
        if self.within is not None:
            of_level, kept = self.within.places, np.isin(self.within.places, list(at))
            adds = ((self.within.off != 0.0) & ~kept[:, :, None] & kept[:, None, :]).any(axis=1)
            found |= set(of_level[adds].tolist())
        return sorted(found)

    def at_origin(self, rows: Any, columns: list[int]) -> tuple[Any, Any]:
        """Rows in these units, and this map, of which some columns are not centered."""
        first, each = np.argmax(self.A != 0.0, axis=0), np.arange(self.A.shape[1])
        value = self.A[first, each] / self.t[first]  # of the column that is the same in all rows
        back, R = np.zeros(self.shape[0]), self.R.copy()
        back[columns], R[columns] = R[columns] @ value, 0.0
        return replace(rows, X=rows.X.minus(back)), replace(self, R=R)

    def product(self, v: Floats) -> Floats:
        """T v, for v (p,) or (p, k)."""
        found = _each(self.t, v) + self.A @ (self.R.T @ v)
        return found if self.within is None else found + self.within.product(v)

    def solve(self, theta: Floats) -> Floats:
        """T^-1 theta."""
        phi = self._without_products(theta)
        return phi - self._without_products(self.A @ (self.R.T @ phi))

    def _without_products(self, theta: Floats) -> Floats:
        """The inverse of the diagonal, and of the blocks of levels, times theta (p,)."""
        phi = theta / self.t
        if self.within is not None:
            of_levels = self.within.places
            phi[of_levels] = np.linalg.solve(self.within.blocks(self.t), theta[of_levels][..., None])[..., 0]
        return phi

    def pulled(self, u: Floats) -> Floats:
        """T' u, for u (p,) or (p, k)."""
        found = _each(self.t, u) + self.R @ (self.A.T @ u)
        return found if self.within is None else found + self.within.pulled(u)

    def of_levels(self, at: NDArray[np.intp]) -> Floats:
        """The blocks (L, k, k) of the map in the coefficients `at` (L, k) of levels."""
        if self.within is None or not np.isin(at, self.within.places).any():
            return self.t[at][:, :, None] * np.eye(at.shape[1])
        level = np.full(len(self.t), -1)
        level[self.within.places] = np.arange(len(self.within.places))[:, None]
        return self.within.blocks(self.t)[level[at[:, 0]]]

    def before_units(self, V: LowRank) -> LowRank:
        """T^-1 V T^-T: a covariance in the units that this map leads away from."""
        back: Any = np.linalg.inv(self.of_levels(V.at))
        U = np.column_stack([V.U[:, :0], *(self.solve(u) for u in V.U.T)])
        return replace(V, E=back @ V.E @ back.transpose(0, 2, 1), U=U)

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        found = np.diag(self.t) + self.A @ self.R.T
        if self.within is not None:
            self.within.added_to(found)
        return found


def _each(t: Floats, v: Floats) -> Floats:
    """diag(t) v."""
    return t * v if v.ndim == 1 else t[:, None] * v


@dataclass(frozen=True, eq=False)
class ArrayUnits:
    """What `LevelUnits` are asked, of a map T that is an array (p, p)."""

    T: Floats

    coded: ClassVar[None] = None
    """The columns have no levels that are codes, as `LevelUnits.coded` says of those that have."""

    def solve(self, theta: Floats) -> Any:
        """T^-1 theta."""
        return np.linalg.solve(self.T, theta)

    def before(self, other: Any) -> Floats:
        """This map times another."""
        return self.T @ other

    def moved(self, at: Sequence[int]) -> list[int]:
        """The numbers among `at` of the columns whose center other coefficients, not among them, take up."""
        return [k for k in at if np.delete(self.T[:, k], at).any()]

    def at_origin(self, rows: Any, columns: list[int]) -> tuple[Any, Any]:
        """Rows in these units, and this map, of which some columns are not centered."""
        T, own = self.T.copy(), self.T.diagonal()[columns].copy()
        T[:, columns] = 0.0
        T[columns, columns] = own
        return rows.uncentered(columns), T


def as_units(T: Any) -> LevelUnits | ArrayUnits:
    """The map T itself where it answers for its units, else what answers for the array.

    >>> as_units(np.diag([2.0, 4.0])).solve(np.array([1.0, 1.0]))
    array([0.5 , 0.25])
    """
    return T if isinstance(T, LevelUnits) else ArrayUnits(T)


def units_beside(X: Any, units: LevelUnits) -> Any:
    """The map itself beside columns whose levels are codes, and as an array beside those of an array."""
    return np.asarray(units) if as_columns(X).by_levels is None else units


def about(X: Any, means: Floats) -> tuple[Any, Any]:
    """The columns less their means (p,), and the map T with X_about = X T, where the first column is the constant.

    >>> about(np.array([[1.0, 5.0], [1.0, 7.0]]), np.array([0.0, 6.0]))[1].tolist()
    [[1.0, -6.0], [0.0, 1.0]]
    """
    units = LevelUnits(np.ones(len(means)), np.eye(len(means), 1), -means[:, None])
    return as_columns(X).minus(means), units_beside(X, units)


@record
class OfOthers:
    """What the other columns are centered and scaled by, (k,) each; what centering takes away goes to the `constant`
    among them or, where there is none, to all levels if `levels` is true.
    """

    center: Floats
    scale: Floats
    constant: int | None
    levels: bool


def units_of_others(X: Any, importance: Floats | None) -> OfOthers:
    """The units of the columns beside the levels."""
    A = X.others
    n = float(len(A)) if importance is None else float(importance.sum())
    size = np.abs(A).max(axis=0)
    unit = np.where(size > 0, size, 1.0)
    mean = (A.sum(axis=0) if importance is None else importance @ A) / n
    square = ((A - mean) / unit) ** 2
    spread = unit * np.sqrt((square.sum(axis=0) if importance is None else importance @ square) / n)
    still = constant_columns(mean, spread, size)
    scale = np.where(spread <= VARIES * size, unit, np.where(spread == 0, 1.0, spread))
    if not len(still):
        return OfOthers(mean if X.is_complete else np.zeros_like(mean), scale, None, X.is_complete)
    constant = int(still[0])
    center, scale[constant] = mean.copy(), mean[constant]
    center[constant] = 0.0
    return OfOthers(center, scale, constant, False)
