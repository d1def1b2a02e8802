"""The maximum of the likelihood of a linear mixed model over the T_k, what is proven of it, and the model in its units.

    start        moments of the groups, or majorizing steps, which never raise -2 log L:
                 T T' <- the S that minimizes tr(M S) + tr(N T T'S^-1T T'),  M, N the two parts of Gamma = M - N
    Newton       theta <- theta + t H^-1 g of log L, until the decrement sqrt(g'H^-1 g) is within the tolerance
    boundary     T_k singular is a maximum where Gamma_k has no negative eigenvalue (Karush-Kuhn-Tucker)
    units        beta = beta_0 + M (s b),  Cov(beta) = sigma^2 M (Q'V^-1 Q)^-1 M',  Sigma_k = sigma^2 N_k T_k (N_k T_k)'

Singular T_k are ordinary points of theta, where the gradient 2 Gamma T is exact: the decrement is valid there too. An
effect whose variance is next to nothing is put to exactly 0, if that loses nothing; a zero that may rise is released.
Many models with one or two effects of each group are climbed at once, from the search of all ratios or from moments; a
member that needs anything else is doubtful, and the caller fits it alone. Source: Nocedal & Wright, Numerical
Optimization (2006), 3.4 and 12.3; Zhou, Hu, Zhou & Lange, J. Comput. Graph. Stat. 28 (2019), 350-361.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import permutations
from math import sqrt
from typing import Any

import numpy as np
from scipy.linalg import block_diag, get_lapack_funcs

from stattools.data.design.latent_terms import SmoothTerm
from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.progress import ENDS, require_time
from stattools.interface.record import record
from stattools.interface.units import finite_variances
from stattools.latent.coordinates import Coordinates
from stattools.latent.covariance_factors import dependent_variances, not_told_apart_by, require_told_apart
from stattools.latent.deviance import (
    AtStacked,
    CurveEffects,
    Deviance,
    Profile,
    StackedEffects,
    hessian,
    modes,
    moments,
    moments_of_crossed,
    pulls,
    secant,
    spreads,
    variance_directions,
)
from stattools.latent.elimination import Bools, OneFactor, Structure, stacked_rows, stacked_sums
from stattools.latent.global_maximum import (
    LocalMaximum,
    branch_and_bound,
    only_ratios,
    ratio_search,
    sums_of_one_ratio,
)
from stattools.latent.large_ratios import LARGE
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.mixed_model import TITLE, LinearMixed
from stattools.numerics.small_matrices import (
    NOTHING,
    backward,
    eigen,
    factored,
    forward,
    inverted,
    least_size,
    lower,
    null_directions,
)
from stattools.solvers.climb import Climbed, Standing, climb, noted, rising
from stattools.solvers.metric import nrm2
from stattools.solvers.mixed.variance_profile import Surface, falls_at_zero, linear_surface
from stattools.solvers.solution import Status, TraceStep

FIRST = 4
"""Majorizing steps before Newton's method: each costs one evaluation, and they bring any start near enough."""

FLATTEST = 1e-9
"""A curvature below this share of the largest is taken as this: what is flatter is not known in float64, or is a
rotation of a singular T, which changes nothing.
"""


def first_steps(deviance: Deviance) -> Floats:
    """theta after the first steps, from effects as large as the residual."""
    theta = deviance.theta(tuple(np.eye(q) for q in deviance.structure.widths))
    for _ in range(FIRST):
        theta = majorized(deviance.at(theta))
    return theta


def majorized(at: Profile) -> Floats:
    """theta after one majorizing step, which never raises -2 log L."""
    factors = []
    for T, M, pull in at.two_parts:
        half = T @ T.T @ pull  # S N S = half half'
        values, vectors = eigen(0.5 * (M + M.T))
        if not values[-1] > 0.0:  # the fixed effects make these effects: the likelihood does not depend on T
            factors.append(T)
            continue
        root = np.sqrt(np.maximum(values, FLATTEST * abs(values[-1])))
        left = (root[:, None] * vectors.T) @ half
        values, inner = eigen(left @ left.T)
        quarter = np.maximum(values, 0.0) ** 0.25
        factors.append(lower((vectors / root) @ (inner * quarter)))
    return at.of.theta(tuple(factors))


LEAST_UNIT = 1e-8
"""The least unit of a parameter as a share of the largest: of flat directions the diagonal is round-off."""

NEGATIVE_INFORMATION = 1e-7
"""An eigenvalue of the information below minus this share of the largest is negative beyond its error."""

SMALL_DEVIATION = 0.05
"""A standard deviation of effects below this is tried at 0."""

UNCLEAR = 3.0
"""A standard deviation of a curve that is less than so many standard errors is tried at 0 too: there may be another
maximum.
"""

