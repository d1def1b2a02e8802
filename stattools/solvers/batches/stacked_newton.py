"""Newton's method on thousands of small regressions of any family at once, whatever their linear predictors.

    theta_k <- theta_k + t_k H_k^-1 g_k,   g_k = sum_i J_i' s_i,   H_k = sum_i J_i' W_i J_i,   t_k = 1, 1/2, 1/4, ...

s and W are the score and the information of each row in its linear predictors, asked of the family for the rows of all
members in one call, and J what the columns make of them. Columns are standardized first. A member whose log-likelihood
does not rise takes half the step; that of logistic, Poisson and linear regressions is not computed. Members that do not
converge, or whose information is near singular, as where outcomes are separated, are doubtful, and the caller fits them
one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST
from stattools.likelihoods import Gaussian
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.numerics.small_matrices import backward, factored, forward
from stattools.solvers.batches.stacked_rows import FUSED, Coefficients, StackedRows, weighted_squares
from stattools.solvers.climb import NOISE

Bools = NDArray[np.bool_]
ROWS = 25_000
"""Rows of members that are looked at together: their arrays stay in the cache of a core."""
SINGULAR = 1e-10
"""The smallest pivot of the information, at unit diagonal, of a member that is not doubtful: below it the covariance
has fewer than six of its 16 digits.
"""
POOLED = 50
"""The least number of members for which the maximum of one of them is found first, as a start of the others."""
FEWER = 0.8
"""The share of members still climbing below which they are copied to smaller arrays. Above it the copy costs more than
the step that it makes cheaper.
"""
EXACT = 1e-13
"""The tolerance of linear regressions, as a share of the size of y: some hundred times the rounding of float64."""
TRIES = 40
"""Points at which a member is looked at, at most, steps and halved steps."""
FAR = 15.0
"""A linear predictor that moves farther from the start than this is in doubt: it may be on its way to infinity."""
VANISHED = 1e-7
"""The information about a coefficient as a share of that at the start, below which it is on its way there."""
LEAST = 1e-6
"""The smallest share of a step that is tried."""
SADDLE = 1e-3
"""The least curvature, at unit diagonal, that a step away from a saddle is made by."""
NARROW = -5.0
"""The log of the scale of times below which they may be in line."""
CLOSE = 0.3
"""The decrement of the one member near which the others start: they are more than a standard error from it anyway."""
ROUND_OFF = 1e-6
"""A decrement that no longer falls because the log-likelihood has no more digits, as in all climbs."""


@dataclass(frozen=True, eq=False)
class StackedMaxima:
    """Estimates (m, p), covariances (m, p, p) at scale 1, log-likelihoods (0 where only means are computed) and
    decrements (m,), which members are doubtful, and linear predictors (m, n, width).
    """

    estimate: Floats
    covariance: Floats
    loglik: Floats
    decrement: Floats
    doubtful: Bools
    eta: Floats


def stacks(model: Model) -> bool:
    """Is this a regression that is fitted here? Its family has one maximum, and a constant for each other parameter."""
    family, predictor = model.likelihood, model.predictor
    if type(family) in FUSED:
        return True
    plain = not (family.has_scale or family.added or family.pieces or any(predictor.own))
    return plain and family.unimodal and family.knows_ends and not any(map(np.isfinite, family.domain))


@np.errstate(all="ignore")  # members that leave float64 are doubtful
def stacked_newton(
    model: Model,
    X: Floats,
    Y: Floats,
    W: Floats | None,
    offset: Floats | None,
    near: Floats | None = None,
    *,
    tolerance: float = 1e-8,
    events: Floats | None = None,
) -> StackedMaxima:
    """The maxima for columns X (n, p) or (m, n, p), outcomes Y (1 or m, n, ...), and weights W (1 or m, n) or None,
    from coefficients `near` all of them (p,) or each (m, p), or from the start of the model. `events` as in
    `StackedRows`.

    >>> import stattools as st
    >>> model = st.probit([0, 0, 1, 1], [[0.0], [1.0], [0.0], [1.0]])
    >>> found = stacked_newton(model, model.rows.X, model.rows.y[None], None, None)
    >>> found.estimate.round(6).tolist(), found.doubtful.tolist()
    ([[0.0, 0.0]], [False])
    """
    m, size = max(len(A) for A in (X if X.ndim == 3 else Y, Y, W) if A is not None), model.predictor.size
    # rows of a column lie side by side, so that weights times columns run along them
    columns = np.ascontiguousarray(np.swapaxes(X if X.ndim == 3 else X[None], 1, 2))
    each, linear = model.predictor.width == 1, isinstance(model.likelihood, Gaussian)
    T, mean = _units(columns, W if X.ndim == 3 else None, each)
    if model.predictor.own and model.predictor.held(T[0]):
        none = np.full(m, np.nan)
        p, C = np.full((m, size), np.nan), np.full((m, size, size), np.nan)
        return StackedMaxima(p, C, none, none, np.ones(m, bool), np.full((m, Y.shape[1], 1), np.nan))
    lift = T if each else model.predictor.lift(T[0])[None]
    offset = None if offset is None else np.atleast_2d(offset)
    Z = columns - mean[:, :, None]  # the difference is exact
    Z *= np.diagonal(T, axis1=1, axis2=2)[:, :, None]
    Z = np.swapaxes(Z, 1, 2)
    rows = StackedRows(model, Z, Y, W, offset, events)
    begin = np.linalg.solve(lift, np.atleast_2d(model.start if near is None else near)[:, :, None])[:, :, 0].T
    if near is None and m >= POOLED and not linear:  # one member alone tells where the others are
        one = _climbed(rows.typical, begin[:, :1], np.eye(size)[None], CLOSE)
        begin = begin if one.doubtful[0] else one.estimate.T
    if near is None and model.likelihood.outcome is Outcome.COUNT and type(model.likelihood) in FUSED:
        begin = rows.raised(begin)
    within = EXACT * np.sqrt(weighted_squares(Y, W)) if linear else tolerance
    few = m if type(model.likelihood) in FUSED else -(-m // -(-m * Y.shape[1] // ROWS))  # as many in each part
    if few == m:
        return _climbed(rows, begin, lift, within)
    parts = [np.arange(k, min(k + few, m)) for k in range(0, m, few)]

    def of(A: Any, part: Any) -> Any:
        return A if np.shape(A)[-1:] in ((), (1,)) else A[..., part]

    each = [
        _climbed(rows.kept(part), of(begin, part), lift[part] if len(lift) > 1 else lift, of(within, part))
        for part in parts
    ]
    names = (field.name for field in fields(StackedMaxima))
    return StackedMaxima(*(np.concatenate([getattr(one, name) for one in each]) for name in names))


@dataclass(frozen=True, eq=False)
class Points:
    """The best points of m members: coefficients theta and steps `ahead` (p, m), factors of the informations (p, p, m),
    log-likelihoods, decrements, the last share of a step, and which are maxima (m,).
    """

    theta: Floats
    ahead: Floats
    factor: Floats
    value: Floats
    decrement: Floats
    share: Floats
    settled: Bools

    @classmethod
    def before(cls, begin: Floats) -> Points:
        """Before the first look; a member that has no log-likelihood at the first stays where it is."""
        size, m = begin.shape
        theta, ahead, factor = begin.copy(), np.zeros((size, m)), np.zeros((size, size, m))
        return cls(theta, ahead, factor, np.full(m, np.nan), np.full(m, np.inf), np.ones(m), np.zeros(m, dtype=bool))

    def look(self, point: Floats, at: Coefficients, fresh: Bools, tolerance: Any) -> None:
        """Move those of `fresh` that are no maxima yet to `point`, where log-likelihoods and derivatives are `at`; who
        does not move, as where a score is not finite, takes half the step.
        """
        value, score, information = at
        L, pivot = factored(information)
        bent = fresh & ~(pivot > SINGULAR)
        if bent.any():
            L[:, :, bent] = _upright(information[:, :, bent])
        half = forward(L, score)
        length = np.sqrt((half * half).sum(axis=0))
        sound = fresh & np.isfinite(length) & ~self.settled
        ended = (length <= tolerance) | ((length <= ROUND_OFF) & (length > 0.5 * self.decrement))
        self.settled[sound & ended & ~bent] = True
        self.share[...] = np.where(sound, 1.0, 0.5 * self.share)
        for kept, now in (
            (self.theta, point),
            (self.ahead, backward(L, half)),
            (self.factor, L),
            (self.value, value),
            (self.decrement, length),
        ):
            np.copyto(kept, now, where=sound)

    def of(self, which: Any) -> Points:
        """The points of some members."""
        return Points(*(getattr(self, field.name)[..., which] for field in fields(self)))

    def put(self, where: Any, points: Points) -> None:
        """Write the points of some members."""
        for field in fields(self):
            getattr(self, field.name)[..., where] = getattr(points, field.name)


def _climbed(rows: StackedRows, begin: Floats, lift: Floats, tolerance: Any) -> StackedMaxima:
    """The maxima of members whose columns have unit size, from `begin` (p, 1 or m) on, to decrements within the
    `tolerance`, one or (m,).
    """
    W, size, m = rows.W, len(begin), rows.m
    n = np.full(m, float(rows.Z.shape[1])) if W is None else np.broadcast_to(W.sum(axis=1), m)
    at, first = rows.at(begin)
    begin = np.broadcast_to(begin, (size, m))
    found = here = Points.before(begin)
    # hazards have as many events in sum, wherever they start
    at_start = np.einsum("iim->im", at[2]).copy() if rows.events is None else rows.events
    here.look(begin, at, np.isfinite(at[0]), tolerance)
    going, some, within = np.arange(m), rows, tolerance
    for _ in range(TRIES - 1):
        stays = ~here.settled & (here.share > LEAST) & np.isfinite(here.decrement)
        count = np.count_nonzero(stays)
        if not count:
            break
        if count < FEWER * len(going):
            found.put(going, here)
            going, here = going[stays], here.of(stays)
            some = rows.kept(going)
            within = within if np.ndim(within) == 0 else tolerance[going]
        point = here.theta + here.share * here.ahead
        at, _ = some.at(point)
        fresh = at[0] - here.value >= -NOISE * (np.abs(here.value) + n[going])
        here.look(point, at, fresh & np.isfinite(at[0]), within)
    if here is not found:
        found.put(going, here)
    best, settled = found.value, found.settled
    theta = found.theta + np.where(settled & (found.decrement <= tolerance), found.ahead, 0.0)
    if rows.events is not None:
        best += rows.events * np.log(lift[:, -1, -1])  # of the coefficient in its own units
    C = np.zeros((m, size, size))
    if settled.any():
        whose = slice(None) if settled.all() else settled
        root = forward(
            found.factor[:, :, whose], lift.transpose(2, 1, 0)[:, :, whose if len(lift) > 1 else slice(None)]
        )
        C[whose] = np.einsum("kim,kjm->mij", root, root)
    kept = np.einsum("jkm,jkm->jm", found.factor, found.factor)
    doubtful = ~settled | ~(kept > VANISHED * at_start).all(axis=0)
    eta = rows.eta(theta)
    if rows.events is None and not isinstance(rows.model.likelihood, Gaussian):
        doubtful |= far_from(first, eta, W)
    if rows.model.likelihood.outcome is Outcome.TIME:
        doubtful |= _few_times(rows, m) | (found.theta[-1] < NARROW)
    return StackedMaxima((lift @ theta.T[:, :, None])[:, :, 0], C, best, found.decrement, doubtful, eta)


def far_from(first: Floats, last: Floats, W: Floats | None) -> Bools:
    """Which members have a row of positive weight whose linear predictor has moved beyond FAR."""
    moved = np.abs(last - first)
    if moved.max(initial=0.0) <= FAR:
        return np.zeros(len(moved), dtype=bool)
    moved = moved.reshape(*moved.shape[:2], -1)
    moved = moved if W is None else np.where(W[:, :, None] > 0.0, moved, 0.0)
    return ~(moved.max(axis=(1, 2)) <= FAR)


def _upright(information: Floats) -> Floats:
    """Factors of informations with the sizes of their eigenvalues, where these are not all positive: a step along them
    leads off a saddle.
    """
    A = np.moveaxis(np.where(np.isfinite(information), information, 0.0), 2, 0)
    size = np.sqrt(np.maximum(np.abs(np.diagonal(A, axis1=1, axis2=2)), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(A / size[:, :, None] / size[:, None, :])
    root = vectors * np.sqrt(np.maximum(np.abs(values), SADDLE))[:, None, :]
    triangle = np.linalg.qr(np.swapaxes(root, 1, 2), mode="r")
    found = np.swapaxes(triangle * np.where(np.diagonal(triangle, axis1=1, axis2=2) < 0.0, -1.0, 1.0)[:, :, None], 1, 2)
    return np.moveaxis(found * size[:, :, None], 0, 2)


def _few_times(rows: StackedRows, m: int) -> Bools:
    """Has a member no more times that were seen than coefficients?"""
    Y = rows.Y
    seen = np.ones(Y.shape, dtype=bool) if Y.ndim == 2 else Y[:, :, 0] == Y[:, :, 1]
    count = (seen if rows.W is None else seen & (rows.W > 0.0)).sum(axis=1)
    return np.broadcast_to(count <= rows.model.predictor.size, m)


def _units(columns: Floats, W: Floats | None, each: bool) -> tuple[Floats, Floats]:
    """T (1 or m, p, p) with which columns (1 or m, p, n) have unit size, in `each` member or in all together, centered
    where the first of them is constant, and the means (1 or m, p) that are taken off; NaN beyond float64.
    """
    used = None if W is None else (W > 0.0).astype(float)[:, None]
    n = np.full((1, 1), float(columns.shape[2])) if used is None else used.sum(axis=2)

    def over(values: Floats, total: Any = np.add) -> Floats:
        return values if each else total.reduce(values, axis=0, keepdims=True)

    if len(n) < len(columns) and not each:
        n = n * len(columns)
    masked = columns if used is None else columns * used
    mean = over(masked.sum(axis=2)) / over(n)
    gap = columns - mean[:, :, None]
    gap = gap if used is None else gap * used
    spread = np.sqrt(over(np.einsum("mpn,mpn->mp", gap, gap)) / over(n))
    size = over(np.maximum(masked.max(axis=2), -masked.min(axis=2)), np.maximum)
    constant = spread <= 1e-13 * size
    scale = np.where(constant, np.where(size > 0.0, size, 1.0), spread)
    scale = np.where((scale >= SMALLEST) & (scale <= LARGEST), scale, np.nan)
    T = np.zeros((len(scale), scale.shape[1], scale.shape[1]))
    np.einsum("mpp->mp", T)[:] = 1.0 / scale
    if not constant[:, 0].all() or not (size[:, 0] > 0.0).all():
        return T, np.zeros(mean.shape)
    mean[constant] = 0.0
    T[:, 0, 1:] = -mean[:, 1:] / scale[:, 1:] / columns[: len(T), 0, :1]
    return T, mean
