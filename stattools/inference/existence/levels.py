"""Is the end of a climb a maximum, where nobody knows whether the log-likelihood of a row rises for ever?

One standard error from a maximum, along the line on which a coefficient moves with the others after it, the
log-likelihood falls by about 1/2 on either side. Where it levels off, as of separated outcomes or of a dispersion at
the end of its range, it falls by nothing on one side, whatever the curvature says. Cost: two values for each
coefficient.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from stattools.errors import IdentificationError
from stattools.inference.existence.overlap import farthest_move
from stattools.models.model import Model
from stattools.solvers.solution import Solution

LEVEL = 0.02
"""A fall by less than this, one standard error away, is none."""

WIDE = 30.0
"""A standard error in units of its column that says next to nothing of a coefficient: exp(30) is 1e13."""

BEYOND = 1e4
"""A standard error of a linear predictor of a row, which is a logarithm, that no row leaves."""

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
    _require_fall(model, solution, range(len(model.names)))


def check_wide(model: Model, solution: Solution) -> None:
    """The same of a regression whose other parameters move with columns too, asked of coefficients that the rows tell
    next to nothing of: a dispersion that runs off in some rows, counts that may all be extra zeros.
    """
    if solution.converged and (any(model.predictor.own) or model.likelihood.inflated):
        size, C = np.abs(model.standardized()[1].diagonal()), solution.covariance
        wide = np.flatnonzero(C.diagonal() > (WIDE * size) ** 2).tolist()
        for j in wide:
            if not farthest_move(model, C[:, j] / np.sqrt(C[j, j])) < BEYOND:
                raise no_maximum(model, model.names[j], float(solution.estimate[j]))
        _require_fall(model, solution, wide)


def _require_fall(model: Model, solution: Solution, which: Iterable[int]) -> None:
    """IdentificationError where the log-likelihood does not fall one standard error of a coefficient to one side."""
    C = solution.covariance
    for j in which:
        step = C[:, j] / np.sqrt(C[j, j])
        for side in (1.0, -1.0):
            if solution.loglik - model.evaluate(solution.estimate + side * step, 0).loglik < LEVEL:
                raise no_maximum(model, model.names[j], float(solution.estimate[j]))


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
