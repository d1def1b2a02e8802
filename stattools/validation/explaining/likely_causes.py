"""What the numbers of a claim point to where no refit gives all of them: a loop that stopped, or other rows.

Standard errors that are right at the claimed coefficients, which are not the maximum, are those of a loop that stopped
early. Without k of n rows at random standard errors grow by sqrt(n / (n - k)), and the coefficients move by

    (theta_claimed - theta)^T H (theta_claimed - theta) ~ chi^2_p k / (n - k).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import StattoolsError
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.facts import FactPoint, facts_at
from stattools.validation.claims.right import Right
from stattools.validation.claims.standing import ClaimStanding
from stattools.validation.explaining.claim_without_maximum import whole_point
from stattools.validation.explaining.claimed_facts import SAID
from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.recipe import Recipe

RARE = 1e-4
"""Moves of the coefficients that chance makes less often than this are not those of rows left out at random."""

ENDS = ("loglik", "deviance", "aic", "bic")
"""Single numbers that a loop leaves at its end, wherever that is."""


@dataclass(frozen=True, eq=False)
class ClaimTrial:
    """A claim that does not hold: its model, `ours`, the `right` numbers, how the claim stands `now`, our `found` fit,
    how many seconds there are, and whether rows of the claim are of no parameter of the model (`lost`).
    """

    claim: Claim
    model: Any
    terms: Mapping[str, str] | None
    cov: Any
    level: float
    ours: NDArray[np.intp]
    right: Right
    now: ClaimStanding
    found: Any
    seconds: float
    lost: bool = False


def likeliest(trial: ClaimTrial) -> Finding | None:
    """The cause that the numbers point to; None where they point to none."""
    if "estimate" not in trial.claim.columns or trial.now.holds["estimate"].all():
        return None
    return _called_with(trial) or _stopped(trial) or _before_the_end(trial) or _other_rows(trial)


def _called_with(trial: ClaimTrial) -> Finding | None:
    """Weights or an offset of the call that a fit of R tells, where the model has none."""
    if type(trial.model) is not Model:
        return None
    rows, call = trial.model.rows, trial.claim.said.get("call", "")
    for cause, own in {"weights": rows.importance, "offset": rows.offset}.items():
        if own is None and re.search(rf"\b{cause}\s*=|\b{cause}\(", call):
            words = f"The call has {cause}, and the model has none: {' '.join(call.split())}."
            return Finding(cause, words, f"Give the model the same {cause}, as a column of the table.")
    return None


def _stopped(trial: ClaimTrial) -> Finding | None:
    """A loop that stopped: standard errors of the claimed coefficients, where they are not the maximum."""
    model, given = trial.model, trial.claim.columns.get("se")
    theta = whole_point(trial.claim, trial.ours, len(trial.right.names))
    if type(model) is not Model or model.has_scale or given is None or theta is None:
        return None
    try:
        se = Recipe(model, cov=trial.cov).se(theta)[trial.ours]
    except (StattoolsError, np.linalg.LinAlgError):
        return None
    right, seen = trial.now.right["se"], np.isfinite(given.value)
    slack = given.half * 1.5 + 1e-3 * se
    if not seen.any() or not (np.abs(given.value - se) <= slack)[seen].all():
        return None
    if (np.abs(se - right) <= slack)[seen].all():  # which those of the maximum are as well
        return None
    gain = trial.found.loglik - model.loglik(theta)
    return Finding(
        "not converged",
        f"The standard errors are right at the claimed coefficients, which are not the maximum: that is {gain:.3g} "
        f"higher in log-likelihood and up to {trial.now.distance:.2g} standard errors away: a loop stopped early.",
        "Allow more steps and a tighter tolerance, and report the maximum.",
    )


def _before_the_end(trial: ClaimTrial) -> Finding | None:
    """The same where a log-likelihood, a deviance or an information criterion is right at the claimed coefficients."""
    model, theta = trial.model, whole_point(trial.claim, trial.ours, len(trial.right.names))
    if type(model) is not Model or model.has_scale or theta is None:
        return None
    half = np.zeros(len(theta))
    half[trial.ours[trial.ours >= 0]] = trial.claim.columns["estimate"].half[trial.ours >= 0]
    loglik = model.loglik(theta)
    slack = 2.0 * float(np.abs(model.score(theta)) @ half + half @ np.abs(model.information(theta)) @ half)
    there = facts_at(FactPoint(model, theta, loglik))
    best = facts_at(FactPoint(model, trial.found.estimate, trial.found.loglik))
    for name in ENDS:
        given = trial.claim.facts.get(name)
        if given is None or "" not in there(name):
            continue
        value, room = float(np.ravel(given.value)[0]), float(np.ravel(given.half)[0]) + slack
        if abs(value - there(name)[""]) > 1.01 * room or abs(value - best(name)[""]) < 20.0 * room:
            continue
        gain = trial.found.loglik - loglik
        words = (
            f"The {SAID[name]} is that of the claimed coefficients, which are not the maximum: that is {gain:.3g} "
            f"higher in log-likelihood and up to {trial.now.distance:.2g} standard errors away: a loop stopped early."
        )
        return Finding("not converged", words, "Allow more steps and a tighter tolerance, and report the maximum.")
    return None


def _other_rows(trial: ClaimTrial) -> Finding | None:
    """Fewer rows, as far as n, the standard errors and the size of the moves say."""
    n, stated, ratio = float(trial.model.n), _stated_n(trial), _ratio(trial)
    advice = "Fit the rows that are reported, or say which were left out and why."
    if stated is not None and stated != n:
        how = "fewer" if stated < n else "more"
        evidence = f"It says n = {stated:,.0f}, and the model has {n:,.0f}: it was fitted to {how} rows."
        if ratio is not None and stated < n:
            alone = (n / stated) ** 0.5
            evidence += f" Its standard errors are {ratio:.3f} times the right ones; n alone makes {alone:.3f}."
        cause = "rows dropped" if stated < n else "other rows"
        return Finding(cause, f"{evidence} No set of rows that was tried gives its numbers.", advice)
    if stated is not None or ratio is None or not 1.002 < ratio < 1.7:
        return None
    left = n / ratio**2
    moved = _moved(trial)
    if moved is None or moved[0] > special.chdtri(moved[1], RARE) * (n - left) / left:
        return None
    return Finding(
        "rows dropped",
        f"Its standard errors are all about {ratio:.3f} times the right ones, as of {left:,.0f} rather than {n:,.0f} "
        "rows, and its estimates are as far away as so many rows left out move them. No set of rows that was tried "
        "gives them.",
        advice,
    )


def _stated_n(trial: ClaimTrial) -> float | None:
    given = trial.claim.facts.get("n")
    return None if given is None else float(np.ravel(given.value)[0])


def _ratio(trial: ClaimTrial) -> float | None:
    """How many times the right standard errors the claimed ones are, where all are about the same."""
    given, right = trial.claim.columns.get("se"), trial.now.right["se"]
    if given is None:
        return None
    seen = np.isfinite(given.value) & np.isfinite(right) & (given.half < 0.05 * given.value)
    if np.count_nonzero(seen) < 2:
        return None
    ratios = given.value[seen] / right[seen]
    middle = float(np.median(ratios))
    return middle if np.abs(ratios / middle - 1.0).max() < 0.1 + 0.5 * abs(middle - 1.0) else None


def _moved(trial: ClaimTrial) -> tuple[float, int] | None:
    """The square of how far the claimed coefficients are away, in the metric of the fit, and how many they are."""
    given = trial.claim.columns["estimate"]
    seen = (trial.ours >= 0) & np.isfinite(given.value)
    at = trial.ours[seen]
    if not len(at) or at.max() >= len(trial.found.covariance):
        return None
    gap = given.value[seen] - trial.found.estimate[at]
    try:
        return float(gap @ np.linalg.solve(trial.found.covariance[np.ix_(at, at)], gap)), len(at)
    except np.linalg.LinAlgError:
        return None
