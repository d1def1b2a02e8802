"""The maximum of a mixed regression's likelihood, by Laplace's approximation or by adaptive quadrature.

    start      the regression without effects; variances from the moments of the effects or from the scores of groups
    climb      theta <- theta + t H^-1 g, H Louis' information, or carried on by BFGS and measured at the end (Laplace)
    boundary   small standard deviations are tried at 0; a zero along which log L rises is left
    nodes      doubled until |Cov (g of twice the nodes - g)| < 1e-6 standard errors for every parameter
    user       theta = (lift theta_fixed, the lower triangles of N_k T_k),   Cov = J H^-1 J', J the change with theta

Where effects end at 0, or there is a dispersion, a second climb begins with large effects, and the higher end counts.
With few nodes Fisher's score is not quite the slope of the sum that stands for log L: a step is good there that raises
log L or that halves the decrement. One curve may have several maxima: along its standard deviation the slope changes
its sign from + to - at each, which is looked for on a grid. Source: Nocedal & Wright, Numerical Optimization (2006),
6.1; Pinheiro & Bates, J. Comput. Graph. Stat. 4 (1995), 12-35; Bates, Maechler, Bolker & Walker (2015); Wood,
Generalized Additive Models (2017), 6.1.2 and 6.2, for curves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import block_diag

from stattools.errors import REFUSALS, ConvergenceError, DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import finite_variances
from stattools.latent.deviance import secant
from stattools.latent.elimination import PenalizedInformation
from stattools.latent.laplace import CurveNodes
from stattools.latent.modes import expected_weights
from stattools.likelihoods.likelihood import is_unimodal
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.marginal import ByCoefficients, ByLaplace, ByQuadrature
from stattools.numerics.small_matrices import eigen, lower, null_directions
from stattools.solvers.climb import ENOUGH, HALF, NOISE, Climbed, Standing, climb, rising
from stattools.solvers.mixed.maximum import (
    NEGATIVE_INFORMATION,
    Bent,
    FittedCurve,
    bent_standing,
    fitted,
    released,
    without_small,
)
from stattools.solvers.mixed.variance_profile import Surface, falls_at_zero, marginal_surface
from stattools.solvers.newton import Newton
from stattools.solvers.solution import Status, TraceStep

SIZES = np.logspace(-3.0, 2.0, 21)
"""Standard deviations of the curve, in units of the linear predictor, at which the slope is looked at."""

ROUGH_SLOPE = 1e-12
"""A squared decrement at which effects are near enough to their mode for the sign of a slope."""


class _Look(NamedTuple):
    """The slope in the logarithm of a curve's standard deviation at one `size`, -inf where effects have no mode."""

    size: float
    slope: float


def curve_starts(by: ByLaplace, found: Floats | None = None) -> list[Floats]:
    """Points theta near local maxima of one curve without groups, other than that which a climb has `found`; the one at
    0 has a standard deviation of 0. Without `found` the curve's standard deviation is the only parameter.
    """
    rest, size = (np.empty(0), np.nan) if found is None else (found[:-1], abs(float(found[-1])))
    looks = list(_looks(by.points or by if found is None else by, rest))
    starts = []
    if looks[0].slope <= 0.0 and size != 0.0:
        starts.append(0.0)
    for low, high in pairwise(looks):
        if low.slope > 0.0 >= high.slope and not low.size <= size <= high.size:
            # where the slope is 0 on a straight line along the logarithm of the size, or in the middle
            share = low.slope / (low.slope - high.slope) if np.isfinite(high.slope) else 0.5
            starts.append(low.size * (high.size / low.size) ** share)
    if looks[-1].slope > 0.0 and not size >= SIZES[-1]:
        starts.append(SIZES[-1])
    return [np.append(rest, start) for start in starts]


def _looks(by: ByLaplace | CurveNodes, rest: Floats) -> Iterator[_Look]:
    """The slopes at all sizes."""
    last = None
    for size in SIZES.tolist():
        try:
            last = by.beside(np.append(rest, size), last, ROUGH_SLOPE)
        except ConvergenceError:
            yield _Look(size, -np.inf)
        else:
            yield _Look(size, size * float(by.score_of(last)[-1]))


