"""Proofs that a maximum over variance components is the global one: over one ratio, of one model or of many at once,
and over shares of several.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import reduce
from itertools import combinations
from math import log
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import Bools, StackedSums
from stattools.numerics.small_matrices import inverted, times, transposed, triangles

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
    """What the deviance of one ratio needs of the data of m models: `sizes` a_k (m, K), their `counts`, `products` (m,
    K, M, M) = sum of B_j'B_j / a_j over the groups of that size, `within` (m, M, M), what is left at an infinite ratio,
    a bound `least` > 0 (m,) that no eigenvalue of K'Z Z'K but 0 is below, and how many directions of X groups have
    `made` (m,).

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
    n: Floats
    least: Floats
    made: NDArray[np.intp]

    def some(self, which: NDArray[np.intp]) -> RatioSums:
        """Those of some of the models."""
        return RatioSums(*(part[which] for part in vars(self).values()))


@record
class Slopes:
    """At `ratios` (...) and `u`, the log-determinant `h` and `log_r2` of the residual, each (3, ...): the value, and
    its first and second derivative by log u. `definite` says where W'V^-1 W is positive definite in float64: elsewhere
    the numbers mean nothing.
    """

    ratios: Floats
    u: Floats
    h: Floats
    log_r2: Floats
    definite: Bools

    def at(self, which: Any) -> Slopes:
        """Those at some of the ratios."""
        every = (slice(None), *which) if isinstance(which, tuple) else (slice(None), which)
        return Slopes(self.ratios[which], self.u[which], self.h[every], self.log_r2[every], self.definite[which])

    def followed_by(self, others: Slopes) -> Slopes:
        """These and others along the last axis."""
        pairs = zip(vars(self).values(), vars(others).values(), strict=True)
        return Slopes(*(np.concatenate(pair, axis=-1) for pair in pairs))


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
    order = np.argsort(a, kind="stable")
    a, B = a[order], B[:, order] / np.sqrt(a[order])
    firsts = np.flatnonzero(np.concatenate([[True], a[1:] > a[:-1] * (1 + TINY)]))
    if len(firsts) <= MOST_SIZES:
        ends = np.append(firsts[1:], len(a))
        products = np.array([B[:, i:j] @ B[:, i:j].T for i, j in zip(firsts, ends, strict=True)])
        kept, counts = a[firsts], (ends - firsts).astype(float)
    else:
        kept, counts, products = interpolated(a, B)
    within = total - np.add.reduce(products)
    if exact is not None and within[-1, -1] < CANCELED * total[-1, -1]:
        within = exact()
    turn, within, share, made = apart(within[None], total[None])
    least = SAFE * share * smallest
    products = turn.swapaxes(1, 2) @ products @ turn
    return RatioSums(kept[None], counts[None], products[None], within, np.array([float(n)]), least, made)


def sums_of_members(sums: StackedSums) -> tuple[RatioSums, Bools]:
    """The sums of members with one effect of each group, and which of them are sound: those of others mean nothing."""
    a, B, C = sums.A[:, 0, 0], sums.B[:, 0], sums.C.copy()
    C[~sums.sound] = np.eye(C.shape[1])
    whiten = np.zeros(C.shape)
    whiten[:, -1, -1] = 1.0
    whiten[:, :-1, :-1] = np.linalg.inv(np.linalg.cholesky(C[:, :-1, :-1]))
    C = whiten @ C @ whiten.swapaxes(1, 2)
    largest = a.max(axis=1)[:, None]
    there = a > TINY * largest
    sizes = np.where(there, a, largest)
    B = np.where(there[:, None], whiten @ B / np.sqrt(sizes)[:, None], 0.0)
    within = C - B @ B.swapaxes(1, 2)
    sound = sums.sound & (within[:, -1, -1] >= CANCELED * C[:, -1, -1])
    within[~sound] = np.eye(C.shape[1])
    turn, within, share, made = apart(within, C)
    B = turn.swapaxes(1, 2) @ B
    products = np.ascontiguousarray(np.moveaxis(B[:, :, None] * B[:, None], 3, 1))
    least = SAFE * share * sizes.min(axis=1)
    return RatioSums(sizes, there.astype(float), products, within, sums.n, least, made), sound


