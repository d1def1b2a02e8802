"""Proportions that vary more than binomial ones: `beta_binomial`, whose probabilities have a beta distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.outcome import grouped_formula
from stattools.errors import DomainError, IdentificationError
from stattools.likelihoods import BetaBinomial
from stattools.models.model import Model
from stattools.models.regressions.binding import Column, bind, read_rows, right_side
from stattools.models.regressions.grouped import successes_and_trials


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
        formulas={"precision": right_side("dispersion", dispersion)},
    )  # fmt: skip
    data, y = successes_and_trials(data)
    if np.max(BetaBinomial().trials_of(y)) < 2:
        raise IdentificationError(
            "st.beta_binomial needs groups of two trials or more: single trials say nothing about how the groups "
            "vary. Group the rows, or use st.logistic."
        )
    return bind("beta_binomial", "Beta-binomial regression", BetaBinomial(), data, y)