class CurveParts(NamedTuple):
    """The wiggly parts `b` of all curves one after the other (Q,), the `covariance` (p + Q, p + Q) of the estimate and
    these, given the data and the variances, and the effective degrees of freedom of the wiggly part of each, `edf`.
    """

    b: Floats
    covariance: Floats
    edf: list[float]


def curve_parts(found: Any) -> CurveParts:
    """The curves at a `MarginalMaximum`."""
    return PARTS[type(found.marginal)](found)


def _by_rows(found: Any) -> CurveParts:
    by = found.marginal
    mode, of = by.at(found.at).mode, by.columns
    sizes = np.repeat(by.taus(found.at) * by.to_taus, [len(one) for one in of.smooths])
    Q, p = len(sizes), len(found.estimate)
    way = np.zeros((p + Q, of.r - of.starts[-1]))
    way[p:, :Q] = np.diag(sizes)
    way[:p, Q:] = by.to_fixed @ by.of_flat
    change = by.to_fixed @ by.fixed_change(found.at)
    beside = block_diag(change @ found.inverse @ change.T, np.zeros((Q, Q)))
    H = PenalizedInformation.of(mode.penalized.columns, expected_weights(by.rows, mode)) or mode.penalized
    kept = 1.0 - H.dense.diagonal()
    edf = [float(kept[a:b].sum()) for a, b in pairwise(of.ends)]
    return CurveParts(sizes * of.of_smooths(mode.u)[:Q], way @ mode.penalized.dense @ way.T + beside, edf)


def _by_coefficients(found: Any) -> CurveParts:
    return CurveParts(*found.marginal.curves(found.at))


PARTS: dict[type, Callable[[Any], CurveParts]] = {ByLaplace: _by_rows, ByCoefficients: _by_coefficients}
"""What a marginal likelihood says of curves at its maximum, by its kind."""


Watch = Callable[[Any, Floats], None]
"""What looks at a marginal likelihood and each theta at which a climb stands, to raise where there is no maximum."""


def unwatched(by: Any, theta: Floats) -> None:
    """Looks at nothing."""


STEP = 1e-6
"""Of differences of a triangle by the entries of another, as a share of the largest."""

OF_MODES = 1e-4
"""Of differences of modes, in standard errors of what they depend on."""

FLAT_MARGINAL = 1e-12
"""A curvature below this share of the largest is of a direction that changes nothing, as turns of a singular T."""


@record
class Integral:
    """How effects were integrated out, "Laplace" or "quadrature" with so many `nodes` along each axis, and how far a
    better integral moves each parameter, in standard errors; None where that was not asked for.
    """

    kind: str
    nodes: int
    error: Floats | None = None

    @property
    def worst(self) -> float:
        """The largest of the errors."""
        return float("nan") if self.error is None else float(np.abs(self.error).max(initial=0.0))


