"""Quasi-Newton steps from a metric: score passes only, in units that make the problem round.

    theta <- theta + t H g,   H the metric's inverse, updated by the last steps and changes of the score

`ascend` is L-BFGS with step halving; the metric is rebuilt now and then, where the curvature has changed. `unit_ascend`
takes steps of unit length from a metric that is nearly the information, several in one read of the rows:

    theta_i, g_i     where the i-th share of the rows was last read, and its score there
    theta <- mean of theta_i + H sum of g_i

The point moves after each share, so that what is read later in the same pass is read nearer the maximum; in a first
pass the shares read so far stand for all, which helps where theta is farther from the maximum than their maxima differ.
With a single share it is L-BFGS. Sources: Nocedal & Wright, Numerical Optimization (2006), 7.2; Gurbuzbalaban, Ozdaglar
& Parrilo, "On the convergence rate of incremental aggregated gradient algorithms" (2017), in a metric.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.sweep import Share
from stattools.numerics.two_loops import Change, Preconditioner, direction
from stattools.solvers.climb import HALF, NOISE, Climbed, Standing, climb, rising
from stattools.solvers.metric import Metric

MEMORY = 20
"""So many steps are remembered: each costs two products of the length of theta, little beside a pass over the rows."""

HALVINGS = 30
"""A step is halved so often at most, fewer than Newton's: the direction is too poor to be worth more passes."""

SHARES = 8
"""With more shares, the score of each differs too much from its part of the whole."""

WORTH_A_SHARE = 400_000
"""Numbers of X that a share needs: below it, calls cost more than the reads that shares save."""


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


class Measure(Protocol):
    """Turns a score into a step, and measures steps in standard errors; a `Metric` is one."""

    def solve(self, score: Floats) -> Floats: ...
    def length(self, step: Floats) -> float: ...


class Shares:
    """Shares of the rows by what gives the score of each; where each was last read, and the score there."""

    def __init__(self, ascents: Sequence[Callable[[Floats], Floats]], size: int) -> None:
        self.ascents, self.read = ascents, 0
        self.points, self.scores = np.zeros((2, len(ascents), size))

    @classmethod
    def of(cls, model: Model) -> Shares:
        """Up to eight shares of the rows of a model."""
        count = min(SHARES, model.rows.X.size // WORTH_A_SHARE)
        several = [partial(model.ascent, share=Share(number, count)) for number in range(count)]
        return cls(several if count > 1 else [model.ascent], len(model.start))

    def visit(self, number: int, theta: Floats) -> None:
        """Read a share at theta."""
        self.points[number], self.scores[number] = theta, self.ascents[number](theta)
        self.read = max(self.read, number + 1)

    def stand(self) -> tuple[Floats, Floats]:
        """The mean of the points and the sum of the scores; shares that were read stand for all."""
        points, scores = self.points[: self.read], self.scores[: self.read]
        return points.mean(axis=0), scores.sum(axis=0) * (len(self.ascents) / self.read)


def unit_ascend(
    shares: Shares, theta: Floats, metric: Measure, tolerance: float, most: int
) -> tuple[Floats, int] | None:
    """The point after a read that should leave a decrement below `tolerance`, and the number of reads; None where the
    steps do not contract.

    A read that moves the point by b standard errors after one that moved it by a leaves at most b^2 / a, since
    contraction gets better with every change that is known.
    """
    known: list[Change] = []

    def read(here: Standing) -> Standing:
        nonlocal known
        theta, changes = here.theta, known
        before = shares.stand() if shares.read else None
        score = here.now.score
        for number in range(len(shares.ascents)):
            shares.visit(number, theta)
            center, score = shares.stand()
            if before is not None:
                known = [*changes, *_change(center - before[0], before[1] - score)]
            theta = center + direction(score, known, metric)
        moved = metric.length(theta - here.theta)
        left = moved if here.decrement == np.inf else moved * moved / here.decrement
        return Standing(theta, Evaluation(np.nan, score), metric, left if left <= tolerance else moved)

    first = read(Standing(theta, Evaluation(np.nan, np.zeros_like(theta)), metric, np.inf))
    found = climb(first, read, tolerance=tolerance, max_steps=most - 1, n=1.0, first=1, round_off=0.0, leaves=HALF)
    return (found.here.theta, found.steps) if found.status == "converged" else None


def _change(step: Floats, fall: Floats) -> list[Change]:
    """The change of the score along a step, where it fell."""
    curvature = float(step @ fall)
    return [Change(step, fall, curvature)] if curvature > 0 else []
