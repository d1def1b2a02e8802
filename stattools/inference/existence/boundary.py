"""No maximum inside the range of a parameter: a dispersion at its boundary, a log-likelihood that levels off."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.inference.existence.overlap import check_overlap
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.solvers.solution import Solution


def check_end(model: Any, solution: Solution) -> None:
    """IdentificationError where a log-likelihood only levels off: Newton's score then falls by 1/e a step, to the end.

    At a maximum the steps converge quadratically, and no two ratios are alike.
    """
    norms = np.array([step.score_norm for step in solution.trace[-7:]])
    if (
        solution.solver.startswith("Newton")
        and len(norms) == 7
        and norms.min() > 0.0
        and np.allclose(norms[1:] / norms[:-1], np.exp(-1.0), rtol=0.01)
    ):
        widest = model.names[int(np.argmax(np.diagonal(solution.covariance)))]
        raise IdentificationError(
            f"{model.title} has no maximum: the log-likelihood levels off and still rises as {widest!r} runs off to "
            "infinity. Leave the parameter out, bound it by a prior or a penalty, or give more data."
        )


def check_dispersion(model: Model, estimate: Floats, *, penalized: bool = False) -> None:
    """IdentificationError where the last parameter runs to an end of its range, such as a dispersion of 0, with a
    penalty, which gives separated data a maximum, or without.
    """
    edge, last = model.likelihood.edge, float(estimate[-1])
    if any(model.predictor.own):
        return  # it moves with columns, and has no end
    if edge.lower <= last <= edge.upper:
        return
    if not penalized:
        check_overlap(model)
    raise IdentificationError(f"{model.title}: {edge.below if last < edge.lower else edge.above}")
