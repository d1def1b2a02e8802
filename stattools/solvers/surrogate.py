"""Maximum likelihood where a read of all rows is dear and a sample of them is held: few reads, all of them certified.

    read       loglik, g, H of all rows at theta;  done where sqrt(g^T H^-1 g) <= tolerance
    step       theta <- argmax of  c l_s(t) + (g - c g_s)^T (t - theta) - (t - theta)^T (H - c H_s) (t - theta) / 2

l_s is the log-likelihood of the sample, g_s and H_s its score and information at theta, c = n / n_s. The surrogate has
the value, slope and curvature of all rows at theta, and from the sample what lies beyond, so that its maximum is wrong
by a sampling error of third order only: two steps from the sample's maximum suffice. For a quadratic it is exact.

Source: Jordan, Lee & Yang, "Communication-efficient distributed statistical inference" (2019), whose surrogate has the
slope only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.scanned_rows import ScannedRows
from stattools.errors import DomainError, IdentificationError
from stattools.model import Evaluation, Model
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.newton_steps import climb, footing
from stattools.solvers.solution import Solution, TraceStep

STEPS = 12
"""Newton steps on the surrogate at most; from near its maximum three do."""


def held_elsewhere(model: Any) -> bool:
    """Are the model's rows in files or on a cluster, with a sample of them in memory?"""
    return isinstance(model, Model) and isinstance(model.rows, ScannedRows)


def surrogate_ascent(model: Model, tolerance: float, max_steps: int, solver: str) -> Solution:
    """The maximum with its certificate from all rows; `reads` counts the reads of the files, the first one included.

    Where the sample does not determine the coefficients, or a surrogate's maximum is no nearer, Newton's method on all
    rows takes over.
    """
    sample = _sample(model)
    _, T, _, _ = footing(sample)
    if T is not None:
        model, T = model.standardized()
        sample = _sample(model)
    theta = _start(sample)
    now = model.evaluate(theta)
    reads, trace, last = 2, [], np.inf
    size = float(np.sqrt(sample.dispersion(theta)))
    while now.is_finite:
        metric = Metric.for_ascent(now.information)
        decrement = metric.norm(now.score) / size
        trace.append(TraceStep(len(trace), now.loglik, float(np.linalg.norm(now.score)) / model.n))
        exhausted = decrement <= 1e-6 and decrement > 0.5 * last
        if metric.definite and (decrement <= tolerance or exhausted):
            theta = theta + metric.solve(now.score)  # costs no read
            found = Solution(
                theta, metric.covariance(), now.loglik, "converged" if decrement <= tolerance else "round-off",
                len(trace) - 1, decrement, tuple(trace), solver, metric.rcond, reads=reads, reach=now.reach or np.nan,
            )  # fmt: skip
            return found.mapped(T)
        if len(trace) > max_steps or not metric.definite or decrement > 0.5 * last:
            break
        theta, last = _surrogate_maximum(sample, model.n / sample.n, theta, now, metric), decrement
        now = model.evaluate(theta)
        reads += 1
    start = theta if now.is_finite else model.start
    return climb(model, start, tolerance, max_steps, solver, now if now.is_finite else None).mapped(T)


def _sample(model: Model) -> Model:
    rows: Any = model.rows
    return replace(model, rows=rows.sampled)


def _start(sample: Model) -> Floats:
    """The sample's maximum, or where the model starts."""
    try:
        found = climb(sample, sample.start, 1e-3, 15, "Newton")
    except (IdentificationError, DomainError):
        return sample.start
    return found.estimate if found.converged and np.isfinite(found.estimate).all() else sample.start


def _surrogate_maximum(sample: Model, c: float, theta: Floats, now: Evaluation, metric: Metric) -> Floats:
    """The maximum of the surrogate about theta, by Newton's method; a Newton step of all rows where it has none."""
    there = sample.evaluate(theta)
    slope, bend = now.score - c * there.score, now.information - c * there.information
    newton = theta + metric.solve(now.score)
    point, last = theta, np.inf
    for _ in range(STEPS):
        at = there if point is theta else sample.evaluate(point)
        if not at.is_finite:
            return newton
        score = c * at.score + slope - bend @ (point - theta)
        own = Metric.for_ascent(c * at.information + bend)
        length = own.norm(score)
        if not own.definite or length > 2.0 * last:
            return newton
        point = point + own.solve(score)
        if length <= 1e-6 or length > 0.5 * last:
            break
        last = length
    return point if np.isfinite(point).all() else newton
