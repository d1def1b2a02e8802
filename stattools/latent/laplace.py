"""Laplace's approximation of the integral over all effects, with its exact gradient.

    log L = F(u^) - log|H| / 2,   H = P + Z~'WZ~ at the mode u^

With h_i = z~_i'H^-1 z~_i, c_ik = d W_i / d eta_ik, c = c_0 h / 2 and a = Z~ H^-1 Z~'c, the slopes are

    in eta_ik    s_ik - h_i c_ik / 2 + a_i I_i0k                               (e_i, k = 0)
    in T         sum_j [Z'e]_j u_j' - [Z's]_j v_j' - sum_i w_i z_i (H^-1 z~_i)',   v = H^-1 Z~'c,

which hold at T = 0 too. With fixed effects among the effects (a flat prior) p log(2 pi) / 2 comes to log L.
Source: Wood, JRSS B 73 (2011), 3-36; Bates, Maechler, Bolker & Walker (2015) for the first factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from stattools.data.design.latent_terms import bsplines
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.blocks import (
    EffectColumns,
    Factor,
    SplineColumns,
    WidthOnly,
    fitted,
    own_blocks,
    own_rows,
    places,
)
from stattools.latent.modes import (
    CLOSE,
    JointMode,
    SeenRows,
    information_of_curves,
    information_slopes,
    joint_mode,
    variance_ratios,
)
from stattools.likelihoods.likelihood import Terms
from stattools.numerics.small_matrices import times

LOG_TWO_PI = float(np.log(2.0 * np.pi))


@record
class LaplaceIntegral:
    """The approximation at the factors T_k of random terms and the standard deviations `taus` of smooths."""

    rows: SeenRows
    columns: EffectColumns
    factors: tuple[Floats, ...]
    taus: tuple[float, ...]
    mode: JointMode

    @classmethod
    def at(
        cls,
        rows: SeenRows,
        columns: EffectColumns,
        factors: Sequence[Floats],
        taus: Sequence[float],
        base: Floats,
        last: LaplaceIntegral | None = None,
        close: float = CLOSE,
        start: Floats | None = None,
    ) -> LaplaceIntegral:
        """With `base` (n,) or (n, width), the linear predictors without effects; the mode is searched from `start`, or
        else from that of the `last` approximation, or from 0, to a squared decrement of `close`.
        """
        if start is None:
            start = np.zeros(columns.size) if last is None else last._start_for(taus)
        mode = joint_mode(rows, columns.scaled(factors, taus), base, start, close)
        return cls(rows, columns, tuple(factors), tuple(taus), mode)

    def _start_for(self, taus: Sequence[float]) -> Floats:
        """Where the mode is looked for at other standard deviations of curves: the curves stay as they are."""
        u, smooth = self.mode.u.copy(), self.columns.of_smooths
        for old, new, (start, stop) in zip(self.taus, taus, pairwise(self.columns.ends), strict=True):
            smooth(u)[start:stop] *= old / new if new else 0.0
        return u

    @property
    def loglik(self) -> float:
        """log L."""
        return self.mode.value - 0.5 * self.mode.penalized.log_determinant + 0.5 * len(self.columns.flat) * LOG_TWO_PI

    @cached_property
    def _bend(self) -> Floats:
        """h_i c_ik / 2, (n, width)."""
        found, n = self.mode, len(self.mode.eta)
        w = found.information[:, 0, 0]
        c = information_slopes(self.rows.likelihood, found.eta, self.rows.y, w).reshape(n, -1)
        if self.rows.weight is not None:
            c = c * self.rows.weight[:, None]
        return 0.5 * found.penalized.leverage[:, None] * c

    @cached_property
    def _turn(self) -> Floats:
        """v = H^-1 Z~'c."""
        H = self.mode.penalized
        return H.solve(H.columns.down(self._bend[:, 0]))

    @cached_property
    def row_slopes(self) -> Floats:
        """Slopes of log L in the linear predictors of each row, (n, width)."""
        found = self.mode
        a = found.penalized.columns.up(self._turn)
        return found.score - self._bend + a[:, None] * found.information[:, :, 0]

    @cached_property
    def slopes(self) -> tuple[tuple[Floats, ...], Floats]:
        """Slopes in each T_k (q, q), and in each standard deviation of a smooth."""
        of, mode = self.columns, self.mode
        e, s, w = self.row_slopes[:, 0], mode.score[:, 0], mode.penalized.w
        spreads, found = [], []
        if of.factors:
            largest, rest, _ = mode.penalized.spread
            ends = np.cumsum([0, *(factor.q for factor in of.others)])
            spreads = [largest, *(rest[start : start + one.q] for start, one in zip(ends, of.others, strict=False))]
        each = zip(of.factors, of.by_factor(mode.u), of.by_factor(self._turn), spreads, strict=False)
        for factor, u, v, spread in each:
            pull, push = (_sums(factor, one) for one in (e, s))
            found.append(pull @ u.T - push @ v.T - (factor.z * w) @ spread.T)
        u, v, taus = of.of_smooths(mode.u), of.of_smooths(self._turn), []
        traces = mode.penalized.columns.traces(mode.penalized, w) if of.smooths else []
        sums = of.sums(np.column_stack([e, s])) if of.smooths else []
        for trace, both, (start, stop) in zip(traces, sums, pairwise(of.ends), strict=True):
            taus.append(float(both[:, 0] @ u[start:stop] - both[:, 1] @ v[start:stop]) - trace)
        return tuple(found[k][own, own] for k, own in places(of.factors)), np.array(taus)

    def moves(self, across: Floats) -> Floats:
        """How the mode moves (size, m) where the scores of rows fall by `across` (n, m)."""
        H = self.mode.penalized
        each = [-H.solve(H.columns.down(column)) for column in across.T]
        return np.array(each).reshape(across.shape[1], self.columns.size).T

    @property
    def moments(self) -> tuple[tuple[Floats, ...], Floats]:
        """The mean over levels of u_j u_j' + H^-1_jj for each random term, and of each curve what
        `variance_ratios` says: 1 at a maximum, nearly.
        """
        of = self.columns
        found = [
            u @ u.T / u.shape[1] + block.mean(axis=2)
            for u, block in zip(self._levels, self.mode.penalized.blocks, strict=True)
        ]
        taus = variance_ratios(of.of_smooths(self.mode.u), self.mode.penalized.dense, self._curves)
        return tuple(found[k][own, own] for k, own in places(of.factors)), taus

    @property
    def information_of_curves(self) -> Floats:
        """Nearly the information about the logarithms of the standard deviations of curves."""
        return information_of_curves(self.columns.of_smooths(self.mode.u), self.mode.penalized.dense, self._curves)

    @property
    def _curves(self) -> list[slice]:
        """The numbers of the effects of each curve among those of dense columns."""
        return [slice(a, b) for a, b in pairwise(self.columns.ends)]

    @property
    def _levels(self) -> list[Floats]:
        return self.columns.by_factor(self.mode.u)

    @property
    def effects(self) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes (q, J) of the effects of each random term, and their covariances given the data (q, q, J)."""
        of = self.columns
        modes, spreads = [], []
        for factor, u, block in zip(of.factors, self._levels, self.mode.penalized.blocks, strict=True):
            T = factor.joined(self.factors)
            modes.append(T @ u)
            spreads.append(times(times(T[:, :, None], block), T.T[:, :, None]))
        return own_rows(of.factors, modes), own_blocks(of.factors, spreads)


def _sums(factor: Factor, rows: Floats) -> Floats:
    """The sums of z_i times a number of row i, over the rows of each level, (q, J)."""
    return np.array([np.bincount(factor.codes, row * rows, factor.count) for row in factor.z]).reshape(-1, factor.count)


WORK = 4_000_000
"""Linear predictors that are evaluated for one difference."""

PAIRS = (100, 1_000)
"""At least and at most so many pairs of draws."""

AT_ONCE = 200_000
"""Numbers that are handled together."""

STEP = 1e-3
"""Of differences, in units of theta: the draws are the same, and the difference is smooth."""


def pairs_for(n: int) -> int:
    """How many pairs of draws n rows allow."""
    return int(np.clip(WORK // (2 * n), *PAIRS))


def log_ratio(found: LaplaceIntegral, pairs: int) -> float:
    """log L - log L~, estimated from so many pairs of draws.

    How far Laplace's approximation is from the integral: importance sampling with the approximation as proposal.

        log L - log L~ = log E exp(F(u) - F(u^) + |xi|^2 / 2),   u = u^ + H^-1/2 xi,   xi ~ N(0, I)

    The same draws xi serve at all parameters, so that the difference is a smooth function of these, and come in pairs
    xi and -xi, which cancels what is odd. With K parameters and the information about them, one Newton step with the
    slopes of the difference is what a better integral would move them by. Source: Shephard & Pitt, Biometrika 84
    (1997), 653-667; Skaug & Fournier, Comput. Stat. Data Anal. 51 (2006), 699-709.
    """
    mode, H, rng = found.mode, found.mode.penalized, np.random.default_rng(1)
    prior, n, logs = found.columns.prior[:, None], len(mode.eta), []
    step = max(1, AT_ONCE // max(n, len(mode.u)))
    for start in range(0, pairs, step):
        xi = rng.standard_normal((min(step, pairs - start), len(mode.u))).T
        ahead = H.colored(xi)
        moves = H.columns.up(ahead)
        for sign in (1.0, -1.0):
            u = mode.u[:, None] + sign * ahead
            heights = found.rows.logliks(mode.eta, sign * moves) - 0.5 * (prior * u * u).sum(axis=0)
            logs.append(heights - mode.value + 0.5 * (xi * xi).sum(axis=0))
    every = np.concatenate(logs)
    top = float(every.max())
    return top + float(np.log(np.exp(every - top).mean()))


def shifts(ratio: Callable[[Floats], float], theta: Floats, inverse: Floats) -> Floats:
    """How far the slopes of `ratio` move theta, in standard errors: one Newton step with the `inverse` information.

    Parameters that are exactly 0, as standard deviations, and those without a standard error do not move.
    """
    slope = np.zeros(len(theta))
    for k in np.flatnonzero(theta != 0.0):
        step = np.zeros(len(theta))
        step[k] = STEP * max(1.0, abs(theta[k]))
        slope[k] = (ratio(theta + step) - ratio(theta - step)) / (2.0 * step[k])
    se = np.sqrt(np.maximum(inverse.diagonal(), 0.0))
    return np.divide(inverse @ slope, se, out=np.zeros(len(theta)), where=se > 0.0)


BINS = 8
"""Points between two knots on: the maxima on them are within some thousandths of a standard error of those of the rows.
"""

FEWER = 0.5
"""Points are taken where they are at most this share of the rows."""


@record
class SeenMeans(SeenRows):
    """Points of which each stands for rows of mean `y` and total `weight`, of a likelihood `from_zero`: means may lie
    beyond the outcomes that there are.
    """

    def _terms(self, eta: Floats, y: Floats) -> Terms:
        """The log-likelihood but for what does not depend on eta, the score and the information of some points."""
        loglik, score, information = SeenRows._terms(self, eta, np.zeros(len(y)))
        return loglik + y * eta, score + y, information


@record
class CurveNodes:
    """The points and the columns of a curve there: an approximation of the likelihood by its standard deviation."""

    rows: SeenMeans
    columns: SplineColumns

    def beside(self, theta: Floats, last: LaplaceIntegral | None, close: float) -> LaplaceIntegral:
        """The approximation at theta (1,), whose mode is looked for from that of `last`, to a squared decrement."""
        base = np.zeros(self.columns.n)
        return LaplaceIntegral.at(self.rows, self.columns, (), theta.tolist(), base, last, close)

    def score_of(self, found: LaplaceIntegral) -> Floats:
        """The slope of the log-likelihood in theta (1,)."""
        return found.slopes[1]


def curve_nodes(rows: SeenRows, columns: SplineColumns) -> CurveNodes | None:
    """Points for the rows of one curve, whose linear predictor is 0 without it. None where they would not be far fewer
    than the rows, where there are other columns, or where means do not stand for outcomes.

    Where log p(y | eta) is y eta + log p(0 | eta) and what does not depend on eta, rows of nearly the same x are one
    row of their mean outcome. The search for the maxima of a curve takes place on these points; what it finds is
    climbed to on the rows themselves.
    """
    (term,) = columns.terms
    weight = np.ones(columns.n) if rows.weight is None else rows.weight
    beyond = (term.beyond & (weight > 0.0)).any()
    alike = rows.likelihood.facts.from_zero and term.weight is None and not beyond and not len(columns.beside[0])
    if not alike or BINS * (term.k - 3) > FEWER * columns.n:
        return None
    # B-splines times their numbers are x itself; rows beyond the knots have no weight here
    x = np.clip(term.first + term.values @ np.arange(4.0) - 1.0, 0.0, term.k - 3.0)
    place = (BINS * x).astype(np.intp)
    w = np.bincount(place, weight)
    there = np.flatnonzero(w > 0.0)
    at, wy = (np.bincount(place, weight * values)[there] for values in (x, rows.y))
    w = w[there]
    at /= w
    first, basis, beyond = bsplines(np.clip(at, 0.0, term.k - 3.0), term.k)
    points = replace(term, first=first, basis=basis, beyond=beyond)
    which, c = columns.made
    flat = np.empty((len(which), len(at)))
    flat[which] = fitted(points, c)
    made = replace(columns, n=len(at), smooths=(WidthOnly(points, columns.sizes[0]),), flat=flat, terms=(points,))
    return CurveNodes(SeenMeans(rows.likelihood, wy / w, w), made)
