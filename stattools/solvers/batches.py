"""Thousands of small regressions at once: Newton's method on all of them, whatever their family and linear predictors.

    theta_k <- theta_k + t_k H_k^-1 g_k,   g_k = sum_i J_i' s_i,   H_k = sum_i J_i' W_i J_i,   t_k = 1, 1/2, 1/4, ...

s and W are the score and the information of each row in its linear predictors, asked of the family for the rows of all
members in one call, and J what the columns make of them; of logistic, Poisson and linear regressions they are the mean
and its slope. Rows are padded to one length, with weights of 0, and columns are standardized. What members share has a
first axis of length 1, and sums over the rows of members that share their columns are one matrix product. A member
whose log-likelihood does not rise takes half the step. Members that do not converge, or whose information is near
singular, as where outcomes are separated, are doubtful, and the caller fits them one by one. Gamma and Weibull
regressions are climbed in parameters that need less than both in a step (`stacked_gamma`, `stacked_weibull`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Rows
from stattools.data.rows.standardization import Standardization
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, LARGEST_SUM, LARGEST_VARIANCE, SMALLEST, SMALLEST_SUM, SMALLEST_VARIANCE
from stattools.likelihoods import Bernoulli, Gaussian, Likelihood, Poisson
from stattools.likelihoods.likelihood import Terms, is_unimodal
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.positive import GammaFamily
from stattools.likelihoods.times import FailureTime
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.numerics.columns import with_levels
from stattools.numerics.distributions.gamma import differences, digamma_gap, log_density_of_deviance
from stattools.numerics.small_matrices import backward, factored, forward
from stattools.solvers.climb import NOISE

ENTRIES = 100_000
"""Outcomes that are fitted at a time: arrays of 800 kB stay in the cache of a core."""

TOLERANCE = 1e-8
"""A member with a larger decrement, in standard errors, is doubtful: the tolerance of all solvers."""

SQUARED = 1e-6
"""The decrement of estimates alone, before a last step that squares it."""

LEFT = 1e-20
"""The smallest share of the sum of squares of y that a linear regression must leave for its residuals to be known."""

WIDEST = 20_000_000
"""Products of two columns, in numbers, up to which these are made once for all members: beyond, single fits are as
quick and take less memory.
"""

Bools = NDArray[np.bool_]
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


def padded(model: Model, n: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Columns, outcomes, weights and offsets, with copies of the last row of weight 0 at the end: n rows."""
    rows, own = model.rows, len(model.rows.X)
    last = np.minimum(np.arange(n), own - 1)  # of which any family has a likelihood
    X, y, w, o = np.asarray(rows.X)[last], rows.y[last], np.zeros(n), np.zeros(n)
    w[:own] = 1.0 if rows.weight is None else rows.weight
    o[:own] = 0.0 if rows.offset is None else rows.offset
    return X, y, w, o


def groups_of(
    rows: Rows, order: NDArray[np.intp], firsts: NDArray[np.intp], lengths: NDArray[np.intp], n: int
) -> tuple[Floats, Floats, Floats | None, Floats | None]:
    """The same of the groups of one table, which stand in `order` from `firsts` on and have these `lengths`: columns
    (m, n, p), outcomes (m, n), and weights and offsets (m, n) or None.
    """
    place = np.minimum(np.arange(n), lengths[:, None] - 1)
    which, shape = order[firsts[:, None] + place].ravel(), place.shape
    beside = which[-1] - which[0] == len(which) - 1 and bool((which[1:] > which[:-1]).all())
    some = rows.take(slice(which[0], which[-1] + 1) if beside else which)  # rows in their order need no copy
    there = np.arange(n) < lengths[:, None]
    w = None if there.all() else there.astype(float)
    if some.weight is not None:
        w = np.where(there, some.weight.reshape(shape), 0.0)
    offset = None if some.offset is None else np.where(there, some.offset.reshape(shape), 0.0)
    y = some.y.reshape(*shape, *some.y.shape[1:])
    return np.asarray(some.X).reshape(*shape, -1), y, w, offset


