"""Is the end of a climb on a user's own log-likelihood, or on one with several maxima, the maximum?

Around a maximum with derivatives f(x + r w) falls by r^2 / 2 in units w of the uncertainty, however short r is. At a
kink the second difference f(x + r w) + f(x - r w) - 2 f(x) shrinks like r, at a jump not at all, and beyond an end of
the domain f is -inf. Parameters that come to a bound are held there while the others climb, and a log-likelihood that
is not concave is climbed from a second start too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, DomainError, FunctionError, IdentificationError
from stattools.inference.existence.boundaries import check_end, levels_off
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.numerics.arrowhead import in_parts
from stattools.solvers.climb import ROUND_OFF
from stattools.solvers.newton import FLATTEST, Newton, Place, climb_in_own_units
from stattools.solvers.solution import Solution, Solver
from stattools.solvers.subsampling import sampled_alike

ROUGH, SHAPE = 1e-3, 0.1
"""No standard errors are printed where the curvature is known less well, as a share of it, or where the fall beside the
maximum differs more from that of slopes and curvature.
"""

LEVEL, FAR = 1e-3, 1e11
"""One standard error from the maximum the log-likelihood falls by about 1/2; where by less than this, it levels off. A
parameter so many times as large as at its start diverges.
"""

NEAR_MAXIMUM, STEEP = 0.02, 5e5
"""So near to the maximum the log-likelihood falls by no more than a million times what its curvature says, in a curved
ridge; where it has none, as -x^4, that is round-off.
"""

SHORTER, RUN = 8.0, 3
LENGTHS = SHORTER ** np.arange(2.0, -9.0, -1.0)
"""Beside a kink, a jump or an end changes over these lengths are looked at; so many of the shortest have to agree."""


def certified(model: Custom, solver: Any) -> tuple[Custom, Solution]:
    """The maximum of a user's log-likelihood, and the model in the units that hold there.

    Solvers other than Newton's climb first, in the units of the start; Newton's method goes on from where they end.
    Raises ConvergenceError where no maximum was reached, IdentificationError where there is none that a standard error
    describes: the log-likelihood levels off, is flat in a direction, or has a kink, a jump or an end there.
    """
    first = None
    if not isinstance(solver, Newton):
        try:
            first = solver.solve(model)
        except IdentificationError as error:
            raise IdentificationError(
                f"{model.title}: where {solver!r} stopped, the log-likelihood does not bend down in every direction: "
                "the data do not determine all parameters beside each other, or it is no maximum. Leave solver= out."
            ) from error
        if not first.converged:
            raise _short_of_it(model, first)
        model, solver = replace(model, start=first.estimate), Newton()
    place, solution = climb_in_own_units(model, solver.tolerance, solver.max_steps)
    if first is not None:
        solution = replace(solution, solver=f"{first.solver}, then Newton", steps=first.steps + solution.steps)
    check_end(model, solution)
    if not solution.converged:
        raise _reason(model, place, solution)
    if place.steps.information_error > ROUGH:
        raise _no_curvature(model, place)
    _check_score(model, place)
    h = place.steps.information
    for axis in place.units.T:  # does the log-likelihood fall beside the maximum as its derivatives say?
        at, curve = _through(model, place, axis, h)
        if not max(abs(np.polyval(curve, k) - at[k]) for k in (-1.5, 1.5)) <= SHAPE * h**2 + 30.0 * place.noise:
            raise _no_curvature(model, place)
        up, down, near = (place.value - model.evaluate(place.x + k * axis, 0).loglik for k in (1.0, -1.0, NEAR_MAXIMUM))
        if not min(up, down) > LEVEL:
            raise _levels_off(model, place, axis)
        if not near < STEEP * NEAR_MAXIMUM**2:
            raise _undetermined(model, place, axis)
    return model.in_units(place.units), solution


def _through(model: Custom, place: Place, axis: Floats, h: float) -> tuple[dict[float, float], Floats]:
    """Changes of the log-likelihood along an axis, and the polynomial through five of them, in steps of h."""
    at = {k: model.evaluate(place.x + k * h * axis, 0).loglik - place.value for k in (-2.0, -1.5, -1.0, 1.0, 1.5, 2.0)}
    through = (-2.0, -1.0, 1.0, 2.0)
    return at, np.polyfit([0.0, *through], [0.0, *(at[k] for k in through)], 4)


def _check_score(model: Custom, place: Place) -> None:
    """DomainError where a user's score is not the slope of the log-likelihood."""
    if model.gradient is None:
        return
    h, root = place.steps.information, np.sqrt(place.size)
    for axis, slope, bend in zip(place.units.T, place.slopes / root, place.a / root**2, strict=True):
        curve = _through(model, place, axis, h)[1]
        room = SHAPE * (1.0 + abs(slope)) + 30.0 * place.noise / h**2
        if not (abs(2.0 * curve[-3] / h**2 + bend) <= room and abs(curve[-2] / h - slope) <= h * room):
            raise DomainError(
                f"{model.title}: score= is not the slope of loglik near {_spelled(model, place.x)}. Correct it, or "
                "leave score= out: slopes are then taken by differences."
            )


