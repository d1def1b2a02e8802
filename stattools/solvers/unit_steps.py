"""Quasi-Newton steps of unit length from a metric that is nearly the information: one read of the rows a step.

theta <- theta + B g,   B = H_0^-1 corrected by the changes of the score along the steps so far (L-BFGS)
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from stattools.solvers.metric import Floats, Metric
from stattools.solvers.two_loops import Change, direction


class Scored(Protocol):
    """What has a score: a model, or the passes of a softmax regression."""

    def ascent(self, theta: Floats) -> Floats: ...


def ascend(model: Scored, theta: Floats, metric: Metric, tolerance: float, most: int) -> tuple[Floats, int] | None:
    """The point after a step that should leave a decrement below `tolerance`, and the number of reads; None where the
    steps do not contract.

    The step after one from decrement a to b leaves at most b^2 / a, since contraction gets better with every change
    that is known.
    """
    changes: list[Change] = []
    score, last = model.ascent(theta), np.inf
    for reads in range(1, most + 1):
        step = direction(score, changes, metric)
        decrement = float(np.sqrt(max(score @ step, 0.0)))
        if not decrement < 0.5 * last:
            return None
        theta = theta + step
        if decrement <= tolerance or (reads > 1 and decrement * decrement <= tolerance * last):
            return theta, reads
        following = model.ascent(theta)
        fall, last = score - following, decrement
        curvature = float(step @ fall)
        if not curvature > 0:
            return None
        changes.append(Change(step, fall, curvature))
        score = following
    return None
