"""Outcomes drawn from a regression's likelihood at given linear predictors."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model


def outcomes(model: Model, eta: Floats, scale: float, m: int, random: np.random.Generator) -> Floats:
    """m outcomes of each row, with its precision and its trials: shape (m, n), (m, n, parts) where there are trials.

    `scale` is the residual standard deviation of `st.ols`, and is not looked at where no scale stands beside theta.

    >>> import stattools as st
    >>> model = st.poisson("y ~ x", {"y": [1, 2, 4], "x": [0, 1, 2]})
    >>> outcomes(model, np.zeros(3), 1.0, 4, np.random.default_rng(1)).shape
    (4, 3)
    """
    rows = model.rows
    if model.has_scale:
        spread = scale if rows.precision is None else scale / np.sqrt(rows.precision)
        return eta + spread * random.standard_normal((m, len(eta)))
    likelihood: Any = model.likelihood
    if likelihood.outcome is Outcome.TIME:
        if likelihood.late or (rows.y[:, 0] != rows.y[:, 1]).any():
            raise IncompatibleError(
                f"outcomes of {model.title} cannot be drawn again: nobody knows when times that were seen would have "
                'been censored, or who would have come too early. Draw rows, st.bootstrap(fit, kind="pairs", ...).'
            )
        return np.stack([np.repeat(likelihood.sample(eta, seed=random)[:, None], 2, axis=1) for _ in range(m)])
    known = likelihood.named(rows.y)
    likelihood = likelihood.with_trials(known.get("trials"))
    drawn = (known | {"y": likelihood.sample(eta, seed=random)} for _ in range(m))
    return np.stack([one["y"] if len(one) == 1 else np.column_stack(list(one.values())) for one in drawn])
