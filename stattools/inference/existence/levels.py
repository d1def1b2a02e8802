"""Is the end of a climb a maximum, where nobody knows whether the log-likelihood of a row rises for ever?

One standard error from a maximum, along the line on which a coefficient moves with the others after it, the
log-likelihood falls by about 1/2 on either side. Where it levels off, as of separated outcomes or of a dispersion at
the end of its range, it falls by nothing on one side, whatever the curvature says. Cost: two values for each
coefficient.
"""

from __future__ import annotations

import numpy as np

from stattools.errors import IdentificationError
from stattools.models.model import Model
from stattools.solvers.solution import Solution

LEVEL = 0.02
"""A fall by less than this, one standard error away, is none."""

FAR = 25.0
"""A logarithm of a shared parameter that moved so far from its start runs off."""


USUAL = (
    "as where outcomes are separated, where rows are fitted exactly, or where a parameter has its maximum at the end "
    "of its range. Leave columns out, fix the parameter, or give more rows."
)


def check_levels(model: Model, solution: Solution) -> None:
    """IdentificationError where the log-likelihood does not fall beside the end of a climb, or a parameter ran off."""
    if model.likelihood.knows_ends:
        return
    check_run_off(model, solution)
    if not solution.converged:
        return
    C, top = solution.covariance, model.evaluate(solution.estimate, 0).loglik
    for j, name in enumerate(model.names):
        step = C[:, j] / np.sqrt(C[j, j])
        for side in (1.0, -1.0):
            if top - model.evaluate(solution.estimate + side * step, 0).loglik < LEVEL:
                raise no_maximum(model, name, float(solution.estimate[j]))


def check_run_off(model: Model, solution: Solution) -> None:
    """IdentificationError where a shared parameter ran off to the end of its range."""
    predictor = model.predictor
    for own, part in zip(predictor.own, predictor.parts[predictor.n_first :], strict=True):
        here = float(solution.estimate[part.start])
        if not own and abs(here - float(model.start[part.start])) > FAR:
            raise no_maximum(model, model.names[part.start], here)


def no_maximum(model: Model, name: str, here: float) -> IdentificationError:
    """What is said where a coefficient runs off."""
    return IdentificationError(
        f"{model.title} has no maximum that was found: the log-likelihood levels off or still rises as {name!r} runs "
        f"off, at {here:.4g}: {USUAL}"
    )


def no_end(model: Model) -> IdentificationError:
    """What is said where a climb came to no end."""
    return IdentificationError(
        f"{model.title} has no maximum that was found: where the climb stopped, the log-likelihood still rises or does "
        f"not bend down in every direction: {USUAL}"
    )
