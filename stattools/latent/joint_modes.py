"""The mode of all effects together, given the parameters: Newton's method with the penalized information as metric.

    F(u) = sum_i w_i log p(y_i | base_i + z~_i'u) - |u|^2 / 2,   g = Z~'s - P u,   u <- u + t H^-1 g

Steps are halved until F rises. Where H is not positive definite, negative weights are put to 0, which leads upwards
too. The way ends where the decrement g'H^-1 g is round-off.
"""

from __future__ import annotations

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

    @np.errstate(over="ignore", invalid="ignore")  # as above
    def evaluate(self, eta: Floats) -> tuple[float, Floats, Floats]:
        """The log-likelihood of all rows, and the score (n, width) and the information (n, width, width) of each times
        its weight.
        """
        starts = range(0, len(eta), BLOCK)
        logliks, scores, information = zip(*(self._terms(eta, slice(a, a + BLOCK)) for a in starts), strict=True)
        total = sum(logliks)
        return total if total == total else -np.inf, np.concatenate(scores), np.concatenate(information)

    def _terms(self, eta: Floats, block: slice) -> tuple[float, Floats, Floats]:
        """The same of the rows of a block."""
        loglik, score, information = self.likelihood.evaluate(eta[block], self.y[block])
        n = len(loglik)
        score, information = score.reshape(n, -1), information.reshape(n, -1)
        weight = None if self.weight is None else self.weight[block]
        total = float(loglik.sum() if weight is None else loglik @ weight)
        if weight is not None:
            score, information = score * weight[:, None], information * weight[:, None]
        width = score.shape[1]
        return total, score, information.reshape(n, width, width)


@record
class JointMode:
    """The mode `u`, the linear predictors `eta` there, F and its rows' log-likelihood, `score` (n, width) and
    `information` (n, width, width) of the rows, and H.
    """

    u: Floats
    eta: Floats
    value: float
    score: Floats
    information: Floats
    penalized: PenalizedInformation


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
) -> JointMode:
    """The mode that is reached from `start`, or from 0 where that is higher. `before` is a mode of the same rows in
    other units, whose linear predictors are those of the start: there the rows are known already. The way ends at a
    squared decrement of `close`.

    ConvergenceError where no number of steps reaches it: the log-likelihood rises without end, or is not a number.
    """
    prior = columns.of.prior

    def lost(u: Floats) -> float:
        return 0.5 * float((prior * u) @ u)

    if before is None:
        u, eta = start, moved(base, columns.up(start))
        loglik, score, information = rows.evaluate(eta)
        w = information[:, 0, 0]
    else:
        u, eta, score, information, w = start, before.eta, before.score, before.information, before.penalized.w
        loglik = before.value + lost(before.u)
    value, last, tried, asked = loglik - lost(u), np.inf, 0, not start.any()
    for _ in range(MOST):
        penalized, exact = _metric(columns, w)
        slope = columns.down(score[:, 0]) - prior * u
        ahead = penalized.solve(slope)
        along = float(slope @ ahead)
        # near the mode of a concave log-likelihood nobody asks how high it is at 0
        if not asked and not (rows.likelihood.concave and along <= BESIDE):
            asked = True
            if not rows.loglik(base) <= value:
                u, eta = np.zeros(len(start)), base
                loglik, score, information = rows.evaluate(eta)
                value, w = loglik - lost(u), information[:, 0, 0]
                continue
        asked = True
        near = along <= close or (along > 0.25 * last and along <= max(1e-12, ROUND_OFF * abs(value)))
        if exact and near:
            return JointMode(u, eta, value, score, information, penalized)
        last, noise, moves = along, NOISE * (abs(value) + len(eta)), columns.up(ahead)
        for _ in range(HALVINGS):
            new_eta, tried = moved(eta, moves), tried + 1
            loglik, score, information = rows.evaluate(new_eta)
            new = loglik - lost(u + ahead)
            if new >= value + 1e-4 * along or (abs(new - value) <= noise and along <= max(1e-6, noise)):
                break
            ahead, moves, along = 0.5 * ahead, 0.5 * moves, 0.5 * along
        else:
            break
        if tried > MOST_TRIED:
            break
        u, eta, value, w = u + ahead, new_eta, new, information[:, 0, 0]
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
