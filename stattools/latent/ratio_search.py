"""Every local maximum of the likelihood in one variance ratio, with proof that there is no other.

The profiled -2 log L is d(tau) = h(tau) + df log r2(tau) + constant on tau >= 0. In u = 1 + tau least (`one_ratio.py`)
its slope is u d' = f - g, f = u h' and g = -df u (log r2)', which are both positive, falling and convex. In a cell

* f lies above its tangents and below its chord, and g too, so that f - g has bounds;
* the slope of f - g lies between f' at the lower end less g' at the upper, and f' at the upper less g' at the lower.

A cell where f - g has one sign holds no stationary point, one where its slope has one sign at most one; others are
halved. Beyond the last cell d rises where f, which stays above its limit, the number of eigenvalues, is above g. Where
d falls from 0 or rises there, the conditions at the boundary decide. All points of a round are computed at once, after
one pass over the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, expm1, inf, isfinite, log, log1p, nan

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance
from stattools.latent.one_ratio import RatioSums, Slopes, ratio_sums, residual_at_infinity, slopes

STEP = 1.4
"""The first ratios are so far apart that nearly always every cell is decided."""
REACH = 40.0
"""The first ratios end where the smallest groups are this much of their means."""
FARTHER = 10.0**1.5
"""From there on, they are so far apart where the likelihood is not known to rise."""
FARTHEST = 1e16
ROUNDS = 60
NARROWEST = 1e-9
GAP = 1e-6
CERTAIN = 1e-11
"""A difference of f and g is beyond round-off from this share of them."""
BESIDE = 1
"""So many points on either side of a cell help to guess the root in it."""
NEAR = 1e-12
"""A root is found where the curve of its function moves it by less than this share of the ratio."""
INFINITE = 1e12
"""A standard deviation of effects that is no different from an infinite one."""
FLAT = 1e-10
"""A share of Z'Z that fixed effects leave, below which they leave nothing."""
ROUND_OFF = 1e-13
"""Of the whole sum of squares: what is left within groups below that is no number but an accident of addition."""


@record
class LocalMaximum:
    """A maximum of the likelihood along the ratio: where, its deviance, and the slope of that, 0 but at ratio 0."""

    ratio: float
    deviance: float
    slope: float


@record
class RatioSearch:
    """All local maxima, best first, and cells (lower, upper) that round-off leaves undecided, empty as a rule.

    `deviance` of a maximum is h + df log r2, without constants that do not depend on the ratio. No ratio is better
    than the first by more than `gap`. `bend` is the second derivative of half the deviance there by the square root of
    the ratio.
    """

    maxima: tuple[LocalMaximum, ...]
    gap: float
    undecided: tuple[tuple[float, float], ...]
    evaluations: int
    bend: float

    @property
    def best(self) -> LocalMaximum:
        return self.maxima[0]


def sums_of_one_ratio(deviance: Deviance) -> RatioSums:
    """The sums of a model whose random part is one term of one column."""
    structure = deviance.structure
    at = structure.evaluate((np.zeros((1, 1)),))
    sizes, projected = at.diagonal_blocks[0][0, 0], at.projected[0][0]
    # the structure knows what is left within groups from the rows, without a difference
    return ratio_sums(
        sizes, projected, at.cross, deviance.n, lambda: structure.evaluate((np.full((1, 1), INFINITE),)).cross
    )


def ratio_search(sums: RatioSums, restricted: bool) -> RatioSearch:
    """The local maxima of the likelihood over tau in [0, infinity).

    `restricted` is for REML. Raises IdentificationError where fixed effects make the groups, and
    ConvergenceError where the residual within groups is zero: the likelihood then grows without bound.
    """
    total = sums.within[-1, -1] + np.add.reduce(sums.products[:, -1, -1])
    if not residual_at_infinity(sums) > ROUND_OFF * total:
        raise ConvergenceError(
            "the variance ratio has no maximum: nothing is left of the outcome within groups, so that the "
            "likelihood grows without bound as the variance of the residual goes to 0"
        )
    try:
        return CellSearch(sums, restricted).found()
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "the search for the variance ratio lost its digits: next to nothing is left of the outcome within groups"
        ) from None


