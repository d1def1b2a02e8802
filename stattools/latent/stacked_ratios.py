"""The global maximum in one variance ratio of many models at once, with the proof of `ratio_search.py`.

All cells of all members between neighbouring ratios are looked at together, and those that may hold what is not known
are halved together. The sums are those of positive terms of `one_ratio.py`, and the slopes come from the triangle L of
C = W'V^-1 W, whose last row is that of y: with N1 = L^-1 C' L^-T and N2 = L^-1 C'' L^-T of its slope and bend,

    (log r2)' = N1_yy,   (log r2)'' = N2_yy - 2 |N1_xy|^2 - N1_yy^2
    log|X'V^-1 X|' = tr N1_xx,   log|X'V^-1 X|'' = tr N2_xx - |N1_xx|^2

A member with several local maxima, or with a cell that stays undecided, is not `known`, and the caller fits it alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.one_ratio import CANCELED, DUST, TINY
from stattools.latent.ratio_search import FLAT, ROUND_OFF, least
from stattools.latent.stacked_sums import Bools, StackedSums
from stattools.numerics.stacks import factored, inverted

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
