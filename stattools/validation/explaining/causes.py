"""What is wrong with somebody's numbers: existence first, then the distance from the maximum and its cause, then the
standard errors.

A fit with a dispersion from moments, moved to that of the likelihood, beside which its coefficients are judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.penalties import Jeffreys
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.solvers.climb import newton_ascent
from stattools.validation.distance import decrement
from stattools.validation.explaining.causes_of_refits import gather_refit
from stattools.validation.explaining.declared_penalty import declared_penalty, words_of
from stattools.validation.explaining.evidence import Evidence
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.no_maximum import (
    aliased_numbers,
    existence,
    limit_se,
    no_numbers,
    where_it_stopped,
)
from stattools.validation.explaining.on_the_way import converged_though_it_says_not, on_the_way
from stattools.validation.explaining.printed_errors import ANOTHER_POINT, check_errors
from stattools.validation.explaining.undeclared_causes import (
    CLOSE,
    cut_off,
    is_maximum,
    other_units,
    penalty,
    refit_distance,
    reversed_outcome,
)
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.foreign.refit import Refit
from stattools.validation.moment_dispersion import best_dispersion, dispersion_of, said_of


def gather(foreign: Foreign) -> Evidence:
    """All findings, in the order in which they matter."""
    return GATHERED[type(foreign.recipe)](foreign)


def _of_regression(foreign: Foreign) -> Evidence:
    foreign, told = at_best_dispersion(foreign)
    theta, model = foreign.numbers.estimate, foreign.model
    has_se = bool(np.isfinite(foreign.numbers.se).any())
    none = np.full(len(theta), np.nan)
    away = decrement(model, theta)
    findings = [*no_numbers(theta, foreign)]
    absent, found = existence(model)
    if absent is not None:
        maximum, right = (none, none) if found is None else (found.solution.estimate, limit_se(found))
        gain = float("inf") if found is None else _gain(found.loglik, model, theta)
        why = aliased_numbers(foreign, absent) if found is None else [absent, *where_it_stopped(foreign)]
        findings = [why[0], *findings, *why[1:]]
        return Evidence(tuple(findings), False, float("inf"), away, gain, maximum, right, has_se)
    try:
        best = fit(model)
    except StattoolsError as error:
        findings.append(Finding("no maximum found", error.message, "Look at the data first."))
        return Evidence(tuple(findings), False, float("inf"), away, float("inf"), none, none, has_se)
    gain, se = _gain(best.loglik, model, theta), best.se
    distance = float(np.max(np.abs(theta - best.estimate) / se)) if np.isfinite(theta).all() else float("inf")
    distance = max(distance, away if np.isfinite(away) else distance)
    if np.isfinite(theta).all() and distance > CLOSE:
        findings += _cause(foreign, best.estimate, se, distance, gain)
    elif np.isfinite(theta).all() and foreign.converged is False:
        findings.append(converged_though_it_says_not(distance))
    right, wrong = check_errors(foreign, best.estimate)
    shrunk = any("penalty" in finding.cause for finding in findings)
    loose = wrong is not None and wrong.cause == ANOTHER_POINT and distance <= CLOSE
    if wrong is not None and not shrunk and not loose:
        dropped = any(finding.cause == "dropped column" for finding in findings)
        findings.append(_of_the_rest(wrong) if dropped else wrong)
    findings += [*told, *_intercept(model, best.loglik)]
    return Evidence(tuple(findings), True, distance, away, gain, best.estimate, right, has_se)


def _of_the_rest(wrong: Finding) -> Finding:
    said = wrong.evidence.split(": X has")[0].split("; no kind")[0].rstrip(".")
    return Finding(
        "standard errors without the dropped direction",
        f"{said}, because that direction counts as known.",
        wrong.advice,
    )


def _gain(loglik: float, model: Model, theta: Floats) -> float:
    return loglik - model.loglik(theta) if np.isfinite(theta).all() else float("inf")


def _cause(foreign: Foreign, maximum: Floats, se: Floats, distance: float, gain: float) -> list[Finding]:
    """Why the numbers are not the maximum that there is."""
    theta, model = foreign.numbers.estimate, foreign.model
    declared: Any = foreign.recipe.penalty
    away = f"{distance:.2g} standard errors from the maximum, which is {gain:.3g} higher in log-likelihood"
    if isinstance(declared, Jeffreys):
        with_it = declared_penalty(foreign.recipe, theta, se, away)
        return [_on_the_way(foreign, away) if with_it is None else with_it]
    found: list[Finding] = []
    other = reversed_outcome(model)
    if other is not None and is_maximum(other, theta, declared):
        one, zero = (1, 0) if model.labels is None else model.labels[::-1]
        words = f"The numbers are the maximum for P({model.outcome_name} = {zero!r}): 1 and 0 are exchanged."
        advice = f"Change all signs for P({model.outcome_name} = {one!r}), or recode the outcome and fit again."
        found.append(Finding("outcome coding", words, advice))
        model = other
    elif (units := other_units(model, theta, declared)) is not None:
        words, model = units
        evidence = f"The numbers are the maximum for columns {words}, and are {away} for the columns as given."
        advice = "Pass the columns as they were fitted, or divide the coefficients by the scales."
        found.append(Finding("other units", evidence, advice))
    shrunk = None if found and declared is None else penalty(model, theta, declared, foreign.tells_penalty)
    if shrunk is not None:
        shrinkage, left = shrunk
        apart = refit_distance(model, shrinkage, theta, se)
        unsaid = "" if shrinkage is declared else " that the object does not show"
        evidence = (
            f"The numbers are the maximum with {shrinkage.words}{unsaid}: at strength {shrinkage.strength:.3g} a refit "
            f"is {apart:.1g} standard errors away, and {left:.1g} of the score is left. They are {away}."
        )
        advice = (
            "Switch it off for maximum likelihood (C infinite in LogisticRegression, alpha=0), or report the penalty."
        )
        found.append(Finding("penalty", evidence, advice))
    if found:
        return found
    dropped = cut_off(model, theta)
    if dropped is not None:
        names, small = dropped
        worst = model.names[int(np.argmax(np.abs(theta - maximum) / se))]
        listed = ", ".join(names)
        evidence = (
            f"The solver left out what is small in X: the direction of {listed}, with a singular value of {small:.1g} "
            f"of the largest. The numbers solve least squares without it and are {away} ({worst} is the farthest)."
        )
        advice = "Scale the columns to comparable units before the fit, or use st.ols, which does."
        return [Finding("dropped column", evidence, advice)]
    return [_on_the_way(foreign, away)]


def _on_the_way(foreign: Foreign, away: str) -> Finding:
    """No undeclared cause explains the numbers: the loop stopped, or the data are others."""
    reach = _newton_steps(foreign.model, foreign.numbers.estimate)
    more = "" if reach is None else f" From there Newton's method reaches it in {reach} steps."
    with_penalty = (
        "" if foreign.recipe.penalty is None else f" Nor are they the maximum with {words_of(foreign.recipe.penalty)}."
    )
    unexplained = "no hidden penalty or dropped column explains it"
    return on_the_way(foreign, away, unexplained, "or scale the columns", f"{with_penalty}{more}")


def _newton_steps(model: Model, theta: Floats) -> int | None:
    work, T = model.standardized()
    try:
        found = newton_ascent(work, np.linalg.solve(T, theta), 1e-8, 100, "Newton")
    except StattoolsError:
        return None
    return found.steps if found.converged else None


def _intercept(model: Model, loglik: float) -> list[Finding]:
    """A note where no column, and no combination of columns, is constant."""
    X = model.rows.X
    ones = np.ones(len(X))
    miss = np.abs(X @ np.linalg.lstsq(X, ones, rcond=None)[0] - ones).max()
    if miss <= 1e-6 or model.predictor.own:
        return []
    rows = replace(model.rows, X=np.column_stack([ones, X]))
    design = replace(model.design, names=("Intercept", *model.terms))
    predictor = replace(model.predictor, columns=X.shape[1] + 1)
    wider = replace(model, rows=rows, design=design, predictor=predictor, start=np.zeros(predictor.size))
    try:
        gain = fit(wider).loglik - loglik
    except StattoolsError:
        return []
    return [
        Finding(
            "no intercept",
            f"No column is constant; with one the log-likelihood is {gain:.3g} higher.",
            "Add a constant (sm.add_constant, fit_intercept=True) unless the origin is known.",
            serious=False,
        )
    ]


def at_best_dispersion(foreign: Foreign) -> tuple[Foreign, list[Finding]]:
    """The fit with the dispersion that has the highest likelihood beside its coefficients, and what is said of it;
    itself where it has no dispersion from elsewhere.
    """
    recipe, theta = foreign.recipe, foreign.numbers.estimate
    if recipe.dispersion == "likelihood" or not np.isfinite(theta).all():
        return foreign, []
    model, best = foreign.model, best_dispersion(foreign.model, theta)
    phi, highest = dispersion_of(model, theta), dispersion_of(model, best)
    lost = model.loglik(best) - model.loglik(theta)
    told = Finding(
        "moment dispersion" if isinstance(recipe.dispersion, str) else "given dispersion",
        f"Its scale, {phi:.6g}, is {said_of(recipe.dispersion)}; the likelihood is highest at {highest:.6g}. "
        f"Its standard errors use its scale, and are checked at it; a log-likelihood there is {lost:.4g} below the "
        "maximum.",
        "Compare log-likelihoods and AIC of fits of one kind only; statsmodels' AIC does not count the dispersion.",
        serious=False,
    )
    return replace(foreign, numbers=foreign.numbers._replace(estimate=best)), [told]


GATHERED: dict[type, Callable[[Foreign], Evidence]] = {Recipe: _of_regression, Refit: gather_refit}
"""By how a model is fitted."""
