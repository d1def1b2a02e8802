"""Profile-likelihood intervals of variances, which may end at 0, and of regression coefficients.

    { t : 2 (max loglik - max loglik with theta_j = t) <= chi-squared quantile, one degree of freedom }

A variance is followed on the log scale; where the profile at 0 is within the cut, the interval starts at 0. At a
maximum on the boundary the interval is [0, upper], as wide as the same cut says. Source: Venzon & Moolgavkar (1988).

Intervals of a state space fit: Wald's on the log scale for variances, which stay positive, and profile intervals.

variance: estimate * exp(-+ z se / estimate)      coefficient: estimate -+ z se
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.series.statespace.maximum import ascend
from stattools.series.statespace.state_table import require_quantile
from stattools.series.statespace.structural import Structural


def profile_ends(model: Structural, theta: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper ends, (p,) each, of the profile intervals around the maximum theta."""
    cut = model.loglik(theta) - 0.5 * require_quantile(level) ** 2
    ends = np.array([_ends(model, theta, se, j, cut) for j in range(len(theta))])
    return ends[:, 0], ends[:, 1]


def profile_fall(model: Structural, theta: Floats, j: int, values: Floats) -> Floats:
    """How far the profile log-likelihood of parameter j lies below its maximum, at values that lead away from it."""
    top, last = model.loglik(theta), {"theta": theta}
    return np.array([_height(model, j, float(value), last) - top for value in values])


def _height(model: Structural, j: int, value: float, last: dict[str, Floats]) -> float:
    """The profile log-likelihood of parameter j at a value, climbed to from the last point that was."""
    start = last["theta"].copy()
    start[j] = value
    k = len(model.positive)
    if not start[:k].any():  # something has to be random
        start[:k] = np.where(np.arange(k) == j, value, 0.1 * model.scale)
    found = ascend(model, start, 1e-7, 60, hold=j).here.theta
    last["theta"] = found
    return model.loglik(found)


def _ends(model: Structural, theta: Floats, se: Floats, j: int, cut: float) -> tuple[float, float]:
    last = {"theta": theta}

    def height(value: float) -> float:
        return _height(model, j, value, last) - cut

    if j >= len(model.positive):
        lower = _root(lambda x: height(theta[j] + x), -se[j], model.names[j])
        last["theta"] = theta
        return theta[j] + lower, theta[j] + _root(lambda x: height(theta[j] + x), se[j], model.names[j])
    total = float(theta[: len(model.positive)].sum())
    center = np.log(theta[j]) if theta[j] > 0 else np.log(1e-8 * total)
    step = float(np.clip(se[j] / theta[j], 0.05, 2.0)) if theta[j] > 0 else 2.0
    upper = float(np.exp(center + _root(lambda x: height(float(np.exp(center + x))), step, model.names[j])))
    if theta[j] == 0:
        return 0.0, upper
    last["theta"] = theta
    if height(0.0) >= 0.0:
        return 0.0, upper
    last["theta"] = theta
    return float(np.exp(center + _root(lambda x: height(float(np.exp(center + x))), -step, model.names[j]))), upper


def _root(height: Callable[[float], float], step: float, name: str) -> float:
    """Where the height first falls to 0, walking away from the maximum in growing steps."""
    near, far = 0.0, step
    for _ in range(60):
        if height(far) < 0.0:
            return float(optimize.brentq(height, near, far, xtol=1e-9 * abs(far), rtol=1e-10))
        near, far = far, 1.6 * far
    raise ConvergenceError(f"The profile of {name!r} does not come down to the cut. Use the Wald interval.")


def ends(fit: Any, level: float, kind: str) -> tuple[Floats, Floats]:
    """Lower and upper ends, (p,) each; NaN in Wald's interval of a variance whose maximum is 0."""
    theta, se = fit.estimate, fit.se
    if kind == "profile":
        return profile_ends(fit.model, theta, se, level)
    z, k = require_quantile(level), len(fit.model.positive)
    lower, upper = theta - z * se, theta + z * se
    inside = np.flatnonzero(theta[:k] > 0)
    reach = np.exp(z * se[inside] / theta[inside])
    lower[inside], upper[inside] = theta[inside] / reach, theta[inside] * reach
    return lower, upper