@record
class MarginalMaximum:
    """The `model`, its `marginal` likelihood, the point `at` in its coordinates with the log-likelihood and the
    information there, how the climb ended, and what is `said` of the integral. `maxima` are the
    standard deviation of one curve and the log-likelihood at each local maximum, best first; empty where these were not
    looked for.
    """

    model: Any
    marginal: Any
    at: Floats
    loglik: float
    information: Floats
    decrement: float
    status: Status
    steps: int
    trace: tuple[TraceStep, ...]
    said: Integral
    maxima: tuple[tuple[float, float], ...] = ()

    @cached_property
    def integral(self) -> Integral:
        """How the effects were integrated out, with the error of it, which is measured when it is asked for."""
        if self.said.error is not None:
            return self.said
        return replace(self.said, error=self.marginal.integral_error(self.at, self.inverse))

    @property
    def converged(self) -> bool:
        """Is it within the tolerance, or within round-off?"""
        return self.status in ("converged", "round-off")

    @property
    def n_parameters(self) -> int:
        """Parameters of the fixed part, entries of the T_k, and standard deviations of curves."""
        return len(self.estimate) + len(self.entries) + len(self.taus)

    @cached_property
    def estimate(self) -> Floats:
        """The parameters of the fixed part, in the user's columns."""
        return self.marginal.to_fixed @ self.marginal.fixed_at(self.at)

    @cached_property
    def roots(self) -> tuple[Floats, ...]:
        """The lower triangle of each random term in the user's columns: the covariance of its effects is R R'."""
        return self._roots(self.at)

    def _roots(self, theta: Floats) -> tuple[Floats, ...]:
        pairs = zip(self.marginal.to_effects, self.marginal.factors(theta), strict=True)
        return tuple(lower(back @ T) for back, T in pairs)

    @property
    def covariances(self) -> tuple[Floats, ...]:
        """The covariance of the effects of a level of each term."""
        return tuple(root @ root.T for root in self.roots)

    @cached_property
    def taus(self) -> Floats:
        """The standard deviation of the effects of each curve."""
        return np.abs(self.marginal.taus(self.at)) * self.marginal.to_taus

    @property
    def entries(self) -> Floats:
        """The free entries of the roots, row by row."""
        return _entries(self.roots)

    @property
    def theta(self) -> Floats:
        """Estimate, entries of the roots, and standard deviations of curves."""
        return np.concatenate([self.estimate, self.entries, self.taus])

    @cached_property
    def inverse(self) -> Floats:
        """The inverse of the information, 0 along directions that change nothing."""
        size = np.abs(self.information.diagonal())
        first = len(self.at) - len(self.entries) - len(self.taus)
        # in units of each parameter, but of variances, of which some may be flat, in units of the one best known
        size[first:] = np.maximum(size[first:], FLAT_MARGINAL * size[first:].max(initial=0.0))
        unit = np.sqrt(np.where(size > 0.0, size, 1.0))
        values, vectors = eigen(self.information / unit[:, None] / unit)
        some = values > FLAT_MARGINAL * abs(values[-1]) if len(values) else values > 0.0
        vectors = vectors[:, some] / unit[:, None]
        return (vectors / values[some]) @ vectors.T

    @cached_property
    def whole_covariance(self) -> Floats:
        """The covariance of `theta`."""
        p, fixed = len(self.estimate), self.marginal.fixed_change(self.at)
        rest = self._rest_change
        change = np.concatenate([self.marginal.to_fixed @ fixed, rest])
        with np.errstate(over="ignore", invalid="ignore"):
            found = change @ self.inverse @ change.T
            found[:p, :p] += self.marginal.to_fixed @ self.marginal.fixed_spread(self.at) @ self.marginal.to_fixed.T
        return finite_variances(found, self.model.title)

    @property
    def covariance(self) -> Floats:
        """The covariance of the estimate."""
        p = len(self.estimate)
        return self.whole_covariance[:p, :p]

    @property
    def _rest_change(self) -> Floats:
        """How the entries of roots and the curves' standard deviations move with theta."""
        columns, sizes = [], [*self.marginal.factors(self.at), self.marginal.taus(self.at)]
        size = max(float(np.abs(one).max(initial=0.0)) for one in sizes) or 1.0
        for k in range(len(self.at)):
            step = np.zeros(len(self.at))
            step[k] = STEP * size
            ahead, behind = (
                np.append(
                    _entries(self._roots(self.at + by)),
                    np.abs(self.marginal.taus(self.at + by)) * self.marginal.to_taus,
                )
                for by in (step, -step)
            )
            columns.append((ahead - behind) / (2.0 * step[k]))
        return np.array(columns).T.reshape(-1, len(self.at))

    @cached_property
    def effects(self) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes (q, J) and covariances given the data (q, q, J) of the effects of each term, in the user's columns."""
        return self.marginal.effects(self.at)

    @cached_property
    def of_curves(self) -> tuple[FittedCurve, ...]:
        """The curves with their coefficients, covariance and effective degrees of freedom."""
        if not self.model.smooths:
            return ()
        parts, taus = curve_parts(self), self.taus.tolist()
        penalties = [1.0 / tau**2 if tau > 0.0 else np.inf for tau in taus]
        return fitted(self.marginal.smooths, self.estimate, parts.b, parts.covariance, taus, penalties, parts.edf)

    @property
    def modes(self) -> tuple[Floats, ...]:
        """The modes of the effects, (q, J) of each term."""
        return self.effects[0]

    @property
    def spreads(self) -> tuple[Floats, ...]:
        """Covariances of the effects given the data, (q, q, J) of each term."""
        return self.effects[1]

    @cached_property
    def mode_slopes(self) -> tuple[Floats, ...]:
        """How the modes of each term move with theta, (q, size of theta, J)."""
        columns = []
        for k, se in enumerate(np.sqrt(self.inverse.diagonal())):
            step = np.zeros(len(self.at))
            step[k] = OF_MODES * (se if se > 0.0 else 1.0)
            ahead, behind = (self.marginal.effects(self.at + by)[0] for by in (step, -step))
            columns.append([(one - other) / (2.0 * step[k]) for one, other in zip(ahead, behind, strict=True)])
        return tuple(np.array(each).transpose(1, 0, 2) for each in zip(*columns, strict=True))

    def errors(self, fixed: str) -> tuple[Floats, ...]:
        """The standard errors (q, J) of each term's effects: those given the data where theta is "known", and with its
        uncertainty where it is "estimated".
        """
        each = []
        for k, spread in enumerate(self.spreads):
            variances = np.einsum("aaj->aj", spread)
            if fixed == "estimated":
                slope = self.mode_slopes[k]
                variances = variances + np.einsum("atj,ts,asj->aj", slope, self.inverse, slope, optimize=True)
            each.append(np.sqrt(np.maximum(variances, 0.0)))
        return tuple(each)

    @cached_property
    def falls_at_zero(self) -> tuple[Floats, ...]:
        """How far the highest 2 log L falls where the sd of each effect of each term is 0."""
        return falls_at_zero(self)

    @cached_property
    def surface(self) -> Surface:
        """The likelihood about the maximum, for profiles of variances."""
        return marginal_surface(self)


