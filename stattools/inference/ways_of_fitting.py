"""How each kind of model is fitted: a table from the class of a model to a function, which `st.fit` calls.

A model that is not in the table brings its own way, `trained` (networks do), or is a log-likelihood with `names`,
`start` and `evaluate`, which Newton's method climbs. Everything else is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from stattools.data.rows.shared_columns import shared_columns
from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError, quoted
from stattools.inference.any_fit import AnyFit
from stattools.inference.covariance import Cluster, covariance
from stattools.inference.existence import certified_within, check_end
from stattools.inference.existence.monotone import PATIENCE, certified_partial
from stattools.inference.existence.overlap import FAR
from stattools.inference.fitted import Fit
from stattools.inference.fitting_regressions import Kind, fit_regression, not_converged, penalized_fit, required_solver
from stattools.inference.mixed.fitting_mixed import fit_mixed
from stattools.inference.mixed.fitting_mixed_regressions import fit_mixed_regression
from stattools.inference.penalties import Penalty
from stattools.inference.separate_fits import OneVsRestFit
from stattools.inference.series_fit import SeriesFit
from stattools.inference.survival.cox_fit import CoxFit
from stattools.inference.survival.fitting_curved_cox import fit_curved_cox
from stattools.inference.trainable import Trainable
from stattools.interface.memory import require_memory
from stattools.interface.record import nearest
from stattools.models.any_model import AnyModel
from stattools.models.custom import Custom
from stattools.models.mixed.curved_cox import CurvedCox
from stattools.models.mixed.linear_mixed import LinearMixed
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.models.model import Model
from stattools.models.regressions.one_vs_rest import OneVsRest
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.samples.binomial_arms import BinomialArms
from stattools.models.samples.correlation import Correlation
from stattools.models.samples.event_rates import EventRates
from stattools.models.samples.multinomial import Multinomial
from stattools.models.samples.normal import NormalSample
from stattools.models.samples.odds_ratio import ConditionalOdds
from stattools.models.samples.waiting import Waits
from stattools.models.survival.conditional_logit import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.cox_in_files import SortedCox
from stattools.numerics.threads import one_blas_thread
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.many import LocalLevelFits, LocalLevels
from stattools.series.statespace.maximum import BoundedNewton
from stattools.series.statespace.structural import Structural
from stattools.solvers import ClosedForm, Newton, Solution, Solver
from stattools.solvers.metric import SINGULAR

type Way = Callable[..., Any]


def way_of(model: Any) -> Way:
    """The function that fits the model; IncompatibleError for what is no model.

    >>> import stattools as st
    >>> way_of(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])).__name__
    'fit_regression'
    """
    way = WAYS.get(type(model)) or nearest(WAYS, model)  # the first is quick
    if way is not None:
        return way
    if isinstance(model, Trainable):
        return _trained
    if not (isinstance(model, AnyModel) and hasattr(model, "evaluate")):
        instead = ""
        if isinstance(model, AnyFit):
            instead = " It is fitted already; fit.model is its model."
        elif callable(model) or isinstance(model, str):
            instead = ' Make the model first: st.fit(st.ols("y ~ x", table)).'
        raise IncompatibleError(
            f"fit needs a model such as st.ols(...) or st.coin(...); got {type(model).__name__}.{instead}"
        )
    return partial(_fit_log_likelihood, usual=Newton())


def _fit_parts(model: OneVsRest, solver: Any, level: float, cov: Kind, penalty: Penalty | None) -> OneVsRestFit:
    with shared_columns([part.rows for part in model.parts]):
        return OneVsRestFit(model, tuple(way_of(part)(part, solver, level, cov, penalty) for part in model.parts))


def _fit_log_likelihood(
    model: Any,
    solver: Any,
    level: float,
    cov: Kind,
    penalty: Penalty | None,
    *,
    usual: Solver,
    made: Any = Fit,
    climbed: Callable[[Any, Any], tuple[Any, Solution]] | None = None,
) -> Any:
    """The fit of a log-likelihood that is no sum over rows: as `made`, from what `climbed(model, solver)` finds."""
    with one_blas_thread():
        if penalty is not None:
            return penalized_fit(model, solver, level, cov, penalty, made)
        solver, q = required_solver(solver, usual), len(model.names)
        fewer = "Take fewer groups, or st.posterior of the counts."
        require_memory(f"The covariance of {q:,} parameters", 4 * q * q, fewer)
        model, solution = (climbed or _climbed)(model, solver)
        C = covariance(model, solution.estimate, solution.covariance, cov)
    return made(model, solution.estimate, C.matrix, solution.loglik, solution, 1.0, level, C.name, C.df, cov_kind=cov)


def _climbed(model: Any, solver: Solver) -> tuple[Any, Solution]:
    solution = solver.solve(model)
    if not solution.converged:
        raise not_converged(model, solution)
    check_end(model, solution)
    return model, solution


def _climbed_partial(model: CoxRegression, solver: Solver) -> tuple[Any, Solution]:
    model, solution = certified_partial(model, solver)
    if not solution.converged:
        raise not_converged(model, solution)
    return model, solution


def _climbed_sorted(model: SortedCox, solver: Solver) -> tuple[Any, Solution]:
    """The maximum for rows in files, whose existence is not proven: they are too many for a linear program."""
    some = "Fit a sample of the rows in memory, whose error names the columns, or use penalty=st.Ridge(strength)."
    quick = isinstance(solver, Newton) and solver.max_steps > PATIENCE
    solution: Any = None
    with suppress(IdentificationError):  # raised by chance where round-off is above or below 0
        solution = solver.within(model, PATIENCE) if quick else solver.solve(model)  # type: ignore[attr-defined]
    if solution is None or not solution.quality.well_conditioned(SINGULAR):
        raise IdentificationError(
            f"{model.title} cannot tell its columns from each other: the information where the climb stopped is "
            f"singular, as where some are combinations of others. {some}"
        )
    if not solution.converged or solution.reach > FAR:
        raise ConvergenceError(
            f"{solution.solver} stopped after {solution.steps} steps, where linear predictors of {model.title} reach "
            f"{solution.reach:.3g}: events may be in the order of a combination of columns, so that there is no "
            f"maximum. {some}",
            solution,
        )
    return model, solution


def _fit_partial(
    model: CoxRegression, solver: Any, level: float, cov: Kind, penalty: Penalty | None, made: Any = CoxFit
) -> Any:
    """Cox's regression, and that of matched sets, whose standard errors are robust where it was given clusters."""
    if "cluster" in model.said.labels and penalty is not None:
        raise IncompatibleError(
            f"cluster= of {model.title} asks for robust standard errors, which go without a penalty; got penalty="
            f"{quoted(penalty)}. Make the model without cluster=, or leave penalty= out."
        )
    if "cluster" in model.said.labels and isinstance(cov, str) and cov == "information":
        names, codes = model.said.asked["cluster"], model.said.labels["cluster"][0]
        cov = Cluster(names[0] if len(names) == 1 and names[0] != "cluster=" else codes, correction="none")
    return _fit_log_likelihood(model, solver, level, cov, penalty, usual=Newton(), made=made, climbed=_climbed_partial)