TRIED = (0.3, 0.1, 0.03, 0.01)
"""Standard deviations at which a zero is left."""


@record
class Bent:
    """The metric of a matrix `H` that may be indefinite: eigenvalues `sizes` > 0 and `vectors` of those parameters that
    are `free`; at a saddle `away` leads off it. `is_exact` says whether H was measured here, or carried on from the
    step before. `at` is all that is known at the point, where that is kept.
    """

    H: Floats
    free: Any
    vectors: Floats
    sizes: Floats
    definite: bool
    away: Floats
    is_exact: bool
    at: Any = None

    @classmethod
    def of(cls, H: Floats, free: Any, is_exact: bool, at: Any = None) -> Bent:
        """Eigenvalues and vectors in units in which the diagonal of H is 1."""
        own = H[free][:, free]
        unit = np.sqrt(np.abs(own.diagonal()))
        most = unit.max(initial=0.0)
        unit = np.maximum(unit, LEAST_UNIT * most) if most else np.ones(len(unit))
        values, vectors = eigen(own / unit[:, None] / unit)
        vectors = vectors / unit[:, None]
        sizes = np.abs(values)
        largest = max(float(sizes.max(initial=0.0)), 1e-300)
        away = np.zeros(len(H))
        if len(values):
            away[free] = vectors[:, 0]
        definite = not len(values) or bool(values[0] >= -NEGATIVE_INFORMATION * largest)
        return cls(H, free, vectors, np.maximum(sizes, FLATTEST * largest), definite, away, is_exact, at)

    def solve(self, score: Floats) -> Floats:
        """The step of this score."""
        found = np.zeros(len(score))
        found[self.free] = self.vectors @ ((self.vectors.T @ score[self.free]) / self.sizes)
        return found

    def norm(self, score: Floats) -> float:
        """The decrement of this score."""
        along = self.vectors.T @ score[self.free]
        with np.errstate(over="ignore"):  # infinitely far, where next to nothing is known
            return float(np.sqrt(along @ (along / self.sizes)))


def bent_standing(
    theta: Floats, now: Evaluation, metric: Bent, tolerance: float, longest: float, n_outer: int = 0, off: float = 0.1
) -> Standing:
    """Where a climb stands. A step is cut to `longest` in the parameters from `n_outer` on; a saddle is no maximum,
    however small its slopes, and a step leads so far `off` it.
    """
    decrement, ahead = metric.norm(now.score), metric.solve(now.score)
    if not metric.definite:
        decrement = max(decrement, 2.0 * tolerance)
        ahead = ahead + (off if float(metric.away @ now.score) >= 0.0 else -off) * metric.away
    size = np.abs(ahead[n_outer:]).max(initial=0.0)
    return Standing(theta, now, metric, decrement, ahead if size <= longest else ahead * (longest / size))


def _moved(by: Any, here: Standing, factors: list[Floats], taus: Floats) -> tuple[Floats, float]:
    theta = by.theta(by.parts(here.theta)[0], factors, taus)
    return theta, by.evaluate(theta, 0).loglik


def _smaller(factors: Sequence[Floats], size_of_small: float) -> Iterator[tuple[int, list[Floats]]]:
    """The factors with effects of a term at 0 that are below a size, most of them first, and the number of the term."""
    for k, T in enumerate(factors):
        if least_size(T) > size_of_small:
            continue
        vectors, size, _ = np.linalg.svd(T)  # of T itself: T T' has lost half the digits of small ones
        small = np.flatnonzero((size < size_of_small) & (size > NOTHING * size[0] * (len(T) > 1)))
        for first in range(len(small)):
            kept = size.copy()
            kept[small[first:]] = 0.0
            yield k, [*factors[:k], lower(vectors * kept), *factors[k + 1 :]]


def without_small(by: Any, here: Standing) -> tuple[Floats, float] | None:
    """The point with effects at 0 that are small, where log L is no lower; None without any."""
    factors, taus = by.factors(here.theta), by.taus(here.theta)
    for _, smaller in _smaller(factors, SMALL_DEVIATION):
        found = _moved(by, here, smaller, taus)
        if found[1] >= here.now.loglik - LOST:
            return found
    own = here.metric.H.diagonal()[len(here.theta) - len(taus) :]
    small = (np.abs(taus) < SMALL_DEVIATION) | (taus**2 * own < UNCLEAR**2)
    for k in np.flatnonzero(small & (taus != 0.0)):
        found = _moved(by, here, factors, np.where(np.arange(len(taus)) == k, 0.0, taus))
        if found[1] >= here.now.loglik - LOST:
            return found
    return None


