"""Models over combinations of their coefficients, and the profile of a log-likelihood over one coefficient.

    profile(t) = sup of loglik(theta) over theta with theta_j = t,   ends: 2 (sup loglik - profile(t)) = q

with q the quantile of chi^2 on one degree of freedom. Where there is no maximum coefficients may run to infinity: along
such a direction what is left of the log-likelihood falls by 1/e with each of Newton's steps, and is the square of the
decrement, so that the supremum is known to REMAINDER. Where there is one, coefficient j grows along u by a standard
error, and with score g, information H and the metric P of steps that hold it the profile is a step P g away from a
point, its tangent is t = u - P H u, and the log-likelihood along it has the slope t'g and the curvature t'H u. Source:
Venzon & Moolgavkar (1988); Geyer (2009), on one-sided intervals for what is infinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from math import sqrt
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.data.design.design import Design
from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.likelihoods import Cumulative
from stattools.likelihoods.labels import Cuts, codes_of
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.words import Facts
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.numerics.arrowhead import in_parts
from stattools.solvers.climb import Standing, climb, rising
from stattools.solvers.metric import HeldMetric, Metric
from stattools.solvers.solution import Solution


@dataclass(frozen=True, eq=False)
class Along:
    """A model over some of its coefficients, or combinations of them, theta = base + V gamma: what a climb asks of a
    model. `what` stands before the title of the model in errors.
    """

    model: Any
    V: Floats
    base: Floats | float = 0.0
    what: str = ""

    @property
    def title(self) -> str:
        return self.what + self.model.title

    @property
    def n(self) -> float:
        return self.model.n

    def at(self, gamma: ArrayLike) -> Floats:
        """theta."""
        return self.base + self.V @ np.asarray(gamma, dtype=float)

    @np.errstate(over="ignore", invalid="ignore")  # `is_finite` tells
    def evaluate(self, gamma: ArrayLike, order: int = 2) -> Evaluation:
        now = self.model.evaluate(self.at(gamma), order)
        if order == 0 or not now.is_finite:
            return now
        information = self.V.T @ now.information @ self.V if order == 2 else now.information
        return Evaluation(now.loglik, self.V.T @ now.score, information, now.reach)

    def dispersion(self, gamma: ArrayLike) -> float:
        return self.model.dispersion(self.at(gamma))


def beside_held(model: Model, held: NDArray[np.intp], values: Floats) -> Model:
    """The model of the other columns, where the coefficients numbered `held`, of the first linear predictor or of every
    category alike, are held at their `values` (size_first,), those of the others being 0.
    """
    predictor, rows = model.predictor, model.rows
    X: Any = rows.X
    others, left = np.delete(np.arange(predictor.size), held), np.zeros(predictor.columns, dtype=bool)
    left[predictor.column[others[predictor.column[others] >= 0]]] = True  # columns that somebody reads
    left[0] |= bool(predictor.taken_up)  # for which thresholds stand
    offset = rows.offset
    if values.any():
        offset = predictor.columns_of(X)[0] @ values[predictor.parts[0]] + (0.0 if offset is None else offset)
    rows = replace(rows, X=X.without(~left), offset=offset)
    predictor = predictor.keeping(left, predictor.column[others[others < predictor.parts[0].stop]])
    design = Design(tuple(np.array(model.terms, dtype=object)[left]))
    start = starting_point(model.likelihood, predictor, rows)
    return replace(model, rows=rows, design=design, predictor=predictor, start=start)


@dataclass(frozen=True)
class Among(Likelihood):
    """Categories of which each row allows some only: y holds the code, then K flags. eta as for `Categorical`."""

    categories: int

    def evaluate(self, eta: Any, y: Any) -> tuple[Floats, Floats, Floats]:
        full = np.where(y[:, 1:] > 0, np.column_stack([np.zeros(len(eta)), eta]), -np.inf)
        hit, p = y[:, :1] == np.arange(self.categories), special.softmax(full, axis=1)
        information = p[:, 1:, None] * (np.eye(self.categories - 1) - p[:, None, 1:])
        return full[hit] - special.logsumexp(full, axis=1), (hit - p)[:, 1:], information


@dataclass(frozen=True)
class Beyond(Likelihood):
    """Labels in order of which each row allows some only: y holds the code, then K flags. eta as for `family`."""

    family: Cumulative
    facts: ClassVar = Facts(reach=lambda family, eta, y: 0.0)

    def evaluate(self, eta: Any, y: Any) -> tuple[Floats, Floats, Floats]:
        cuts, code, allowed = Cuts(eta, self.family), codes_of(y[:, 0]), np.pad(y[:, 1:] > 0, ((0, 0), (1, 1)))
        rows = np.arange(len(code))
        cuts.thresholds[rows, code] = np.where(allowed[rows, code], cuts.thresholds[rows, code], -np.inf)
        cuts.thresholds[rows, code + 1] = np.where(allowed[rows, code + 2], cuts.thresholds[rows, code + 1], np.inf)
        found = cuts.at(code)
        return found.log, cuts.score(code, found), cuts.information(code, found)


REMAINDER = 1e-11
"""The largest error of a supremum of the log-likelihood."""

HORIZON = 1e4
"""A profile that has not reached the cut so many scales of the coefficient away does not reach it."""

HALVINGS = 200
"""Where all but a few rows are certain, the information is nearly 0 and Newton's steps are too long by 1e60 or so."""

