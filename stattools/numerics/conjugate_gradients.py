"""The Newton step and the decrement without the information's matrix: conjugate gradients on its products with vectors.

    H z = g,   decrement^2 = g^T z, a sum of positive terms that conjugate gradients add up

One product is one read of the rows; the metric makes few of them enough. It may itself be solved by conjugate
gradients, and so not be quite linear. Source: Hestenes & Stiefel (1952); Nocedal & Wright (2006), 7.1; Notay, "Flexible
conjugate gradients" (2000).

The inverse information of L-BFGS times a score: that of a metric, updated by the last steps.

Source: Nocedal & Wright, Numerical Optimization (2006), algorithm 7.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from stattools.interface.arrays import Floats


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