def released(by: Any, here: Standing) -> tuple[Floats, float] | None:
    """The point with an effect moved off 0 along which log L rises; None where all zeros are maxima."""
    factors, taus = by.factors(here.theta), by.taus(here.theta)
    for k, T in enumerate(factors):
        for s in TRIED:
            for along in null_directions(T).T:
                root = lower(np.column_stack([T, s * along]))
                found = _moved(by, here, [*factors[:k], root, *factors[k + 1 :]], taus)
                if found[1] > here.now.loglik + LOST:
                    return found
    for k in np.flatnonzero(taus == 0.0):
        for s in TRIED:
            found = _moved(by, here, factors, np.where(np.arange(len(taus)) == k, s, taus))
            if found[1] > here.now.loglik + LOST:
                return found
    return None


(posv,) = get_lapack_funcs(("posv",), dtype=np.float64)

EXACT = 1e-11
"""A climb that ends farther than this takes one step more, which squares the distance: all digits of the variances."""

SMALL_SHARE = 1e-3
"""An effect of a standard deviation below this share of the residual's is tried at 0, in orthonormal coordinates."""


@record
class Maximum:
    """Where a search ended: the point's `profile`, the Newton decrement, why it ended, its steps and its trace.

    `least` are the smallest eigenvalues of Gamma_k among the directions in which T_k T_k' is 0, infinite where it is
    regular: none is negative at a maximum. `is_flat` says that log L hardly bends along a combination of variances.
    """

    profile: Profile
    decrement: float
    status: Status
    steps: int
    trace: tuple[TraceStep, ...]
    least: tuple[float, ...]
    is_flat: bool = False

    @property
    def converged(self) -> bool:
        """Is it within the tolerance, or within round-off?"""
        return self.status in ("converged", "round-off")


def known_maximum(at: Profile, H: Floats, trace: list[TraceStep]) -> Maximum | None:
    """The maximum at a point, where -log L bends by H (t, t); `trace` are the steps before. None where log L does not
    bend down, or its slope is not 0 in float64, or effects are so small that 0 is to be tried: there a climb is needed.
    """
    if ENDS.get():
        require_time()
    if not all(least_size(T) > SMALL_SHARE for T in at.factors):
        return None
    score = -0.5 * at.gradient
    _, step, info = posv(H, score)
    squared = float(score @ step)
    if info or not 0.0 <= squared <= EXACT * EXACT:
        return None
    steps = (*trace, noted((len(trace), -0.5 * at.value, nrm2(score) / at.of.n)))
    least = (np.inf,) * len(at.factors)
    return Maximum(at, sqrt(squared), "converged", len(trace), steps, least, hardly_bends(H, at.theta))


def hardly_bends(H: Floats, theta: Floats) -> bool:
    """Is a direction next to flat? In units of 1 + |theta| every curvature is about 1 or more, where the data tell."""
    curved = H.diagonal() * (1.0 + np.abs(theta)) ** 2
    if curved.min(initial=1.0) < FLATTEST:
        return True
    unit = np.sqrt(H.diagonal())
    return bool(eigen(H / unit[:, None] / unit)[0][0] < FLATTEST)


PATIENCE = 25
"""Steps after which an effect of any size is tried at 0: near a singular T its likelihood is a valley of rotations that
are all but free, where Newton's steps are short.
"""

ANY = 1.0
"""The same of a climb that has not ended."""

LOST = 1e-9
"""So much of -2 log L may a zero lose at most: less than what a decrement of 1e-4 does."""

NEGATIVE_GAMMA = 1e-8
"""An eigenvalue of Gamma below minus this share of its largest entry is negative beyond round-off."""

RELEASES = 5
"""Variances are put to 0 or moved off it so many times at most."""


def maximum(
    deviance: Deviance, start: tuple[Floats, ...] | None = None, *, tolerance: float = 1e-8, max_steps: int = 100
) -> Maximum:
    """The maximum that is reached from the factors `start`, by default from moments of the groups, or else from effects
    as large as the residual.

    `status` is "max-steps" where the decrement did not come within the tolerance: nobody may call that converged.
    """
    if start is not None:
        theta = deviance.theta(start)
    else:
        theta = moments(deviance)
        theta = moments_of_crossed(deviance.structure) if theta is None else theta
        theta = first_steps(deviance) if theta is None else theta
    trace: list[TraceStep] = []
    found = _climbed(deviance.at(theta), tolerance, min(max_steps, PATIENCE), 0, trace)
    for _ in range(2 * RELEASES):
        at, taken = found.here.metric.at, found.steps + 1
        if stuck := found.status == "max-steps":
            following = (_without_small(at, ANY) or _in_one(at) or at) if taken < max_steps else None
        else:
            following = _without_small(at, SMALL_SHARE) or _released(at)
        if following is None:
            return _ended(found, at, found.status, trace)
        found = _climbed(following, tolerance, min(max_steps - taken, PATIENCE) if stuck else max_steps, taken, trace)
    return _ended(found, found.here.metric.at, "max-steps", trace)


