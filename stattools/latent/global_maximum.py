"""Proofs that a maximum over variance components is the global one: over one ratio, of one model or of many at once,
and over shares of several.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from itertools import combinations, pairwise
from math import exp, expm1, inf, isfinite, log, log1p, nan
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance, lower_entries, potrf, trtri
from stattools.latent.elimination import Bools, StackedSums
from stattools.numerics.small_matrices import eigen, factored, inverted

MOST_SIZES = 64
"""Different sizes of groups that are kept apart; more are interpolated."""

NODES = 20

PANEL = np.log(20.0)

TINY = 1e-12

CANCELED = 1e-4
"""A share of the sum of squares within groups below which the difference to that between them has lost digits."""

SAFE = 0.9
"""The bound is this share of what it is in exact numbers: columns are orthogonal, and sizes interpolated, but for
less.
"""

DUST = 1e-11
"""A direction of X with a share of its sum of squares within groups below this has none: groups make it, as the
intercept.
"""


@record
class RatioSums:
    """What the deviance of one ratio needs of the data: `sizes` a_k (K,), their `counts`, `products` (K, m, m) =
    sum of B_j'B_j / a_j over the groups of that size, `within` (m, m), what is left at an infinite ratio, and a bound
    `least` > 0 that no eigenvalue of K'Z Z'K but 0 is below.

    One variance ratio of one grouping factor: the profiled deviance and its slopes from sums over groups.

    V = I + tau Z Z' with one column z_j of Z per group, a_j = z_j'z_j and B_j = z_j'W for W = [X, y]. Then

        log|V| = sum_j log(1 + tau a_j),   W'V^-1 W = (W'W - sum_j B_j'B_j / a_j) + sum_j B_j'B_j / (a_j (1 + tau a_j)),

    sums of positive terms, so that nothing cancels at a large ratio. Groups with one a_j are summed before tau is
    known; where there are more than 64 different ones their terms are interpolated at 20 Chebyshev points of log a per
    factor of 20 in a. A term 1/(1 + tau a) is analytic in log a within pi of the real line: the interpolation is exact
    to 1e-13 at every tau. A point costs O(m^3) after one pass over the groups, for m columns of W.

    With least a lower bound of the eigenvalues above 0 of K'Z Z'K, K'X = 0, and u = 1 + tau least, a proof stands on
    this:

    * u d log|V| / du (and that of log|V| + log|X'V^-1 X| in a restricted likelihood) is a sum of u / (u - c),
      0 <= c < 1;
    * the residual r2 = min_b (y - X b)'V^-1(y - X b) is w + sum_i b_i / (u - p_i), 0 <= p_i < 1, whose zeros z_i lie
      between the p_i and one below them, so that -u d log r2 / du is the integral of u / (u - x)^2 over x from each
      z_i, or 0 where the lowest is -z < 0, to p_i, and z / (u + z) then.

    All of these are completely monotone in u >= 1: positive, falling, convex (Berg, Mediterr. J. Math. 1, 2004), so
    that values and slopes at the ends of a cell bound them inside; for groups of one size the first is a constant.
    `RatioSearch` proves its answer with that. That no eigenvalue is below the least: with A = Z'Z they are those of
    A^(1/2) N A^(1/2), N = I - A^(-1/2) Z'Q Q'Z A^(-1/2) with Q'Q = I, so at least min(a) times the least of N above 0,
    which is that of Q'Q - Q'Z A^-1 Z'Q, what is left of the columns of X within groups.
    """

    sizes: Floats
    counts: Floats
    products: Floats
    within: Floats
    n: int
    least: float

    @property
    def p(self) -> int:
        return len(self.within) - 1

    @cached_property
    def bends(self) -> Floats:
        """What sums the derivatives of u / (u - c) by log u, c = 1 - least / a."""
        return self.counts * (self.least / self.sizes - 1.0)

    @cached_property
    def made(self) -> int:
        """How many directions of X the groups make."""
        return self.within.diagonal()[:-1].tolist().count(0.0)


@record
class Slopes:
    """At P ratios `u` (P,), and the log-determinant `h` and `log_r2` of the residual, each (3, P): the value, and its
    first and second derivative by log u.
    """

    u: Floats
    h: Floats
    log_r2: Floats


def ratio_sums(
    sizes: Floats, projected: Floats, total: Floats, n: int, exact: Callable[[], Floats] | None = None
) -> RatioSums:
    """The sums of groups with a_j = `sizes` (J,), B_j = `projected` (m, J), W'W = `total` (m, m).

    The last column of W is y, best its residual after X, and the others are orthogonal and of one length; they are
    turned so that those which groups make stand alone, since at a large ratio these are all but 0 beside the others.
    Groups whose z is 0 drop out. `exact` is asked for what is left within groups where a difference has lost digits.
    """
    a, B, largest = sizes, projected, float(np.maximum.reduce(sizes, initial=0.0))
    smallest = float(np.minimum.reduce(a))
    if not smallest > TINY * largest:
        there = a > TINY * largest
        a, B = a[there], B[:, there]
        smallest = float(a.min())
    if largest <= smallest * (1 + TINY):
        kept, counts, products = a[:1], np.array([float(len(a))]), (B @ B.T / smallest)[None]
    else:
        order = rising(a)
        a, B = a.take(order), B.take(order, axis=1)
        B /= np.sqrt(a)
        firsts = np.flatnonzero(np.concatenate([[True], a[1:] > a[:-1] * (1 + TINY)]))
        if len(firsts) <= MOST_SIZES:
            ends = np.append(firsts[1:], len(a))
            kept, counts, products = a[firsts], (ends - firsts).astype(float), summed_products(B, firsts, ends)
        else:
            kept, counts, products = interpolated(a, B)
    within = total - np.add.reduce(products)
    if exact is not None and within[-1, -1] < CANCELED * total[-1, -1]:
        within = exact()
    turn = np.eye(len(total))
    values, turn[:-1, :-1] = eigen(within[:-1, :-1])
    within = turn.T @ within @ turn
    length = sum(total.diagonal()[:-1].tolist()) / max(len(values), 1)
    eigenvalues = values.tolist()  # which rise
    gone = sum(value <= DUST * length for value in eigenvalues)
    within[:gone], within[:, :gone] = 0.0, 0.0
    share = min([1.0, *(value / length for value in eigenvalues[gone : gone + 1])])
    return RatioSums(kept, counts, turn.T @ products @ turn, within, n, SAFE * share * smallest)


def rising(sizes: Floats) -> NDArray[np.intp]:
    """The order in which sizes rise. Those of levels are numbers of rows: small whole numbers are put in order in one
    pass, without comparisons.
    """
    if sizes.max() < np.iinfo(np.int16).max:
        whole = sizes.astype(np.int16)
        if (whole == sizes).all():
            return np.argsort(whole, kind="stable")
    return np.argsort(sizes, kind="stable")


def summed_products(B: Floats, firsts: NDArray[np.intp], ends: NDArray[np.intp]) -> Floats:
    """B B' (K, m, m) over the columns of each run from `firsts` to `ends`: at once where B has few rows."""
    m = len(B)
    if m > 6:
        return np.array([B[:, i:j] @ B[:, i:j].T for i, j in zip(firsts, ends, strict=True)])
    rows, cols = lower_entries(m)
    found = np.empty((len(firsts), m, m))
    found[:, rows, cols] = found[:, cols, rows] = np.add.reduceat(B[rows] * B[cols], firsts, axis=1).T
    return found


def interpolated(a: Floats, B: Floats) -> tuple[Floats, Floats, Floats]:
    """The sums at Chebyshev points of log a that stand for those of all groups; `a` rises."""
    x = np.log(a)
    panels = max(1, int(np.ceil((x[-1] - x[0]) / PANEL)))
    edges = np.linspace(x[0], x[-1], panels + 1)
    found = []
    angles = (2 * np.arange(NODES) + 1) * np.pi / (2 * NODES)
    signs = np.sin(angles) * (-1.0) ** np.arange(NODES)
    bounds = np.r_[0, np.searchsorted(x, edges[1:-1]), len(x)]
    for k in range(panels):
        i, j = bounds[k], bounds[k + 1]
        if i == j:
            continue
        nodes = (edges[k] + edges[k + 1]) / 2 + (edges[k + 1] - edges[k]) / 2 * np.cos(angles)
        away = x[i:j] - nodes[:, None]
        away[away == 0.0] = 1e-300  # the group stands at the point, and weighs there alone
        weights = np.divide(signs[:, None], away, out=away)
        weights /= weights.sum(axis=0)
        products = weighted_products(weights, B[:, i:j])
        found.append((np.exp(nodes), weights.sum(axis=1), products))
    kept, counts, products = zip(*found, strict=True)
    return np.concatenate(kept), np.concatenate(counts), np.concatenate(products)


def weighted_products(weights: Floats, B: Floats) -> Floats:
    """B diag(w) B' (N, m, m) of weights (N, J): at once where B has few rows, else one after the other."""
    m = len(B)
    if m > 6:
        return np.array([(B * w) @ B.T for w in weights])
    rows, cols = lower_entries(m)
    found = np.empty((len(weights), m, m))
    found[:, rows, cols] = found[:, cols, rows] = weights @ (B[rows] * B[cols]).T
    return found


def residual_at_infinity(sums: RatioSums) -> float:
    """r2 as tau grows: the residual sum of squares after X and a free coefficient of every group."""
    values, xy = sums.within[:-1, :-1].diagonal(), sums.within[:-1, -1]
    there = values > 0.0
    return float(sums.within[-1, -1] - xy[there] @ (xy[there] / values[there]))


def slopes(sums: RatioSums, ratios: Floats, restricted: bool) -> Slopes:
    """Log-determinant and log residual at the ratios (P,), with two derivatives; `restricted` adds log|X'V^-1 X|.

    Raises LinAlgError where W'V^-1 W is not positive definite in float64.
    """
    P, m, least = len(ratios), len(sums.within), sums.least
    reach = np.multiply.outer(ratios, sums.sizes)
    left = 1.0 / (1.0 + reach)
    u = 1.0 + least * ratios
    beyond = left * (sums.sizes / least)  # 1 / (u - c)
    pull = beyond * u[:, None]
    weights = np.empty((3, *left.shape))
    weights[0] = left
    falls = np.multiply(left, pull, out=weights[1])
    np.multiply(falls, 2.0 * pull - 1.0, out=weights[2])
    np.negative(falls, out=falls)
    C = (weights.reshape(3 * P, -1) @ sums.products.reshape(len(sums.sizes), -1)).reshape(3, P, m, m)
    C[0] += sums.within
    # directions that groups make come first and shrink as columns of the triangle, so that its inverse keeps its digits
    L, back = _triangle(C[0]) if P == 1 else _triangles(C[0])
    changes = back @ C[1:] @ back.transpose(0, 2, 1)  # the derivatives where W'V^-1 W is the identity
    own = np.empty((3, P, m))
    np.log(L.diagonal(axis1=1, axis2=2), out=own[0])
    own[0] *= 2.0
    own[1:] = changes.diagonal(axis1=2, axis2=3)
    squares = (changes[0] * changes[0]).reshape(P, m * m) @ _blocks(m)
    log_r2, h = own[:, :, -1].copy(), np.empty((3, P))
    log_r2[2] -= 2.0 * squares[:, 1] + log_r2[1] * log_r2[1]
    np.matmul(np.log1p(reach), sums.counts, out=h[0])
    np.matmul(pull, sums.counts, out=h[1])
    np.matmul(pull * beyond, sums.bends, out=h[2])
    if restricted:
        h += np.add.reduce(own[:, :, :-1], axis=2)
        h[2] -= squares[:, 0]
    return Slopes(u, h, log_r2)


def _triangles(stack: Floats) -> tuple[Floats, Floats]:
    """The Cholesky factors of matrices (P, m, m), and their inverses."""
    L: Any = np.linalg.cholesky(stack)
    return L, np.linalg.inv(L)


def _triangle(stack: Floats) -> tuple[Floats, Floats]:
    """The same of one matrix (1, m, m), by LAPACK alone: the checks of numpy.linalg take longer than it does."""
    L, info = potrf(stack[0], lower=True, clean=True)
    if info:
        raise np.linalg.LinAlgError("Matrix is not positive definite")
    return L[None], trtri(L, lower=True)[0][None]


@cache
def _blocks(m: int) -> Floats:
    """What sums the entries (m * m, 2) of a matrix: those of X by X, and those of X by y."""
    found = np.zeros((m, m, 2))
    found[:-1, :-1, 0] = found[-1, :-1, 1] = 1.0
    return found.reshape(m * m, 2)


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

INFINITE_DEVIATION = 1e12
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

    Every local maximum of the likelihood in one variance ratio, with proof that there is no other.

    The profiled -2 log L is d(tau) = h(tau) + df log r2(tau) + constant on tau >= 0. In u = 1 + tau least (`RatioSums`)
    its slope is u d' = f - g, f = u h' and g = -df u (log r2)', which are both positive, falling and convex. In a cell

    * f lies above its tangents and below its chord, and g too, so that f - g has bounds;
    * the slope of f - g lies between f' at the lower end less g' at the upper, and f' at the upper less g' at the
      lower.

    A cell where f - g has one sign holds no stationary point, one where its slope has one sign at most one; others are
    halved. Beyond the last cell d rises where f, which stays above its limit, the number of eigenvalues, is above g.
    Where d falls from 0 or rises there, the conditions at the boundary decide. All points of a round are computed at
    once, after one pass over the groups.
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
        sizes, projected, at.cross, deviance.n, lambda: structure.evaluate((np.full((1, 1), INFINITE_DEVIATION),)).cross
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


TRIED = 10.0 ** np.arange(1.0, 7.1, 1.5)
"""Ratios, over the inverse of the least group, beyond one of which the deviance is proven to rise; else it is left to
the search of one model, which looks farther.
"""

GRID = 24
"""Ratios beside 0 at which every member is looked at first."""

HALVINGS = 12
"""So often at most are cells halved."""

NEWTON = 4
"""Steps to the root of a slope, before a climb goes on from there."""

RISES = 1e-6
"""A slope at the ratio 0 below this share of its first part may be 0."""


@record
class StackedRatios:
    """Of members the `sizes` (m, J) of their groups, `products` (m, J, M (M + 1) / 2) = B_j B_j' / a_j by pairs of
    columns, turned so that those which groups make stand alone, and what is left `within` (m, M (M + 1) / 2).

    The global maximum in one variance ratio of many models at once, with the proof of `RatioSearch`.

    All cells of all members between neighbouring ratios are looked at together, and those that may hold what is not
    known are halved together. The sums are those of positive terms of `RatioSums`, and the slopes come from the
    triangle L of C = W'V^-1 W, whose last row is that of y: with N1 = L^-1 C' L^-T and N2 = L^-1 C'' L^-T of its slope
    and bend,

        (log r2)' = N1_yy,   (log r2)'' = N2_yy - 2 |N1_xy|^2 - N1_yy^2
        log|X'V^-1 X|' = tr N1_xx,   log|X'V^-1 X|'' = tr N2_xx - |N1_xx|^2

    A member with several local maxima, or with a cell that stays undecided, is not `known`, and the caller fits it
    alone.
    """

    sizes: Floats
    products: Floats
    within: Floats
    infinite: Floats
    df: Floats
    reml: bool
    sound: Bools

    @classmethod
    def of(cls, sums: StackedSums, reml: bool) -> StackedRatios:
        """From the sums of members with one effect of each group."""
        a, B, C = sums.A[:, 0, 0], sums.B[:, 0], sums.C
        M = C.shape[1]
        there = a > TINY * a.max(axis=1)[:, None]
        a = np.where(there, a, 0.0)
        B = np.where(there[:, None], B / np.sqrt(np.where(there, a, 1.0))[:, None], 0.0)
        within = C - B @ np.swapaxes(B, 1, 2)
        sound = sums.sound & (within[:, -1, -1] >= CANCELED * C[:, -1, -1])
        within[~sound] = np.eye(M)
        turn = np.zeros(C.shape)
        turn[:, -1, -1] = 1.0
        values, turn[:, :-1, :-1] = np.linalg.eigh(within[:, :-1, :-1])
        within = np.swapaxes(turn, 1, 2) @ within @ turn
        whole = np.trace(C[:, :-1, :-1], axis1=1, axis2=2) / max(M - 1, 1)
        gone = np.zeros((len(C), M), dtype=bool)
        gone[:, :-1] = values <= DUST * whole[:, None]
        within[gone[:, :, None] | gone[:, None]] = 0.0
        B = np.swapaxes(turn, 1, 2) @ B
        first, second = np.tril_indices(M)
        products = np.swapaxes(B[:, first] * B[:, second], 1, 2)
        kept, xy = np.where(gone[:, :-1], 1.0, values), np.where(gone[:, :-1], 0.0, within[:, :-1, -1])
        infinite = within[:, -1, -1] - (xy**2 / kept).sum(axis=1)
        sound &= infinite > ROUND_OFF * C[:, -1, -1]
        df = sums.n - (M - 1 if reml else 0)
        return cls(a, np.ascontiguousarray(products), within[:, first, second], infinite, df, reml, sound)

    def slopes(self, which: Any, ratios: Floats) -> tuple[Floats, Floats]:
        """h and log r2 of some members, each (3, P, k): value, slope and bend at their ratios (k, P)."""
        sizes, products = self.sizes[which], self.products[which]
        k, P = ratios.shape
        at = ratios[:, :, None] * sizes[:, None]
        left = 1.0 / (1.0 + at)
        pull = sizes[:, None] * left
        weights = np.concatenate([left, -pull * left, 2.0 * pull * pull * left], axis=1)
        found = (weights @ products).reshape(k, 3, P, -1)
        found[:, 0] += self.within[which][:, None]
        M = int((2.0 * found.shape[-1]) ** 0.5)
        first, second = np.tril_indices(M)
        pair = np.empty((M, M), dtype=np.intp)
        pair[first, second] = pair[second, first] = np.arange(len(first))
        C, C1, C2 = found.transpose(1, 3, 2, 0).reshape(3, -1, P * k)[:, pair]
        h = np.empty((3, P, k))
        h[0], h[1], h[2] = np.log1p(at).sum(axis=2).T, pull.sum(axis=2).T, -(pull * pull).sum(axis=2).T
        L, _ = factored(C)
        back = inverted(L)
        N1, N2 = (np.einsum("ikn,lkn->iln", np.einsum("ijn,jkn->ikn", back, one), back) for one in (C1, C2))
        slope = N1[-1, -1]
        bend = N2[-1, -1] - 2.0 * (N1[:-1, -1] ** 2).sum(axis=0) - slope * slope
        log_r2 = np.array([2.0 * np.log(L[-1, -1]), slope, bend]).reshape(3, P, k)
        if self.reml:
            x = N1[:-1, :-1]
            h[0] += 2.0 * np.log(np.diagonal(L)[:, :-1]).sum(axis=1).reshape(P, k)
            h[1] += np.trace(x).reshape(P, k)
            h[2] += (np.trace(N2[:-1, :-1]) - (x * x).sum(axis=(0, 1))).reshape(P, k)
        return h, log_r2

    @np.errstate(all="ignore")  # members that leave float64 are not known
    def searched(self) -> tuple[Floats, Bools]:
        """The ratio (m,) of the only maximum, 0 or near one inside, and which members are known to have one alone."""
        m, every = len(self.sizes), slice(None)
        largest = self.sizes.max(axis=1)
        smallest = np.where(self.sizes > 0.0, self.sizes, np.inf).min(axis=1)
        tried = TRIED / smallest[:, None]
        h, r = self.slopes(every, tried)
        rises = tried.T * h[1] - self.df * np.maximum(np.exp(r[0]) / self.infinite - 1.0, 0.0) > 0.0
        last = tried[np.arange(m), np.argmax(rises, axis=0)]
        first = 1e-3 / largest
        share = np.linspace(0.0, 1.0, GRID)
        grid = first[:, None] * (np.maximum(last, 10.0 * first) / first)[:, None] ** share
        ratios = np.concatenate([np.zeros((m, 1)), grid], axis=1)
        h, r = self.slopes(every, ratios)
        known = self.sound & rises.any(axis=0) & (h[1, 0] > FLAT * self.sizes.sum(axis=1))
        slope = h[1, 0] + self.df * r[1, 0]
        at_zero = slope >= 0.0
        known &= np.abs(slope) > RISES * h[1, 0]
        ends = np.concatenate([h[1:], self.df * r[1:]])  # (4, points, m): slopes and bends of both parts
        cells = np.stack([ends[:, :-1], ends[:, 1:]]).reshape(2, 4, -1)
        owner = np.broadcast_to(np.arange(m), (GRID, m)).ravel()
        low, high, inside = self._decided(owner, ratios.T[:-1].ravel(), ratios.T[1:].ravel(), cells, known)
        known &= at_zero.astype(int) + inside == 1
        found = np.zeros(m)
        some = np.flatnonzero(known & ~at_zero)
        if len(some):
            found[some] = self._near_root(some, low[some], high[some])
        return found, known

    def _decided(
        self, owner: NDArray[np.intp], low: Floats, high: Floats, ends: Floats, known: Bools
    ) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """The cells (m,) in which the slope turns from negative to positive, and how many of these a member has, a
        large number where cells stay undecided. The given cells (N,) have an owner and `ends` (2, 4, N).
        """
        m = len(self.sizes)
        inside, lower, upper = np.zeros(m, dtype=np.intp), np.zeros(m), np.zeros(m)
        for _ in range(HALVINGS):
            (h1, h2, r1, r2), width = ends.transpose(1, 2, 0), (high - low)[:, None]  # (N, 2) each
            told = (least(h1, h2, r1, width) > 0.0) | (least(-r1, -r2, -h1, width) > 0.0)
            told = told[:, 0] | (h2[:, 0] + r2[:, 1] > 0.0) | (h2[:, 1] + r2[:, 0] < 0.0)
            slope = h1 + r1
            turns = np.flatnonzero(told & (slope[:, 0] < 0.0) & (slope[:, 1] >= 0.0))
            inside += np.bincount(owner[turns], minlength=m)
            lower[owner[turns]], upper[owner[turns]] = low[turns], high[turns]
            rest = np.flatnonzero(~told & known[owner])
            if not len(rest):
                return lower, upper, inside
            owner, low, high, ends = owner[rest], low[rest], high[rest], ends[:, :, rest]
            middle = np.where(low > 0.0, np.sqrt(low * high), high / 8.0)
            h, r = self.slopes(owner, middle[:, None])
            at = np.concatenate([h[1:, 0], self.df[owner] * r[1:, 0]])
            ends = np.concatenate([np.stack([ends[0], at]), np.stack([at, ends[1]])], axis=2)
            owner, low, high = np.tile(owner, 2), np.append(low, middle), np.append(middle, high)
        inside[owner] = HALVINGS
        return lower, upper, inside

    def _near_root(self, which: NDArray[np.intp], low: Floats, high: Floats) -> Floats:
        """Near the ratio between `low` and `high` where the slope turns from negative to positive."""
        x = np.where(low > 0.0, np.sqrt(low * high), 0.5 * high)
        for _ in range(NEWTON):
            h, r = self.slopes(which, x[:, None])
            _, slope, bend = (h + self.df[which] * r)[:, 0]
            low, high = np.where(slope < 0.0, x, low), np.where(slope < 0.0, high, x)
            step = x - slope / np.where(bend > 0.0, bend, np.inf)
            x = np.where((bend > 0.0) & (step > low) & (step < high), step, 0.5 * (low + high))
        return x


LEAST_SHARE = 1e-4

INFINITE_RATIO = 1e10
"""A ratio at which r2 is within 1e-8 of that at infinity; what is proven with it must hold by `BEYOND`."""

BEYOND = 1e-3

SMALLEST = 1e-4
"""A ratio, of columns with squares of 1 on average, that is next to 0."""

MOST_POINTS = 20_000

SECONDS = 20.0
"""A search of three components or more ends then, with the gap that it has reached: it may not close for hours. Two
components are searched until they are proven, which takes some thousand points.
"""

MOST_BOXES = 2_000


@record
class AtShares:
    """-2 log L, `value`, at shares w: h and log r2 with their gradients in w."""

    w: Floats
    h: float
    log_r2: float
    slope_h: Floats
    slope_log_r2: Floats
    value: float


@record
class Bounded:
    """What the search proved: no variance components have a -2 log L below `value` - `gap`.

    `theta` are the roots of the best ratios that it met; `points` were computed. `closed` says whether the share of the
    residual below `LEAST_SHARE` is in the proof.
    """

    value: float
    gap: float
    theta: Floats
    points: int
    closed: bool


def branch_and_bound(
    deviance: Deviance, known: float, gap: float = GAP, most: int = MOST_POINTS, seconds: float = SECONDS
) -> Bounded:
    """Search all variance components of independent scalar terms for a -2 log L below `known` - `gap`.

    Ends with the gap that was asked for, or with the one reached after `most` points; of three terms and more after
    `seconds`, too.

    A proof that no variance components are better: branch and bound over their shares.

    V(w) = w_0 I + sum_k w_k Z_k Z_k', each Z_k Z_k' with diagonal 1 on average, w on the simplex. Profiled over b and
    s2,

        -2 log L(w) = h(w) + df log r2(w) + constant,   h = log|V| (+ log|X'V^-1 X|),   r2 = min_b (y - Xb)'V^-1(y - Xb)

    h is concave in w, the log-determinant of an affine positive matrix, and log r2 convex: along a line r2 is a sum of
    c_i^2 / (1 + t d_i), and sums of log-convex functions are log-convex. In a simplex with vertices v_i then h lies
    above its interpolation, log r2 above every mixture of its tangents at the vertices, and the sum above

        max over mixtures m of tangents t of  min_i [ h(v_i) + df sum_t m_t tangent_t(v_i) ]:

    the value of a matrix game. Cells below the best value known, less the gap, are cut where the tangents of their
    worst edge meet.

    Where the share of the residual is below `LEAST_SHARE` the ratios w_k / w_0 are large. In their terms h grows and r2
    falls: in a box of ratios -2 log L is at least that of h at its lower corner and r2 at its upper one, infinity being
    `INFINITE`. Boxes are halved until all of them are proven, which takes few, because nothing good is there.
    """
    few = len(deviance.structure.widths) <= 2
    return SimplexSearch(deviance, gap, most).run(known, np.inf if few else monotonic() + seconds)


class SimplexSearch:
    """Cells that may hold a better point, the lowest bound first."""

    def __init__(self, deviance: Deviance, gap: float, most: int) -> None:
        self.deviance, self.gap, self.most = deviance, gap, most
        self.df = float(deviance.d)
        self.k = len(deviance.structure.widths) + 1
        self.points = 0

    def at(self, w: Floats) -> AtShares:
        """The likelihood at shares with w_0 > 0."""
        self.points += 1
        ratios = w[1:] / w[0]
        found = self.deviance.at(np.sqrt(ratios))
        pulls = np.array([np.sum(found.slopes(one) ** 2) for one in found.evaluated.projected])
        slope_r = np.empty(self.k)
        slope_r[1:] = -pulls / (w[0] * found.r2)
        slope_r[0] = (-1.0 - w[1:] @ slope_r[1:]) / w[0]
        gammas = np.array([gamma[0, 0] for gamma in found.gammas])
        slope_h = np.empty(self.k)
        slope_h[1:] = gammas / w[0] - self.df * slope_r[1:]
        slope_h[0] = (self.df - w[1:] @ slope_h[1:]) / w[0]
        h = found.value - self.df * np.log(found.r2)
        rest = float(self.df * np.log(w[0]))
        return AtShares(w, h + rest, float(np.log(found.r2 / w[0])), slope_h, slope_r, found.value)

    def run(self, known: float, until: float = np.inf) -> Bounded:
        """The search, which ends at a time of the clock `monotonic`."""
        vertices = [self.at(w) for w in self.corners]
        best = min(vertices, key=lambda one: one.value)
        queue = [(*self.bound(vertices), 0, vertices)]
        count, floor = 0, np.inf
        while queue:
            bound, (i, j, t), _, cell = heapq.heappop(queue)
            if bound >= min(known, best.value) - self.gap:
                break
            if self.points >= self.most or monotonic() > until:
                floor = bound
                break
            middle = self.at((1.0 - t) * cell[i].w + t * cell[j].w)
            best = min(best, middle, key=lambda one: one.value)
            for gone in (i, j):
                count += 1
                part = [*cell[:gone], middle, *cell[gone + 1 :]]
                bound, edge = self.bound(part)
                if bound < min(known, best.value) - self.gap:
                    heapq.heappush(queue, (bound, edge, count, part))
        lowest = min(known, best.value)
        theta = np.sqrt(best.w[1:] / best.w[0])
        return Bounded(lowest, float(max(self.gap, lowest - floor)), theta, self.points, self.closed(lowest))

    @property
    def corners(self) -> list[Floats]:
        """The vertices of the simplex of shares whose residual is not below the least."""
        rest = np.eye(self.k)
        return [rest[0], *((1.0 - LEAST_SHARE) * one + LEAST_SHARE * rest[0] for one in rest[1:])]

    def closed(self, known: float) -> bool:
        """Is -2 log L above `known` wherever the share of the residual is below the least?"""
        k = self.k - 1
        beyond = (1.0 / LEAST_SHARE - 1.0) / k
        boxes = []
        for large in range(k):  # one ratio at least is large
            low, high = np.zeros(k), np.full(k, INFINITE_RATIO)
            low[large] = beyond
            boxes.append((low, high))
        heights: dict[bytes, tuple[float, float]] = {}
        for _ in range(MOST_BOXES):
            if not boxes:
                return True
            low, high = boxes.pop()
            if self.parts(low, heights)[0] + self.parts(high, heights)[1] > known + BEYOND:
                continue
            wide = np.log((high + SMALLEST) / (low + SMALLEST))
            j = int(np.argmax(wide))
            cut = np.sqrt((low[j] + SMALLEST) * (high[j] + SMALLEST)) - SMALLEST
            for end in (low, high):
                box = [low.copy(), high.copy()]
                box[0 if end is high else 1][j] = cut
                boxes.append((box[0], box[1]))
        return False

    def parts(self, ratios: Floats, heights: dict[bytes, tuple[float, float]]) -> tuple[float, float]:
        """-2 log L at ratios without df log r2, and df log r2."""
        key = ratios.tobytes()
        if key not in heights:
            self.points += 1
            found = self.deviance.at(np.sqrt(ratios))
            of_residual = self.df * np.log(found.r2)
            heights[key] = float(found.value - of_residual), float(of_residual)
        return heights[key]

    def bound(self, cell: list[AtShares]) -> tuple[float, tuple[int, int, float]]:
        """A lower bound of -2 log L in a cell, and the edge to cut with the place where."""
        h, r = np.array([one.h for one in cell]), np.array([one.log_r2 for one in cell])
        W = np.array([one.w for one in cell])
        away = W[None, :, :] - W[:, None, :]  # [from, to]
        bent_r = r[None, :] - r[:, None] - np.einsum("ijk,ik->ij", away, [one.slope_log_r2 for one in cell])
        bent_h = h[:, None] - h[None, :] + np.einsum("ijk,ik->ij", away, [one.slope_h for one in cell])
        game = h + self.df * (r - bent_r)  # [tangent, vertex]
        bent = bent_h + self.df * bent_r
        both = bent + bent.T
        i, j = np.unravel_index(np.argmax(np.triu(both, 1)), both.shape)
        t = bent[j, i] / both[i, j] if both[i, j] > 0.0 else 0.5
        return mixture_value(game), (int(i), int(j), float(np.clip(t, 0.1, 0.9)))


def mixture_value(game: Floats) -> float:
    """A lower bound of max over mixtures m of min_i sum_t m_t game[t, i], the value itself as a rule.

    Every mixture gives a bound; those are tried that make the vertices of a subset equal.

    >>> round(mixture_value(np.array([[1.0, 3.0], [3.0, 1.0]])), 9)
    2.0
    """
    best = float(game.min(axis=1).max())
    for size in range(len(game), 1, -1):
        for some in combinations(range(len(game)), size):
            part = game[np.ix_(some, some)] - best
            try:
                mixed = np.linalg.solve(part.T + (np.abs(part).max() or 1.0), np.ones(size))
            except np.linalg.LinAlgError:
                continue
            if (mixed >= 0.0).all():
                best = max(best, float(((mixed / mixed.sum()) @ game[list(some)]).min()))
                if size == len(game):
                    return best
    return best
