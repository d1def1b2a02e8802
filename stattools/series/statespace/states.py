"""What a state space model says at given parameters: its states, its one-step errors, forecasts, log-likelihoods.

    smoothed   E and Var of state_t given y_1 ... y_n          filtered   given y_1 ... y_t
    forecast   a_{h+1} = T a_h,  P_{h+1} = T P_h T' + Q;  y_{n+h} ~ Normal(Z'a_h + x' beta, Z'P_h Z + r)
    error      e_t = (y_t - E[y_t | y_1 ... y_{t-1}]) / sd, standard normal and independent if the model holds

    Ljung-Box      n (n + 2) sum_k rho_k^2 / (n - k),                 chi-squared
    H              sum of the last h squares / sum of the first h,    F(h, h), two-sided, h = n / 3
    Jarque-Bera    n (skewness^2 / 6 + (kurtosis - 3)^2 / 24),        chi-squared(2)

Variances are taken as known, as everywhere in state space software: their own uncertainty is not in the intervals.
Four log-likelihoods are in use for a model with d flat initial states, with log 2 pi = 1.8378...:

    diffuse                 n - d terms of log 2 pi: the density of contrasts (Durbin & Koopman; `stattools`)
    diffuse, with constant  less d / 2 log 2 pi: n terms (statsmodels with use_exact_diffuse=True, KFAS)
    large variance          initial states Normal(0, kappa), kappa = 1e7 say: all n terms of a proper density
    burned                  Normal(0, 1e6), the first d terms left out (statsmodels by default)

The first two differ by a constant and have the same maximum; the others tend to them, up to constants, as kappa grows,
and have slightly different maxima. Log-likelihoods of different conventions must not be compared. Source: Durbin &
Koopman (2012), ch. 2 and 4; Harvey (1989), 5.4.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.special import ndtri

from stattools.data.tables.arrays import matrix
from stattools.data.tables.table import following
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.interface.arguments import as_theta, is_number, require_level, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.series.statespace.components import Components
from stattools.series.statespace.kalman import LOG_2PI, kalman
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
    if (walk := model.random_walk(variances, beta)) is not None:
        return _with_drift(model, {"level": walk.smoothed()})
    states = model.trend_walk(variances, beta) or model.posterior(variances, beta)
    return _with_drift(model, states.smoothed())


def filtered(model: Structural, variances: Floats, beta: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Mean and variance of every state given y up to its time."""
    if (walk := model.random_walk(variances, beta)) is not None:
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


def require_quantile(level: float) -> float:
    """The normal quantile of an interval of this level; DomainError unless 0 < level < 1."""
    require_level(level)
    return -float(ndtri(0.5 * (1.0 - level)))


def _with_drift(model: Structural, found: dict[str, tuple[Floats, Floats]]) -> dict[str, tuple[Floats, Floats]]:
    if model.drift:
        mean, variance = found["level"]
        found["level"] = mean + model.drift * np.arange(len(mean)), variance
    return found


def _structural(model: object) -> Structural:
    if not isinstance(model, Structural):
        raise IncompatibleError(f"States belong to st.local_level(y) and its kin; got {type(model).__name__}.")
    return model


def innovations(model: Structural, theta: ArrayLike) -> pd.DataFrame:
    """One row per time: time, prediction, surprise, variance, standardized, gain.

    All but time and gain are NaN (the variance infinite) while a flat state enters; surprise and standardized also
    where y is missing. `gain` is the weight of the surprise in the level: for a local level, the weight of the
    exponential filter that the Kalman filter is.
    """
    variances, beta = completed(model, theta)
    if (walk := model.random_walk(variances, beta)) is not None:
        (surprise, variance), gain = walk.innovations(), walk.gain
    else:
        run = kalman(model.detrended(beta), model.components.full(variances), model.components)
        surprise, variance, gain = run.surprise, run.variance, run.gain
    standard = np.full(len(surprise), np.nan)
    np.divide(surprise, np.sqrt(variance), out=standard, where=np.isfinite(variance) & (variance > 0))
    columns = {"time": model.times, "prediction": model.y - surprise, "surprise": surprise, "variance": variance}
    return pd.DataFrame(columns | {"standardized": standard, "gain": gain})


