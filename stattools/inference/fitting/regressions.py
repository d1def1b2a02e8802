"""The fit of a regression: the usual solver, whether the data determine its answer, the scale, and the covariance.

covariance = information^-1 (times the unbiased squared scale where one is estimated), or the kind asked for
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance import HAC, Cluster, covariance
from stattools.inference.existence import CHECKS, examine, has_edges
from stattools.inference.existence.boundaries import check_dispersion, inside, no_maximum
from stattools.inference.existence.second_order import from_two_starts
from stattools.inference.existence.separation import PATIENCE, soon
from stattools.inference.fits.fit import Fit
from stattools.inference.penalties import NO_SE, Penalty, Ridge, maximize
from stattools.inference.penalties.penalized import no_covariance, without_penalty
from stattools.interface.names.answers import is_one_of, meant
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.threads import one_blas_thread
from stattools.solvers import LBFGS, LeastSquares, Newton, Solution, Solver
from stattools.solvers.scale_about_means import about_means, offset_far_from_means
from stattools.solvers.softmax.maximum import large

Kind = str | HAC | Cluster

LEAST_SQUARES, NEWTON = LeastSquares(), Newton()

ONE_THREAD = 9_000
"""Multiplications that BLAS keeps to one thread by itself, so that no limit need be set."""

NEAR = 1e-4
"""The decrement at which a climb by differences may end, in standard errors."""

LAST_DIGITS = 10.0 * float(np.finfo(float).eps)
"""By how much of itself rounding moves an estimate and the linear predictors that are made of it."""


def fit_regression(model: Model, solver: Solver | None, level: float, cov: Kind, penalty: Penalty | None) -> Fit:
    """The maximum-likelihood fit of a likelihood after a predictor over rows; see `stattools.fit`."""
    if model.rows.X.size * model.predictor.size < ONE_THREAD:
        return _fit(model, solver, level, cov, penalty)
    with one_blas_thread():
        return _fit(model, solver, level, cov, penalty)


def _fit(model: Model, solver: Solver | None, level: float, cov: Kind, penalty: Penalty | None) -> Fit:
    if penalty is not None:
        return penalized_fit(model, solver, level, cov, penalty)
    facts = model.likelihood.facts
    usual = LEAST_SQUARES if facts.has_scale else LBFGS() if facts.by_category and large(model) else NEWTON
    solution = _solve(model, usual if solver is None else required_solver(solver, usual))
    if not solution.converged:
        if not facts.knows_ends:
            _explain_failure(model)
        raise not_converged(model, solution)
    scale, loglik = _scale_and_loglik(model, solution)
    C = covariance(model, solution.estimate, solution.covariance, cov, scale=scale)
    return Fit(model, solution.estimate, C.matrix, loglik, solution, scale, level, C.name, C.df, None, cov, C.degrees)


def _solve(model: Model, solver: Solver) -> Solution:
    """The solver's answer, once it is known that the data determine it."""
    if model.predictor.taken_up and (moved := about_means(model)) is not None:
        about, back = moved
        return back(_solve(about, solver))
    examine(CHECKS, "before", model)
    try:
        quick = not model.has_scale and isinstance(solver, Newton) and solver.max_steps > PATIENCE
        found = soon(model, solver) if quick else None
        if quick and found is None:
            examine(CHECKS, "doubt", model)
            found = inside(model) if has_edges(model) else None
        solution = solver.solve(model) if found is None else found
    except (IdentificationError, ConvergenceError) as error:
        _explain_failure(model, getattr(error, "stood", None))
        raise
    if not model.likelihood.facts.knows_ends:
        solution = _at_round_off(solution)
    examine(CHECKS, "end", model, solution)
    found = solution if model.uniqueness else from_two_starts(model, solution)
    if found.loglik != solution.loglik:
        examine(CHECKS, "end", model, found)
    return found


def _at_round_off(solution: Solution) -> Solution:
    """Where derivatives are differences, their digits end a climb: its last steps then changed the log-likelihood no
    more, near the maximum.
    """
    last = [step.loglik for step in solution.trace[-4:]]
    if solution.converged or not solution.decrement <= NEAR or len(last) < 4:
        return solution
    still = max(last) - min(last) <= 1e-10 * (1.0 + abs(last[-1]))
    return replace(solution, status="round-off") if still else solution


