"""Results whose parameters are ours in another order, with alpha in the place of log alpha."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.foreign.description import Foreign, attributes, release
from stattools.validation.foreign.statsmodels_results.said import RESULTS, covariance_of, flat, rows_of, taken
from stattools.validation.recipes.recipe import Numbers, Recipe


def reordered(results: Any, model: Model, order: list[int], is_observed: bool = True) -> Foreign:
    """The description of results of our model, the places of whose parameters in ours are `order`; standard errors of
    another information than the observed one are not checked.
    """
    told, params = attributes(results, RESULTS), flat(results.params)
    bse: Floats = np.full(len(params), np.nan) if told.bse is None else flat(told.bse)
    theta, se = params[order], bse[order]
    if model.names[-1] == "log alpha":
        alpha = theta[-1]
        theta[-1], se[-1] = (np.log(alpha), se[-1] / alpha) if alpha > 0.0 else (np.nan, np.nan)
    said = str(told.cov_type) if np.isfinite(se).any() else "none"
    recipe = Recipe(model, cov=covariance_of(told.cov_kwds, said) if is_observed else None)
    half = recipe.quantile() * se
    name, numbers = (
        f"{release('statsmodels')} {type(results.model).__name__}",
        Numbers(theta, se, theta - half, theta + half),
    )
    return Foreign(name, recipe, numbers, said, *taken(results), rows=rows_of(results.model))