def _reason(model: Custom, place: Place, solution: Solution) -> Exception:
    """Why a climb ended short of a maximum."""
    _check_score(model, place)
    size = np.maximum(np.abs(model.start), np.linalg.norm(model.axes, axis=1))
    j = int(np.argmax(np.abs(place.x) / size))
    if abs(place.x[j]) > FAR * size[j]:
        return _levels_off(model, place, np.eye(len(place.x))[j])
    if (rough := _no_derivative(model, place)) is not None:
        return rough
    if solution.decrement <= 1.0 and place.steps.score_error > ROUND_OFF:
        return _no_curvature(model, place)
    is_flat = abs(place.a[0]) <= FLATTEST * place.worth and np.abs(place.slopes).max() <= 1e-2  # eigenvalues rise
    if is_flat or _runs_off(model, place) is not None:
        return _undetermined(model, place, place.units[:, 0])
    return _short_of_it(model, solution)


def _runs_off(model: Custom, place: Place) -> Floats | None:
    """The parameter along which the log-likelihood falls on one side only, however far it goes, and hardly rises."""
    least = LEVEL + 1e-12 * abs(place.value)
    for axis in np.diag(np.maximum(np.linalg.norm(place.units, axis=1), _smallest(model, place))):
        far = SHORTER ** np.arange(-2.0, 7.0)[:, None] * axis
        up, down = (np.array([model.evaluate(place.x + side * x, 0).loglik for x in far]) for side in (1.0, -1.0))
        falls = [bool((~(place.value - side <= least)).any()) for side in (up, down)]
        level = down if falls[0] else up
        if falls[0] != falls[1] and (level - place.value <= 1.0).all():
            return axis
    return None


def _undetermined(model: Custom, place: Place, axis: Floats) -> IdentificationError:
    """The log-likelihood levels off along a parameter, or is flat along the axis."""
    if (off := _runs_off(model, place)) is not None:
        return _levels_off(model, place, off)
    share = np.abs(axis) / np.linalg.norm(place.W, axis=1)
    moving = share > 1e-3 * share.max()
    names = [repr(name) for name, moves in zip(model.names, moving, strict=True) if moves]
    # Where the climb drifted to along the parameters that move is round-off: the others say where that is.
    at = "" if moving.all() else f" at {_spelled(model, place.x, ~moving)}"
    return IdentificationError(
        f"{model.title}: the log-likelihood is flat along {' and '.join(names[:6])}{at}: the data do not determine "
        f"{'it' if len(names) == 1 else 'them beside each other'}. Leave the parameter out, or fix one of them."
    )


def _levels_off(model: Custom, place: Place, axis: Floats) -> IdentificationError:
    return levels_off(model.title, _widest(model, axis), f", from {_spelled(model, place.x)}", " start elsewhere,")


