"""Regression of positive outcomes whose variance grows with the square of their mean: `gamma`."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from stattools.data.tables.outcome import numeric
from stattools.likelihoods import GammaFamily
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, read_rows


def gamma(
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
    """Gamma regression: y_i > 0 of mean exposure_i m_i, log m_i = x_i^T beta + offset_i, and variance phi times mean^2.

    For costs, times and sizes, whose spread is proportional to their mean: phi, the dispersion, is the square of the
    coefficient of variation. Its logarithm is estimated jointly with beta and is the last coefficient, "log
    dispersion"; beta does not depend on it. `dispersion="~ g"` gives it columns of its own, whose coefficients are
    named "log dispersion: g". Other arguments as in `st.poisson`. Raises DomainError for data that the model cannot
    take, an outcome of 0 included; `st.fit` raises IdentificationError where the means fit every outcome exactly.
    Source: McCullagh & Nelder (1989), ch. 8.

    >>> import stattools as st
    >>> st.gamma("cost ~ age", {"cost": [9.5, 31.0, 12.5, 80.0], "age": [20, 30, 40, 50]}).names
    ('Intercept', 'age', 'log dispersion')
    """
    data = read_rows(
        formula_or_y, data_or_X, names, intercept, offset=offset, exposure=exposure, weights=weights,
        formulas={"dispersion": dispersion},
    )  # fmt: skip
    y = numeric(data.outcome, data.outcome_name)
    return bind("gamma", "Gamma regression", GammaFamily(), data, y)
