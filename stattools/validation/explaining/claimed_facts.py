"""Single numbers of a claim that do not hold, and what they count instead."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.text.columns import number
from stattools.validation.claims.standing import ClaimStanding
from stattools.validation.explaining.finding import Finding

SAID = {
    "n": "number of rows, n",
    "loglik": "log-likelihood",
    "df": "degrees of freedom",
    "aic": "AIC",
    "bic": "BIC",
    "r_squared": "R²",
    "scale": "scale",
    "deviance": "deviance",
}


def wrong_facts(standing: ClaimStanding, model: Any) -> tuple[list[Finding], int]:
    """A finding for each single number that is wrong, and how many stay without a cause: none where the coefficients
    hold, so that it alone is wrong.
    """
    wrong = [name for name, words in standing.facts.items() if words is None]
    if not wrong:
        return [], 0
    estimates = standing.holds.get("estimate")
    if estimates is not None and not estimates.all():
        return [], len(wrong)
    found = []
    for name in wrong:
        value = float(np.ravel(standing.claim.facts[name].value)[0])
        said = SAID.get(name, name)
        evidence = f"The {said} is {number(standing.values[name], 7)} and stands as {number(value, 7)}."
        if name == "n":
            evidence += _what_n_counts(value, model)
        found.append(Finding(f"wrong {said}", evidence, "Write that of the rows of this fit."))
    return found, 0


def _what_n_counts(value: float, model: Any) -> str:
    """What a wrong n is the number of."""
    n, dropped = float(model.n), float(model.n_dropped)
    counts = {"the rows of the table with those that miss a value, which no fit uses": n + dropped}
    counts["the rows that were left out"] = dropped
    words = next((words for words, count in counts.items() if dropped and count == value), None)
    return "" if words is None else f" It counts {words}."
