"""How Cox's regression with curves is fitted."""

from __future__ import annotations

from typing import Any

from stattools.inference.existence.monotone import certified_partial
from stattools.inference.existence.overlap import SeparationError
from stattools.inference.mixed.fitting_mixed import require_no_others, solution_of
from stattools.inference.survival.cox_fit import CoxFit
from stattools.models.mixed.curved_cox import CurvedCox
from stattools.numerics.threads import one_blas_thread
from stattools.solvers import Newton
from stattools.solvers.mixed.laplace_maximum import laplace_maximum


def fit_curved_cox(model: CurvedCox, solver: Any, level: float, cov: Any, penalty: Any) -> CoxFit:
    """The fit by the restricted likelihood, all coefficients integrated out.

    Raises SeparationError where lines and other columns put the events in order, so that no curve keeps them finite.
    """
    require_no_others(model, solver, cov, penalty)
    with one_blas_thread():
        try:
            certified_partial(model.fixed, Newton())
        except SeparationError as error:
            raise SeparationError(
                f"{model.title} has no maximum: {error.separation.sentence}, whatever the bends of its curves are. "
                "Leave out or merge these columns, or collect more events.",
                error.separation,
            ) from error
        found = laplace_maximum(model)
        solution = solution_of(model, found, ". Take a smaller k.")
    return CoxFit(model, found.estimate, found.covariance, found.loglik, solution, 1.0, level, found=found)
