"""Numbers of the right fit that stand for others: variances for standard errors, hundredfold coefficients, effects on
the probability for log odds, log hazard ratios for the coefficients of log times, times in another unit.

All of them are made from the fit of the model, so that none takes another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.claims.right import Right, right_at
from stattools.validation.claims.standing import standing
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.likely_causes import ClaimTrial

UNITS = {"60": 60.0, "24": 24.0, "7": 7.0, "30": 30.0, "30.4375": 30.4375, "30.44": 30.44, "12": 12.0, "52": 52.0}
UNITS |= {"365": 365.0, "365.25": 365.25, "10": 10.0, "100": 100.0, "1000": 1000.0}
"""What times and amounts are divided or multiplied by."""
LOGARITHMIC = ("aft", "gamma")
"""Kinds of models whose coefficients are of the logarithm of the outcome or of its mean."""
PROPORTIONAL = ("weibull", "exponential")
"""Distributions of times whose hazards are proportional."""


def other_quantities(trial: ClaimTrial) -> Finding | None:
    """The finding where other numbers of the same fit explain every claimed one."""
    if type(trial.model) is not Model or trial.now.ok or not trial.found.kinds:
        return None
    for cause, words, advice, right in _quantities(trial):
        there = standing(trial.claim, trial.ours, right)
        if there.ok and there.count > 1:
            return Finding(cause, f"{words}: so all {there.count} numbers hold.", advice)
    return None


def _quantities(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    right, held = trial.right, trial.now.holds.get("estimate")
    theta, se, df = right.columns["estimate"], right.columns["se"], trial.found.t_df
    if held is not None and held.all():
        if "se" in trial.claim.columns:
            words = "The column of standard errors has their squares, the variances"
            variances = replace(right, columns={**right.columns, "se": se**2})
            yield "variances", words, "Print the roots of the variances.", variances
            if trial.model.likelihood.words.ratio:
                with np.errstate(over="ignore"):
                    of_ratios = replace(right, columns={**right.columns, "se": np.exp(theta) * se})
                words = "Standard errors of the exponentials by the delta method, exp(b) se, beside coefficients"
                yield "standard errors of ratios", words, "Print the standard errors of the coefficients.", of_ratios
        return
    hundredfold = right_at(right.names, 100.0 * theta, 100.0 * se, df, trial.level, right.fact)
    yield "percent", "All coefficients times 100, as percent", "Say that they are times 100.", hundredfold
    yield from _of_times(trial)
    yield from _of_units(trial)
    yield from _of_means(trial)


def _of_means(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    """Average marginal effects, by term."""
    model, names = trial.model, trial.right.names
    if model.has_scale:
        return
    try:
        table = trial.found.marginal_effects()
    except StattoolsError:
        return
    effects = dict(zip(table["term"], zip(table["estimate"], table["se"], strict=True), strict=True))
    pairs = [effects.get(name, (np.nan, np.nan)) for name in names]
    value, se = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    made = right_at(names, value, se, np.inf, trial.level)
    words = "Average marginal effects on the mean of the outcome, such as a probability"
    yield "marginal effects", words, "Say that they are marginal effects, or print coefficients.", made


def _of_times(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    """Log hazard ratios -beta / sigma of Weibull times, and their exponentials, by the delta method."""
    likelihood: Any = trial.model.likelihood
    if trial.model.kind != "aft" or likelihood.distribution not in PROPORTIONAL:
        return
    theta, V = np.asarray(trial.found.estimate), np.asarray(trial.found.covariance)
    if any(trial.model.predictor.own) or trial.model.design.beside:
        return
    has_scale = likelihood.distribution == "weibull"
    sigma = float(np.exp(theta[-1])) if has_scale else 1.0
    J = -np.eye(len(theta)) / sigma
    hazards = -theta / sigma
    if has_scale:
        J[:-1, -1], J[-1, :] = theta[:-1] / sigma, 0.0
        J[-1, -1], hazards[-1] = 1.0, theta[-1]
    se = np.sqrt(np.diagonal(J @ V @ J.T))
    advice = "Say which way the model is written: of log times, or of hazards."
    names, level, fact = trial.right.names, trial.level, trial.right.fact
    words = "Log hazard ratios, -b / sigma, of the same fit"
    yield "hazards for times", words, advice, right_at(names, hazards, se, np.inf, level, fact)
    made = right_at(names, hazards, se, np.inf, level, fact)
    columns = {name: np.exp(made.columns[name]) for name in ("estimate", "lower", "upper")}
    ratios = replace(made, columns={**made.columns, **columns, "se": columns["estimate"] * se})
    yield "hazards for times", "Hazard ratios, exp(-b / sigma), of the same fit", advice, ratios


def _of_units(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    """Outcomes whose logarithm is modelled, in another unit, by whose logarithm the intercept alone moves."""
    model, right = trial.model, trial.right
    if model.kind not in LOGARITHMIC or "Intercept" not in model.terms:
        return
    at = right.names.index("Intercept")
    for words, unit in UNITS.items():
        for sign, said in ((-1.0, "divided"), (1.0, "multiplied")):
            yield (
                "scaled outcome",
                f"{model.outcome_name} {said} by {words}",
                "Say in which units the outcome is.",
                _moved(trial, at, sign * np.log(unit)),
            )


def _moved(trial: ClaimTrial, at: int, by: float) -> Right:
    right = trial.right
    theta: Floats = np.array(right.columns["estimate"])
    theta[at] += by
    made = right_at(right.names, theta, right.columns["se"], trial.found.t_df, trial.level, lambda name: {})
    return replace(made, solved=right.solved)