def of_like_length(lengths: NDArray[np.intp], p: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Members with p columns in chunks that are fitted together: the rows of the longest, and whose are at least half
    as many.
    """
    order = np.argsort(lengths, kind="stable")
    while len(order):
        n = max(int(lengths[order[-1]]), 1)
        chunk = order[-max(1, ENTRIES // (n * p)) :]
        chunk = chunk[2 * lengths[chunk] >= n]
        order = order[: -len(chunk)]
        yield n, chunk


@dataclass(frozen=True, eq=False)
class Members:
    """Fits of m members; their numbers are NaN where they are doubtful, and `settled` (m,) tells which are not."""

    estimate: Floats
    covariance: Floats
    loglik: Floats
    scale: Floats
    decrement: Floats
    n: Floats

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Which members have numbers."""
        return ~np.isnan(self.decrement)

    @staticmethod
    def unsettled(m: int, p: int) -> Members:
        """Room for the fits of m members."""
        numbers = np.full((4, m), np.nan)
        return Members(np.full((m, p), np.nan), np.full((m, p, p), np.nan), *numbers)

    def put(self, where: object, found: Members) -> None:
        """Write the fits of some members."""
        for kept, now in zip(vars(self).values(), vars(found).values(), strict=True):
            kept[where] = now


Coefficients = tuple[Floats, Floats, Floats]
"""log-likelihoods (m,), scores (p, m) and lower triangles of informations (p, p, m) of members."""


def _normal(eta: Floats, y: Floats) -> tuple[Floats, Floats]:
    return y - eta, np.ones((1, eta.shape[1]))


def _event(eta: Floats, y: Floats) -> tuple[Floats, Floats]:
    odds = np.exp(np.negative(eta, out=eta), out=eta)
    odds += 1.0
    mean = np.divide(1.0, odds, out=odds)
    slope = 1.0 - mean
    slope *= mean
    return np.subtract(y, mean, out=mean if mean.shape == y.shape else None), slope


def _count(eta: Floats, y: Floats) -> tuple[Floats, Floats]:
    mean = np.exp(eta, out=eta)
    return y - mean, mean


FUSED: dict[type[Likelihood], Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    Gaussian: _normal,
    Bernoulli: _event,
    Poisson: _count,
}
"""Score and information at linear predictors (m, n), of the families whose score is y less the mean. They
write over the linear predictors: memory for thousands of rows costs more than what is done with them.
"""


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

    @property
    def m(self) -> int:
        """How many members there are."""
        return max(len(A) for A in (self.Z, self.Y, self.W) if A is not None)

    @cached_property
    def columns(self) -> list[Floats]:
        """The columns of each linear predictor, (1 or m, n, q)."""
        predictor, found = self.model.predictor, []
        for use, alone in zip(predictor.uses, predictor.constant, strict=True):
            ones = np.ones((1, self.Z.shape[1], 1))
            found.append(self.Z if use is None else ones if alone else self.Z[:, :, list(use)])
        return found

    @cached_property
    def products(self) -> dict[tuple[int, int], Floats]:
        """The products of two columns of two linear predictors, (n, q r), where all members share both; of one linear
        predictor those of the lower triangle, (n, q (q + 1) / 2).
        """
        found, shared = {}, self.columns
        for a, b, _, _ in self.model.predictor.pairs:
            one, other = shared[a][0], shared[b][0]
            if a == b and len(shared[a]) == 1:
                rows, columns = np.tril_indices(one.shape[1])
                found[a, b] = one[:, rows] * one[:, columns]
            elif len(shared[a]) == len(shared[b]) == 1:
                found[a, b] = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
        return found

    def kept(self, going: NDArray[np.intp]) -> StackedRows:
        """The rows of some members."""
        Zt = np.swapaxes(self.Z, 1, 2)
        all_of_them = (Zt, self.Y, self.W, self.offset, self.events)
        Zt, *others = (A if A is None or len(A) == 1 else A[going] for A in all_of_them)
        some = StackedRows(self.model, np.swapaxes(Zt, 1, 2), *others)  # type: ignore[arg-type]
        if len(self.Z) == 1:
            vars(some).update(columns=self.columns, products=self.products)
        return some

    @property
    def typical(self) -> StackedRows | None:
        """A member near whose maximum the others are: the first, whose way up is safe. Where only means are computed it
        has the mean outcomes of members that share their columns, and there is none of others.
        """
        if type(self.model.likelihood) not in FUSED:
            return self.kept(np.arange(1))
        return None if len(self.Z) > 1 or self.W is not None else replace(self, Y=self.Y.mean(axis=0, keepdims=True))

    def eta(self, theta: Floats) -> Floats:
        """Linear predictors (m, n, width) at theta (p, m)."""
        predictor, n = self.model.predictor, self.Z.shape[1]
        # each linear predictor of its own lies side by side in memory
        m = max([theta.shape[1], *map(len, self.columns)])
        found = np.empty((predictor.width, m, n))
        for own, part, Z in zip(found, predictor.parts, self.columns, strict=True):
            if len(Z) == 1 and theta.shape[1] == m:
                np.matmul(theta[part].T, Z[0].T, out=own)
            else:
                own[:] = theta[part].T @ Z[0].T if len(Z) == 1 else (Z @ theta[part].T[:, :, None])[:, :, 0]
        if self.offset is not None:
            found[: predictor.n_first] += self.offset
        return found.transpose(1, 2, 0)

    def at(self, theta: Floats) -> Coefficients:
        """Log-likelihoods and their derivatives at theta (p, 1 or m). Where only means are computed the log-likelihoods
        are 0.
        """
        predictor, W, eta = self.model.predictor, self.W, self.eta(theta)
        m = max(self.m, len(eta))
        fused = FUSED.get(type(self.model.likelihood))
        if fused is not None:
            value, (score, slope) = np.zeros(m), fused(eta[:, :, 0], self.Y)
            score, information = score[:, :, None], slope[:, :, None, None]
        else:
            each, score, information = self._terms(eta)
            value = each.sum(axis=1) if W is None else (np.where(W > 0.0, each, 0.0) * W).sum(axis=1)
        shared = len(self.Z) == len(information) == 1 and W is None  # one information for all members
        first, second = np.zeros((predictor.size, m)), np.zeros((predictor.size, predictor.size, 1 if shared else m))
        columns, products = self.columns, self.products
        for a, part in enumerate(predictor.parts):
            first[part] = weighted_sums(score[:, :, a], W, columns[a]).T
        for a, b, one, other in predictor.pairs:
            w, shape = information[:, :, a, b], (columns[a].shape[2], columns[b].shape[2])
            if (a, b) in products:
                found = weighted_sums(w, W, products[a, b][None]).T
                if a == b:
                    second[one, other][np.tril_indices(shape[0])] = found
                    continue
                found = found.reshape(*shape, -1)
            elif predictor.constant[b]:
                found = weighted_sums(w, W, columns[a]).T[:, None]
            else:
                w = w if W is None else w * W
                found = (np.swapaxes(columns[a], 1, 2) @ (columns[b] * w[:, :, None])).transpose(1, 2, 0)
            second[one, other] = found
            if a != b:
                second[other, one] = found.transpose(1, 0, 2)
        if self.events is not None:
            value += self.events * np.log(theta[-1])
            first[-1] += self.events / theta[-1]
            second[-1, -1] += self.events / theta[-1] ** 2
        return value, first, second

    def _terms(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """What the family says of the rows of all members: log-likelihoods (m, n), scores and informations."""
        m, (n, width) = max(len(eta), len(self.Y)), eta.shape[1:]
        y, eta = (np.broadcast_to(A, (m, *A.shape[1:])).reshape(m * n, *A.shape[2:]) for A in (self.Y, eta))
        each, score, information = self.model.likelihood.evaluate(eta if width > 1 else eta.ravel(), y)
        return each.reshape(m, n), score.reshape(m, n, width), information.reshape(m, n, width, width)

    def raised(self, theta: Floats) -> Floats:
        """Coefficients at which as many events are expected as were seen, where the first column is a constant."""
        value = self.Z[0, 0, 0]
        if not value or (self.Z[:, :, 0] != value).any():
            return theta
        seen, expected = (
            weighted_sums(A, self.W, np.ones((1, A.shape[1], 1)))[:, 0]
            for A in (self.Y, np.exp(self.eta(theta)[:, :, 0]))
        )
        by = np.log(np.maximum(seen, 1e-10) / expected) / value
        theta = np.array(np.broadcast_to(theta, (len(theta), len(by))))
        theta[0] += by
        return theta


def weighted_sums(values: Floats, W: Floats | None, columns: Floats) -> Floats:
    """Sums over rows of weights (1 or m, n) times values (1 or m, n) times columns (1 or m, n, q): (m, q)."""
    if W is not None and len(columns) == len(values) == 1:  # one product for the weights of all members
        return W @ (columns[0] * values[0][:, None])
    values = values if W is None else values * W
    if columns.shape[2] == 1 and len(columns) == 1:
        return np.einsum("mn,n->m", values, columns[0, :, 0])[:, None]
    return values @ columns[0] if len(columns) == 1 else (values[:, None, :] @ columns)[:, 0]


def weighted_squares(values: Floats, W: Floats | None) -> Floats:
    """Weighted sums of squares (m,) of values (1 or m, n)."""
    if W is None:
        return np.einsum("mi,mi->m", values, values)
    return weighted_sums(values * values, W, np.ones((1, values.shape[1], 1)))[:, 0]


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
    plain = not (family.facts.has_scale or family.facts.added or family.facts.pieces or any(predictor.own))
    return plain and is_unimodal(family) and family.facts.knows_ends and not any(map(np.isfinite, family.facts.domain))


@np.errstate(all="ignore")  # members that leave float64 are doubtful
def stacked_newton(
    model: Model,
    X: Floats,
    Y: Floats,
    W: Floats | None,
    offset: Floats | None,
    near: Floats | None = None,
    *,
    tolerance: float = 1e-9,
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
    common = Standardization.whole_block(T[0])
    if model.predictor.own and model.predictor.held(common):
        none = np.full(m, np.nan)
        p, C = np.full((m, size), np.nan), np.full((m, size, size), np.nan)
        return StackedMaxima(p, C, none, none, np.ones(m, bool), np.full((m, Y.shape[1], 1), np.nan))
    lift = T if each else np.asarray(model.predictor.lift(common))[None]
    offset = None if offset is None else np.atleast_2d(offset)
    Z = columns - mean[:, :, None]  # the difference is exact
    Z *= np.diagonal(T, axis1=1, axis2=2)[:, :, None]
    Z = np.swapaxes(Z, 1, 2)
    rows = StackedRows(model, Z, Y, W, offset, events)
    begin = np.linalg.solve(lift, np.atleast_2d(model.start if near is None else near)[:, :, None])[:, :, 0].T
    if near is None and m >= POOLED and not linear and (typical := rows.typical) is not None:
        one = _climbed(typical, begin[:, :1], np.eye(size)[None], CLOSE)
        begin = begin if one.doubtful[0] else one.estimate.T
    if near is None and type(model.likelihood) in (Poisson, Means, Hazards):
        begin = rows.raised(begin)
    within = EXACT * np.sqrt(weighted_squares(Y, W)) if linear else tolerance
    return _climbed(rows, begin, lift, within)


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

    def look(self, point: Floats, at: Coefficients, fresh: Bools, tolerance: object) -> None:
        """Move those of `fresh` that are no maxima yet to `point`, where log-likelihoods and derivatives are `at`; who
        does not move, as where a score is not finite, takes half the step.
        """
        value, score, information = at
        L, pivot = factored(information)
        bent = fresh & ~(pivot > SINGULAR)
        if bent.any():
            L = np.array(np.broadcast_to(L, self.factor.shape))
            L[:, :, bent] = _upright(np.broadcast_to(information, L.shape)[:, :, bent])
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

    def of(self, which: object) -> Points:
        """The points of some members."""
        return Points(*(kept[..., which] for kept in vars(self).values()))

    def put(self, where: object, points: Points) -> None:
        """Write the points of some members."""
        for kept, now in zip(vars(self).values(), vars(points).values(), strict=True):
            kept[..., where] = now


def _climbed(rows: StackedRows, begin: Floats, lift: Floats, tolerance: Any) -> StackedMaxima:
    """The maxima of members whose columns have unit size, from `begin` (p, 1 or m) on, to decrements within the
    `tolerance`, one or (m,).
    """
    W, size, m = rows.W, len(begin), rows.m
    n = np.full(m, float(rows.Z.shape[1])) if W is None else np.broadcast_to(W.sum(axis=1), m)
    at, first = rows.at(begin), rows.eta(begin)
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
        at = some.at(point)
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

    def over(values: Floats, total: np.ufunc = np.add) -> Floats:
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


STEPS_OF_SHAPES = 25
"""Newton steps for a shape, each of which squares its error: ten are plenty."""
REGULAR = 1e-6
"""The mean D, about half the squared coefficient of variation, below which differences of it have lost their digits."""
CLOSE_MEANS = 1e-10
"""The decrement of the means where the dispersion is 1: it is this many times the root of the shape."""


@dataclass(frozen=True)
class Means:
    """The log-likelihood of gamma means at shape 1, less what depends on y alone."""

    outcome = Outcome.POSITIVE

    def evaluate(self, eta: Floats, y: Floats) -> Terms:
        """loglik, score and information."""
        ratio = np.exp(-eta)
        ratio *= y
        return -(eta + ratio), ratio - 1.0, ratio


def stacked_gamma(
    model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None, near: Floats | None = None
) -> StackedMaxima:
    """The maxima of gamma regressions of one dispersion each; see `stacked_newton`."""
    family: Any = Means()
    means = replace(model, likelihood=family, predictor=Linear(X.shape[-1]), start=model.start[:-1])
    with np.errstate(all="ignore"):  # of members that are doubtful
        near = near if near is None else near[:-1]
        found, log_y = stacked_newton(means, X, Y, W, offset, near, tolerance=CLOSE_MEANS), np.log(Y)
        m, p = found.estimate.shape
        t = log_y - found.eta[:, :, 0]
        each = differences(t)[2]
        weight = np.ones((1, t.shape[1])) if W is None else W
        n = np.broadcast_to(weight.sum(axis=1), m)
        sizes, logs = ((np.where(weight > 0.0, A, 0.0) * weight).sum(axis=1) for A in (each, log_y))
        sizes = sizes / n
        log_shape, k, gap, bend = _shapes(np.clip(sizes, 1e-300, 1e6))
        own = n * (k * sizes - bend)
        C = np.zeros((m, p + 1, p + 1))
        C[:, :p, :p] = found.covariance / k[:, None, None]
        C[:, p, p] = 1.0 / own
        loglik = n * (log_density_of_deviance(np.zeros(m), k) - k * sizes) - logs
        decrement = np.sqrt(k * found.decrement**2 + (n * (k * sizes - gap)) ** 2 / own)
        doubtful = found.doubtful | ~(sizes > REGULAR) | ~(own > 0.0) | ~np.isfinite(loglik)
    return StackedMaxima(np.column_stack([found.estimate, -log_shape]), C, loglik, decrement, doubtful, found.eta)


def _shapes(D: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The logs of the shapes k whose log k - digamma(k) is D, k, and its `digamma_gap`. The start errs by two percent;
    see T. Minka, "Estimating a gamma distribution" (2002).
    """
    log_shape = np.log((3.0 - D + np.sqrt((D - 3.0) ** 2 + 24.0 * D)) / (12.0 * D))
    k = np.exp(log_shape)
    gap, bend = digamma_gap(k)
    for _ in range(STEPS_OF_SHAPES):
        step = (k * D - gap) / (k * D - bend)
        if not (np.abs(step) > 1e-13).any():
            break
        log_shape = log_shape - np.clip(step, -2.0, 2.0)
        k = np.exp(log_shape)
        gap, bend = digamma_gap(k)
    return log_shape, k, gap, bend


@dataclass(frozen=True)
class Hazards:
    """The log-likelihood d z - exp(z) of times in units of their scale, as of counts."""

    outcome = Outcome.COUNT

    def evaluate(self, eta: Floats, y: Floats) -> Terms:
        """loglik, score and information."""
        hazard = np.exp(eta)
        each = y * eta
        each -= hazard
        return each, y - hazard, hazard


def stacked_weibull(
    model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None, near: Floats | None = None
) -> StackedMaxima:
    """The maxima of Weibull regressions of one scale each; see `stacked_newton`, which fits those whose times lie
    between two ends.
    """
    low, high = (Y, Y) if Y.ndim == 2 else (Y[:, :, 0], Y[:, :, 1])
    seen = low == high
    if not (seen | (high == np.inf)).all() or not (low > 0.0).all():
        return stacked_newton(model, X, Y, W, offset, near)
    log_time, seen = np.log(low), seen.astype(float)
    L = log_time if offset is None else log_time - offset
    U = _beside(X, L)
    counted = seen if W is None else seen * W
    family: Any = Hazards()
    start = model.start if near is None else near
    begin = np.append(-start[:-1], 1.0) * np.exp(-start[-1])
    hazards = replace(model, likelihood=family, predictor=Linear(U.shape[-1]), start=begin)
    m = max(len(A) for A in (U if U.ndim == 3 else seen, seen, counted))
    events = np.broadcast_to(counted.sum(axis=1), m)
    found = stacked_newton(hazards, U, seen, W, None, begin if near is not None else None, events=events)
    with np.errstate(all="ignore"):  # of members that are doubtful
        tau = found.estimate[:, -1]
        slopes, log_scale = -found.estimate[:, :-1] / tau[:, None], -np.log(tau)
        by = np.zeros_like(found.covariance)  # derivatives of (beta, log sigma) by (-gamma, tau)
        each = np.arange(U.shape[-1])
        by[:, each, each] = -1.0 / tau[:, None]
        by[:, :-1, -1] = -slopes / tau[:, None]
        C = by @ found.covariance @ np.swapaxes(by, 1, 2)
        loglik = found.loglik - (counted * log_time).sum(axis=1)
        few = np.count_nonzero(counted, axis=1) <= U.shape[-1]
        ahead = slopes - start[:-1]
        moved = ahead @ X.T if X.ndim == 2 else (X @ ahead[:, :, None])[:, :, 0]
    doubtful = found.doubtful | few | ~(log_scale >= NARROW) | ~np.isfinite(loglik)
    doubtful |= far_from(np.zeros(1), moved, W)
    return StackedMaxima(np.column_stack([slopes, log_scale]), C, loglik, found.decrement, doubtful, found.eta)


def _beside(X: Floats, L: Floats) -> Floats:
    """The columns X (n, p) or (m, n, p) and one more, L (1 or m, n); (n, p + 1) where all members share both."""
    if X.ndim == 2 and len(L) == 1:
        return np.column_stack([X, L[0]])
    m = max(len(X) if X.ndim == 3 else 1, len(L))
    return np.concatenate([np.broadcast_to(A, (m, *A.shape[-2:])) for A in (X, L[:, :, None])], axis=2)


OWN_WAYS: dict[Likelihood, Any] = {GammaFamily(): stacked_gamma, FailureTime("weibull"): stacked_weibull}
"""How families with one constant beside the mean are fitted that need less than a step in both together takes."""


def together(model: Model, Y: Floats | None = None) -> bool:
    """Are regressions such as this, with outcomes Y (m, n), fitted at once?"""
    likelihood, rows = model.likelihood, model.rows
    if with_levels(rows.X) is not None or rows.precision is not None or not (_has_own_way(model) or stacks(model)):
        return False
    return Y is None or likelihood.outcome is not Outcome.TRIALS


def _has_own_way(model: Model) -> bool:
    return model.predictor.own == ((),) and model.likelihood in OWN_WAYS


def climbed(
    model: Model,
    X: Floats,
    Y: Floats,
    W: Floats | None,
    offset: Floats | None,
    near: Floats | None = None,
    tolerance: float = TOLERANCE,
) -> Members:
    """The fits for outcomes Y and weights W, (m, n) each, or (1, n) for what members share, from coefficients `near`
    all of them or from the start of the model.
    """
    likelihood = model.likelihood
    if _has_own_way(model):
        batch = OWN_WAYS[likelihood](model, X, Y, W, offset, near)
    else:
        batch = stacked_newton(model, X, Y, W, offset, near, tolerance=0.1 * tolerance)  # standard errors need it
    m, p = batch.estimate.shape
    weight = np.ones((1, Y.shape[1])) if W is None else W
    n = np.array(np.broadcast_to(weight.sum(axis=1), m))
    scale, covariance, decrement, loglik = np.ones(m), batch.covariance, batch.decrement, batch.loglik
    doubtful = batch.doubtful | (np.count_nonzero(weight, axis=1) <= p)
    if likelihood.facts.has_scale:
        size = weighted_squares(Y, W)
        rss = weighted_squares(Y - batch.eta[:, :, 0], W)
        doubtful |= ~((size > SMALLEST_SUM) & (size < LARGEST_SUM)) | ~(rss > LEFT * size) | (n <= p)
        rss, df = np.where(doubtful, 1.0, rss), np.where(doubtful, 1.0, n - p)
        scale, loglik = np.sqrt(rss / df), -0.5 * n * (np.log(2.0 * np.pi * rss / n) + 1.0)
        with np.errstate(over="ignore", invalid="ignore"):
            covariance, decrement = covariance * (scale**2)[:, None, None], decrement / scale
    elif type(likelihood) in FUSED:
        each = likelihood.loglik(batch.eta[:, :, 0], Y)
        loglik = each.sum(axis=1) if W is None else np.einsum("mi,mi->m", np.broadcast_to(W, each.shape), each)
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    doubtful |= ~((variance > SMALLEST_VARIANCE) & (variance < LARGEST_VARIANCE)).all(axis=1)
    doubtful |= ~(decrement <= tolerance)
    found = Members(batch.estimate, covariance, loglik, scale, decrement, n)
    if doubtful.any():
        found.put(doubtful, Members.unsettled(int(doubtful.sum()), p))
    return found


def replicates(
    model: Model, Y: Floats | None, W: Floats | None, near: Floats | None = None, tolerance: float = TOLERANCE
) -> Members:
    """The fits of the rows of a model with outcomes Y (m, n), frequencies W (m, n), or both, part by part."""
    rows = model.rows
    m, own = len(Y if Y is not None else W), None if rows.weight is None else rows.weight[None]  # type: ignore[arg-type]
    found = Members.unsettled(m, len(model.start))
    chunk = max(1, ENTRIES // rows.X.size)  # members whose arrays stay in the cache
    for part in (slice(first, min(first + chunk, m)) for first in range(0, m, chunk)):
        y, w = rows.y[None] if Y is None else Y[part], own if W is None else W[part]
        found.put(part, climbed(model, rows.X, y, w, rows.offset, near, tolerance))
    return found


def estimated(model: Model, Y: Floats | None, W: Floats | None, start: Floats) -> Floats:
    """Estimates only, (m, p), from a start near all of them; NaN for doubtful members."""
    p = len(start)
    if not together(model, Y) or len(model.rows.X) * p * (p + 1) > 2 * WIDEST:
        return np.full((len(Y if Y is not None else W), p), np.nan)  # type: ignore[arg-type]
    return replicates(model, Y, W, start, SQUARED).estimate
