"""The maximum of a mixed regression's likelihood by Laplace's approximation.

    start      the regression without effects; variances by a few steps T T' <- mean of T (u_j u_j' + H^-1_jj) T',
               those of curves by |u|^2 over their effective degrees of freedom
    climb      theta <- theta + t H^-1 g, H from the effects' modes and differences for the T_k, then carried on (BFGS)
    end        H by central differences of the exact score: the decrement that is said is measured with it
    boundary   small standard deviations are tried at 0; a zero along which log L rises is left

Source: Nocedal & Wright, Numerical Optimization (2006), 6.1; Bates, Maechler, Bolker & Walker (2015).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.latent.lower import lower
from stattools.latent.secant import secant
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.by_laplace import ByLaplace
from stattools.solvers.climb import Climbed, Standing, climb, rising
from stattools.solvers.mixed.boundary import Bent, released, without_small
from stattools.solvers.mixed.curve_search import CurveStart, curve_starts
from stattools.solvers.mixed.marginal_maximum import Integral, MarginalMaximum, Watch
from stattools.solvers.newton import Newton
from stattools.solvers.solution import TraceStep

FIRST = 4
"""Steps for the variances before the climb."""
ROUGH = 1e-4
"""The squared decrement to which these find the mode of the effects."""
NEAR = 1e-4
"""From this decrement on the information itself is the metric, which was carried on before."""
SLOW = 0.7
"""Where a step leaves more than this share of the decrement, what was carried on tells too little of the curvature."""
APART = 1e-3
"""Standard deviations of a curve that differ by less than this share are of the same maximum."""
HIGHER = 1e-6
"""A maximum whose log-likelihood is not above another's by more than this is the same one."""
MOST_TRIED = 400
"""Points that the steps of a climb try at most. Usual climbs try about one for each step; where the effects have
several modes the approximation jumps, and twenty halvings of each step lead nowhere.
"""
TOLD = 1e-6
"""Information about the logarithm of a curve's standard deviation that is less is round-off."""
ROUNDS = 8
"""Variances are put to 0 or moved off it so many times at most."""


def laplace_maximum(
    model: Any,
    start: Floats | None = None,
    *,
    tolerance: float = 1e-8,
    max_steps: int = 200,
    watch: Watch | None = None,
) -> MarginalMaximum:
    """The maximum for a mixed regression; `start` is a theta of `model.laplace`, and `watch` looks at each point
    where the climb stands, to raise where there is no maximum.

    Of one curve without groups all local maxima are looked for, and the highest is the answer. `status` is "max-steps"
    where the decrement did not come within the tolerance.
    """
    by = model.laplace
    one_curve = start is None and by.n_smooths == 1 and not model.random
    if one_curve and not by.n_outer:  # the search along its standard deviation needs no climb before
        return _highest([_climbed_from(by, one, tolerance, max_steps, watch) for one in curve_starts(by)])
    first = maximum_of(by, first_theta(by) if start is None else start, tolerance, max_steps, watch)
    if start is None and model.random and not model.fixed.likelihood.unimodal:
        return _higher(by, first, tolerance, max_steps, watch)
    if not one_curve or not first.converged:
        return first
    others = curve_starts(by, first.at)
    return _highest([first, *(_climbed_from(by, one, tolerance, max_steps, watch) for one in others)])


def _climbed_from(
    by: ByLaplace, start: CurveStart, tolerance: float, max_steps: int, watch: Watch | None
) -> MarginalMaximum:
    if start.near is not None:
        by.begin_near(start.near)
    return maximum_of(by, start.theta, tolerance, max_steps, watch)


def _highest(each: list[MarginalMaximum]) -> MarginalMaximum:
    """The highest of the maxima of one curve, which says of all others."""
    best, *others = sorted(each, key=lambda one: -one.loglik)
    maxima = [(float(best.taus[0]), best.loglik)]
    for one in others:
        if one.converged and all(abs(one.taus[0] - tau) > APART * (tau + one.taus[0]) for tau, _ in maxima):
            maxima.append((float(one.taus[0]), one.loglik))
    return replace(best, maxima=tuple(maxima))


def _higher(
    by: ByLaplace, first: MarginalMaximum, tolerance: float, max_steps: int, watch: Watch | None
) -> MarginalMaximum:
    """The maximum, or that of a climb which begins with large effects, if it is higher: without effects a dispersion
    takes up what differs between groups, and often leaves a maximum there.
    """
    trace: list[TraceStep] = []
    size = 1.0 / np.sqrt(np.abs(by.at(first.at).mode.information[:, 0, 0]).sum() / by.n)
    factors = [size * np.eye(len(T)) for T in by.factors(first.at)]
    theta = by.theta(by.parts(first.at)[0], factors, by.taus(first.at))
    try:
        other = maximum_of(by, theta, tolerance, max_steps, watch, trace)
    except StattoolsError:  # it runs off, which matters where that is higher
        if trace and trace[-1].loglik > first.loglik + HIGHER:
            raise
        return first
    return other if other.converged and other.loglik > first.loglik + HIGHER else first