def required_solver(solver: Solver | None, usual: Solver) -> Solver:
    """The solver that was asked for, or the usual one."""
    if solver is None:
        return usual
    if isinstance(solver, type) or not hasattr(solver, "solve"):
        raise IncompatibleError(
            f"fit needs solver=, an object such as st.Newton(); got {quoted(solver)}.{meant('solver', solver)}"
        )
    return solver


def penalized_fit(
    model: AnyModel, solver: Solver | None, level: float, cov: Kind, penalty: Penalty, made: type[Fit] = Fit
) -> Fit:
    """The maximum of the log-likelihood and the penalty, as `made`; a ridge fit has no covariance."""
    if not is_one_of(cov, ("information",)):
        raise IncompatibleError(f"penalty={penalty!r} goes with cov='information' only; got cov={quoted(cov)}.")
    solution = maximize(model, penalty, solver)
    if not solution.converged:
        raise not_converged(model, solution)
    if isinstance(model, Model) and not model.has_scale:
        check_dispersion(model, solution.estimate, penalized=True)
    loglik = without_penalty(penalty, model, solution)
    if isinstance(penalty, Ridge):
        none: Any = no_covariance(model, penalty)
        scale = _scale_and_loglik(model, solution, penalty)[0] if isinstance(model, Model) else 1.0
        return made(model, solution.estimate, none, loglik, solution, scale, level, NO_SE, penalty=penalty)
    return made(model, solution.estimate, solution.covariance, loglik, solution, 1.0, level, penalty=penalty)


def _explain_failure(model: Model, stood: Any = None) -> None:
    """A solver failed: raise the reason if it lies in the data."""
    examine(CHECKS, "failed", model)
    if stood is not None:
        examine(CHECKS, "singular", *stood)
    if not model.likelihood.facts.knows_ends or (stood is not None and model.predictor.own):
        raise no_maximum(model) from None


def not_converged(model: AnyModel, solution: Solution) -> ConvergenceError:
    """What is said where a solver stopped short of the maximum."""
    if (reach := _last_digits(solution)) is not None:
        return ConvergenceError(
            f"{solution.solver} stopped after {solution.steps} steps, {solution.decrement:.2g} standard errors from "
            f"the maximum of {model.title}, where float64 ends: an estimate is {reach:.2g} of its standard errors, so "
            "that its last digit moves it so far. So small a standard error comes from how much was counted: count in "
            "larger units, or give fewer rows or smaller weights.",
            solution,
        )
    exact = "st.LeastSquares()" if model.has_scale else "st.Newton()"
    which = "the" if model.uniqueness else "a"
    message = (
        f"{solution.solver} stopped after {solution.steps} steps, {solution.decrement:.2g} standard errors from "
        f"{which} maximum of {model.title} ({solution.status}). Use {exact}, raise max_steps, or look for columns that "
        "are nearly combinations of others." + (offset_far_from_means(model) if isinstance(model, Model) else "")
    )
    return ConvergenceError(message, solution)


def _last_digits(solution: Solution) -> float | None:
    """The largest estimate in its standard errors, where the last digits of estimates are as much as is left of the
    climb; None where more is left.
    """
    variances = solution.covariance.diagonal()
    known = variances > 0.0
    if not known.any():
        return None
    with np.errstate(over="ignore"):
        reach = float((np.abs(solution.estimate)[known] / np.sqrt(variances[known])).max())
    return reach if solution.decrement <= LAST_DIGITS * reach < np.inf else None


def _scale_and_loglik(model: Model, solution: Solution, penalty: Penalty | None = None) -> tuple[float, float]:
    """The unbiased scale (1 where none is estimated) and the log-likelihood at the estimate."""
    if not model.likelihood.facts.has_scale:
        return 1.0, solution.loglik
    spare = model.n - len(solution.estimate)
    if spare <= 0:
        reason = "the fit is exact and nothing is left to estimate the scale from."
        if penalty is not None:
            reason = (
                f"with {penalty!r} the coefficients are determined, but the residual scale is estimated on n - p "
                "degrees of freedom, of which there are none."
            )
        raise IdentificationError(
            f"{model.title} has {len(solution.estimate)} coefficients and {model.n:.0f} rows: {reason} Use fewer "
            "columns or more rows."
        )
    rss, _ = solution.residual_sums or model.residual_sums(solution.estimate)
    return sqrt(rss / spare), model.loglik_of(rss)
