"""L-BFGS from a metric: score passes only, in units that make the problem round.

    theta <- theta + t H g,   H the metric's inverse, updated by the last steps and changes of the score

The metric is rebuilt now and then, where the curvature has changed. Source: Nocedal & Wright, Numerical Optimization
(2006), 7.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.numerics.two_loops import Change, Preconditioner, direction
from stattools.solvers.metric import Metric
from stattools.solvers.solution import TraceStep

MEMORY = 20
"""So many steps are remembered."""


class Conditioned(Preconditioner, Protocol):
    """A metric that knows its reciprocal condition."""

    @property
    def rcond(self) -> float: ...


class Ascent(NamedTuple):
    """Where it ended: the point, its value and score, the steps, the decrement in the metric as updated, and what
    another ascent goes on with.
    """

    theta: Floats
    now: Evaluation
    steps: int
    decrement: float
    trace: list[TraceStep]
    changes: list[Change]
    metric: Conditioned | Metric


def ascend(
    evaluate: Callable[[Floats], Evaluation],
    theta: Floats,
    metric_at: Callable[[Floats], Conditioned],
    *,
    tolerance: float,
    max_steps: int,
    rebuild: tuple[int, ...],
    n: float,
    watch: Callable[[Floats], None] = lambda theta: None,
    noise: float = 1e-13,
    after: Ascent | None = None,
) -> Ascent:
    """Climb from theta until the decrement that the updated metric knows is within tolerance, or to round-off.

    `watch` sees the point whenever the metric is rebuilt and may raise. `noise` is the round-off of a log-likelihood,
    as a share of it; `after` is an ascent, of more noise, to go on with.
    """
    trace = [] if after is None else after.trace[:-1]
    changes = [] if after is None else after.changes
    metric = metric_at(theta) if after is None else after.metric
    now, first = evaluate(theta), len(trace)
    size, step, decrement = _size(changes, metric), first, np.inf
    for step in range(first, max_steps + 1):
        if step in rebuild and (step > first or after is None):
            watch(theta)
            metric = metric_at(theta)
            size = _size(changes, metric)
        ahead = direction(now.score, changes, metric, size)
        slope = float(now.score @ ahead)
        decrement = float(np.sqrt(max(slope, 0.0)))
        trace.append(TraceStep(step, now.loglik, float(np.linalg.norm(now.score)) / n))
        if decrement <= tolerance or step == max_steps:
            break
        found = _rise(evaluate, theta, ahead, now, slope, noise * (abs(now.loglik) + n), metric)
        if found is None:
            break
        following, new = found
        s, y = following - theta, now.score - new.score
        curvature = float(s @ y)
        if curvature > 0:
            changes = [*changes[1 - MEMORY :], Change(s, y, curvature)]
            size = _size(changes, metric)
        theta, now = following, new
    return Ascent(theta, now, step, decrement, trace, changes, metric)


def _size(changes: list[Change], metric: Preconditioner) -> float:
    """The factor by which the metric is off, measured along the last step."""
    if not changes:
        return 1.0
    _, y, curvature = changes[-1]
    return curvature / float(y @ metric.solve(y))


def _rise(
    evaluate: Callable[[Floats], Evaluation],
    theta: Floats,
    ahead: Floats,
    now: Evaluation,
    slope: float,
    noise: float,
    metric: Preconditioner,
) -> tuple[Floats, Evaluation] | None:
    """The first of theta + ahead / 2^k that raises the log-likelihood or, where that is round-off, shortens the
    score.
    """
    length = 1.0
    for _ in range(30):
        point = theta + length * ahead
        new = evaluate(point)
        rise = new.loglik - now.loglik
        if new.is_finite and rise >= 1e-4 * length * slope and rise > noise:
            return point, new
        if new.is_finite and abs(rise) <= noise:
            shorter = float(new.score @ metric.solve(new.score)) < float(now.score @ metric.solve(now.score))
            return (point, new) if shorter else None
        length *= 0.5
    return None