def _ended(found: Climbed, at: Profile, status: Status, trace: list[TraceStep]) -> Maximum:
    is_flat = hardly_bends(found.here.metric.H, at.theta)
    return Maximum(at, found.here.decrement, status, found.steps, tuple(trace), _least(at), is_flat)


def _climbed(
    at: Profile,
    tolerance: float,
    max_steps: int,
    first: int,
    trace: list[TraceStep],
) -> Climbed:
    n, latest = at.of.n, at
    before: Standing | None = None

    def evaluate(theta: Floats) -> Evaluation:
        nonlocal latest
        latest = at.of.at(theta)
        return _evaluation(latest)

    def stand(theta: Floats, now: Evaluation) -> Standing:
        return _standing(latest, now, tolerance, before)  # of the point that was looked at last

    def step(here: Standing) -> Standing | None:
        nonlocal before
        before = here
        return rising(evaluate, stand, n, here)

    def finish(here: Standing) -> Standing | None:
        if not here.metric.is_exact:  # what was carried on is not what is said in the end
            here = _standing(here.metric.at, here.now, tolerance)
            if here.decrement <= EXACT:
                return here
        return step(here) if here.decrement > EXACT else None

    start = _standing(at, _evaluation(at), tolerance)
    return climb(start, step, tolerance=tolerance, max_steps=max_steps, n=n, first=first, trace=trace, finish=finish)


def _evaluation(at: Profile) -> Evaluation:
    with np.errstate(invalid="ignore"):  # a point beyond float64 is not finite, which the climb sees
        return Evaluation(-0.5 * at.value, -0.5 * at.gradient if np.isfinite(at.value) else np.zeros(len(at.theta)))


def _standing(at: Profile, now: Evaluation, tolerance: float, before: Standing | None = None) -> Standing:
    moves = (at.theta != 0.0) | (at.gradient != 0.0)
    free = slice(None) if moves.all() else np.flatnonzero(moves)
    carried = None
    if before is not None and before.metric.definite and at.evaluated.joint is None:
        carried = secant(before.metric.H, at.theta - before.theta, before.now.score - now.score)
    H = 0.5 * hessian(at) if carried is None else carried
    metric = Bent.of(H, free, carried is None, at)
    return bent_standing(at.theta, now, metric, tolerance, 4.0 * (1.0 + nrm2(at.theta)))


def _without_small(at: Profile, size_of_small: float) -> Profile | None:
    """The profile with the effects at 0 that are below a size, where -2 log L is no higher; None without any."""
    for k, smaller in _smaller(at.factors, size_of_small):
        trial = at.of.at(at.of.theta(tuple(smaller)))
        if trial.value <= at.value + LOST and _least(trial)[k] >= -NEGATIVE_GAMMA * abs(trial.gammas[k]).max():
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
        if values[0] >= -NEGATIVE_GAMMA * np.abs(gamma).max():
            continue
        for size in (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4):
            root = np.column_stack([T, size * null @ inner[:, :1]])
            trial = at.of.at(at.of.theta((*at.factors[:k], lower(root), *at.factors[k + 1 :])))
            if trial.value < at.value:
                return trial
    return None


CERTIFY = ("auto", "global", "local")


@record
class GlobalProof:
    """No variances have a -2 log L below that of the maximum by more than `gap`, after `points` were computed.

    `maxima` are all local ones, of one ratio, best first; empty where there are several ratios. `closed` says whether
    shares of the residual below 1e-4 are in the proof.
    """

    gap: float
    points: int
    closed: bool
    maxima: tuple[LocalMaximum, ...] = ()


