"""The state that a claim is first compared with: the model's own computation, printed as the claim's words say."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.conventions.declared import declared_options, declared_recipe
from stattools.validation.conventions.state import State, state_of
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.foreign.refit import Refit

DEGREES = {"t": None, "z": np.inf}
"""The degrees of freedom of a statistic that is called t or z."""


def start_of(
    claim: Claim, model: Any, *, cov: Any = "information", level: float = 0.95, known: Floats | None = None
) -> State:
    """The model's own estimates and standard errors, at the level that the claim's words say; that its estimates are
    exponentiated, where they say so, is known to the comparison. `known` is the maximum, where it was found already.
    """
    said = claim.said
    with suppress(ValueError):
        level = float(said.get("level", level))
    own: Any = None if model.has_scale else np.inf
    df = DEGREES.get(said.get("statistic", ""), own)
    recipe: Any
    if isinstance(model, Model):
        divisor: Any = "n - p" if model.has_scale else "1"
        changes = declared_recipe(claim, model)
        recipe = Recipe(model, cov=cov, divisor=divisor, df=df, level=level, **changes)
        if not changes:
            return replace(state_of(recipe, claim), best=known)
    else:
        options = {"cov": cov} if cov != "information" else {}
        recipe = Refit(model, options | declared_options(claim, model), level=level)
    return state_of(recipe, claim)