def _entries(roots: tuple[Floats, ...]) -> Floats:
    return np.concatenate([np.empty(0), *(root[np.tril_indices(len(root))] for root in roots)])


FIRST = 4
"""Steps for the variances before the climb."""

ROUGH_MODE = 1e-4
"""The squared decrement to which these find the mode of the effects."""

NEAR_LAPLACE = 1e-4
"""From this decrement on the information itself is the metric, which was carried on before."""

SLOW = 0.7
"""Where a step leaves more than this share of the decrement, what was carried on tells too little of the curvature."""

APART = 1e-3
"""Standard deviations of a curve that differ by less than this share are of the same maximum."""

HIGHER = 1e-6
"""A maximum whose log-likelihood is not above another's by more than this is the same one."""

MOST_STEPS = 200
"""Steps of a climb, and of those that go on from it, at most."""

TOLERANCE = 1e-8
"""The decrement of a maximum by Laplace's approximation."""

MOST_TRIED = 400
"""Points that the steps of a climb try at most. Usual climbs try about one for each step; where the effects have
several modes the approximation jumps, and twenty halvings of each step lead nowhere.
"""

TOLD = 1e-6
"""Information about the logarithm of a curve's standard deviation that is less is round-off."""

LAPLACE_ROUNDS = 8
"""Variances are put to 0 or moved off it so many times at most."""


