"""The maximum of a mixed regression's likelihood by adaptive quadrature, whose nodes are doubled until they are enough.

    start      the regression without effects, and variances from the scores of its groups
    climb      theta <- theta + t H^-1 g, H Louis' information, until the decrement is within the tolerance
    nodes      doubled until |Cov (g of twice the nodes - g)| < 1e-6 standard errors for every parameter
    second     where effects end at 0 or there is a dispersion, a climb from large effects too; the higher end counts
    boundary   small standard deviations are tried at 0; a zero is left where log L rises against the covariance

With few nodes Fisher's score is not quite the slope of the sum that stands for log L: a step is good there that raises
log L or that halves the decrement. Source: Pinheiro & Bates, J. Comput. Graph. Stat. 4 (1995), 12-35.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, DomainError, StattoolsError
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.by_quadrature import ByQuadrature
from stattools.solvers.climb import ENOUGH, HALF, NOISE, Climbed, Standing, climb
from stattools.solvers.mixed.boundary import FLAT, NEGATIVE, Bent, released, without_small
from stattools.solvers.mixed.laplace_maximum import laplace_maximum
from stattools.solvers.mixed.marginal_maximum import Integral, MarginalMaximum, Watch
from stattools.solvers.newton import Newton
from stattools.solvers.solution import TraceStep

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
ROUGHLY = 1e-3
"""A climb with too few nodes ends at this decrement."""
NEAR = 0.1
"""Within this decrement of a maximum steps follow the score alone, which is 0 a little beside where the sum of few
nodes is highest.
"""
LONGEST = 2.0
"""An entry of T moves at most so many times the largest of its matrix in a step."""
HALVINGS = 25
"""The most halvings of a step: 3e-8 of a Newton step is below the round-off of what it changes."""
HIGHER = 1e-6
"""A maximum is higher than another one by this much of log L at least."""
PATIENCE = 25
"""Steps after which small variances are tried at 0: beside a singular T few nodes do not say well where log L rises."""
ROUNDS = 10
"""Climbs one after the other at most, between which variances are put to 0 or moved off it."""
FIXED_STEPS = 20
"""Steps of the regression without effects, whose maximum is only a start."""


def quadrature_maximum(
    model: Any,
    nodes: int | None = None,
    start: Floats | None = None,
    *,
    tolerance: float = 1e-10,
    max_steps: int = 200,
    watch: Watch | None = None,
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
    theta = first_theta(by) if start is None else start
    trace: list[TraceStep] = []
    ends = tolerance if by.nodes >= most else ROUGHLY
    found = _settled(by, theta, ends, max_steps, trace, watch=watch)
    if start is None and not (by.rows.likelihood.unimodal and by.T(found.here.theta).any()):
        found, trace = _or_from_large_effects(by, found, ends, max_steps, trace, watch)
    while True:
        ahead, error = _shift(by, found.here)
        enough = by.nodes >= most or float(error.max(initial=0.0)) < ENOUGH_NODES
        if not enough:
            by = by.with_nodes(2 * by.nodes)
            ends = tolerance if 2 * by.nodes > most else ROUGHLY**2
            found = _settled(by, found.here.theta + ahead, ends, max_steps, trace, found.steps + 1, watch)
            continue
        if found.here.decrement > tolerance:
            found = _settled(
                by, found.here.theta + found.here.ahead, tolerance, max_steps, trace, found.steps + 1, watch
            )
        break
    here = found.here
    return MarginalMaximum(
        model, by, here.theta, here.now.loglik, here.now.information, here.decrement, found.status, found.steps,
        tuple(trace), Integral("quadrature", by.nodes, error),
    )  # fmt: skip


def first_theta(by: ByQuadrature) -> Floats:
    """The parameters without effects, and standard deviations from the scores of groups there."""
    fixed = by.work.start
    try:
        found = Newton().within(by.work, FIXED_STEPS).estimate
        if np.isfinite(by.work.evaluate(found, 0).loglik):
            fixed = found
    except StattoolsError:
        pass  # the start of the regression serves as well, at some more steps
    return by.theta(fixed, by.first_factors(fixed))


def _or_from_large_effects(
    by: ByQuadrature, found: Climbed, tolerance: float, max_steps: int, trace: list[TraceStep], watch: Watch | None
) -> tuple[Climbed, list[TraceStep]]:
    """The climb that ended, or one that begins with large effects, if that ends higher: without effects a dispersion
    takes up what differs between groups, and often leaves a maximum there.
    """
    fixed, second = found.here.theta[: by.n_fixed], list[TraceStep]()
    try:
        other = _settled(by, by.theta(fixed, by.large_factors(fixed)), tolerance, max_steps, second, watch=watch)
    except StattoolsError:  # it runs off, which matters where that is higher
        if second and second[-1].loglik > found.here.now.loglik + HIGHER:
            raise
        return found, trace
    higher = other.status != "max-steps" and other.here.now.loglik > found.here.now.loglik + HIGHER
    return (other, second) if higher else (found, trace)


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
            f"{by.title} stopped where the likelihood is flat to the last digit of float64: the rows say nothing of a "
            "parameter there. Take a simpler random part, or look for groups whose rows are all alike."
        )
    error = np.zeros(len(here.theta))
    error[metric.free] = np.abs(covariance @ (score - here.now.score)[metric.free]) / np.sqrt(covariance.diagonal())
    return metric.solve(score), error


def _settled(
    by: ByQuadrature,
    theta: Floats,
    tolerance: float,
    max_steps: int,
    trace: list[TraceStep],
    first: int = 0,
    watch: Watch | None = None,
) -> Climbed:
    """A climb, with effects at 0 where their maximum is there."""
    steps, turns = first, 0
    while True:
        left = min(PATIENCE, max(max_steps - steps, 1))
        found = _climbed(by, theta, tolerance, left, first, trace, watch)
        stopped = found.status == "max-steps"
        following = without_small(by, found.here)
        if following is None and not stopped and _rises(by, found.here):
            following = released(by, found.here)
        taken, steps = found.steps - first, found.steps
        turns += 1
        if turns == ROUNDS or steps >= max_steps or (following is None and not (stopped and taken >= left)):
            return found
        theta, first = found.here.theta if following is None else following[0], steps + 1


def _rises(by: ByQuadrature, here: Standing) -> bool:
    """Does log L rise against the covariance of effects, along a direction in which it is 0?"""
    nulls = []
    for T in by.factors(here.theta):
        vectors, size, _ = np.linalg.svd(T)
        nulls.append(vectors[:, size <= FLAT * size[0]])
    if not any(null.shape[1] for null in nulls):
        return False
    for null, bend in zip(nulls, by.bends(here.theta), strict=True):
        if null.shape[1] and np.linalg.eigvalsh(null.T @ bend @ null)[-1] > NEGATIVE * np.abs(bend).max():
            return True
    return False


def free_of(by: ByQuadrature, theta: Floats) -> Any:
    """Which parameters move: all but the entries of columns of T that are 0, of which the score is 0 by symmetry."""
    T = by.T(theta)
    moves = np.ones(len(theta), dtype=bool)
    moves[by.n_fixed :] = T.any(axis=0)[by.moves.columns]
    return np.flatnonzero(moves)


def _climbed(
    by: ByQuadrature,
    theta: Floats,
    tolerance: float,
    max_steps: int,
    first: int,
    trace: list[TraceStep],
    watch: Watch | None,
) -> Climbed:
    free = free_of(by, theta)

    def stand(point: Floats, now: Evaluation) -> Standing:
        if watch is not None:
            watch(by, point)
        metric = Bent.of(now.information, free, True)
        decrement, ahead = metric.norm(now.score), metric.solve(now.score)
        if not metric.definite and tolerance < ROUGHLY:  # a saddle is no maximum, however small its slopes
            decrement = max(decrement, 2.0 * tolerance)
        at = slice(by.n_fixed, None)
        size, longest = np.abs(ahead[at]).max(initial=0.0), LONGEST * np.abs(point[at]).max(initial=0.0)
        return Standing(point, now, metric, decrement, ahead if size <= longest else ahead * (longest / size))

    def step(here: Standing) -> Standing | None:
        ahead, slope = here.ahead, float(here.now.score @ here.ahead)
        noise = NOISE * (abs(here.now.loglik) + by.n)
        is_near = here.metric.definite and here.decrement < NEAR
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
    return climb(here, step, tolerance=tolerance, max_steps=max_steps, n=by.n, first=first, trace=trace)
