"""Regressions of counts: `poisson`, `negative_binomial`; with a parameter of their zeros `zero_inflated`, `hurdle`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.arrays import numeric
from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import Hurdle, Likelihood, NegativeBinomial, Poisson, ZeroInflated
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, bind_numbers, chosen, read_rows, require_some, right_side


def poisson(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    exposure: Column = None,
    weights: Column = None,
) -> Model:
    """Poisson regression: y_i ~ Poisson(exposure_i m_i), log m_i = x_i^T beta + offset_i.

    The outcome is a count. `exposure` is the time, area or number at risk behind each count: its logarithm joins the
    offset. Other arguments as in `st.ols`, effects of groups, (1 | g), as in `st.logistic`. Raises DomainError for data
    that the model cannot take, all counts zero included. Source: McCullagh & Nelder (1989), ch. 6.

    >>> import stattools as st
    >>> st.poisson("visits ~ age", {"visits": [0, 2, 1, 4], "age": [20, 30, 40, 50]}, exposure=[1, 1, 2, 2]).title
    'Poisson regression'
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "exposure": exposure, "weights": weights}
    return bind_numbers("poisson", "Poisson regression", Poisson(), *given, **columns)


def negative_binomial(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    exposure: Column = None,
    weights: Column = None,
    dispersion: str | None = None,
) -> Model:
    """Negative binomial regression (NB2): mean m_i as in `st.poisson`, variance m_i + alpha m_i^2.

    log alpha is estimated jointly with beta and is the last coefficient, "log alpha"; its standard error and
    covariance with beta come with it. `dispersion="~ g"` gives it columns of its own, whose coefficients are then
    "log alpha: Intercept" and so on. Other arguments as in `st.poisson`. `st.fit` raises IdentificationError where the
    counts are not overdispersed and alpha has its maximum at 0. Source: Cameron & Trivedi, Regression Analysis of
    Count Data (2013), 3.3.

    >>> import stattools as st
    >>> st.negative_binomial("visits ~ age", {"visits": [0, 9, 1, 4], "age": [20, 30, 40, 50]}).names
    ('Intercept', 'age', 'log alpha')
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "exposure": exposure, "weights": weights}
    formulas, likelihood = {"alpha": right_side("dispersion", dispersion)}, NegativeBinomial()
    kind, title = "negative_binomial", "Negative binomial regression"
    return bind_numbers(kind, title, likelihood, *given, formulas=formulas, **columns)


FAMILIES_OF_COUNTS: dict[str, tuple[str, Likelihood]] = {
    "poisson": ("Poisson", Poisson()),
    "negative-binomial": ("negative binomial", NegativeBinomial()),
}
"""By the names under which callers know them."""


def zero_inflated(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    family: str = "poisson",
    zero: str | None = None,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    exposure: Column = None,
    weights: Column = None,
    dispersion: str | None = None,
) -> Model:
    """Zero-inflated counts: y_i = 0 with probability p_i, else a count of `family` with mean m_i, log m_i = x_i^T beta.

        P(y_i = 0) = p_i + (1 - p_i) f(0),   P(y_i = y) = (1 - p_i) f(y),   E(y_i) = (1 - p_i) m_i

    `family` is "poisson" or "negative-binomial", whose log alpha is estimated too and may have columns of its own,
    `dispersion="~ g"`. `zero="~ income"` gives the log odds of p_i columns, with coefficients "zero: Intercept" and
    "zero: income": log odds of a zero beyond those of the family. Without it p_i is one number for all rows, "zero"
    (R's `zeroinfl` takes the columns of the counts where none are given). exp(beta) are ratios of m_i. Other arguments
    as in `st.poisson`; an offset is that of log m_i.

    `st.fit` finds a local maximum, climbed to from two starts: the log-likelihood is not concave. It raises
    IdentificationError where the data have no extra zeros, p_i = 0, in all rows or in some, and where alpha has its
    maximum at 0; `st.likelihood_ratio(fit, fit_without)` tests p = 0 for a p that all rows share. Raises DomainError
    for data that the model cannot take, such as counts without a zero. Source: Lambert, Technometrics 34 (1992), 1-14.

    >>> import stattools as st
    >>> table = {"visits": [0, 0, 1, 4, 0, 3, 0, 6], "age": [20, 30, 40, 50, 60, 30, 40, 70]}
    >>> st.zero_inflated("visits ~ age", table, zero="~ age").names
    ('Intercept', 'age', 'zero: Intercept', 'zero: age')
    >>> st.zero_inflated("visits ~ age", table, family="negative-binomial").names
    ('Intercept', 'age', 'zero', 'log alpha')
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "exposure": exposure, "weights": weights}
    formulas, title = {"zero": zero, "dispersion": dispersion}, "Zero-inflated {} regression"
    return _with_zeros("zero_inflated", title, ZeroInflated, family, formulas, *given, **columns)


