"""Every local maximum of the likelihood in one variance ratio, with proof that there is no other.

The profiled -2 log L is d(tau) = h(tau) + df log r2(tau) + constant on tau >= 0. Its slope is h' - df |(log r2)'|, of
which both parts are completely monotone: positive, falling, convex, and so are the parts of its bend. In a cell [l, u]

* slope: h' lies above its tangents and below its chord, (log r2)' above its chord and below its tangents;
* bend: h'' + df (log r2)'' lies between h''(l) + df (log r2)''(u) and h''(u) + df (log r2)''(l).

A cell whose slope has one sign holds no stationary point, one whose bend has one sign at most one; others are halved.
Beyond the last cell tau d' >= tau h'(tau) - df (r2(tau) - r2(inf)) / r2(inf) > 0 closes what is left, because
tau h' grows and 0 <= -tau r2' <= r2 - r2(inf). Where d falls from 0 or rises there, the conditions at the boundary
decide. All points of a round are computed at once, O(groups) each after one pass.
"""

from __future__ import annotations

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance
from stattools.latent.one_ratio import TINY, RatioSums, ratio_sums, residual_at_infinity, slopes

GRID = 24
ROUNDS = 60
NARROWEST = 1e-9
GAP = 1e-6
CANCELED = 1e-4
"""A share of the sum of squares within groups below which the difference to that between them has lost digits."""
INFINITE = 1e12
"""A standard deviation of effects that is no different from an infinite one."""
FLAT = 1e-10
"""A share of Z'Z that fixed effects leave, below which they leave nothing."""
ROUND_OFF = 1e-13
"""Of the whole sum of squares: what is left within groups below that is no number but an accident of addition."""


@record
class LocalMaximum:
    """A maximum of the likelihood along the ratio: where, its height above the lowest deviance, and its slope at 0."""

    ratio: float
    deviance: float
    slope: float


@record
class RatioSearch:
    """All local maxima, best first, and cells (lower, upper) that round-off leaves undecided, empty as a rule.

    `deviance` of a maximum is h + df log r2, without constants that do not depend on the ratio. No ratio is better
    than the first by more than `gap`.
    """

    maxima: tuple[LocalMaximum, ...]
    gap: float
    undecided: tuple[tuple[float, float], ...]
    evaluations: int

    @property
    def best(self) -> LocalMaximum:
        return self.maxima[0]


def sums_of_one_ratio(deviance: Deviance) -> RatioSums:
    """The sums of a model whose random part is one term of one column."""
    at = deviance.structure.evaluate((np.zeros((1, 1)),))
    sizes, projected = at.diagonal_blocks[0][0, 0], at.projected[0][0]
    there = sizes > TINY * sizes.max(initial=0.0)
    left = at.cross[-1, -1] - np.sum(projected[-1, there] ** 2 / sizes[there])
    within = None
    if left < CANCELED * at.cross[-1, -1]:  # the structure knows it from the rows, without a difference
        within = deviance.structure.evaluate((np.full((1, 1), INFINITE),)).cross
    return ratio_sums(sizes, projected, at.cross, deviance.n, within)


def ratio_search(sums: RatioSums, restricted: bool) -> RatioSearch:
    """The local maxima of the likelihood over tau in [0, infinity).

    `restricted` is for REML. Raises IdentificationError where fixed effects make the groups, and
    ConvergenceError where the residual within groups is zero: the likelihood then grows without bound.
    """
    return CellSearch(sums, restricted).found()