def apart(within: Floats, total: Floats) -> tuple[Floats, Floats, Floats, NDArray[np.intp]]:
    """The turn (m, M, M) of orthogonal columns of one length that lets those stand alone, and first, which groups make;
    what is left `within` of them all then, the least share left of the others, and the number of those made.
    """
    values, vectors = np.linalg.eigh(within[:, :-1, :-1])
    turn, gone = np.zeros(within.shape), np.zeros(within.shape[:2], dtype=bool)
    turn[:, -1, -1], turn[:, :-1, :-1] = 1.0, vectors
    share = values / total[:, :1, 0]
    gone[:, :-1] = share <= DUST
    within = turn.swapaxes(1, 2) @ within @ turn
    within[gone[:, :, None] | gone[:, None]] = 0.0
    least = np.where(gone[:, :-1], 1.0, share).min(axis=1, initial=1.0)
    return turn, within, least, gone.sum(axis=1)


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
        products = np.array([(B[:, i:j] * w) @ B[:, i:j].T for w in weights])
        found.append((np.exp(nodes), weights.sum(axis=1), products))
    kept, counts, products = zip(*found, strict=True)
    return np.concatenate(kept), np.concatenate(counts), np.concatenate(products)


def residual_at_infinity(sums: RatioSums) -> Floats:
    """r2 (m,) as tau grows: the residual sum of squares after X and a free coefficient of every group."""
    values = sums.within.diagonal(axis1=1, axis2=2)[:, :-1]
    explained = np.divide(sums.within[:, :-1, -1] ** 2, values, out=np.zeros(values.shape), where=values > 0.0)
    return sums.within[:, -1, -1] - explained.sum(axis=1)


def slopes(sums: RatioSums, ratios: Floats, restricted: bool) -> Slopes:
    """Log-determinant and log residual at ratios (m, P), with two derivatives; `restricted` adds log|X'V^-1 X|."""
    (m, P), M, least = ratios.shape, sums.within.shape[1], sums.least[:, None]
    reach = ratios[:, :, None] * sums.sizes[:, None]
    left = 1.0 / (1.0 + reach)
    u = 1.0 + least * ratios
    beyond = left * (sums.sizes / least)[:, None]  # 1 / (u - c)
    pull = beyond * u[:, :, None]
    falls = left * pull
    weights = np.concatenate([left, -falls, falls * (2.0 * pull - 1.0)], axis=1)
    C = (weights @ sums.products.reshape(*sums.sizes.shape, M * M)).reshape(m, 3, P, M, M)
    C[:, 0] += sums.within[:, None]
    C = np.ascontiguousarray(C.transpose(1, 3, 4, 0, 2)).reshape(3, M, M, m * P)
    # directions that groups make come first and shrink as columns of the triangle, so that its inverse keeps its digits
    L, pivots = triangles(C[0])
    back = inverted(L)
    changed = times(C[1:].reshape(2 * M, M, -1), transposed(back)).reshape(2, M, M, -1).swapaxes(0, 1)
    N1, N2 = times(back, changed.reshape(M, 2 * M, -1)).reshape(M, 2, M, -1).swapaxes(0, 1)  # where W'V^-1 W is 1
    own = np.array([2.0 * np.log(L.diagonal().T), N1.diagonal().T, N2.diagonal().T])
    log_r2 = own[:, -1].copy()
    log_r2[2] -= 2.0 * (N1[-1, :-1] ** 2).sum(axis=0) + log_r2[1] ** 2
    counts = sums.counts[:, :, None]
    bends = counts * (least / sums.sizes - 1.0)[:, :, None]  # of u / (u - c) by log u, c = 1 - least / a
    h = np.array([np.log1p(reach) @ counts, pull @ counts, (pull * beyond) @ bends]).reshape(3, m * P)
    if restricted:
        h += own[:, :-1].sum(axis=1)
        h[2] -= (N1[:-1, :-1] ** 2).sum(axis=(0, 1))
    return Slopes(ratios, u, h.reshape(3, m, P), log_r2.reshape(3, m, P), (pivots > 0.0).all(axis=0).reshape(m, P))


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

