"""How a linear mixed model is fitted: which options it takes, and what its fit is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IncompatibleError, quoted
from stattools.inference.mixed.linear_mixed_fit import LinearMixedFit
from stattools.inference.mixed.mixed_degrees import degrees_of
from stattools.interface.arguments import require_truth
from stattools.models.mixed.linear_mixed import LinearMixed
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.global_proof import CERTIFY
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.mixed_maximum import maximized
from stattools.solvers.solution import Solution, require_choice


def require_no_others(model: Any, solver: Any, cov: Any, penalty: Any) -> None:
    """IncompatibleError for options of `st.fit` that have no meaning where rows share effects."""
    for name, given, usual in (("solver", solver, None), ("cov", cov, "information"), ("penalty", penalty, None)):
        if given is not usual and not (isinstance(given, str) and given == usual):
            raise IncompatibleError(
                f"{model.title} is fitted by Newton's method on the covariances of its effects, with the covariance of "
                f"the fixed effects that these imply; leave {name}={quoted(given)} out."
            )


def solution_of(model: Any, found: MarginalMaximum, advice: str) -> Solution:
    """How the maximum of an integrated likelihood was found; ConvergenceError with the `advice` where it was not."""
    solution = Solution(
        found.estimate, found.covariance, found.loglik, found.status, found.steps, found.decrement, found.trace,
        "Newton",
    )  # fmt: skip
    if not found.converged:
        raise ConvergenceError(
            f"{model.title} stopped {found.decrement:.1e} standard errors from a maximum after {found.steps} steps: "
            f"the likelihood is nearly flat in the variances{advice}",
            solution,
        )
    return solution


def fit_mixed(
    model: LinearMixed,
    solver: Any,
    level: float,
    cov: Any,
    penalty: Any,
    *,
    reml: bool = True,
    df: str | None = None,
    certify: str = "auto",
) -> LinearMixedFit:
    """The fit by the restricted likelihood, or by the likelihood."""
    require_no_others(model, solver, cov, penalty)
    require_truth(reml, "reml= of st.fit")
    if model.summed is None:  # the model may be one of some rows
        model.require_groups()
        model.require_variation()
    with one_blas_thread():
        found = maximized(model, bool(reml), certify=require_choice("st.fit", "certify", certify, CERTIFY))
        best = found.maximum
        solution = Solution(
            found.beta, found.covariance / found.s2, found.loglik, best.status, best.steps, best.decrement, best.trace,
            "Newton",
        )  # fmt: skip
        degrees = degrees_of(found, df)
        covariance = found.covariance if degrees is None else degrees.covariance
    scale = float(np.sqrt(found.s2))
    return LinearMixedFit(
        model, found.beta, covariance, found.loglik, solution, scale, level, degrees=degrees, found=found
    )  # fmt: skip
