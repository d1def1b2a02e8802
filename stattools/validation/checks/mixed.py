"""A linear mixed model against statsmodels' MixedLM, and against the covariance matrix of all rows.

Both points are judged by our likelihood, which the matrix of all rows computes again where rows are few enough: the
higher log-likelihood and the smaller decrement say whose digits are right.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.validation.recipes.points import decrement_of, profile_at
from stattools.validation.references.statsmodels import MixedReference, dense, mixed_lm
from stattools.validation.verdict import SECOND, Agreement, counted, fewest, with_deviations

MOST_ROWS = 2_000
"""Rows whose covariance matrix is made."""
JOINT = "MixedLM's own standard errors are of fixed effects and variances together, by the observed information"
AT_ITS_VARIANCES = f"{JOINT}; those compared are of the fixed effects at its variances."
OTHER_ERRORS = f"{JOINT}, and are not compared."
NEAR = 1e-2
"""Standard errors from the maximum of the variances, within which the two count as the same."""
STEP = 1e-3
"""How far beside the maximum the likelihood is looked at, as a share of the residual's standard deviation."""


def validate_mixed(fit: MixedFit) -> Agreement:
    """The agreement with MixedLM, whose sentence says whose digits are right where the two differ."""
    found, model = fit.found, fit.model
    if model.summed is not None:
        model.fixed.rows.at_hand("validate fits all rows again", model.title, "Validate a fit to some of the groups.")
    few = model.n <= MOST_ROWS
    reference = mixed_lm(model, found.reml)
    if reference is None and not few:
        raise IncompatibleError(
            f"validate has no reference for {model.title} with these random parts in {model.n:,.0f} rows: MixedLM has "
            f"no such model, and the covariance matrix of all rows is made for {MOST_ROWS:,} at most. Validate a fit "
            "to some of the groups."
        )
    again = dense(model, found.covariances, found.s2, found.reml) if few else None
    close = again is None or _is_close(again.loglik, fit.loglik)
    ours = float(found.maximum.decrement)
    if reference is None:
        return _second(fit, again, ours, close)
    known = few and np.isfinite(reference.s2) and reference.s2 > 0.0
    own = np.full(len(fit.se), np.nan)
    if known:
        try:
            own = dense(model, reference.covariances, reference.s2, found.reml).se
        except IdentificationError:  # at the end of a search that failed
            known = False
    reference = replace(reference, se=own)
    there = profile_at(fit.found, reference.covariances, reference.s2)
    theirs = np.inf if there is None else decrement_of(there)
    lead = np.inf if there is None else fit.loglik + 0.5 * there.value
    rows = _rows(fit, reference)
    ok, sentence = _judged(fit, reference, rows, ours, theirs, lead)
    notes = (OTHER_ERRORS,) if again is None else (_said(again.loglik, fit.loglik), AT_ITS_VARIANCES)
    verdict = (ours, theirs, ok and close, sentence, (*notes, *reference.notes))
    return Agreement(rows, fit.loglik, reference.loglik, reference.name, reference.converged, *verdict)


def _is_close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-8 * (1.0 + abs(b))


def _said(again: float, ours: float) -> str:
    if _is_close(again, ours):
        return "the covariance matrix of all rows gives the same log-likelihood at our estimates."
    return f"the covariance matrix of all rows gives another log-likelihood at our estimates, {again - ours:+.3g}."


def _rows(fit: MixedFit, reference: MixedReference) -> Any:
    sds: dict[str, tuple[float, float]] = {}
    for term, cov, other in zip(fit.model.varying, fit.found.covariances, reference.covariances, strict=True):
        each = zip(np.sqrt(cov.diagonal()), np.sqrt(np.maximum(other.diagonal(), 0.0)), strict=True)
        sds |= dict(zip((f"sd({column} | {term.group})" for column in term.effect_names), each, strict=True))
    sds["sd(Residual)"] = fit.scale, float(np.sqrt(reference.s2))
    return with_deviations(fit, reference.estimate, reference.se, sds)


