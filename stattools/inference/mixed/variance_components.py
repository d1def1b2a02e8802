"""What varies between groups, and how much: standard deviations and correlations of the effects, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.variance_profile import VarianceParameter, parameters, profile_ends
from stattools.solvers.solution import require_choice


def variance_components(fit: Any, level: float | None = None, interval: str | None = "profile") -> pd.DataFrame:
    """group, term, with, what, estimate, lower, upper: see `LinearMixedFit.variance_components`."""
    found = fit.found
    at_level: float = fit.level if level is None else level
    require_level(at_level)
    rows = [_row(found.model, of) for of in parameters(found)]
    if interval is not None:
        require_choice("fit.variance_components", "interval", interval, ("profile",))
        cut = float(special.ndtri(0.5 * (1.0 - at_level)) ** 2)
        with one_blas_thread():
            for made, of in zip(rows, parameters(found), strict=True):
                ends = profile_ends(found, of, cut)
                made |= dict(zip(("lower", "upper"), map(_missing, ends), strict=True))
    made = pd.DataFrame(rows)
    made.attrs |= {"level": at_level, "interval": interval}
    return made


def _row(model: Any, of: VarianceParameter) -> dict[str, Any]:
    if of.k < 0:
        return {"group": "Residual", "term": "", "with": "", "what": "sd", "estimate": of.estimate}
    term = model.varying[of.k]
    if of.i == of.j:
        return {"group": term.group, "term": term.effect_names[of.i], "with": "", "what": "sd", "estimate": of.estimate}
    return {
        "group": term.group, "term": term.effect_names[of.j], "with": term.effect_names[of.i], "what": "correlation",
        "estimate": _missing(of.estimate),
    }  # fmt: skip


def _missing(value: float) -> float | None:
    """A correlation with an effect that does not vary is missing, and so is its interval."""
    return None if np.isnan(value) else value
