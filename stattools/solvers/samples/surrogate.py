"""Maximum likelihood where reading all rows is expensive and a sample is in memory: few reads, with a certificate from
all rows.

    read       loglik, g, H of all rows at theta;  done where sqrt(g^T H^-1 g) <= tolerance
    step       theta <- argmax of  c l_s(t) + (g - c g_s)^T (t - theta) - (t - theta)^T (H - c H_s) (t - theta) / 2

l_s is the log-likelihood of the sample, g_s and H_s its score and information at theta, and c = n / n_s. This surrogate
has the value, slope and curvature of all rows at theta, and the higher derivatives of the sample. Its maximum is wrong
by a sampling error of third order only: two steps from the sample's maximum suffice, and for a quadratic it is exact.
The last read is of the score alone. This near the maximum the sample shows how the information changes along the step,
and standard errors are right to the tolerance, by a bound twenty times as strict as in `subsampled_newton.py`; that
file says why, and when the information has to be read again after all.

Source: Jordan, Lee & Yang, "Communication-efficient distributed statistical inference" (2019), whose surrogate has the
slope only.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np

from stattools.errors import DomainError, IdentificationError
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.climb import HALF, ROUND_OFF, Standing, climb
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.newton_steps import footing, newton_ascent
from stattools.solvers.samples.subsampled_newton import NEAR, carried_well
from stattools.solvers.solution import Solution

STEPS = 12
"""The most Newton steps on the surrogate. Near its maximum each step squares the error, and three are enough."""


def named(solver: str, model: Model) -> str:
    """The name of a solver together with the place of the rows: "Newton on files"."""
    return f"{solver} {model.rows.place.replace('in ', 'on ', 1)}"


def surrogate_ascent(model: Any, tolerance: float, max_steps: int) -> Solution | None:
    """The maximum of a model whose rows are in files, with its certificate from all rows; None for rows in memory."""
    if model.in_memory:
        return None
    T = footing(expanded(model)).T
    if T is not None:
        model, T = model.standardized()
    return certified_ascent(model, expanded(model), tolerance, max_steps, named("Newton", model)).mapped(T)


def certified_ascent(whole: Any, stand_in: Any, tolerance: float, max_steps: int, solver: str) -> Solution:
    """The maximum of `whole`, each of whose evaluations is a read of all rows, after the first that made it.

    `stand_in` is the same function of a sample that stands for all rows (see `expanded`). Where the sample does not
    determine the coefficients, or the maximum of a surrogate is no nearer, Newton's method on `whole` takes over.
    """
    theta, reads = _start(stand_in), 1
    size = float(np.sqrt(stand_in.dispersion(theta)))
    carried = min(NEAR, 0.2 * tolerance * sqrt(whole.n * len(stand_in.rows.X))) if isinstance(whole, Model) else 0.0

    def stand(theta: Floats, now: Evaluation) -> Standing:
        metric = Metric.for_ascent(now.information)
        return Standing(theta, now, metric, metric.norm(now.score) / size if metric.definite else np.inf)

    def step(here: Standing) -> Standing | None:
        nonlocal reads
        if not here.metric.definite:
            return None
        theta = _surrogate_maximum(stand_in, here.theta, here.now, here.metric)
        if here.decrement <= carried:  # the sample shows how the information changes: the score alone is read
            reads += 1
            information = here.now.information + stand_in.change(here.theta, theta)
            ahead = stand(theta, replace(whole.evaluate(theta, order=1), information=information, reach=here.now.reach))
            if carried_well(here.decrement, ahead.decrement):
                return ahead
        reads += 1
        now = whole.evaluate(theta)
        return stand(theta, now) if now.is_finite else None

    reads += 1
    now = whole.evaluate(theta)
    if not now.is_finite:
        return newton_ascent(whole, whole.start, tolerance, max_steps, solver)
    found = climb(stand(theta, now), step, tolerance=tolerance, max_steps=max_steps, n=whole.n, leaves=HALF)
    here, metric = found.here, found.here.metric
    if found.status == "max-steps" or not metric.definite:
        return newton_ascent(whole, here.theta, tolerance, max_steps, solver, here.now)
    last = replace(here, theta=here.theta + metric.solve(here.now.score))  # a step that costs no read
    reach = here.now.reach or np.nan
    return replace(found, here=last).solution(metric.covariance(), solver, metric.kept(), reads=reads, reach=reach)


def expanded(model: Model) -> Model:
    """The model over the sample of its rows that is in memory, with weights that make each row count for as many as it
    stands for.
    """
    sample = model.rows.sampled
    c = model.n / sample.n
    weight = np.full(len(sample.X), c) if sample.weight is None else c * sample.weight
    return replace(model, rows=replace(sample, weight=weight))


def _start(stand_in: Any) -> Floats:
    """The maximum of the sample, or the start of the model where the sample has none."""
    try:
        found = newton_ascent(stand_in, stand_in.start, 1e-3, 15, "Newton")
    except (IdentificationError, DomainError):
        return stand_in.start
    return found.estimate if found.converged and np.isfinite(found.estimate).all() else stand_in.start


def _surrogate_maximum(stand_in: Any, theta: Floats, now: Evaluation, metric: Metric) -> Floats:
    """The maximum of the surrogate about theta, by Newton's method; where it has none, the end of a Newton step of all
    rows.
    """
    there = stand_in.evaluate(theta)
    slope, bend = now.score - there.score, now.information - there.information

    def stand(point: Floats, at: Evaluation) -> Standing:
        if not at.is_finite:
            return Standing(point, at, None, np.inf)
        at = replace(at, score=at.score + slope - bend @ (point - theta))
        own = Metric.for_ascent(at.information + bend)
        return Standing(point, at, own, own.norm(at.score) if own.definite else np.inf, own.solve(at.score))

    def step(here: Standing) -> Standing:
        point = here.theta + here.ahead
        return stand(point, stand_in.evaluate(point))

    start = stand(theta, there)
    if start.decrement < np.inf:
        found = climb(start, step, tolerance=ROUND_OFF, max_steps=STEPS - 1, n=1.0, leaves=HALF)
        point = found.here.theta + found.here.ahead
        if found.here.decrement < 2.0 * found.last and np.isfinite(point).all():
            return point
    return theta + metric.solve(now.score)
