"""The climb that all solvers share: look, note, ask the rule, take a step.

    decrement = sqrt(g^T H^-1 g)      the distance to the maximum, in standard errors
    ended     where the decrement is within the tolerance, or is round-off that no longer falls

A solver says where it stands (`Standing`) and how it steps from there; what differs between solvers is how they read
rows, the metric that measures a score, and the step. Loop, rule, trace and line search are written here only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.time_limit import ENDS, require_time
from stattools.models.evaluation import Evaluation
from stattools.solvers.metric import dot, nrm2
from stattools.solvers.solution import NOT_MEASURED, Quality, Solution, Status, TraceStep

ROUND_OFF = 1e-6
"""A decrement this small that no longer falls is the limit of float64, not a failure: the log-likelihood is 5e-13 below
its maximum, which is less than the rounding of a sum of some thousand rows.
"""
HALF = 0.5
"""The largest share of the decrement that a Newton step leaves where it still makes progress: steps square the
decrement, so one that leaves more has met round-off.
"""
ENOUGH = 1e-4
"""The share of the rise promised by the slope that a step must reach: the usual constant of Armijo's rule (Nocedal &
Wright, Numerical Optimization, 2006, 3.1).
"""
NOISE = 1e-13
"""The round-off of a log-likelihood as a share of it and of the number of rows: some hundred times the rounding of
float64 (1e-16), since the errors of a sum over many rows add up.
"""
HALVINGS = 60
"""The most halvings of a step. 2^-60 of a step is below the last digit of float64."""

noted = partial(tuple.__new__, TraceStep)
"""Makes a TraceStep of (step, loglik, score_norm) without the Python call of its own constructor."""


@record
class Standing:
    """Where a climb stands: the point theta, the evaluation there, the metric that measures scores, and the decrement.
    `ahead` is the step that the metric makes of the score, where it is already known.
    """

    theta: Floats
    now: Evaluation
    metric: Any
    decrement: float
    ahead: Any = None


@record
class Climbed:
    """Where a climb ended and why, the number of its last step, its trace, and the decrement before that step."""

    here: Standing
    status: Status
    steps: int
    trace: list[TraceStep]
    last: float

    def solution(
        self,
        covariance: Floats,
        solver: str,
        quality: Quality = NOT_MEASURED,
        *,
        reads: int = 0,
        reach: float = np.nan,
    ) -> Solution:
        """The solution that stands here, with what the climb does not know of it."""
        here = self.here
        return Solution(
            here.theta, covariance, here.now.loglik, self.status, self.steps, here.decrement, tuple(self.trace), solver,
            quality, reads=reads, reach=reach,
        )  # fmt: skip


def ended(decrement: float, last: float, tolerance: float, round_off: float = ROUND_OFF) -> Status | None:
    """The stopping rule: why a climb ends at this decrement, where `last` was the decrement before the step; None where
    it goes on.

    >>> ended(1e-9, 1e-4, 1e-8), ended(3e-8, 4e-8, 1e-8), ended(3e-8, 1e-4, 1e-8)
    ('converged', 'round-off', None)
    """
    if decrement <= tolerance:
        return "converged"
    return "round-off" if decrement <= round_off and decrement > HALF * last else None


def climb(
    here: Standing,
    step: Callable[[Standing], Standing | None],
    *,
    tolerance: float,
    max_steps: float,
    n: float,
    first: int = 0,
    trace: list[TraceStep] | None = None,
    round_off: float = ROUND_OFF,
    leaves: float | None = None,
    finish: Callable[[Standing], Standing | None] | None = None,
) -> Climbed:
    """Take steps until the rule ends the climb, `step` finds none (None), or `max_steps` were taken.

    `n` is the number of rows, by which the scores in the trace are divided. A climb that continues an earlier one is
    given the number of its `first` step and the `trace` so far. `round_off=0` is for steps that do not halve the
    decrement each time, such as first-order steps. Where a step leaves more than the share `leaves` of the decrement,
    steps do not contract, and the climb ends too. `finish` is asked once for a last step, when the climb has converged
    with steps left.
    """
    trace = [] if trace is None else trace
    taken, last = 0, np.inf
    while True:
        if ENDS.get():
            require_time()
        now, decrement = here.now, here.decrement
        trace.append(noted((first + taken, now.loglik, nrm2(now.score) / n)))
        status = ended(decrement, last, tolerance, round_off)
        following = None
        if status is None:
            contracts = leaves is None or decrement <= leaves * last
            if taken < max_steps and contracts:
                following = step(here)
                if following is None and decrement <= ROUND_OFF:  # no step leads higher
                    status = "round-off"
        elif finish is not None and status == "converged" and taken < max_steps:
            following, finish = finish(here), None
        if following is not None:
            here, last, taken = following, decrement, taken + 1
            continue
        return Climbed(here, status or "max-steps", first + taken, trace, last)


def rising(
    evaluate: Callable[[Floats], Evaluation],
    stand: Callable[[Floats, Evaluation], Standing],
    n: float,
    here: Standing,
    *,
    noise: float = NOISE,
    halvings: int = HALVINGS,
    patience: int = HALVINGS,
) -> Standing | None:
    """The first of theta + ahead / 2^k that raises the log-likelihood. Where its change is within round-off, a point
    with a shorter score is taken too. None where none of `halvings` points will do, or where `patience` of them changed
    the log-likelihood by round-off only.

    `noise` is the round-off of a log-likelihood as a share of it.
    """
    theta, now, metric = here.theta, here.now, here.metric
    ahead = metric.solve(now.score) if here.ahead is None else here.ahead
    slope = dot(now.score, ahead)
    noise = noise * (abs(now.loglik) + n)
    for _ in range(halvings):
        if ENDS.get():  # a line search of many rows may halve for long
            require_time()
        point = theta + ahead
        new = evaluate(point)
        if new.is_finite:
            rise = new.loglik - now.loglik
            if rise >= ENOUGH * slope and rise > noise:
                return stand(point, new)
            if abs(rise) <= noise:
                if metric.norm(new.score) < metric.norm(now.score):
                    return stand(point, new)
                patience -= 1
                if not patience:
                    return None
        ahead, slope = 0.5 * ahead, 0.5 * slope
    return None