def _short_of_it(model: Custom, solution: Solution) -> ConvergenceError:
    where = "where the log-likelihood is not concave"
    if np.isfinite(solution.decrement):
        where = f"{solution.decrement:.2g} standard errors from a maximum"
    return ConvergenceError(
        f"{solution.solver} stopped after {solution.steps} steps, {where} of {model.title}, at "
        f"{_spelled(model, solution.estimate)}, log-likelihood {solution.loglik:.6g}. Start nearer to the maximum, "
        "write the parameters on other scales (log sigma, not sigma), or look for some that the data do not determine.",
        solution,
    )


def _no_curvature(model: Custom, place: Place) -> Exception:
    """What is said where the log-likelihood has a kink, a jump or an end at x, or is too noisy to tell."""
    return _no_derivative(model, place) or ConvergenceError(
        f"{model.title}: near {_spelled(model, place.x)} differences of the log-likelihood over different steps do not "
        f"agree: it has no second derivative there, or its values are random by about {place.noise:.1g}. Make it a "
        "smooth function of its parameters: no random numbers, tolerances of integrals and equations near 1e-12; or "
        "give score=."
    )


def _no_derivative(model: Custom, place: Place) -> IdentificationError | None:
    """The same; None where there is none of the three."""
    lengths = np.maximum(1.0 / np.linalg.norm(np.linalg.pinv(place.units), axis=0), _smallest(model, place))
    for axis in np.vstack([np.diag(lengths), place.units.T]):

        def fall(r: float, axis: Floats = axis) -> float:
            value = model.evaluate(place.x + r * axis, 0).loglik
            return place.value - value if np.isfinite(value) else np.inf

        highest = _highest(fall)
        up, down = (np.array([fall(highest) - fall(highest + side * r) for r in LENGTHS]) for side in (1.0, -1.0))
        kind = _kind(up, down, 1e-12 * max(abs(place.value), 1.0))
        if kind is not None:
            return IdentificationError(
                f"{model.title}: the log-likelihood {kind} at {_spelled(model, place.x + highest * axis)}, along "
                f"{_widest(model, axis)!r}. It has no derivative there, and no standard error describes it. Use a log-"
                "likelihood with derivatives, or take uncertainty from draws of the data."
            )
    return None


def _smallest(model: Custom, place: Place) -> Floats:
    """Lengths below which nothing is looked for: axes can collapse where the log-likelihood has no curvature."""
    return np.maximum(1e-3 * np.abs(place.x), 1e-6 * np.abs(place.x - model.start))


def _highest(fall: Callable[[float], float]) -> float:
    """Where along an axis the log-likelihood is highest, by halving a pattern of steps; no derivatives are asked."""
    at, low, step = 0.0, fall(0.0), 1.0
    while step > 1e-12:
        for way in (at + step, at - step):
            other = fall(way)
            if other < low:
                at, low = way, other
                break
        else:
            step *= 0.5
        if abs(at) > 1e3:
            break
    return at


def _kind(up: Floats, down: Floats, least: float) -> str | None:
    """The kind of point, from the changes of the log-likelihood on either side, the longest distance first; those
    below `least` are round-off.
    """
    ends = np.isfinite(up) != np.isfinite(down)
    if ends[-RUN:].all():
        return "ends, with -inf beyond,"
    known = np.isfinite(up) & np.isfinite(down)
    both = np.abs(up[known] + down[known])
    both = both[: int(np.argmax(both <= least)) if (both <= least).any() else len(both)]
    if len(both) <= RUN:
        return None
    powers = np.log(both[:-1] / both[1:])[-RUN:] / np.log(SHORTER)  # of the shortest distances
    if (np.abs(powers) < 0.05).all():
        return "jumps"
    return "has a kink" if (np.abs(powers - 1.0) < 0.1).all() else None


def _widest(model: Custom, axis: Floats) -> str:
    return model.names[int(np.argmax(np.abs(axis)))]


def _spelled(model: Custom, x: Floats, which: bool | NDArray[np.bool_] = True) -> str:
    """`mu = 1.2, sigma = 3.4`, of the parameters in `which`."""
    each = zip(model.names, x, np.broadcast_to(which, x.shape), strict=True)
    shown = [f"{name} = {value:.6g}" for name, value, said in each if said]
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")


NEAR = 1e-9
"""A search goes so near to a bound, as a share of the way from the start: a function may have no value on it."""