def laplace_maximum(model: Any, start: Floats | None = None, *, watch: Watch = unwatched) -> MarginalMaximum:
    """The maximum for a mixed regression; `start` is a theta of `model.laplace`, and `watch` looks at each point
    where the climb stands, to raise where there is no maximum.

    Of one curve without groups all local maxima are looked for, and the highest is the answer. `status` is "max-steps"
    where the decrement did not come within the tolerance.
    """
    by = model.laplace
    one_curve = start is None and by.n_smooths == 1 and not model.random
    if one_curve and not by.n_outer:  # the search along its standard deviation needs no climb before
        return _highest([maximum_of(by, one, watch) for one in curve_starts(by)])
    first = maximum_of(by, laplace_start(by) if start is None else start, watch)
    if start is None and model.random and not is_unimodal(model.fixed.likelihood):
        size = 1.0 / np.sqrt(np.abs(by.at(first.at).mode.information[:, 0, 0]).sum() / by.n)
        factors = [size * np.eye(len(T)) for T in by.factors(first.at)]
        theta = by.theta(by.parts(first.at)[0], factors, by.taus(first.at))
        other = _if_higher(first.loglik, lambda trace: maximum_of(by, theta, watch, trace))
        return first if other is None or not other.converged else other
    if not one_curve or not first.converged:
        return first
    return _highest([first, *(maximum_of(by, one, watch) for one in curve_starts(by, first.at))])


def _highest(each: list[MarginalMaximum]) -> MarginalMaximum:
    """The highest of the maxima of one curve, which says of all others."""
    best, *others = sorted(each, key=lambda one: -one.loglik)
    maxima = [(float(best.taus[0]), best.loglik)]
    for one in others:
        if one.converged and all(abs(one.taus[0] - tau) > APART * (tau + one.taus[0]) for tau, _ in maxima):
            maxima.append((float(one.taus[0]), one.loglik))
    return replace(best, maxima=tuple(maxima))


def _if_higher(loglik: float, climb: Callable[[list[TraceStep]], Any]) -> Any:
    """What a climb from large effects, whose steps are added to a trace, comes to, None where that is not above
    `loglik`: without effects a dispersion takes up what differs between groups, and often leaves a maximum there.
    """
    trace: list[TraceStep] = []
    try:
        found = climb(trace)
    except REFUSALS:  # it runs off, which matters where that is higher
        if trace and trace[-1].loglik > loglik + HIGHER:
            raise
        return None
    return found if trace[-1].loglik > loglik + HIGHER else None


def maximum_of(
    by: ByLaplace, theta: Floats, watch: Watch = unwatched, trace: list[TraceStep] | None = None
) -> MarginalMaximum:
    """The maximum that a climb reaches from theta; its steps are added to `trace`."""
    trace = [] if trace is None else trace
    found = _climbed_laplace(by, theta, 0, trace, watch)
    for _ in range(LAPLACE_ROUNDS):
        if found.steps >= MOST_STEPS:
            break
        following = without_small(by, found.here) or released(by, found.here)
        if following is None:
            break
        found = _climbed_laplace(by, following[0], found.steps + 1, trace, watch)
    here = found.here
    metric = here.metric if here.metric.is_exact else Bent.of(by.information(here.theta), here.metric.free, True)
    climbed = metric.norm(here.now.score), found.status, found.steps, tuple(trace)
    return MarginalMaximum(by.model, by, here.theta, here.now.loglik, metric.H, *climbed, Integral("Laplace", 1))


def laplace_start(by: ByLaplace) -> Floats:
    """The parameters without effects, and variances near their maximum there."""
    theta, found = by.start, None
    if not by.is_restricted and (fixed := _without_effects(by.fixed)) is not None:
        other = by.theta(fixed, by.factors(theta), by.taus(theta))
        theta = other if np.isfinite(by.evaluate(other, 0).loglik) else theta
    for _ in range(FIRST):
        found = by.beside(theta, found, ROUGH_MODE)
        roots, taus = found.moments
        factors = [lower(T @ np.linalg.cholesky(S)) for T, S in zip(by.factors(theta), roots, strict=True)]
        theta = by.theta(by.parts(theta)[0], factors, by.taus(theta) * np.sqrt(taus))
    by.begin_near(found)
    return theta


def _without_effects(fixed: Any) -> Floats | None:
    """The maximum of the regression without effects; None where it has none, and its start serves as well, at some more
    steps.
    """
    try:
        found = Newton().within(fixed, FIXED_STEPS).estimate
        return found if np.isfinite(fixed.evaluate(found, 0).loglik) else None
    except REFUSALS:
        return None


