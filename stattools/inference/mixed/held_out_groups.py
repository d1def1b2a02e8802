"""Rows as the fit of a mixed model sees them that need not be its own: with the effects of groups that it knows.

    y_i | the fit ~ N(x'beta + z'u_hat, x'Cx + ... + sigma^2 / precision_i)

the variance of what is predicted less what it will be, in which that of an effect of a group that was not there is the
whole one. Variances are taken as known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.inference.any_fit import Judged
from stattools.inference.mixed.predicted_variances import PredictedRows
from stattools.inference.mixed.random_effects import wiggles
from stattools.models.mixed.linear_mixed import LinearMixed


def judged_groups(fit: Any, model: LinearMixed) -> Judged:
    """The log density of each row of a model like that of the fit, its mean, and what was observed."""
    found, mean, terms = fit.found, model.X @ fit.found.beta, []
    for term, own, modes in zip(model.random, fit.model.random, found.modes, strict=True):
        places = {level: place for place, level in enumerate(own.levels)}
        codes = np.array([places.get(level, -1) for level in term.levels], dtype=np.intp)[term.codes]
        effects = np.where(codes >= 0, modes[:, codes], 0.0)
        mean = mean + np.einsum("iq,qi->i", term.z, effects)
        terms.append(replace(term, codes=codes))
    mean = mean + wiggles(found, model.smooths)
    rows, at = PredictedRows.of(found, model.X, tuple(terms), "known"), found.profile
    if model.smooths:
        curves = found.model.curves
        rows, at = rows.beside_curves(curves, model.smooths), curves.seen(at)
    own = 1.0 if model.precision is None else 1.0 / model.precision
    variance = found.s2 * (rows.variances(at) + own)
    gap = model.y - mean
    return Judged(-0.5 * (np.log(2.0 * np.pi * variance) + gap**2 / variance), mean, model.y)
