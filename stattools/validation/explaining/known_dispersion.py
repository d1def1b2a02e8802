"""A fit with a dispersion from moments, moved to that of the likelihood, beside which its coefficients are judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.description import Foreign
from stattools.validation.moment_dispersion import best_dispersion, dispersion_of, said_of


def at_best_dispersion(foreign: Foreign) -> tuple[Foreign, list[Finding]]:
    """The fit with the dispersion that has the highest likelihood beside its coefficients, and what is said of it;
    itself where it has no dispersion from elsewhere.
    """
    recipe, theta = foreign.recipe, foreign.numbers.estimate
    if recipe.dispersion == "likelihood" or not np.isfinite(theta).all():
        return foreign, []
    model, best = foreign.model, best_dispersion(foreign.model, theta)
    phi, highest = dispersion_of(model, theta), dispersion_of(model, best)
    lost = model.loglik(best) - model.loglik(theta)
    told = Finding(
        "moment dispersion" if isinstance(recipe.dispersion, str) else "given dispersion",
        f"Its scale, {phi:.6g}, is {said_of(recipe.dispersion)}; the likelihood is highest at {highest:.6g}. "
        f"Its standard errors use its scale, and are checked at it; a log-likelihood there is {lost:.4g} below the "
        "maximum.",
        "Compare log-likelihoods and AIC of fits of one kind only; statsmodels' AIC does not count the dispersion.",
        serious=False,
    )
    return replace(foreign, numbers=foreign.numbers._replace(estimate=best)), [told]