def proven_maximum(
    deviance: Deviance, start: tuple[Floats, ...] | None, certify: str = "auto"
) -> tuple[Maximum, GlobalProof | None]:
    """The maximum and what is proven of it; None where it is local for all that is known.

    A model of one ratio is searched first, and the climb starts at its best; several independent ratios are searched
    after the climb where `certify` is "global", and the climb goes on from a better point if there is one.
    IncompatibleError for "global" where effects of a term are correlated.
    """
    widths = deviance.structure.widths
    if certify == "global" and max(widths) > 1:
        raise IncompatibleError(
            'certify="global" is for variances of independent effects, (1 | g) or (x || g): with correlated ones as in '
            "(x | g) the likelihood has no bound of this kind. Leave certify out: the certificate is then local"
        )
    if widths == (1,) and start is None and certify != "local":
        try:
            found = ratio_search(sums_of_one_ratio(deviance), deviance.reml)
        except ConvergenceError:  # nothing varies within groups: the climb says so in the words of the model
            return maximum(deviance), None
        point = deviance.at(np.array([sqrt(found.best.ratio)]))
        best = known_maximum(point, np.array([[found.bend]]), [])
        if best is None:
            best = maximum(deviance, (np.full((1, 1), np.sqrt(found.best.ratio)),))
        if not best.converged:  # a start within round-off of the end may have no step that rises
            other = maximum(deviance)
            best = other if other.converged and other.profile.value <= best.profile.value + found.gap else best
        return best, GlobalProof(found.gap, found.evaluations, True, found.maxima)
    best = maximum(deviance, start)
    if certify != "global" or not best.converged:
        return best, None
    bounded = branch_and_bound(deviance, best.profile.value)
    if bounded.value < best.profile.value - bounded.gap:
        best = maximum(deviance, deviance.factors(bounded.theta))
    gap = max(bounded.gap - (bounded.value - best.profile.value), min(bounded.gap, 1e-6))
    return best, GlobalProof(gap, bounded.points, bounded.closed)


STEPS = 15
"""Newton's steps of a member that is not doubtful."""

TOLERANCE = 1e-8
"""The decrement of a member that is not doubtful, in standard errors."""

SMALL_MEMBER = 1e-2
"""A standard deviation of effects below this share of the residual's may be 0, which one model alone tries."""

LARGE_MEMBER = 100.0
"""One above this may cost digits."""

FLAT_CURVATURE = 1e-4
"""A curvature of log L below this, in units of 1 + |theta|, or a pivot of its matrix at unit diagonal, is in doubt."""

RISE = 1e-9
"""-2 log L may rise by this share of its size through round-off."""


@record
class StackedMixedMaxima:
    """Estimates (m, p), their covariances (m, p, p), log-likelihoods, residual standard deviations and decrements (m,),
    degrees of freedom of Satterthwaite (m, p), `effects` (m, Q), the standard deviations of the effects of a group, and
    which members are doubtful.
    """

    estimate: Floats
    covariance: Floats
    loglik: Floats
    scale: Floats
    decrement: Floats
    df: Floats
    effects: Floats
    doubtful: Bools


@np.errstate(all="ignore")  # members that leave float64 are doubtful
def stacked_maxima(members: Sequence[Any], widths: tuple[int, ...], *, reml: bool = True) -> StackedMixedMaxima:
    """The maxima of members, each given as in `stacked_rows`, whose random terms have so many effects of each group,
    two at most altogether.

    >>> y, one = np.array([1.0, 3.0, 4.0, 6.0, 7.0, 9.0]), np.ones((6, 1))
    >>> found = stacked_maxima([(one, y, one, None, np.repeat([0, 1, 2], 2))], (1,))
    >>> found.estimate.round(6).tolist(), found.df.round(6).tolist()
    ([[5.0]], [[2.0]])
    """
    rows = stacked_rows(members)
    sums = stacked_sums(rows, widths)
    effects = StackedEffects(sums, widths, reml)
    if sum(widths) == 1:
        ratios, sound = only_ratios(sums, reml)
        theta = np.sqrt(ratios)[:, None]
    else:
        theta, sound = effects.starts()
    theta, steady = _stacked_climb(effects, theta, sound & sums.sound)
    at = effects.at(theta)
    inverse, decrement, bent = _newton(at)[1:]
    root = np.swapaxes(at.gram_roots @ np.swapaxes(sums.to_beta, 1, 2), 1, 2)
    s2 = at.s2 * sums.unit**2
    covariance = (root @ np.swapaxes(root, 1, 2)) * s2[:, None, None]
    estimate = sums.beta + (sums.to_beta @ at.b[:, :, None])[:, :, 0] * sums.unit[:, None]
    df = at.degrees(inverse, sums.to_beta)
    fine = at.sound & steady & bent & (decrement <= TOLERANCE) & _inside(effects, theta)
    roots = sums.to_effects @ np.moveaxis(effects.factors(theta), 2, 0)
    sds = np.sqrt((roots**2).sum(axis=2) * s2[:, None])
    for numbers in (estimate, sds, covariance.reshape(len(fine), -1), df, s2[:, None], at.value[:, None]):
        fine &= np.isfinite(numbers).all(axis=1)
    return StackedMixedMaxima(estimate, covariance, -0.5 * at.value, np.sqrt(s2), decrement, df, sds, ~fine)


