"""What is wrong with somebody's numbers of a model that is no regression of single rows: existence, which the model's
own fit proves, then the distance from the maximum and its cause, then the standard errors.

Where numbers have no standard error, as variances, the distance is the root of twice the log-likelihood that is
missing: what it is in standard errors of a normal likelihood.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.existence import SeparationError
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest
from stattools.models.mixed.mixed_model import LinearMixed
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import COX_KINDS as TIES
from stattools.models.survival.cox import CoxRegression
from stattools.validation.explaining.declared_penalty import declared_penalty
from stattools.validation.explaining.evidence import Evidence
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.no_maximum import limit_se
from stattools.validation.explaining.on_the_way import (
    converged_though_it_says_not,
    on_the_way,
    where_the_loop_stopped,
)
from stattools.validation.explaining.printed_errors import ANOTHER_POINT
from stattools.validation.explaining.undeclared_causes import CLOSE
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.refit import Refit

SAME = 5e-4
"""Ratios of standard errors this close to 1 are the same."""
NOISE = 1e-7
"""A log-likelihood that is lower by less is the same, as far as round-off lets one say."""


def gather_refit(foreign: Foreign) -> Evidence:
    """All findings, in the order in which they matter."""
    recipe: Any = foreign.recipe
    theta = foreign.numbers.estimate
    has_se = bool(np.isfinite(foreign.numbers.se).any())
    none, far = np.full(len(theta), np.nan), float("inf")
    findings = _missing(foreign)
    try:
        point = recipe.point
    except SeparationError as error:
        found = error.separation
        absent = [_of_error("separation", error), *_where_it_stopped(foreign)]
        gain = found.solution.loglik - recipe.model.loglik(theta) if np.isfinite(theta).all() else far
        return Evidence(
            (*absent, *findings), False, far, far, gain, found.solution.estimate, limit_se(found), has_se
        )  # fmt: skip
    except StattoolsError as error:
        return Evidence((_of_error("no maximum", error), *findings), False, far, far, far, none, none, has_se)
    if findings:
        return Evidence(tuple(findings), True, far, far, far, point.estimate, point.se, has_se)
    distance, away, gain = _distance(recipe, theta)
    if distance > CLOSE:
        findings += _why(foreign, distance, away, gain)
    elif foreign.converged is False:
        findings.append(converged_though_it_says_not(distance))
    right, wrong = _errors(foreign, distance)
    loose = wrong is not None and wrong.cause == ANOTHER_POINT and distance <= CLOSE
    if wrong is not None and not loose and not any(one.cause == "penalty" for one in findings):
        findings.append(wrong)
    return Evidence(tuple(findings), True, distance, away, gain, point.estimate, right, has_se)


def _distance(recipe: Refit, theta: Floats) -> tuple[float, float, float]:
    """Standard errors from the maximum, Newton's decrement, and the log-likelihood that is missing."""
    point = recipe.point
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(theta - point.estimate) / point.se
    apart = np.where(theta == point.estimate, 0.0, apart)
    gain, away = point.loglik(point.estimate) - point.loglik(theta), point.decrement(theta)
    size = np.sqrt(2.0 * gain) if np.isfinite(gain) and gain > NOISE else 0.0
    found = [*apart[np.isfinite(apart)].tolist(), size, away if np.isfinite(away) else 0.0]
    if np.isnan(point.loglik(theta)) and not np.array_equal(theta, point.estimate):
        gain = float("nan")
    return float(max(found)), float(away), float(gain)


def _missing(foreign: Foreign) -> list[Finding]:
    """Numbers that are not finite."""
    names = [
        name for name, value in zip(foreign.names, foreign.numbers.estimate, strict=True) if not np.isfinite(value)
    ]
    if not names:
        return []
    said = " and it reports that it converged" if foreign.converged else ""
    words = f"{len(names)} of {len(foreign.names)} numbers are not finite ({', '.join(names[:4])}){said}."
    cause = "NaN reported as converged" if foreign.converged else "NaN"
    return [Finding(cause, words, "Do not use any of them. Scale the columns, and fit again.")]


def _of_error(cause: str, error: StattoolsError) -> Finding:
    """The proof that there is no maximum, in the words of the model's own fit."""
    first, _, rest = error.message.partition(". ")
    return Finding(cause, f"{first.rstrip('.')}.", rest or "Look at the data first.")


def _where_it_stopped(foreign: Foreign) -> list[Finding]:
    if not np.isfinite(foreign.numbers.estimate).all() or foreign.recipe.penalty is not None:
        return []
    return [
        Finding(
            "stopped on the way to infinity",
            f"The {where_the_loop_stopped(foreign)}.",
            "With more steps they grow; the standard errors and p-values beside them mean nothing.",
        )
    ]


