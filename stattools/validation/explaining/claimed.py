"""Is a printed table of coefficients right? Our maximum beside it, as far as its digits go, and why where it is not.

Numbers that hold within their rounding take the exact values, so that rounding is never a finding; the rest is judged
as anybody's fit is: a hidden penalty, an outcome turned round, another kind of standard errors.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, StattoolsError, quoted
from stattools.inference.fitting import fit
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.places import places
from stattools.validation.claims.printed import Printed
from stattools.validation.explaining.audit import Audit, judged
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.printed_errors import KINDS
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.recipe import Numbers, Recipe

EXACT = 1e-3
"""A claim in full precision is the maximum within so many standard errors."""


def audit_claim(claim: Claim, model: Model, *, cov: Any = "information", level: float = 0.95) -> Audit:
    """The verdict on what a table claims of a model and its data, with standard errors that are said to be of a kind.

    >>> import stattools as st
    >>> from stattools.validation.claims.reading import read_claim
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> audit_claim(read_claim({"(Intercept)": "1.10", "x": "2.00"}), model).ok
    True
    """
    claim = _in_order(claim, model)
    divisor = "n - p" if model.has_scale else "1"
    recipe = Recipe(model, cov=cov, divisor=divisor, df=None if model.has_scale else np.inf, level=level)
    theta, se = claim.columns["estimate"].value, _column(claim, "se").value
    told: list[Finding] = []
    try:
        best = fit(model).estimate
    except StattoolsError:  # no maximum: what it is is said of the numbers as they are
        best = np.full(len(theta), np.nan)
    else:
        right = recipe.se(best)
        theta, told = _estimates(claim.columns["estimate"], best, right, model)
        se = _errors(_column(claim, "se"), right, recipe, best)
    none = np.full(len(theta), np.nan)
    found = judged(Foreign(claim.name, recipe, Numbers(theta, se, none, none), str(cov)))
    told += [] if told or not found.ok else _tests(claim, recipe, best)
    rows = found.rows.assign(estimate=claim.columns["estimate"].value, se=_column(claim, "se").value)
    rows["ratio"] = rows["se"] / rows["right_se"]
    found = replace(found, rows=rows)
    if told:
        sentence = f"{claim.name} is not right as it stands. Cause: {'; '.join(one.cause for one in told)}."
        return replace(found, ok=False, findings=(*told, *found.findings), sentence=sentence)
    if not found.ok:
        return found
    count = sum(int(np.isfinite(column.value).sum()) for column in claim.columns.values())
    return replace(found, sentence=f"{claim.name} is right: its {count} numbers hold, as far as their digits go.")


def _in_order(claim: Claim, model: Model) -> Claim:
    """The claim with its rows in the model's order. DomainError where a coefficient has no row."""
    ours = places(claim, model).ours
    if missing := [name for place, name in enumerate(model.names[: model.predictor.size_first]) if place not in ours]:
        raise DomainError(
            f"{claim.name} lacks {quoted(missing[0])}; a claim needs one row for each coefficient of the model."
        )
    columns = {}
    for name, column in claim.columns.items():
        none = np.full((2, len(model.names)), np.nan)
        none[:, ours] = column.value, column.half
        columns[name] = Printed(*none)
    return replace(claim, columns=columns)


def _estimates(given: Printed, best: Floats, se: Floats, model: Model) -> tuple[Floats, list[Finding]]:
    """The claimed coefficients, exact where they hold; logarithms, with a finding, where they are ratios."""
    near = Printed(given.value, np.maximum(given.half, EXACT * se * (given.half == 0)))
    if not near.holds(best).all() and model.likelihood.words.ratio:
        ratios = replace(near, half=np.maximum(given.half, EXACT * se * np.exp(best) * (given.half == 0)))
        with np.errstate(over="ignore"):
            if ratios.holds(np.exp(best)).all():
                word = model.likelihood.words.ratio
                words = f"The numbers are {word}s, exp of the coefficients, under the heading of coefficients."
                return best, [Finding("exponentiated coefficients", words, f"Call them {word}s, or take logarithms.")]
    return np.where(near.holds(best), best, given.value), []


def _errors(given: Printed, right: Floats, recipe: Recipe, best: Floats) -> Floats:
    """The claimed standard errors, exact where all of them hold under one kind, that which was said first."""
    near = Printed(given.value, np.maximum(given.half, EXACT * right * (given.half == 0)))
    for kind in (recipe.cov, *KINDS):
        try:
            se = right if kind is recipe.cov else replace(recipe, cov=kind).se(best)
        except StattoolsError:
            continue
        if near.holds(se).all():
            return np.where(np.isnan(given.value), np.nan, se)
    return np.where(near.holds(right) & ~np.isnan(given.value), right, given.value)


def _tests(claim: Claim, recipe: Recipe, best: Floats) -> list[Finding]:
    """Statistics, p-values and intervals that do not go with the estimates and standard errors beside them."""
    model, se = recipe.model, recipe.se(best)
    z = best / se
    p = 2.0 * (special.ndtr(-np.abs(z)) if recipe.df is not None else special.stdtr(model.n - len(best), -np.abs(z)))
    half = recipe.quantile() * se
    right = {"statistic": z, "p": p, "lower": best - half, "upper": best + half}
    found = []
    for name, numbers in right.items():
        given = _column(claim, name)
        wrong = ~Printed(given.value, np.maximum(given.half, 1e-6 * np.abs(numbers))).holds(numbers)
        if wrong.any():
            k = int(np.argmax(wrong))
            evidence = f"{CALLED[name]} of {model.names[k]} should be {numbers[k]:.6g} and is {given.value[k]:.6g}."
            advice = "Other degrees of freedom, another level or another kind of interval give others: say which."
            found.append(Finding(f"another {CALLED[name].lower()}", evidence, advice))
    return found


CALLED = {"statistic": "Statistic", "p": "P-value", "lower": "Lower end", "upper": "Upper end"}


def _column(claim: Claim, name: str) -> Printed:
    none = np.full(len(claim.columns["estimate"].value), np.nan)
    return claim.columns.get(name, Printed(none, none))
