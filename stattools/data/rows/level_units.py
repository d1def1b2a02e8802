"""Units of columns of which those of a factor are codes: the others are centered and scaled, zeros and ones stay.

    theta = T phi,   T = diag(t) + a r'      a: the constant column, or all levels where they add up to ones

What centering takes from the columns, the constant or the levels take up, so that T is a diagonal and one product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.level_columns import LevelColumns

VARIES = 1e-13
"""As in `units.py`."""


@dataclass(frozen=True, eq=False)
class LevelUnits(NDArrayOperatorsMixin):
    """Stands for diag(t) + a r', (p, p), where r is 0 wherever a is not."""

    t: Floats
    a: Floats
    r: Floats

    ndim = 2
    dtype = np.dtype(np.float64)

    @property
    def shape(self) -> tuple[int, int]:
        """As a square matrix."""
        return len(self.t), len(self.t)

    def __len__(self) -> int:
        return len(self.t)

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

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return (np.diag(self.t) + self.a[:, None] * self.r).astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc is np.matmul and method == "__call__" and inputs[0] is self and np.ndim(inputs[1]) in (1, 2):
            return self.product(np.asarray(inputs[1]))
        plain = [np.asarray(value) if isinstance(value, LevelUnits) else value for value in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def __getitem__(self, place: Any) -> Any:
        return np.asarray(self)[place]

    def __getattr__(self, name: str) -> Any:
        return object.__getattribute__(self, name) if name.startswith("_") else getattr(np.asarray(self), name)


def with_units(X: LevelColumns, importance: Floats | None) -> tuple[LevelColumns, Any]:
    """The columns, the others in their own units, and T with X_standardized = X T."""
    A = X.others
    n = float(len(A)) if importance is None else float(importance.sum())
    size = np.abs(A).max(axis=0)
    unit = np.where(size > 0, size, 1.0)
    mean = (A.sum(axis=0) if importance is None else importance @ A) / n
    square = ((A - mean) / unit) ** 2
    spread = unit * np.sqrt((square.sum(axis=0) if importance is None else importance @ square) / n)
    still = np.flatnonzero((spread <= VARIES * size) & (size > 0))
    scale = np.where(spread <= VARIES * size, unit, np.where(spread == 0, 1.0, spread))
    center, taken = np.zeros_like(mean), np.zeros_like(mean)
    levels = 0.0
    if len(still):
        center, scale[still[0]], taken[still[0]] = mean.copy(), mean[still[0]], 1.0
        center[still[0]] = 0.0
    elif X.is_complete:
        center, levels = mean, 1.0
    along = center / scale
    if len(still):
        along = along / mean[still[0]]
    standard = replace(X, others=(A - center) / scale)
    units = LevelUnits(X.joined(1.0, 1.0 / scale), X.joined(levels, taken), X.joined(0.0, -along))
    return standard, units
