"""What files of Cox's regression and of matched sets must hold: shapes, and hazards that only grow."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.inference.covariance.kinds import NAME
from stattools.inference.penalties.ridge import NO_SE, Ridge
from stattools.inference.storage.field_kinds import are_distinct, is_number
from stattools.interface.interval import require_level
from stattools.models.survival.cox import KINDS


def _cox_fit(it: Any) -> dict[str, bool]:
    """Shapes, and that the parts say the same."""
    names = [name for name in it.design.names if name != "Intercept"]
    p, m, made, ridge = len(names), len(it.times), it.solution, isinstance(it.penalty, Ridge)
    numbers = (it.center, it.times, it.strata_of_times, it.deaths, it.at_risk, it.hazards, it.squares, it.means)
    rules = {
        "the kind is none": it.kind in ("cox", "conditional logit") and it.ties in KINDS,
        "it has no formula": it.design.parsed is not None and p > 0,
        "the sums have other shapes": [one.shape for one in numbers] == [(p,), *[(m,)] * 6, (p, m)] and m > 0,
        "a number is not finite": all(bool(np.isfinite(one).all()) for one in numbers)
        and all(map(is_number, (it.loglik, it.ratio, it.last))),
        "the strata are none": len(it.strata or ()) == len(it.strata_names)
        and len({len(labels) for labels in it.strata or ()}) <= 1
        and are_distinct(tuple(zip(*(it.strata or ()), strict=False))),
        "the rows are none": it.rows > 0 and (it.weight is None or is_number(it.weight)),
        "the numbers of dropped rows do not agree": max(it.dropped.values(), default=0)
        <= it.n_dropped
        <= sum(it.dropped.values()),
    }  # fmt: skip
    if not all(rules.values()):
        return rules
    require_level(it.level)
    stratum = it.strata_of_times
    several, same = len(it.strata[0]) if it.strata else 1, np.diff(stratum) == 0
    errors = np.zeros((p, p)) if ridge else it.covariance
    return rules | {
        "the event times are of no stratum": set(stratum.tolist()) <= set(range(several))
        and bool((np.diff(stratum) >= 0).all()),
        "the event times are not in order": bool((np.diff(it.times)[same] < 0).all()) and it.times.max() <= it.last,
        "a hazard falls": all(
            bool((one >= 0.0).all() and (np.diff(one)[same] <= 1e-9 * one.max()).all())
            for one in (it.hazards, it.squares)
        ),
        "there are more events than rows": bool((it.deaths > 0).all() and (it.deaths <= it.at_risk * (1 + 1e-9)).all()),
        "the estimates are not finite, one for each name": made.estimate.shape == (p,),
        "the covariance is none": it.covariance.shape == (p, p)
        and bool(np.isfinite(errors).all() and (errors.diagonal() >= 0).all())
        and bool(np.allclose(errors, errors.T, rtol=1e-9, atol=1e-12 * float(np.abs(errors).max(initial=0.0)))),
        "the covariance has no such name": it.cov == NO_SE if ridge else bool(NAME.fullmatch(it.cov)),
        "the covariance is not that of the solution": ridge
        or it.cov != "information"
        or np.allclose(it.covariance, made.covariance, rtol=1e-6, atol=0.0),
        "the degrees of freedom are none": np.shape(it.t_df) in ((), (p,)) and bool(np.all(np.asarray(it.t_df) > 0)),
        "the log-likelihood is not that of the solution": it.penalty is not None
        or math.isclose(it.loglik, made.loglik, rel_tol=1e-6, abs_tol=1e-6),
    }  # fmt: skip


COX_RULES: dict[str, Callable[[Any], dict[str, Any]]] = {"SavedCoxFit": _cox_fit}
"""By class, as in `rules.py`."""