class CellSearch:
    """The points computed so far, in order, and what is proven between neighbours."""

    def __init__(self, sums: RatioSums, restricted: bool) -> None:
        self.sums, self.restricted = sums, restricted
        self.df = float(sums.n - restricted * sums.p)
        self.largest = float(np.maximum.reduce(sums.sizes))
        smallest = float(np.minimum.reduce(sums.sizes))
        end = log1p(REACH * self.largest / smallest)
        count = 2 + int(end / log(STEP))
        self.ratios = np.expm1(np.arange(count) * (end / (count - 1))) / self.largest
        self.at = slopes(sums, self.ratios, restricted)
        if not sums.least * self.at.h[1, 0] > FLAT * float(sums.counts @ sums.sizes):
            raise IdentificationError(
                "the restricted likelihood does not depend on the variance of the groups: the fixed effects make all "
                "that differs between them. Leave the random term or these fixed effects out"
            )
        while not self.ended():
            if self.ratios[-1] * smallest > FARTHEST:
                raise ConvergenceError(
                    "the search for the variance ratio ends at 1e16 without a maximum: next to nothing is left of the "
                    "outcome within groups; look whether it is constant there"
                )
            self.add(self.ratios[-1] * FARTHER ** np.arange(1, 4))

    def ended(self) -> bool:
        """Is there a ratio beyond which the deviance is proven to rise? Those after the first are left out."""
        limit = float(np.add.reduce(self.sums.counts)) - self.restricted * self.sums.made
        rises = (1.0 - CERTAIN) * limit > -self.df * self.at.log_r2[1]
        last = int(rises.argmax())
        if not rises[last]:
            return False
        if last + 1 < len(rises):
            self.keep(slice(0, last + 1))
        return True

    def keep(self, which: slice | np.ndarray) -> None:
        """Keep some of the points, in this order."""
        at = self.at
        self.ratios = self.ratios[which]
        self.at = Slopes(at.u[which], at.h[:, which], at.log_r2[:, which])

    def add(self, ratios: Floats) -> None:
        """Evaluate at more ratios, and keep all in order."""
        old, new = self.at, slopes(self.sums, ratios, self.restricted)
        self.at = Slopes(
            np.concatenate([old.u, new.u]),
            np.concatenate([old.h, new.h], axis=1),
            np.concatenate([old.log_r2, new.log_r2], axis=1),
        )
        self.ratios = np.concatenate([self.ratios, ratios])
        self.keep(np.argsort(self.ratios, kind="stable"))

    def classified(self) -> np.ndarray:
        """Whether all is known of each cell between neighbours: by the ends of f and g, which fall, or of their slopes,
        which rise; where these do not tell of all cells, by tangents.
        """
        at = self.at
        parts = np.empty((2, 2, len(at.u)))  # f and g, and their slopes
        parts[0] = at.h[1:]
        np.multiply(-self.df, at.log_r2[1:], out=parts[1])
        parts[:, 1] /= at.u
        sure = CERTAIN * np.add.reduce(np.abs(parts[:, :, :-1]))
        early, late = parts[:, :, :-1], parts[::-1, :, 1:]
        apart = early - late
        np.negative(apart[:, 0], out=apart[:, 0])  # one is above the other if its least is above the other's most
        known = np.logical_or.reduce(apart > sure, axis=(0, 1))
        if known.all():
            return known
        values, bends = parts[:, 0], parts[:, 1]
        width = self.sums.least * (self.ratios[1:] - self.ratios[:-1])
        return known | np.logical_or.reduce(least(values, bends, -values[::-1], width) > sure[0])

    def found(self) -> RatioSearch:
        for _ in range(ROUNDS):
            known = self.classified()
            if known.all():
                break
            low, high = self.ratios[:-1], self.ratios[1:]
            halved = ~known & (high - low > NARROWEST * high)
            if not halved.any():
                break
            ends = np.log1p(self.largest * np.stack([low[halved], high[halved]]))
            self.add(np.expm1(0.5 * (ends[0] + ends[1])) / self.largest)
        else:
            known = self.classified()
        slope = self.at.h[1] + self.df * self.at.log_r2[1]
        (holds,) = ((slope[:-1] < 0.0) & (slope[1:] >= 0.0)).nonzero()
        each = sorted([*self.at_zero(), *map(self.root, holds.tolist())], key=lambda one: one[0].deviance)
        maxima, bend = tuple(one for one, _ in each), each[0][1]
        if known.all():
            return RatioSearch(maxima, GAP, (), len(self.ratios), bend)
        # the log-determinant grows and the residual falls along the ratio: together they bound a cell from below
        floors = (self.at.h[0, :-1] + self.df * self.at.log_r2[0, 1:])[~known]
        cells = np.stack([self.ratios[:-1], self.ratios[1:]], axis=1)[~known]
        gap = max([GAP, *(maxima[0].deviance - floors)])
        return RatioSearch(maxima, float(gap), tuple(map(tuple, cells.tolist())), len(self.ratios), bend)

    def at_zero(self) -> list[tuple[LocalMaximum, float]]:
        """Ratio 0, where the deviance rises from there, and how it bends."""
        value, slope, _ = (self.at.h[:, 0] + self.df * self.at.log_r2[:, 0]).tolist()
        slope *= self.sums.least
        return [(LocalMaximum(0.0, value, slope), slope)] if slope >= 0.0 else []

    def root(self, cell: int) -> tuple[LocalMaximum, float]:
        """The maximum in a cell where the slope turns from negative to positive: Newton's method between its ends, of
        log f - log g along log v, v = 1 + tau a of the largest group, which is nearly a line. And how it bends there.
        """
        first, last = max(cell - BESIDE, 0), min(cell + 2 + BESIDE, len(self.ratios))
        places = np.log1p(self.largest * self.ratios[first:last]).tolist()
        near = self.turned(self.at, slice(first, last), places)
        own = slice(cell - first, cell - first + 2)
        (low, high), (lower, upper) = places[own], near[own]
        x = inverse_at_zero(places, near)
        if not low < x < high:
            x = inverse_at_zero(places[own], near[own])
        x = x if low < x < high else 0.5 * (low + high)
        curve = (upper[1] - lower[1]) / (high - low)
        for _ in range(ROUNDS):
            at = slopes(self.sums, np.array([expm1(x) / self.largest]), self.restricted)
            value, slope, bend = (at.h + self.df * at.log_r2)[:, 0].tolist()
            low, high = (x, high) if slope < 0.0 else (low, x)
            ((off, turn),) = self.turned(at, slice(1), [x])
            step = -off / turn if turn > 0.0 else inf
            bent = abs(curve / turn) if isfinite(curve / turn) else 1.0
            if 0.5 * bent * step * step <= NEAR * x or high - low <= 1e-15 * high:
                along = step * self.along(float(at.u[0]), x)
                ratio = expm1(x + step) / self.largest
                value += along * (slope + 0.5 * bend * along)
                to_u = self.sums.least / (1.0 + self.sums.least * ratio)
                return LocalMaximum(ratio, value, 0.0), 2.0 * ratio * bend * to_u * to_u
            x = x + step if low < x + step < high else 0.5 * (low + high)
        raise ConvergenceError("a maximum of the likelihood along the variance ratio is not found within its cell")

    def along(self, u: float, x: float) -> float:
        """The derivative of log u by x = log v."""
        return self.sums.least / self.largest * exp(x) / u

    def turned(self, at: Slopes, which: slice, places: Sequence[float]) -> list[tuple[float, float]]:
        """log f - log g at points and its derivative by x = log v, which has the sign of the bend near a maximum."""
        found, df = [], self.df
        rows = (*at.h[1:, which].tolist(), *at.log_r2[1:, which].tolist(), at.u[which].tolist())
        for x, f, fall_f, g, fall_g, u in zip(places, *rows, strict=True):
            if f > 0.0 > g:
                found.append((log(f / (-df * g)), (fall_f / f - fall_g / g) * self.along(u, x)))
            else:
                found.append((inf, inf))
        return found


