"""Newton's method on a user's own log-likelihood, in units that are chosen anew at every point.

    x <- x + t W |a|^-1 g,   t = 1, 1/2, 1/4, ...,   t |a|^-1/2 g no longer than a radius

with g and a the slopes and minus the curvatures along the axes W, the principal ones. Differences are right where their
step fits the curvature (`models/differences.py`), and the curvature at a start far away says nothing about that at the
maximum. So the axes are made anew at every point, W <- W |a|^-1/2, and at the last point until they stop changing: the
certificate and the covariance are taken along the last of them. Where the log-likelihood is not concave, |a| turns the
step away from a saddle. Source: Dauphin et al., NIPS (2014), for the step by |a|; the radius: Nocedal & Wright,
Numerical Optimization (2006), chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom
from stattools.models.differences import Steps, fitting_step
from stattools.solvers.climb import ended
from stattools.solvers.solution import Known, Solution, Status, TraceStep

FIT = 1.5
"""Axes fit the maximum where the curvature along each is 1 up to this factor."""
ROUGHLY = 30.0
"""Before the maximum, a curvature of 1 up to this factor suffices."""
FLATTEST = 1e-4
"""An axis becomes longer by the root of this at most, before derivatives along it are taken again."""
LONGEST = 1e8
"""Axes are no longer than so many times the parameters at the start, or their standard errors there."""
DIGITS = 1e4
"""Changes of so many times the noise are known well enough for derivatives."""
LOOKS = 8
"""Axes are recomputed so many times at one point at most."""
NEAR = 0.1
"""Below this decrement the steps of differences are chosen anew at every point."""
RADIUS = 3.0
"""The first step is no longer, in the units at the start; a step of that length that succeeds doubles it."""
ROUGH = Steps(0.0, 0.0, 0.0, 0.0)
"""Asks for difference steps of the usual size."""
STILL = 25
"""Steps without progress after which a climb ends."""
FARTHEST = 1e100
"""A climb ends at parameters beyond this, before squares overflow."""
NARROWEST = 1e-100
"""A climb ends at axes shorter than this, before squares vanish: the log-likelihood rises without bound."""
PROBES = 5
"""Climbs start again so many times at most from a higher point beside a maximum."""


@dataclass(frozen=True, eq=False)
class Place:
    """A point x with the principal axes W there: value, slopes and minus the curvatures a along them, the noise of the
    value and the steps of the differences. It is settled where the axes of the point before fit it too: at a maximum
    with a curvature the last steps do not change them, where the log-likelihood levels off they always do.
    """

    x: Floats
    W: Floats
    value: float
    slopes: Floats
    a: Floats
    noise: float
    steps: Steps
    settled: bool = False

    @property
    def worth(self) -> float:
        """The curvature that axes are scaled to: 1, or more where f has too few digits to measure that."""
        return max(1.0, DIGITS * self.noise)

    @property
    def size(self) -> Floats:
        """The size of the curvatures that axes are made from: not less than where the slope is as steep as that of a
        curvature of 1 a radius away, and never so small that axes would have no end.
        """
        steep = np.square(np.minimum(np.abs(self.slopes) / RADIUS, self.worth)) / self.worth
        return np.maximum(np.abs(self.a), np.clip(steep, FLATTEST * self.worth, self.worth))

    @property
    def decrement(self) -> float:
        """The distance to the maximum in standard errors, and what is not known of it; inf where the log-likelihood is
        not concave.
        """
        if not (self.a > 0.0).all():
            return np.inf
        return max(float(np.linalg.norm(self.slopes / np.sqrt(self.a))), self.steps.score_error)

    @property
    def units(self) -> Floats:
        """The axes with the length that makes the curvature along them 1, or what it is worth."""
        return self.W * np.sqrt(self.worth / self.size)

    @property
    def score_norm(self) -> float:
        """The Euclidean norm of the score."""
        unit = np.linalg.norm(self.W, axis=1)
        with np.errstate(over="ignore"):  # where the log-likelihood rises without bound, squares of slopes overflow
            return float(np.linalg.norm(np.linalg.lstsq((self.W / unit[:, None]).T, self.slopes)[0] / unit))

    def fits(self, factor: float) -> bool:
        """Is the curvature along every axis 1 up to this factor?"""
        size = self.size / self.worth
        return bool((size <= factor).all() and (size >= 1.0 / factor).all())


class Climb(NamedTuple):
    """Where a climb ended, and the solution that says so."""

    place: Place
    solution: Solution


def climb_in_own_units(model: Any, tolerance: float, max_steps: int) -> Climb:
    """The maximum with its certificate, and the axes that it was measured along; DomainError where the log-likelihood
    is not finite around the start.
    """
    found = _looked(model, model.start, model.axes, ROUGH)
    if found is None:
        raise DomainError(
            f"{model.title}: the log-likelihood is not finite around the start {model.start.tolist()}, however near. "
            "Start elsewhere."
        )
    place, trace, status = found, [TraceStep(0, found.value, found.score_norm / model.n)], _status(found, tolerance)
    radius, last, sharp, probes = RADIUS, np.inf, False, 0
    while len(trace) <= max_steps and _goes_on(trace, place):
        status = _status(place, tolerance, last)
        following = None
        if status == "max-steps":
            following, radius = _rise(model, place, radius)
            if following is None and not sharp:
                place, last, sharp = _sharp(model, place), np.inf, True
                continue
        if following is None and probes < PROBES:
            following, probes = _higher_beside(model, place), probes + 1
        found = (
            None
            if following is None
            else _looked(model, following, place.units, place.steps if place.decrement <= NEAR else ROUGH)
        )
        if found is None:
            status = _status(place, tolerance, 0.0)  # no step leads higher
            break
        place, last, sharp = found, place.decrement, False
        trace.append(TraceStep(len(trace), place.value, place.score_norm / model.n))
        status = _status(place, tolerance)
    W = place.units
    values = np.linalg.svd(W / np.linalg.norm(W, axis=1)[:, None], compute_uv=False)
    quality = Known(float((values[-1] / values[0]) ** 2))
    return Climb(
        place,
        Solution(
            place.x, W @ W.T, place.value, status, len(trace) - 1, place.decrement, tuple(trace), "Newton", quality
        ),
    )


def _goes_on(trace: list[TraceStep], place: Place) -> bool:
    """Did the log-likelihood rise, or the score fall, within the last steps?"""
    if len(trace) <= STILL or not np.abs(place.x).max() < FARTHEST:
        return len(trace) <= STILL
    before, now = trace[-1 - STILL], trace[-1]
    return now.loglik > before.loglik + max(1e-9, 100.0 * place.noise) or now.score_norm < 0.5 * before.score_norm


def _status(place: Place, tolerance: float, last: float = np.inf) -> Status:
    """How far the climb has come, by the rule of all climbs; "max-steps" stands for not yet."""
    if not (place.fits(FIT) and place.settled):
        return "max-steps"
    stuck = place.decrement == place.steps.score_error  # the errors of differences are all that is left
    return ended(place.decrement, 0.0 if stuck else last, tolerance) or "max-steps"


def _look(model: Custom, x: Floats, W: Floats, steps: Steps | None) -> Place | None:
    """Derivatives at x along the principal axes of the curvature in W; None where the log-likelihood is not finite
    around x, however near. Without difference steps the best ones are chosen.
    """
    longest = LONGEST * np.maximum(np.abs(model.start), np.linalg.norm(model.axes, axis=1))
    for _ in range(20):
        W = W / np.maximum(np.abs(W / longest[:, None]).max(axis=0), 1.0)
        noise = model.noise(x, W)
        if np.isfinite(noise):
            chosen = steps or model.steps(x, W, noise)
            h = fitting_step(noise)
            chosen = Steps(h, h, 0.0, 0.0) if chosen is ROUGH else chosen
            now = model.along(x, W, 2, chosen.score, chosen.information)
            if np.isfinite(now.loglik) and np.isfinite(now.information).all() and np.isfinite(now.score).all():
                a, V = np.linalg.eigh(now.information)
                return Place(x, W @ V, now.loglik, V.T @ now.score, a, noise, chosen)
        W, steps = W / 8.0, ROUGH
    return None


def _looked(model: Custom, x: Floats, W: Floats, steps: Steps) -> Place | None:
    """Derivatives at x along axes that fit the curvature there, as far as they can be had: roughly on the way."""
    place = _look(model, x, W, steps)
    settled = place is not None and place.fits(FIT)
    for _ in range(LOOKS):
        if place is None or place.fits(ROUGHLY):
            break
        place = _look(model, x, place.units, ROUGH)
    if place is None or np.linalg.norm(place.units, axis=1).min() < NARROWEST:
        return None
    return replace(place if place.decrement > NEAR else _sharp(model, place), settled=settled)


def _sharp(model: Custom, place: Place) -> Place:
    """The same place with the steps that leave the smallest errors, along axes that fit."""
    settled = place.settled
    for _ in range(LOOKS):
        found = _look(model, place.x, place.units, None)
        if found is None:
            break
        place = found
        if place.fits(FIT):
            break
    return replace(place, settled=settled)


def _rise(model: Custom, place: Place, radius: float) -> tuple[Floats | None, float]:
    """The first point on the step, halved and halved, that is higher, None where there is none; and the next radius."""
    random = 30.0 * place.noise / place.steps.score
    slopes = np.where((np.abs(place.a) <= FLATTEST) & (np.abs(place.slopes) <= random), 0.0, place.slopes)
    along = slopes / np.maximum(np.abs(place.a), FLATTEST**2)
    step, slope = place.W @ along, float(slopes @ along)
    whole = float(np.linalg.norm(along * np.sqrt(place.size / place.worth)))  # its length in units
    length = longest = min(1.0, radius / max(whole, 1e-300))
    for _ in range(60):
        rise = model.evaluate(place.x + length * step, 0).loglik - place.value
        if np.isfinite(rise):
            if rise >= 1e-4 * length * slope and rise > 10.0 * place.noise:
                radius = max(length * whole, 0.5) if length < longest else radius * (1.0 if length == 1.0 else 2.0)
                return place.x + length * step, radius
            if place.decrement <= NEAR and length == 1.0 and rise > -100.0 * place.noise:
                return place.x + step, radius
        length /= 2.0
    return None, radius


def _higher_beside(model: Custom, place: Place) -> Floats | None:
    """A higher point at one or three standard errors along an axis: then this is no maximum, or a small bump."""
    best, where = place.value + max(1e-9, 100.0 * place.noise), None
    for axis in place.units.T:
        for length in (-3.0, -1.0, 1.0, 3.0):
            value = model.evaluate(place.x + length * axis, 0).loglik
            if np.isfinite(value) and value > best:
                best, where = value, place.x + length * axis
    return where
