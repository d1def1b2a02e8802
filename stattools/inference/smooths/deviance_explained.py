"""The share of the deviance that a regression with curves explains, as mgcv's `summary` has it.

    1 - sum_i w_i d(y_i, mu_i) / min over c of sum_i w_i d(y_i, h(c + offset_i)),   mu_i given curves and groups

d is the deviance of one row; other parameters, such as a dispersion, are those of the fit in both. Source: Wood,
Generalized Additive Models (2017), 3.1.7.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.mixed.views import known
from stattools.inference.smooths.beside_curves import beside_curves
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize, pd


def with_deviance(fit: Any, table: pd.DataFrame) -> pd.DataFrame:
    """The table of a fit with the share beside; without it where rows have no deviance, as labels in order."""
    try:
        fit.model.likelihood.require("deviance")
    except IncompatibleError:
        return table
    return table.assign(deviance_explained=deviance_explained(fit))


def deviance_explained(fit: Any) -> float:
    """The share, 0 where a constant mean is exact too."""
    model = fit.model.fixed
    view, rows = known(fit, model, fit.model.random, interval=False)
    whole, at = beside_curves(fit, view, rows, fit.model.smooths)
    eta = at.eta(whole.estimate).reshape(len(at.rows.y), -1)
    start = 0.0 if model.rows.offset is None else model.rows.offset

    def deviance(moved: Floats) -> float:
        found = model.likelihood.deviance(moved[:, 0] if moved.shape[1] == 1 else moved, model.rows.y)
        return float(found.sum() if model.rows.importance is None else found @ model.rows.importance)

    def constant(c: float) -> float:
        moved = eta.copy()
        moved[:, 0] = c + start
        return deviance(moved)

    low, high = float((eta[:, 0] - start).min()), float((eta[:, 0] - start).max())
    found: Any = optimize.minimize_scalar(constant, (low, high + 1e-3 * (1.0 + abs(high))))
    null = found.fun
    return 1.0 - deviance(eta) / null if np.isfinite(null) and null > 0.0 else 0.0