def hurdle(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    family: str = "poisson",
    zero: str | None = None,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    exposure: Column = None,
    weights: Column = None,
    dispersion: str | None = None,
) -> Model:
    """Counts behind a hurdle: y_i = 0 with probability p_i, else a positive count of `family`, log m_i = x_i^T beta.

        P(y_i = 0) = p_i,   P(y_i = y) = (1 - p_i) f(y) / (1 - f(0)),   E(y_i) = (1 - p_i) m_i / (1 - f(0))

    m_i is the mean of the family with its zeros, of which the positive counts alone are looked at: the fit is that of a
    logistic regression of the zeros and of zero-truncated counts. `family`, `zero`, `dispersion` and the names of the
    coefficients as in `st.zero_inflated`: "zero: income" are log odds *of a zero* here too (those of R's `hurdle` are
    of a positive count, with the other sign), and without `zero=` all rows share one p. An offset is that of log m_i.

    With Poisson counts the log-likelihood is concave, and `st.fit` finds the maximum; otherwise a local one. It raises
    SeparationError where columns tell zeros from positive counts, or counts of 1 from larger ones, and
    IdentificationError where alpha has its maximum at an end. Raises DomainError for data that the model cannot take:
    without zeros, or without counts of 2 or more. Source: Mullahy, Journal of Econometrics 33 (1986), 341-365.

    >>> import stattools as st
    >>> table = {"visits": [0, 0, 1, 4, 0, 3, 0, 6], "age": [20, 30, 40, 50, 60, 30, 40, 70]}
    >>> fit = st.fit(st.hurdle("visits ~ age", table))
    >>> print(fit.names[-1], round(float(fit.estimate[-1]), 6))  # 4 zeros of 8
    zero 0.0
    """
    given = formula_or_y, data_or_X, names, intercept
    columns: dict[str, Any] = {"offset": offset, "exposure": exposure, "weights": weights}
    formulas, title = {"zero": zero, "dispersion": dispersion}, "Hurdle {} regression"
    return _with_zeros("hurdle", title, Hurdle, family, formulas, *given, **columns)


def _with_zeros(
    kind: str, title: str, made: Any, family: object, said: Mapping[str, object], *given: Any, **columns: Column
) -> Model:
    word = chosen(f"st.{kind}", "family", family, FAMILIES_OF_COUNTS, "family of counts")
    called, counts = FAMILIES_OF_COUNTS[word]
    if said["dispersion"] is not None and not counts.others:
        raise IncompatibleError(f"dispersion= is of family='negative-binomial'; got family={word!r}. Leave it out.")
    formulas = {"zero": right_side("zero", said["zero"])}
    formulas |= {name: right_side("dispersion", said["dispersion"]) for name, _ in counts.others}
    data = read_rows(*given, formulas=formulas, grouped=True, **columns)
    y, title, likelihood = numeric(data.outcome, data.outcome_name), title.format(called), made(counts)
    require_some(y, title, data)
    counted = likelihood.check(y)
    if counted.min() > 0.0:
        raise DomainError(
            f"{title} needs zeros; got counts from {counted.min():.0f}: the probability of a zero would be 0. Use "
            "st.poisson or st.negative_binomial; for counts whose zeros were not recorded, st.regression with "
            "st.ZeroTruncated(st.Poisson())."
        )
    if kind == "hurdle" and np.max(counted) < 2.0:
        raise DomainError(
            f"{title} needs counts of 2 or more; got zeros and ones only: the rate of the positive counts would be 0. "
            "Use st.logistic."
        )
    return bind(kind, title, likelihood, data, y)