STEPS_TO_SUPREMUM = 800
"""What is left to a supremum at infinity falls by 1/e a step, and float64 holds exp(709): fewer than 709 + 25 steps."""

NEARLY = 1e-4
"""The decrement of a climb that round-off in a nearly singular information slows down: 1e-8 is left at most."""


Profile = Callable[[float, Floats], tuple[float, Floats]]
"""The profile log-likelihood of a coefficient, climbed to from a point nearby: the root of twice how far below the
supremum it is at t, which rises by about 1 per standard error, and where it was found.
"""


def profile_along(work: Model, row: Floats, top: float, name: str) -> Profile:
    """The profile of theta_j = row phi in the coordinates of `work`, where `top` is the supremum over all of them."""
    normal, others = row / (row @ row), np.linalg.qr(row[:, None], mode="complete")[0][:, 1:]

    def stand(gamma: Floats, now: Evaluation) -> Standing:
        """What is left of the log-likelihood to a supremum at infinity is the square of the decrement."""
        metric = Metric.for_ascent(now.information)
        return Standing(gamma, now, metric, min(metric.norm(now.score), sqrt(max(top - now.loglik, 0.0))))

    def at(t: float, near: Floats) -> tuple[float, Floats]:
        limit, before = Along(work, others, normal * t), float(row @ near)
        starts = [near] if before * t <= 0.0 else [near, near * (t / before)]  # farther out on the same ray
        along = 0.0 if work.facts.is_partial else float(row @ work.shift)
        if along:  # thresholds that move together stay in order
            starts.append(near + work.shift * ((t - before) / along))
        gamma = max((others.T @ start for start in starts), key=lambda gamma: limit.evaluate(gamma, order=0).loglik)
        if len(gamma):
            now = limit.evaluate(gamma)
            if not now.is_finite:  # so far below the supremum that the information overflows
                return np.inf, near
            step = partial(rising, limit.evaluate, stand, work.n, halvings=HALVINGS)
            tolerance = sqrt(REMAINDER)
            found = climb(stand(gamma, now), step, tolerance=tolerance, max_steps=STEPS_TO_SUPREMUM, n=work.n)
            if found.status != "converged" and not found.here.decrement <= NEARLY:
                raise ConvergenceError(f"The profile likelihood of {name!r} was not found at {t:.6g}.")
            gamma = found.here.theta
        theta = limit.at(gamma)
        return sqrt(2.0 * max(top - work.evaluate(theta, order=0).loglik, 0.0)), theta

    return at


def profile_ends(model: Model, found: Solution, j: int, level: float, se: float) -> tuple[float, float]:
    """The profile interval of coefficient j of a model whose supremum was found: (lower, upper).

    `se` is its standard error, where it has one.
    """
    work, T = model.standardized()
    zeros = np.zeros(len(T))
    near = zeros if np.isfinite(work.evaluate(zeros, 0).loglik) else work.start
    estimate = float(found.estimate[j])
    scale = se if np.isfinite(estimate) else float(np.linalg.norm(T[j]))
    profile = profile_along(work, T[j], found.loglik, model.names[j])
    return ends_of(profile, model.names[j], estimate, level, near, scale, HORIZON * scale)


