"""Residuals of a linear mixed model: with the effects of the groups taken away too, or without.

conditional   y - X beta_hat - Z u_hat         what is left in a row, also called "response"
marginal      y - X beta_hat                   what groups and rows leave together; curves belong to X beta_hat
pearson       conditional, times sqrt(precision) / sigma
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError, quoted
from stattools.inference.mixed.random_effects import wiggles
from stattools.inference.prediction.answers import handed_out
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.solvers.mixed.mixed_maximum import MixedMaximum


def _marginal(found: MixedMaximum) -> Floats:
    return found.model.y - found.model.X @ found.beta - wiggles(found, found.model.smooths)


def _conditional(found: MixedMaximum) -> Floats:
    left = _marginal(found)
    for term, modes in zip(found.model.random, found.modes, strict=True):
        left = left - np.einsum("iq,qi->i", term.z, modes[:, term.codes])
    return left


def _pearson(found: MixedMaximum) -> Floats:
    precision = found.model.precision
    return _conditional(found) * np.sqrt((1.0 if precision is None else precision) / found.s2)


RESIDUALS = {"conditional": _conditional, "response": _conditional, "marginal": _marginal, "pearson": _pearson}
"""By kind."""


def mixed_residuals(fit: Any, kind: str, align: bool) -> Any:
    """See `LinearMixedFit.residuals_of`."""
    kind = word_of(kind, RESIDUALS)
    if not is_one_of(kind, tuple(RESIDUALS)):
        raise IncompatibleError(f"{fit.model.title} has residuals {', '.join(RESIDUALS)}; got kind={quoted(kind)}.")
    return handed_out(fit.model.places, RESIDUALS[kind](fit.found), "residual", align)
