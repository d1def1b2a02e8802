"""The inverse information of L-BFGS times a score: that of a metric, updated by the last steps.

Source: Nocedal & Wright, Numerical Optimization (2006), algorithm 7.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from stattools.interface.arrays import Floats


class Preconditioner(Protocol):
    """Turns a score into a step."""

    def solve(self, score: Floats) -> Floats: ...


class Change(NamedTuple):
    """A step, the fall of the score along it, and their product."""

    step: Floats
    fall: Floats
    curvature: float


def direction(score: Floats, changes: Sequence[Change], metric: Preconditioner, size: float = 1.0) -> Floats:
    """The step for a score; the metric's inverse is times `size`.

    >>> import numpy as np
    >>> from stattools.solvers.metric import Metric
    >>> known = Change(np.array([1.0, 0.0]), np.array([2.0, 0.0]), 2.0)  # the information is 2 in this direction
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
