"""One variance ratio of one grouping factor: the profiled deviance and its slopes from sums over groups.

V = I + tau Z Z' with one column z_j of Z per group, a_j = z_j'z_j and B_j = z_j'W for W = [X, y]. Then

    log|V| = sum_j log(1 + tau a_j),    W'V^-1 W = (W'W - sum_j B_j'B_j / a_j) + sum_j B_j'B_j / (a_j (1 + tau a_j)),

sums of positive terms, so that nothing cancels at a large ratio. Groups with one a_j are summed before tau is known;
where there are more than 64 different ones their terms are interpolated at 20 Chebyshev points of log a per factor of
20 in a. A term 1/(1 + tau a) is analytic in log a within pi of the real line: the interpolation is exact to 1e-13 at
every tau. A point costs O(m^3) after one pass over the groups, for m columns of W.

With least a lower bound of the eigenvalues above 0 of K'Z Z'K, K'X = 0, and u = 1 + tau least, a proof stands on this:

* u d log|V| / du (and that of log|V| + log|X'V^-1 X| in a restricted likelihood) is a sum of u / (u - c), 0 <= c < 1;
* the residual r2 = min_b (y - X b)'V^-1(y - X b) is w + sum_i b_i / (u - p_i), 0 <= p_i < 1, whose zeros z_i lie
  between the p_i and one below them, so that -u d log r2 / du is the integral of u / (u - x)^2 over x from each z_i, or
  0 where the lowest is -z < 0, to p_i, and z / (u + z) then.

All of these are completely monotone in u >= 1: positive, falling, convex (Berg, Mediterr. J. Math. 1, 2004), so that
values and slopes at the ends of a cell bound them inside; for groups of one size the first is a constant.
`ratio_search.py` proves its answer with that. That no eigenvalue is below the least: with A = Z'Z they are those of
A^(1/2) N A^(1/2), N = I - A^(-1/2) Z'Q Q'Z A^(-1/2) with Q'Q = I, so at least min(a) times the least of N above 0,
which is that of Q'Q - Q'Z A^-1 Z'Q, what is left of the columns of X within groups.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import lower_entries, potrf, trtri
from stattools.numerics.few_columns import eigen

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
