"""Maxima at the end of the parameters: a dispersion at its boundary, a log-likelihood that only levels off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.existence.overlap import check_overlap
from stattools.likelihoods import BetaBinomial
from stattools.model import Model
from stattools.predictors.dispersed import Dispersed
from stattools.solvers.solution import Solution

Floats = NDArray[np.float64]


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


def check_dispersion(model: Model, estimate: Floats) -> None:
    """IdentificationError where the dispersion runs to its boundary: alpha = 0, a precision without end, or of 0."""
    if isinstance(model.likelihood, BetaBinomial):
        _check_precision(model, float(estimate[-1]))
    elif isinstance(model.predictor, Dispersed) and estimate[-1] < np.log(1e-8):
        raise IdentificationError(
            f"{model.title}: the counts are not overdispersed, and alpha has its maximum at 0, where the model is "
            "Poisson regression. Use st.poisson."
        )


def _check_precision(model: Model, log_precision: float) -> None:
    if abs(log_precision) > np.log(1e8):
        check_overlap(model)
    if log_precision > np.log(1e8):
        raise IdentificationError(
            f"{model.title}: the shares vary no more than binomial shares of one probability do, and the precision has "
            "its maximum at infinity, where the model is binomial. Pool the groups: st.logistic with the same formula, "
            "or st.binomial of the totals."
        )
    if log_precision < np.log(1e-8):
        raise IdentificationError(
            f"{model.title}: every group has successes only or failures only, and the precision has its maximum at 0. "
            "Collect groups that have both."
        )
