"""The maximum of a user's log-likelihood whose parameters have bounds: inside of them, or on one.

Steps are held inside: beyond the bounds a log-likelihood is -inf, and a step that is too long is shortened. SciPy's
L-BFGS-B tells first which parameters come to a bound: with these held there the others climb, and that is the maximum
where the log-likelihood falls from every such bound.

Is a function minus a log-likelihood? It then has a lowest point near the start, and no highest.

Asked before a climb where the function curves upward along every parameter, and of any function where a climb failed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, DomainError, IdentificationError
from stattools.inference.existence.summit import certified
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom
from stattools.solvers.newton import Newton
from stattools.solvers.own_units import climb_in_own_units
from stattools.solvers.solution import Solution

Found = tuple[Custom, Solution]

NEAR = 1e-9
"""A search goes so near to a bound, as a share of the way from the start: a function may have no value on it."""
AWAY = 8.0 ** np.arange(-8.0, 0.0)
"""Steps from a bound towards the start, as shares of the way there, the shortest first."""
LEAST = 1e-7
"""A log-likelihood that changes by less has not changed."""


def certified_within(model: Custom, solver: Any) -> Found:
    """The maximum and the model in the units that hold there, as of `certified`, with `edges` where it is on a bound.

    Raises what `certified` raises where there is no maximum, inside or on a bound.
    """
    if isinstance(solver, Newton):
        check_turned(model)
    on = _reached(model)
    if on and (found := _held(model, solver, on)) is not None:
        if len(on) == len(model.names) and is_turned(model):  # minus a log-likelihood is highest in a corner
            raise negative(model)
        return found
    try:
        return certified(model, solver)
    except (ConvergenceError, IdentificationError) as error:
        if is_turned(model):
            raise negative(model) from error
        raise


def _reached(model: Custom) -> dict[int, float]:
    """The parameters that a search brings to a bound, by their numbers, each with the bound."""
    if model.low is None or model.high is None:
        return {}
    from scipy.optimize import minimize

    start, unit, top = model.start, np.abs(np.diagonal(model.axes)), model.loglik(model.start)
    with np.errstate(invalid="ignore"):  # there is no share of a way that has no end
        ends = [np.where(np.isfinite(end), end + NEAR * (start - end), end) for end in (model.low, model.high)]

    def loss(phi: Floats) -> float:
        value = model.loglik(np.clip(start + unit * phi, *ends))
        return top - value if np.isfinite(value) else 1e100

    low, high = ((end - start) / unit for end in ends)
    bounds = [*zip(low.tolist(), high.tolist(), strict=True)]
    found = start + unit * minimize(loss, np.zeros(len(start)), method="L-BFGS-B", bounds=bounds).x
    return {
        k: float(end[k])
        for end, near in zip((model.low, model.high), ends, strict=True)
        for k in range(len(start))
        if np.isfinite(end[k]) and abs(found[k] - end[k]) <= 2.0 * abs(near[k] - end[k])
    }


def _held(model: Custom, solver: Any, on: dict[int, float]) -> Found | None:
    """The maximum over the others with these held; None where there is none, or where the log-likelihood rises from a
    bound.
    """
    estimate, rest, held = model.start.copy(), model, None
    for k in sorted(on, reverse=True):
        estimate[k] = on[k]
        rest = rest.without(k, on[k]) if rest is not None and len(rest.names) > 1 else None
    free = [k for k in range(len(estimate)) if k not in on]
    try:
        if not np.isfinite(model.loglik(estimate)):
            return None
        if rest is not None and free:
            held = certified(rest, solver)
            estimate[free] = held[1].estimate
        if not all(_falls(model, estimate, k) for k in on):
            return None
    except (ArithmeticError, ValueError):  # a function of Python's own numbers has no value on a bound
        return None
    except (ConvergenceError, DomainError, IdentificationError):
        return None
    return _restored(model, estimate, free, held)


def _falls(model: Custom, estimate: Floats, k: int) -> bool:
    """Whether the log-likelihood falls where the parameter leaves its bound."""
    top = model.loglik(estimate)
    for share in AWAY:
        beside = estimate.copy()
        beside[k] += share * (model.start[k] - estimate[k])
        change = model.loglik(beside) - top
        if not abs(change) < LEAST * max(1.0, 1e-6 * abs(top)):
            return change < 0.0
    return False


def _restored(model: Custom, estimate: Floats, free: list[int], held: Found | None) -> Found:
    """The solution with the parameters that were held, whose variances are NaN."""
    p = len(estimate)
    edges, covariance, units = estimate.copy(), np.full((p, p), np.nan), np.diag(np.abs(model.start - estimate))
    edges[free] = np.nan
    if held is None:
        solution = Solution(estimate, covariance, model.loglik(estimate), "converged", 0, 0.0, (), "Newton")
    else:
        rest, found = held
        covariance[np.ix_(free, free)] = found.covariance
        units[np.ix_(free, free)] = rest.axes
        solution = replace(found, estimate=estimate, covariance=covariance)
    return replace(model, edges=edges, units=units), solution


FIRST_STEPS = 30
"""A short climb has no more steps."""


def check_turned(model: Custom) -> None:
    """IdentificationError for a function that curves upward at the start and is minus a log-likelihood."""
    if _curves_up(model) and is_turned(model) and not _ends(model):
        raise negative(model)


def is_turned(model: Custom) -> bool:
    """Whether a short climb finds the lowest point, as of minus a log-likelihood."""
    f, slopes = model.function, model.gradient
    return _ends(
        replace(
            model,
            function=lambda theta: np.negative(f(theta)),
            gradient=None if slopes is None else lambda theta: np.negative(slopes(theta)),
        )
    )


def _ends(model: Custom) -> bool:
    """Whether a short climb comes to a maximum."""
    try:
        return climb_in_own_units(model, Newton().tolerance, FIRST_STEPS)[1].converged
    except DomainError:
        return False


def negative(model: Custom) -> IdentificationError:
    return IdentificationError(
        f"{model.title} has a lowest point near the start and no maximum that a climb came to: is this the negative "
        "log-likelihood? Return the log-likelihood itself; if it does, start nearer to the maximum."
    )


def _curves_up(model: Custom) -> bool:
    """Whether the log-likelihood at the start is below the middle of its values beside it, along every parameter."""
    here = model.evaluate(model.start, 0).loglik
    ends = [[model.evaluate(model.start + side * axis, 0).loglik for side in (1.0, -1.0)] for axis in model.axes.T]
    return all(up + down - 2.0 * here > 0.0 for up, down in ends)
