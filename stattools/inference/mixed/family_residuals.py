"""Residuals of a mixed regression of any likelihood, and rows as its fit sees them that need not be its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.inference.any_fit import Judged, judged
from stattools.inference.mixed.views import known, population
from stattools.inference.smooths.beside_curves import along_curves, beside_curves
from stattools.latent.averaging import OverEffects
from stattools.solvers.solution import require_choice

KINDS: dict[str, Any] = {
    "conditional": "response",
    "response": "response",
    "marginal": "response",
    "pearson": "pearson",
    "deviance": "deviance",
    "quantile": "quantile",
}
"""By kind, that of the fit of single rows which has them."""
OVER_EFFECTS = ("marginal", "quantile")
"""Those of the outcome without what is known of its groups."""


def family_residuals(fit: Any, kind: str, seed: Any, align: bool) -> Any:
    """See `MixedAnswers.residuals_of`."""
    kind = require_choice(f"residuals_of {fit.model.title}", "kind", kind, tuple(KINDS))
    if kind in OVER_EFFECTS:
        of = population(fit)
        model = of.model
    else:
        of, model = known(fit, fit.model.fixed, fit.model.random, interval=False)
    of, _ = beside_curves(fit, replace(of, model=model), model, fit.model.smooths)
    return of.residuals_of(KINDS[kind], seed=seed, align=align)


def judged_rows(fit: Any, model: Any) -> Judged:
    """The log density of each row of a model like that of the fit, its mean, and what was observed: effects of groups
    that the fit knows are as uncertain as it knows them, those of others as those of any group.
    """
    if model.by_category:
        whole, rows = beside_curves(fit, fit._of_rows, model.fixed, model.smooths)
        return judged(rows, whole.estimate, 1.0)
    found = fit.found
    shift, own = along_curves(fit, model.smooths, len(model.y)), np.zeros(len(model.y))
    for term, mine, modes, spread, root in zip(
        model.random, fit.model.random, found.modes, found.spreads, found.roots, strict=True
    ):
        places = {level: place for place, level in enumerate(mine.levels)}
        codes = np.array([places.get(level, -1) for level in term.levels], dtype=np.intp)[term.codes]
        there = codes >= 0
        shift += np.where(there, np.einsum("iq,qi->i", term.z, modes[:, codes]), 0.0)
        mine_own = np.einsum("iq,qri,ir->i", term.z, spread[:, :, codes], term.z)
        own += np.where(there, mine_own, ((term.z @ root) ** 2).sum(axis=1))
    fixed = model.fixed
    eta = fixed.eta(fit.estimate).reshape(len(shift), -1).copy()
    eta[:, 0] += shift
    family = OverEffects(fixed.likelihood, 1)
    eta = np.column_stack([eta, np.sqrt(own)])
    return Judged(family.loglik(eta, fixed.rows.y), family.mean(eta), family.observed(fixed.rows.y))
