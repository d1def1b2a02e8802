"""Maximum likelihood: `fit(model)` climbs, checks that the maximum exists, and returns a `Fit` with its uncertainty.

covariance = information^-1 (times the unbiased squared scale where one is estimated), or the kind asked for
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance import HAC, Cluster, covariance
from stattools.inference.existence import (
    certified,
    check_dispersion,
    check_end,
    check_extremes,
    check_overlap,
    check_rank,
    check_size,
    check_solution,
)
from stattools.inference.fitted import Fit
from stattools.inference.penalties import NO_SE, Penalty, Ridge, maximize
from stattools.inference.separate_fits import OneVsRestFit
from stattools.inference.trainable import Trainable
from stattools.interface.arguments import is_one_of
from stattools.interface.interval import require_level
from stattools.interface.memory import require_memory
from stattools.models.custom import Custom
from stattools.models.model import Evaluation, Model
from stattools.models.regressions.one_vs_rest import OneVsRest
from stattools.models.samples.counts import BernoulliTrials
from stattools.numerics.threads import one_blas_thread
from stattools.series.statespace.many import LocalLevelFits, LocalLevels
from stattools.series.statespace.maximum import BoundedNewton
from stattools.series.statespace.structural import Structural
from stattools.solvers import LBFGS, Adam, ClosedForm, LeastSquares, Newton, Solution, Solver
from stattools.solvers.samples.surrogate import held_elsewhere
from stattools.solvers.softmax.maximum import large

if TYPE_CHECKING:
    from stattools.models.samples.binomial_arms import BinomialArms
    from stattools.models.samples.event_rates import EventRates
    from stattools.models.samples.multinomial import Multinomial
    from stattools.models.samples.normal import NormalSample
    from stattools.models.samples.waiting import Waits
    from stattools.series.filters.smoothing import ExponentialSmoothing

    type Tally = BinomialArms | EventRates | Multinomial | NormalSample | Waits


Kind = str | HAC | Cluster

LEAST_SQUARES, NEWTON, PATIENT = LeastSquares(), Newton(), Newton(max_steps=1000)

FEW = 1_000
"""Coefficients whose covariance takes no memory worth asking for."""

ONE_THREAD = 9_000
"""Multiplications that BLAS keeps to one thread by itself, so that no limit need be set."""

PATIENCE = 15
"""Newton needs this many steps where outcomes are separated, or nearly so: time to look, before it takes all."""


@overload
def fit(
    model: OneVsRest,
    *,
    solver: Solver | None = None,
    level: float = 0.95,
    cov: Kind = "information",
    penalty: Penalty | None = None,
) -> OneVsRestFit: ...


@overload
def fit[Best, Together](
    model: Trainable[Best, Together],
    *,
    solver: Adam | LBFGS | None = None,
    penalty: Ridge | None = None,
    seed: int | np.random.Generator = 0,
    restarts: int = 1,
    members: None = None,
) -> Best: ...


@overload
def fit(
    model: LocalLevels,
    *,
    solver: Solver | None = None,
    level: float = 0.95,
    cov: Kind = "information",
    penalty: Penalty | None = None,
) -> LocalLevelFits: ...


@overload
def fit[Best, Together](
    model: Trainable[Best, Together],
    *,
    solver: Adam | LBFGS | None = None,
    penalty: Ridge | None = None,
    seed: int | np.random.Generator = 0,
    restarts: int = 1,
    members: int,
    ensemble: Literal["deep", "bootstrap"] = "deep",
) -> Together: ...


@overload
def fit(
    model: Model | BernoulliTrials | Custom | ExponentialSmoothing | Structural | Tally,
    *,
    solver: Solver | None = None,
    level: float = 0.95,
    cov: Kind = "information",
    penalty: Penalty | None = None,
) -> Fit: ...


def fit(
    model: Any,
    *,
    solver: Any = None,
    level: float = 0.95,
    cov: Kind = "information",
    penalty: Penalty | None = None,
    **training: Any,
) -> Any:
    """The maximum-likelihood fit of a model.

    `solver` is by default `LeastSquares()` for `st.ols`, the closed form for `st.coin` and `st.binomial`, `LBFGS()` for
    `st.softmax` with so many coefficients that it is cheaper, and `Newton()` otherwise; `level` is the level of the
    intervals printed. `cov` is the covariance that standard errors, tests and predictions are made from: "information",
    "HC0" ... "HC3", "robust", `st.HAC(lags)`, `st.Cluster(groups)`. `penalty` is `st.Jeffreys()` (Firth) or
    `st.Ridge(strength)`.

    A network (`st.network`) is trained by `st.LBFGS()` or `st.Adam()` from random starts: `seed`, `restarts` (the best
    is kept), `members` and `ensemble` ("deep" or "bootstrap") go with it, `st.Ridge` too.

    Raises IdentificationError where no unique maximum exists (aliased columns, separated outcomes, more coefficients
    than rows), ConvergenceError where the solver stopped short of it, IncompatibleError where parts do not fit
    together, DomainError for a level outside (0, 1).

    >>> import stattools as st
    >>> f = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> f.estimate.round(6).tolist()
    [0.8, 2.3]
    """
    require_level(level)
    if isinstance(model, Model) and not training and model.rows.X.size * model.predictor.size < ONE_THREAD:
        return _fit_regression(model, solver, level, cov, penalty)
    with one_blas_thread():
        return _fit(model, solver, level, cov, penalty, **training)


def _fit_regression(model: Model, solver: Any, level: float, cov: Kind, penalty: Penalty | None) -> Fit:
    if penalty is not None:
        return _penalized_fit(model, solver, level, cov, penalty)
    solution = _solve(model, _required_solver(model, solver))
    if not solution.converged:
        raise _not_converged(model, solution)
    scale, loglik = _scale_and_loglik(model, solution)
    C = covariance(model, solution.estimate, solution.covariance, cov, scale=scale)
    return Fit(model, solution.estimate, C.matrix, loglik, solution, scale, level, C.name, C.df, None, cov)


def _fit(model: Any, solver: Any, level: float, cov: Kind, penalty: Penalty | None, **training: Any) -> Any:
    if isinstance(model, Trainable):
        return model.trained(solver=solver, level=level, cov=cov, penalty=penalty, **training)
    if training:
        raise TypeError(
            f"fit got an unexpected keyword argument {next(iter(training))!r} for {type(model).__name__}; seed=, "
            "restarts=, members= and ensemble= are for networks."
        )
    if isinstance(model, Model):
        return _fit_regression(model, solver, level, cov, penalty)
    if isinstance(model, OneVsRest):
        parts = (fit(part, solver=solver, level=level, cov=cov, penalty=penalty) for part in model.parts)
        return OneVsRestFit(model, tuple(parts))
    if hasattr(model, "settled"):
        model = model.settled()
    if isinstance(model, LocalLevels):
        _require_usual(model, solver, cov, penalty)
        return model.fitted()
    if not all(hasattr(model, part) for part in ("names", "start", "evaluate")):
        raise IncompatibleError(f"fit needs a model such as st.ols(...) or st.coin(...); got {type(model).__name__}.")
    if isinstance(model, Structural):
        _require_usual(model, None if isinstance(solver, BoundedNewton) else solver, cov, penalty)
    if penalty is not None:
        return _penalized_fit(model, solver, level, cov, penalty)
    solver, q = _required_solver(model, solver), len(model.names)
    require_memory(f"The covariance of {q:,} parameters", 4 * q * q, "Take fewer groups, or st.posterior of a tally.")
    if isinstance(model, Custom):
        model, solution = certified(model, solver)
    else:
        solution = solver.solve(model)
        if not solution.converged:
            raise _not_converged(model, solution)
        check_end(model, solution)
    C = covariance(model, solution.estimate, solution.covariance, cov)
    return Fit(model, solution.estimate, C.matrix, solution.loglik, solution, 1.0, level, C.name, C.df, cov_kind=cov)


def _solve(model: Model, solver: Solver) -> Solution:
    """The solver's answer, once it is known that the data determine it."""
    check_size(model)
    discrete = not model.has_scale
    if discrete and large(model):
        check_extremes(model)
    elif (p := len(model.start)) > FEW:
        require_memory(f"The covariance of {p:,} coefficients", 3 * p * p, "Use fewer columns, or group levels.")
    try:
        if discrete and isinstance(solver, Newton) and solver.max_steps > PATIENCE:
            found = _soon(model, solver)
            if found is None:  # as where there is no maximum to converge to
                check_overlap(model)
            solution = solver.solve(model) if found is None else found
        else:
            solution = solver.solve(model)
    except (IdentificationError, ConvergenceError):
        _explain_failure(model)
        raise
    if discrete:
        check_dispersion(model, solution.estimate)
    check_solution(model, solution)
    return solution