def _inside(effects: StackedEffects, theta: Floats) -> Bools:
    """Are the effects neither next to 0 nor large? One alone may be 0, where the search of all ratios says so."""
    size = np.abs(theta).max(axis=1)
    least = np.abs(theta[:, 0])
    if sum(effects.widths) > 1:
        other = np.abs(theta[:, -1])
        least = np.minimum(least, other) if len(effects.widths) > 1 else least * other / np.sqrt((theta**2).sum(axis=1))
        return (size < LARGE_MEMBER) & (least > SMALL_MEMBER)
    return (size < LARGE_MEMBER) & ((least > SMALL_MEMBER) | (least == 0.0))


def _newton(at: AtStacked) -> tuple[Floats, Floats, Floats, Bools]:
    """Newton's steps (m, t), the inverses of the curvatures (m, t, t), the decrements (m,), and where -2 log L bends up
    beyond doubt.
    """
    H, g = at.curvature, at.gradient.T
    L, pivot = factored(np.ascontiguousarray(np.moveaxis(H, 0, 2)))
    half = forward(L, g)
    decrement = np.sqrt(0.5 * (half * half).sum(axis=0))
    back = inverted(L)
    inverse = np.einsum("kim,kjm->mij", back, back)
    curved = 0.5 * np.diagonal(H, axis1=1, axis2=2) * (1.0 + np.abs(at.theta)) ** 2
    bent = (pivot > FLAT_CURVATURE) & (curved > FLAT_CURVATURE).all(axis=1)
    return backward(L, half).T, inverse, decrement, bent


def _stacked_climb(effects: StackedEffects, theta: Floats, sound: Bools) -> tuple[Floats, Bools]:
    """theta (m, t) after Newton's steps, and which members took only steps that lower -2 log L."""
    theta = np.where(sound[:, None], theta, 1.0)
    going, steady = np.flatnonzero(sound), sound.copy()
    some = effects if len(going) == len(theta) else effects.some(going)
    before = np.full(len(going), np.inf)
    for _ in range(STEPS):
        if not len(going):
            break
        at = some.at(theta[going])
        step, _, decrement, bent = _newton(at)
        falls = at.sound & bent & (at.value <= before + RISE * (1.0 + np.abs(before)))
        steady[going[~falls]] = False
        before = at.value
        stays = falls & (decrement > EXACT)
        theta[going[stays]] -= step[stays]
        if 2 * np.count_nonzero(stays) < len(going):
            going, some, before = going[stays], some.some(stays), before[stays]
    return theta, steady


@record
class FittedCurve:
    """A curve B(x) c of the coefficients c (k,), `coefficients`, whose `covariance` (k, k) is that given the data.

    `sd` is tau, the standard deviation of second differences of c, and `penalty` is lambda = sigma^2 / tau^2, infinite
    where the curve is a straight line. `edf` are its effective degrees of freedom, the line (and a number's height)
    among them. `wiggly` (k - 2,) is b, the part of c that is no line. The curve sums to zero over the rows, whose mean
    is the intercept's; that of a number does not.
    """

    term: SmoothTerm
    coefficients: Floats
    covariance: Floats
    sd: float
    penalty: float
    edf: float
    wiggly: Floats


def whole_covariance(found: Any) -> Floats:
    """The covariance (p + Q, p + Q) of the coefficients of X and of the wiggly parts of all curves, given the data."""
    Q = len(found.curve_effects.u)
    way = _way(found)
    order = np.r_[Q : Q + len(found.beta), :Q]
    return found.s2 * way @ found.curve_effects.covariance[np.ix_(order, order)] @ way.T


def _way(found: Any) -> Floats:
    return np.asarray(block_diag(found.coordinates.to_beta, *found.model.curves.back))


def fitted_curves(found: Any) -> tuple[FittedCurve, ...]:
    """The curves of a `MixedMaximum`."""
    effects, smooths, unit = found.curve_effects, found.model.smooths, found.coordinates.unit
    sds = [abs(float(root[0, 0])) for root in found.roots[-len(smooths) :]]
    penalties = [float(found.s2) / sd**2 if sd > 0.0 else np.inf for sd in sds]
    b = unit * block_diag(*found.model.curves.back) @ effects.u
    return fitted(smooths, found.beta, b, whole_covariance(found), sds, penalties, effects.edf)


def fitted(
    smooths: Sequence[SmoothTerm],
    estimate: Floats,
    b: Floats,
    covariance: Floats,
    sds: Sequence[float],
    penalties: Sequence[float],
    edfs: Sequence[float],
) -> tuple[FittedCurve, ...]:
    """Curves of the coefficients of X, `estimate` (p,), and all wiggly parts, `b` (Q,), with their `covariance` (p + Q,
    p + Q); `edfs` are those of the wiggly parts.
    """
    made, end, p = [], 0, len(estimate)
    for term, sd, penalty, edf in zip(smooths, sds, penalties, edfs, strict=True):
        own = slice(end, end + term.width)
        end += term.width
        lines = [k for k in (term.slope, term.height) if k is not None]
        places = np.r_[lines, p + own.start : p + own.stop].astype(np.intp)
        lift = term.lift
        coefficients = lift @ np.concatenate([estimate[lines], b[own]])
        spread = lift @ covariance[np.ix_(places, places)] @ lift.T
        made.append(FittedCurve(term, coefficients, spread, sd, penalty, edf + len(lines), b[own]))
    return tuple(made)


