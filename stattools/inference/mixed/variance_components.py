"""What varies between groups, and how much: standard deviations and correlations of the effects, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stattools.errors import ConvergenceError
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.profile_search import HigherLikelihood, profile_ends
from stattools.solvers.mixed.variance_profile import VarianceParameter, parameters
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
            for (lower, upper), note, made in zip(*_ends(found, cut), rows, strict=True):
                made |= {"lower": _missing(lower), "upper": _missing(upper), "note": note}
    made = pd.DataFrame(rows)
    if "note" in made and not any(made["note"]):
        made = made.drop(columns="note")
    made.attrs |= {"level": at_level, "interval": interval}
    return made


def _ends(found: Any, cut: float) -> tuple[list[tuple[float, float]], list[str]]:
    """The intervals of all parameters, NaN where one was not found, and why it was not."""
    ends, notes = [], []
    for of in parameters(found):
        note, both = "", (np.nan, np.nan)
        try:
            both = profile_ends(found, of, cut)
        except HigherLikelihood as error:
            return [both] * len(parameters(found)), [str(error)] * len(parameters(found))
        except ConvergenceError as error:  # the others stand
            note = str(error)
        ends.append(both)
        notes.append(note)
    return ends, notes


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
