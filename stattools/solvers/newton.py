"""Newton's method, and that on a user's own log-likelihood, in units that are chosen anew at every point.

    x <- x + t W |a|^-1 g,   t = 1, 1/2, 1/4, ...,   t |a|^-1/2 g no longer than a radius

W are the principal axes; g and a are the slopes and minus the curvatures along them. Differences are right where their
step fits the curvature (`models/evaluation.py`), and the curvature at a start far away says nothing about that at the
maximum. So the axes are made anew at every point, W <- W |a|^-1/2, and at the last point until they no longer change:
the certificate and the covariance are taken along the last axes. Where the log-likelihood is not concave, |a| turns the
step away from a saddle. Source: Dauphin et al., NIPS (2014), for the step by |a|; Nocedal & Wright, Numerical
Optimization (2006), chapter 4, for the radius.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.custom import Custom
from stattools.models.evaluation import Steps, fitting_step
from stattools.models.model import Model
from stattools.solvers.climb import ended, footing, newton_ascent
from stattools.solvers.solution import (
    Known,
    Solution,
    Status,
    TraceStep,
    require_rows,
    require_tolerance,
)
from stattools.solvers.subsampling import FEW_ROWS, subsampled, surrogate_ascent

FIT = 1.5
"""Axes fit the maximum where the curvature along each is 1 up to this factor: the errors of differences are then near
their least.
"""

ROUGHLY = 30.0
"""Before the maximum is reached, axes fit where the curvature along each is 1 up to this factor."""

FLATTEST = 1e-4
"""The flattest curvature that axes are lengthened by: an axis becomes 100 times as long at most before derivatives
along it are taken again.
"""

LONGEST = 1e8
"""The longest axis, in sizes of the parameters at the start or their standard errors there."""

DIGITS = 1e4
"""A change of the log-likelihood by this many times its noise is known well enough for derivatives: to four digits."""

LOOKS = 8
"""The most times that axes are computed anew at one point."""

NEAR = 0.1
"""The decrement below which the steps of differences are chosen anew at every point: before, the usual ones will do."""

RADIUS = 3.0
"""The longest first step, in the units at the start. A step of that length that succeeds doubles it."""

ROUGH = Steps(0.0, 0.0, 0.0, 0.0)
"""Stands for difference steps of the usual size."""

STILL = 25
"""Steps without progress after which a climb ends."""

FARTHEST = 1e100
"""The largest parameters of a climb: their squares are still within float64."""

NARROWEST = 1e-100
"""The shortest axes of a climb: their squares are still within float64. Axes become shorter where the log-likelihood
rises without bound.
"""

PROBES = 5
"""The most times that a climb starts again from a higher point beside a maximum."""


@dataclass(frozen=True, eq=False)
class Place:
    """A point x with the principal axes W there: the value, the slopes and minus the curvatures `a` along the axes, the
    noise of the value, and the steps of the differences. It is settled where the axes of the point before fit it too.
    At a maximum with a curvature the last steps do not change the axes; where the log-likelihood levels off they always
    do.
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
        """The curvature that axes are scaled to: 1, or more where the log-likelihood has too few digits to measure
        that.
        """
        return max(1.0, DIGITS * self.noise)

    @property
    def size(self) -> Floats:
        """The sizes of the curvatures that axes are made from. They are at least those of a curvature that would have
        this slope a radius away, and never so small that axes would have no end.
        """
        steep = np.square(np.minimum(np.abs(self.slopes) / RADIUS, self.worth)) / self.worth
        return np.maximum(np.abs(self.a), np.clip(steep, FLATTEST * self.worth, self.worth))

    @property
    def decrement(self) -> float:
        """The distance to the maximum in standard errors, or the error of the score where that is larger; inf where the
        log-likelihood is not concave.
        """
        if not (self.a > 0.0).all():
            return np.inf
        return max(float(np.linalg.norm(self.slopes / np.sqrt(self.a))), self.steps.score_error)

    @property
    def units(self) -> Floats:
        """The axes, as long as makes the curvature along them `worth`."""
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