def _climbed_laplace(by: ByLaplace, theta: Floats, first: int, trace: list[TraceStep], watch: Watch) -> Climbed:
    before: Standing | None = None
    tried = 0

    def evaluate(point: Floats) -> Evaluation:
        nonlocal tried
        tried += 1
        return by.evaluate(point, 1)

    def stand(point: Floats, now: Evaluation) -> Standing:
        watch(by, point)
        return _standing(by, point, now, before)

    def step(here: Standing) -> Standing | None:
        nonlocal before
        before = here
        return None if tried > MOST_TRIED else rising(evaluate, stand, by.n, here)

    def finish(here: Standing) -> Standing | None:
        return None if here.metric.is_exact else _standing(by, here.theta, here.now, None, exact=True)

    here = stand(theta, evaluate(theta))
    return climb(here, step, tolerance=TOLERANCE, max_steps=MOST_STEPS, n=by.n, first=first, trace=trace, finish=finish)


def _standing(
    by: ByLaplace, theta: Floats, now: Evaluation, before: Standing | None, *, exact: bool = False
) -> Standing:
    free = np.flatnonzero((theta != 0.0) | (now.score != 0.0))
    carried, near = None, before is not None and before.metric.is_exact and before.decrement <= NEAR_LAPLACE
    if before is not None and before.metric.definite:
        carried = secant(before.metric.H, theta - before.theta, before.now.score - now.score)
        if carried is None and before.metric.is_exact:
            carried = before.metric.H
    if exact:
        metric = Bent.of(by.information(theta), free, True)
    elif before is not None and near:  # so near the maximum the information does not change
        metric = Bent.of(before.metric.H, free, True)
    else:
        rough = _rough(by, theta, now) if before is None else np.eye(len(theta))
        metric = Bent.of(rough if carried is None else carried, free, False)
        size = metric.norm(now.score)
        if size <= NEAR_LAPLACE or (before is not None and (carried is None or size > SLOW * before.decrement)):
            metric = Bent.of(by.information(theta), free, True)
    longest = 1.0 + np.abs(theta[by.n_outer :]).max(initial=0.0)
    return bent_standing(theta, now, metric, TOLERANCE, longest, by.n_outer)


def _rough(by: ByLaplace, theta: Floats, now: Evaluation) -> Floats:
    """Nearly the information: of the fixed part and of curves from the modes of effects, of the rest by differences of
    the score.
    """
    m, at = by.n_outer, len(theta) - by.n_smooths
    of_logs = by.at(theta).information_of_curves
    H = np.zeros((len(theta), len(theta)))
    H[:m, :m] = by.fixed_metric(theta)
    if (of_logs.diagonal() > TOLD).all():
        H[at:, at:] = of_logs / np.outer(theta[at:], theta[at:])
    else:
        at = len(theta)
    for k in range(m, at):
        moved = theta.copy()
        moved[k] += 1e-4 * max(1.0, abs(theta[k]))
        H[:, k] = (now.score - by.evaluate(moved, 1).score) / (moved[k] - theta[k])
        H[k, :m] = H[:m, k]
        H[k, at:] = H[at:, k]
    H[m:at, m:at] = 0.5 * (H[m:at, m:at] + H[m:at, m:at].T)
    return H


FIRST_NODES = {1: 16, 2: 8, 3: 6}
"""Nodes along each axis of so many effects, before they are doubled."""

FEW_CELLS = 1 << 14
"""Where rows times nodes are so few, twice the nodes cost nothing, and log L has more digits than anybody asks for."""

MOST_TOGETHER = 250_000
"""Nodes of all axes together, which twice the nodes of three axes make two millions."""

SOME_CELLS = 5_000_000
"""Where rows times nodes stay below this, the most nodes are twice as many."""

MOST_NODES = {1: 256, 2: 64, 3: 24}
"""Where doubling ends, whatever the error, which is kept."""

ENOUGH_NODES = 1e-6
"""The shift in standard errors, of any parameter, below which nodes are enough."""