def diagnostics(model: Structural, theta: ArrayLike, *, lags: int | None = None) -> pd.DataFrame:
    """Three tests of the standardized one-step errors: test, statistic, df, p_value.

    `lags` of Ljung-Box are by default 10, or twice the period of a seasonal, at most a fifth of the errors. Missing
    values are passed over. Raises DomainError for lags that the series does not have.
    """
    e = innovations(model, theta)["standardized"].to_numpy()
    e = e[np.isfinite(e)]
    n, period = len(e), model.components.period
    lags = max(min(2 * period if period else 10, n // 5), 1) if lags is None else lags
    lags = whole_number(lags, f"lags=, below the {n} errors,", at_least=1, at_most=n - 1)
    rows = [_ljung_box(e, lags), _evenness(e), _normality(e)]
    return pd.DataFrame(rows, columns=["test", "statistic", "df", "p_value"])


def _ljung_box(e: Floats, lags: int) -> tuple[str, float, str, float]:
    n, c = len(e), e - e.mean()
    rho = np.array([c[k:] @ c[:-k] for k in range(1, lags + 1)]) / (c @ c)
    statistic = float(n * (n + 2.0) * (rho**2 / (n - np.arange(1, lags + 1))).sum())
    return "Ljung-Box", statistic, str(lags), float(special.chdtrc(lags, statistic))


def _evenness(e: Floats) -> tuple[str, float, str, float]:
    h = max(round(len(e) / 3), 1)
    statistic = float((e[-h:] ** 2).sum() / (e[:h] ** 2).sum())
    lower = float(special.fdtr(h, h, statistic))
    return "heteroskedasticity", statistic, f"{h}, {h}", 2.0 * min(lower, float(special.fdtrc(h, h, statistic)))


def _normality(e: Floats) -> tuple[str, float, str, float]:
    c = e - e.mean()
    variance = float((c**2).mean())
    skewness, kurtosis = float((c**3).mean()) / variance**1.5, float((c**4).mean()) / variance**2
    statistic = len(e) * (skewness**2 / 6.0 + (kurtosis - 3.0) ** 2 / 24.0)
    return "Jarque-Bera", statistic, "2", float(special.chdtrc(2.0, statistic))


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
    if (walk := model.random_walk(variances, beta)) is not None:
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


def loglik_conventions(model: Structural, theta: ArrayLike, /, *, prior_variance: float = 1e7) -> dict[str, float]:
    """The log-likelihood at theta in each of the four conventions, by name.

    Raises DomainError for a prior variance that is not positive and finite, and for variances that no model has.

    >>> import stattools as st
    >>> values = loglik_conventions(st.local_level([1120.0, 1160.0, 963.0, 1210.0]), [15000.0, 1500.0])
    >>> [round(float(value), 4) for value in values.values()]
    [-19.0908, -20.0098, -28.1311, -19.0854]
    """
    if not (is_number(prior_variance) and prior_variance > 0):
        raise DomainError(f"prior_variance= is a positive number; got {quoted(prior_variance)}.")
    variances, beta = completed(model, theta)
    y, full = model.detrended(beta), model.components.full(variances)
    diffuse = model.loglik(np.append(variances, beta))
    large = kalman(y, full, model.components, prior_variance=prior_variance)
    burned = kalman(y, full, model.components, prior_variance=1e6)
    v, F = burned.surprise[model.diffuse :], burned.variance[model.diffuse :]
    seen = np.isfinite(v)
    late = -0.5 * (int(seen.sum()) * LOG_2PI + float((np.log(F[seen]) + v[seen] ** 2 / F[seen]).sum()))
    return {
        "diffuse": diffuse,
        "diffuse, with constant": diffuse - 0.5 * model.diffuse * LOG_2PI,
        "large variance": large.loglik(),
        "burned": late,
    }
