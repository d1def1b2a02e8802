"""Ratios that somebody took for coefficients: exp(b) in the column of estimates, and tests and intervals made from it.

    statistic = exp(b) / se,   ends = exp(b) -+ q se

with se of the coefficient or, by the delta method, exp(b) se.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.validation.claims.right import right_at
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.likely_causes import ClaimTrial


def mistaken_ratios(trial: ClaimTrial) -> tuple[Finding, ClaimStanding] | None:
    """The finding where the claim is made of ratios in this way, and how it then stands."""
    given = trial.claim.columns.get("estimate")
    tested = {"statistic", "p", "lower", "upper"} & set(trial.now.checked)
    if given is None or not tested or trial.now.holds["estimate"].all():
        return None
    right: Any = trial.right
    theta, se = right.columns["estimate"], right.columns["se"]
    with np.errstate(over="ignore"):
        ratio = np.exp(theta)
        kinds = {"the standard errors of its logarithm": se, "standard errors by the delta method": ratio * se}
    for words, errors in kinds.items():
        made = right_at(right.names, ratio, errors, trial.found.t_df, trial.level, right.fact)
        there = standing(trial.claim, trial.ours, made)
        if there.ok and there.count > 1:
            evidence = (
                f"Exp of the coefficients, with {words} and tests and intervals made from both as if they were "
                f"coefficients: so all {there.count} numbers hold."
            )
            advice = "Test coefficients, and give ratios the exponentials of the ends of their intervals."
            return Finding("exponentiated coefficients", evidence, advice), there
    return None