SHARPLY = 1e-10
"""The decrement of a maximum by quadrature."""

ROUGHLY = 1e-3
"""A climb with too few nodes ends at this decrement."""

NEAR_QUADRATURE = 0.1
"""Within this decrement of a maximum steps follow the score alone, which is 0 a little beside where the sum of few
nodes is highest.
"""

LONGEST = 2.0
"""An entry of T moves at most so many times the largest of its matrix in a step."""

HALVINGS = 25
"""The most halvings of a step: 3e-8 of a Newton step is below the round-off of what it changes."""

PATIENCE = 25
"""Steps after which small variances are tried at 0: beside a singular T few nodes do not say well where log L rises."""

QUADRATURE_ROUNDS = 10
"""Climbs one after the other at most, between which variances are put to 0 or moved off it."""

FIXED_STEPS = 20
"""Steps of the regression without effects, whose maximum is only a start."""


def quadrature_maximum(
    model: Any, nodes: int | None = None, start: Floats | None = None, *, watch: Watch = unwatched
) -> MarginalMaximum:
    """The maximum for a regression with random terms of one grouping; `start` is a theta of `ByQuadrature`, and `watch`
    looks at each point where the climb stands, to raise where there is no maximum.

    `nodes` along each axis are taken as they are where they are given, 1 being Laplace's approximation, and doubled
    from a first guess otherwise; the error is kept. `status` is "max-steps" where the decrement did not come within the
    tolerance. Raises DomainError for more nodes than memory holds.
    """
    if nodes == 1:
        return laplace_maximum(model, start, watch=watch)
    effects = sum(len(term.columns) for term in model.random)
    if (nodes or 1) ** effects > MOST_TOGETHER:
        raise DomainError(
            f"nodes= are those along each of {effects} axes, {MOST_TOGETHER:,} together at most; got {nodes}, which are"
            f" {(nodes or 1) ** effects:,}. Give {int(MOST_TOGETHER ** (1.0 / effects) + 1e-9)} or fewer."
        )
    by = ByQuadrature.of(model, nodes or FIRST_NODES.get(effects, 1))
    most, rows = nodes or MOST_NODES[effects], len(by.block.X)
    if not nodes and rows * (2 * by.nodes) ** effects <= FEW_CELLS:
        by = by.with_nodes(2 * by.nodes)
    if not nodes and rows * (2 * most) ** effects <= SOME_CELLS:
        most *= 2
    theta = quadrature_start(by) if start is None else start
    trace: list[TraceStep] = []
    ends = SHARPLY if by.nodes >= most else ROUGHLY
    found = _settled(by, theta, ends, trace, 0, watch)
    if start is None and not (is_unimodal(by.rows.likelihood) and by.T(found.here.theta).any()):
        at = found.here.theta[: by.n_outer]
        at = by.theta(at, by.large_factors(at))
        other = _if_higher(found.here.now.loglik, lambda second: _settled(by, at, ends, second, 0, watch))
        if other is not None and other.status != "max-steps":
            found, trace = other, other.trace
    while True:
        ahead, error = _shift(by, found.here)
        if by.nodes >= most or float(error.max(initial=0.0)) < ENOUGH_NODES:
            break
        by = by.with_nodes(2 * by.nodes)
        ends = SHARPLY if 2 * by.nodes > most else ROUGHLY**2
        found = _settled(by, found.here.theta + ahead, ends, trace, found.steps + 1, watch)
    if found.here.decrement > SHARPLY:
        found = _settled(by, found.here.theta + found.here.ahead, SHARPLY, trace, found.steps + 1, watch)
    here = found.here
    stands, integral = (here.theta, here.now.loglik, here.now.information), Integral("quadrature", by.nodes, error)
    return MarginalMaximum(model, by, *stands, here.decrement, found.status, found.steps, tuple(trace), integral)


def quadrature_start(by: ByQuadrature) -> Floats:
    """The parameters without effects, and standard deviations from the scores of groups there."""
    found = _without_effects(by.work)
    fixed = by.work.start if found is None else found
    return by.theta(fixed, by.first_factors(fixed))