ROUND_OFF = 1e-14
"""A residual this small beside y is round-off."""

VANISHED = 1e-26
"""A residual variance below this share of the mean square of y is round-off of its values."""

TURNS = 4
"""So often at most is y made anew, less the fixed effects that were found."""

MUCH = 100.0
"""Fixed effects left in y whose square is this many times the residual variance cost it two digits."""


@record
class MixedMaximum:
    """The model, its `maximum` in `coordinates`, whether the likelihood is the restricted one, and what is proven."""

    model: LinearMixed
    coordinates: Coordinates
    deviance: Deviance
    maximum: Maximum
    reml: bool
    proof: GlobalProof | None = None

    @property
    def structure(self) -> Structure:
        """What knows the random terms."""
        return self.deviance.structure

    @property
    def profile(self) -> Profile:
        """Everything that is known at the maximum, in the coordinates."""
        return self.maximum.profile

    @property
    def loglik(self) -> float:
        """The log-likelihood, or the restricted one."""
        return -0.5 * self.profile.value

    @property
    def s2(self) -> float:
        """The residual variance sigma^2, of rows of precision 1."""
        return self.profile.s2 * self.coordinates.unit**2

    @cached_property
    def beta(self) -> Floats:
        """The fixed effects (p,)."""
        return self.coordinates.beta + self.coordinates.to_beta @ self.profile.b * self.coordinates.unit

    @cached_property
    def covariance(self) -> Floats:
        """The covariance of the fixed effects (p, p), the variances taken as known."""
        with np.errstate(over="ignore", invalid="ignore"):
            root = self.coordinates.to_beta @ self.profile.root * np.sqrt(self.s2)
            return finite_variances(root @ root.T, TITLE)

    @cached_property
    def roots(self) -> tuple[Floats, ...]:
        """A square root R (q, q) of the covariance of each term's effects: Sigma_k = R R'; the curves' come last."""
        sigma = np.sqrt(self.s2)
        return tuple(sigma * back @ T for back, T in zip(self.to_effects, self.profile.factors, strict=True))

    @cached_property
    def to_effects(self) -> tuple[Floats, ...]:
        """The way from the effects of the structure's columns to those of the data, over the unit of y: of random terms
        (q, q), of curves the size (1, 1).
        """
        sizes = tuple(np.full((1, 1), 1.0 / unit) for unit in self.model.curves.units) if self.model.smooths else ()
        return (*self.coordinates.to_effects, *sizes)

    @cached_property
    def curve_effects(self) -> CurveEffects:
        """What the maximum says of the curves, in the structure's columns."""
        return self.model.curves.effects(self.profile)

    @cached_property
    def of_curves(self) -> tuple[FittedCurve, ...]:
        """The curves in the units of the data."""
        return fitted_curves(self)

    @cached_property
    def covariances(self) -> tuple[Floats, ...]:
        """The covariance Sigma_k (q, q) of the effects of a level of each term."""
        return tuple(root @ root.T for root in self.roots)

    @property
    def modes(self) -> tuple[Floats, ...]:
        """The effects (q, J) of each term that are most probable given the data, in the units of the data."""
        unit, pairs = self.coordinates.unit, zip(self.coordinates.to_effects, modes(self.profile), strict=False)
        return tuple(unit * back @ mode for back, mode in pairs)

    def errors(self, fixed: str) -> tuple[Floats, ...]:
        """The standard errors (q, J) of each term's effects in the units of the data, with the fixed effects "known" or
        "estimated".
        """
        at, each = self.profile, []
        for back, spread, pull in zip(self.coordinates.to_effects, spreads(at), pulls(at), strict=False):
            if fixed == "estimated":
                spread = spread + np.einsum("apj,pr,brj->abj", pull, at.inverse_gram, pull, optimize=True)
            variances = np.einsum("ab,bcj,ac->aj", back, spread, back, optimize=True)
            each.append(np.sqrt(self.s2 * np.maximum(variances, 0.0)))  # below 0 by round-off where one is known
        return tuple(each)

    @cached_property
    def falls_at_zero(self) -> tuple[Floats, ...]:
        """How far the highest 2 log L falls where the sd of each effect of each term is 0."""
        return falls_at_zero(self)

    @cached_property
    def surface(self) -> Surface:
        """The likelihood about the maximum, for profiles of variances."""
        return linear_surface(self)

    @property
    def n_parameters(self) -> int:
        """Fixed effects, entries of the covariances, and the residual variance."""
        return len(self.beta) + len(self.profile.theta) + 1


