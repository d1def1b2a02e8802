"""Laplace's approximation of the integral over all effects, with its exact gradient.

    log L = F(u^) - log|H| / 2,   H = P + Z~'WZ~ at the mode u^

With h_i = z~_i'H^-1 z~_i, c_ik = d W_i / d eta_ik, c = c_0 h / 2 and a = Z~ H^-1 Z~'c, the slopes are

    in eta_ik    s_ik - h_i c_ik / 2 + a_i I_i0k                               (e_i, k = 0)
    in T         sum_j [Z'e]_j u_j' - [Z's]_j v_j' - sum_i w_i z_i (H^-1 z~_i)',   v = H^-1 Z~'c,

which hold at T = 0 too. With fixed effects among the effects (a flat prior) p log(2 pi) / 2 comes to log L.
Source: Wood, JRSS B 73 (2011), 3-36; Bates, Maechler, Bolker & Walker (2015) for the first factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_variances import information_of_curves, variance_ratios
from stattools.latent.effect_columns import EffectColumns
from stattools.latent.factors import Factor, own_blocks, own_rows, places
from stattools.latent.information_slopes import information_slopes
from stattools.latent.joint_modes import CLOSE, JointMode, SeenRows, joint_mode
from stattools.latent.small_blocks import times

LOG_TWO_PI = float(np.log(2.0 * np.pi))


@record
class LaplaceIntegral:
    """The approximation at the factors T_k of random terms and the standard deviations `taus` of smooths."""

    rows: SeenRows
    columns: EffectColumns
    factors: tuple[Floats, ...]
    taus: tuple[float, ...]
    base: Floats
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
        alike = last.mode if last is not None and last._same_rows(factors, taus, base) else None
        before, near = (alike, None) if start is None else (None, alike)
        if start is None:
            start = np.zeros(columns.size) if last is None else last._start_for(taus)
        mode = joint_mode(rows, columns.scaled(factors, taus), base, start, before, close, near)
        return cls(rows, columns, tuple(factors), tuple(taus), base, mode)

    def _same_rows(self, factors: Sequence[Floats], taus: Sequence[float], base: Floats) -> bool:
        """Are the linear predictors at the start of another approximation those of the mode here? They are where
        standard deviations of curves alone differ, none of which is 0.
        """
        return (
            all(self.taus)
            and all(taus)
            and all(map(np.array_equal, self.factors, factors))
            and np.array_equal(self.base, base)
        )

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
