"""Curvature carried from one step to the next, where exact curvature costs as many evaluations as there are variances.

    H <- H - H s s'H / s'H s + y y' / y's,     s the step, y the change of the gradient      (BFGS)

Steps converge faster than linearly, and each costs one evaluation. Source: Nocedal & Wright (2006), 6.1.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats

BENT = 1e-10
"""A step along which the gradient changes by less than this share of what its length allows tells nothing."""


def secant(H: Floats, step: Floats, change: Floats) -> Floats | None:
    """H after a step along which the gradient changed so; None where it does not bend upwards along the step.

    >>> secant(np.eye(2), np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [[4.0, 0.0], [0.0, 1.0]]
    """
    along = float(step @ change)
    if not along > BENT * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return None
    pushed = H @ step
    return H - np.outer(pushed, pushed) / float(step @ pushed) + np.outer(change, change) / along