NEAR = 1e-14
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
    """The local maxima of the likelihood of one model over tau in [0, infinity).

    `restricted` is for REML. Raises IdentificationError where fixed effects make the groups, and
    ConvergenceError where the residual within groups is zero: the likelihood then grows without bound.
    """
    total = sums.within[0, -1, -1] + np.add.reduce(sums.products[0, :, -1, -1])
    if not residual_at_infinity(sums)[0] > ROUND_OFF * total:
        raise ConvergenceError(
            "the variance ratio has no maximum: nothing is left of the outcome within groups, so that the "
            "likelihood grows without bound as the variance of the residual goes to 0"
        )
    search = CellSearch(sums, restricted)
    search.decide()
    found = search.maxima()
    if not search.definite[0]:
        raise ConvergenceError(
            "the search for the variance ratio lost its digits: next to nothing is left of the outcome within groups"
        )
    if not search.differs[0]:
        raise IdentificationError(
            "the restricted likelihood does not depend on the variance of the groups: the fixed effects make all "
            "that differs between them. Leave the random term or these fixed effects out"
        )
    if not search.ended[0]:
        raise ConvergenceError(
            "the search for the variance ratio ends at 1e16 without a maximum: next to nothing is left of the "
            "outcome within groups; look whether it is constant there"
        )
    if not search.found[0]:
        raise ConvergenceError("a maximum of the likelihood along the variance ratio is not found within its cell")
    order = np.argsort(found.deviance, kind="stable")
    each = zip(found.ratio[order].tolist(), found.deviance[order].tolist(), found.slope[order].tolist(), strict=True)
    maxima, bend = tuple(LocalMaximum(*one) for one in each), float(found.bend[order[0]])
    low, high = search.low.at(~search.decided), search.high.at(~search.decided)
    # the log-determinant grows and the residual falls along the ratio: together they bound a cell from below
    gap = max([GAP, *(maxima[0].deviance - low.h[0] - search.df * high.log_r2[0]).tolist()])
    undecided = tuple(sorted(zip(low.ratios.tolist(), high.ratios.tolist(), strict=True)))
    return RatioSearch(maxima, gap, undecided, search.points, bend)


@np.errstate(all="ignore")  # members that leave float64 are not known
def only_ratios(sums: StackedSums, restricted: bool) -> tuple[Floats, Bools]:
    """The ratio (m,) of the only maximum of each member, and which members are known to have one alone."""
    of, known = sums_of_members(sums)
    known &= residual_at_infinity(of) > ROUND_OFF * sums.C[:, -1, -1]
    search = CellSearch(of, restricted)
    search.decide()
    found = search.maxima()
    known &= search.definite & search.differs & search.ended & search.found
    known &= np.bincount(found.owner, minlength=len(known)) == 1
    known[search.owner[~search.decided]] = False
    h, log_r2 = search.first.h[1], search.first.log_r2[1]
    known &= np.abs(h + search.df * log_r2) > RISES * h
    ratios = np.zeros(len(known))
    ratios[found.owner] = found.ratio
    return ratios, known


@record
class Maxima:
    """Local maxima (N,) of all models: whose each is, its ratio, its deviance, the slope of that, 0 but at ratio 0, and
    the second derivative of half the deviance by the square root of the ratio.
    """

    owner: NDArray[np.intp]
    ratio: Floats
    deviance: Floats
    slope: Floats
    bend: Floats