def _soon(model: Model, solver: Newton) -> Solution | None:
    """The maximum, where a few steps reach it."""
    try:
        solution = solver.within(model, PATIENCE)
    except IdentificationError:  # the log-likelihood does not bend down where the steps ended
        return None
    return solution if solution.converged else None


def _penalized_fit(model: Any, solver: Solver | None, level: float, cov: Kind, penalty: Penalty) -> Fit:
    if not is_one_of(cov, ("information",)):
        raise IncompatibleError(f"penalty={penalty!r} goes with cov='information' only; got cov={quoted(cov)}.")
    solution = maximize(model, penalty, solver)
    if not solution.converged:
        raise _not_converged(model, solution)
    loglik = _without(penalty, model, solution)
    if isinstance(penalty, Ridge):
        none = np.broadcast_to(np.nan, solution.covariance.shape)
        scale = _scale_and_loglik(model, solution, penalty)[0] if isinstance(model, Model) else 1.0
        return Fit(model, solution.estimate, none, loglik, solution, scale, level, NO_SE, penalty=penalty)
    return Fit(model, solution.estimate, solution.covariance, loglik, solution, 1.0, level, penalty=penalty)


def _without(penalty: Penalty, model: Any, solution: Solution) -> float:
    """The log-likelihood at a penalized maximum, without the penalty; no read of files."""
    if not held_elsewhere(model):
        return float(model.loglik(solution.estimate))
    if solution.residual_sums is not None:
        return model.loglik_of(solution.residual_sums[0])
    p = len(solution.estimate)
    return solution.loglik - penalty.term(model, solution.estimate, Evaluation(solution.loglik), np.eye(p), 0).loglik