def _fit_smoothing(
    model: ExponentialSmoothing, solver: Any, level: float, cov: Kind, penalty: Penalty | None
) -> SeriesFit:
    return _fit_log_likelihood(model.settled(), solver, level, cov, penalty, usual=Newton(), made=SeriesFit)


def _fit_state_space(model: Structural, solver: Any, level: float, cov: Kind, penalty: Penalty | None) -> SeriesFit:
    _require_usual(model, None if isinstance(solver, BoundedNewton) else solver, cov, penalty)
    return _fit_log_likelihood(model, solver, level, cov, penalty, usual=BoundedNewton(), made=SeriesFit)


def _fit_levels(model: LocalLevels, solver: Any, level: float, cov: Kind, penalty: Penalty | None) -> LocalLevelFits:
    _require_usual(model, solver, cov, penalty)
    with one_blas_thread():
        return model.fitted()


def _require_usual(model: Any, solver: Any, cov: Kind, penalty: Penalty | None) -> None:
    """State space models have one solver, which knows that variances stop at 0, and one covariance."""
    for name, given, usual in (("solver", solver, None), ("cov", cov, "information"), ("penalty", penalty, None)):
        if given is not usual and not (isinstance(given, str) and given == usual):
            raise IncompatibleError(
                f"{model.title} is fitted over variances that may be 0; leave {name}={quoted(given)} out."
            )


def _trained(model: Trainable, solver: Any, level: float, cov: Kind, penalty: Any, **training: Any) -> Any:
    with one_blas_thread():
        return model.trained(solver=solver, level=level, cov=cov, penalty=penalty, **training)


_by_formula = partial(_fit_log_likelihood, usual=ClosedForm())

WAYS: dict[type, Way] = {
    Model: fit_regression,
    OneVsRest: _fit_parts,
    Custom: partial(_fit_log_likelihood, usual=Newton(max_steps=1000), climbed=certified_within),
    BernoulliTrials: _by_formula,
    BinomialArms: _by_formula,
    EventRates: _by_formula,
    Multinomial: _by_formula,
    ConditionalOdds: _by_formula,
    CoxRegression: _fit_partial,
    CurvedCox: fit_curved_cox,
    SortedCox: partial(_fit_log_likelihood, usual=Newton(), climbed=_climbed_sorted),
    LinearMixed: fit_mixed,
    MixedRegression: fit_mixed_regression,
    ConditionalLogit: partial(_fit_partial, made=Fit),
    Correlation: _by_formula,
    NormalSample: _by_formula,
    Waits: _by_formula,
    ExponentialSmoothing: _fit_smoothing,
    Structural: _fit_state_space,
    LocalLevels: _fit_levels,
}
"""What `st.fit` does with a model of each class."""