def certified_within(model: Custom, solver: Solver | None) -> tuple[Custom, Solution]:
    """The maximum and the model in the units that hold there, as of `certified`, with `edges` where it is on a bound.

    Raises what `certified` raises where there is no maximum, inside or on a bound.
    """
    if isinstance(solver, Newton):  # does it curve upward at the start, and end below?
        here = model.evaluate(model.start, 0).loglik
        ends = [[model.evaluate(model.start + side * axis, 0).loglik for side in (1.0, -1.0)] for axis in model.axes.T]
        if all(up + down - 2.0 * here > 0.0 for up, down in ends) and not _ends(model):
            check_sign(model)
    edges = _reached(model)
    if not np.isnan(edges).all() and (found := _held(model, solver, edges)) is not None:
        if not np.isnan(edges).any():  # minus a log-likelihood is highest in a corner
            check_sign(model)
        return found
    try:
        return certified(model, solver)
    except (ConvergenceError, IdentificationError):
        check_sign(model)
        raise


def _reached(model: Custom) -> Floats:
    """The bounds to which a search brings parameters, NaN of the others."""
    edges = np.full(len(model.start), np.nan)
    if model.low is None or model.high is None:
        return edges
    start, unit, top = model.start, np.abs(np.diagonal(model.axes)), model.loglik(model.start)
    with np.errstate(invalid="ignore"):  # there is no share of a way that has no end
        ends = [np.where(np.isfinite(end), end + NEAR * (start - end), end) for end in (model.low, model.high)]

    def loss(phi: Floats) -> float:
        value = model.loglik(np.clip(start + unit * phi, *ends))
        return top - value if np.isfinite(value) else 1e100

    low, high = ((end - start) / unit for end in ends)
    bounds = [*zip(low.tolist(), high.tolist(), strict=True)]
    found = start + unit * optimize.minimize(loss, np.zeros(len(start)), method="L-BFGS-B", bounds=bounds).x
    for end, near in zip((model.low, model.high), ends, strict=True):
        at = np.flatnonzero(np.isfinite(end))
        at = at[np.abs(found[at] - end[at]) <= 2.0 * np.abs(near[at] - end[at])]
        edges[at] = end[at]
    return edges


def _held(model: Custom, solver: Solver | None, edges: Floats) -> tuple[Custom, Solution] | None:
    """The maximum over the others with those on `edges` held, whose variances are NaN; None where there is none, or
    where the log-likelihood rises from a bound.
    """
    is_free, rest = np.isnan(edges), model
    on, free = np.flatnonzero(~is_free).tolist(), np.flatnonzero(is_free)
    estimate, units = np.where(is_free, model.start, edges), np.diag(np.abs(model.start - edges))
    covariance = np.full(units.shape, np.nan)
    for k in reversed(on) if len(free) else ():
        rest = rest.without(k, float(edges[k]))
    try:
        solution = Solution(estimate, covariance, model.loglik(estimate), "converged", 0, 0.0, (), "Newton")
        if not np.isfinite(solution.loglik):
            return None
        if len(free):
            held, solution = certified(rest, solver)
            at, estimate[free] = np.ix_(free, free), solution.estimate
            covariance[at], units[at] = solution.covariance, held.axes
            solution = replace(solution, estimate=estimate, covariance=covariance)
        if not all(_falls(model, estimate, k) for k in on):
            return None
    except (ConvergenceError, DomainError, IdentificationError, FunctionError):  # as of log(0) on a bound
        return None
    return replace(model, edges=edges, units=units), solution


def _falls(model: Custom, estimate: Floats, k: int) -> bool:
    """Whether the log-likelihood falls where the parameter leaves its bound."""
    top = model.loglik(estimate)
    for share in SHORTER ** np.arange(-8.0, 0.0):  # of the way to the start, the shortest step first
        beside = estimate.copy()
        beside[k] += share * (model.start[k] - estimate[k])
        change = model.loglik(beside) - top
        if not abs(change) < 1e-7 * max(1.0, 1e-6 * abs(top)):
            return change < 0.0
    return False