def inverse_at_zero(points: Sequence[float], known: Sequence[tuple[float, float]]) -> float:
    """Where a function is about 0 whose values and slopes at the points are `known`: the polynomial of its inverse, by
    divided differences. Not a number where the function does not rise throughout.

    >>> inverse_at_zero([1.0, 4.0], [(-1.0, 1.0), (2.0, 1.0)])
    2.0
    """
    values, rises = zip(*known, strict=True)
    if not all(low < high < inf for low, high in pairwise(values)) or not all(0.0 < rise < inf for rise in rises):
        return nan
    at = [value for value in values for _ in range(2)]
    differences = [x for x in points for _ in range(2)]
    found, product = differences[0], 1.0
    for order in range(1, len(at)):
        pairs = zip(differences, differences[1:], at, at[order:], strict=False)
        differences = [
            1.0 / rises[k // 2] if low == high else (right - left) / (high - low)
            for k, (left, right, low, high) in enumerate(pairs)
        ]
        product *= -at[order - 1]
        found += product * differences[0]
    return found


def least(values: Floats, bends: Floats, other: Floats, width: Floats) -> Floats:
    """A lower bound in each cell of f + g, f convex with `values` and slopes `bends` at the ends, g concave, of one or
    more pairs of functions (..., n) at n points.

    f lies above both tangents and g above its chord: a convex polygon, with corners at the ends and where the tangents
    meet.
    """
    left, right = bends[..., :-1], bends[..., 1:]
    turn, ends = right - left, values + other
    meet = values[..., :-1] - values[..., 1:] + right * width
    meet = np.divide(meet, turn, out=np.zeros_like(meet), where=turn > 0.0)
    np.minimum(np.maximum(meet, 0.0, out=meet), width, out=meet)
    corner = ends[..., :-1] + (left + (other[..., 1:] - other[..., :-1]) / width) * meet
    return np.minimum(corner, np.minimum(ends[..., :-1], ends[..., 1:]))