class CellSearch:
    """The points computed so far, in order, and what is proven between neighbours."""

    def __init__(self, sums: RatioSums, restricted: bool) -> None:
        self.sums, self.restricted = sums, restricted
        self.df = float(sums.n - restricted * sums.p)
        self.last = self.end_of_search()
        self.ratios = np.empty(0)
        self.d = np.empty((3, 0))
        self.h, self.r = np.empty((3, 0)), np.empty((3, 0))

    def end_of_search(self) -> float:
        """A ratio beyond which the deviance is proven to rise."""
        whole = float(self.sums.counts @ self.sums.sizes)
        if not slopes(self.sums, np.zeros(1), self.restricted).h[1, 0] > FLAT * whole:
            raise IdentificationError(
                "the restricted likelihood does not depend on the variance of the groups: the fixed effects make all "
                "that differs between them. Leave the random term or these fixed effects out"
            )
        infinite = residual_at_infinity(self.sums)
        total = self.sums.within[-1, -1] + self.sums.products[:, -1, -1].sum()
        if not infinite > ROUND_OFF * total:
            raise ConvergenceError(
                "the variance ratio has no maximum: nothing is left of the outcome within groups, so that the "
                "likelihood grows without bound as the variance of the residual goes to 0"
            )
        tried = 10.0 ** np.arange(1, 17, 1.5) / self.sums.sizes.min()
        found = slopes(self.sums, tried, self.restricted)
        rises = tried * found.h[1] - self.df * np.maximum(np.exp(found.log_r2[0]) / infinite - 1.0, 0.0) > 0.0
        if not rises.any():
            raise ConvergenceError(
                "the search for the variance ratio ends at 1e16 without a maximum: next to nothing is left of the "
                "outcome within groups; look whether it is constant there"
            )
        return float(tried[np.argmax(rises)])

    def add(self, ratios: Floats) -> None:
        """Evaluate at more ratios, and keep all in order."""
        found = slopes(self.sums, ratios, self.restricted)
        ratios = np.concatenate([self.ratios, ratios])
        order = np.argsort(ratios, kind="stable")
        self.ratios = ratios[order]
        self.h = np.concatenate([self.h, found.h], axis=1)[:, order]
        self.r = np.concatenate([self.r, found.log_r2], axis=1)[:, order]
        self.d = self.h + self.df * self.r

    def classified(self) -> tuple[np.ndarray, np.ndarray]:
        """Cells between neighbours: whether all is known of them, and whether they hold a maximum of the likelihood."""
        width = np.diff(self.ratios)
        h1, r1 = self.h[1], self.df * self.r[1]
        low = least(h1, self.h[2], r1, width)
        high = -least(-r1, -self.df * self.r[2], -h1, width)
        bend_low = self.h[2, :-1] + self.df * self.r[2, 1:]
        bend_high = self.h[2, 1:] + self.df * self.r[2, :-1]
        known = (low > 0.0) | (high < 0.0) | (bend_low > 0.0) | (bend_high < 0.0)
        return known, (self.d[1, :-1] < 0.0) & (self.d[1, 1:] >= 0.0)

    def found(self) -> RatioSearch:
        first = 1e-3 / self.sums.sizes.max()
        self.add(np.concatenate([[0.0], np.geomspace(first, max(self.last, 10 * first), GRID)]))
        for _ in range(ROUNDS):
            known, _ = self.classified()
            low, high = self.ratios[:-1], self.ratios[1:]
            halved = ~known & (high - low > NARROWEST * high)
            if not halved.any():
                break
            low, high = low[halved], high[halved]
            self.add(np.where(low > 0.0, np.sqrt(low * high), high / 8))
        known, holds = self.classified()
        cells = np.stack([self.ratios[:-1], self.ratios[1:]], axis=1)
        evaluations = len(self.ratios)
        inside = self.roots(*cells[holds].T) if holds.any() else []
        maxima = sorted([*self.at_zero(), *inside], key=lambda one: one.deviance)
        # the log-determinant grows and the residual falls along the ratio: together they bound a cell from below
        floors = (self.h[0, :-1] + self.df * self.r[0, 1:])[~known]
        gap = max([GAP, *(maxima[0].deviance - floors)])
        return RatioSearch(tuple(maxima), float(gap), tuple(map(tuple, cells[~known].tolist())), evaluations)

    def at_zero(self) -> list[LocalMaximum]:
        """Ratio 0, where the deviance rises from there."""
        slope = float(self.d[1, 0])
        return [LocalMaximum(0.0, float(self.d[0, 0]), slope)] if slope >= 0.0 else []

    def roots(self, low: Floats, high: Floats) -> list[LocalMaximum]:
        """The maxima in cells where the slope turns from negative to positive: Newton's method between their ends."""
        x = np.where(low > 0.0, np.sqrt(low * high), high / 2)
        at = slopes(self.sums, x, self.restricted)
        for _ in range(ROUNDS):
            _, slope, bend = at.h + self.df * at.log_r2
            low, high = np.where(slope < 0.0, x, low), np.where(slope < 0.0, high, x)
            step = x - slope / np.where(bend > 0.0, bend, np.inf)
            inside = (bend > 0.0) & (step > low) & (step < high)
            near = (bend > 0.0) & (np.abs(step - x) <= 1e-11 * x) | (high - low <= 1e-15 * high)
            if near.all():
                break
            x = np.where(near, x, np.where(inside, step, (low + high) / 2))
            at = slopes(self.sums, x, self.restricted)
        value, slope, _ = at.h + self.df * at.log_r2
        return [LocalMaximum(float(t), float(v), float(g)) for t, v, g in zip(x, value, slope, strict=True)]


def least(values: Floats, bends: Floats, other: Floats, width: Floats) -> Floats:
    """A lower bound in each cell of f + g, f convex with `values` and slopes `bends` at the ends, g concave.

    f lies above both tangents and g above its chord: a convex polygon, with corners at the ends and where the tangents
    meet.
    """
    left, right = bends[:-1], bends[1:]
    turn = right - left
    meet = np.divide(values[:-1] - values[1:] + right * width, turn, out=np.zeros_like(width), where=turn > 0.0).clip(
        0.0, width
    )
    corner = values[:-1] + left * meet + other[:-1] + np.diff(other) * meet / width
    return np.minimum(corner, np.minimum(values[:-1] + other[:-1], values[1:] + other[1:]))
