"""Newton's method with step halving, stopped by the decrement measured at the returned point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stattools.errors import DomainError
from stattools.model import Evaluation, Model
from stattools.solvers.metric import Floats, Metric
from stattools.solvers.requirements import require_rows, require_tolerance
from stattools.solvers.solution import Solution, Status, TraceStep

ROUND_OFF = 1e-6
"""A decrement this small that no longer falls is the limit of float64, not a failure."""


@dataclass(frozen=True)
class Newton:
    """theta <- theta + t H^-1 g, t = 1, 1/2, 1/4, ... until the log-likelihood rises.

    `tolerance` bounds the Newton decrement sqrt(g^T H^-1 g): the distance to the maximum in standard errors. Where
    there is no maximum (separated outcomes) it falls by exp(-1/2) a step; `st.fit` finds that out. Source: Boyd &
    Vandenberghe, Convex Optimization (2004), 9.5. Raises DomainError for a tolerance that is not positive,
    IdentificationError where the information is singular at the end.

    >>> Newton(tolerance=1e-10)
    Newton(tolerance=1e-10, max_steps=100)
    """

    tolerance: float = 1e-8
    max_steps: int = 100
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("Newton", self.tolerance, self.max_steps)

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start` on standardized columns."""
        require_rows("Newton", self.needs, model)
        work, T = model.standardized()
        return climb(work, work.start, self.tolerance, self.max_steps, "Newton").mapped(T)


def climb(model: Model, theta: Floats, tolerance: float, max_steps: int, solver: str) -> Solution:
    """Newton steps from theta until the decrement is within tolerance; also the last steps of other solvers."""
    now = model.evaluate(theta)
    if not now.is_finite:
        raise DomainError(
            f"{solver} cannot start: the log-likelihood of {model.title} at the starting point is {now.loglik}."
        )
    trace: list[TraceStep] = []
    step, last = 0, np.inf
    while True:
        metric = Metric.for_ascent(now.information)
        decrement = metric.norm(now.score) / float(np.sqrt(model.dispersion(theta)))
        trace.append(TraceStep(step, now.loglik, float(np.linalg.norm(now.score)) / model.n))
        status: Status
        if decrement <= tolerance:
            status = "converged"
        elif decrement <= ROUND_OFF and decrement > 0.5 * last:
            status = "round-off"
        elif step == max_steps:
            status = "max-steps"
        else:
            following = _longest_rising_step(model, theta, metric.solve(now.score), now, metric)
            if following is not None:
                theta, now, last = *following, decrement
                step += 1
                continue
            status = "round-off" if decrement <= ROUND_OFF else "max-steps"
        if not metric.definite:
            metric = Metric(now.information)  # no maximum here: raises, saying which coefficient is not determined
        covariance = metric.covariance()
        return Solution(theta, covariance, now.loglik, status, step, decrement, tuple(trace), solver, metric.rcond)


def _longest_rising_step(
    model: Model, theta: Floats, direction: Floats, now: Evaluation, metric: Metric
) -> tuple[Floats, Evaluation] | None:
    """The first of theta + direction / 2^k that raises the log-likelihood or, where that is round-off, lowers the
    score.
    """
    slope = float(now.score @ direction)
    noise = 1e-13 * (abs(now.loglik) + model.n)
    length = 1.0
    for _ in range(60):
        point = theta + length * direction
        new = model.evaluate(point)
        if new.is_finite:
            rise = new.loglik - now.loglik
            if rise >= 1e-4 * length * slope and rise > noise:
                return point, new
            if abs(rise) <= noise and metric.norm(new.score) < metric.norm(now.score):
                return point, new
        length *= 0.5
    return None
