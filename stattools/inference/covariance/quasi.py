"""Quasi-likelihood: the inverse information times Pearson's statistic over its degrees of freedom.

    V = phi C,   phi = sum_i w_i (y_i - m_i)^2 / v(m_i) / (n - p),   C = information^-1

for counts and groups that vary phi times as much as their family says, in the same way everywhere; tests and intervals
are Student's t with n - p degrees of freedom, as of R's `quasipoisson` and `quasibinomial`. A group is one row.
Source: Wedderburn, Biometrika 61 (1974); McCullagh & Nelder, Generalized Linear Models (1989), 4.5 and 6.2.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from stattools.data.rows.rows import Block
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.numerics.moments import Largest


def quasi_dispersion(model: Model, theta: Floats) -> float:
    """Pearson's statistic over n - p; IncompatibleError where it says nothing, or where the family has its own.

    >>> import stattools as st
    >>> model = st.poisson([0, 9, 1, 6], [[1.0], [1.0], [1.0], [1.0]], intercept=False)
    >>> quasi_dispersion(model, np.array([np.log(4.0)]))  # (16 + 25 + 9 + 4) / 4 / 3
    4.5
    """
    reason = _refused(model)
    df = model.n - len(theta)
    if reason is None and df <= 0:
        reason = f"{model.n:.0f} rows leave no degrees of freedom beside {len(theta)} coefficients"
    if reason is not None:
        raise IncompatibleError(f'cov="quasi" is for counts and groups that vary more than their family: {reason}.')
    return pearson_statistic(model, theta) / df


def pearson_statistic(model: Model, theta: Floats) -> float:
    """sum_i w_i (y_i - m_i)^2 / v(m_i): one read of the rows."""
    return float(model.rows.total(partial(_pearson, model.likelihood, model.predictor, theta))[0])


def most_trials(model: Model) -> float:
    """The largest number of trials that a row is out of, 1 where an outcome is no number of successes."""
    return float(model.rows.total(partial(_most, model.likelihood)).values[0])


def _refused(model: Model) -> str | None:
    """Why Pearson's statistic is no dispersion here."""
    family, outcome = model.likelihood, model.likelihood.outcome
    if outcome is Outcome.BINARY or (outcome is Outcome.TRIALS and most_trials(model) <= 1):
        return (
            "of rows of 0 and 1 Pearson / df is near 1 whatever the data are, and says nothing of how they vary. Group "
            'rows of equal columns (successes + failures), or use cov="robust"'
        )
    if model.has_scale or (family.others and outcome not in (Outcome.COUNT, Outcome.TRIALS)):
        return f'{model.title} estimates a scale or a dispersion already. Leave cov= out, or use cov="robust"'
    if family.others:
        return f"{model.title} estimates how much they vary, {model.names[-1]!r}. Leave cov= out"
    if outcome not in (Outcome.COUNT, Outcome.TRIALS):
        return f'an outcome of {model.title} is {outcome.value}. Use cov="robust"'
    return None


def _pearson(family: Likelihood, predictor: Linear, theta: Floats, block: Block) -> Floats:
    eta = predictor.forward(theta, block)[0]
    gap = family.observed(block.y) - family.mean(eta)
    each = np.divide(gap * gap, family.variance(eta, block.y), out=np.zeros(len(gap)), where=gap != 0)
    if np.ndim(family.trials_of(block.y)):
        each = np.where(family.trials_of(block.y) > 0, each, 0.0)
    return np.array([each.sum() if block.weight is None else each @ block.weight])


def _most(family: Likelihood, block: Block) -> Largest:
    return Largest(np.atleast_1d(np.max(family.trials_of(block.y))))