def climb_in_own_units(model: Any, tolerance: float, max_steps: int) -> tuple[Place, Solution]:
    """The axes along which a maximum was measured, and its solution; DomainError where the log-likelihood
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
    return place, Solution(
        place.x, W @ W.T, place.value, status, len(trace) - 1, place.decrement, tuple(trace), "Newton", quality
    )


def _goes_on(trace: list[TraceStep], place: Place) -> bool:
    """Did the log-likelihood rise, or the score fall, within the last steps?"""
    if len(trace) <= STILL or not np.abs(place.x).max() < FARTHEST:
        return len(trace) <= STILL
    before, now = trace[-1 - STILL], trace[-1]
    return now.loglik > before.loglik + max(1e-9, 100.0 * place.noise) or now.score_norm < 0.5 * before.score_norm


def _status(place: Place, tolerance: float, last: float = np.inf) -> Status:
    """The status by the rule of all climbs; "max-steps" stands for not ended yet."""
    if not (place.fits(FIT) and place.settled):
        return "max-steps"
    stuck = place.decrement == place.steps.score_error  # only the errors of differences are left
    return ended(place.decrement, 0.0 if stuck else last, tolerance) or "max-steps"


def _look(model: Custom, x: Floats, W: Floats, steps: Steps | None) -> Place | None:
    """Derivatives at x along the principal axes of the curvature in W; None where the log-likelihood is not finite
    around x, however near. Where no difference steps are given, the best ones are chosen.
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
    """Derivatives at x along axes that fit the curvature there as well as they can: roughly on the way, sharply near
    the maximum.
    """
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
    """The same place, along axes that fit and with the difference steps that leave the smallest errors."""
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
    """The first point on the step that is higher, after halving it as often as needed, None where there is none; and
    the next radius.
    """
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
    """A higher point at one or three standard errors along an axis, where there is one: then the place is no maximum,
    or a small one beside a larger.
    """
    best, where = place.value + max(1e-9, 100.0 * place.noise), None
    for axis in place.units.T:
        for length in (-3.0, -1.0, 1.0, 3.0):
            value = model.evaluate(place.x + length * axis, 0).loglik
            if np.isfinite(value) and value > best:
                best, where = value, place.x + length * axis
    return where


@constructed_by_callers
@dataclass(frozen=True)
class Newton:
    """theta <- theta + t H^-1 g, t = 1, 1/2, 1/4, ... until the log-likelihood rises.

    `tolerance` bounds the Newton decrement sqrt(g^T H^-1 g): the distance to the maximum in standard errors. Where
    there is no maximum (separated outcomes) it falls by exp(-1/2) a step; `st.fit` finds that out. With many rows the
    first steps are made on samples of them, and of very many the next by the score alone (`subsample="auto"`); the
    certificate is that of all rows, and `subsample="never"` reads all of them in every step. Source: Boyd &
    Vandenberghe, Convex Optimization (2004), 9.5. Raises DomainError for a tolerance that is not positive,
    IdentificationError where the information is singular at the end.

    >>> Newton(tolerance=1e-10)
    Newton(tolerance=1e-10, max_steps=100, subsample='auto')
    """

    tolerance: float = 1e-8
    max_steps: int = 100
    subsample: Literal["auto", "never"] = "auto"
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("Newton", self.tolerance, self.max_steps)
        subsample = one_of(self.subsample, ("auto", "never"), "Newton needs subsample to be one of {}")
        object.__setattr__(self, "subsample", subsample)

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start`."""
        return self.within(model, self.max_steps)

    def within(self, model: Model, steps: int) -> Solution:
        """Climb from `model.start` by so many steps at most."""
        require_rows("Newton", self.needs, model)
        if not model.in_memory:
            return surrogate_ascent(model, self.tolerance, steps)
        many = self.subsample == "auto" and model.facts.is_regression and len(model.rows.X) > FEW_ROWS
        if many and (found := subsampled(model, self.tolerance, steps)) is not None:
            return found
        if model.facts.is_function:
            return climb_in_own_units(model, self.tolerance, steps)[1]
        work, T, now, metric = footing(model)
        return newton_ascent(work, work.start, self.tolerance, steps, "Newton", now, metric).mapped(T)
