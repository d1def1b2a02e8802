"""Maps from the whole line to where each parameter can be, with their Jacobians.

    (low, inf)    x = low + e^u            (-inf, high)   x = high - e^u
    (low, high)   x = low + (high - low) expit(u)

log p(u) = log p(x) + log |dx / du|. Source: Stan Reference Manual, ch. "Constraint transforms".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from stattools.interface.arrays import Floats
from stattools.text.one_line import prints


@prints
class Mapped(NamedTuple):
    """x with dx/du, d2x/du2, and log |dx/du| summed with its first and second derivative, all (q,) but the sum."""

    x: Floats
    slope: Floats
    bend: Floats
    log_jacobian: float
    jacobian_slope: Floats
    jacobian_bend: Floats


@prints
@dataclass(frozen=True, eq=False)
class Transforms:
    """One map per parameter, from `low` and `high`, (q,); the identity where both are infinite.

    >>> maps = Transforms(np.array([-np.inf, 0.0]), np.array([np.inf, np.inf]))
    >>> maps.forward(np.array([1.0, 0.0])).x, maps.inverse(np.array([1.0, 2.0])).round(6)
    (array([1., 1.]), array([1.      , 0.693147]))
    """

    low: Floats
    high: Floats

    @cached_property
    def above(self) -> NDArray[np.intp]:
        """Positions with a lower end only."""
        return np.flatnonzero(np.isfinite(self.low) & ~np.isfinite(self.high))

    @cached_property
    def below(self) -> NDArray[np.intp]:
        """Positions with an upper end only."""
        return np.flatnonzero(~np.isfinite(self.low) & np.isfinite(self.high))

    @cached_property
    def between(self) -> NDArray[np.intp]:
        """Positions with both ends."""
        return np.flatnonzero(np.isfinite(self.low) & np.isfinite(self.high))

    @cached_property
    def free(self) -> bool:
        """True where every map is the identity."""
        return not (len(self.above) or len(self.below) or len(self.between))

    def values(self, u: Floats) -> Floats:
        """x for many points u, (S, q)."""
        x = u.copy()
        x[:, self.above] = self.low[self.above] + np.exp(u[:, self.above])
        x[:, self.below] = self.high[self.below] - np.exp(u[:, self.below])
        k = self.between
        x[:, k] = self._inside(self.low[k] + (self.high[k] - self.low[k]) * expit(u[:, k]))
        return x

    def forward(self, u: Floats) -> Mapped:
        """x and its derivatives at one point u, (q,)."""
        x, slope, bend, jacobian, jacobian_slope, jacobian_bend = u.copy(), *np.zeros((5, len(u)))
        slope[:] = 1.0
        for where, end, sign in ((self.above, self.low, 1.0), (self.below, self.high, -1.0)):
            if len(where):
                size = np.exp(u[where])
                x[where] = end[where] + sign * size
                slope[where] = bend[where] = sign * size
                jacobian[where], jacobian_slope[where] = u[where], 1.0
        if len(self.between):
            k = self.between
            width, share, rest = self.high[k] - self.low[k], expit(u[k]), expit(-u[k])
            x[k] = self._inside(self.low[k] + width * share)
            slope[k] = width * share * rest
            bend[k] = slope[k] * (rest - share)
            jacobian[k] = np.log(width) + log_expit(u[k]) + log_expit(-u[k])
            jacobian_slope[k], jacobian_bend[k] = rest - share, -2.0 * share * rest
        return Mapped(x, slope, bend, float(jacobian.sum()), jacobian_slope, jacobian_bend)

    def log_jacobians(self, u: Floats) -> Floats:
        """log |dx/du| summed, for many points u, (S, q): shape (S,)."""
        k = self.between
        inside = np.log(self.high[k] - self.low[k]) + log_expit(u[:, k]) + log_expit(-u[:, k])
        return u[:, self.above].sum(axis=1) + u[:, self.below].sum(axis=1) + inside.sum(axis=1)

    def inverse(self, x: Floats) -> Floats:
        """u of a point inside, (q,)."""
        u = np.array(x, dtype=float)
        u[self.above] = np.log(x[self.above] - self.low[self.above])
        u[self.below] = np.log(self.high[self.below] - x[self.below])
        k = self.between
        u[k] = logit((x[k] - self.low[k]) / (self.high[k] - self.low[k]))
        return u

    def _inside(self, x: Floats) -> Floats:
        """x, no nearer to an end than float64 tells apart."""
        k = self.between
        return np.clip(x, np.nextafter(self.low[k], np.inf), np.nextafter(self.high[k], -np.inf))