def _require_usual(model: Any, solver: Any, cov: Kind, penalty: Penalty | None) -> None:
    """State space models have one solver, which knows that variances stop at 0, and one covariance."""
    for name, given, usual in (("solver", solver, None), ("cov", cov, "information"), ("penalty", penalty, None)):
        if given is not usual and not (isinstance(given, str) and given == usual):
            raise IncompatibleError(
                f"{model.title} is fitted over variances that may be 0; leave {name}={quoted(given)} out."
            )


def _required_solver(model: Any, solver: Any) -> Solver:
    """The solver that was asked for, or the usual one."""
    if solver is None:
        return _usual_solver(model)
    if isinstance(solver, type) or not hasattr(solver, "solve"):
        raise IncompatibleError(f"fit needs solver=, an object such as st.Newton(); got {quoted(solver)}.")
    return solver


def _usual_solver(model: Any) -> Solver:
    if isinstance(model, Model):
        return LEAST_SQUARES if model.has_scale else LBFGS() if large(model) else NEWTON
    if isinstance(model, Structural):
        return BoundedNewton()
    if isinstance(model, Custom):
        return PATIENT
    return ClosedForm() if hasattr(model, "maximum") else Newton()


def _explain_failure(model: Model) -> None:
    """A solver failed: raise the reason if it lies in the data."""
    model.standardized()  # refuses units beyond float64
    check_rank(model)
    if not model.has_scale:
        check_overlap(model)


def _not_converged(model: Any, solution: Solution) -> ConvergenceError:
    exact = "st.LeastSquares()" if getattr(model, "has_scale", False) else "st.Newton()"
    message = (
        f"{solution.solver} stopped after {solution.steps} steps, {solution.decrement:.2g} standard errors from the "
        f"maximum of {model.title} ({solution.status}). Use {exact}, raise max_steps, or look for columns that are "
        "nearly combinations of others."
    )
    return ConvergenceError(message, solution)


def _scale_and_loglik(model: Model, solution: Solution, penalty: Penalty | None = None) -> tuple[float, float]:
    """The unbiased scale (1 where none is estimated) and the log-likelihood at the estimate."""
    if not model.has_scale:
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
