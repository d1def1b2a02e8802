"""Wald's test of linear combinations of the coefficients, by the covariance of the fit.

    W = (R theta - q)^T (R V R^T)^-1 (R theta - q)

chi2 with k = rank R degrees of freedom; where a scale is estimated W / k against F(k, n - p). Source: Wooldridge,
Econometric Analysis of Cross Section and Panel Data (2010), 12.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import IdentificationError
from stattools.hypotheses.restrictions import hypotheses
from stattools.hypotheses.result import TestResult
from stattools.model import Model
from stattools.solvers.metric import Metric

if TYPE_CHECKING:
    from stattools.fitted import Fit

Floats = NDArray[np.float64]


def against_zero(value: Floats, se: Floats, df: float) -> tuple[Floats, Floats]:
    """value / se with its two-sided p-value, by Student's t with df degrees of freedom, normal where df is infinite.

    Where se is 0 the statistic is infinite, or 0 for a value of 0; where se is NaN, so is the statistic.

    >>> [part.round(3).tolist() for part in against_zero(np.array([1.96, 0.0]), np.array([1.0, 0.0]), np.inf)]
    [[1.96, 0.0], [0.05, 1.0]]
    """
    exact = np.where(value == 0, 0.0, np.copysign(np.inf, value)) + 0.0 * se
    statistic = np.divide(value, se, out=exact, where=se > 0)
    tail = special.stdtr(df, -np.abs(statistic)) if np.isfinite(df) else special.ndtr(-np.abs(statistic))
    return statistic, 2.0 * tail


def wald(fit: Fit, hypothesis: Any, *, df: float | None = None) -> TestResult:
    """Wald's test of linear hypotheses about the coefficients of a fit, by its own covariance.

    `hypothesis` is a text for `parse`, a list of coefficient names (each is 0), a matrix R (R theta = 0), or a pair
    (R, q). `df` are the degrees of freedom of F's denominator, infinite for chi2; by default n - p for `st.ols`,
    infinite otherwise. Raises DomainError for hypotheses that cannot be read or repeat each other, IdentificationError
    where the covariance does not determine the combinations. Equal to statsmodels' `f_test` and `wald_test`.

    >>> import stattools as st
    >>> f = st.fit(st.ols([1.0, 3.0, 5.0, 8.0], [0, 1, 2, 3]))
    >>> test = wald(f, "x1 = 2")
    >>> round(test.statistic, 6), test.df, test.df_residual
    (3.0, 1, 2.0)
    """
    R, q, labels = hypotheses(hypothesis, fit.names)
    involved = np.flatnonzero((R != 0).any(axis=0))
    theta, V = fit.estimate[involved], fit.covariance[np.ix_(involved, involved)]
    unknown = ~(np.isfinite(theta) & np.isfinite(V).all(axis=1))
    if unknown.any():
        name = fit.names[involved[np.argmax(unknown)]]
        raise IdentificationError(
            f"Wald's test needs finite estimates with a variance, and {name!r} has none. Test the others, or compare "
            "models by likelihood ratio or score."
        )
    difference = R[:, involved] @ theta - q
    spread = R[:, involved] @ V @ R[:, involved].T
    se = np.sqrt(np.maximum(np.diagonal(spread), 0.0))
    try:
        metric = Metric(spread)
    except IdentificationError:
        metric = None
    if metric is None or metric.rcond < 1e-14:
        raise IdentificationError(
            f"the covariance ({fit.cov}) does not determine the {len(labels)} combinations {', '.join(labels)}: it is "
            "singular for them, as with fewer groups than hypotheses. Test fewer at a time."
        )
    statistic = metric.norm(difference) ** 2
    if df is None:
        df = fit.df if isinstance(fit.model, Model) and fit.model.has_scale else np.inf
    shared: dict[str, Any] = {"cov": fit.cov, "difference": difference, "se": se, "hypothesis": labels}
    k = len(labels)
    if np.isinf(df):
        return TestResult("Wald", statistic, k, float(special.chdtrc(k, statistic)), **shared)
    p_value = float(special.fdtrc(k, df, statistic / k))
    return TestResult("Wald", statistic / k, k, p_value, distribution="F", df_residual=float(df), **shared)
