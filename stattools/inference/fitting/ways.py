"""How each kind of model is fitted: a table from the class of a model to a function, which `st.fit` calls.

A model that is not in the table brings its own way, `trained` (networks do), or is a log-likelihood with `names`,
`start` and `evaluate`, which Newton's method climbs. Everything else is refused.

Linear mixed models, regressions with random effects and Cox's regression with curves: which options they take, by which
integral, and what their fits are made of.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError, quoted
from stattools.inference.covariance import Cluster, covariance
from stattools.inference.estimates import AnyFit
from stattools.inference.existence import examine
from stattools.inference.existence.boundaries import check_end
from stattools.inference.existence.partial_likelihood import certified_partial
from stattools.inference.existence.random_effects import CHECKS, running_off
from stattools.inference.existence.second_order import certified_within
from stattools.inference.existence.separation import FAR, PATIENCE, SeparationError
from stattools.inference.fits.cox_fit import CoxFit
from stattools.inference.fits.fit import Fit, SeriesFit
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.inference.fits.one_vs_rest import OneVsRestFit
from stattools.inference.fitting.regressions import Kind, fit_regression, not_converged, penalized_fit, required_solver
from stattools.inference.fitting.trainable import Trainable
from stattools.inference.mixed.degrees import degrees_of
from stattools.inference.penalties import Penalty
from stattools.interface.arguments import require_truth, whole_number
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.record import nearest
from stattools.models.custom import Custom
from stattools.models.mixed.marginal import is_integrated
from stattools.models.mixed.mixed_model import CurvedCox, LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.models.regressions.categories import OneVsRest
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds, Multinomial
from stattools.models.survival.cox import CoxRegression, SortedCox
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.many import LocalLevels
from stattools.series.statespace.maximum import BoundedNewton
from stattools.series.statespace.structural import Structural
from stattools.solvers import ClosedForm, Newton, Solution, Solver
from stattools.solvers.metric import SINGULAR
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum, laplace_maximum, quadrature_maximum
from stattools.solvers.mixed.maximum import CERTIFY, maximized

type Way = Callable[..., Any]

OF_EFFECTS = (
    "by Newton's method on the covariances of its effects, with the covariance of the fixed effects that these imply"
)


def only(fitted: Way, how: str = OF_EFFECTS) -> Way:
    """How a model is fitted in one way only: IncompatibleError for options of `st.fit` that have no meaning there."""

    def way(model: Any, solver: object, level: float, cov: object, penalty: object, **own: Any) -> Any:
        for name, given, usual in (("solver", solver, None), ("cov", cov, "information"), ("penalty", penalty, None)):
            if given is not usual and not (isinstance(given, str) and given == usual):
                raise IncompatibleError(f"{model.title} is fitted {how}; leave {name}={quoted(given)} out.")
        return fitted(model, level, **own)

    return way


def solution_of(model: AnyModel, found: MarginalMaximum, advice: str) -> Solution:
    """How the maximum of an integrated likelihood was found; ConvergenceError with the `advice` where it was not."""
    climbed = found.status, found.steps, found.decrement, found.trace
    solution = Solution(found.estimate, found.covariance, found.loglik, *climbed, "Newton")
    if not found.converged:
        raise ConvergenceError(
            f"{model.title} stopped {found.decrement:.1e} standard errors from a maximum after {found.steps} steps: "
            f"the likelihood is nearly flat in the variances{advice}",
            solution,
        )
    return solution


def fit_mixed(
    model: LinearMixed, level: float, *, reml: bool = True, df: str | None = None, certify: str = "auto"
) -> MixedFit:
    """The fit by the restricted likelihood, or by the likelihood."""
    require_truth(reml, "reml= of st.fit")
    if model.summed is None:  # the model may be one of some rows
        model.require_groups()
        model.require_variation()
    found = maximized(model, bool(reml), certify=one_of(certify, CERTIFY, "st.fit needs certify to be one of {}"))
    best = found.maximum
    climbed = best.status, best.steps, best.decrement, best.trace
    solution = Solution(found.beta, found.covariance / found.s2, found.loglik, *climbed, "Newton")
    degrees = degrees_of(found, df)
    covariance = found.covariance if degrees is None else degrees.covariance
    scale = float(np.sqrt(found.s2))
    return MixedFit(model, found.beta, covariance, found.loglik, solution, scale, level, degrees=degrees, found=found)


INTEGRALS = ("auto", "quadrature", "laplace")

MOST_NODES = 1000


def fit_mixed_regression(
    model: MixedRegression, level: float, *, integral: str = "auto", nodes: int | None = None
) -> MixedFit:
    """The fit by the likelihood with the effects integrated out."""
    integral = one_of(integral, INTEGRALS, "st.fit needs integral to be one of {}")
    if nodes is not None:
        nodes = whole_number(nodes, "nodes= of st.fit", at_least=1, at_most=MOST_NODES)
    model.require_groups()
    examine(CHECKS, "before", model)
    try:
        found = maximum(model, integral, nodes)
    except (IdentificationError, ConvergenceError):
        examine(CHECKS, "failed", model)
        raise
    examine(CHECKS, "end", model, found)
    solution = solution_of(model, found, ", or has no maximum. Take a simpler random part.")
    return MixedFit(model, found.estimate, found.covariance, found.loglik, solution, 1.0, level, found=found)


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
        return laplace_maximum(model, watch=running_off(model))
    if model.smooths:
        raise IncompatibleError(
            f"{model.title}: curves are integrated out by Laplace's approximation; integral='quadrature' and nodes= "
            "are for the effects of one grouping. Leave them out."
        )
    return quadrature_maximum(model, nodes, watch=running_off(model))


def fit_curved_cox(model: CurvedCox, level: float) -> CoxFit:
    """The fit by the restricted likelihood, all coefficients integrated out.

    Raises SeparationError where lines and other columns put the events in order, so that no curve keeps them finite.
    """
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


def way_of(model: AnyModel) -> Way:
    """The function that fits the model; IncompatibleError for what is no model.

    >>> import stattools as st
    >>> way_of(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])).__name__
    'fit_regression'
    """
    way = WAYS.get(type(model)) or nearest(WAYS, model)  # the first is quick
    if way is not None:
        return way
    if isinstance(model, Trainable):
        return lambda model, solver, level, cov, penalty, **training: model.trained(
            solver=solver, level=level, cov=cov, penalty=penalty, **training
        )
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
    if penalty is not None:
        return penalized_fit(model, solver, level, cov, penalty, made)
    solver, q = required_solver(solver, usual), len(model.names)
    fewer = "Take fewer groups, or st.posterior of the counts."
    require_memory(f"The covariance of {q:,} parameters", 4 * q * q, fewer)
    model, solution = climbed(model, solver) if climbed else (model, solver.solve(model))
    if not solution.converged:
        raise not_converged(model, solution)
    if climbed is None:
        check_end(model, solution)
    C = covariance(model, solution.estimate, solution.covariance, cov)
    return made(model, solution.estimate, C.matrix, solution.loglik, solution, 1.0, level, C.name, C.df, cov_kind=cov)


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
    model: CoxRegression, solver: Solver | None, level: float, cov: Kind, penalty: Penalty | None, made: object = CoxFit
) -> Fit:
    """Cox's regression, and that of matched sets, whose standard errors are robust where it was given clusters."""
    if "cluster" in model.said.labels and penalty is not None:
        raise IncompatibleError(
            f"cluster= of {model.title} asks for robust standard errors, which go without a penalty; got penalty="
            f"{quoted(penalty)}. Make the model without cluster=, or leave penalty= out."
        )
    if "cluster" in model.said.labels and isinstance(cov, str) and cov == "information":
        names, codes = model.said.asked["cluster"], model.said.labels["cluster"][0]
        cov = Cluster(names[0] if len(names) == 1 and names[0] != "cluster=" else codes, correction="none")
    return _fit_log_likelihood(model, solver, level, cov, penalty, usual=Newton(), made=made, climbed=certified_partial)


