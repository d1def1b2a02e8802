"""The last steps of a softmax regression, and the certificate that its size allows.

Where standard errors are asked for, the information is formed and Newton's steps end the climb; where not, conjugate
gradients measure the decrement on all rows and take what is left of the step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.interface.memory import require_memory
from stattools.numerics.conjugate_gradients import newton_step
from stattools.solvers.softmax.metric_in_place import MetricInPlace
from stattools.solvers.softmax.passes import SoftmaxPasses
from stattools.solvers.solution import Known, Solution, Status, TraceStep
from stattools.solvers.steps.newton_steps import ROUND_OFF, climb
from stattools.solvers.steps.quasi_newton import Ascent

NEAR = 4e-8
"""A standard error changes by about the last step, in standard errors, over sqrt(n): it may by so much."""

INFORMATIONS = 4
"""The information is formed so often at most, each time nearer the maximum."""


def require_room(size: int, matrices: int) -> None:
    """DomainError where so many matrices (size, size) are more than memory holds: the information, and as much again
    for what else is at work; five for Newton's method.
    """
    require_memory(
        f"Standard errors of {size:,} coefficients",
        matrices * size * size,
        "Use penalty=st.Ridge(strength), whose estimates have none, or fewer columns.",
    )


def near(n: float) -> float:
    """So near the maximum, in standard errors, the information is that of the maximum."""
    return NEAR * float(np.sqrt(n))


def by_information(passes: SoftmaxPasses, found: Ascent, tolerance: float) -> Solution:
    """Steps with the information that the covariance needs anyway, formed again where it was not that of the maximum;
    Newton's method with step halving, and with five matrices of its size, where they do not contract.
    """
    theta, trace, now = found.theta, list(found.trace), found.now
    for _ in range(INFORMATIONS):
        metric = MetricInPlace(passes.information(theta))
        decrement, last = metric.norm(now.score), np.inf
        close = decrement <= near(passes.n)
        while tolerance < decrement < 0.1 * last:
            theta, last = theta + metric.solve(now.score), decrement
            now = passes.evaluate(theta, order=1)
            decrement = metric.norm(now.score) if now.is_finite else np.inf
            trace.append(TraceStep(len(trace), now.loglik, float(np.linalg.norm(now.score)) / passes.n))
        if close and decrement <= tolerance:
            rcond, steps = metric.rcond, len(trace) - 1
            C = metric.covariance()
            return Solution(theta, C, now.loglik, "converged", steps, decrement, tuple(trace), "L-BFGS", Known(rcond))
        del metric
        if not decrement < last:
            break
    require_room(len(theta), 5)
    end = climb(passes, found.theta, tolerance, 10, "L-BFGS")  # type: ignore[arg-type]
    trace = tuple(found.trace) + tuple(step._replace(step=found.steps + step.step) for step in end.trace[1:])
    return replace(end, steps=found.steps + end.steps, trace=trace)


def by_gradients(passes: SoftmaxPasses, single: SoftmaxPasses, found: Ascent, tolerance: float) -> Solution:
    """The decrement measured by conjugate gradients on all rows, and their steps where it is too large; products with
    the information are in single precision, at the probabilities that `single` keeps, scores are not.
    """
    theta, now, trace, metric = found.theta, found.now, list(found.trace), found.metric
    last, steps = np.inf, found.steps
    status: Status
    while True:
        step, decrement = newton_step(single.times, now.score, metric, enough=tolerance)
        if decrement <= tolerance:
            status = "converged"
        elif decrement <= ROUND_OFF and decrement > 0.5 * last:
            status = "round-off"
        elif steps >= found.steps + 10:
            status = "max-steps"
        else:
            theta = theta + step
            now, last, steps = passes.evaluate(theta, order=1, keep=single), decrement, steps + 1
            trace.append(TraceStep(steps, now.loglik, float(np.linalg.norm(now.score)) / passes.n))
            continue
        none = np.broadcast_to(np.nan, (len(theta), len(theta)))
        return Solution(theta, none, now.loglik, status, steps, decrement, tuple(trace), "L-BFGS", Known(metric.rcond))
