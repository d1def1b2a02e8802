"""The mode of all effects together, given the parameters: Newton's method with the penalized information as metric.

    F(u) = sum_i w_i log p(y_i | base_i + z~_i'u) - |u|^2 / 2,   g = Z~'s - P u,   u <- u + t H^-1 g

Steps are halved until F rises. Near the mode of a concave log-likelihood the slopes along a step tell enough of that: F
would rise by half their sum if it were quadratic (Hager & Zhang, SIAM Journal on Optimization 16, 2005). The
log-likelihoods of rows, which take more time than their derivatives, are then summed only where somebody asks. Where H
is not positive definite, negative weights are put to 0, which leads upwards too. Next to the mode the H of one step
takes the following ones as well, and is made again where they end. The way ends where the decrement g'H^-1 g is
round-off.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.effect_columns import ScaledColumns
from stattools.latent.penalized import PenalizedInformation
from stattools.likelihoods import Likelihood

MOST = 500
"""Newton steps at most: a count of 1e300 takes about 700 units of a logarithm, some hundred steps."""
CLOSE = 1e-21
"""A squared decrement this small: what is left of the mode is less than 1e-10 standard errors."""
NOISE = 1e-13
"""The round-off of F as a share of it and of the number of rows."""
ROUND_OFF = 1e-14
"""A squared decrement below this share of F, or below 1e-12, that does not fall any more is round-off."""
BESIDE = 100.0
"""From a squared decrement of this Newton's steps lead to the mode of a concave log-likelihood."""
CARRIED = 1e-6
"""From a squared decrement of this the information changes so little that the next steps take that of this one: each
leaves some thousandth, and H is made once more at the mode.
"""
FALLS = 0.25
"""A squared decrement that does not fall below this share of the one before has met round-off, or a wrong H."""
HALVINGS = 1_100
"""A step of 1e300 that is halved so often is one of 1e-30."""

MOST_TRIED = 3_000
"""Points that all steps to a mode try at most: where a scale is next to 0 each step may be halved a thousand times."""

LARGEST_WEIGHT = 1e303
"""Sums of so large second derivatives of rows are finite; where a row has a larger one, this stands for it."""

BLOCK = 8192
"""Rows that are evaluated at once: what is made of them on the way stays in a processor's cache."""


@record
class SeenRows:
    """What was seen of the rows: the outcomes `y` of `likelihood`, and how often, `weight` (n,) or None."""

    likelihood: Likelihood
    y: Floats
    weight: Floats | None

    @np.errstate(over="ignore", invalid="ignore")  # a step that is too long may overflow, and is shortened
    def loglik(self, eta: Floats) -> float:
        """The log-likelihood of all rows, -inf where it is not a number."""
        found = self.likelihood.loglik(eta, self.y)
        total = float(found.sum() if self.weight is None else found @ self.weight)
        return total if total == total else -np.inf

    @np.errstate(over="ignore", invalid="ignore")  # as above
    def logliks(self, eta: Floats, moves: Floats) -> Floats:
        """The log-likelihood of all rows where the first linear predictor is moved by each column of `moves` (n, m)."""
        n, m = moves.shape
        many = moved(np.repeat(eta, m, axis=0), moves.ravel())
        found = self.likelihood.loglik(many, np.repeat(self.y, m, axis=0)).reshape(n, m)
        total = found.sum(axis=0) if self.weight is None else self.weight @ found
        return np.where(np.isnan(total), -np.inf, total)

    def evaluate(self, eta: Floats) -> tuple[float, Floats, Floats]:
        """The log-likelihood of all rows, and the score (n, width) and the information (n, width, width) of each times
        its weight.
        """
        loglik, score, information = self._in_blocks(self.likelihood.evaluate, eta)
        total = float(loglik.sum() if self.weight is None else loglik @ self.weight)
        return total if total == total else -np.inf, *self._weighted(score, information)

    def derivatives(self, eta: Floats) -> tuple[Floats, Floats]:
        """The score and the information of `evaluate`."""
        return self._weighted(*self._in_blocks(self.likelihood.derivatives, eta))

    @np.errstate(over="ignore", invalid="ignore")  # as above
    def _in_blocks(self, find: Callable[[Floats, Floats], tuple[Floats, ...]], eta: Floats) -> Any:
        """What `find` makes of all rows, so many at once that it stays in a processor's cache."""
        if len(eta) <= BLOCK:
            return find(eta, self.y)
        starts = range(0, len(eta), BLOCK)
        each = [find(eta[a : a + BLOCK], self.y[a : a + BLOCK]) for a in starts]
        return tuple(map(np.concatenate, zip(*each, strict=True)))

    def _weighted(self, score: Floats, information: Floats) -> tuple[Floats, Floats]:
        """The score (n, width) and the information (n, width, width) of each row times its weight."""
        n = len(score)
        score, information = score.reshape(n, -1), information.reshape(n, -1)
        if self.weight is not None:
            score, information = score * self.weight[:, None], information * self.weight[:, None]
        width = score.shape[1]
        return score, information.reshape(n, width, width)


@record
class JointMode:
    """The mode `u`, the linear predictors `eta` there, `score` (n, width) and `information` (n, width, width) of the
    rows, H, and F where it is `known` already.
    """

    rows: SeenRows
    u: Floats
    eta: Floats
    score: Floats
    information: Floats
    penalized: PenalizedInformation
    known: float | None = None

    @cached_property
    def value(self) -> float:
        """F."""
        if self.known is not None:
            return self.known
        return self.rows.loglik(self.eta) - lost(self.penalized.columns, self.u)


