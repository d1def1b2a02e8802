"""One variance ratio of one grouping factor: the profiled deviance and its slopes from sums over groups.

V = I + tau Z Z' with one column z_j of Z per group, a_j = z_j'z_j and B_j = z_j'W for W = [X, y]. Then

    log|V| = sum_j log(1 + tau a_j),    W'V^-1 W = (W'W - sum_j B_j'B_j / a_j) + sum_j B_j'B_j / (a_j (1 + tau a_j)),

sums of positive terms, so that nothing cancels at a large ratio. Groups with one a_j are summed before tau is known;
where there are more than 64 different ones their terms are interpolated at 20 Chebyshev points of log a per factor of
20 in a. A term 1/(1 + tau a) is analytic in log a within pi of the real line: the interpolation is exact to 1e-13 at
every tau. A point costs O(m^3) after one pass over the groups, for m columns of W.

Both log|V| (and log|X'V^-1 X| beside it) and the residual r2 = min_b (y - X b)'V^-1(y - X b) are sums of Stieltjes
functions of tau: (log|V|)' and -(log r2)' are completely monotone (Berg, Mediterr. J. Math. 1, 2004), so values and
slopes at the ends of a cell bound them inside. `ratio_search.py` proves its answer with that.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record

MOST_SIZES = 64
"""Different sizes of groups that are kept apart; more are interpolated."""
NODES = 20
PANEL = np.log(20.0)
TINY = 1e-12
DUST = 1e-11
"""A direction of X with a share of its sum of squares within groups below this has none: groups make it, as the
intercept.
"""


@record
class RatioSums:
    """What the deviance of one ratio needs of the data: `sizes` a_k (K,), their `counts`, `products` (K, m, m) =
    sum of B_j'B_j / a_j over the groups of that size, and `within` (m, m), what is left at an infinite ratio."""

    sizes: Floats
    counts: Floats
    products: Floats
    within: Floats
    n: int

    @property
    def p(self) -> int:
        return len(self.within) - 1


@record
class Slopes:
    """At P ratios: the log-determinant `h` and `log_r2` of the residual, each (3, P): value, slope and bend in tau."""

    h: Floats
    log_r2: Floats


def ratio_sums(sizes: Floats, projected: Floats, total: Floats, n: int, within: Floats | None = None) -> RatioSums:
    """The sums of groups with a_j = `sizes` (J,), B_j = `projected` (m, J), W'W = `total` (m, m).

    The last column of W is y, best its residual after X, and the others are orthogonal and of one length; they are
    turned so that those which groups make stand alone, since at a large ratio these are all but 0 beside the others.
    Groups whose z is 0 drop out. `within` is what is left within groups, where it is known without a difference.
    """
    there = sizes > TINY * sizes.max(initial=0.0)
    order = np.argsort(sizes[there], kind="stable")
    a, B = sizes[there][order], projected[:, there][:, order]
    B = B / np.sqrt(a)
    firsts = np.flatnonzero(np.r_[True, a[1:] > a[:-1] * (1 + TINY)])
    if len(firsts) <= MOST_SIZES:
        ends = np.r_[firsts[1:], len(a)]
        kept, counts = a[firsts], (ends - firsts).astype(float)
        products = np.array([B[:, i:j] @ B[:, i:j].T for i, j in zip(firsts, ends, strict=True)])
    else:
        kept, counts, products = interpolated(a, B)
    if within is None:
        within = total - products.sum(axis=0)
    turn = np.eye(len(total))
    values, turn[:-1, :-1] = np.linalg.eigh(within[:-1, :-1])
    within = turn.T @ within @ turn
    gone = np.flatnonzero(values <= DUST * np.trace(total[:-1, :-1]) / max(len(values), 1))
    within[gone], within[:, gone] = 0.0, 0.0
    return RatioSums(kept, counts, turn.T @ products @ turn, within, n)


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
    rows, cols = np.tril_indices(m)
    found = np.empty((len(weights), m, m))
    found[:, rows, cols] = found[:, cols, rows] = weights @ (B[rows] * B[cols]).T
    return found


def residual_at_infinity(sums: RatioSums) -> float:
    """r2 as tau grows: the residual sum of squares after X and a free coefficient of every group."""
    values, xy = sums.within[:-1, :-1].diagonal(), sums.within[:-1, -1]
    there = values > 0.0
    return float(sums.within[-1, -1] - xy[there] @ (xy[there] / values[there]))


def slopes(sums: RatioSums, ratios: Floats, restricted: bool) -> Slopes:
    """Log-determinant and log residual at the ratios (P,), with two derivatives; `restricted` adds log|X'V^-1 X|."""
    K, m = len(sums.sizes), len(sums.within)
    left = 1.0 / (1.0 + np.multiply.outer(ratios, sums.sizes))
    pull = sums.sizes * left
    flat = sums.products.reshape(K, m * m)
    weights = np.concatenate([left, -pull * left, 2.0 * pull * pull * left])
    C, C1, C2 = (weights @ flat).reshape(3, len(ratios), m, m)
    C = C + sums.within
    h = np.empty((3, len(ratios)))
    h[0] = np.log1p(np.multiply.outer(ratios, sums.sizes)) @ sums.counts
    h[1], h[2] = pull @ sums.counts, -(pull * pull) @ sums.counts
    x, y = np.s_[:, :-1, :-1], np.s_[:, :-1, -1]
    b = np.linalg.solve(C[x], C[y][..., None])
    e = np.concatenate([-b, np.ones((len(ratios), 1, 1))], axis=1)
    u = (C1 @ e)[:, :-1]
    r, r1 = (np.swapaxes(e, 1, 2) @ M @ e for M in (C, C1))
    r2 = np.swapaxes(e, 1, 2) @ C2 @ e - 2 * np.swapaxes(u, 1, 2) @ np.linalg.solve(C[x], u)
    r, r1, r2 = r[:, 0, 0], r1[:, 0, 0], r2[:, 0, 0]
    if restricted:
        A = np.linalg.solve(C[x], C1[x])
        h[0] += np.linalg.slogdet(C[x])[1]
        h[1] += np.trace(A, axis1=1, axis2=2)
        h[2] += np.trace(np.linalg.solve(C[x], C2[x]) - A @ A, axis1=1, axis2=2)
    return Slopes(h, np.array([np.log(r), r1 / r, r2 / r - (r1 / r) ** 2]))
