"""Quasi-Newton steps: only scores are read, and a metric that is given turns them into steps.

    theta <- theta + H g,   H the inverse of the metric, corrected by the last steps and the changes of the score

`ascend` is L-BFGS with step halving; the metric is rebuilt at some steps. `unit_ascend` takes steps of unit length in a
metric that is nearly the information, and moves the point after each share of the rows, theta <- mean of theta_i + H
sum of g_i, where g_i is the score of share i when it was last read: later shares are read nearer the maximum.
`newton_step` needs no matrix: conjugate gradients solve H z = g by products, each one read of the rows, and add up the
decrement g^T z. Source: Nocedal & Wright, Numerical Optimization (2006), 7.1, 7.2 and algorithm 7.4; Gurbuzbalaban,
Ozdaglar & Parrilo (2017), here in a metric; Hestenes & Stiefel (1952); Notay, "Flexible conjugate gradients" (2000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.threads import Share
from stattools.solvers.climb import HALF, NOISE, Climbed, Standing, climb, rising
from stattools.solvers.metric import Metric


class Preconditioner(Protocol):
    """Turns a score into a step."""

    def solve(self, score: Floats) -> Floats: ...


class ConjugateStep(NamedTuple):
    """A step, the fall of the score along it, and their product."""

    step: Floats
    fall: Floats
    curvature: float


def direction(score: Floats, changes: Sequence[ConjugateStep], metric: Preconditioner, size: float = 1.0) -> Floats:
    """The step for a score; the metric's inverse is times `size`.

    >>> import numpy as np
    >>> from stattools.solvers.metric import Metric
    >>> known = ConjugateStep(np.array([1.0, 0.0]), np.array([2.0, 0.0]), 2.0)  # the information is 2 in this direction
    >>> direction(np.array([4.0, 3.0]), [known], Metric(np.eye(2))).tolist()
    [2.0, 3.0]
    """
    rest, shares = score, []
    for change in reversed(changes):
        shares.append(float(change.step @ rest) / change.curvature)
        rest = rest - shares[-1] * change.fall
    step = size * metric.solve(rest)
    for change, share in zip(changes, reversed(shares), strict=True):
        step = step + change.step * (share - float(change.fall @ step) / change.curvature)
    return step


MARGIN = 10.0
"""A residual measured in the metric may be so many times as long in the information."""


def newton_step(
    times: Callable[[Floats], Floats],
    score: Floats,
    metric: Preconditioner,
    accuracy: float = 1e-2,
    most: int = 300,
    enough: float = 0.0,
) -> tuple[Floats, float]:
    """z near H^-1 g, and sqrt(g^T H^-1 g) as summed until what is left, in the metric, is `accuracy` of it, or until
    ten times as much, which the decrement then includes, leaves it within `enough`. Infinite where the information has
    nothing of a direction that the score has: then there is no step to the maximum.

    >>> class Plain:
    ...     def solve(self, score):
    ...         return score
    >>> step, decrement = newton_step(lambda v: 4.0 * v, np.array([2.0, 0.0]), Plain())
    >>> step.tolist(), decrement
    ([0.5, 0.0], 1.0)
    """
    step, rest = np.zeros_like(score), score.copy()
    preconditioned = metric.solve(rest)
    direction, left, square = preconditioned.copy(), float(rest @ preconditioned), 0.0
    for _ in range(most):
        if left <= 0.0:
            break
        product = times(direction)
        curvature = float(direction @ product)
        if not curvature > 0.0:
            square = np.inf
            break
        length = left / curvature
        step += length * direction
        square += length * left
        last, before = rest, left
        rest = rest - length * product
        preconditioned = metric.solve(rest)
        left = float(rest @ preconditioned)
        if left <= accuracy**2 * square:
            break
        if square + MARGIN * left <= enough**2:
            square += MARGIN * left
            break
        direction = preconditioned + (float(preconditioned @ (rest - last)) / before) * direction
    return step, float(np.sqrt(square))


MEMORY = 20
"""The number of past steps that correct the metric. Nocedal & Wright recommend 3 to 20; each costs two products of the
length of theta, which is little beside a pass over the rows.
"""

HALVINGS = 30
"""The most halvings of a step. Newton's steps allow 60; a direction that needs more than 30 here is too poor to be
worth more passes over the rows.
"""

SHARES = 8
"""The number of shares of the rows, a compromise: with more of them the score of one share differs too much from its
part of the whole score. It changes the time only.
"""

WORTH_A_SHARE = 400_000
"""The numbers of X that a share has at least, 3 MB: below this the calls cost more time than the shares save. It
changes the time only.
"""


class Conditioned(Preconditioner, Protocol):
    """A metric that knows its reciprocal condition."""

    @property
    def rcond(self) -> float: ...


class Updated(NamedTuple):
    """A metric, and how the score changed along the last steps: the changes correct the steps that the metric makes."""

    metric: Conditioned | Metric
    changes: list[ConjugateStep]

    def solve(self, score: Floats) -> Floats:
        """The step for a score. The metric may be wrong by a factor, which is measured along the last step."""
        size = 1.0
        if self.changes:
            _, y, curvature = self.changes[-1]
            size = curvature / float(y @ self.metric.solve(y))
        return direction(score, self.changes, self.metric, size)

    def norm(self, score: Floats) -> float:
        """The length of a score in the metric without the corrections, so that scores before and after a correction
        compare.
        """
        return float(np.sqrt(max(float(score @ self.metric.solve(score)), 0.0)))

    def after(self, s: Floats, y: Floats) -> Updated:
        """The metric with one more change: the score fell by y along a step s."""
        curvature = float(s @ y)
        return (
            self._replace(changes=[*self.changes[1 - MEMORY :], ConjugateStep(s, y, curvature)])
            if curvature > 0
            else self
        )


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
    """Climb from theta until the decrement is within the tolerance, measured in the updated metric, or until round-off.

    `watch` sees the point whenever the metric is rebuilt, and may raise an error. `noise` is the round-off of a
    log-likelihood as a share of it. `after` is an earlier ascent with more noise, from whose end this one goes on.
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


class Shares:
    """Shares of the rows, each given by a function from theta to its score; for each share the point where it was last
    read, and its score there.
    """

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
        """The mean of the points and the sum of the scores; where some shares were not read yet, those that were stand
        for all.
        """
        points, scores = self.points[: self.read], self.scores[: self.read]
        return points.mean(axis=0), scores.sum(axis=0) * (len(self.ascents) / self.read)


def unit_ascend(
    shares: Shares, theta: Floats, metric: Metric, tolerance: float, most: int
) -> tuple[Floats, int] | None:
    """The point whose decrement should be below `tolerance`, and the number of reads that led there; None where the
    steps do not contract.

    After a read that moved the point by a standard errors and one that moved it by b, the distance that is left is at
    most b^2 / a: steps contract better and better, because every known change corrects the metric.
    """
    known: list[ConjugateStep] = []

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


def _change(step: Floats, fall: Floats) -> list[ConjugateStep]:
    """The change of the score along a step, or nothing where the score did not fall: then it says nothing of the
    curvature.
    """
    curvature = float(step @ fall)
    return [ConjugateStep(step, fall, curvature)] if curvature > 0 else []
