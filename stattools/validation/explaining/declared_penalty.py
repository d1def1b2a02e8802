"""Are numbers the maximum with the penalty that their object declares?"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.shrinkage import Shrinkage, keeps_zeros

CLOSE = 0.01
"""Numbers this many standard errors from the maximum are the maximum, as far as anybody reads them."""


def words_of(penalty: Any) -> str:
    """What a penalty is."""
    return penalty.words if isinstance(penalty, Shrinkage) else repr(penalty)


def declared_penalty(recipe: Any, theta: Floats, se: Floats, away: str) -> Finding | None:
    """The finding that numbers are the maximum with the penalty of their recipe, which are `away` from the maximum
    without it; None where there is none, and where they are not. Where standard errors are not finite, distances are
    relative to the largest number.
    """
    if recipe.penalty is None:
        return None
    unit = np.where(np.isfinite(se) & (se > 0.0), se, np.abs(theta).max() + 1e-300)
    # A loop comes near the zeros of an absolute penalty, and not quite there.
    for near in (theta, np.where(np.abs(theta) <= CLOSE * unit, 0.0, theta)):
        try:
            with_it = recipe.maximum(near)
        except StattoolsError:
            continue
        apart, shrunk = np.abs(theta - with_it) / unit, isinstance(recipe.penalty, Shrinkage)
        if float(apart.max()) <= CLOSE and (not shrunk or keeps_zeros(recipe.model, recipe.penalty, with_it)):
            break
    else:
        return None
    return Finding(
        "penalty",
        f"The numbers are the maximum with {words_of(recipe.penalty)}: a refit is {apart.max():.1g} standard errors "
        f"away. They are {away}.",
        "Switch it off for maximum likelihood, or report the penalty.",
    )
