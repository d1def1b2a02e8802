"""What comes next: the state after the last observation, moved on, with the variance of a new observation.

    a_{h+1} = T a_h,  P_{h+1} = T P_h T' + Q;  y_{n+h} ~ Normal(Z'a_h + x' beta, Z'P_h Z + r)

Parameters are taken as known. Source: Durbin & Koopman (2012), 4.11.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.arrays import matrix
from stattools.data.tables.table import following
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.series.statespace.components import Components
from stattools.series.statespace.kalman import kalman
from stattools.series.statespace.state_table import completed, require_quantile
from stattools.series.statespace.structural import Structural


def forecasts(
    model: Structural, theta: ArrayLike, steps: int, /, *, X: object = None, level: float = 0.95
) -> pd.DataFrame:
    """The next `steps` values, one row each: time, mean, variance, lower, upper, of an observation.

    `X` are the regressors of those steps, a table like that of the formula or an array (steps, p). Raises DomainError
    for steps below 1, missing regressors, and a level outside (0, 1).

    >>> import stattools as st
    >>> forecasts(st.local_level([1.0, 2.0, 3.0, 2.5]), [1.0, 0.5], 2)["variance"].round(4).tolist()
    [2.0059, 2.5059]
    """
    half = require_quantile(level)
    steps = len(times := following(model.times, steps))
    variances, beta = completed(model, theta)
    full = model.components.full(variances)
    mean, variance = _moments(model.components, full, *_after(model, variances, beta), steps)
    mean += model.drift * (model.steps + np.arange(steps))
    if model.regressors:
        mean += _future(model, X, steps) @ beta
    elif X is not None:
        raise DomainError(f"{model.title} has no regressors, and forecast got X=.")
    reach = half * np.sqrt(variance)
    columns = {"time": times, "mean": mean, "variance": variance}
    return pd.DataFrame(columns | {"lower": mean - reach, "upper": mean + reach})


def _moments(parts: Components, full: Floats, state: Floats, covariance: Floats, steps: int) -> tuple[Floats, Floats]:
    """Means and variances of the next observations, from the state and its covariance at the first of them.

    The rows L_h = Z'T^h come again after each period, but for the trend's entry, which is h: one period of them gives
    L_h a and L_h P L_h' of all steps, and the sum of L_i Q L_i' over i < h, in which i^2 sums to h (h-1) (2h-1) / 6.
    """
    period, Q = max(parts.period, 1), parts.disturbance(full).diagonal().copy()
    L = np.empty((period, parts.diffuse))
    L[0] = parts.loading
    for j in range(1, period):
        L[j] = L[j - 1] @ parts.transition
    h = np.arange(steps)
    cycle, j = np.divmod(h, period)
    carried = L @ covariance
    mean, variance = (L @ state)[j], (carried * L).sum(axis=1)[j] + full[0]
    if parts.order == 2:
        far, of_trend, Q[1] = (cycle * period).astype(float), Q[1], 0.0
        mean += far * state[1]
        variance += far * (2.0 * carried[j, 1] + far * covariance[1, 1])
        variance += of_trend * (h * (h - 1.0) * (2.0 * h - 1.0) / 6.0)
    added = np.append(0.0, np.cumsum(L**2 @ Q))
    return mean, variance + (cycle * added[-1] + added[j])


def _after(model: Structural, variances: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of the state one step after the last time."""
    walk = model.random_walk(variances, beta)
    if walk is not None:
        last = walk.q / float(walk.s[-1]) + walk.q
        return np.array([walk.filtered[-1] + walk.center]), np.array([[last]])
    run = kalman(model.detrended(beta), model.components.full(variances), model.components)
    if run.flat:
        raise IdentificationError(f"{model.title}: the observed values do not determine every state at the end.")
    return run.mean, run.covariance


def _future(model: Structural, X: object, steps: int) -> Floats:
    if X is None:
        raise DomainError(f"forecast needs X=, the {steps} coming rows of {', '.join(model.regressors)}.")
    if model.design is not None:
        encoded = model.design.encode(X)
        keep = [j for j, term in enumerate(model.design.names) if term != "Intercept"]
        rows = encoded[:, keep]
    else:
        rows = matrix(X)[0]
    if rows.shape != (steps, len(model.regressors)):
        raise DomainError(
            f"forecast of {steps} steps needs X= of shape {(steps, len(model.regressors))}; got {rows.shape}."
        )
    return rows
