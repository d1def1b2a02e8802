"""Whether standard errors are what their label says, and if not, which kind they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import DomainError, StattoolsError
from stattools.interface.arrays import Floats
from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.description import Foreign

SAME = 5e-4
"""Ratios of standard errors this close to 1 are the same: nobody reads a fourth digit of one."""

KINDS = ("information", "HC0", "HC1", "HC2", "HC3")
ANOTHER_POINT = "standard errors of another point"
"""A cause that is none where that point is the maximum, as far as anybody reads it."""
PLAIN = {"information": "the model's own (nonrobust)"}


def check_errors(foreign: Foreign, maximum: Floats) -> tuple[Floats, Finding | None]:
    """The standard errors that the label promises, at the maximum, and what is wrong with the printed ones.

    NaN where the label is none of ours.
    """
    theirs, recipe = foreign.numbers.se, foreign.recipe
    plain = recipe if recipe.cov is not None else replace(recipe, cov="information")
    try:
        right = plain.se(maximum)
    except DomainError as error:  # on few groups an estimator may have no variance
        why = f"They are of the kind {foreign.said!r}. {error.message}"
        known = replace(recipe, cov="information").se(maximum)
        return known, Finding("standard errors not checked", why, "Cluster one way.", serious=False)
    if not np.isfinite(theirs).any():
        return right, None
    if recipe.cov is None:
        return right, Finding(
            "standard errors not checked",
            f"They are of the kind {foreign.said!r}, which has no twin here; the table has those of the model.",
            "Check them by a bootstrap, or use one of nonrobust, HC0 to HC3, HAC, cluster.",
            serious=False,
        )
    ratio = theirs / right
    if np.nanmax(np.abs(ratio - 1.0)) <= SAME:
        return right, None
    label = PLAIN.get(str(recipe.cov), foreign.said)
    span = f"{np.nanmin(ratio):.4g} to {np.nanmax(ratio):.4g}"
    found = _kind(foreign, theirs, maximum)
    if found is None and (condition := np.linalg.cond(recipe.model.rows.X)) > 1e8:
        return right, Finding(
            "ill-conditioned columns",
            f"The standard errors should be {label} and are {span} times that: X has condition number {condition:.0e}, "
            "and squares of it are lost to round-off.",
            "Center and scale the columns, or use orthogonal polynomials.",
        )
    if found is None:
        return right, Finding(
            "standard errors of another kind",
            f"They should be {label} and are {span} times that; no kind that we know gives them.",
            "Use those of the table.",
        )
    cause, words, advice = found
    return right, Finding(cause, f"They are labelled {label}, are {span} times that, and are {words}.", advice)


def _kind(foreign: Foreign, theirs: Floats, maximum: Floats) -> tuple[str, str, str] | None:
    """The first recipe that gives their standard errors: cause, words, advice."""
    recipe, own = foreign.recipe, foreign.numbers.estimate
    trials: list[tuple[dict[str, Any], Floats, str, str, str]] = [
        (
            {},
            own,
            ANOTHER_POINT,
            "right for the coefficients printed beside them, which are not the maximum",
            "Reach the maximum first.",
        )
    ]
    divisors = ("n - p", "n", "1") if recipe.model.has_scale else ("1", "X2")
    for point in (maximum, own):
        for divisor in divisors:
            if divisor != recipe.divisor:
                words = {"n": "made from RSS / n", "n - p": "made from RSS / (n - p)", "1": "made with a scale of 1"}
                said = words.get(divisor, "made with Pearson's statistic over n - p as the scale")
                advice = "RSS / (n - p) is unbiased, RSS / n is the maximum of the likelihood; say which it is."
                trials.append(({"divisor": divisor}, point, "dispersion", said, advice))
        for information in ("observed", "expected"):
            if information != recipe.information:
                said = f"made from the {information} information"
                advice = "Both are consistent; the observed information is the one at the data."
                trials.append(({"information": information}, point, "expected or observed information", said, advice))
        if recipe.model.predictor.own:
            words = "those of each parameter as if the others were known, though both were estimated"
            advice = "They are too small: the information between the parameters was left out. Use those of the table."
            trials.append(({"information": "apart"}, point, "parameters taken apart", words, advice))
        for kind in KINDS:
            if kind != recipe.cov:
                cause = f"{foreign.said} is {kind}" if recipe.cov in KINDS[1:] else f"standard errors of kind {kind}"
                said = f"those of kind {kind}" if kind != "information" else PLAIN[kind]
                advice = f"Print them as {kind}, or use the table's."
                trials.append(({"cov": kind}, point, cause, said, advice))
                if recipe.factor != 1.0:  # a small-sample factor of its own belongs to its own kind
                    plain = {"cov": kind, "factor": 1.0, "divisor": "n - p" if recipe.model.has_scale else "1"}
                    trials.append((plain, point, cause, said, advice))
    for change, point, cause, words, advice in trials:
        try:
            se = replace(recipe, **change).se(point)
        except StattoolsError:
            continue
        if (se[np.isfinite(theirs)] > 0).all() and np.nanmax(np.abs(theirs / se - 1.0)) <= SAME:
            return cause, words, advice
    return None
