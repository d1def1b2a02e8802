"""Newton's method for many rows: samples of them first, all of them for the score, and once for the information.

    1. Newton on growing samples                       (`subsample.py`)
    2. steps by the score of all rows, with the last sample's information as metric   (`unit_steps.py`)
    3. score and information of all rows, a Newton step with them, and the score where it leads: the certificate

Results at the last information are corrected to the maximum: the log-likelihood by the scores at the two ends of a
step, (g + h)^T d / 2, which from a decrement of 1e-2 is within 1e-9 of it, and the information by what the sample says
of its change. A step of length lambda standard errors changes it by about lambda / sqrt(n) of itself, and m rows know
the change to about one part in sqrt(m), so it is formed at lambda = 7 tolerance sqrt(n m) or nearer; the smallest of
the samples that are large enough will do. The score at the end of the step checks the correction: a right one leaves no
score, and the share of lambda that is left is the relative error of the standard errors, to a factor of two or so.
Where a few far rows change more than the sample shows, the information is formed again, at the maximum.

Where the samples do not determine the coefficients, or the steps do not contract, the answer is None and the caller
takes the usual method, whose steps and errors do not depend on samples.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np

from stattools.errors import DomainError, IdentificationError
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.samples.subsample import Start, sample_sizes, step_carried, subsample_start
from stattools.solvers.solution import Solution, TraceStep
from stattools.solvers.steps.unit_steps import Shares, ascend

NEAR = 1e-2
"""The information is formed this close to the maximum, in standard errors, or closer."""

SHARP = 1e-6
"""A step may leave so much of its decrement; standard errors are then right to about as much."""

MOST_READS = 8
"""Steps by the score alone; beyond them Newton's own method is as fast."""


def subsampled(model: Model, tolerance: float, max_steps: int) -> Solution | None:
    """The maximum with its certificate from all rows; None where the usual method has to find it."""
    sizes = sample_sizes(model) if isinstance(model, Model) and not model.has_scale else []
    if not sizes or max_steps < MOST_READS:
        return None
    try:
        start = subsample_start(model, sizes)
        least = _carried_from(start.model, start.samples[-1], tolerance)
        near = ascend(Shares.of(start.model), start.theta, start.metric, least, MOST_READS)
        return near and _certified(start, *near, tolerance)
    except (DomainError, IdentificationError):
        return None


def _certified(
    start: Start, theta: Floats, reads: int, tolerance: float, before: tuple[TraceStep, ...] = ()
) -> Solution | None:
    """Newton steps with the information formed at theta, until the score of all rows is small enough; where it has to
    be formed again, `before` are the steps that led there.
    """
    model, samples = start.model, start.samples
    now = model.evaluate(theta)
    metric = Metric(now.information)
    trace, decrement, sharp = [*before, _step(len(before), now, model)], metric.norm(now.score), True
    sample = next((one for one in samples if decrement <= _carried_from(model, one, tolerance)), samples[-1])
    while decrement > tolerance:
        last, behind = decrement, theta
        if len(trace) == len(before) + 1:
            theta, metric = step_carried(theta, now, sample, model.n / sample.n)
        else:
            theta = theta + metric.solve(now.score)
        score = model.ascent(theta)
        now = replace(now, score=score, loglik=now.loglik + 0.5 * float((now.score + score) @ (theta - behind)))
        decrement = metric.norm(score)
        sharp = sharp and carried_well(last, decrement)
        trace.append(_step(len(trace), now, model))
        if not decrement < 0.1 * last:
            return None
    reads += len(trace) - len(before)
    if not sharp:
        return _certified(start, theta, reads, tolerance, tuple(trace[:-1]))
    found = Solution(
        theta, metric.covariance(), now.loglik, "converged", len(trace) - 1, decrement, tuple(trace),
        "Newton on subsamples", metric.kept(), reads=reads, reach=now.reach,
    )  # fmt: skip
    return found.mapped(start.T)


def _carried_from(model: Model, sample: Model, tolerance: float) -> float:
    """The decrement from which the sample's correction of the information suffices."""
    return min(NEAR, 7.0 * tolerance * sqrt(model.n * sample.n))


def carried_well(decrement: float, left: float) -> bool:
    """Are standard errors right that were corrected along a step, of whose decrement so much is left?

    Below SHARP no change counts: a single row that determines a coefficient changes by the decrement.
    """
    return decrement <= SHARP or left <= SHARP * decrement


def _step(count: int, now: Evaluation, model: Model) -> TraceStep:
    return TraceStep(count, now.loglik, float(np.linalg.norm(now.score)) / model.n)