def _why(foreign: Foreign, distance: float, away: float, gain: float) -> list[Finding]:
    """Why the numbers are not the maximum that there is."""
    recipe: Any = foreign.recipe
    theta = foreign.numbers.estimate
    words = f"{distance:.2g} standard errors from the maximum, which is {gain:.3g} higher in log-likelihood"
    if (declared := declared_penalty(recipe, theta, recipe.point.se, words)) is not None:
        return [declared]
    for cause, evidence, advice, other in others(recipe):
        try:
            if _distance(other, theta)[0] <= CLOSE:
                return [Finding(cause, f"The numbers are the maximum {evidence}, and are {words}.", advice)]
        except StattoolsError:  # that one has no maximum, or takes too long
            continue
    if np.isfinite(away) and away <= CLOSE and gain > 0.5 * CLOSE**2:
        evidence = f"The slope is 0 at its numbers, which are a maximum, and a lower one: they are {words}."
        return [Finding("a lower maximum", evidence, "Start from several points, or take the numbers of the table.")]
    unexplained = "no other convention that we know explains it"
    return [on_the_way(foreign, words, unexplained, "scale the columns, or start nearer")]


Other = tuple[str, str, str, Refit]
"""A cause, the words of the evidence, advice, and the recipe of which the numbers may be the maximum."""


def _other_ties(recipe: Refit) -> Iterator[Other]:
    for ties in TIES:
        if ties != recipe.model.ties:
            model = replace(recipe.model, ties=ties)
            yield "ties", f"with ties by {ties!r}", "Say which ties it has.", replace(recipe, model=model)


def _other_likelihood(recipe: Refit) -> Iterator[Other]:
    reml = recipe.options.get("reml", True)
    names = {True: "the restricted likelihood (REML)", False: "the likelihood (ML)"}
    other = replace(recipe, options={**recipe.options, "reml": not reml})
    yield "REML or ML", f"of {names[not reml]}, and it is called that of {names[reml]}", "Say which it is.", other


def _none(recipe: Refit) -> Iterator[Other]:
    yield from ()


OTHERS = {ConditionalLogit: _none, CoxRegression: _other_ties, LinearMixed: _other_likelihood}
"""By the class of a model: recipes that are often taken for it."""


def others(recipe: Refit) -> Iterator[Other]:
    """Recipes of which numbers may be the maximum, in the place of the one that they are said to be of."""
    found = nearest(OTHERS, recipe.model)
    yield from () if found is None else found(recipe)


def _errors(foreign: Foreign, distance: float) -> tuple[Floats, Finding | None]:
    """The standard errors that the label promises, and what is wrong with the printed ones; away from the maximum they
    are of the numbers beside them, in the parameters of their own package, or of a kind that is known.
    """
    recipe: Any = foreign.recipe
    theirs, right = foreign.numbers.se, recipe.point.se
    if not np.isfinite(theirs).any():
        return right, None
    if not recipe.known:
        return right, Finding(
            "standard errors not checked",
            f"They are of the kind {foreign.said!r}, which has no twin here; the table has those of the model.",
            "Check them by a bootstrap.",
            serious=False,
        )
    if _close(theirs, right):
        return right, None
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = theirs / right
    span = f"{np.nanmin(ratio):.4g} to {np.nanmax(ratio):.4g}"
    for cause, words, se in _kinds(recipe, foreign.numbers.estimate):
        if _close(theirs, se):
            said = f"They are labelled {foreign.said!r}, are {span} times that, and are {words}."
            return right, Finding(cause, said, "Call them that, or use those of the table.")
    if distance > CLOSE:
        return right, None
    if edge := recipe.point.on_edge:
        return right, Finding(
            "standard errors on the edge",
            f"The maximum is at the end of the range of {' and '.join(edge)}. The table has standard errors with that "
            f"held there; theirs are {span} times these, made as if it were free.",
            "Leave the term out, or take intervals from the profile likelihood or a bootstrap.",
            serious=False,
        )
    words = f"They are called {foreign.said!r} and are {span} times that; no kind that we know gives them."
    return right, Finding("standard errors of another kind", words, "Use those of the table.")


def _kinds(recipe: Refit, theta: Floats) -> Iterator[tuple[str, str, Floats]]:
    """Standard errors that printed ones may be instead: cause, words, numbers."""
    with suppress(StattoolsError):  # where the likelihood is not curved as at a maximum
        yield ANOTHER_POINT, "right for the numbers beside them", recipe.point.errors(theta)
    for cov in ("information", "HC0"):
        if cov != recipe.options.get("cov", "information"):
            try:
                se = replace(recipe, options={**recipe.options, "cov": cov}).point.se
            except StattoolsError:
                continue
            words = "those of the information" if cov == "information" else "robust ones (HC0)"
            yield f"standard errors of kind {cov}", words, se


def _close(theirs: Floats, right: Floats) -> bool:
    both = np.isfinite(theirs) & np.isfinite(right)
    return bool(both.any() and np.abs(theirs[both] / right[both] - 1.0).max() <= SAME)
