"""A log-likelihood that is not concave may have several maxima: it is climbed from a second start too.

The second start lies as far beyond the first maximum as the first start lay before it, and at least three standard
errors away. The higher of two maxima is taken, and what became of the other climb is said. Few rows can hide a maximum
beside that way: points on the longest principal axes of the covariance of standardized columns are climbed from too, on
both sides, ten standard errors away, and nearer ones on all axes where the link alone takes concavity away, as a
cauchit link does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.in_parts import in_parts
from stattools.solvers.newton import Newton
from stattools.solvers.samples.subsampled_newton import sampled_alike
from stattools.solvers.solution import Solution

NEAREST, FARTHEST = 3.0, 100.0
"""How far from the first maximum the second start lies, in standard errors."""

FEW_ROWS, LONGEST, BESIDE = 200, 3, 10.0
"""Of so few rows a maximum is looked for on so many axes beside the way of the climb, so many standard errors away: of
19 that random regressions hid from two starts, inverse Gaussian and zero-inflated, these found 16.
"""

PATIENCE = 50
"""Steps of the second climb."""

SAME = 1e-4
"""Two ends of climbs that are this near to each other, in standard errors, are one maximum."""

SAID = {
    "same": "A climb from a second start came to it too.",
    "none": "A climb from a second start came to no maximum.",
    "level": "A climb from a second start came to another maximum, as high as this one.",
}


def from_two_starts(model: Model, solution: Solution) -> Solution:
    """The higher of two maxima, and what is said of the other climb; the solution as it is where it is the only one
    and of rows elsewhere, whose reads are dear.
    """
    if model.has_one_maximum or not model.in_memory:
        return solution
    if not np.isfinite(solution.covariance.diagonal()).all():
        return solution
    solution = _beside(model, solution, mirrored(model, solution))
    for start in _starts(model, solution):
        other = _beside(model, solution, start)
        solution = solution if other.second in (SAID["same"], SAID["none"]) else other
    return solution


def _beside(model: Model, solution: Solution, start: Floats) -> Solution:
    """The higher of a maximum and the end of a climb from another start, with what is said of the lower."""
    again = _from(model, start)
    try:
        if sampled_alike(model, again):
            return replace(solution, second=SAID["same"])
        other = Newton().within(again, PATIENCE)
    except (DomainError, ConvergenceError, IdentificationError):
        return replace(solution, second=SAID["none"])
    if not (other.converged and np.isfinite(other.loglik)):
        return replace(solution, second=SAID["none"])
    rise = other.loglik - solution.loglik
    apart = np.abs(other.estimate - solution.estimate) / np.sqrt(solution.covariance.diagonal())
    if apart.max() <= SAME:
        return replace(solution, second=SAID["same"])
    if abs(rise) <= 1e-9 * (1.0 + abs(solution.loglik)):
        return replace(solution, second=SAID["level"])
    lower = f"Of climbs from two starts this is the higher: the other ended {abs(rise):.2g} lower in log-likelihood."
    return replace(other if rise > 0.0 else solution, second=lower)


def _starts(model: Model, solution: Solution) -> list[Floats]:
    """Where else is climbed from, beside the way of the first climb."""
    if in_parts(solution.covariance) or not model.likelihood.knows_ends:  # thousands of axes, or derivatives by steps
        return []
    if model.likelihood.concave_with:
        return _axes(model, solution, len(solution.estimate), NEAREST)
    return _axes(model, solution, LONGEST, BESIDE) if len(model.rows.X) <= FEW_ROWS else []


def _axes(model: Model, solution: Solution, count: int, far: float) -> list[Floats]:
    """Points on the longest principal axes of the covariance of standardized columns, on both sides of the maximum."""
    T = np.asarray(model.standardized()[1])
    half = np.linalg.solve(T, np.linalg.solve(T, solution.covariance).T)
    values, vectors = np.linalg.eigh(0.5 * (half + half.T))
    steps = T @ (far * np.sqrt(np.maximum(values, 0.0)) * vectors)[:, ::-1]
    return [solution.estimate + sign * step for step in steps.T[:count] for sign in (-1.0, 1.0)]


def mirrored(model: Model, solution: Solution) -> Floats:
    """The first start behind the maximum, as far as the log-likelihood is finite there."""
    se = np.sqrt(solution.covariance.diagonal())
    gap = (solution.estimate - model.start) / se
    square = gap * se @ (model.evaluate(solution.estimate).information @ (gap * se))
    length = float(np.sqrt(max(square, 0.0)))
    if not length > 1e-6:
        gap, length = np.ones(len(gap)), float(np.sqrt(len(gap)))
    step = se * gap * (min(max(length, NEAREST), FARTHEST) / length)
    for _ in range(30):
        if np.isfinite(model.evaluate(solution.estimate + step, 0).loglik):
            break
        step = 0.5 * step
    return solution.estimate + step


def _from(model: Model, start: Floats) -> Any:
    return replace(model, start=start)
