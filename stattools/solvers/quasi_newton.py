"""L-BFGS from a metric: score passes only, in units that make the problem round.

    theta <- theta + t H g,   H the metric's inverse, updated by the last steps and changes of the score

The metric is rebuilt now and then, where the curvature has changed. Source: Nocedal & Wright, Numerical Optimization
(2006), 7.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.model import Evaluation
from stattools.solvers.solution import TraceStep
from stattools.solvers.two_loops import Change, Inverse, direction

Floats = NDArray[np.float64]

MEMORY = 20
"""So many steps are remembered."""


class Ascent(NamedTuple):
    """Where it ended: the point, its value and score, the steps, and the decrement in the metric as updated."""

    theta: Floats
    now: Evaluation
    steps: int
    decrement: float
    trace: list[TraceStep]


def ascend(
    evaluate: Callable[[Floats], Evaluation],
    theta: Floats,
    metric_at: Callable[[Floats], Inverse],
    *,
    tolerance: float,
    max_steps: int,
    rebuild: tuple[int, ...],
    n: float,
    watch: Callable[[Floats], None] = lambda theta: None,
) -> Ascent:
    """Climb from theta until the decrement that the updated metric knows is within tolerance, or to round-off.

    `watch` sees the point whenever the metric is rebuilt and may raise.
    """
    metric, now, trace = metric_at(theta), evaluate(theta), []
    changes: list[Change] = []
    size, step, decrement = 1.0, 0, np.inf
    for step in range(max_steps + 1):
        if step in rebuild:
            watch(theta)
            metric = metric_at(theta)
            size = _size(changes, metric)
        ahead = direction(now.score, changes, metric, size)
        slope = float(now.score @ ahead)
        decrement = float(np.sqrt(max(slope, 0.0)))
        trace.append(TraceStep(step, now.loglik, float(np.linalg.norm(now.score)) / n))
        if decrement <= tolerance or step == max_steps:
            break
        found = _rise(evaluate, theta, ahead, now, slope, n, metric)
        if found is None:
            break
        following, new = found
        s, y = following - theta, now.score - new.score
        curvature = float(s @ y)
        if curvature > 0:
            changes = [*changes[1 - MEMORY :], Change(s, y, curvature)]
            size = _size(changes, metric)
        theta, now = following, new
    return Ascent(theta, now, step, decrement, trace)


def _size(changes: list[Change], metric: Inverse) -> float:
    """The metric may be off by a factor: that of the last step."""
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
    n: float,
    metric: Inverse,
) -> tuple[Floats, Evaluation] | None:
    """The first of theta + ahead / 2^k that raises the log-likelihood or, where that is round-off, shortens the
    score.
    """
    noise = 1e-13 * (abs(now.loglik) + n)
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