def lost(columns: ScaledColumns, u: Floats) -> float:
    """What the effects themselves lose, |u|^2 / 2 of those that are not of a flat prior."""
    return 0.5 * float((columns.of.prior * u) @ u)


def moved(base: Floats, by: Floats) -> Floats:
    """Linear predictors whose first is moved."""
    if base.ndim == 1:
        return base + by
    found = base.copy()
    found[:, 0] += by
    return found


@np.errstate(over="ignore", invalid="ignore")  # from a start with means beyond float64 the way ends in an error
def joint_mode(
    rows: SeenRows,
    columns: ScaledColumns,
    base: Floats,
    start: Floats,
    before: JointMode | None = None,
    close: float = CLOSE,
    near: JointMode | None = None,
) -> JointMode:
    """The mode that is reached from `start`, or from 0 where that is higher. `before` is a mode of the same rows in
    other units, whose linear predictors are those of the start: there the rows are known already. `near` is one whose
    linear predictors are nearly those of the start: its H takes the first steps. The way ends at a squared decrement
    of `close`.

    ConvergenceError where no number of steps reaches it: the log-likelihood rises without end, or is not a number.
    """
    prior, concave = columns.of.prior, rows.likelihood.unimodal  # in the effects, the other parameters held
    u, value = start, None
    if before is None:
        eta = moved(base, columns.up(start))
        score, information = rows.derivatives(eta)
        w = information[:, 0, 0]
    else:
        eta, score, information, w = before.eta, before.score, before.information, before.penalized.w
    slope, last, tried, asked = columns.down(score[:, 0]) - prior * u, np.inf, 0, not start.any()
    carries, carried = True, None if near is None or not concave else PenalizedInformation.of(columns, near.penalized.w)
    for _ in range(MOST):
        penalized, exact = (carried, False) if carried is not None else _metric(columns, w)
        ahead = penalized.solve(slope)
        along = float(slope @ ahead)
        if carried is not None and not close < along <= min(CARRIED, FALLS * last):
            if along > close:  # what falls no more with this H may fall with that of each point
                carries, last = False, np.inf
            carried = None
            penalized, exact = _metric(columns, w)
            ahead = penalized.solve(slope)
            along = float(slope @ ahead)
        is_close = concave and along <= BESIDE
        # near the mode of a concave log-likelihood nobody asks how high it is at 0
        if not asked and not is_close:
            asked = True
            value = rows.loglik(eta) - lost(columns, u) if value is None else value
            if not rows.loglik(base) <= value:
                u, eta, value = np.zeros(len(start)), base, None
                score, information = rows.derivatives(eta)
                slope, w = columns.down(score[:, 0]), information[:, 0, 0]
                continue
        asked = True
        if exact and along <= close:
            return JointMode(rows, u, eta, score, information, penalized, value)
        if exact and along > FALLS * last:  # it does not fall any more
            found = JointMode(rows, u, eta, score, information, penalized, value)
            if along <= 1e-12 or along <= ROUND_OFF * abs(found.value):
                return found
        moves = columns.up(ahead)
        if is_close and along <= last:
            new_eta, new_u, tried = moved(eta, moves), u + ahead, tried + 1
            new_score, new_information = rows.derivatives(new_eta)
            new_slope = columns.down(new_score[:, 0]) - prior * new_u
            if float(new_slope @ ahead) >= -0.5 * along:
                u, eta, score, information, slope = new_u, new_eta, new_score, new_information, new_slope
                value, w, last = None, information[:, 0, 0], along
                carried = penalized if carries and along <= CARRIED else None
                continue
            carried = None
        last = along
        value = rows.loglik(eta) - lost(columns, u) if value is None else value
        noise = NOISE * (abs(value) + len(eta))
        for _ in range(HALVINGS):
            new_eta, tried = moved(eta, moves), tried + 1
            loglik, score, information = rows.evaluate(new_eta)
            new = loglik - lost(columns, u + ahead)
            if new >= value + 1e-4 * along or (abs(new - value) <= noise and along <= max(1e-6, noise)):
                break
            ahead, moves, along = 0.5 * ahead, 0.5 * moves, 0.5 * along
        else:
            break
        if tried > MOST_TRIED:
            break
        u, eta, value, w = u + ahead, new_eta, new, information[:, 0, 0]
        slope = columns.down(score[:, 0]) - prior * u
    raise ConvergenceError(
        "the mode of the effects was not found: the log-likelihood of the rows rises without end along an effect, or "
        "is not a number. Look at the outcome for values that are far from all others, or take a simpler random part."
    )


def _metric(columns: ScaledColumns, w: Floats) -> tuple[PenalizedInformation, bool]:
    """H, or a matrix that is positive definite for certain; is it H?"""
    found = PenalizedInformation.of(columns, w) if np.abs(w).max(initial=0.0) <= LARGEST_WEIGHT else None
    if found is not None:
        return found, True
    w = np.where(np.isfinite(w), np.clip(w, 0.0, LARGEST_WEIGHT), 0.0)
    found = PenalizedInformation.of(columns, w + 1e-12 * w.max(initial=0.0))
    if found is None:
        raise ConvergenceError(
            "the information about the effects is not positive definite in float64: columns are nearly combinations of "
            "others. Take a simpler random part, or leave a column out."
        )
    return found, False
