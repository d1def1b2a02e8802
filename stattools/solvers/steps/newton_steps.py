"""Newton steps with step halving, stopped by the decrement measured at the returned point."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from stattools.errors import DomainError
from stattools.interface.units import within
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.metric import Floats, Metric, dot, nrm2
from stattools.solvers.solution import Solution, Status, TraceStep

ROUND_OFF = 1e-6
"""A decrement this small that no longer falls is the limit of float64, not a failure."""

WELL_PLACED = 1e-6
"""Columns whose information has at least this reciprocal condition are left as they are; its inverse then has ten
digits. Others, such as years, are standardized.
"""


NEAREST = 0.1
"""Where the decrement is above this share of the tolerance one more step is taken, if it makes the score so much
smaller: columns in other units, or levels in another order, then lead to the same numbers.
"""


class Footing(NamedTuple):
    """A model on columns that its information can be formed of, its own or standardized ones, the map back (None: the
    same columns), and the evaluation and the metric at its start, the metric where it is known.
    """

    model: Model
    T: Floats | None
    now: Evaluation
    metric: Metric | None


def footing(model: Model) -> Footing:
    """Where Newton's method can start; models without columns bring their own units, those of finite differences."""
    if isinstance(model, Model):
        now = model.evaluate(model.start)
        metric = Metric.where_definite(now.information)
        if (
            metric is not None
            and now.is_finite
            and within(now.information.diagonal())
            and metric.well_conditioned(WELL_PLACED)
        ):
            return Footing(model, None, now, metric)
    work, T = model.standardized()
    return Footing(work, T, work.evaluate(work.start), None)


def climb(
    model: Model,
    theta: Floats,
    tolerance: float,
    max_steps: int,
    solver: str,
    now: Evaluation | None = None,
    metric: Metric | None = None,
) -> Solution:
    """Newton steps from theta until the decrement is within tolerance; also the last steps of other solvers. `now` is
    the evaluation at theta, `metric` its metric, where they are known.
    """
    now = model.evaluate(theta) if now is None else now
    if not now.is_finite:
        raise DomainError(
            f"{solver} cannot start: the log-likelihood of {model.title} at the starting point is {now.loglik}."
        )
    trace: list[TraceStep] = []
    step, last, near = 0, np.inf, False
    while True:
        metric = metric or Metric.for_ascent(now.information)
        decrement = metric.norm(now.score) / sqrt(model.dispersion(theta))
        trace.append(TraceStep(step, now.loglik, float(nrm2(now.score)) / model.n))
        status: Status
        if decrement <= tolerance:
            status = "converged"
            beyond = NEAREST * tolerance < decrement and step < max_steps and not near
            following = _full_step(model, theta, now, metric) if beyond else None
            if following is not None:
                theta, now, metric, near = *following, None, True
                step += 1
                continue
        elif decrement <= ROUND_OFF and decrement > 0.5 * last:
            status = "round-off"
        elif step == max_steps:
            status = "max-steps"
        else:
            following = _longest_rising_step(model, theta, metric.solve(now.score), now, metric)
            if following is not None:
                theta, now, last, metric = *following, decrement, None
                step += 1
                continue
            status = "round-off" if decrement <= ROUND_OFF else "max-steps"
        if not metric.definite:
            metric = Metric(now.information)  # no maximum here: raises, saying which coefficient is not determined
        return Solution(theta, metric.covariance(), now.loglik, status, step, decrement, tuple(trace), solver,
                        metric.kept(), reach=now.reach or np.nan)  # fmt: skip


def _full_step(model: Model, theta: Floats, now: Evaluation, metric: Metric) -> tuple[Floats, Evaluation] | None:
    """Newton's step where it makes the score a tenth or less; none where the information is nearly singular."""
    if not (metric.definite and metric.well_conditioned(WELL_PLACED)):
        return None
    point = theta + metric.solve(now.score)
    new = model.evaluate(point)
    return (point, new) if new.is_finite and metric.norm(new.score) < NEAREST * metric.norm(now.score) else None


def _longest_rising_step(
    model: Model, theta: Floats, direction: Floats, now: Evaluation, metric: Metric
) -> tuple[Floats, Evaluation] | None:
    """The first of theta + direction / 2^k that raises the log-likelihood or, where that is round-off, lowers the
    score.
    """
    slope = dot(now.score, direction)
    noise = 1e-13 * (abs(now.loglik) + model.n)
    for _ in range(60):
        point = theta + direction
        new = model.evaluate(point)
        if new.is_finite:
            rise = new.loglik - now.loglik
            if rise >= 1e-4 * slope and rise > noise:
                return point, new
            if abs(rise) <= noise and metric.norm(new.score) < metric.norm(now.score):
                return point, new
        direction, slope = 0.5 * direction, 0.5 * slope
    return None
