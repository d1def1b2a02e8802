"""A local linear trend as a block tridiagonal posterior precision, put together and inverted without sparse matrices.

    x_t = (level_t, trend_t),   K = L L',   M_t = L_{t+1,t} L_tt^-1,   Var x_t = (L_tt L_tt')^-1 + M_t' Var x_{t+1} M_t

a sum of covariances, nothing is subtracted; in its three entries it is one unit triangular banded system, from the last
time to the first. What `posterior_precision` does for any components, here for the one that is long. Source: Rue & Held
(2005), 2.4; Takahashi, Fagan & Chen (1973).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.banded import dpbtrs, dtbsv, factored

REFINEMENTS = 2
"""Most rounds of iterative refinement of the means, as in `posterior_precision`."""
ENOUGH = 1e-13
"""A refinement this small beside the means ends it."""
STILL = 1e-15
"""Relative change that is round-off."""


@dataclass(frozen=True, eq=False)
class TrendWalk:
    """A series (n,), NaN where missing, with variances r of the irregular, q of the level and z of the trend, > 0."""

    y: Floats
    r: float
    q: float
    z: float

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Where y is not missing."""
        return self.y == self.y

    @cached_property
    def _short(self) -> tuple[Floats, Floats, int] | None:
        """Factor, variances and half of the length of a short series, where a long one without gaps has the same.

        From some time on columns of the factor repeat themselves, and so do variances away from the ends. Both count as
        settled where they do not change over a quarter of the short series.
        """
        for half in (128, 1024, 8192) if self.observed.all() else ():
            if 8 * half > len(self.y):
                break
            L = self._factored(np.ones(2 * half + 1, dtype=bool))
            pairs, found = L.T.reshape(-1, 8)[half:-1], variances(L)
            if _still(pairs.T) and _still(found[:, half : half + half // 2]):
                return L, found, half
        return None

    @cached_property
    def factor(self) -> Floats:
        """L in lower band storage (4, 2n), level_t at 2t and trend_t at 2t + 1."""
        if self._short is None:
            return self._factored(self.observed)
        short, long = self._short[0].T.reshape(-1, 8), np.empty((len(self.y), 8))
        m = len(short) - 1
        long[:m], long[m:-1], long[-1] = short[:m], short[m - 1], short[-1]
        return long.reshape(-1, 4).T

    def _factored(self, observed: NDArray[np.bool_]) -> Floats:
        n, q, z = len(observed), 1.0 / self.q, 1.0 / self.z
        band = np.zeros((4, 2 * n), order="F")
        band[0, 0::2] = 2.0 * q
        band[0, 0] = band[0, -2] = q
        band[0, 0::2] += observed * (1.0 / self.r)
        band[0, 1::2] = q + 2.0 * z
        band[0, 1], band[0, -1] = q + z, z
        band[1, 0:-2:2], band[1, 1:-1:2] = q, -q
        band[2, 0:-2:2], band[2, 1:-1:2] = -q, -z
        cholesky = factored(band, overwrite=True)
        if cholesky is None:
            raise IdentificationError(
                "The variances are too far apart for float64: give a variance that is as good as 0 as exactly 0."
            )
        return cholesky.L

    def smoothed(self) -> dict[str, tuple[Floats, Floats]]:
        """Mean and variance of level and trend given all of y."""
        level, trend = self._means()
        if self._short is None:
            variance = variances(self.factor)
        else:
            _, found, half = self._short
            middle = np.repeat(found[:, half : half + 1], len(self.y) - found.shape[1], axis=1)
            variance = np.concatenate([found[:, :half], middle, found[:, half:]], axis=1)
        return {"level": (level, variance[0]), "trend": (trend, variance[1])}

    def _means(self) -> tuple[Floats, Floats]:
        center = float(np.nanmean(self.y))
        y = np.where(self.observed, self.y - center, 0.0)
        x = np.zeros(2 * len(y))
        level, trend = x[0::2], x[1::2]
        pull = np.zeros((2 * len(y), 1))
        pull[0::2, 0] = y
        pull *= 1.0 / self.r
        for refinement in range(1 + REFINEMENTS):
            step = dpbtrs(self.factor, pull, lower=1, overwrite_b=1)[0][:, 0]
            x += step
            if refinement == REFINEMENTS or np.abs(step).max() <= ENOUGH * np.abs(x).max():
                break
            self._pull(y, level, trend, pull[:, 0])
        return level + center, trend.copy()

    def _pull(self, y: Floats, level: Floats, trend: Floats, out: Floats) -> None:
        """What is left of the equations, A' W (b - A x)."""
        move = np.diff(level)
        move -= trend[:-1]
        move *= 1.0 / self.q
        bend = np.diff(trend)
        bend *= 1.0 / self.z
        error = y - level
        error *= self.observed
        error *= 1.0 / self.r
        error[:-1] += move
        error[1:] -= move
        move += bend
        move[1:] -= bend[:-1]
        out[0::2] = error
        out[1:-2:2] = move
        out[-1] = -bend[-1]


def variances(L: Floats) -> Floats:
    """Variances of level and trend, (2, n), from the factor (4, 2n)."""
    n = L.shape[1] // 2
    a, b, c = L[0, 0::2], L[1, 0::2], L[0, 1::2]
    own = np.empty((n, 3))  # from the last time on: var level, cov, var trend, of x_t given x_{t+1} and y
    slope = -b / (a * c)
    own[:, 0] = (1.0 / a**2 + slope * slope)[::-1]
    own[:, 1] = (slope / c)[::-1]
    own[:, 2] = (1.0 / c**2)[::-1]
    # M = [[e, f], [g, h]]: the rows of L below, times the inverse of L_tt
    f, h = L[1, 1:-1:2] / c[:-1], L[2, 1:-1:2] / c[:-1]
    e = (L[2, 0:-2:2] - f * b[:-1]) / a[:-1]
    g = (L[3, 0:-2:2] - h * b[:-1]) / a[:-1]
    e, f, g, h = e[::-1], f[::-1], g[::-1], h[::-1]
    system = np.zeros((6, 3 * n), order="F")
    system[0] = 1.0
    before = system[:, : 3 * n - 3]
    before[3, 0::3], before[2, 1::3], before[1, 2::3] = -e * e, -2.0 * e * g, -g * g
    before[4, 0::3], before[3, 1::3], before[2, 2::3] = -e * f, -(e * h + f * g), -g * h
    before[5, 0::3], before[4, 1::3], before[3, 2::3] = -f * f, -2.0 * f * h, -h * h
    found = dtbsv(5, system, own.reshape(-1), lower=1, diag=1, overwrite_x=1).reshape(n, 3)
    return found[::-1, ::2].T.copy()


def _still(rows: Floats) -> bool:
    """True where no row changes beyond round-off."""
    spread = rows.max(axis=1) - rows.min(axis=1)
    return bool((spread <= STILL * np.abs(rows).max(axis=1)).all())
