"""Hazard ratios of times whose hazards are proportional: exp(-beta / sigma), of exponential times exp(-beta).

    log ratio h = -beta e^-s, s = log sigma;    Var(h) = e^-2s (V_bb - 2 beta V_bs + beta^2 V_ss)

Intervals are exp(h -+ q se(h)). Source: Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data (2002),
2.3.4; delta method: Wasserman, All of Statistics (2004), 9.9.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.hypotheses import against_zero
from stattools.inference.intervals.ratios import factors
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

PROPORTIONAL = ("weibull", "exponential")
"""Distributions of times whose hazards are proportional."""


def require_proportional(model: Any) -> None:
    """IncompatibleError unless hazards are proportional."""
    is_time = isinstance(model, Model) and model.likelihood.outcome is Outcome.TIME
    if not is_time or model.likelihood.form not in PROPORTIONAL or any(model.predictor.own):
        raise IncompatibleError(
            f"hazard_ratios belongs to Weibull and exponential times that share a scale, whose hazards are "
            f'proportional; {model.title} has fit.table(). Use st.cox, or st.aft(..., distribution="weibull").'
        )


def hazard_ratios(fit: Any, level: float | None = None) -> pd.DataFrame:
    """One row per coefficient but the intercept: term, estimate, se_log, statistic, p_value, lower, upper.

    >>> import stattools as st
    >>> table = {"t": [2.0, 3.0, 5.0, 7.0, 11.0, 12.0], "d": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 0, 0, 1]}
    >>> found = hazard_ratios(st.fit(st.aft("survival(t, d) ~ x", table)))
    >>> found.term.tolist(), found.estimate.round(3).tolist()
    (['x'], [0.359])
    """
    model = fit.model
    require_proportional(model)
    level = fit.level if level is None else level
    require_level(level)
    at = [k for k, name in enumerate(model.first_terms) if name != "Intercept"]
    rate = float(np.exp(-fit.estimate[-1])) if model.likelihood.width > 1 else 1.0
    J = -rate * np.eye(len(fit.estimate))[at]
    log = J @ fit.estimate
    if model.likelihood.width > 1:
        J[:, -1] = -log
    names = [model.first_terms[k] for k in at]
    se = np.sqrt(np.maximum(((J @ fit.covariance) * J).sum(axis=1), 0.0))
    statistic, p_value = against_zero(log, se, np.asarray(fit.t_df)[at] if np.ndim(fit.t_df) else fit.t_df)
    q = np.asarray(fit.quantile(level))
    half = (q[at] if q.ndim else q) * se
    found = {"term": names, "estimate": factors(log, names), "se_log": se, "statistic": statistic, "p_value": p_value}
    frame = pd.DataFrame(found | {"lower": factors(log - half, names), "upper": factors(log + half, names)})
    frame.attrs["note"] = (
        "hazard ratios, exp(-coefficient / scale): above 1 the event comes sooner; se_log is the standard error of "
        "the logarithm."
    )
    return frame
