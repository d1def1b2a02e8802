"""`regression`: a model of any likelihood, one formula for each of its parameters."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from stattools.data.tables.outcome import binary, categories, numeric
from stattools.errors import IncompatibleError, quoted
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, read_rows

HOUSE = (Outcome.TRIALS, Outcome.ORDERED, Outcome.TIME)
"""Outcomes that are read in ways of their own, by constructors of their own."""


def regression(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
    likelihood: Any,
    /,
    *,
    names: list[str] | None = None,
    intercept: bool = True,
    offset: Column = None,
    weights: Column = None,
    **formulas: str,
) -> Model:
    """A regression of any likelihood: y_i ~ p(y | eta_i), the first parameter's predictor x_i^T beta behind its link.

    `likelihood` is `st.likelihood(...)`, or an object of a class derived from `stattools.likelihoods.Likelihood`. Every
    other parameter has a formula of its own by its name, `scale="~ z"`, and is a constant without one. The coefficients
    are those of the first parameter, then those of the others in their order, "log scale: z", a constant "log scale".
    Other arguments as in `st.ols`; offset and effects of groups, (1 | g), are added to the first predictor. Raises
    IncompatibleError for a parameter that the likelihood does not have, DomainError for data that it cannot take.

    >>> import scipy.stats
    >>> import stattools as st
    >>> table = {"y": [0.3, 1.9, 1.2, 3.1, 2.2, 4.9], "x": [0, 1, 2, 3, 4, 5]}
    >>> gumbel = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
    >>> st.regression("y ~ x", table, gumbel, scale="~ x").names
    ('Intercept', 'x', 'log scale: Intercept', 'log scale: x')
    """
    if not isinstance(likelihood, Likelihood):
        raise IncompatibleError(
            f"st.regression needs a likelihood, st.likelihood(...) or one of a class derived from Likelihood; got "
            f"{quoted(likelihood)}."
        )
    own = isinstance(likelihood, OwnLikelihood)
    called = likelihood.name if own else type(likelihood).__name__
    title = f"{called[0].upper()}{called[1:]} regression"
    if own and likelihood.distribution is not None:
        title = f"Regression with {called}"  # that of scipy.stats.logistic is no logistic regression
    first, *others = likelihood.parameters
    for name in formulas:
        if name == first:
            raise IncompatibleError(f"{name!r} is the first parameter of {called}: its formula is the regression's.")
        if name not in others:
            has = f"beside {first!r} it has {', '.join(map(repr, others))}" if others else f"{first!r} is all it has"
            raise IncompatibleError(f"{called} has no parameter {name!r}; {has}.")
    if likelihood.outcome in HOUSE or likelihood.has_scale or likelihood.by_category:
        raise IncompatibleError(f"{called} has a constructor of its own, such as st.ols, st.logistic or st.softmax.")
    data = read_rows(
        formula_or_y, data_or_X, names, intercept, formulas=formulas, offset=offset, weights=weights, grouped=True
    )
    labels = None
    if likelihood.outcome is Outcome.BINARY:
        y, labels = binary(data.outcome, data.outcome_name)
    elif likelihood.outcome is Outcome.CATEGORY:
        codes, labels = categories(data.outcome, data.outcome_name)
        of_labels: Any = likelihood
        y, likelihood = codes.astype(float), of_labels.among(len(labels))
    else:
        y = numeric(data.outcome, data.outcome_name)
    if isinstance(likelihood, OwnLikelihood):
        likelihood = likelihood.scaled(likelihood.check(y))
    return bind("regression", title, likelihood, data, y, labels=labels)
