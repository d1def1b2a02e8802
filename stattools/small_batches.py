"""Batches of small regressions: padded to one length, climbed together, each with its scale and likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.likelihoods import Gaussian
from stattools.model import Model
from stattools.solvers.batched_newton import batched_newton

Floats = NDArray[np.float64]

ENTRIES = 100_000
"""So many outcomes climb at a time: arrays of 800 kB stay in the cache."""

TOLERANCE = 1e-8
"""The largest decrement, in standard errors, of what is not in doubt."""


def padded(model: Model, n: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Columns, outcomes, weights and offsets, with rows of weight 0 at the end: n rows."""
    rows, own = model.rows, len(model.rows.X)
    X, y, w, o = np.zeros((n, rows.X.shape[1])), np.zeros(n), np.zeros(n), np.zeros(n)
    X[:own], y[:own], w[:own] = rows.X, rows.y, 1.0 if rows.weight is None else rows.weight
    o[:own] = 0.0 if rows.offset is None else rows.offset
    return X, y, w, o


def climbed(model: Model, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None) -> list[Any]:
    """Per member (estimate, covariance, loglik, scale, decrement, n), None where in doubt."""
    batch = batched_newton(model.likelihood, X, Y, W, offset)
    weight = np.ones_like(Y) if W is None else W
    n, p = weight.sum(axis=1), batch.estimate.shape[1]
    scale, covariance, decrement = np.ones(len(Y)), batch.covariance, batch.decrement
    doubtful = batch.doubtful | (np.count_nonzero(weight, axis=1) <= p)
    if isinstance(model.likelihood, Gaussian):
        rss = (weight * (Y - batch.eta) ** 2).sum(axis=1)
        doubtful = doubtful | (rss <= 1e-20 * (weight * Y * Y).sum(axis=1)) | (n <= p)
        rss = np.where(doubtful, 1.0, rss)
        scale = np.sqrt(rss / np.where(doubtful, 1.0, n - p))
        loglik = -0.5 * n * (np.log(2.0 * np.pi * rss / n) + 1.0)
        covariance, decrement = covariance * (scale**2)[:, None, None], decrement / scale
    else:
        loglik = (weight * model.likelihood.loglik(batch.eta, Y)).sum(axis=1)
    doubtful |= ~(decrement <= TOLERANCE)
    members = zip(batch.estimate, covariance, loglik, scale, decrement, n, strict=True)
    return [None if bad else member for bad, member in zip(doubtful, members, strict=True)]
