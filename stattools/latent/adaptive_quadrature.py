"""Integrals over the effects of each group by Gauss-Hermite nodes about their modes.

    log L_j = log sum_k exp(l_jk),   l_jk = log p(y_j | v_jk) - v'v / 2 + log w_k + t_k't_k / 2 - log|L_j|
    v_jk = mode_j + L_j^-T t_k,      P_jk = exp(l_jk) / L_j        the distribution of the effects given the data
    score        = E d_j,            d_jk = d log p(y_j, v_jk) / d theta                           (Fisher)
    information  = E I_jk - Var d_j                                                                (Louis)

The linear predictors are eta_i + z_i'T v: the derivatives are by theta, of which the coefficients have `columns`, and
by the entries of T. Blocks of groups are read, and of large groups blocks of nodes, so that memory is bounded. One node
is Laplace's approximation; of m along an axis a polynomial of degree 2 m - 1 is exact. Source: Liu & Pierce, Biometrika
81 (1994), 624-629; Louis, J. R. Stat. Soc. B 44 (1982), 226-233; Golub & Welsch, Math. Comp. 23 (1969), 221-230.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.special import roots_hermitenorm

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.blocks import GroupRows, shifted
from stattools.latent.modes import ConditionalModes
from stattools.numerics.small_matrices import Codes
from stattools.numerics.threads import stop_if_abandoned, sweep

NOTHING = 1e-14
"""Corners that lie farther out than the last node of an axis are left out where their weight is below this share of the
largest. On the axes all nodes stay: where effects have longer tails than the normal curve about their mode, as in
groups whose outcomes are all alike, the far ones count.
"""


@record
class ProductNodes:
    """The nodes t (q, K), and log w + t't / 2 (K,): what is added to the logarithm of a function that is integrated
    about its mode, where N(0, I) is the normal curve of the same mode and curvature.
    """

    t: Floats
    log_weight: Floats


@lru_cache(maxsize=64)
def product_nodes(count: int, effects: int) -> ProductNodes:
    """The rule of `count` nodes along each of so many axes.

    >>> product_nodes(1, 2).t.tolist(), product_nodes(1, 2).log_weight.tolist()
    ([[0.0], [0.0]], [0.0])
    >>> nodes = product_nodes(5, 1)
    >>> round(float(np.exp(nodes.log_weight - 0.5 * nodes.t[0] ** 2) @ nodes.t[0] ** 4), 12)  # E t^4
    3.0
    """
    t, w = roots_hermitenorm(count)
    t, w = 0.5 * (t - t[::-1]), 0.5 * (w + w[::-1]) / w.sum()
    t, log_w = t[w > 0.0], np.log(w[w > 0.0])  # beyond 27 standard deviations weights are below float64
    grid = np.array(np.meshgrid(*(t,) * effects, indexing="ij")).reshape(effects, -1)
    each = np.array(np.meshgrid(*(log_w,) * effects, indexing="ij")).reshape(effects, -1).sum(axis=0)
    kept = (each >= each.max() + np.log(NOTHING)) | ((grid**2).sum(axis=0) <= 1.001 * t[-1] ** 2)
    grid, each = np.ascontiguousarray(grid[:, kept]), each[kept]
    found = ProductNodes(grid, each + 0.5 * (grid**2).sum(axis=0))
    found.t.flags.writeable = found.log_weight.flags.writeable = False
    return found


CELLS = 1 << 14
"""So many rows times nodes are read at a time: some arrays of that length stay in the cache of a core."""

WORTH_A_PART = 1 << 18
"""So many rows times nodes are worth a thread of their own."""


@record
class Directions:
    """What the parameters move: `z` (q, n) and the entries of T by `rows` and `columns` of it, and the coefficients by
    their columns `x` (p, n) of X with the number of the linear predictor `of` each (p,); `width` linear predictors.
    """

    z: Floats
    rows: Codes
    columns: Codes
    x: Floats
    of: Codes
    width: int


@record
class Integrated:
    """What is known of all groups: log L_j (J,); and of each row the expected score (n,) or (n, width) and information
    (n,) or (n, width, width), and the information beside effects: times v_a, (q, n) or (q, n, width), and times v_a v_b
    that of the first linear predictor, (q, q, n).

    `moved` (m, J) are the scores of the entries of T, and `varies` (p + m, p + m) the sum of Var d_j. `bend` (q, q) is
    the sum of E [s s' - Z'WZ] over groups, s the score of u = T v: twice the slope of log L against the covariance of
    u. Empty where they were not asked for.
    """

    loglik: Floats
    score: Floats
    moved: Floats
    information: Floats
    beside: Floats
    squares: Floats
    varies: Floats
    bend: Floats


def integrated(
    rows: GroupRows, eta: Floats, T: Floats, moves: Directions, modes: ConditionalModes, nodes: ProductNodes, order: int
) -> Integrated:
    """Log-likelihoods of all groups (order 0), their scores (1) and informations (2)."""
    q, n, count = len(T), len(eta), len(rows.counts)
    wide = () if moves.width == 1 else (moves.width,)
    m, p = len(moves.rows), len(moves.of)
    found = Integrated(
        np.empty(count),
        np.empty((n, *wide)) if order else np.empty(0),
        np.empty((m, count)) if order else np.empty((m, 0)),
        np.empty((n, *wide, *wide)) if order > 1 else np.empty(0),
        np.empty((q, n, *wide)) if order > 1 else np.empty(0),
        np.empty((q, q, n)) if order > 1 else np.empty(0),
        np.zeros((p + m, p + m)),
        np.zeros((q, q)),
    )
    spread, log_determinant = modes.spread, modes.log_determinant
    a = T.T @ moves.z
    ends = np.cumsum(rows.counts) * nodes.t.shape[1]

    def of_groups(first: int, last: int) -> tuple[Floats, Floats]:
        sums = np.zeros((p + m, p + m)), np.zeros((q, q))
        into = replace(found, varies=sums[0], bend=sums[1])
        for groups in _blocks(ends, first, last):
            stop_if_abandoned()
            own, at = rows.part(groups)
            v = modes.v[:, groups, None] + np.einsum("abj,bk->ajk", spread[:, :, groups], nodes.t)
            beside = nodes.log_weight - 0.5 * (v * v).sum(axis=0) - log_determinant[groups, None]
            block = _Block(own, eta[at], a[:, at], v, beside, moves.z[:, at], moves.x[:, at], moves)
            with np.errstate(over="ignore", invalid="ignore"):  # a climb asks whether numbers are finite
                block.into(into, groups, at, order)
        return sums

    for varies, bend in sweep(count, of_groups, max(1, int(count * WORTH_A_PART / ends[-1]))):
        found.varies[:] += varies
        found.bend[:] += bend
    return found


def _blocks(ends: Codes, first: int, end: int) -> Iterator[slice]:
    """Consecutive groups whose rows times nodes, whose running sums are `ends`, are at most `CELLS`, or one group."""
    while first < end:
        before = ends[first - 1] if first else 0
        last = min(max(int(np.searchsorted(ends, before + CELLS, side="right")), first + 1), end)
        yield slice(first, last)
        first = last


@record
class _Block:
    """Some groups: rows, linear predictors, a, effects at the nodes v (q, J, K), and what is added to l_jk (J, K)."""

    rows: GroupRows
    eta: Floats
    a: Floats
    v: Floats
    beside: Floats
    z: Floats
    x: Floats
    moves: Directions

    def into(self, found: Integrated, groups: slice, at: slice, order: int) -> None:
        """Write what was asked for."""
        n, K = len(self.eta), self.v.shape[2]
        size = max(1, CELLS // n)
        parts = [slice(k, min(k + size, K)) for k in range(0, K, size)]
        terms = None
        if order and len(parts) == 1:
            terms = self._terms(parts[0])
            each = [terms[0]]
        else:
            each = [self._logliks(part) for part in parts]
        values = np.concatenate([self.rows.sums(one) for one in each], axis=1) + self.beside
        values[np.isnan(values)] = -np.inf  # beyond the ends of a likelihood
        top = values.max(axis=1)
        some = np.where(np.isfinite(top), top, 0.0)
        P = np.exp(values - some[:, None])
        total = P.sum(axis=1)
        with np.errstate(divide="ignore"):  # impossible data
            found.loglik[groups] = some + np.log(total)
        if not order:
            return
        P /= np.where(total > 0.0, total, 1.0)[:, None]
        mean, square = np.zeros((len(found.varies), len(top))), np.zeros_like(found.varies)
        for part in parts:
            _, s, w = terms or self._terms(part)
            self._add(found, at, part, s, w, P[:, part], order, mean, square)
        found.moved[:, groups] = mean[len(self.moves.of) :]
        if order > 1:
            found.varies[:] += square - mean @ mean.T

    def _by(self, part: slice) -> Floats:
        """a_i'v of each row at the nodes of a part, (n, K)."""
        by = self.a[0, :, None] * self.rows.spread(self.v[0, :, part])
        for a, v in zip(self.a[1:], self.v[1:], strict=True):
            by += a[:, None] * self.rows.spread(v[:, part])
        return by

    def _logliks(self, part: slice) -> Floats:
        by = self._by(part)
        return self.rows.repeated(by.shape[1]).loglik(shifted(self.eta, by)).reshape(by.shape)

    def _terms(self, part: slice) -> tuple[Floats, Floats, Floats]:
        """Log-likelihood (n, K), score (n, K, ...) and information (n, K, ...) of each row at the nodes of a part."""
        by = self._by(part)
        value, s, w = self.rows.repeated(by.shape[1]).terms(shifted(self.eta, by))
        return value.reshape(by.shape), s.reshape(*by.shape, *s.shape[1:]), w.reshape(*by.shape, *w.shape[1:])

    def _add(
        self,
        found: Integrated,
        at: slice,
        part: slice,
        s: Floats,
        w: Floats,
        P: Floats,
        order: int,
        mean: Floats,
        square: Floats,
    ) -> None:
        """Add the nodes of a part, of probabilities P (J, K)."""
        rows, moves, p = self.rows, self.moves, len(self.moves.of)
        of_row = rows.spread(P)
        s, w = _possible(s, of_row), _possible(w, of_row)
        _put(found.score, at, part, np.einsum("nk...,nk->n...", s, of_row))
        v = self.v[:, :, part]
        first = s if s.ndim == 2 else s[..., 0]
        pull = [rows.sums(z[:, None] * first) for z in self.z]  # the score of u = T v, (J, K) of each effect
        d = np.empty((len(mean), *P.shape))
        for k, (a, b) in enumerate(zip(moves.rows.tolist(), moves.columns.tolist(), strict=True)):
            np.multiply(pull[a], v[b], out=d[p + k])
        if order == 1:
            mean[p:] += np.einsum("mjk,jk->mj", d[p:], P)
            return
        for c, number in enumerate(moves.of.tolist()):
            d[c] = rows.sums(self.x[c, :, None] * (s if s.ndim == 2 else s[..., number]))
        mean += np.einsum("mjk,jk->mj", d, P)
        square += (d * P).reshape(len(d), -1) @ d.reshape(len(d), -1).T
        q = len(v)
        weighted = w * of_row.reshape(*of_row.shape, *(1,) * (w.ndim - 2))
        _put(found.information, at, part, weighted.sum(axis=1))
        shared = weighted if w.ndim == 2 else weighted[:, :, 0]
        for b in range(q):
            effect = rows.spread(v[b])
            beside = np.einsum("nk...,nk->n...", shared, effect)
            _put(found.beside[b], at, part, beside)
            own = shared if w.ndim == 2 else shared[..., 0]
            for c in range(b + 1):
                both = np.einsum("nk,nk,nk->n", own, effect, rows.spread(v[c]))
                _put(found.squares[b, c], at, part, both)
                if c < b:
                    _put(found.squares[c, b], at, part, both)
        spread = found.information[at] if w.ndim == 2 else found.information[at][:, 0, 0]
        last = part.stop == self.v.shape[2]
        for a in range(q):
            for b in range(q):
                found.bend[a, b] += np.einsum("jk,jk,jk->", pull[a], pull[b], P)
                if last:
                    found.bend[a, b] -= float(self.z[a] * self.z[b] @ spread)


def _possible(values: Floats, P: Floats) -> Floats:
    """Derivatives at nodes, 0 where the effects are impossible."""
    if np.isfinite(values.sum()):
        return values
    return np.where((P > 0.0).reshape(*P.shape, *(1,) * (values.ndim - 2)), values, 0.0)


def _put(out: Floats, at: slice, part: slice, values: Floats) -> None:
    """Write what the first nodes of a block say, and add that of others."""
    if part.start == 0:
        out[at] = values
    else:
        out[at] += values
