"""What each check of a fit means for a reader who has never seen the program: a clause for the box, and for the table.

A check that is not in the table has no words, and a test says so: nothing that a fit fails at is left unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from stattools.inference.diagnostics.check import Check, Without
from stattools.inference.diagnostics.checks import NAME as INFLUENCE
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.survival.cox import CoxRegression
from stattools.reporting import comparisons
from stattools.reporting.document import code, literal
from stattools.reporting.tables import number


def clause(check: Check, model: Model | CoxRegression) -> str:
    """What was found, as a clause that begins in lower case and ends without a full stop."""
    return CLAUSES[check.check](check, model)


def measured(check: Check, model: Model | CoxRegression) -> str:
    """What the value of a check measures, with the coefficient that it is about in words."""
    if not check.term:
        return literal(check.measure)
    whole = rf"(?<!\w){re.escape(check.term)}(?!\w)"  # x is no part of "explain"
    return named(model, check.term).join(map(literal, re.split(whole, check.measure)))


def named(model: Model | CoxRegression, term: str) -> str:
    """A coefficient or a variable in words: `race` `2` against `race` `1`."""
    if term not in model.terms or term == "Intercept":
        return code(term)
    parts = comparisons.parts_of(model, term)
    return " times ".join(part.compared(code).removeprefix("for ").removeprefix("per unit of ") for part in parts)


def _maximum(check: Check, model: Model | CoxRegression) -> str:
    return f"the climb ended {check.value:.1g} standard errors short of the maximum, so that printed digits may be off"


def varied(check: Check, model: Model | CoxRegression) -> str:
    """How much counts or groups vary about their means."""
    counts = model.likelihood.outcome is Outcome.COUNT
    what = "the counts vary" if counts else "the numbers of successes vary"
    if check.value < 1.0:
        return f"{what} only {number(check.value, 2)} times as much about their means as the model says"
    return f"{what} {number(check.value, 1)} times as much about their means as the model says"


def _overdispersion(check: Check, model: Model | CoxRegression) -> str:
    return varied(check, model) + (", so that intervals are wider than need be" if check.value < 1.0 else "")


def _zeros(check: Check, model: Model | CoxRegression) -> str:
    observed, expected = check.detail
    seen, thought = (number(100.0 * share, 1) for share in (observed, expected))
    return f"{seen} % of the counts are zero where the model expects {thought} %"


def _errors(check: Check, model: Model | CoxRegression) -> str:
    which = named(model, check.term)
    if check.value < 1.0:
        return f"the interval of {which} is wider than need be, {number(1.0 / check.value, 2)} times"
    return (
        f"rows do not vary as the model says: the standard error of {which} would be {number(check.value, 2)} times as "
        "large"
    )


def _uneven(check: Check, model: Model | CoxRegression) -> str:
    if 0.8 < check.value < 1.1:
        return (
            f"the spread of {code(model.outcome_name)} differs with the columns, though standard errors hardly notice"
        )
    return (
        f"the spread of {code(model.outcome_name)} differs with the columns: with an allowance for that the standard "
        f"error of {named(model, check.term)} is {number(check.value, 2)} times as large"
    )


def _autocorrelation(check: Check, model: Model | CoxRegression) -> str:
    return (
        f"rows that follow each other are alike, so that the standard error of {named(model, check.term)} should be "
        f"{number(check.value, 2)} times as large"
    )


def _influence(check: Check, model: Model | CoxRegression) -> str:
    found: Without | None = check.detail
    if found is None:
        return "a coefficient rests on a few rows alone: without them there is no maximum"
    which = named(model, check.term) if check.term else "the residual scale"
    return f"{which} moves by {number(check.value, 1)} standard errors without {literal(found.rows)}"


def _collinearity(check: Check, model: Model | CoxRegression) -> str:
    return (
        f"other columns go together with {named(model, check.term)} and make its interval {number(check.value, 1)} "
        "times as wide"
    )


def _link(check: Check, model: Model | CoxRegression) -> str:
    what = f"the logarithm of the {model.facts.exponential.split()[0]}" if model.facts.is_partial else "the mean"
    return f"{what} bends where the model has it straight"


def _proportional(check: Check, model: Model | CoxRegression) -> str:
    return f"the hazard ratio of {code(check.term)} changes with time, so that it is an average over the time seen"


def _form(check: Check, model: Model | CoxRegression) -> str:
    return f"the effect of {code(check.term)} has a bend that the model's line misses"


def _calibration(check: Check, model: Model | CoxRegression) -> str:
    return f"predicted and observed shares are {number(100.0 * check.detail, 1)} percentage points apart on average"


def _discrimination(check: Check, model: Model | CoxRegression) -> str:
    return (
        f"the columns hardly tell outcomes apart (area under the ROC curve {number(check.value, 2)}), so that "
        "predictions of single rows say little"
    )


def _distribution(check: Check, model: Model | CoxRegression) -> str:
    below, level = check.detail
    return (
        f"{number(below, 0)} % of the outcomes lie below what should be their {number(level, 0)} % quantile, which "
        "matters to predictions of single outcomes and hardly to the effects"
    )


CLAUSES: dict[str, Callable[[Check, Any], str]] = {
    "maximum": _maximum,
    "proportional hazards": _proportional,
    "overdispersion": _overdispersion,
    "zeros": _zeros,
    "heteroskedasticity": _uneven,
    "robust errors": _errors,
    "autocorrelation": _autocorrelation,
    INFLUENCE: _influence,
    "collinearity": _collinearity,
    "link": _link,
    "form": _form,
    "calibration": _calibration,
    "discrimination": _discrimination,
    "distribution": _distribution,
}
"""The clause of each check of a regression."""
