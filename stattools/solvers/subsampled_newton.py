"""Newton's method for many rows: samples of them first, all of them for the score, and once for the information.

    1. Newton on growing samples                       (`subsample.py`)
    2. steps by the score of all rows, with the last sample's information as metric   (`unit_steps.py`)
    3. score and information of all rows, a Newton step with them, and the score where it leads: the certificate

The log-likelihood is computed with the information and carried on by the scores at the two ends of a step, (g + h)^T d
/ 2, which from a decrement of 1e-4 is within 1e-12 of it.

Where the samples do not determine the coefficients, or the steps do not contract, the answer is None and the caller
takes the usual method, whose steps and errors do not depend on samples.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.errors import DomainError, IdentificationError
from stattools.model import Model
from stattools.solvers.metric import Metric
from stattools.solvers.solution import Solution, TraceStep
from stattools.solvers.subsample import sample_sizes, subsample_start
from stattools.solvers.unit_steps import ascend

NEAR = 1e-4
"""The information is formed this close to the maximum, in standard errors: standard errors then move by less than the
tolerance in the last step.
"""

MOST_READS = 8
"""Steps by the score alone; beyond them Newton's own method is as fast."""


def subsampled(model: Model, tolerance: float, max_steps: int) -> Solution | None:
    """The maximum with its certificate from all rows; None where the usual method has to find it."""
    sizes = sample_sizes(model) if isinstance(model, Model) and not model.has_scale else []
    if not sizes or max_steps < MOST_READS:
        return None
    try:
        work, T, theta, metric = subsample_start(model, sizes)
        near = ascend(work, theta, metric, NEAR, MOST_READS)
        if near is None:
            return None
        theta, reads = near
        now = work.evaluate(theta)
        metric = Metric(now.information)
    except (DomainError, IdentificationError):
        return None
    decrement, covariance = metric.norm(now.score), metric.covariance()
    trace = [TraceStep(0, now.loglik, float(np.linalg.norm(now.score)) / model.n)]
    reads += 1
    while decrement > tolerance:
        last, before, step = decrement, now.score, metric.solve(now.score)
        theta = theta + step
        score = work.ascent(theta)
        now = replace(now, score=score, loglik=now.loglik + 0.5 * float((before + score) @ step))
        decrement = metric.norm(score)
        reads += 1
        trace.append(TraceStep(len(trace), now.loglik, float(np.linalg.norm(now.score)) / model.n))
        if not decrement < 0.1 * last:
            return None
    found = Solution(
        theta, covariance, now.loglik, "converged", len(trace) - 1, decrement, tuple(trace), "Newton on subsamples",
        metric.rcond, reads=reads, reach=now.reach,
    )  # fmt: skip
    return found.mapped(T)
