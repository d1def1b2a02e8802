"""Predictions of a time that may be censored: its median and other quantiles, and survival at given times.

    quantile    exp(l -+ q se(l)),   l = eta_0 + sigma F^-1(p), with the uncertainty of sigma
    survival    S(z -+ q se(z)),     z = (log t - eta_0) / sigma, of gamma times the normal score of F

Source: Kalbfleisch & Prentice (2002), 3.6; delta method: Wasserman, All of Statistics (2004), 9.9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.arrays import vector
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates
from stattools.inference.prediction.ends import eta_covariance, quantiles
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

MEDIAN, QUANTILE, SURVIVAL = OF_TIMES = ("median", "quantile", "survival")
"""Kinds of predictions of times."""


def asked_of(model: Model, kind: str, times: ArrayLike | None, p: float | None) -> Floats:
    """What is asked for: the probability of a quantile, (1,), or the times of survival, (k,).

    Raises IncompatibleError for a model of something else, and for times or a probability that the kind has no use for;
    DomainError for a probability outside (0, 1), and times that are not positive.
    """
    if kind in OF_TIMES and model.likelihood.outcome is not Outcome.TIME:
        raise IncompatibleError(
            f"predict(kind={kind!r}) belongs to times that may be censored, as of st.aft; an outcome of {model.title} "
            f'is {model.likelihood.outcome.value}. Use kind="mean".'
        )
    if (times is None) == (kind == SURVIVAL):
        what = "needs times=, such as times=[1, 2]" if times is None else "takes no times=, which belong to survival"
        raise IncompatibleError(f"predict(kind={kind!r}) {what}.")
    if (p is None) == (kind == QUANTILE):
        what = "needs p=, such as p=0.9" if p is None else "takes no p=, which belongs to a quantile"
        raise IncompatibleError(f"predict(kind={kind!r}) {what}.")
    if times is not None:
        found = np.asarray(vector(times if np.ndim(times) else [times], "times"), dtype=np.float64)
        if not len(found) or not ((found > 0.0) & np.isfinite(found)).all():
            raise DomainError(f"times= of predictions are positive numbers; got {quoted(times)}.")
        return found
    probability = 0.5 if p is None else p
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0.0 < probability < 1.0:
        raise DomainError(f"p= is a probability between 0 and 1; got {quoted(p)}.")
    return np.array([float(probability)])


def predicted_times(fit: Estimates, at: Model, interval: float | None, kind: str, asked: Floats) -> Any:
    """A quantile of each row, or its survival at each of the times: `row, time, survival`."""
    family: Any = at.likelihood
    eta, n = at.eta(fit.estimate), len(at.rows.X)
    if kind != SURVIVAL:
        value = family.quantile(eta, float(asked[0]))
        if interval is None:
            return value
        half = _half(fit, at, interval, family.slope_of_quantile(eta, float(asked[0])))
        return pd.DataFrame({kind: value, "lower": value * np.exp(-half), "upper": value * np.exp(half)})
    each = [family.score_of_survival(eta, np.full(n, time)) for time in asked]
    z = np.stack([score for score, _ in each], axis=1)
    found = {"row": np.repeat(np.arange(n), len(asked)), "time": np.tile(asked, n), kind: family.beyond(z).ravel()}
    if interval is not None:
        half = np.stack([_half(fit, at, interval, slope) for _, slope in each], axis=1)
        found |= {"lower": family.beyond(z + half).ravel(), "upper": family.beyond(z - half).ravel()}
    return pd.DataFrame(found)


def no_times(kind: str, asked: Floats, interval: float | None) -> Any:
    """What `predicted_times` gives for one row without a value."""
    ends = {} if interval is None else {"lower": np.nan, "upper": np.nan}
    if kind == SURVIVAL:
        return pd.DataFrame({"row": 0, "time": asked, kind: np.nan, **ends})
    return np.full(1, np.nan) if interval is None else pd.DataFrame({kind: [np.nan], **ends})


def _half(fit: Estimates, at: Model, interval: float, slope: Floats) -> Floats:
    """How far an interval reaches of what has this slope (n, width) in the linear predictors."""
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    error = np.sqrt(np.maximum(((slope[:, None, :] @ V)[:, 0, :] * slope).sum(axis=1), 0.0))
    return quantiles(fit, at, interval)(slope) * error
