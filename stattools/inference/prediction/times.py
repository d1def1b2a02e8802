"""Quantiles of a new outcome where the parameters are as estimated, and survival of times that may be censored.

    quantile    h^-1(h(y_p) -+ q se),    F(y_p) = p, h the log of positive outcomes, the log odds of shares
    st.ols      mean + z_p scale,        with the uncertainty of both: scale^2 / (2 df) is the variance of the scale
    survival    S(z -+ q se(z)),         z = (log t - eta_0) / sigma, of gamma times the normal score of F

Source: Kalbfleisch & Prentice (2002), 3.6; delta method: Wasserman, All of Statistics (2004), 9.9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates
from stattools.inference.prediction.ends import eta_covariance, quantiles
from stattools.interface.arguments import some_numbers
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import from_line, on_line
from stattools.models.model import Model

MEDIAN, QUANTILE = QUANTILES = ("median", "quantile")
OF_OUTCOMES = ("observation", *QUANTILES)
"""Kinds of predictions that depend on the trials and on the precision of an outcome."""
SURVIVAL = "survival"
STEP = 1e-3
"""Standard errors of a linear predictor over which a quantile is differenced: it is right to 1e-12 of itself."""


def asked_of(model: Model, kind: str, times: ArrayLike | None, p: float | None) -> Floats:
    """What is asked for: the probability of a quantile, (1,), or the times of survival, (k,).

    Raises IncompatibleError for survival of what is no time, for quantiles of labels, and for times or a probability
    that the kind has no use for; DomainError for a probability outside (0, 1), and times that are not positive.
    """
    outcome = model.likelihood.outcome
    if kind == SURVIVAL and outcome is not Outcome.TIME:
        raise IncompatibleError(
            f"predict(kind={kind!r}) belongs to times that may be censored, as of st.aft; an outcome of {model.title} "
            f'is {outcome.value}. Use kind="mean", or kind="quantile".'
        )
    if kind in QUANTILES and outcome.has_labels:
        raise IncompatibleError(
            f"predict(kind={kind!r}): an outcome of {model.title} is {outcome.value}, which has no quantiles. "
            'Use kind="class" for the most probable label, kind="mean" for the probabilities.'
        )
    if (times is None) == (kind == SURVIVAL):
        what = "needs times=, such as times=[1, 2]" if times is None else "takes no times=, which belong to survival"
        raise IncompatibleError(f"predict(kind={kind!r}) {what}.")
    if (p is None) == (kind == QUANTILE):
        what = "needs p=, such as p=0.9" if p is None else "takes no p=, which belongs to a quantile"
        raise IncompatibleError(f"predict(kind={kind!r}) {what}.")
    if times is not None:
        found = some_numbers(times, "times= of predictions are positive numbers")
        if not (found > 0.0).all():
            raise DomainError(f"times= of predictions are positive numbers; got {quoted(times)}.")
        return found
    probability = 0.5 if p is None else p
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0.0 < probability < 1.0:
        raise DomainError(f"p= is a probability between 0 and 1; got {quoted(p)}.")
    return np.array([float(probability)])


def predicted_quantile(
    fit: Estimates, at: Model, interval: float | None, kind: str, p: float, trials: Floats | None
) -> Any:
    """The p-quantile of a new outcome in each of the rows `at`, of grouped outcomes the number of successes."""
    family, eta = at.likelihood, at.eta(fit.estimate)
    if interval is not None and family.outcome.is_whole:
        raise IncompatibleError(
            f"predict(kind={kind!r}): a quantile of {at.title} is a whole number, which moves in steps and has no "
            'interval. Leave interval= out; kind="observation" has the interval of a new outcome.'
        )
    if at.has_scale:
        own = fit.scale**2 / (1.0 if at.rows.precision is None else at.rows.precision)
        value = eta + ndtri(p) * np.sqrt(own)
    else:
        own, value = 0.0, family.quantile(eta, p, trials)
    if interval is None:
        return value
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    if at.has_scale:
        slope = np.ones((len(eta), 1))
    else:
        slope = family.slope_of_quantile(eta, p, STEP * np.sqrt(np.diagonal(V, axis1=1, axis2=2)))
    variance = ((slope[:, None, :] @ V)[:, 0, :] * slope).sum(axis=1)
    if at.has_scale:
        variance = variance + ndtri(p) ** 2 * own / (2.0 * fit.df)
    half = quantiles(fit, at, interval)(slope) * np.sqrt(np.maximum(variance, 0.0))
    middle = on_line(family, value)
    lower, upper = (from_line(family, end) for end in (middle - half, middle + half))
    return pd.DataFrame({kind: value, "lower": lower, "upper": upper})


def predicted_survival(fit: Estimates, at: Model, interval: float | None, times: Floats) -> Any:
    """The survival of each row at each of the times: `row, time, survival`."""
    family: Any = at.likelihood
    eta, n = at.eta(fit.estimate), len(at.rows.X)
    each = [family.score_of_survival(eta, np.full(n, time)) for time in times]
    z = np.stack([score for score, _ in each], axis=1)
    found = {"row": np.repeat(np.arange(n), len(times)), "time": np.tile(times, n), SURVIVAL: family.beyond(z).ravel()}
    if interval is not None:
        half = np.stack([_half(fit, at, interval, slope) for _, slope in each], axis=1)
        found |= {"lower": family.beyond(z + half).ravel(), "upper": family.beyond(z - half).ravel()}
    return pd.DataFrame(found)


def no_survival(times: Floats, interval: float | None) -> Any:
    """What `predicted_survival` gives for one row without a value."""
    ends = {} if interval is None else {"lower": np.nan, "upper": np.nan}
    return pd.DataFrame({"row": 0, "time": times, SURVIVAL: np.nan, **ends})


def _half(fit: Estimates, at: Model, interval: float, slope: Floats) -> Floats:
    """How far an interval reaches of what has this slope (n, width) in the linear predictors."""
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    error = np.sqrt(np.maximum(((slope[:, None, :] @ V)[:, 0, :] * slope).sum(axis=1), 0.0))
    return quantiles(fit, at, interval)(slope) * error