def maximum_of(
    by: ByLaplace,
    theta: Floats,
    tolerance: float,
    max_steps: int,
    watch: Watch | None = None,
    trace: list[TraceStep] | None = None,
) -> MarginalMaximum:
    """The maximum that a climb reaches from theta; its steps are added to `trace`."""
    trace = [] if trace is None else trace
    found = _climbed(by, theta, tolerance, max_steps, 0, trace, watch)
    for _ in range(ROUNDS):
        if found.steps >= max_steps:
            break
        following = without_small(by, found.here) or released(by, found.here)
        if following is None:
            break
        found = _climbed(by, following[0], tolerance, max_steps, found.steps + 1, trace, watch)
    here = found.here
    metric = here.metric if here.metric.is_exact else Bent.of(by.information(here.theta), here.metric.free, True)
    return MarginalMaximum(
        by.model, by, here.theta, here.now.loglik, metric.H, metric.norm(here.now.score), found.status, found.steps,
        tuple(trace), Integral("Laplace", 1),
    )  # fmt: skip


def first_theta(by: ByLaplace) -> Floats:
    """The parameters without effects, and variances near their maximum there."""
    theta, fixed = by.start, by.fixed
    if not by.is_restricted:
        try:
            found = Newton().within(fixed, 20).estimate
            if np.isfinite(by.evaluate(by.theta(found, by.factors(theta), by.taus(theta)), 0).loglik):
                theta = by.theta(found, by.factors(theta), by.taus(theta))
        except StattoolsError:
            pass  # the start of the regression serves as well, at some more steps
    found = None
    for _ in range(FIRST):
        found = by.beside(theta, found, ROUGH)
        roots, taus = found.moments
        factors = [lower(T @ np.linalg.cholesky(S)) for T, S in zip(by.factors(theta), roots, strict=True)]
        theta = by.theta(by.parts(theta)[0], factors, by.taus(theta) * np.sqrt(taus))
    by.begin_near(found)
    return theta


def _climbed(
    by: ByLaplace,
    theta: Floats,
    tolerance: float,
    max_steps: int,
    first: int,
    trace: list[TraceStep],
    watch: Watch | None,
) -> Climbed:
    before: list[Standing] = []
    tried = 0

    def evaluate(point: Floats) -> Evaluation:
        nonlocal tried
        tried += 1
        return by.evaluate(point, 1)

    def stand(point: Floats, now: Evaluation) -> Standing:
        if watch is not None:
            watch(by, point)
        return _standing(by, point, now, tolerance, before[-1] if before else None)

    def step(here: Standing) -> Standing | None:
        before[:] = [here]
        return None if tried > MOST_TRIED else rising(evaluate, stand, by.n, here)

    def finish(here: Standing) -> Standing | None:
        return None if here.metric.is_exact else _standing(by, here.theta, here.now, tolerance, None, exact=True)

    here = stand(theta, evaluate(theta))
    return climb(here, step, tolerance=tolerance, max_steps=max_steps, n=by.n, first=first, trace=trace, finish=finish)


def _standing(
    by: ByLaplace, theta: Floats, now: Evaluation, tolerance: float, before: Standing | None, *, exact: bool = False
) -> Standing:
    free = np.flatnonzero((theta != 0.0) | (now.score != 0.0))
    carried = None
    if before is not None and before.metric.definite:
        carried = secant(before.metric.H, theta - before.theta, before.now.score - now.score)
        if carried is None and before.metric.is_exact:
            carried = before.metric.H
    is_exact = before is not None and before.metric.is_exact and before.decrement <= NEAR
    if exact:
        metric = Bent.of(by.information(theta), free, True)
    elif is_exact and before is not None:  # so near the maximum the information does not change
        metric = Bent.of(before.metric.H, free, True)
    else:
        rough = _rough(by, theta, now) if before is None else np.eye(len(theta))
        metric = Bent.of(rough if carried is None else carried, free, False)
        size = metric.norm(now.score)
        if size <= NEAR or (before is not None and (carried is None or size > SLOW * before.decrement)):
            metric = Bent.of(by.information(theta), free, True)
    decrement, ahead = metric.norm(now.score), metric.solve(now.score)
    if not metric.definite:  # a saddle is no maximum, however small its slopes
        decrement = max(decrement, 2.0 * tolerance)
        ahead = ahead + (0.1 if float(metric.away @ now.score) >= 0.0 else -0.1) * metric.away
    at = slice(by.n_outer, None)
    size, longest = np.abs(ahead[at]).max(initial=0.0), 1.0 + np.abs(theta[at]).max(initial=0.0)
    return Standing(theta, now, metric, decrement, ahead if size <= longest else ahead * (longest / size))


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