def check_sign(model: Custom) -> None:
    """IdentificationError where a short climb finds the lowest point: the other sign seems to have been given."""
    f, slopes = model.function, model.gradient
    other = replace(
        model,
        function=lambda theta: np.negative(f(theta)),
        gradient=None if slopes is None else lambda theta: np.negative(slopes(theta)),
    )
    if _ends(other):
        raise IdentificationError(
            f"{model.title} has a lowest point near the start and no maximum that a climb came to: is this the "
            "negative log-likelihood? Return the log-likelihood itself; if it does, start nearer to the maximum."
        )


def _ends(model: Custom) -> bool:
    """Whether a short climb comes to a maximum."""
    try:
        return climb_in_own_units(model, Newton().tolerance, max_steps=30)[1].converged
    except DomainError:
        return False


PATIENCE, SAME = 50, 1e-4
"""Steps of the second climb; ends of climbs that are this near to each other, in standard errors, are one maximum."""

NEAREST, FARTHEST = 3.0, 100.0
"""How far from the first maximum the second start lies, in standard errors."""

FEW_ROWS, LONGEST, AXIS_REACH = 200, 3, 10.0
"""Of so few rows a maximum is looked for on so many axes beside the way of the climb, so many standard errors away: of
19 that random regressions hid from two starts, inverse Gaussian and zero-inflated, these found 16.
"""

SAID = {
    "same": "A climb from a second start came to it too.",
    "none": "A climb from a second start came to no maximum.",
    "level": "A climb from a second start came to another maximum, as high as this one.",
}


def from_two_starts(model: Model, solution: Solution) -> Solution:
    """The higher of two maxima, where not one is proven to be the only one, and what is said of the other climb; the
    solution as it is of rows elsewhere, whose reads are dear.
    """
    if not (solution.converged and model.in_memory and np.isfinite(solution.covariance.diagonal()).all()):
        return solution
    solution = _beside(model, solution, mirrored(model, solution))
    for start in _starts(model, solution):
        other = _beside(model, solution, start)
        solution = solution if other.second in (SAID["same"], SAID["none"]) else other
    return solution


def _beside(model: Model, solution: Solution, start: Floats) -> Solution:
    """The higher of a maximum and the end of a climb from another start, with what is said of the lower."""
    again: Any = replace(model, start=start)
    try:
        if sampled_alike(model, again):
            return replace(solution, second=SAID["same"])
        other = Newton().within(again, PATIENCE)
    except (DomainError, ConvergenceError, IdentificationError):
        other = None
    if other is None or not (other.converged and np.isfinite(other.loglik)):
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
    """Where else is climbed from, beside the way of the first climb: points on the longest principal axes of the
    covariance of standardized columns, on both sides of the maximum.
    """
    facts, count, far = model.likelihood.facts, len(solution.estimate), NEAREST
    if not facts.concave_with:
        count, far = LONGEST if len(model.rows.X) <= FEW_ROWS else 0, AXIS_REACH
    if in_parts(solution.covariance) or not (facts.knows_ends and count):  # many axes, or derivatives by steps
        return []
    T = np.asarray(model.standardized()[1])
    half = np.linalg.solve(T, np.linalg.solve(T, solution.covariance).T)
    values, vectors = np.linalg.eigh(0.5 * (half + half.T))
    steps = T @ (far * np.sqrt(np.maximum(values, 0.0)) * vectors)[:, ::-1]
    return [solution.estimate + sign * step for step in steps.T[:count] for sign in (-1.0, 1.0)]


def mirrored(model: Model, solution: Solution) -> Floats:
    """The first start behind the maximum, as far as the log-likelihood is finite there."""
    step = solution.estimate - model.start
    length = float(np.sqrt(max(step @ (model.evaluate(solution.estimate).information @ step), 0.0)))
    if not length > 1e-6:
        step, length = np.sqrt(solution.covariance.diagonal()), float(np.sqrt(len(step)))
    step = step * (min(max(length, NEAREST), FARTHEST) / length)
    for _ in range(30):
        if np.isfinite(model.evaluate(solution.estimate + step, 0).loglik):
            break
        step = 0.5 * step
    return solution.estimate + step
