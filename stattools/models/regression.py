"""Regressions as likelihoods: `ols`, `logistic`, `softmax`, `poisson`, from a formula and a table or from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import Dataset, read
from stattools.data.outcome import binary, categories, numeric
from stattools.data.rows import Rows
from stattools.errors import DomainError
from stattools.likelihoods import Bernoulli, Categorical, Gaussian, Likelihood, Poisson
from stattools.model import Model, starting_point
from stattools.predictors.linear import Linear

Column = str | ArrayLike | None


def ols(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
) -> Model:
    """Linear regression with normal errors: y_i ~ Normal(x_i^T beta, sigma^2), sigma estimated.

    Give `(formula, table)` (pandas, Polars, PyArrow or a dict of columns) or arrays `(y, X)` with X of shape (n, p),
    which get an intercept unless `intercept=False`. `offset` is added to x^T beta, in the units of y; `weights` are
    frequencies: 2 means that the row was seen twice. Both are column names or arrays of length n. Raises DomainError
    for data that the model cannot take. Source: Seber & Lee, Linear Regression Analysis (2003).

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> model.names, model.n
    (('Intercept', 'x'), 4.0)
    """
    data = _read(formula_or_y, data_or_X, names, intercept, offset, weights)
    y = numeric(data.outcome, data.outcome_name)
    return _model("ols", "Linear regression", Gaussian(), data, y, offset=offset)


def logistic(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
) -> Model:
    """Logistic regression: y_i ~ Bernoulli(p_i), log(p_i / (1 - p_i)) = x_i^T beta.

    The outcome is 0/1, bool, or a string or category with two levels, of which the second is 1; the summary says
    which. Arguments as in `st.ols`; the offset is in log odds. Raises DomainError for data that the model cannot
    take, an outcome with one class included. Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 4.

    >>> import stattools as st
    >>> model = st.logistic("ill ~ dose", {"ill": ["no", "yes", "no", "yes"], "dose": [1, 2, 3, 4]})
    >>> model.labels
    ('no', 'yes')
    """
    data = _read(formula_or_y, data_or_X, names, intercept, offset, weights)
    y, labels = binary(data.outcome, data.outcome_name)
    return _model("logistic", "Logistic regression", Bernoulli(), data, y, labels, offset)


def softmax(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    reference: Any = None,
    weights: Column = None,
) -> Model:
    """Softmax (multinomial logistic) regression: log(P(y = k) / P(y = reference)) = x^T beta_k.

    The outcome is a string, a category, a bool or whole numbers; `reference` is the category that the others are
    compared with, by default the first. Other arguments as in `st.ols`. Raises DomainError for data that the model
    cannot take. Source: Agresti, Categorical Data Analysis (2013), 8.1.

    >>> import stattools as st
    >>> basket = {"fruit": ["fig", "kiwi", "plum", "fig"], "day": [1, 2, 3, 4]}
    >>> model = st.softmax("fruit ~ day", basket, reference="plum")
    >>> model.names
    ('fig: Intercept', 'fig: day', 'kiwi: Intercept', 'kiwi: day')
    """
    data = _read(formula_or_y, data_or_X, names, intercept, None, weights)
    codes, labels = categories(data.outcome, data.outcome_name, reference)
    return _model("softmax", "Softmax regression", Categorical(len(labels)), data, codes.astype(float), labels)


def poisson(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
) -> Model:
    """Poisson regression: y_i ~ Poisson(m_i), log m_i = x_i^T beta.

    The outcome is a count; the logarithm of an exposure goes into `offset`. Arguments as in `st.ols`. Raises
    DomainError for data that the model cannot take, all counts zero included. Source: McCullagh & Nelder (1989), ch.
    6.

    >>> import stattools as st
    >>> st.poisson("visits ~ age", {"visits": [0, 2, 1, 4], "age": [20, 30, 40, 50]}).title
    'Poisson regression'
    """
    data = _read(formula_or_y, data_or_X, names, intercept, offset, weights)
    y = numeric(data.outcome, data.outcome_name)
    return _model("poisson", "Poisson regression", Poisson(), data, y, offset=offset)


def _read(formula_or_y: Any, data_or_X: Any, names: Any, intercept: bool, offset: Column, weights: Column) -> Dataset:
    columns = {"offset": offset, "weights": weights}
    return read(formula_or_y, data_or_X, names=names, intercept=intercept, columns=columns)


def _model(
    kind: str,
    title: str,
    likelihood: Likelihood,
    data: Dataset,
    y: NDArray[np.float64],
    labels: tuple[Any, ...] | None = None,
    offset: Column = None,
) -> Model:
    weights = _frequencies(data.columns.get("weights"))
    if isinstance(likelihood, Poisson) and not y.any():
        raise DomainError(
            f"{title} needs a positive count somewhere; got only zeros, and the rate's estimate would be 0."
        )
    rows = Rows(data.X, likelihood.check(y), weights, data.columns.get("offset"))
    predictor = Linear(data.X.shape[1], likelihood.width)
    return Model(
        kind=kind,
        title=title,
        likelihood=likelihood,
        predictor=predictor,
        rows=rows,
        design=data.design,
        outcome_name=data.outcome_name,
        start=starting_point(likelihood, predictor, rows),
        labels=labels,
        offset_column=offset if isinstance(offset, str) else None,
        dropped=data.dropped,
        n_dropped=data.n_dropped,
    )


def _frequencies(weights: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    if weights is None:
        return None
    bad = ~((weights >= 0) & (weights == np.floor(weights)))
    if bad.any():
        row = int(np.argmax(bad))
        raise DomainError(
            "weights= are frequencies, how often each row was seen, and need whole numbers >= 0; got "
            f"{weights[row]:.6g} in row {row}. Round them, or repeat the rows."
        )
    if weights.sum() == 0:
        raise DomainError("weights= are all 0: no row counts. Give at least one row a positive frequency.")
    return weights
