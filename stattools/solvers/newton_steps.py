"""Newton steps with step halving, stopped by the decrement measured at the returned point."""

from __future__ import annotations

from functools import partial
from math import sqrt
from typing import Any, NamedTuple, cast

import numpy as np

from stattools.errors import DomainError
from stattools.interface.units import within
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.climb import Standing, climb, rising
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.solution import Solution, TraceStep

WELL_PLACED = 1e-6
"""Columns whose information has at least this reciprocal condition are left as they are: of the 16 digits of float64
its inverse then has ten. Others, such as years, are standardized.
"""

NEAREST = 0.1
"""Where the decrement is above this share of the tolerance, one more step is taken if it makes the score a tenth or
less. Without it, columns in other units, or levels in another order, may end at either side of the tolerance, and their
numbers would differ by as much.
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
    """Newton steps from theta until the decrement is within tolerance; also the last steps of other solvers, with the
    number of the `first` of them and the `trace` before it. A model here is what has `evaluate`, `dispersion`, `n` and
    `title`. `now` is the evaluation at theta, `metric` its metric, where they are known.
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
        """A whole step where the decrement is just within the tolerance and the score becomes a tenth or less; none
        where the information is nearly singular.
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
    if not end.definite:
        end = Metric(now.information)  # no maximum here: raises, saying which coefficient is not determined
    return found.solution(end.covariance(), solver, end.kept(), reach=now.reach or np.nan)
