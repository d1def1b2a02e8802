"""What is predicted of a row, and where its interval ends: a mean, a linear predictor, the probability of a zero.

    mean    g(eta_0 -+ q s), s the standard error of the mean in units of eta_0; exp(log mean -+ q se) where several
            linear predictors move one behind a logarithm, as of zero-inflated counts
    link    eta_0 -+ q se(eta_0)
    zero    expit(logit P(0) -+ q se), whose slope in eta is the score of a zero over 1 - P(0)

Source: McCullagh & Nelder (1989), 2.4; delta method: Wasserman, All of Statistics (2004), 9.9.

How uncertain the linear predictors of rows are, from the covariance of the coefficients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.estimates import Estimates, df_along, quantile_of
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear

Two = tuple[Floats, Floats]
Quantile = Callable[[Floats], float | Floats]
"""How many standard errors an interval reaches, by the slope (n, width) of what it is of in the linear predictors."""


def require_counts(model: Model) -> None:
    """IncompatibleError for outcomes that are no counts, and have no probability of a zero."""
    if model.likelihood.outcome is not Outcome.COUNT:
        raise IncompatibleError(
            f'predict(kind="zero") is the probability that a count is 0; an outcome of {model.title} is '
            f'{model.likelihood.outcome.value}. Use kind="mean".'
        )


def _mean(family: Likelihood, eta: Floats) -> Floats:
    return family.mean(eta)


def _link(family: Likelihood, eta: Floats) -> Floats:
    return eta if eta.ndim == 1 else eta[:, 0]


def _zero(family: Likelihood, eta: Floats) -> Floats:
    """P(0)."""
    return np.exp(family.loglik(eta, np.zeros(len(eta))))


def _ends_of_mean(family: Likelihood, eta: Floats, V: Floats, q: Quantile) -> Two:
    slope = None if V.shape[1] == 1 else family.slope(eta)[:, 0, :]
    if slope is not None and next(iter(family.parameters.values())) == "log" and slope[:, 1:].any():
        mean = family.mean(eta)
        slope = slope / mean[:, None]
        factor = np.exp(q(slope) * _error(slope, V))
        return mean / factor, mean * factor
    first = _first(V)
    half = q(first if slope is None else slope) * _in_units_of_first(slope, V)
    one, other = (family.nearest_mean(_shifted(eta, by)) for by in (-half, half))
    return np.minimum(one, other), np.maximum(one, other)  # some means fall as their linear predictors rise


def _ends_of_link(family: Likelihood, eta: Floats, V: Floats, q: Quantile) -> Two:
    first, half = _link(family, eta), q(_first(V)) * np.sqrt(V[:, 0, 0])
    return first - half, first + half


def _ends_of_zero(family: Likelihood, eta: Floats, V: Floats, q: Quantile) -> Two:
    none = np.zeros(len(eta))
    log_zero, slope = family.loglik(eta, none), family.score(eta, none).reshape(len(eta), -1)
    some = np.maximum(-np.expm1(log_zero), np.finfo(float).tiny)
    logit, half = log_zero - np.log(some), q(slope) * _error(slope / some[:, None], V)
    return special.expit(logit - half), special.expit(logit + half)


def _error(slope: Floats, V: Floats) -> Floats:
    """The standard error of what has this slope (n, width) in the linear predictors."""
    return np.sqrt(np.maximum(((slope[:, None, :] @ V)[:, 0, :] * slope).sum(axis=1), 0.0))


def _in_units_of_first(slope: Floats | None, V: Floats) -> Floats:
    """The standard error of the mean in units of the first linear predictor: that of eta_0, unless more moves it."""
    if slope is None:
        return np.sqrt(V[:, 0, 0])
    share = _first(V)
    np.divide(slope, slope[:, :1], out=share, where=(slope[:, 1:] != 0.0).any(axis=1, keepdims=True))
    return _error(share, V)


def _first(V: Floats) -> Floats:
    """The slope (n, width) of the first linear predictor."""
    return np.eye(1, V.shape[1]).repeat(len(V), axis=0)


def _shifted(eta: Floats, by: Floats) -> Floats:
    return eta + by if eta.ndim == 1 else np.column_stack([eta[:, 0] + by, eta[:, 1:]])


VALUES: dict[str, Callable[[Any, Floats], Floats]] = {"mean": _mean, "link": _link, "zero": _zero}
ENDS: dict[str, Callable[[Any, Floats, Floats, Quantile], Two]] = {
    "mean": _ends_of_mean,
    "link": _ends_of_link,
    "zero": _ends_of_zero,
}
"""By the kind of a prediction: the value, and the ends of its interval from the covariance of eta and a quantile."""


EPS, LOST = float(np.finfo(float).eps), 0.05
"""The largest relative rounding error of a variance."""
AT_A_TIME = 1 << 14
"""Rows whose products with the covariance are in memory together."""


def eta_covariance(predictor: Linear, X: Floats, covariance: Floats) -> Floats:
    """Covariance of the linear predictors of each row, (m, width, width); variances are clipped at 0.

    Raises DomainError where the columns lie so far from 0 that the covariance has lost the digits: x^T C x is then a
    small difference of large numbers, in every row alike, so that one row of each part shows it.
    """
    V, index = np.empty((len(X), predictor.width, predictor.width)), np.arange(predictor.width)
    for start in range(0, len(X), AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        with np.errstate(over="ignore", invalid="ignore"):
            V[part] = predictor.covariance(X[part], covariance)
        V[part, index, index] = np.maximum(V[part, index, index], 0.0)
        if not np.isfinite(V[part]).all():
            raise DomainError(
                f"intervals of predictions square columns, whose largest number is {np.abs(X[part]).max():.1g}: the "
                "variance is beyond float64. Give rows in the units of the fit."
            )
        first, row = predictor.parts[0], X[start][predictor.column[predictor.parts[0]]]
        require_digits("intervals of predictions", row, covariance[first, first], V[start, 0, 0])
    return V


def quantiles(fit: Estimates, at: Model, level: float) -> Callable[[Floats], float | Floats]:
    """How many standard errors an interval reaches of what has a slope (m, width) in the linear predictors of the rows
    `at`: one number, or one for each row where combinations of coefficients have degrees of freedom of their own.
    """
    if fit.degrees is None:
        q = fit.quantile(level)
        return lambda slope: q
    return lambda slope: quantile_of(
        df_along(fit, at.predictor.row_scores(at.rows.X, slope[:, 0] if at.predictor.width == 1 else slope)), level
    )


def require_digits(what: str, gradient: Floats, covariance: Floats, variance: Floats) -> None:
    """DomainError where g^T C g, the `variance` of what has the gradient g (..., p) in the coefficients, is a small
    difference of large numbers, which has no digits.
    """
    if gradient.ndim == 1 and len(some := np.flatnonzero(gradient)) < len(gradient):
        gradient, covariance = gradient[some], covariance[np.ix_(some, some)]
    size = np.abs(gradient)
    if (EPS * ((size @ np.abs(covariance)) * size).sum(axis=-1) > LOST * variance).any():
        raise DomainError(
            f"{what} need columns near 0: these lie so far from it that rounding of the covariance is larger than what "
            "they tell. Write center(x) in the formula, or subtract a constant."
        )
