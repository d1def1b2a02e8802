"""Newton's method on thousands of small regressions of any concave family at once, whatever their linear predictors.

    theta_k <- theta_k + t_k H_k^-1 g_k,   g_k = sum_i J_i' s_i,   H_k = sum_i J_i' W_i J_i,   t_k = 1, 1/2, 1/4, ...

s and W are the score and the information of each row in its linear predictors, asked of the family for the rows of all
members in one call, and J what the columns make of them. Columns are standardized first, all members' alike. A member
whose log-likelihood does not rise takes half the step. Members that do not converge, or whose information is near
singular, as where outcomes are separated, are doubtful, and the caller fits them one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.numerics.stacks import backward, factored, forward
from stattools.solvers.batches.batched_newton import FEWER, POOLED, SINGULAR
from stattools.solvers.climb import NOISE

Bools = NDArray[np.bool_]
Coefficients = tuple[Floats, Floats, Floats]
"""log-likelihoods (m,), scores (p, m) and informations (p, p, m) of members."""

ROWS = 25_000
"""Rows of members that are looked at together: their arrays stay in the cache of a core."""
TRIES = 40
"""Points at which a member is looked at, at most, steps and halved steps."""
FAR = 15.0
"""A linear predictor that moves farther from the start than this is in doubt: it may be on its way to infinity."""
VANISHED = 1e-7
"""The information about a coefficient as a share of that at the start, below which it is on its way there."""
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
    """Estimates (m, p), covariances (m, p, p), log-likelihoods and decrements (m,), and which members are doubtful."""

    estimate: Floats
    covariance: Floats
    loglik: Floats
    decrement: Floats
    doubtful: Bools


def stacks(model: Model) -> bool:
    """Is this a regression that is fitted here? Its family is concave, and has a constant for each other parameter."""
    family, predictor = model.likelihood, model.predictor
    plain = not (family.has_scale or family.added or family.pieces or any(predictor.own))
    return plain and family.concave and family.knows_ends and not any(map(np.isfinite, family.domain))


@dataclass(frozen=True, eq=False)
class StackedRows:
    """Columns Z (1 or m, n, p), outcomes (1 or m, n, ...), weights W and offset (1 or m, n) or None, in units in which
    the coefficients of `model` are `lift` times these. `events` (m,), where it is given, times the log of the last
    coefficient belongs to the log-likelihood.
    """

    model: Model
    Z: Floats
    Y: Floats
    W: Floats | None
    offset: Floats | None
    events: Floats | None = None

    def each(self) -> list[Floats]:
        """The columns of each linear predictor, (1 or m, n, q)."""
        predictor, found = self.model.predictor, []
        for use, alone in zip(predictor.uses, predictor.constant, strict=True):
            ones = np.ones((1, self.Z.shape[1], 1))
            found.append(self.Z if use is None else ones if alone else self.Z[:, :, list(use)])
        return found

    def kept(self, going: NDArray[np.intp]) -> StackedRows:
        """The rows of some members."""
        Zt = np.swapaxes(self.Z, 1, 2)
        all_of_them = (Zt, self.Y, self.W, self.offset, self.events)
        Zt, *others = (A if A is None or len(A) == 1 else A[going] for A in all_of_them)
        return StackedRows(self.model, np.swapaxes(Zt, 1, 2), *others)  # type: ignore[arg-type]

    def eta(self, theta: Floats) -> Floats:
        """Linear predictors (m, n, width) at theta (p, m)."""
        predictor, n = self.model.predictor, self.Z.shape[1]
        # each linear predictor of its own lies side by side in memory
        found = np.moveaxis(np.empty((predictor.width, theta.shape[1], n)), 0, 2)
        for k, (part, Z) in enumerate(zip(predictor.parts, self.each(), strict=True)):
            found[:, :, k] = theta[part].T @ Z[0].T if len(Z) == 1 else (Z @ theta[part].T[:, :, None])[:, :, 0]
        if self.offset is not None:
            found[:, :, : predictor.n_first] += self.offset[:, :, None]
        return found

    def at(self, theta: Floats) -> tuple[Coefficients, Floats]:
        """Log-likelihoods and their derivatives at theta (p, m), and the linear predictors."""
        predictor, family = self.model.predictor, self.model.likelihood
        eta, width = self.eta(theta), predictor.width
        m, n = eta.shape[:2]
        y = np.broadcast_to(self.Y, (m, *self.Y.shape[1:])).reshape(m * n, *self.Y.shape[2:])
        each, score, information = family.evaluate(eta.reshape(m * n, width) if width > 1 else eta.ravel(), y)
        each, score = each.reshape(m, n), score.reshape(m, n, width)
        information = information.reshape(m, n, width, width)
        if self.W is not None:
            used = self.W > 0.0
            each = np.where(used, each, 0.0) * self.W
            score, information = score * self.W[:, :, None], information * self.W[:, :, None, None]
        first, second = np.zeros((predictor.size, m)), np.zeros((predictor.size, predictor.size, m))
        columns = self.each()
        for a, part in enumerate(predictor.parts):
            first[part] = _weighted(score[:, :, a], columns[a]).T
        for a, b, one, other in predictor.pairs:
            w = information[:, :, a, b]
            if len(columns[a]) == len(columns[b]) == 1:
                products = columns[a][0][:, :, None] * columns[b][0][:, None, :]
                found = (w @ products.reshape(n, -1)).reshape(m, *products.shape[1:])
            elif predictor.constant[b]:
                found = _weighted(w, columns[a])[:, :, None]
            else:
                found = np.swapaxes(columns[a], 1, 2) @ (columns[b] * w[:, :, None])
            second[one, other] = np.moveaxis(found, 0, 2)
            if a != b:
                second[other, one] = np.moveaxis(found, 0, 2).swapaxes(0, 1)
        value = each.sum(axis=1)
        if self.events is not None:
            value += self.events * np.log(theta[-1])
            first[-1] += self.events / theta[-1]
            second[-1, -1] += self.events / theta[-1] ** 2
        return (value, first, second), eta


def _weighted(values: Floats, columns: Floats) -> Floats:
    """Sums over rows of values (m, n) times columns (1 or m, n, q): (m, q)."""
    if columns.shape[2] == 1 and len(columns) == 1:
        return np.einsum("mn,n->m", values, columns[0, :, 0])[:, None]
    return values @ columns[0] if len(columns) == 1 else (values[:, None, :] @ columns)[:, 0]


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
    from coefficients `near` all of them (p,), or from the start of the model. `events` as in `StackedRows`.

    >>> import stattools as st
    >>> model = st.probit([0, 0, 1, 1], [[0.0], [1.0], [0.0], [1.0]])
    >>> found = stacked_newton(model, model.rows.X, model.rows.y[None], None, None)
    >>> found.estimate.round(6).tolist(), found.doubtful.tolist()
    ([[0.0, 0.0]], [False])
    """
    m, size = max(len(A) for A in (X if X.ndim == 3 else Y, Y, W) if A is not None), model.predictor.size
    T, mean = _units(X.reshape(-1, X.shape[-1]) if W is None or X.ndim == 2 else X[W > 0.0])
    lift = model.predictor.lift(T)
    beyond = not (np.isfinite(lift).all() and lift.diagonal().all())  # units that float64 does not hold
    if beyond or (model.predictor.own and model.predictor.held(T)):
        none = np.full(m, np.nan)
        return StackedMaxima(np.full((m, size), np.nan), np.full((m, size, size), np.nan), none, none, np.ones(m, bool))
    offset = None if offset is None else np.atleast_2d(offset)
    # the difference is exact; rows of a column lie side by side, so that weights times columns run along them
    Z = np.ascontiguousarray(np.swapaxes(X if X.ndim == 3 else X[None], 1, 2)) - mean[:, None]
    Z = np.swapaxes(Z * T.diagonal()[:, None], 1, 2)
    rows = StackedRows(model, Z, Y, W, offset, events)
    begin = np.linalg.solve(lift, model.start if near is None else near)
    if near is None and m >= POOLED:  # one member alone tells where the others are
        one = _climbed(rows.kept(np.arange(1)), begin, np.eye(size), 1, CLOSE)
        begin = begin if one.doubtful[0] else one.estimate[0]
    few = -(-m // -(-m * Y.shape[1] // ROWS))  # as many in each part
    each = [
        _climbed(rows.kept(np.arange(k, min(k + few, m))), begin, lift, min(few, m - k), tolerance)
        for k in range(0, m, few)
    ]
    names = (field.name for field in fields(StackedMaxima))
    return StackedMaxima(*(np.concatenate([getattr(one, name) for one in each]) for name in names))


def _climbed(rows: StackedRows, begin: Floats, lift: Floats, m: int, tolerance: float) -> StackedMaxima:
    """The maxima of m members whose columns have unit size."""
    W, size = rows.W, len(begin)
    point = np.repeat(begin[:, None], m, axis=1)
    (value, score, information), first = rows.at(point)
    n = np.full(m, float(rows.Z.shape[1])) if W is None else np.broadcast_to(W.sum(axis=1), m)
    at_start = np.einsum("iim->im", information).copy()
    if rows.events is not None:
        at_start = rows.events  # of which hazards have as many in sum, wherever they start
    theta, factor, ahead = point.copy(), np.zeros((size, size, m)), np.zeros((size, m))
    decrement, settled = np.full(m, np.inf), np.zeros(m, dtype=bool)
    going, share, fresh = np.arange(m), np.ones(m), np.ones(m, dtype=bool)
    best, last, some = value.copy(), np.full(m, np.inf), rows
    for _ in range(TRIES):
        L, pivot = factored(information)
        bent = fresh & ~(pivot > SINGULAR) & np.isfinite(value)
        if bent.any():
            L[:, :, bent] = _upright(information[:, :, bent])
        half = forward(L, score)
        length = np.sqrt((half * half).sum(axis=0))
        sound = fresh & np.isfinite(length) & np.isfinite(value) & ~settled[going]
        whose = going[sound]
        theta[:, whose], factor[:, :, whose] = point[:, sound], L[:, :, sound]
        best[whose], decrement[whose], ahead[:, whose] = value[sound], length[sound], backward(L, half)[:, sound]
        share[going] = np.where(sound, 1.0, 0.5 * share[going])
        done = sound & ~bent & ((length <= tolerance) | ((length <= ROUND_OFF) & (length > 0.5 * last[going])))
        last[whose] = length[sound]
        settled[going[done]] = True
        stays = ~settled[going] & (share[going] > 1e-6) & np.isfinite(decrement[going])
        if not stays.any():
            break
        if np.count_nonzero(stays) < FEWER * len(going):
            going = going[stays]
            some = rows.kept(going)
        point = theta[:, going] + share[going] * ahead[:, going]
        (value, score, information), _ = some.at(point)
        fresh = value - best[going] >= -NOISE * (np.abs(best[going]) + n[going])
    if rows.events is not None:
        best += rows.events * np.log(lift[-1, -1])  # of the coefficient in its own units
    C = np.zeros((m, size, size))
    if settled.any():
        root = forward(factor[:, :, settled], np.broadcast_to(lift.T[:, :, None], (size, size, int(settled.sum()))))
        C[settled] = np.einsum("kim,kjm->mij", root, root)
    kept = np.einsum("jkm,jkm->jm", factor, factor)
    doubtful = ~settled | ~(kept > VANISHED * at_start).all(axis=0)
    if rows.events is None:
        doubtful |= far_from(first, rows.eta(theta), W)
    if rows.model.likelihood.outcome is Outcome.TIME:
        doubtful |= _few_times(rows, m) | (theta[-1] < NARROW)
    return StackedMaxima((lift @ theta).T, C, best, decrement, doubtful)


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


def _units(X: Floats) -> tuple[Floats, Floats]:
    """T (p, p) with which the columns X T have unit size, centered where the first column is constant, and the mean
    (p,) that is taken off.
    """
    columns = np.ascontiguousarray(X.T)  # sums over rows that lie side by side take a fraction of the time
    mean: Floats = columns.mean(axis=1)
    spread: Floats = columns.std(axis=1)
    size = np.maximum(columns.max(axis=1), -columns.min(axis=1))
    constant = spread <= 1e-13 * size
    scale = np.where(constant, np.where(size > 0.0, size, 1.0), spread)
    T = np.diag(1.0 / scale)
    if not constant[:1].any() or not size[0] > 0.0:
        return T, np.zeros(len(T))
    mean[constant] = 0.0
    T[0, 1:] = -mean[1:] / scale[1:] / X[0, 0]
    return T, mean