def _judged(
    fit: MixedFit, reference: MixedReference, rows: Any, ours: float, theirs: float, lead: float
) -> tuple[bool, str]:
    p, noise = len(fit.estimate), 1e-9 * (1.0 + abs(fit.loglik))
    fixed, beside = rows[:p], rows[p:]
    apart, ratio = float(np.abs(fixed["difference_in_se"]).max()), _ratio(fixed)
    within = f"ours within {max(ours, 1e-8):.0e}"
    if apart <= NEAR and ratio <= NEAR and lead <= 1e-5 and _is_close(reference.loglik, fit.loglik - max(lead, 0.0)):
        some = beside["estimate"] > 0.0
        others = counted(float(np.min(beside["digits"][some])))
        away = f"its variances are up to {_bound(theirs)} standard errors from the maximum, {within}"
        exact = [away] if theirs > 1e-7 else []
        gone = beside["reference"][~some]
        exact += (
            [f"a standard deviation is 0 at the maximum, where it has {float(gone.max()):.2g}"] if len(gone) else []
        )
        right = f" Where digits differ ours are right: {'; '.join(exact)}." if exact else ""
        errors = fewest(fixed, "se_digits")
        errors = "" if errors == "—" else f"standard errors (digits: {errors}), "
        return True, (
            f"{reference.name} agrees: the same {p} fixed effect{'' if p == 1 else 's'} (digits: {fewest(fixed)}), "
            f"{errors}standard deviations of effects (digits: {others}) and log-likelihood.{right}"
        )
    state = "differs" if reference.converged else "did not converge"
    if lead >= -noise and ours <= 1e-6:
        far = f"{theirs:.2g} standard errors from a maximum" if np.isfinite(theirs) else "nowhere near a maximum"
        far = "another maximum, and a lower one" if theirs <= NEAR and lead > NEAR else far
        higher = f"higher by {lead:.3g}" if np.isfinite(lead) else "the only one that there is"
        return True, (
            f"{reference.name} {state}; our log-likelihood and score decide: its point is {far}, {within}, and our "
            f"log-likelihood is {higher}."
        )
    return False, (
        f"{reference.name} {state}: a fixed effect lies {apart:.2g} standard errors away, and our log-likelihood is "
        f"{'lower' if lead < -noise else 'the same'} ({lead:+.3g})."
    )


def _bound(value: float) -> str:
    """The next power of ten, so that round-off does not show."""
    return f"{10.0 ** np.ceil(np.log10(value)):.0e}" if 0.0 < value < np.inf else "∞"


def _ratio(fixed: pd.DataFrame) -> float:
    """The largest relative difference of standard errors; 0 where they are not compared."""
    return float(np.nan_to_num(np.abs(fixed["se"] / fixed["reference_se"] - 1.0)).max())


def _second(fit: MixedFit, again: Any, ours: float, close: bool) -> Agreement:
    """MixedLM has no such model: the likelihood of all rows at our estimate, and on both sides of it."""
    found = fit.found
    rows = _rows(fit, again)
    moved = [(k, side) for k in range(len(found.profile.theta)) for side in (-STEP, STEP)]
    highest = max((_beside(fit, k, side) for k, side in moved), default=-np.inf)
    top = highest <= again.loglik + 1e-9 * (1.0 + abs(again.loglik))
    fixed = rows[: len(fit.estimate)]
    same = float(np.abs(fixed["difference_in_se"]).max()) <= NEAR and _ratio(fixed) <= NEAR
    name = f"{SECOND}, the covariance matrix of all rows,"
    if close and top and same:
        p = len(fit.estimate)
        sentence = (
            f"{name} agrees: the same {p} fixed effect{'' if p == 1 else 's'} (digits: {fewest(fixed)}), standard "
            f"errors (digits: {fewest(fixed, 'se_digits')}) and log-likelihood, which is lower beside our variances."
        )
    else:
        sentence = (
            f"{name} does not agree: log-likelihoods differ by {fit.loglik - again.loglik:+.3g}, and the highest "
            f"beside our variances by {highest - again.loglik:+.3g}."
        )
    ok = close and top and same
    return Agreement(rows, fit.loglik, again.loglik, name, True, ours, ours, ok, sentence)


def _beside(fit: MixedFit, k: int, step: float) -> float:
    """The log-likelihood of all rows where an entry of the factors is moved."""
    found = fit.found
    theta = found.profile.theta.copy()
    theta[k] += step * max(1.0, abs(float(theta[k])))
    covariances: list[Floats] = []
    for back, T in zip(found.to_effects, found.deviance.factors(theta), strict=True):
        root = np.sqrt(found.s2) * back @ T
        covariances.append(root @ root.T)
    return dense(fit.model, tuple(covariances), found.s2, found.reml).loglik
