"""The maximum of the likelihood over the T_k: a start near it, then Newton's method, then the boundary.

    start        moments (`moments_of_groups.py`, `moments_of_crossed.py`), or majorizing steps (`majorizing.py`)
    Newton       theta <- theta + t H^-1 g of log L, until the decrement sqrt(g'H^-1 g) is within the tolerance
    boundary     T_k singular is a maximum where Gamma_k has no negative eigenvalue (Karush-Kuhn-Tucker)

Singular T_k are ordinary points of theta, where the gradient 2 Gamma T is exact: the decrement is valid there too. An
effect whose variance is next to nothing is put to exactly 0, if that loses nothing; a zero that may rise is released.
Source: Nocedal & Wright, Numerical Optimization (2006), 3.4 and 12.3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import permutations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curvature import hessian
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.few_effects import AtFew, FewEffects
from stattools.latent.lower import NOTHING, least_size, lower, null_directions
from stattools.latent.moments_of_crossed import moments_of_crossed
from stattools.latent.moments_of_groups import moments
from stattools.latent.secant import secant
from stattools.latent.sprint import known, sprint
from stattools.models.evaluation import Evaluation
from stattools.numerics.few_columns import eigen
from stattools.solvers.climb import Climbed, Standing, climb, noted, rising
from stattools.solvers.metric import nrm2
from stattools.solvers.mixed.known_maximum import EXACT, SMALL, Maximum, hardly_bends, known_maximum
from stattools.solvers.mixed.majorizing import FLATTEST, first_steps
from stattools.solvers.solution import Status, TraceStep

PATIENCE = 25
"""Steps after which an effect of any size is tried at 0: near a singular T its likelihood is a valley of rotations that
are all but free, where Newton's steps are short.
"""
ANY = 1.0
"""The same of a climb that has not ended."""
LOST = 1e-9
"""So much of -2 log L may a zero lose at most: less than what a decrement of 1e-4 does."""
NEGATIVE = 1e-8
"""An eigenvalue of Gamma below minus this share of its largest entry is negative beyond round-off."""
RELEASES = 5
"""Variances are put to 0 or moved off it so many times at most."""


@record
class Curved:
    """The metric at a point: eigenvalues `curved` > 0 and eigenvectors of -d2 log L of the free entries of theta.

    `definite` says whether they are those of the matrix itself; at a saddle `away` leads off it. `H` is the matrix of
    all entries, exact or carried on from the step before.
    """

    at: Profile | AtFew
    free: np.ndarray
    vectors: Floats
    curved: Floats
    definite: bool
    away: Floats
    H: Floats
    is_exact: bool

    def solve(self, score: Floats) -> Floats:
        """The Newton step of this score."""
        step = np.zeros(len(score))
        step[self.free] = self.vectors @ ((self.vectors.T @ score[self.free]) / self.curved)
        return step

    def norm(self, score: Floats) -> float:
        """The decrement of this score."""
        along = self.vectors.T @ score[self.free]
        return float(np.sqrt(along @ (along / self.curved)))


def maximum(
    deviance: Deviance, start: tuple[Floats, ...] | None = None, *, tolerance: float = 1e-8, max_steps: int = 100
) -> Maximum:
    """The maximum that is reached from the factors `start`, by default from moments of the groups, or else from effects
    as large as the residual.

    `status` is "max-steps" where the decrement did not come within the tolerance: nobody may call that converged.
    """
    few = FewEffects.made(deviance)
    point = partial(known, deviance, few)
    if start is not None:
        theta = deviance.theta(start)
    else:
        theta = moments(few) if few is not None else moments_of_crossed(deviance.structure)
        theta = first_steps(deviance, point) if theta is None else theta
    trace: list[TraceStep] = []
    here = point(theta)
    if few is not None and isinstance(here, AtFew) and max_steps >= PATIENCE:
        (*before, here), bent = sprint(few, here)
        trace += [noted((k, -0.5 * at.value, 0.5 * nrm2(at.gradient) / deviance.n)) for k, at in enumerate(before)]
        if tolerance >= EXACT and (found := known_maximum(here, 0.5 * bent, trace)) is not None:
            return found
    found = _climbed(point, here, tolerance, min(max_steps, PATIENCE), len(trace), trace)
    for _ in range(2 * RELEASES):
        at, taken = _profile(found.here), found.steps + 1
        if stuck := found.status == "max-steps":
            following = (_without_small(at, ANY) or _in_one(at) or at) if taken < max_steps else None
        else:
            following = _without_small(at, SMALL) or _released(at)
        if following is None:
            return _ended(found, at, found.status, trace)
        found = _climbed(
            point, following, tolerance, min(max_steps - taken, PATIENCE) if stuck else max_steps, taken, trace
        )
    return _ended(found, _profile(found.here), "max-steps", trace)


def _profile(here: Standing) -> Profile:
    """All that is known where a climb stands."""
    at = here.metric.at
    return at.of.at(here.theta) if isinstance(at, AtFew) else at


def _ended(found: Climbed, at: Profile, status: Status, trace: list[TraceStep]) -> Maximum:
    return Maximum(
        at,
        found.here.decrement,
        status,
        found.steps,
        tuple(trace),
        _least(at),
        hardly_bends(found.here.metric.H, at.theta),
    )


def _climbed(
    point: Callable[[Floats], Profile | AtFew],
    at: Profile | AtFew,
    tolerance: float,
    max_steps: int,
    first: int,
    trace: list[TraceStep],
) -> Climbed:
    n = at.of.n
    profiles: dict[int, Profile | AtFew] = {}

    def evaluate(theta: Floats) -> Evaluation:
        profile = point(theta)
        now = _evaluation(profile)
        profiles[id(now)] = profile
        return now

    before: list[Standing] = []

    def stand(theta: Floats, now: Evaluation) -> Standing:
        return _standing(profiles[id(now)], now, tolerance, before[-1] if before else None)

    def step(here: Standing) -> Standing | None:
        profiles.clear()
        before[:] = [here]
        return rising(evaluate, stand, n, here)

    def finish(here: Standing) -> Standing | None:
        if not here.metric.is_exact:  # what was carried on is not what is said in the end
            here = _standing(here.metric.at, here.now, tolerance)
            if here.decrement <= EXACT:
                return here
        return step(here) if here.decrement > EXACT else None

    start = _standing(at, _evaluation(at), tolerance)
    return climb(start, step, tolerance=tolerance, max_steps=max_steps, n=n, first=first, trace=trace, finish=finish)


def _evaluation(at: Profile | AtFew) -> Evaluation:
    with np.errstate(invalid="ignore"):  # a point beyond float64 is not finite, which the climb sees
        return Evaluation(-0.5 * at.value, -0.5 * at.gradient if np.isfinite(at.value) else np.zeros(len(at.theta)))


def _standing(at: Profile | AtFew, now: Evaluation, tolerance: float, before: Standing | None = None) -> Standing:
    free = np.flatnonzero((at.theta != 0.0) | (at.gradient != 0.0))
    carried = None
    if before is not None and before.metric.definite and not isinstance(at, AtFew) and at.evaluated.joint is None:
        carried = secant(before.metric.H, at.theta - before.theta, before.now.score - now.score)
    H = 0.5 * (at.curvature if isinstance(at, AtFew) else hessian(at)) if carried is None else carried
    whole, directions = eigen(H)
    definite = bool(whole[0] >= -NEGATIVE * abs(whole[-1]))
    values, vectors = (whole, directions) if len(free) == len(H) else eigen(H[np.ix_(free, free)])
    sizes = np.abs(values)
    curved = np.maximum(sizes, FLATTEST * max(float(sizes.max(initial=0.0)), 1e-300))
    metric = Curved(at, free, vectors, curved, definite, directions[:, 0], H, carried is None)
    decrement = metric.norm(now.score)
    if definite and decrement <= EXACT:  # no step is taken from here
        return Standing(at.theta, now, metric, decrement)
    ahead = metric.solve(now.score)
    if not definite:  # a saddle is no maximum, however small its slopes
        decrement = max(decrement, 2.0 * tolerance)
        along = float(metric.away @ now.score)
        ahead = ahead + (0.1 if along >= 0.0 else -0.1) * metric.away
    longest = 4.0 * (1.0 + nrm2(at.theta))
    size = nrm2(ahead)
    return Standing(at.theta, now, metric, decrement, ahead if size <= longest else ahead * (longest / size))


def _without_small(at: Profile, size_of_small: float) -> Profile | None:
    """The profile with the effects at 0 that are below a size, where -2 log L is no higher; None without any."""
    for k, T in enumerate(at.factors):
        if least_size(T) > size_of_small:
            continue
        vectors, size, _ = np.linalg.svd(T)  # of T itself: T T' has lost half the digits of small ones
        small = np.flatnonzero((size < size_of_small) & (size > (NOTHING * size[0] if len(T) > 1 else 0.0)))
        for first in range(len(small)):
            kept = size.copy()
            kept[small[first:]] = 0.0
            trial = at.of.at(at.of.theta((*at.factors[:k], lower(vectors * kept), *at.factors[k + 1 :])))
            if trial.value <= at.value + LOST and _least(trial)[k] >= -NEGATIVE * abs(trial.gammas[k]).max():
                return trial
    return None


def _in_one(at: Profile) -> Profile | None:
    """The profile with the variance of an effect alone given to another, where -2 log L is no higher: columns that are
    far from 0 are all but ones, and the likelihood is a valley along which only the sum of the variances is known.
    """
    alone = [k for k, T in enumerate(at.factors) if len(T) == 1 and T[0, 0] != 0.0]
    trials = []
    for kept, gone in permutations(alone, 2):
        factors = list(at.factors)
        factors[kept], factors[gone] = np.hypot(factors[kept], factors[gone]), np.zeros((1, 1))
        trials.append(at.of.at(at.of.theta(tuple(factors))))
    best = min(trials, key=lambda one: one.value, default=None)
    return best if best is not None and best.value <= at.value + LOST else None


def _least(at: Profile) -> tuple[float, ...]:
    found = []
    for k, T in enumerate(at.factors):
        null = null_directions(T)
        found.append(float(np.linalg.eigvalsh(null.T @ at.gammas[k] @ null)[0]) if null.shape[1] else np.inf)
    return tuple(found)


def _released(at: Profile) -> Profile | None:
    """The profile with an effect moved off 0 along which -2 log L falls; None where all zeros are maxima."""
    for k, T in enumerate(at.factors):
        null = null_directions(T)
        if not null.shape[1]:
            continue
        gamma = at.gammas[k]
        values, inner = eigen(null.T @ gamma @ null)
        if values[0] >= -NEGATIVE * np.abs(gamma).max():
            continue
        for size in (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4):
            root = np.column_stack([T, size * null @ inner[:, :1]])
            trial = at.of.at(at.of.theta((*at.factors[:k], lower(root), *at.factors[k + 1 :])))
            if trial.value < at.value:
                return trial
    return None
