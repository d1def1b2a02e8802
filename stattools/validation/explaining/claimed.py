"""Are claimed numbers right? Each is compared with our maximum as far as its digits go; where some do not hold, the
search says why.

A right claim costs one fit and a comparison. What follows is looked for only where a number does not hold: slips of the
pen, conventions, other rows or weights, other families, loops that stopped, each proven by numbers that then hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, IdentificationError
from stattools.inference.estimates import quantile_of
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.hypotheses import against_zero
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.places import known_places, places
from stattools.validation.claims.right import Right, right_at, right_of_fit
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.conventions.declared import (
    declared_covariances,
    declared_options,
    declared_recipe,
    is_joint,
)
from stattools.validation.explaining.by_conventions import Verdict
from stattools.validation.explaining.claim_audit import ClaimAudit, called, unclaimed
from stattools.validation.explaining.claim_causes import searched
from stattools.validation.explaining.claim_without_maximum import without_maximum
from stattools.validation.explaining.claimed_stars import are_tested, wrong_stars
from stattools.validation.explaining.likely_causes import ClaimTrial
from stattools.validation.explaining.own_errors import by_another_definition
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.foreign.refit import Refit

SECONDS = 5.0
"""How long causes are looked for, by the work of the processor, so that a busy machine finds the same."""


def audit_claim(
    claim: Claim,
    model: Any,
    *,
    terms: Mapping[str, str] | None = None,
    cov: Any = None,
    level: float | None = None,
    seconds: float = SECONDS,
) -> ClaimAudit:
    """The verdict on what somebody claims of a model and its data, with standard errors of kind `cov` and intervals at
    `level`; None takes what the claim says of itself, and by default the model's own and 0.95.

    >>> import stattools as st
    >>> from stattools.validation.claims.reading import read_claim
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> audit_claim(read_claim({"(Intercept)": "1.10", "x": "2.00"}), model).ok
    True
    """
    level = _said_level(claim) if level is None else level
    placed = known_places(claim, model, terms)
    silent = cov is None
    kinds = declared_covariances(claim, model) if silent else (cov,)
    compared: Any = None
    try:
        for kind in kinds:
            here = _compared(claim, model, kind, level, placed.ours)
            compared = here if compared is None or here.now.ok else compared
            if here.now.ok:
                break
    except IdentificationError as error:
        return without_maximum(claim, model, placed.ours, error)
    meant = f"standard errors of kind {compared.cov}" if len(kinds) > 1 and compared.now.ok else ""
    claim, cov, found, right, now = compared
    lost = any(place < 0 and not shown for place, shown in zip(placed.ours.tolist(), placed.shown, strict=True))
    if lost and not now.count:
        places(claim, model, terms)  # says which row is no parameter, and what to do
    if now.ok and not lost:
        return _right(claim, model, now, placed.ours, right, meant)
    if silent and kinds == ("information",) and not lost:
        other = by_another_definition(claim, found, level, placed.ours, now)
        if other is not None:
            return _right(claim, model, other[1], placed.ours, other[0], other[2])
    trial = ClaimTrial(claim, model, terms, cov, level, placed.ours, right, now, found, seconds, lost)
    verdict = searched(trial)
    if lost and not verdict.solved:
        places(claim, model, terms)
    return _judged(trial, verdict)


class Compared(NamedTuple):
    """A claim beside the fit with standard errors of one kind, and the right numbers."""

    claim: Claim
    cov: Any
    found: Any
    right: Right
    now: ClaimStanding


def _compared(claim: Claim, model: Any, cov: Any, level: float, ours: NDArray[np.intp]) -> Compared:
    options: dict[str, Any] = {} if isinstance(cov, str) and cov == "information" else {"cov": cov}
    found = fit(model, level=level, **(options | declared_options(claim, model)))
    right = _declared(claim, found, cov, level) or right_of_fit(found, level)
    now = standing(claim, ours, right)
    if not now.ok:
        claim, right, now = _as_said(
            replace(claim, said=_without(claim.said, "level")), model, found, right, level, ours
        )
    return Compared(claim, cov, found, right, now)


def _said_level(claim: Claim) -> float:
    try:
        level = float(claim.said.get("level", 0.95))
    except ValueError:
        return 0.95
    return level if 0.0 < level < 1.0 else 0.95


def _without(said: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: words for key, words in said.items() if key != name}


def _declared(claim: Claim, found: Any, cov: Any, level: float) -> Right | None:
    """The right numbers made as the claim declares; None where it declares nothing."""
    if is_joint(claim, found.model):
        refit = Refit(found.model, {"reml": found.reml}, joint=True, level=level)
        at, fact = refit.point, right_of_fit(found, level).fact
        return right_at(refit.names, at.estimate, at.se, np.inf, level, fact)
    changes = declared_recipe(claim, found.model)
    if not changes:
        return None
    divisor: Any = "n - p" if found.model.has_scale else "1"
    df = None if found.model.has_scale else np.inf
    return Recipe(found.model, cov=cov, divisor=divisor, df=df, level=level, **changes).right(found.estimate)


def _as_said(
    claim: Claim, model: Any, found: Any, own: Right, level: float, ours: NDArray[np.intp]
) -> tuple[Claim, Right, ClaimStanding]:
    """Right numbers and how the claim stands beside them, with tests by the normal distribution, by t, or chi-squared,
    where the claim says that its statistics are that and more of it then holds; otherwise it does not say so any more.
    """
    right = own
    other = _tested_as(claim.said.get("statistic", ""), model, right, found.t_df, level)
    pairs = [(one, standing(claim, ours, one)) for one in (right, other) if one is not None]
    right, now = min(pairs, key=lambda pair: pair[1].failing)
    return (claim if right is other else replace(claim, said=_without(claim.said, "statistic"))), right, now


def _tested_as(said: str, model: Any, right: Right, df: Any, level: float) -> Right | None:
    """The right numbers with statistics that are t, z or the square of z; None where they are so, or cannot be."""
    rest = float(model.n) - _coefficients(model) if said == "t" else np.inf
    is_t = bool(np.isfinite(df).any())
    if said == "chi2" and not is_t:
        return replace(right, columns={**right.columns, "statistic": np.square(right.columns["statistic"])})
    if said not in ("t", "z") or is_t == (said == "t") or model.intervals or rest <= 0:
        return None
    theta, se = right.columns["estimate"], right.columns["se"]
    statistic, p = against_zero(theta, se, rest)
    half = quantile_of(rest, level) * se
    tests = {"statistic": statistic, "p": p, "lower": theta - half, "upper": theta + half}
    return replace(right, columns={**right.columns, **tests})


def _coefficients(model: Any) -> int:
    """How many parameters packages count beside the degrees of freedom of t: without those beside the mean."""
    return model.predictor.size_first if type(model) is Model else len(model.names)


def _right(
    claim: Claim, model: Any, now: ClaimStanding, ours: NDArray[np.intp], right: Right, meant: str
) -> ClaimAudit:
    """The verdict on a claim that is right, with the kind of standard errors that it was found to mean."""
    if not now.count:
        raise DomainError(f"{claim.name} has no number that can be compared with {model.title}.")
    many, digits = f"its {now.count} numbers hold", "their digits"
    if now.total > now.count:
        many = f"{now.count} of its {now.total} numbers are checked and hold"
    elif now.count == 1:
        many, digits = "its one number holds", "its digits"
    notes = unclaimed(now, right.names, ours)
    if (stars := wrong_stars(claim, ours, right)) is not None:
        if are_tested(claim):
            sentence = f"{called(claim.name)} is not right: {many}, and its stars do not. Cause: stars."
            return ClaimAudit(claim.name, about(model), now, False, sentence, (stars,), meant, notes)
        notes = (*notes, f"Stars, if they are of the model's own standard errors: {stars.evidence}")
    sentence = f"{called(claim.name)} is right: {many}, as far as {digits} go{f', with {meant}' if meant else ''}."
    return ClaimAudit(claim.name, about(model), now, True, sentence, (), meant, notes)


def _judged(trial: ClaimTrial, verdict: Verdict) -> ClaimAudit:
    claim, now = trial.claim, trial.now
    off = f"{now.failing} of {now.count} numbers {'does' if now.failing == 1 else 'do'} not hold"
    causes = "; ".join(one.cause for one in verdict.findings if one.serious)
    if verdict.convention:
        sentence = (
            f"{verdict.convention[0].upper()}{verdict.convention[1:]}: only so is {claim.name} right. Under what the "
            f"model says {off}."
        )
    else:
        sentence = f"{called(claim.name)} is not right: {off}{_where(now)}. Cause: {causes or 'none that was tried'}."
    notes = (*verdict.notes, *unclaimed(now, trial.right.names, trial.ours))
    return ClaimAudit(claim.name, about(trial.model), now, False, sentence, verdict.findings, verdict.convention, notes)


def _where(now: ClaimStanding) -> str:
    far = now.distance
    return f", the estimates by up to {far:.2g} standard errors" if far > 0 and np.isfinite(far) else ""


def about(model: Any) -> str:
    """A model in a few words."""
    return " ".join(filter(None, (str(model.title), f"of {model.formula}" if model.formula else "")))
