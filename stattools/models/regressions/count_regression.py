"""Regressions of counts: `poisson` and `negative_binomial`, with an offset or an exposure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from stattools.data.dataset import Dataset
from stattools.data.tables.outcome import numeric
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood, NegativeBinomial, Poisson
from stattools.models.model import Model
from stattools.models.regressions.binding import NO_FORMULAS, Column, bind, read_rows, right_side


def poisson(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
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
    return _counts("poisson", "Poisson regression", Poisson(), formula_or_y, data_or_X, names, intercept, offset,
                   exposure, weights)  # fmt: skip


def negative_binomial(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
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
    return _counts("negative_binomial", "Negative binomial regression", NegativeBinomial(), formula_or_y, data_or_X,
                   names, intercept, offset, exposure, weights,
                   {"alpha": right_side("dispersion", dispersion)})  # fmt: skip


def _counts(
    kind: str,
    title: str,
    likelihood: Likelihood,
    formula_or_y: Any,
    data_or_X: Any,
    names: Any,
    intercept: bool,
    offset: Column,
    exposure: Column,
    weights: Column,
    formulas: Mapping[str, Any] = NO_FORMULAS,
) -> Model:
    data = read_rows(
        formula_or_y,
        data_or_X,
        names,
        intercept,
        offset=offset,
        exposure=exposure,
        weights=weights,
        formulas=formulas,
        grouped=True,
    )
    y = numeric(data.outcome, data.outcome_name)
    require_some(y, title, data)
    return bind(kind, title, likelihood, data, y)


def require_some(y: Floats, title: str, data: Dataset) -> None:
    """DomainError where all counts are 0, or all of rows whose weight is not 0."""
    weights = None if data.scanned is not None else data.columns.get("weights")
    counted = y if weights is None or not (weights > 0).any() else y[weights > 0]
    if not counted.any():
        among = " in rows whose weight is not 0" if y.any() else ""
        raise DomainError(
            f"{title} needs a positive count somewhere; got only zeros{among}: the rate's estimate would be 0."
        )
