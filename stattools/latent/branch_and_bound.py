"""A proof that no variance components are better: branch and bound over their shares.

V(w) = w_0 I + sum_k w_k Z_k Z_k', each Z_k Z_k' with diagonal 1 on average, w on the simplex. Profiled over b and s2,

    -2 log L(w) = h(w) + df log r2(w) + constant,    h = log|V| (+ log|X'V^-1 X|),    r2 = min_b (y - Xb)'V^-1(y - Xb)

h is concave in w, the log-determinant of an affine positive matrix, and log r2 convex: along a line r2 is a sum of
c_i^2 / (1 + t d_i), and sums of log-convex functions are log-convex. In a simplex with vertices v_i then h lies above
its interpolation, log r2 above every mixture of its tangents at the vertices, and the sum above

    max over mixtures m of tangents t of  min_i [ h(v_i) + df sum_t m_t tangent_t(v_i) ]:

the value of a matrix game. Cells below the best value known, less the gap, are cut where the tangents of their worst
edge meet.

Where the share of the residual is below `LEAST_SHARE` the ratios w_k / w_0 are large. In their terms h grows and r2
falls: in a box of ratios -2 log L is at least that of h at its lower corner and r2 at its upper one, infinity being
`INFINITE`. Boxes are halved until all of them are proven, which takes few, because nothing good is there.
"""

from __future__ import annotations

import heapq
from itertools import combinations
from time import monotonic

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Deviance

GAP = 1e-6
LEAST_SHARE = 1e-4
INFINITE = 1e10
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
            low, high = np.zeros(k), np.full(k, INFINITE)
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
