"""How much counts and groups vary about their means, beside what their family says: Pearson's statistic.

    ratio = Pearson / df,   Pearson = sum_i w_i r_i^2,   r_i = (y_i - m_i) / sd_i,   df = n - p

Under the model df ratio is not chi-squared where means are small: its variance is v df with v = E r^4 - 1 (2 + 1 / m of
Poisson), and chi-squared of 2 df / v degrees of freedom, scaled to mean 1, is near it. v is that of outcomes drawn from
the model in at most 2,000 rows. Source: McCullagh & Nelder, Generalized Linear Models (1989), 4.5; Satterthwaite,
Biometrics Bulletin 2 (1946), 110-114.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from stattools.errors import IncompatibleError
from stattools.inference.covariance.quasi import most_trials, pearson_statistic
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

ROWS, TIMES = 2_000, 20


@dataclass(frozen=True)
class Spread:
    """`ratio` is Pearson / df, and `p_value` how often chance alone takes it so far from 1."""

    ratio: float
    df: float
    p_value: float


def spread_of(model: Model, theta: Floats, statistic: float | None = None) -> Spread | None:
    """Pearson / df of counts and of groups of several trials; None of other outcomes, where it says nothing.

    `statistic` is Pearson's, where it is known.

    >>> import stattools as st
    >>> spread_of(st.poisson([0, 9, 1, 6], [[1.0]] * 4, intercept=False), np.array([np.log(4.0)])).ratio
    4.5
    >>> spread_of(st.logistic([0, 1, 0, 1], [1, 2, 3, 4]), np.zeros(2)) is None
    True
    """
    outcome, df = model.likelihood.outcome, model.n - len(theta)
    if outcome not in (Outcome.COUNT, Outcome.TRIALS) or df <= 0:
        return None
    if outcome is Outcome.TRIALS and most_trials(model) <= 1:
        return None
    statistic = pearson_statistic(model, theta) if statistic is None else statistic
    small = 2.0 / _variance(model, theta)
    upper = float(special.chdtrc(small * df, small * statistic))
    return Spread(statistic / df, df, 2.0 * min(upper, 1.0 - upper, 0.5))


def _variance(model: Model, theta: Floats) -> float:
    """E r^4 - 1 under the model; 2, that of normal outcomes, where a likelihood draws none."""
    rows = model.rows.sampled
    rows = rows if len(rows.X) <= ROWS else rows.sample(ROWS)
    family = model.likelihood
    eta = np.repeat(replace(model, rows=rows, source=None).eta(theta), TIMES, axis=0)
    y = np.repeat(rows.y, TIMES, axis=0)
    trials = family.trials_of(y)
    try:
        drawn = family.with_trials(trials).sample(eta, seed=0)
    except (IncompatibleError, ValueError):  # means beyond what NumPy draws
        return 2.0
    gap, variance = drawn / np.maximum(trials, 1.0) - family.mean(eta), family.variance(eta, y)
    used = (variance > 0) & (np.asarray(trials) > 0)
    return float(max(((gap[used] ** 2 / variance[used]) ** 2).mean() - 1.0, 0.1)) if used.any() else 2.0