_by_formula = partial(_fit_log_likelihood, usual=ClosedForm())
_of_series = partial(_fit_log_likelihood, usual=Newton(), made=SeriesFit)
OVER_VARIANCES = "over variances that may be 0"


def _fit_state_space(model: Structural, solver: Solver | None, *given: Any) -> SeriesFit:
    own, other = (solver, None) if isinstance(solver, BoundedNewton) else (BoundedNewton(), solver)
    fitted = only(lambda model, level: _of_series(model, own, level, "information", None), OVER_VARIANCES)
    return fitted(model, other, *given)


WAYS: dict[type, Way] = {
    Model: fit_regression,
    OneVsRest: lambda model, *given: OneVsRestFit(model, tuple(way_of(part)(part, *given) for part in model.parts)),
    Custom: partial(_fit_log_likelihood, usual=Newton(max_steps=1000), climbed=certified_within),
    BernoulliTrials: _by_formula,
    BinomialArms: _by_formula,
    EventRates: _by_formula,
    Multinomial: _by_formula,
    ConditionalOdds: _by_formula,
    CoxRegression: _fit_partial,
    CurvedCox: only(fit_curved_cox),
    SortedCox: partial(_fit_log_likelihood, usual=Newton(), climbed=_climbed_sorted),
    LinearMixed: only(fit_mixed),
    MixedRegression: only(fit_mixed_regression),
    ConditionalLogit: partial(_fit_partial, made=Fit),
    Correlation: _by_formula,
    NormalSample: _by_formula,
    Waits: _by_formula,
    ExponentialSmoothing: lambda model, *given: _of_series(model.settled(), *given),
    Structural: _fit_state_space,
    LocalLevels: only(lambda model, level: model.fitted(), OVER_VARIANCES),
}
"""What `st.fit` does with a model of each class."""
