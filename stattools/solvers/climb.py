"""The climb that all solvers share: look, note, ask the rule, take a step.

    decrement = sqrt(g^T H^-1 g)      the distance to the maximum, in standard errors
    ended     where the decrement is within the tolerance, or is round-off that no longer falls

A solver says where it stands (`Standing`) and how it steps from there: how it reads rows, and the metric that measures
a score. Loop, rule, trace and line search are written here only. Newton's climb returns the point to which the next
step leads, which costs nothing and squares the distance to the maximum: the same data in other units or in another
order stop at other points, and their estimates agree to round-off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import sqrt
from typing import Any, NamedTuple, cast

import numpy as np

from stattools.data.rows.rows import orthogonal_columns
from stattools.data.rows.standardization import Standardization, within_levels
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.progress import ENDS, require_time
from stattools.interface.record import record
from stattools.interface.units import require_units, within
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.numerics.columns import with_levels
from stattools.solvers.metric import Metric, dot, nrm2
from stattools.solvers.solution import NOT_MEASURED, Quality, Solution, Status, TraceStep

ROUND_OFF = 1e-6
"""A decrement this small that no longer falls is the limit of float64, not a failure: the log-likelihood is 5e-13 below
its maximum, which is less than the rounding of a sum of some thousand rows.
"""

HALF = 0.5
"""The largest share of the decrement that a Newton step leaves where it still makes progress: steps square the
decrement, so one that leaves more has met round-off.
"""

ENOUGH = 1e-4
"""The share of the rise promised by the slope that a step must reach: the usual constant of Armijo's rule (Nocedal &
Wright, Numerical Optimization, 2006, 3.1).
"""

NOISE = 1e-13
"""The round-off of a log-likelihood as a share of it and of the number of rows: some hundred times the rounding of
float64 (1e-16), since the errors of a sum over many rows add up.
"""

HALVINGS = 60
"""The most halvings of a step. 2^-60 of a step is below the last digit of float64."""

noted = partial(tuple.__new__, TraceStep)
"""Makes a TraceStep of (step, loglik, score_norm) without the Python call of its own constructor."""


@record
class Standing:
    """Where a climb stands: the point theta, the evaluation there, the metric that measures scores, and the decrement.
    `ahead` is the step that the metric makes of the score, where it is already known.
    """

    theta: Floats
    now: Evaluation
    metric: Any
    decrement: float
    ahead: Any = None


@record
class Climbed:
    """Where a climb ended and why, the number of its last step, its trace, and the decrement before that step."""

    here: Standing
    status: Status
    steps: int
    trace: list[TraceStep]
    last: float

    def solution(
        self,
        covariance: Floats,
        solver: str,
        quality: Quality = NOT_MEASURED,
        *,
        reads: int = 0,
        reach: float = np.nan,
    ) -> Solution:
        """The solution that stands here, with what the climb does not know of it."""
        here = self.here
        climbed = self.status, self.steps, here.decrement, tuple(self.trace)
        return Solution(here.theta, covariance, here.now.loglik, *climbed, solver, quality, reads=reads, reach=reach)


def ended(decrement: float, last: float, tolerance: float, round_off: float = ROUND_OFF) -> Status | None:
    """The stopping rule: why a climb ends at this decrement, where `last` was the decrement before the step; None where
    it goes on.

    >>> ended(1e-9, 1e-4, 1e-8), ended(3e-8, 4e-8, 1e-8), ended(3e-8, 1e-4, 1e-8)
    ('converged', 'round-off', None)
    """
    if decrement <= tolerance:
        return "converged"
    return "round-off" if decrement <= round_off and decrement > HALF * last else None


def climb(
    here: Standing,
    step: Callable[[Standing], Standing | None],
    *,
    tolerance: float,
    max_steps: float,
    n: float,
    first: int = 0,
    trace: list[TraceStep] | None = None,
    round_off: float = ROUND_OFF,
    leaves: float | None = None,
    finish: Callable[[Standing], Standing | None] | None = None,
) -> Climbed:
    """Take steps until the rule ends the climb, `step` finds none (None), or `max_steps` were taken.

    `n` is the number of rows, by which the scores in the trace are divided. A climb that continues an earlier one is
    given the number of its `first` step and the `trace` so far. `round_off=0` is for steps that do not halve the
    decrement each time, such as first-order steps. Where a step leaves more than the share `leaves` of the decrement,
    steps do not contract, and the climb ends too. `finish` is asked once for a last step, when the climb has converged
    with steps left.
    """
    trace = [] if trace is None else trace
    taken, last = 0, np.inf
    while True:
        if ENDS.get():
            require_time()
        now, decrement = here.now, here.decrement
        trace.append(noted((first + taken, now.loglik, nrm2(now.score) / n)))
        status = ended(decrement, last, tolerance, round_off)
        following = None
        if status is None:
            contracts = leaves is None or decrement <= leaves * last
            if taken < max_steps and contracts:
                following = step(here)
                if following is None and decrement <= ROUND_OFF:  # no step leads higher
                    status = "round-off"
        elif finish is not None and status == "converged" and taken < max_steps:
            following, finish = finish(here), None
        if following is not None:
            here, last, taken = following, decrement, taken + 1
            continue
        return Climbed(here, status or "max-steps", first + taken, trace, last)


def rising(
    evaluate: Callable[[Floats], Evaluation],
    stand: Callable[[Floats, Evaluation], Standing],
    n: float,
    here: Standing,
    *,
    noise: float = NOISE,
    halvings: int = HALVINGS,
    patience: int = HALVINGS,
) -> Standing | None:
    """The first of theta + ahead / 2^k that raises the log-likelihood. Where its change is within round-off, a point
    with a shorter score is taken too. None where none of `halvings` points will do, or where `patience` of them changed
    the log-likelihood by round-off only.

    `noise` is the round-off of a log-likelihood as a share of it.
    """
    theta, now, metric = here.theta, here.now, here.metric
    ahead = metric.solve(now.score) if here.ahead is None else here.ahead
    slope = dot(now.score, ahead)
    noise = noise * (abs(now.loglik) + n)
    for _ in range(halvings):
        if ENDS.get():  # a line search of many rows may halve for long
            require_time()
        point = theta + ahead
        new = evaluate(point)
        if new.is_finite:
            rise = new.loglik - now.loglik
            if rise >= ENOUGH * slope and rise > noise:
                return stand(point, new)
            if abs(rise) <= noise:
                if metric.norm(new.score) < metric.norm(now.score):
                    return stand(point, new)
                patience -= 1
                if not patience:
                    return None
        ahead, slope = 0.5 * ahead, 0.5 * slope
    return None


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
    """A model on columns for which the information can be formed, its own, standardized or orthogonal ones; the map
    back (None where the columns are its own); the evaluation at its start; and the metric there, where it is known.
    """

    model: Model
    T: Any
    now: Evaluation
    metric: Metric | None


def footing(model: Model) -> Footing:
    """The columns, point and metric from which Newton's method starts: those of a regression, of hazards too, where the
    information is well conditioned. Other models bring their own units, those of their finite differences.
    """
    if isinstance(model, Model) or model.facts.is_partial:
        found = _placed(model, None)
        if found.metric is not None:
            return found
    found = _placed(*about_levels(model))
    if found.metric is None and isinstance(model, Model) and (other := orthogonal(found.model)) is not None:
        work, T = other
        return Footing(work, found.T.before(T), work.evaluate(work.start), None)
    return found


def _placed(model: Any, T: Any) -> Footing:
    """The model at its start, with the metric where that is well conditioned."""
    now = model.evaluate(model.start)
    metric = Metric.where_definite(now.information)
    if not (now.is_finite and within(now.information.diagonal())):
        metric = None
    return Footing(model, T, now, metric if metric and metric.well_conditioned(WELL_PLACED) else None)


def about_levels(model: Any) -> tuple[Any, Any]:
    """The model on standardized columns, those beside levels that are codes less what the levels make of them, and T
    with theta = T phi.
    """
    levels = with_levels(model.rows.X) if isinstance(model, Model) else None
    if levels is None:
        return model.standardized()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # columns beyond float64 are refused below
        X, T = within_levels(levels, model.rows.importance)
        require_units(model.title, model.terms, 1.0 / np.abs(T.diagonal()))
    if model.predictor.own and model.predictor.held(T):  # another linear predictor reads them without the levels
        return model.standardized()
    L = model.predictor.lift(T)
    return replace(model, rows=replace(model.rows, X=X), start=L.solve(model.start)), L


def orthogonalized(model: Model) -> tuple[Model, Standardization]:
    """The model on standardized columns, or on orthogonal ones where these nearly depend on each other, and T."""
    work, T = model.standardized()
    found = orthogonal(work)
    return (work, T) if found is None else (found[0], T.before(found[1]))


def orthogonal(model: Model) -> tuple[Model, Standardization] | None:
    """The same model on orthogonal columns, and T with theta = T phi; None where `orthogonal_columns` has none."""
    found = orthogonal_columns(model.rows, model.predictor.read_alike)
    if found is None:
        return None
    T = model.predictor.lift(found[1])
    return replace(model, rows=found[0], start=T.solve(model.start)), T


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

    def stand(theta: Floats, now: Evaluation, metric: Metric | None = None) -> Standing:
        metric = metric or Metric.for_ascent(now.information)
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

    start, step = stand(theta, now, metric), partial(rising, model.evaluate, stand, n)
    found = climb(start, step, tolerance=tolerance, max_steps=max_steps, n=n, first=first, trace=trace, finish=finish)
    end, now = found.here.metric, found.here.now
    if not end.definite:  # no maximum here: raises, saying which coefficient is not determined
        try:
            end = Metric(now.information)
        except IdentificationError as error:
            error.stood = model, found.here.theta
            raise
    elif found.status == "converged" and end.well_conditioned(WELL_PLACED):
        found = replace(found, here=replace(found.here, theta=found.here.theta + end.solve(now.score)))
    return found.solution(end.covariance(), solver, end.kept(), reach=now.reach or np.nan)
