"""Intervals of a state space fit: Wald's on the log scale for variances, which stay positive, and profile intervals.

variance: estimate * exp(-+ z se / estimate)      coefficient: estimate -+ z se
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.series.statespace.state_table import require_quantile
from stattools.series.statespace.variance_profile import profile_ends


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
