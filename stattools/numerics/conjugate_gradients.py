"""The Newton step and the decrement without the information's matrix: conjugate gradients on its products with vectors.

    H z = g,   decrement^2 = g^T z, a sum of positive terms that conjugate gradients add up

One product is one read of the rows; the metric makes few of them enough. It may itself be solved by conjugate
gradients, and so not be quite linear. Source: Hestenes & Stiefel (1952); Nocedal & Wright (2006), 7.1; Notay, "Flexible
conjugate gradients" (2000).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.two_loops import Preconditioner

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
