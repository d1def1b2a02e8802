"""The model's own standard errors by another definition: the expected information in place of the observed one, and a
dispersion from moments.

A claim without a word of its kind of standard errors may be of either. R's glm and statsmodels' GLM have the expected
information, which is the observed one for the usual link of a family alone, and Pearson's dispersion; R's glm.nb takes
theta as known beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import StattoolsError
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.right import Right
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.conventions.choice import TESTS
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.moment_dispersion import has_moments

EXPECTED = "standard errors of the expected information, as R's and statsmodels' glm have them"
KNOWN = f"{EXPECTED}, beside a theta that counts as known"
MOMENTS = "the dispersion from Pearson's statistic and the expected information, as R's and statsmodels' glm have them"


def by_another_definition(
    claim: Claim, found: Any, level: float, ours: NDArray[np.intp], now: ClaimStanding
) -> tuple[Right, ClaimStanding, str] | None:
    """The right numbers, how the claim stands beside them and what they are, where the claim holds by another
    definition of the model's own standard errors; None where it does not, or says itself which it has.
    """
    model = found.model
    asked = {"se", *TESTS} & set(claim.columns)
    if type(model) is not Model or model.has_scale or not asked or "information" in claim.said:
        return None
    if "estimate" not in now.holds or not now.holds["estimate"].all():
        return None
    for words, recipe in _definitions(model, level):
        try:
            right = recipe.right(found.estimate)
        except (StattoolsError, np.linalg.LinAlgError):  # no expected information, or none that can be inverted
            continue
        there = standing(claim, ours, right)
        if there.ok:
            return right, there, words
    return None


def _definitions(model: Model, level: float) -> Iterator[tuple[str, Recipe]]:
    options: Any = {"cov": "information", "divisor": "1", "level": level}
    if has_moments(model):
        degrees = (np.inf, float(model.n) - model.predictor.size_first)
        for df in degrees:
            yield MOMENTS, Recipe(model, information="expected", dispersion="X2", df=df, **options)
        return
    yield EXPECTED, Recipe(model, information="expected", df=np.inf, **options)
    if model.likelihood.others:
        yield KNOWN, Recipe(model, information="expected apart", df=np.inf, **options)
