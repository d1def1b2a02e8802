"""How a regression with random effects is fitted: by which integral, and what its fit is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError
from stattools.inference.existence import check_labels
from stattools.inference.existence.groups import RunningOff, check_mixed, check_mixed_solution, explain_mixed
from stattools.inference.mixed.fitting_mixed import require_no_others, solution_of
from stattools.inference.mixed.mixed_regression_fit import MixedRegressionFit
from stattools.interface.whole_numbers import whole_number
from stattools.latent.coordinates import orthonormal
from stattools.latent.told_apart import require_told_apart
from stattools.models.mixed.by_quadrature import is_integrated
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.laplace_maximum import laplace_maximum
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.quadrature_maximum import quadrature_maximum
from stattools.solvers.solution import require_choice

INTEGRALS = ("auto", "quadrature", "laplace")
MOST_NODES = 1000


def fit_mixed_regression(
    model: MixedRegression,
    solver: Any,
    level: float,
    cov: Any,
    penalty: Any,
    *,
    integral: str = "auto",
    nodes: int | None = None,
) -> MixedRegressionFit:
    """The fit by the likelihood with the effects integrated out."""
    require_no_others(model, solver, cov, penalty)
    integral = require_choice("st.fit", "integral", integral, INTEGRALS)
    if nodes is not None:
        nodes = whole_number(nodes, "nodes= of st.fit", at_least=1, at_most=MOST_NODES)
    model.require_groups()
    with one_blas_thread():
        if model.fixed.predictor.taken_up:
            check_labels(model.fixed)
        check_mixed(model)
        _require_told_apart(model)
        try:
            found = maximum(model, integral, nodes)
        except (IdentificationError, ConvergenceError):
            explain_mixed(model)
            raise
        check_mixed_solution(model, found)
        solution = solution_of(model, found, ", or has no maximum. Take a simpler random part.")
    return MixedRegressionFit(
        model, found.estimate, found.covariance, found.loglik, solution, 1.0, level, found=found
    )  # fmt: skip


def _require_told_apart(model: MixedRegression) -> None:
    """IdentificationError where several effects of groups have variances that the rows do not tell apart."""
    terms = model.random
    if sum(len(term.columns) for term in terms) > 1:
        z = [np.empty((len(term.columns), len(term.codes))) for term in terms]
        for term, own in zip(terms, z, strict=True):
            orthonormal(term.z, None, term.columns, term.name, own)
        require_told_apart(
            model.title, [term.name for term in terms], [term.codes for term in terms], z, residual=False
        )


def maximum(model: MixedRegression, integral: str, nodes: int | None) -> MarginalMaximum:
    """The maximum by quadrature where one grouping has few effects, otherwise by Laplace's approximation, which is
    quadrature with one node.
    """
    by_nodes = is_integrated(model.random) and not model.smooths
    if integral == "laplace" or nodes == 1 or (integral == "auto" and not by_nodes and nodes is None):
        if nodes is not None and integral == "laplace":
            raise IncompatibleError(
                "nodes= of st.fit are those of integral='quadrature'; got it beside integral='laplace'. Leave one out."
            )
        return laplace_maximum(model, watch=RunningOff(model))
    if model.smooths:
        raise IncompatibleError(
            f"{model.title}: curves are integrated out by Laplace's approximation; integral='quadrature' and nodes= "
            "are for the effects of one grouping. Leave them out."
        )
    return quadrature_maximum(model, nodes, watch=RunningOff(model))
