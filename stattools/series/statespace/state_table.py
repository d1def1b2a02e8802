"""What the components were: states given all data or the data so far, with intervals, and the decomposition of y.

    smoothed   E and Var of state_t given y_1 ... y_n          filtered   given y_1 ... y_t

Variances are taken as known, as everywhere in state space software: their own uncertainty is not in the intervals.
Source: Durbin & Koopman (2012), ch. 4.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from stattools.errors import IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.series.statespace.kalman import kalman
from stattools.series.statespace.structural import Structural

Kind = Literal["smoothed", "filtered"]


def states(model: Structural, variances: ArrayLike, /, *, kind: Kind = "smoothed", level: float = 0.95) -> pd.DataFrame:
    """The states at given variances, one row per state and time: state, time, mean, variance, lower, upper.

    `variances` are those of `model.names`; regression coefficients may follow, and are otherwise at their most likely
    values. `kind` is "smoothed" (given all of y) or "filtered" (given y up to that time; the variance is infinite, the
    mean NaN and the interval the whole line while a state is still flat). Variances may be 0. Raises DomainError for
    variances that are negative, all 0 or too few, an unknown kind, and a level outside (0, 1).

    >>> import stattools as st
    >>> model = st.local_level([1120.0, 1160.0, 963.0, 1210.0, 1160.0])
    >>> st.states(model, [15000.0, 1500.0])["mean"].round(2).tolist()
    [1119.91, 1119.9, 1115.89, 1127.16, 1130.14]
    """
    half = require_quantile(level)
    kind = one_of(kind, ("smoothed", "filtered"), 'kind= is "smoothed" or "filtered"')
    found = (smoothed if kind == "smoothed" else filtered)(_structural(model), *completed(model, variances))
    parts = []
    for name, (mean, variance) in found.items():
        reach = half * np.sqrt(variance)
        flat = np.isinf(variance)
        lower, upper = np.where(flat, -np.inf, mean - reach), np.where(flat, np.inf, mean + reach)
        columns = {"state": name, "time": model.times, "mean": mean, "variance": variance}
        parts.append(pd.DataFrame(columns | {"lower": lower, "upper": upper}))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def completed(model: Structural, theta: ArrayLike) -> tuple[Floats, Floats]:
    """(variances, beta), beta by generalized least squares where theta holds the variances only."""
    k = len(_structural(model).positive)
    short = model.regressors and np.shape(theta) == (k,)
    given = as_theta(theta, model.title, model.names[:k] if short else model.names)
    if short:
        variances, _ = model.checked(np.append(given, np.zeros(len(model.regressors))))
        return variances, model.coefficients(variances)
    return model.checked(given)


def smoothed(model: Structural, variances: Floats, beta: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Mean and variance of every state given all of y."""
    walk = model.random_walk(variances, beta)
    if walk is not None:
        return _with_drift(model, {"level": walk.smoothed()})
    states = model.trend_walk(variances, beta) or model.posterior(variances, beta)
    return _with_drift(model, states.smoothed())


def filtered(model: Structural, variances: Floats, beta: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Mean and variance of every state given y up to its time."""
    walk = model.random_walk(variances, beta)
    if walk is not None:
        with np.errstate(divide="ignore"):  # infinite before the first observation
            variance = walk.q / walk.s
        mean = np.where(np.isinf(variance), np.nan, walk.filtered + walk.center)
        return _with_drift(model, {"level": (mean, variance)})
    run = kalman(model.detrended(beta), model.components.full(variances), model.components)
    place = {"level": 0, "trend": 1, "seasonal": model.components.order}
    found = {name: (run.means[:, place[name]], run.variances[:, place[name]]) for name in model.components.states}
    return _with_drift(model, found)


def decomposition(model: Structural, theta: ArrayLike) -> pd.DataFrame:
    """One row per time: time, observed, the smoothed components, their sum `signal`, and the irregular.

    observed = signal + irregular, signal = level + seasonal + regression; `trend` is the slope of the level.
    """
    variances, beta = completed(model, theta)
    means = {name: mean for name, (mean, _) in smoothed(model, variances, beta).items()}
    signal = means["level"] + means.get("seasonal", 0.0)
    columns: dict[str, Any] = {"time": model.times, "observed": model.y, **means}
    if model.regressors:
        columns["regression"] = model.X @ beta
        signal = signal + columns["regression"]
    return pd.DataFrame(columns | {"signal": signal, "irregular": model.y - signal})


def drift_of(model: Structural, theta: ArrayLike) -> tuple[float, float] | None:
    """The estimated drift per step and its standard error, given the variances; None where none is estimated.

    It is a state that does not move, so that all of y tell the same of it at every time.
    """
    if model.components.trend != "fixed":
        return None
    mean, variance = smoothed(model, *completed(model, theta))["trend"]
    return float(mean[0]), float(np.sqrt(variance[0]))


def require_quantile(level: Any) -> float:
    """The normal quantile of an interval of this level; DomainError unless 0 < level < 1."""
    require_level(level)
    return -float(ndtri(0.5 * (1.0 - level)))


def _with_drift(model: Structural, found: dict[str, tuple[Floats, Floats]]) -> dict[str, tuple[Floats, Floats]]:
    if model.drift:
        mean, variance = found["level"]
        found["level"] = mean + model.drift * np.arange(len(mean)), variance
    return found


def _structural(model: Any) -> Structural:
    if not isinstance(model, Structural):
        raise IncompatibleError(f"States belong to st.local_level(y) and its kin; got {type(model).__name__}.")
    return model
