"""How far do log hazard ratios move without the rows that pull most? By dfbeta to find them, and by a fit to be sure.

    beta - beta_(i) ~ w_i C U_i,   U_i the score of row i, what it says at its own event and at those of others

Rows and moves are counted as of other regressions, see `influence.py`. Source: Cain & Lange, Biometrics 40 (1984),
493-499; Reid & Crepeau, Biometrika 72 (1985).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, DomainError, IdentificationError
from stattools.inference.covariance.survival_rows import SurvivalScores
from stattools.inference.diagnostics.checks.check import Check
from stattools.inference.diagnostics.checks.influence import MOST, SHARE, moved, named, no_maximum
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.existence.monotone import certified_partial
from stattools.inference.penalties import maximize
from stattools.interface.arrays import Floats
from stattools.solvers import Newton


def influence_on_hazards(of: LookedAt) -> Check:
    """The move of the coefficient that moves farthest without the worst rows."""
    model = of.model
    scores = SurvivalScores(model, of.theta, of.bread)
    count = int(np.clip(model.said.n // SHARE, 1, MOST))
    rows = _worst_rows(of, scores, count)
    said = named(scores.labelled, rows)
    try:
        theta, se = _without(of, rows)
    except (IdentificationError, ConvergenceError, DomainError):
        return no_maximum(rows, said)
    return moved(of, said, theta, se, np.minimum(np.sqrt(of.fit.covariance.diagonal()), se)) or no_maximum(rows, said)


def _worst_rows(of: LookedAt, scores: SurvivalScores, count: int) -> NDArray[np.intp]:
    """The numbers of the rows that together move one coefficient most, by dfbeta."""
    moves = scores.scores @ (scores.B / np.sqrt(of.fit.covariance.diagonal())[:, None])[of.asked].T
    weights = of.model.said.weights
    moves = moves if weights is None else moves * weights[:, None]
    moves = np.concatenate([moves, -moves], axis=1)
    order = np.argpartition(-moves, min(count, len(moves)) - 1, axis=0)[:count]
    best = np.take_along_axis(moves, order, axis=0)
    worst = int(np.argmax(best.sum(axis=0)))
    return np.sort(order[best[:, worst] > 0.0, worst])


def _without(of: LookedAt, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Estimate and standard errors of the same model without these rows."""
    model: Any = of.model.taken(np.delete(np.arange(of.model.said.n), rows))
    if of.fit.penalty is not None:
        solution: Any = maximize(model, of.fit.penalty)
    else:
        solution = certified_partial(model, Newton())[1]
    if not solution.converged:
        raise ConvergenceError(f"The maximum of {model.title} without some rows was not reached.", solution)
    return solution.estimate, np.sqrt(solution.covariance.diagonal())
