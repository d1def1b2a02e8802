"""One-step prediction errors, standardized, and three tests of what they should be: white, of even size, normal.

    e_t = (y_t - E[y_t | y_1 ... y_{t-1}]) / sd,   standard normal and independent if the model holds

    Ljung-Box      n (n + 2) sum_k rho_k^2 / (n - k),                 chi-squared
    H              sum of the last h squares / sum of the first h,    F(h, h), two-sided, h = n / 3
    Jarque-Bera    n (skewness^2 / 6 + (kurtosis - 3)^2 / 24),        chi-squared(2)

Source: Durbin & Koopman (2012), 2.12; Harvey (1989), 5.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.interface.whole_numbers import whole_number
from stattools.series.statespace.kalman import kalman
from stattools.series.statespace.state_table import completed
from stattools.series.statespace.structural import Structural


def innovations(model: Structural, theta: ArrayLike) -> pd.DataFrame:
    """One row per time: time, prediction, surprise, variance, standardized, gain.

    All but time and gain are NaN (the variance infinite) while a flat state enters; surprise and standardized also
    where y is missing. `gain` is the weight of the surprise in the level: for a local level, the weight of the
    exponential filter that the Kalman filter is.
    """
    variances, beta = completed(model, theta)
    walk = model.random_walk(variances, beta)
    if walk is not None:
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
