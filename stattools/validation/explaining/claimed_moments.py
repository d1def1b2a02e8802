"""Claims of R's glm and statsmodels' GLM of a family with a dispersion: from moments, with the expected information.

Both make one convention of three settings: the dispersion is Pearson's statistic over n - p, or the deviance, standard
errors are those of the expected information, and R's tests are Student's t. A log-likelihood is taken at that
dispersion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from stattools.errors import StattoolsError
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.explaining.likely_causes import ClaimTrial
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.moment_dispersion import has_moments, said_of

TESTED = {"tests and intervals from the normal distribution": np.inf, "Student's t with n - p degrees of freedom": None}


def by_moments(trial: ClaimTrial) -> Iterator[tuple[str, ClaimStanding]]:
    """How the claim stands with each such dispersion, in words."""
    model = trial.model
    if not has_moments(model) or "estimate" not in trial.now.holds or not trial.now.holds["estimate"].all():
        return
    n, p = float(model.n), model.predictor.size_first
    theta = trial.found.estimate
    for dispersion in ("X2", "deviance"):
        for information in ("expected", "observed"):
            recipe = Recipe(model, cov=trial.cov, information=information, level=trial.level, dispersion=dispersion)
            for tested, df in TESTED.items():
                try:
                    right = replace(recipe, df=n - p if df is None else df).right(theta)
                except StattoolsError:
                    continue
                words = f"the dispersion from {said_of(dispersion)}, the {information} information, {tested}"
                yield words, standing(trial.claim, trial.ours, right)