def _shift(by: ByQuadrature, here: Standing) -> tuple[Floats, Floats]:
    """The step to where twice the nodes have their maximum, and how far their score moves each parameter, in standard
    errors; 0 of entries that are held.
    """
    metric = here.metric
    score = by.with_nodes(2 * by.nodes).evaluate(here.theta, 1).score
    with np.errstate(over="ignore", invalid="ignore"):
        covariance = (metric.vectors / metric.sizes) @ metric.vectors.T
    if not np.isfinite(covariance).all():
        raise ConvergenceError(
            f"{by.model.title} stopped where the likelihood is flat to the last digit of float64: the rows say "
            "nothing of a parameter there. Take a simpler random part, or look for groups whose rows are all alike."
        )
    error = np.zeros(len(here.theta))
    error[metric.free] = np.abs(covariance @ (score - here.now.score)[metric.free]) / np.sqrt(covariance.diagonal())
    return metric.solve(score), error


def _settled(
    by: ByQuadrature, theta: Floats, tolerance: float, trace: list[TraceStep], first: int, watch: Watch
) -> Climbed:
    """A climb, with effects at 0 where their maximum is there."""
    found, left, turns = None, MOST_STEPS, 0
    while found is None or (turns < QUADRATURE_ROUNDS and left > 0):
        most, turns = min(PATIENCE, max(left, 1)), turns + 1
        found = _climbed_quadrature(by, theta, tolerance, most, first, trace, watch)
        taken, left = found.steps - first, MOST_STEPS - found.steps
        stopped = found.status == "max-steps"
        following = without_small(by, found.here)
        if following is None and not stopped and _rises(by, found.here):
            following = released(by, found.here)
        if following is None and not (stopped and taken >= most):
            break
        theta, first = found.here.theta if following is None else following[0], found.steps + 1
    return found


def _rises(by: ByQuadrature, here: Standing) -> bool:
    """Does log L rise against the covariance of effects, along a direction in which it is 0?"""
    nulls = [null_directions(T) for T in by.factors(here.theta)]
    if not any(null.shape[1] for null in nulls):
        return False
    for null, bend in zip(nulls, by.bends(here.theta), strict=True):
        if null.shape[1] and np.linalg.eigvalsh(null.T @ bend @ null)[-1] > NEGATIVE_INFORMATION * np.abs(bend).max():
            return True
    return False


def _climbed_quadrature(
    by: ByQuadrature, theta: Floats, tolerance: float, most: int, first: int, trace: list[TraceStep], watch: Watch
) -> Climbed:
    moves = np.ones(len(theta), dtype=bool)
    moves[by.n_outer :] = by.T(theta).any(axis=0)[by.moves.columns]  # the score of a column of T that is 0 is 0
    free = np.flatnonzero(moves)

    def stand(point: Floats, now: Evaluation) -> Standing:
        watch(by, point)
        saddle = tolerance if tolerance < ROUGHLY else 0.0
        longest = LONGEST * np.abs(point[by.n_outer :]).max(initial=0.0)
        return bent_standing(point, now, Bent.of(now.information, free, True), saddle, longest, by.n_outer, 0.0)

    def step(here: Standing) -> Standing | None:
        ahead, slope = here.ahead, float(here.now.score @ here.ahead)
        noise = NOISE * (abs(here.now.loglik) + by.n)
        is_near = here.metric.definite and here.decrement < NEAR_QUADRATURE
        for _ in range(HALVINGS):
            new = by.evaluate(here.theta + ahead)
            if new.is_finite:
                rise = new.loglik - here.now.loglik
                halves = here.metric.norm(new.score) <= HALF * here.decrement
                if (halves and (is_near or rise >= -slope - noise)) or (rise >= ENOUGH * slope and rise > noise):
                    return stand(here.theta + ahead, new)
            ahead, slope = 0.5 * ahead, 0.5 * slope
        return None

    here = stand(theta, by.evaluate(theta))
    return climb(here, step, tolerance=tolerance, max_steps=most, n=by.n, first=first, trace=trace)
