"""How far a fit is from what it claims itself: the first and the last steps on the way between two fits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.validation.explaining.causes import gather
from stattools.validation.explaining.printed_errors import SAME as WRONG
from stattools.validation.explaining.printed_errors import check_errors
from stattools.validation.explaining.same_columns import ratio
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.recipe import Numbers, Recipe

SAME = 1e-4
"""Numbers closer than this, in standard errors, are the same."""

LOOSE = 0.05
"""A converged loop with its usual tolerance stops this many standard errors from the maximum, not farther."""

Step = tuple[str, str, tuple[str, ...], Numbers | None]
"""A cause, its words, the names and the numbers after it, None where there are none."""


def steps_to_maximum(foreign: Foreign, notes: list[str]) -> Iterator[Step]:
    """From the printed numbers to the maximum of their own recipe: standard errors of another kind first, then where
    the numbers are, each with its reason, where it is not there already.
    """
    recipe, theta = foreign.recipe, foreign.numbers.estimate
    try:
        maximum = recipe.maximum(theta)
        numbers = recipe.numbers(maximum)
    except StattoolsError as error:
        notes.append(f"{foreign.name}: {error.message.split('. ')[0]}.")
        yield "no maximum", "the numbers are where a loop stopped", foreign.names, None
        return
    plain = recipe if recipe.cov is not None else recipe.plain
    se = plain.se(maximum)
    apart = (np.abs(theta - maximum) / se)[np.isfinite(se)]  # of variances there are none
    wrong = ratio(foreign.numbers.se, numbers.se)
    if apart.max() <= SAME and wrong <= SAME:
        return
    if apart.max() <= SAME:
        found = [*_causes(foreign), "standard errors of another kind"]
        yield found[0], f"{foreign.name} labels its standard errors {foreign.said}", foreign.names, numbers
        return
    if (cause := _of_errors(foreign, maximum)) is not None:
        words = f"{foreign.name} labels its standard errors {foreign.said}"
        yield cause, words, foreign.names, recipe.numbers(theta)
    said = f"{foreign.name} is {apart.max():.2g} standard errors from the maximum of what it claims"
    yield _reason(foreign, float(apart.max())), said, foreign.names, numbers


def steps_from_maximum(foreign: Foreign, notes: list[str]) -> Iterator[Step]:
    """The steps of `steps_to_maximum` on the way back, of the second fit."""
    there = list(steps_to_maximum(foreign, notes))
    for k in reversed(range(len(there))):
        cause, words, names, _ = there[k]
        yield cause, f"{words} (second fit)", names, there[k - 1][3] if k else foreign.numbers


def _of_errors(foreign: Foreign, maximum: Floats) -> str | None:
    """Why standard errors are not those of their label, at the point that was printed either; None where they are."""
    recipe, se = foreign.recipe, foreign.numbers.se
    if not isinstance(recipe, Recipe) or recipe.cov is None or not np.isfinite(se).any():
        return None
    try:
        there = recipe.se(foreign.numbers.estimate)
    except StattoolsError:  # not curved as at a maximum
        return None
    found = check_errors(foreign, maximum)[1]
    return None if found is None or not found.serious or ratio(se, there) <= WRONG else found.cause


def _reason(foreign: Foreign, gap: float) -> str:
    """Why numbers are this far from the maximum that they claim: as an audit says, or not converged where little."""
    known = _causes(foreign)
    if foreign.recipe.penalty is not None:  # which is part of the claim
        known = [cause for cause in known if cause != "penalty"]
    if gap <= LOOSE or "stopped early" in known or foreign.converged is False:
        return "not converged"
    return "unknown" if not known or "not the maximum" in known else known[0]


def _causes(foreign: Foreign) -> list[str]:
    return [finding.cause for finding in gather(foreign).serious]