class CellSearch:
    """The cells between neighbouring ratios at which models were looked at, `low` and `high` (N,) of the model `owner`,
    and what is proven of them: which are `decided`. Of models (m,), whether fixed effects leave what `differs` between
    groups, whether the deviance is proven to rise beyond the last cell (`ended`), and where digits were lost.
    """

    def __init__(self, sums: RatioSums, restricted: bool) -> None:
        self.sums, self.restricted = sums, restricted
        m, M = sums.within.shape[:2]
        self.df = sums.n - restricted * (M - 1)
        self.largest, smallest = sums.sizes.max(axis=1), sums.sizes.min(axis=1)
        end = np.log1p(REACH * self.largest / smallest)
        count = 2 + int(end.max() / log(STEP))
        ratios = np.expm1(np.arange(count) * (end / (count - 1))[:, None]) / self.largest[:, None]
        at = slopes(sums, ratios, restricted)
        self.first, self.found = at.at(np.s_[:, 0]), np.ones(m, dtype=bool)
        self.differs = sums.least * self.first.h[1] > FLAT * (sums.counts * sums.sizes).sum(axis=1)
        limit = (1.0 - CERTAIN) * (sums.counts.sum(axis=1) - restricted * sums.made)
        while True:
            rises = limit[:, None] > -self.df[:, None] * at.log_r2[1]
            self.ended, self.definite = rises.any(axis=1), at.definite.all(axis=1)
            goes_on = self.definite & self.differs & ~self.ended & (at.ratios[:, -1] * smallest <= FARTHEST)
            if not goes_on.any():
                break
            at = at.followed_by(slopes(sums, at.ratios[:, -1:] * FARTHER ** np.arange(1, 4), restricted))
        inside = np.arange(at.u.shape[1] - 1) < rises.argmax(axis=1)[:, None]
        self.owner = np.nonzero(inside)[0]
        self.low, self.high = at.at(np.s_[:, :-1]).at(inside), at.at(np.s_[:, 1:]).at(inside)
        self.points = 1 + len(self.owner)

    def classified(self, owner: NDArray[np.intp], low: Slopes, high: Slopes) -> Bools:
        """Whether all is known of each cell: by the ends of f and g, which fall, or of their slopes, which rise, or by
        tangents.
        """
        df = self.df[owner]
        parts = np.empty((2, 2, len(owner), 2))  # f and g, and their slopes, at both ends
        for k, end in enumerate((low, high)):
            parts[0, ..., k], parts[1, ..., k] = end.h[1:], -df * end.log_r2[1:]
            parts[:, 1, :, k] /= end.u
        sure = CERTAIN * np.add.reduce(np.abs(parts[..., 0]))
        apart = parts[..., 0] - parts[::-1, ..., 1]
        np.negative(apart[:, 0], out=apart[:, 0])  # one is above the other if its least is above the other's most
        values, bends = parts[:, 0], parts[:, 1]
        by_tangents = least(values, bends, -values[::-1], (high.u - low.u)[:, None])[..., 0] > sure[0]
        return np.logical_or.reduce(apart > sure, axis=(0, 1)) | np.logical_or.reduce(by_tangents)

    def decide(self) -> None:
        """Halve the cells of which not all is known."""
        some = (self.definite & self.differs & self.ended)[self.owner]
        left, done = (self.owner[some], self.low.at(some), self.high.at(some)), []
        for rounds in range(ROUNDS + 1):
            owner, low, high = left
            known = self.classified(owner, low, high)
            halved = ~known & (high.ratios - low.ratios > NARROWEST * high.ratios) & (rounds < ROUNDS)
            done.append((owner[~halved], low.at(~halved), high.at(~halved), known[~halved]))
            if not halved.any():
                break
            owner, low, high = owner[halved], low.at(halved), high.at(halved)
            largest = self.largest[owner]
            middle = 0.5 * (np.log1p(largest * low.ratios) + np.log1p(largest * high.ratios))
            at = self.each(owner, np.expm1(middle) / largest)
            self.points += len(owner)
            left = np.tile(owner, 2), low.followed_by(at), at.followed_by(high)
        self.owner, self.decided = (np.concatenate([one[k] for one in done]) for k in (0, 3))
        self.low, self.high = (reduce(Slopes.followed_by, (one[k] for one in done)) for k in (1, 2))

    def each(self, owner: NDArray[np.intp], ratios: Floats) -> Slopes:
        """At one ratio of each of the models `owner`, both (N,)."""
        found = slopes(self.sums.some(owner), ratios[:, None], self.restricted).at(np.s_[:, 0])
        self.definite[owner[~found.definite]] = False
        return found

    def slope(self, owner: NDArray[np.intp], at: Slopes) -> Floats:
        """The slope of the deviance by log u."""
        return at.h[1] + self.df[owner] * at.log_r2[1]

    @np.errstate(all="ignore")  # log f - log g is infinite, or not a number, where one of them is not positive
    def maxima(self) -> Maxima:
        """At ratio 0, where the deviance rises from there, and in the cells where its slope turns to positive."""
        every, first, least = np.arange(len(self.df)), self.first, self.sums.least
        slope = self.slope(every, first) * least
        zeros = every[slope >= 0.0]
        value = first.h[0] + self.df * first.log_r2[0]
        turns = (self.slope(self.owner, self.low) < 0.0) & (self.slope(self.owner, self.high) >= 0.0)
        owner = self.owner[turns]
        inside = self.roots(owner, self.low.at(turns), self.high.at(turns))
        at_zero = Maxima(zeros, np.zeros(len(zeros)), value[zeros], slope[zeros], slope[zeros])
        return Maxima(*map(np.concatenate, zip(vars(at_zero).values(), vars(inside).values(), strict=True)))

    def roots(self, owner: NDArray[np.intp], low: Slopes, high: Slopes) -> Maxima:
        """The maximum in each cell: Newton's method between its ends, of log f - log g along log v, v = 1 + tau a of
        the largest group, which is nearly a line.
        """
        largest, least, df = self.largest[owner], self.sums.least[owner], self.df[owner]
        x0, x1 = np.log1p(largest * low.ratios), np.log1p(largest * high.ratios)
        (y0, turn0), (y1, turn1) = self.turned(owner, low, x0), self.turned(owner, high, x1)
        t, curve = y0 / (y0 - y1), (turn1 - turn0) / (x1 - x0)
        x = x0 + (3.0 - 2.0 * t) * t**2 * (x1 - x0)  # the cubic of the inverse, by values and slopes at the ends
        x += (y1 - y0) * t * (1.0 - t) * ((1.0 - t) / turn0 - t / turn1)
        at, near, step = low, np.zeros(len(owner), dtype=bool), np.zeros(len(owner))
        for _ in range(ROUNDS):
            x = np.where(near | ((x0 < x) & (x < x1)), x, 0.5 * (x0 + x1))
            at = self.each(owner, np.expm1(x) / largest)
            rises = self.slope(owner, at) >= 0.0
            x0, x1 = np.where(rises, x0, x), np.where(rises, x, x1)
            off, turn = self.turned(owner, at, x)
            step = np.where(turn > 0.0, -off / turn, np.inf)
            bent = np.where(np.isfinite(curve / turn), np.abs(curve / turn), 1.0)
            near = (0.5 * bent * step * step <= NEAR * x) | (x1 - x0 <= 1e-15 * x1)
            if near.all():
                break
            x = np.where(near, x, x + step)
        self.found[owner[~near]] = False
        ratios, (value, _, bend) = np.expm1(x + step) / largest, at.h + df * at.log_r2  # a step that near changes both
        return Maxima(owner, ratios, value, np.zeros(len(owner)), 2.0 * ratios * bend * (least / at.u) ** 2)

    def turned(self, owner: NDArray[np.intp], at: Slopes, x: Floats) -> tuple[Floats, Floats]:
        """log f - log g and its derivative by x = log v, which has the sign of the bend near a maximum."""
        df, along = self.df[owner], self.sums.least[owner] / self.largest[owner] * np.exp(x) / at.u
        return np.log(at.h[1] / (-df * at.log_r2[1])), (at.h[2] / at.h[1] - at.log_r2[2] / at.log_r2[1]) * along


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


RISES = 1e-6
"""Of one of many models, a slope at the ratio 0 below this share of its first part may be 0."""

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