def maximized(model: LinearMixed, reml: bool, *, start: Any = None, certify: str = "auto") -> MixedMaximum:
    """The maximum of the likelihood, or of the restricted one, the highest where `certify` asks for a proof.

    Raises IdentificationError where fixed and random effects make y exactly, so that the residual variance is 0, and
    where a combination of variances changes nothing; ConvergenceError where the decrement did not come within 1e-8
    standard errors.
    """
    found = model.coordinates
    size = sqrt(model.fixed.rows.outcome_square / model.n)
    if found.unit <= ROUND_OFF * size or model.n <= len(model.names):
        raise IdentificationError(
            f"{model.title}: the fixed effects make {model.outcome_name} exactly, and nothing is left to vary between "
            "groups or within. Take fewer columns, or give more rows."
        )
    deviance = model.deviance_over(found, reml)
    try:
        best, proof = proven_maximum(deviance, start, certify)
        found, deviance, best = _without_loss(model, found, deviance, best)
    except (np.linalg.LinAlgError, ArithmeticError):  # sums of squares whose digits are gone
        if not model.smooths:  # a reason that does not depend on round-off comes first
            _require_told_apart(model, found, deviance)
        raise ConvergenceError(
            f"{model.title} found no maximum: in float64 the random effects make {model.outcome_name} exactly, or "
            "nearly so, and what is left is round-off. Take a simpler random part, or look at the units of columns."
        ) from None
    at = best.profile
    left = at.s2
    if not best.converged and isinstance(deviance.structure, OneFactor):
        left = min(left, deviance.structure.within.residual / model.n)
    if not left > VANISHED * max(size**2 / found.unit**2, 1.0):
        raise _no_residual(model)
    if (best.is_flat or not best.converged) and not model.smooths:
        _require_told_apart(model, found, deviance)
    if not model.smooths and _is_large(best) and at.of.at(10.0 * at.theta).value <= at.value + 1e-6:
        raise _no_residual(model)
    if not best.converged:
        raise ConvergenceError(
            f"{model.title} stopped {best.decrement:.1e} standard errors from the maximum after {best.steps} steps: "
            "the likelihood is nearly flat in the variances, or its digits are lost in effects that are millions of "
            "times the residual. Take a simpler random part."
        )
    return MixedMaximum(model, found, deviance, best, reml, proof)


def _without_loss(
    model: LinearMixed, found: Coordinates, deviance: Deviance, best: Maximum
) -> tuple[Coordinates, Deviance, Maximum]:
    """The maximum where effects are many times the residual: there the least squares of y leave more of the fixed
    effects in y than of its residual, and what is left is taken out first, so that their sums of squares do not cancel.
    """
    for _ in range(TURNS):
        b, s2 = best.profile.b, best.profile.s2
        if model.summed is not None or not _is_large(best) or not np.isfinite(b).all() or b @ b <= MUCH * s2:
            break
        found = found.about(b)
        deviance = model.deviance_over(found, deviance.reml)
        again = maximum(deviance, best.profile.factors)
        best = replace(again, steps=best.steps + again.steps, trace=best.trace + again.trace)
    return found, deviance, best


def _is_large(best: Maximum) -> bool:
    """Are effects so many times the residual that sums of squares lose their digits?"""
    return max(map(abs, best.profile.theta.tolist())) > LARGE


def _require_told_apart(model: LinearMixed, found: Coordinates, deviance: Deviance) -> None:
    """IdentificationError where a combination of variances changes nothing, whatever the outcome is."""
    names, rows = [term.name for term in model.random], found.columns
    if model.summed is None:
        columns = rows.W[:-1] if deviance.reml else None
        require_told_apart(model.title, names, rows.codes, rows.z, residual=True, Q=columns)
    else:
        at = deviance.at(deviance.theta(tuple(np.eye(q) for q in deviance.structure.widths)))
        sums = variance_directions(at, rows)
        if terms := not_told_apart_by(sums.expected if deviance.reml else sums.traces, sums.terms):
            raise dependent_variances(model.title, names, terms)


def _no_residual(model: LinearMixed) -> IdentificationError:
    return IdentificationError(
        f"{model.title}: fixed and random effects make {model.outcome_name} exactly, so that the residual variance is "
        "0 and the likelihood has no maximum. Take a simpler random part, or give more rows per group."
    )
