"""Regressions as likelihoods, each from a formula and a table or from arrays: `ols`, `logistic`, `probit`, `softmax`.

The regressions of counts stand in `count_regression.py`, what all of them share in `binding.py`.

Proportions that vary more than binomial ones: `beta_binomial`, whose probabilities have a beta distribution.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.dataset import Dataset
from stattools.data.tables.outcome import binary, categories, grouped_formula, numeric
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods import Bernoulli, BetaBinomial, Binomial, Categorical, GammaFamily, Gaussian, Linked, Probit
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, read_rows, right_side
from stattools.models.regressions.grouped import successes_and_trials

NORMAL, BERNOULLI, GROUPED_PROBIT = Gaussian(), Bernoulli(), Linked(Binomial(), LINKS["probit"])


def ols(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    precision: Column = None,
) -> Model:
    """Linear regression with normal errors: y_i ~ Normal(x_i^T beta, sigma^2 / precision_i), sigma estimated.

    Give `(formula, table)` (pandas, Polars, PyArrow or a dict of columns) or arrays `(y, X)` with X of shape (n, p),
    which get an intercept unless `intercept=False`. `offset` is added to x^T beta, in the units of y; `weights` are
    frequencies: 2 means that the row was seen twice. Both are column names or arrays of length n. Raises DomainError
    for data that the model cannot take. Source: Seber & Lee, Linear Regression Analysis (2003).

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> model.names, model.n
    (('Intercept', 'x'), 4.0)
    """
    data = read_rows(
        formula_or_y, data_or_X, names, intercept, products=True, offset=offset, weights=weights, precision=precision
    )
    y = numeric(data.outcome, data.outcome_name)
    return bind("ols", "Linear regression", NORMAL, data, y)


def logistic(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    trials: Column = None,
) -> Model:
    """Logistic regression: y_i ~ Bernoulli(p_i), log(p_i / (1 - p_i)) = x_i^T beta.

    The outcome is 0/1, bool, or a string or category with two levels, of which the second is 1; the summary says
    which. Grouped data are counts: `"successes + failures ~ x"`, or the successes with `trials`, and then y_i ~
    Binomial(trials_i, p_i); rows of 0 trials are dropped and counted. Other arguments as in `st.ols`; the offset is in
    log odds. With "y ~ x + (1 | g)" rows share effects of their groups, u ~ N(0, Sigma), as in `st.linear_mixed`: the
    model is a `MixedRegression`, and `st.fit` integrates them out. Raises DomainError for data that the model cannot
    take, an outcome with one class included. Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 4.

    >>> import stattools as st
    >>> model = st.logistic("ill ~ dose", {"ill": ["no", "yes", "no", "yes"], "dose": [1, 2, 3, 4]})
    >>> model.labels
    ('no', 'yes')
    >>> st.logistic("ill + well ~ dose", {"ill": [1, 4], "well": [9, 6], "dose": [1, 2]}).rows.y.tolist()
    [[1.0, 10.0], [4.0, 10.0]]
    """
    rows = events("st.logistic", formula_or_y, data_or_X, names, intercept, offset, weights, trials)
    likelihood = Binomial() if rows.are_grouped else BERNOULLI
    return bind("logistic", "Logistic regression", likelihood, rows.data, rows.y, labels=rows.labels)


class Events(NamedTuple):
    """Rows whose outcome is 0 or 1, with the labels of these where it has any, or grouped: successes and trials."""

    data: Dataset
    y: Floats
    labels: tuple[Any, ...] | None
    are_grouped: bool


def events(
    who: str,
    formula_or_y: Any,
    data_or_X: Any,
    names: Any,
    intercept: bool,
    offset: Column,
    weights: Column,
    trials: Column,
) -> Events:
    """The rows of a formula and a table, or of arrays, of outcomes that happen or not."""
    formula_or_y, failures = grouped_formula(formula_or_y)
    if failures is not None and trials is not None:
        raise DomainError(f"{who} got successes + failures and trials= as well; give one of the two.")
    data = read_rows(
        formula_or_y,
        data_or_X,
        names,
        intercept,
        offset=offset,
        weights=weights,
        trials=trials,
        failures=failures,
        grouped=True,
    )
    if failures is None and trials is None:
        y, labels = binary(data.outcome, data.outcome_name)
        return Events(data, y, labels, False)
    return Events(*successes_and_trials(data), None, True)


def probit(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    trials: Column = None,
) -> Model:
    """Probit regression: y_i ~ Bernoulli(Phi(x_i^T beta)), Phi the standard normal distribution function.

    The outcome and the arguments as in `st.logistic`, effects of groups included; the offset is in units of the normal
    scale. Raises DomainError for data that the model cannot take. Source: McCullagh & Nelder (1989), 4.3.

    >>> import stattools as st
    >>> st.probit("ill ~ dose", {"ill": [0, 1, 0, 1], "dose": [1, 2, 3, 4]}).title
    'Probit regression'
    """
    rows = events("st.probit", formula_or_y, data_or_X, names, intercept, offset, weights, trials)
    likelihood = GROUPED_PROBIT if rows.are_grouped else Probit()
    return bind("probit", "Probit regression", likelihood, rows.data, rows.y, labels=rows.labels)


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
    compared with, by default the first. Each category has a curve of its own, as rough as it is, where the formula has
    `s(x)`. Other arguments as in `st.ols`. Raises DomainError for data that the model cannot take. Source: Agresti,
    Categorical Data Analysis (2013), 8.1.

    >>> import stattools as st
    >>> basket = {"fruit": ["fig", "kiwi", "plum", "fig"], "day": [1, 2, 3, 4]}
    >>> model = st.softmax("fruit ~ day", basket, reference="plum")
    >>> model.names
    ('fig: Intercept', 'fig: day', 'kiwi: Intercept', 'kiwi: day')
    """
    data = read_rows(formula_or_y, data_or_X, names, intercept, grouped=True, weights=weights)
    if data.latent is not None and data.latent.terms:
        raise IncompatibleError(
            "st.softmax: effects of groups, (1 | g), move one linear predictor, and here each category has one. "
            "Compare categories two at a time with st.logistic, or write st.one_vs_rest in the place of st.softmax."
        )
    codes, labels = categories(data.outcome, data.outcome_name, reference)
    likelihood = Categorical(len(labels))
    return bind("softmax", "Softmax regression", likelihood, data, codes.astype(float), labels=labels)


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
        formulas={"dispersion": dispersion}, grouped=True,
    )  # fmt: skip
    y = numeric(data.outcome, data.outcome_name)
    return bind("gamma", "Gamma regression", GammaFamily(), data, y)


