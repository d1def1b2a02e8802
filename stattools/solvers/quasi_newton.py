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
from stattools.solvers.climb import NOISE, Climbed, Standing, climb, rising
from stattools.solvers.metric import Metric

MEMORY = 20
"""So many steps are remembered: each costs two products of the length of theta, little beside a pass over the rows."""

HALVINGS = 30
"""A step is halved so often at most, fewer than Newton's: the direction is too poor to be worth more passes."""


class Conditioned(Preconditioner, Protocol):
    """A metric that knows its reciprocal condition."""

    @property
    def rcond(self) -> float: ...


class Updated(NamedTuple):
    """A metric, and the changes of the score along the last steps, which correct the steps that it makes."""

    metric: Conditioned | Metric
    changes: list[Change]

    def solve(self, score: Floats) -> Floats:
        """The step for a score; the metric is off by a factor, which is measured along the last step."""
        size = 1.0
        if self.changes:
            _, y, curvature = self.changes[-1]
            size = curvature / float(y @ self.metric.solve(y))
        return direction(score, self.changes, self.metric, size)

    def norm(self, score: Floats) -> float:
        """The length of a score in the metric itself, by which scores before and after a change compare."""
        return float(np.sqrt(max(float(score @ self.metric.solve(score)), 0.0)))

    def after(self, s: Floats, y: Floats) -> Updated:
        """With the fall y of the score along a step s, where it fell."""
        curvature = float(s @ y)
        return self._replace(changes=[*self.changes[1 - MEMORY :], Change(s, y, curvature)]) if curvature > 0 else self


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
    noise: float = NOISE,
    after: Climbed | None = None,
) -> Climbed:
    """Climb from theta until the decrement that the updated metric knows is within tolerance, or to round-off.

    `watch` sees the point whenever the metric is rebuilt and may raise. `noise` is the round-off of a log-likelihood,
    as a share of it; `after` is an ascent, of more noise, to go on with.
    """
    trace = [] if after is None else after.trace[:-1]
    first = len(trace)

    def stand(theta: Floats, now: Evaluation, metric: Updated) -> Standing:
        if len(trace) in rebuild and (len(trace) > first or after is None):  # the number of this step
            watch(theta)
            metric = metric._replace(metric=metric_at(theta))
        ahead = metric.solve(now.score)
        return Standing(theta, now, metric, float(np.sqrt(max(float(now.score @ ahead), 0.0))), ahead)

    def step(here: Standing) -> Standing | None:
        def moved(theta: Floats, now: Evaluation) -> Standing:
            return stand(theta, now, here.metric.after(theta - here.theta, here.now.score - now.score))

        return rising(evaluate, moved, n, here, noise=noise, halvings=HALVINGS, patience=1)

    metric = Updated(metric_at(theta), []) if after is None else after.here.metric
    start = stand(theta, evaluate(theta), metric)
    limits = {"tolerance": tolerance, "max_steps": max_steps - first, "n": n}
    return climb(start, step, first=first, trace=trace, round_off=0.0, **limits)
