"""Maps from the whole line to where each parameter can be, with their Jacobians.

    (low, inf)    x = low + e^u            (-inf, high)   x = high - e^u
    (low, high)   x = low + (high - low) expit(u)
    in order      x_1 = u_1,  x_k = x_{k-1} + e^{u_k}: on the whole line, each above the one before

log p(u) = log p(x) + log |dx / du|. Source: Stan Reference Manual, ch. "Constraint transforms".
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logit

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.text.one_line import prints


@prints
class Mapped(NamedTuple):
    """x with dx/du, d2x/du2, and log |dx/du| summed with its first and second derivative, all (q,) but the sum.

    Of parameters in order slope and bend are those of the distances between them, of which x are sums.
    """

    x: Floats
    slope: Floats
    bend: Floats
    log_jacobian: float
    jacobian_slope: Floats
    jacobian_bend: Floats


@record
class Transforms:
    """One map per parameter, from `low` and `high`, (q,); the identity where both are infinite. `ordered` are positions
    of parameters without ends whose values rise.

    >>> maps = Transforms(np.array([-np.inf, 0.0]), np.array([np.inf, np.inf]))
    >>> maps.forward(np.array([1.0, 0.0])).x, maps.inverse(np.array([1.0, 2.0])).round(6)
    (array([1., 1.]), array([1.      , 0.693147]))
    """

    low: Floats
    high: Floats
    ordered: tuple[int, ...] = ()

    @cached_property
    def above(self) -> NDArray[np.intp]:
        """Positions with a lower end only."""
        return np.flatnonzero(np.isfinite(self._low) & ~np.isfinite(self.high))

    @cached_property
    def _low(self) -> Floats:
        """The lower ends of what is mapped one by one: 0 of distances."""
        low = np.array(self.low, dtype=float)
        low[list(self.ordered[1:])] = 0.0
        return low

    @cached_property
    def below(self) -> NDArray[np.intp]:
        """Positions with an upper end only."""
        return np.flatnonzero(~np.isfinite(self.low) & np.isfinite(self.high))

    @cached_property
    def between(self) -> NDArray[np.intp]:
        """Positions with both ends."""
        return np.flatnonzero(np.isfinite(self.low) & np.isfinite(self.high))

    @cached_property
    def summed(self) -> Floats:
        """The matrix that makes parameters of what is mapped one by one: sums of distances, itself elsewhere."""
        B = np.eye(len(self.low))
        B[np.ix_(self.ordered, self.ordered)] = np.tri(len(self.ordered))
        return B

    def _sum(self, x: Floats) -> Floats:
        """What `summed` makes of values (..., q), in place."""
        if self.ordered:
            at = list(self.ordered)
            x[..., at] = np.cumsum(x[..., at], axis=-1)
        return x

    def pulled(self, score: Floats) -> Floats:
        """A score in the parameters, or the rows of an information, as that in what is mapped one by one."""
        if not self.ordered:
            return score
        at, score = list(self.ordered), np.array(score)
        score[at] = np.cumsum(score[at][::-1], axis=0)[::-1]
        return score

    @cached_property
    def free(self) -> bool:
        """True where every map is the identity."""
        return not (len(self.above) or len(self.below) or len(self.between))

    def values(self, u: Floats) -> Floats:
        """x for many points u, (S, q)."""
        x = u.copy()
        x[:, self.above] = self._low[self.above] + np.exp(u[:, self.above])
        x[:, self.below] = self.high[self.below] - np.exp(u[:, self.below])
        k = self.between
        x[:, k] = self._inside(self.low[k] + (self.high[k] - self.low[k]) * expit(u[:, k]))
        return self._sum(x)

    def forward(self, u: Floats) -> Mapped:
        """x and its derivatives at one point u, (q,)."""
        x, slope, bend, jacobian, jacobian_slope, jacobian_bend = u.copy(), *np.zeros((5, len(u)))
        slope[:] = 1.0
        for where, end, sign in ((self.above, self._low, 1.0), (self.below, self.high, -1.0)):
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
        return Mapped(self._sum(x), slope, bend, float(jacobian.sum()), jacobian_slope, jacobian_bend)

    def log_jacobians(self, u: Floats) -> Floats:
        """log |dx/du| summed, for many points u, (S, q): shape (S,)."""
        k = self.between
        inside = np.log(self.high[k] - self.low[k]) + log_expit(u[:, k]) + log_expit(-u[:, k])
        return u[:, self.above].sum(axis=1) + u[:, self.below].sum(axis=1) + inside.sum(axis=1)

    def inverse(self, x: Floats) -> Floats:
        """u of a point inside, (q,)."""
        u = np.array(x, dtype=float)
        if self.ordered:
            at = list(self.ordered)
            u[at[1:]] = np.diff(u[at])
        u[self.above] = np.log(u[self.above] - self._low[self.above])
        u[self.below] = np.log(self.high[self.below] - x[self.below])
        k = self.between
        u[k] = logit((x[k] - self.low[k]) / (self.high[k] - self.low[k]))
        return u

    def _inside(self, x: Floats) -> Floats:
        """x, no nearer to an end than float64 tells apart."""
        k = self.between
        return np.clip(x, np.nextafter(self.low[k], np.inf), np.nextafter(self.high[k], -np.inf))
