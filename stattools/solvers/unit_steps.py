"""Quasi-Newton steps of unit length from a metric that is nearly the information, several in one read of the rows.

    theta_i, g_i     where the i-th share of the rows was last read, and its score there
    theta <- mean of theta_i + B sum of g_i
    B = H_0^-1 corrected by the changes of mean and sum from read to read (L-BFGS)

The point moves after each share, so that what is read later in the same pass is read nearer the maximum; in a first
pass the shares read so far stand for all, which helps where theta is farther from the maximum than their maxima differ.
With a single share it is L-BFGS. Source: Gurbuzbalaban, Ozdaglar & Parrilo, "On the convergence rate of incremental
aggregated gradient algorithms" (2017), in a metric.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.sweep import Share
from stattools.numerics.two_loops import Change, direction
from stattools.solvers.climb import HALF, Standing, climb
from stattools.solvers.metric import Floats

SHARES = 8
"""With more shares, the score of each differs too much from its part of the whole."""

WORTH_A_SHARE = 400_000
"""Numbers of X that a share needs: below it, calls cost more than the reads that shares save."""


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


def ascend(shares: Shares, theta: Floats, metric: Measure, tolerance: float, most: int) -> tuple[Floats, int] | None:
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
