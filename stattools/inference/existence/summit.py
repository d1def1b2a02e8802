"""Is the end of a climb on a user's own log-likelihood a maximum that its curvature describes?

Around a maximum with derivatives f(x + r w) falls by r^2 / 2 in units w of the uncertainty, however short r is. At a
kink the second difference f(x + r w) + f(x - r w) - 2 f(x) shrinks like r, at a jump not at all, and beyond an end of
the domain f is -inf. Each of these has a "curvature" at any one step, and so a standard error that means nothing: it is
looked at over many steps, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, DomainError, IdentificationError
from stattools.inference.existence.boundary import check_end
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom
from stattools.solvers.climb import ROUND_OFF
from stattools.solvers.newton import Newton
from stattools.solvers.own_units import FLATTEST, Place, climb_in_own_units
from stattools.solvers.solution import Solution

ROUGH = 1e-3
"""Standard errors are not printed where the curvature is known less well, as a share of it."""
SHAPE = 0.1
"""The largest relative difference between the fall beside the maximum and that of slopes and curvature."""
LEVEL = 1e-3
"""One standard error from the maximum the log-likelihood falls by about 1/2; where by less than this, it levels off."""

FAR = 1e11
"""A parameter so many times as large as at its start diverges."""
BESIDE, STEEP = 0.02, 5e5
"""So near to the maximum the log-likelihood falls by no more than a million times what its curvature says, in a curved
ridge; where it has none, as -x^4, that is round-off.
"""
SHORTER = 8.0
RUN = 3
LENGTHS = SHORTER ** np.arange(2.0, -9.0, -1.0)


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
            raise ConvergenceError(_short_of_it(model, first), first)
        return _at_summit(replace(model, start=first.estimate), Newton(), first)
    return _at_summit(model, solver, None)


def _at_summit(model: Custom, newton: Newton, first: Solution | None) -> tuple[Custom, Solution]:
    """The end of Newton's climb, certified; `first` is what another solver found before."""
    place, solution = climb_in_own_units(model, newton.tolerance, newton.max_steps)
    if first is not None:
        solution = replace(solution, solver=f"{first.solver}, then Newton", steps=first.steps + solution.steps)
    check_end(model, solution)
    if not solution.converged:
        raise _reason(model, place, solution)
    _check_shape(model, place)
    return model.in_units(place.units), solution


def _check_shape(model: Custom, place: Place) -> None:
    """Does the log-likelihood fall beside the maximum as its derivatives say?"""
    if place.steps.information_error > ROUGH:
        raise _no_derivative(model, place) or _too_noisy(model, place)
    _check_score(model, place)
    h = place.steps.information
    for axis in place.units.T:
        at, curve = _through(model, place, axis, h)
        if not max(abs(np.polyval(curve, k) - at[k]) for k in (-1.5, 1.5)) <= SHAPE * h**2 + 30.0 * place.noise:
            raise _no_derivative(model, place) or _too_noisy(model, place)
        falls = [place.value - model.evaluate(place.x + side * axis, 0).loglik for side in (1.0, -1.0)]
        if not min(falls) > LEVEL:
            raise _levels_off(model, place, axis)
        if not place.value - model.evaluate(place.x + BESIDE * axis, 0).loglik < STEEP * BESIDE**2:
            raise _undetermined(model, place, axis)


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
    rough = _no_derivative(model, place)
    if rough is not None:
        return rough
    if solution.decrement <= 1.0 and place.steps.score_error > ROUND_OFF:
        return _too_noisy(model, place)
    if _runs_off(model, place) is not None:
        return _undetermined(model, place, place.units[:, 0])
    if abs(place.a[0]) <= FLATTEST * place.worth and np.abs(place.slopes).max() <= 1e-2:  # eigenvalues rise
        return _undetermined(model, place, place.units[:, 0])
    return ConvergenceError(_short_of_it(model, solution), solution)


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
    off = _runs_off(model, place)
    if off is not None:
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
    return IdentificationError(
        f"{model.title} has no maximum: the log-likelihood levels off and still rises as {_widest(model, axis)!r} runs "
        f"off to infinity, from {_spelled(model, place.x)}. Leave the parameter out, bound it by a prior or a penalty, "
        "start elsewhere, or give more data."
    )


def _short_of_it(model: Custom, solution: Solution) -> str:
    where = (
        f"{solution.decrement:.2g} standard errors from a maximum"
        if np.isfinite(solution.decrement)
        else "where the log-likelihood is not concave"
    )
    return (
        f"{solution.solver} stopped after {solution.steps} steps, {where} of {model.title}, at "
        f"{_spelled(model, solution.estimate)}, log-likelihood {solution.loglik:.6g}. Start nearer to the maximum, "
        "write the parameters on other scales (log sigma, not sigma), or look for some that the data do not determine."
    )


def _no_derivative(model: Custom, place: Place) -> IdentificationError | None:
    """What is said where the log-likelihood has a kink, a jump or an end at x; None where it has none."""
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


def _too_noisy(model: Custom, place: Place) -> ConvergenceError:
    return ConvergenceError(
        f"{model.title}: near {_spelled(model, place.x)} differences of the log-likelihood over different steps do not "
        f"agree: it has no second derivative there, or its values are random by about {place.noise:.1g}. Make it a "
        "smooth function of its parameters: no random numbers, tolerances of integrals and equations near 1e-12; or "
        "give score=."
    )


def _widest(model: Custom, axis: Floats) -> str:
    return model.names[int(np.argmax(np.abs(axis)))]


def _spelled(model: Custom, x: Floats, which: Any = True) -> str:
    """`mu = 1.2, sigma = 3.4`, of the parameters in `which`."""
    each = zip(model.names, x, np.broadcast_to(which, x.shape), strict=True)
    shown = [f"{name} = {value:.6g}" for name, value, said in each if said]
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")
