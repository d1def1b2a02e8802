"""The maximum of a function from its values alone: SciPy's BFGS from a point nearby, then Newton on differences.

    g_j = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h,   h = 0.01 standard errors,   error O(h^4)

Nothing of the package's own scores, informations and solvers enters, so that it checks all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from stattools.interface.arrays import Floats

STEP = 0.01


class Summit(NamedTuple):
    """Where the climb ended: estimate and standard errors (q,), covariance (q, q), the value, and the decrement there
    and at the point that was to be checked.
    """

    estimate: Floats
    covariance: Floats
    value: float
    decrement: float
    checked: float


def summit(value: Callable[[Floats], float], point: Floats, unit: Floats) -> Summit:
    """The maximum of `value` near `point`, whose coefficients have standard errors of the size of `unit`.

    >>> top = summit(lambda t: -0.5 * float((t - 3.0) @ (t - 3.0)), np.array([3.5]), np.array([1.0]))
    >>> top.estimate.round(9).tolist(), top.covariance.round(6).tolist(), round(top.checked, 6)
    ([3.0], [[1.0]], 0.5)
    """

    def lower(phi: Floats) -> float:
        return -value(point + unit * phi)

    start = np.where(np.arange(len(point)) % 2, -0.5, 0.5)
    phi = np.asarray(minimize(lower, start, method="BFGS", options={"gtol": 1e-6}).x)
    for _ in range(3):
        phi = phi - np.linalg.solve(_curvature(lower, phi), _slope(lower, phi))
    H = _curvature(lower, phi)
    gaps = [_slope(lower, x) for x in (phi, np.zeros(len(phi)))]
    there, here = (float(np.sqrt(max(g @ np.linalg.solve(H, g), 0.0))) for g in gaps)
    covariance = np.linalg.inv(H) * unit[:, None] * unit
    return Summit(point + unit * phi, covariance, -lower(phi), there, here)


def _slope(f: Callable[[Floats], float], x: Floats) -> Floats:
    each = STEP * np.eye(len(x))
    return np.array([(8.0 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12.0 * STEP) for e in each])


def _curvature(f: Callable[[Floats], float], x: Floats) -> Floats:
    """The Hessian by differences of slopes along one axis after the other, with a wider step."""
    wide = 5.0 * STEP * np.eye(len(x))
    rows = [
        (8.0 * (_slope(f, x + e) - _slope(f, x - e)) - (_slope(f, x + 2 * e) - _slope(f, x - 2 * e))) / (60.0 * STEP)
        for e in wide
    ]
    H = np.array(rows)
    return 0.5 * (H + H.T)
