"""Batches of small regressions: their rows are padded to one length and fitted together, and each gets its scale and
its log-likelihood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_VARIANCE, SMALLEST_VARIANCE
from stattools.likelihoods import Bernoulli, Likelihood, Poisson
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.positive import GammaFamily
from stattools.likelihoods.times import FailureTime
from stattools.models.model import Model
from stattools.numerics.columns import with_levels
from stattools.solvers.batches.batched_newton import batched_newton, supported
from stattools.solvers.batches.batched_rows import weighted_squares
from stattools.solvers.batches.stacked_gamma import stacked_gamma
from stattools.solvers.batches.stacked_newton import StackedMaxima, stacked_newton, stacks
from stattools.solvers.batches.stacked_times import stacked_weibull

ENTRIES = 100_000
"""Outcomes that are fitted at a time: arrays of 800 kB stay in the cache of a core."""

TOLERANCE = 1e-8
"""A member with a larger decrement, in standard errors, is doubtful: the tolerance of all solvers."""

PERFECT = 1e-10
"""The smallest share of its sum of squares that a linear regression must leave for its residuals to be known: they are
a difference of sums of squares, which has fewer than six digits below this.
"""

FACTORS = 1000
"""Factors, each at most 2, that are multiplied before a logarithm is taken: 2^1000 is below the largest float, 2^1024.
"""

WIDEST = 20_000_000
"""Products of two columns, in numbers, up to which these are made once for all members: beyond, single fits are as
quick and take less memory.
"""

SMALL_COUNT = 1000
"""The largest count whose log factorial is taken from a table. That of 1000 is 5912, so that differences of such terms
are right to 1e-12.
"""

OWN_WAYS: dict[Likelihood, Any] = {GammaFamily(): stacked_gamma, FailureTime("weibull"): stacked_weibull}
"""How families with one constant beside the mean are fitted that need less than a step in both together takes."""


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

    def put(self, where: Any, found: Members) -> None:
        """Write the fits of some members."""
        for field in fields(self):
            getattr(self, field.name)[where] = getattr(found, field.name)


def together(model: Model, Y: Floats | None = None) -> bool:
    """Are regressions such as this, with outcomes Y (m, n), fitted at once?"""
    likelihood, rows = model.likelihood, model.rows
    if (
        with_levels(rows.X) is not None
        or rows.precision is not None
        or not (supported(likelihood) or _has_own_way(model) or stacks(model))
    ):
        return False
    return Y is None or likelihood.outcome is not Outcome.TRIALS


def _has_own_way(model: Model) -> bool:
    return model.predictor.own == ((),) and model.likelihood in OWN_WAYS


def _stacked(
    model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None, near: Floats | None = None
) -> StackedMaxima:
    """The maxima of a family that is not among the `supported`."""
    of = OWN_WAYS[model.likelihood] if _has_own_way(model) else stacked_newton
    return of(model, X, Y, W, offset, near)


def _members(model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None) -> Members:
    """The fits of a family that is not among the `supported`."""
    batch = _stacked(model, X, Y, W, offset)
    m, p = batch.estimate.shape
    weight = np.ones((1, Y.shape[1])) if W is None else W
    variance = np.diagonal(batch.covariance, axis1=1, axis2=2)
    doubtful = batch.doubtful | (np.count_nonzero(weight, axis=1) <= p) | ~(batch.decrement <= TOLERANCE)
    doubtful |= ~((variance > SMALLEST_VARIANCE) & (variance < LARGEST_VARIANCE)).all(axis=1)
    n = np.array(np.broadcast_to(weight.sum(axis=1), m))
    found = Members(batch.estimate, batch.covariance, batch.loglik, np.ones(m), batch.decrement, n)
    if doubtful.any():
        found.put(doubtful, Members.unsettled(int(doubtful.sum()), p))
    return found


def climbed(model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None) -> Members:
    """The fits for outcomes Y and weights W, (m, n) each, or (1, n) for what members share."""
    likelihood = model.likelihood
    if not supported(likelihood):
        return _members(model, X, Y, W, offset)
    batch = batched_newton(likelihood, X, Y, W, offset)
    m, p = batch.estimate.shape
    weight = np.ones((1, Y.shape[1])) if W is None else W
    n = np.broadcast_to(weight.sum(axis=1), m)
    scale, covariance, decrement = np.ones(m), batch.covariance, batch.decrement
    doubtful = batch.doubtful | (np.count_nonzero(weight, axis=1) <= p)
    if batch.size is not None:
        gap = np.subtract(Y, batch.eta, out=batch.eta)
        rss = weighted_squares(gap, W)
        doubtful = doubtful | (rss <= 1e-20 * batch.size) | (n <= p)
        rss = np.where(doubtful, 1.0, rss)
        scale = np.sqrt(rss / np.where(doubtful, 1.0, n - p))
        loglik = -0.5 * n * (np.log(2.0 * np.pi * rss / n) + 1.0)
        with np.errstate(over="ignore"):
            covariance, decrement = covariance * (scale**2)[:, None, None], decrement / scale
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        doubtful = doubtful | ~((variance > SMALLEST_VARIANCE) & (variance < LARGEST_VARIANCE)).all(axis=1)
    else:
        loglik = _loglik(likelihood, batch.eta, Y, W)
    doubtful |= ~(decrement <= TOLERANCE)
    found = Members(batch.estimate, covariance, loglik, scale, decrement, np.array(n))
    if doubtful.any():
        found.put(doubtful, Members.unsettled(int(doubtful.sum()), p))
    return found


def estimated(model: Model, Y: Floats | None, W: Floats | None, start: Floats) -> Floats:
    """Estimates only, (m, p), from a start near all of them; NaN for doubtful members."""
    rows, likelihood = model.rows, model.likelihood
    m, p = len(Y if Y is not None else W), len(start)  # type: ignore[arg-type]
    estimates = np.full((m, p), np.nan)
    if not together(model, Y) or len(rows.X) * p * (p + 1) > 2 * WIDEST:
        return estimates
    own = None if rows.weight is None else rows.weight[None]
    for part in parts(m, len(rows.X)):
        y, w = rows.y[None] if Y is None else Y[part], own if W is None else W[part]
        if supported(likelihood):
            batch = batched_newton(likelihood, rows.X, y, w, rows.offset, start=start, measured=False)
            doubtful = batch.doubtful
        else:
            batch = _stacked(model, rows.X, y, w, rows.offset, start)
            doubtful = batch.doubtful | ~(batch.decrement <= TOLERANCE)
        if w is not None:
            doubtful = doubtful | (np.count_nonzero(w, axis=1) <= p)
        if likelihood.has_scale:  # whether a fit is perfect is decided by the caller
            gap = y - rows.X @ start - (0.0 if rows.offset is None else rows.offset)
            before = weighted_squares(gap, w)
            doubtful = doubtful | ~(before - batch.decrement**2 > PERFECT * before)
        estimates[part] = batch.estimate
        estimates[part][doubtful] = np.nan
    return estimates


def parts(m: int, n: int) -> Iterator[slice]:
    """The members in parts that are fitted together, so large that their arrays stay in the cache."""
    chunk = max(1, ENTRIES // n)
    return (slice(start, min(start + chunk, m)) for start in range(0, m, chunk))


def _loglik(likelihood: Likelihood, eta: Floats, Y: Floats, W: Floats | None) -> Floats:
    """Log-likelihoods (m,); where that is as accurate, by one logarithm of a product of factors in [1, 2]."""
    if isinstance(likelihood, Bernoulli) and W is None and eta.shape[1] <= FACTORS:
        size = np.abs(eta)  # sum min((2 y - 1) eta, 0) = sum y eta - (eta + |eta|) / 2
        short = np.einsum("mi,mi->m", Y, eta) - 0.5 * (eta.sum(axis=1) + size.sum(axis=1))
        np.negative(size, out=size)
        np.exp(size, out=size)
        size += 1.0
        return short - np.log(size.prod(axis=1))
    if isinstance(likelihood, Poisson) and Y.max() <= SMALL_COUNT:
        table = gammaln(np.arange(SMALL_COUNT + 1) + 1.0)
        each = Y * eta - np.exp(eta) - table[Y.astype(np.intp)]
        return each.sum(axis=1) if W is None else (W * each).sum(axis=1)
    each = likelihood.loglik(eta, Y)
    return each.sum(axis=1) if W is None else (W * each).sum(axis=1)