def ends_of(
    profile: Profile, name: str, estimate: float, level: float, near: Floats, scale: float, horizon: float
) -> tuple[float, float]:
    """Where a profile is at the cut of `level`, on either side of an estimate: (lower, upper). An estimate of +-inf is
    the end on its side, and the other is looked for from 0; so is a cut that is farther than the `horizon` away.

    `near` is where the first climb begins, `scale` a first step.
    """
    target, start, sides = float(-special.ndtri(0.5 * (1.0 - level))), estimate, [-1.0, 1.0]
    ends = dict.fromkeys(sides, estimate)
    if not np.isfinite(estimate):  # the supremum is far out: begin where the profile is within reach of the cut
        side = float(np.sign(estimate))
        start, sides = 0.0, [-side]
        root, there = profile(start, near)
        while root > target and abs(start) < horizon:
            start, near = start + side * max(2.0 * scale, abs(start)), there
            root, there = profile(start, near)

    def end(side: float) -> float:
        """Where the root of the profile is at the target on one side."""
        here = near

        @cache  # from another neighbour the profile has another last digit, and an end another sign
        def gap(t: float) -> float:
            nonlocal here
            root, here = profile(t, here)
            return min(root, 2.0 * target) - target

        inside, t = start, start + side * scale
        while gap(t) < 0.0:
            inside, t = t, start + 3.0 * (t - start)
            if abs(t - start) > horizon:
                return side * np.inf
        if gap(inside) > 0.0:
            raise ConvergenceError(f"The end of the profile interval of {name!r} was not found.")
        return float(optimize.brentq(gap, inside, t, xtol=1e-9 * scale))

    ends |= {side: end(side) for side in sides}
    return ends[-1.0], ends[1.0]


STEPS_TO_PROFILE = 100
"""From a point beside the profile a few steps lead onto it; so many are never needed where there is a maximum."""


CONVEX = 10.0
"""The largest curvature upward of a profile, in standard errors, beside which the information stays definite."""


class Point(NamedTuple):
    """A point near the profile: `tau` standard errors out; log-likelihood, its slope and its curvature along it.

    `height` is the log-likelihood at the point, `loglik` that of the profile beside it; `correction` leads there
    and `decrement` is its length in standard errors; `tangent` leads along it.
    """

    tau: float
    at: Floats
    height: float
    loglik: float
    slope: float
    curvature: float
    decrement: float
    correction: Floats
    tangent: Floats


@dataclass(frozen=True, eq=False)
class ProfileCurve:
    """The profile of the log-likelihood over one coefficient, of a model whose coordinates are psi.

    The `peak` is the maximum, and `top` what the model says there. Along `out` the coefficient grows by a standard
    error, and it is `held` in all steps without a change along that row.
    """

    model: Any
    peak: Floats
    top: Evaluation
    out: Floats
    held: Floats
    name: str

    def start(self) -> Point:
        """The peak."""
        return self._point(0.0, self._stand(self.peak, self.top))

    def at(self, tau: float, near: Point, tolerance: float) -> Point | None:
        """A point of the profile at tau, to `tolerance` standard errors, from one nearby; None where there is none."""
        psi = near.at + near.correction + (tau - near.tau) * near.tangent
        now = self.model.evaluate(psi)
        if not now.is_finite:
            return None
        step = partial(rising, self.model.evaluate, self._stand, 1.0)
        found = climb(self._stand(psi, now), step, tolerance=tolerance, max_steps=STEPS_TO_PROFILE, n=1.0)
        if found.status == "max-steps":
            raise ConvergenceError(
                f"The interval of {self.name!r} needs the maximum over the other coefficients at each of its values, "
                f"and {tau:.3g} standard errors from its estimate that maximum was not reached. Use Wald's interval."
            )
        return self._point(tau, found.here)

    def _stand(self, psi: Floats, now: Evaluation) -> Standing:
        information = now.information
        if not in_parts(information):  # what is added along the coefficient changes no step that holds it
            information = information + CONVEX * np.outer(self.held, self.held)
        metric = HeldMetric(self.held[None], information)
        return Standing(psi, now, metric, metric.norm(now.score))

    def _point(self, tau: float, here: Standing) -> Point:
        """What is known of the profile beside a point where a climb stands."""
        now = here.now
        along = now.information @ self.out
        correction, bend = here.metric.solve(np.column_stack([now.score, along])).T
        tangent = self.out - bend
        beside, slope, curvature = now.loglik + 0.5 * here.decrement**2, tangent @ now.score, tangent @ along
        return Point(
            tau, here.theta, now.loglik, beside, float(slope), float(curvature), here.decrement, correction, tangent
        )
