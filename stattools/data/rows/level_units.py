"""Units of columns of which those of a factor are codes: the others are centered and scaled, zeros and ones stay.

    theta = T phi,   T = diag(t) + a r'      a: the constant column, or all levels where they add up to ones

What centering takes from the columns, the constant or the levels take up, so that T is a diagonal and one product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.data.rows.units import VARIES, constant_columns
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.arrow import Arrow
from stattools.numerics.in_parts import InParts
from stattools.numerics.level_columns import LevelColumns


@dataclass(frozen=True, eq=False)
class LevelUnits(InParts):
    """Stands for diag(t) + a r', (p, p), where r is 0 wherever a is not."""

    t: Floats
    a: Floats
    r: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        return len(self.t), len(self.t)

    @classmethod
    def identity(cls, p: int) -> LevelUnits:
        """The map that leaves all as it is."""
        return cls(np.ones(p), np.zeros(p), np.zeros(p))

    def before(self, other: Any) -> Any:
        """This map times another, which is that itself where this changes nothing."""
        still = not self.a.any() and bool((self.t == 1.0).all())
        return other if still else np.asarray(self) @ np.asarray(other)

    def gram(self, weight: Floats, at: int, levels: int) -> Arrow:
        """T' diag(weight) T, where the coefficients of the levels are those from `at` on."""
        t, a, r = self.t, self.a, self.r
        own = np.zeros(len(t), dtype=bool)
        own[at : at + levels] = True
        crossed = t * weight * a
        C = np.outer(crossed[~own], r[~own])
        C = np.diag(weight[~own] * t[~own] ** 2) + C + C.T + (a * weight @ a) * np.outer(r[~own], r[~own])
        return Arrow(at, weight[own] * t[own] ** 2, np.outer(crossed[own], r[~own]), C)

    def diagonal(self) -> Floats:
        """The diagonal, (p,)."""
        return self.t + self.a * self.r

    def beside(self, constants: int) -> Any:
        """The same beside coefficients that stay as they are."""
        zeros = np.zeros(constants)
        return LevelUnits(
            *(np.append(of, rest) for of, rest in ((self.t, zeros + 1.0), (self.a, zeros), (self.r, zeros)))
        )

    def product(self, v: Floats) -> Floats:
        """T v, for v (p,) or (p, k)."""
        if v.ndim == 1:
            return self.t * v + self.a * (self.r @ v)
        return self.t[:, None] * v + self.a[:, None] * (self.r @ v)

    def solve(self, theta: Floats) -> Floats:
        """T^-1 theta."""
        phi = theta / self.t
        return phi - self.a * (self.r @ phi) / self.t

    def pulled(self, u: Floats) -> Floats:
        """T' u, for u (p,) or (p, k)."""
        along = self.a @ u
        if u.ndim == 1:
            return self.t * u + self.r * along
        return self.t[:, None] * u + self.r[:, None] * along

    def copy(self) -> Floats:
        """The array that this stands for, a new one."""
        return np.diag(self.t) + self.a[:, None] * self.r


def in_units(T: Any, theta: Floats) -> Floats:
    """phi with theta = T phi, for a map T that is an array or stands for one.

    >>> in_units(np.diag([2.0, 4.0]), np.array([1.0, 1.0]))
    array([0.5 , 0.25])
    """
    return T.solve(theta) if isinstance(T, LevelUnits) else np.linalg.solve(T, theta)


@record
class OfOthers:
    """What the other columns are centered and scaled by, (k,) each; what centering takes away goes to the `constant`
    among them or, where there is none, to all levels if `levels` is true.
    """

    center: Floats
    scale: Floats
    constant: int | None
    levels: bool


def units_of_others(X: LevelColumns, importance: Floats | None) -> OfOthers:
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


def with_units(X: LevelColumns, importance: Floats | None) -> tuple[LevelColumns, Any]:
    """The columns, the others in their own units, and T with X_standardized = X T."""
    of = units_of_others(X, importance)
    along, taken = of.center / of.scale, np.zeros_like(of.center)
    if of.constant is not None:
        along, taken[of.constant] = along / of.scale[of.constant], 1.0
    standard = replace(X, others=(X.others - of.center) / of.scale)
    levels = 1.0 if of.levels else 0.0
    units = LevelUnits(X.joined(1.0, 1.0 / of.scale), X.joined(levels, taken), X.joined(0.0, -along))
    return standard, units
