"""Batches of small regressions: their rows are padded to one length and fitted together, and each gets its scale and
its log-likelihood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_SUM, LARGEST_VARIANCE, SMALLEST_SUM, SMALLEST_VARIANCE
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.positive import GammaFamily
from stattools.likelihoods.times import FailureTime
from stattools.models.model import Model
from stattools.numerics.columns import with_levels
from stattools.solvers.batches.stacked_gamma import stacked_gamma
from stattools.solvers.batches.stacked_newton import stacked_newton, stacks
from stattools.solvers.batches.stacked_rows import FUSED, weighted_squares
from stattools.solvers.batches.stacked_times import stacked_weibull

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
        or not (_has_own_way(model) or stacks(model))
    ):
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
        batch = stacked_newton(model, X, Y, W, offset, near, tolerance=tolerance)
    m, p = batch.estimate.shape
    weight = np.ones((1, Y.shape[1])) if W is None else W
    n = np.array(np.broadcast_to(weight.sum(axis=1), m))
    scale, covariance, decrement, loglik = np.ones(m), batch.covariance, batch.decrement, batch.loglik
    doubtful = batch.doubtful | (np.count_nonzero(weight, axis=1) <= p)
    if likelihood.has_scale:
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


def estimated(model: Model, Y: Floats | None, W: Floats | None, start: Floats) -> Floats:
    """Estimates only, (m, p), from a start near all of them; NaN for doubtful members."""
    rows = model.rows
    m, p = len(Y if Y is not None else W), len(start)  # type: ignore[arg-type]
    estimates = np.full((m, p), np.nan)
    if not together(model, Y) or len(rows.X) * p * (p + 1) > 2 * WIDEST:
        return estimates
    own = None if rows.weight is None else rows.weight[None]
    for part in parts(m, len(rows.X)):
        y, w = rows.y[None] if Y is None else Y[part], own if W is None else W[part]
        estimates[part] = climbed(model, rows.X, y, w, rows.offset, start, SQUARED).estimate
    return estimates


def parts(m: int, n: int) -> Iterator[slice]:
    """The members in parts that are fitted together, so large that their arrays stay in the cache."""
    chunk = max(1, ENTRIES // n)
    return (slice(start, min(start + chunk, m)) for start in range(0, m, chunk))
