"""Newton steps with step halving; the climb stops by the decrement, and returns the point to which the next step leads.

The decrement is the length of that step, which costs nothing and squares the distance to the maximum: the same data
alone and among many, in other units or in another order, stop at other points, and their estimates agree to round-off.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import sqrt
from typing import Any, NamedTuple, cast

import numpy as np

from stattools.data.rows.level_units import as_units
from stattools.data.rows.within_levels import within_levels
from stattools.errors import DomainError, IdentificationError
from stattools.interface.units import require_units, within
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.columns import as_columns
from stattools.solvers.climb import Standing, climb, rising
from stattools.solvers.level_metric import metric_for
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.solution import Solution, TraceStep

WELL_PLACED = 1e-6
"""The least reciprocal condition of an information whose columns are left as they are: of the 16 digits of float64 its
inverse then has ten. Columns with a smaller one, such as years, are standardized.
"""

NEAREST = 0.1
"""After convergence one more step is taken where the decrement is above this share of the tolerance and the step leaves
at most this share of the score. Without it, the same data in other units, or with levels in another order, could stop
on either side of the tolerance and their numbers would differ by as much.
"""


class Footing(NamedTuple):
    """A model on columns for which the information can be formed, its own or standardized ones; the map back (None
    where the columns are its own); the evaluation at its start; and the metric there, where it is known.
    """

    model: Model
    T: Floats | None
    now: Evaluation
    metric: Metric | None


def footing(model: Model) -> Footing:
    """The columns, point and metric from which Newton's method starts: those of a regression, of hazards too, where the
    information is well conditioned. Other models bring their own units, those of their finite differences.
    """
    if isinstance(model, Model) or model.is_partial:
        now = model.evaluate(model.start)
        metric = metric_for(now.information).where_definite(now.information)
        if (
            metric is not None
            and now.is_finite
            and within(now.information.diagonal())
            and metric.well_conditioned(WELL_PLACED)
        ):
            return Footing(model, None, now, metric)
    work, T = about_levels(model)
    return Footing(work, T, work.evaluate(work.start), None)


def about_levels(model: Any) -> tuple[Any, Any]:
    """The model on standardized columns, those beside levels that are codes less what the levels make of them, and T
    with theta = T phi.
    """
    levels = as_columns(model.rows.X).by_levels if isinstance(model, Model) else None
    if levels is None:
        return model.standardized()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # columns beyond float64 are refused below
        X, T = within_levels(levels, model.rows.importance)
        require_units(model.title, model.terms, 1.0 / np.abs(T.diagonal()))
    if model.predictor.own and model.predictor.held(T):  # another linear predictor reads them without the levels
        return model.standardized()
    L = model.predictor.lift(T)
    return replace(model, rows=replace(model.rows, X=X), start=as_units(L).solve(model.start)), L


def newton_ascent(
    model: Any,
    theta: Floats,
    tolerance: float,
    max_steps: int,
    solver: str,
    now: Evaluation | None = None,
    metric: Metric | None = None,
    *,
    first: int = 0,
    trace: list[TraceStep] | None = None,
) -> Solution:
    """Newton steps from theta until the decrement is within the tolerance. Other solvers end with it too, and then give
    the number of its `first` step and the `trace` so far. A model here is anything with `evaluate`, `dispersion`, `n`
    and `title`. `now` is the evaluation at theta and `metric` its metric, where they are known.
    """
    n = model.n
    if now is None:
        now = cast(Evaluation, model.evaluate(theta))
    if not now.is_finite:
        raise DomainError(
            f"{solver} cannot start: the log-likelihood of {model.title} at the starting point is {now.loglik}."
        )

    measured = metric_for(now.information)

    def stand(theta: Floats, now: Evaluation, metric: Metric | None = None) -> Standing:
        metric = metric or measured.for_ascent(now.information)
        return Standing(theta, now, metric, metric.norm(now.score) / sqrt(model.dispersion(theta)))

    def finish(here: Standing) -> Standing | None:
        """A whole step, where the decrement is only just within the tolerance and the step leaves at most a tenth of
        the score; none where the information is nearly singular.
        """
        metric = here.metric
        if here.decrement <= NEAREST * tolerance or not (metric.definite and metric.well_conditioned(WELL_PLACED)):
            return None
        point = here.theta + metric.solve(here.now.score)
        new = model.evaluate(point)
        shorter = new.is_finite and metric.norm(new.score) < NEAREST * metric.norm(here.now.score)
        return stand(point, new) if shorter else None

    found = climb(
        stand(theta, now, metric), partial(rising, model.evaluate, stand, n), tolerance=tolerance, max_steps=max_steps,
        n=n, first=first, trace=trace, finish=finish,
    )  # fmt: skip
    end, now = found.here.metric, found.here.now
    if not end.definite:  # no maximum here: raises, saying which coefficient is not determined
        try:
            end = measured(now.information)
        except IdentificationError as error:
            error.stood = model, found.here.theta
            raise
    elif found.status == "converged" and end.well_conditioned(WELL_PLACED):
        found = replace(found, here=replace(found.here, theta=found.here.theta + end.solve(now.score)))
    return found.solution(end.covariance(), solver, end.kept(), reach=now.reach or np.nan)