def beta_binomial(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    trials: Column = None,
    dispersion: str | None = None,
) -> Model:
    """Beta-binomial regression: y_i ~ Binomial(n_i, theta_i), theta_i ~ Beta(s p_i, s q_i), logit p_i = x_i^T beta.

    Each row is a group: `"successes + failures ~ x"`, or the successes with `trials`. The log of the precision s, what
    a group's theta_i is known to beforehand in trials, is estimated jointly with beta and is the last coefficient, "log
    precision"; two trials of a group correlate by 1 / (1 + s). `dispersion="~ g"` gives it columns of its own, whose
    coefficients are then "log precision: Intercept" and so on. Other arguments as in `st.logistic`. `st.fit` raises
    IdentificationError where the shares are not overdispersed: s then has its maximum at infinity, the binomial.
    Raises DomainError for data that the model cannot take, IdentificationError where no group has two trials. Source:
    Prentice (1986), JASA 81, 321-327.

    >>> import stattools as st
    >>> st.beta_binomial("ill + well ~ dose", {"ill": [1, 4, 9], "well": [9, 6, 3], "dose": [1, 2, 3]}).names
    ('Intercept', 'dose', 'log precision')
    """
    formula_or_y, failures = grouped_formula(formula_or_y)
    if (failures is None) == (trials is None):
        got = "neither" if failures is None else "both"
        raise DomainError(
            f'st.beta_binomial needs "successes + failures ~ ..." or trials=, one of the two; got {got}. '
            "For outcomes of 0 and 1 use st.logistic."
        )
    data = read_rows(
        formula_or_y, data_or_X, names, intercept, offset=offset, weights=weights, trials=trials, failures=failures,
        formulas={"precision": right_side("dispersion", dispersion)}, grouped=True,
    )  # fmt: skip
    data, y = successes_and_trials(data)
    if np.max(BetaBinomial().trials_of(y)) < 2:
        raise IdentificationError(
            "st.beta_binomial needs groups of two trials or more: single trials say nothing about how the groups "
            "vary. Group the rows, or use st.logistic."
        )
    return bind("beta_binomial", "Beta-binomial regression", BetaBinomial(), data, y)
