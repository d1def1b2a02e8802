"""How uncertain the linear predictors of rows are, from the covariance of the coefficients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.errors import DomainError
from stattools.inference.estimates import Estimates, df_along, quantile_of
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear

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
    size = np.abs(gradient)
    if (EPS * ((size @ np.abs(covariance)) * size).sum(axis=-1) > LOST * variance).any():
        raise DomainError(
            f"{what} need columns near 0: these lie so far from it that rounding of the covariance is larger than what "
            "they tell. Write center(x) in the formula, or subtract a constant."
        )
