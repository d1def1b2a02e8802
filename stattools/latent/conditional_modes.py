"""The modes of the effects of each group given its rows, and their curvature there: where quadrature puts its nodes.

    h_j(v) = sum_i log p(y_i | eta_i + a_i'v) - v'v / 2,   a_i = T'z_i,     H_j = I + sum_i a_i w_i a_i'
    v <- v + t H_j^-1 h_j',   t = 1, 1/2, 1/4, ... until h_j rises, for each group by itself; longer where they are slow

Where the log-likelihood is concave in eta there is one mode, and the steps find it from anywhere. Elsewhere H_j is kept
positive, and nodes stand about the mode that was found. Cost: a read of the rows per step, and later of the rows of
those groups only that are not done yet. Source: Pinheiro & Bates, J. Comput. Graph. Stat. 4 (1995), 12-35.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.group_rows import GroupRows, first_of, shifted
from stattools.latent.small_blocks import cholesky, solved, transposed

CLOSE = 1e-8
"""A mode is found where a step of this many of its standard deviations would lead to it."""
ROUND_OFF = 1e-4
"""Below this a step that does not halve the next one has met round-off."""
ENOUGH = 1e-4
"""The share of the promised rise that a step must reach (Nocedal & Wright, Numerical Optimization, 2006, 3.1)."""
NOISE = 1e-13
"""The round-off of h as a share of it."""
HALF = 0.5
"""A whole step that leaves more of itself than this was too short."""
FAR = 30.0
"""So many standard deviations from a mode nothing is known of it, and the search begins at 0."""
MOST = 200
"""Steps and halvings of a group. Quadrature about a point that is no mode is worse and not wrong."""
LEAST = 0.04
"""The least curvature of nodes, where the likelihood is not concave: effects are then five times as uncertain as
nobody's.
"""


@record
class ConditionalModes:
    """The modes v (q, J) and the lower triangular L_j (q, q, J) with L_j L_j' = H_j."""

    v: Floats
    factor: Floats

    @property
    def spread(self) -> Floats:
        """L_j^-T (q, q, J): times standard normal numbers it makes effects of covariance H_j^-1."""
        q = len(self.v)
        return transposed(solved(self.factor, np.eye(q)[:, :, None]))

    @property
    def log_determinant(self) -> Floats:
        """log|L_j| of each group, (J,)."""
        return np.log(np.einsum("aaj->aj", self.factor)).sum(axis=0)


def conditional_modes(rows: GroupRows, eta: Floats, a: Floats, start: Floats | None = None) -> ConditionalModes:
    """The modes of all groups, where a (q, n) makes linear predictors of effects, from `start` (q, J) or from 0.

    >>> from stattools.likelihoods import Poisson
    >>> rows = GroupRows(Poisson(), np.array([0.0, 1e6]), None, np.array([1, 1]))
    >>> conditional_modes(rows, np.zeros(2), np.ones((1, 2))).v.round(3).tolist()
    [[-0.567, 13.815]]
    """
    q, count = len(a), len(rows.counts)
    v = np.zeros((q, count)) if start is None else start.copy()
    h, g, factor = _look(rows, eta, a, v)
    half = solved(factor, g[:, None])[:, 0]
    size, t, last = _lengths(half), np.ones(count), np.full(count, np.inf)
    if start is not None and (lost := np.flatnonzero(~(np.isfinite(h) & (size < FAR)))).size:
        v[:, lost] = 0.0
        own, at = rows.of_groups(lost)
        h[lost], g[:, lost], factor[:, :, lost] = _look(own, eta[at], a[:, at], v[:, lost])
        half[:, lost] = solved(factor[:, :, lost], g[:, None, lost])[:, 0]
        size[lost] = _lengths(half[:, lost])
    left, own, at = np.flatnonzero(~(size <= CLOSE) & np.isfinite(h)), rows, slice(None)
    held = left
    for _ in range(MOST):
        if not left.size:
            break
        if left.size < 0.7 * len(own.counts) or own is rows:
            own, at = (rows, slice(None)) if left.size == count else rows.of_groups(left)
            held = left
        step = t[held] * _ahead(factor[:, :, held], half[:, held])
        trial = v[:, held] + step
        there, slope, new = _look(own, eta[at], a[:, at], trial)
        rise = ENOUGH * t[held] * size[held] ** 2 - NOISE * np.abs(h[held])
        good = (there >= h[held] + rise) & np.isfinite(slope).all(axis=0) & (size[held] > CLOSE)
        up = held[good]
        v[:, up], h[up], g[:, up], factor[:, :, up] = trial[:, good], there[good], slope[:, good], new[:, :, good]
        half[:, up] = solved(factor[:, :, up], g[:, None, up])[:, 0]
        last[up], size[up] = size[up], _lengths(half[:, up])
        # as slow as t whole steps that were too short, as where an exponential is left behind
        t[up] = np.where(size[up] > HALF ** t[up] * last[up], 2.0 * t[up], 1.0)
        t[held[~good]] *= 0.5
        stuck = (size < ROUND_OFF) & ((size > HALF * last) | (t < 0.1))
        left = left[(size[left] > CLOSE) & ~stuck[left]]
    return ConditionalModes(v, factor)


def _lengths(half: Floats) -> Floats:
    """sqrt(g'H^-1 g) of each group, from L^-1 g."""
    with np.errstate(over="ignore"):
        return np.sqrt((half * half).sum(axis=0))


def _ahead(factor: Floats, half: Floats) -> Floats:
    """H^-1 g of each group, from L^-1 g."""
    q = len(half)
    out = half.copy()
    for i in range(q - 1, -1, -1):
        for k in range(i + 1, q):
            out[i] -= factor[k, i] * out[k]
        out[i] /= factor[i, i]
    return out


@np.errstate(over="ignore", invalid="ignore")  # a step that is too long may overflow, and is halved
def _look(rows: GroupRows, eta: Floats, a: Floats, v: Floats) -> tuple[Floats, Floats, Floats]:
    """h (J,), its slope (q, J), and the factor of H (q, q, J)."""
    by = np.einsum("qn,qn->n", a, np.repeat(v, rows.counts, axis=1))
    loglik, score, information = rows.terms(shifted(eta, by[:, None]))
    s, w = first_of(score, 1), first_of(information, 2)
    q = len(a)
    h = rows.sums(loglik) - 0.5 * (v * v).sum(axis=0)
    g = rows.sums_along(a * s) - v
    H = np.empty((q, q, len(rows.counts)))
    for i in range(q):
        for k in range(i + 1):
            H[i, k] = H[k, i] = rows.sums_along(a[i] * a[k] * w) + (i == k)
    return h, g, cholesky(np.where(np.isfinite(H), H, 1.0), LEAST)
