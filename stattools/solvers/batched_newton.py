"""Newton's method on thousands of small regressions at once: every step is a few products over all that still climb.

    theta_k <- theta_k + (X^T W_k X)^-1 X^T (y_k - mean_k),   k = 1 ... m

X is one design (n, p) for all, or one for each, (m, n, p), with rows of weight 0 where a design is shorter. Columns are
standardized first. What does not converge quickly, or is near singular, is not decided here: it is `doubtful`. A step
costs m n p^2. Source: McCullagh & Nelder (1989), 2.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.likelihoods import Bernoulli, Gaussian, Likelihood, Poisson

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Members = NDArray[np.intp] | slice

ALL = slice(None)

STEPS = 25
"""What takes more steps than this is doubtful."""

ROUND_OFF = 1e-13
"""Decrements of linear regressions come down to this share of the size of y."""

SINGULAR = 1e-10
"""So is a pivot of the information, at unit diagonal, below this, ..."""

FAR = 15.0
"""... and a log odds, or minus the log of a mean, above this."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Estimates (m, p), inverse informations (m, p, p), decrements (m,), linear predictors (m, n); what is doubtful."""

    estimate: Floats
    covariance: Floats
    decrement: Floats
    eta: Floats
    doubtful: Bools


def batched_newton(
    likelihood: Likelihood, X: Floats, Y: Floats, W: Floats | None, offset: Floats | None, tolerance: float = 1e-8
) -> Batch:
    """The maxima for outcomes Y (m, n) and weights W (m, n) or None; the offset has shape (n,) or (m, n).

    For logistic, Poisson and linear regression; covariances and decrements are at scale 1.

    >>> found = batched_newton(Gaussian(), np.ones((2, 1)), np.array([[1.0, 3.0], [2.0, 2.0]]), None, None)
    >>> found.estimate.ravel().round(12).tolist()
    [2.0, 2.0]
    """
    Z, T, constant = _standardized(X, W)
    m, p = len(Y), Z.shape[2]
    offsets = None if offset is None else np.broadcast_to(offset, Y.shape)
    theta = _starts(likelihood, Y, W, offsets, p, constant)
    factor, decrement = np.zeros((m, p, p)), np.full(m, np.inf)
    singular = np.zeros(m, dtype=bool)
    products = (Z[0][:, :, None] * Z[0][:, None, :]).reshape(Z.shape[1], p * p) if X.ndim == 2 else None
    limit = np.full(m, tolerance)
    if isinstance(
        likelihood, Gaussian
    ):  # whose decrement is in units of y, and whose first step is the last but round-off
        limit = ROUND_OFF * np.sqrt((Y * Y if W is None else W * Y * Y).sum(axis=1))
    active = np.arange(m)
    for _ in range(STEPS):
        with np.errstate(over="ignore", invalid="ignore"):  # what runs off is doubtful, and left to others
            members = ALL if len(active) == m else active
            score, information = _derivatives(likelihood, Z, products, Y, W, offsets, theta, members)
        L, unit, bad = _cholesky(information)
        half = _forward(L, (score / unit)[:, :, None])[:, :, 0]
        with np.errstate(over="ignore"):
            decrement[active] = np.sqrt((half * half).sum(axis=1))
        factor[active], singular[active] = L * unit[:, :, None], bad
        going = (decrement[active] > limit[active]) & ~bad & np.isfinite(decrement[active])
        active = active[going]
        if not len(active):
            break
        theta[active] += _backward(L[going], half[going][:, :, None])[:, :, 0] / unit[going]
    inverse = _forward(factor, np.broadcast_to(np.eye(p), factor.shape))
    covariance = np.swapaxes(inverse, 1, 2) @ inverse
    eta = _eta(Z, theta, ALL, offsets)
    far = np.zeros(m, dtype=bool) if isinstance(likelihood, Gaussian) else _far(likelihood, eta, Y, W)
    doubtful = singular | ~(decrement <= limit) | far
    T = np.broadcast_to(T, (m, p, p))
    return Batch((T @ theta[:, :, None])[:, :, 0], T @ covariance @ np.swapaxes(T, 1, 2), decrement, eta, doubtful)


def supported(likelihood: Likelihood) -> bool:
    """Is this one of the regressions that are fitted at once?"""
    return isinstance(likelihood, Bernoulli | Poisson | Gaussian)


def _standardized(X: Floats, W: Floats | None) -> tuple[Floats, Floats, int | None]:
    """Designs (g, n, p), g = 1 or m, with columns of unit size, centered where the first constant column allows it, and
    T (g, p, p): theta = T phi; and the number of that column.
    """
    own = X.ndim == 3
    Z = X if own else X[None]
    weight = W[:, :, None] if own and W is not None else np.ones((1, 1, 1))
    used = np.where(weight > 0, 1.0, 0.0)
    total = np.broadcast_to(used, (len(Z), Z.shape[1], 1)).sum(axis=1)
    mean = (Z * used).sum(axis=1) / total
    spread = np.sqrt((((Z - mean[:, None]) ** 2) * used).sum(axis=1) / total)
    size = np.abs(Z * used).max(axis=1)
    constant = spread <= 1e-13 * size
    T = np.zeros((len(Z), Z.shape[2], Z.shape[2]))
    each = np.arange(Z.shape[2])
    scale = np.where(constant, np.where(size > 0, size, 1.0), np.where(spread > 0, spread, 1.0))
    held = np.flatnonzero((constant & (size > 0)).all(axis=0))
    if held.size:
        first = held[0]
        scale[:, first] = mean[:, first]
        T[:, first, :] = -mean / scale / mean[:, first, None]
    T[:, each, each] = 1.0 / scale
    return (Z @ T if held.size else Z / scale[:, None]), T, int(held[0]) if held.size else None


def _starts(
    likelihood: Likelihood, Y: Floats, W: Floats | None, offsets: Floats | None, p: int, constant: int | None
) -> Floats:
    """Zeros; for counts the constant column, which is 1, at the log of the mean rate."""
    theta = np.zeros((len(Y), p))
    if isinstance(likelihood, Poisson) and constant is not None:
        weight = np.ones_like(Y) if W is None else W
        exposure = weight if offsets is None else weight * np.exp(offsets)
        rate = (weight * Y).sum(axis=1) / exposure.sum(axis=1)
        theta[:, constant] = np.log(np.maximum(rate, 1e-10))
    return theta


def _eta(Z: Floats, theta: Floats, active: Members, offsets: Floats | None) -> Floats:
    eta = theta[active] @ Z[0].T if len(Z) == 1 else (Z[active] @ theta[active][:, :, None])[:, :, 0]
    return eta if offsets is None else eta + offsets[active]


def _derivatives(
    likelihood: Likelihood,
    Z: Floats,
    products: Floats | None,
    Y: Floats,
    W: Floats | None,
    offsets: Floats | None,
    theta: Floats,
    active: Members,
) -> tuple[Floats, Floats]:
    """Scores (k, p) and informations (k, p, p) of those that still climb; all three links are canonical."""
    mean = np.asarray(likelihood.mean(_eta(Z, theta, active, offsets)))
    gap = Y[active] - mean
    if isinstance(likelihood, Bernoulli):
        curvature = 1.0 - mean
        curvature *= mean
    else:
        curvature = mean if isinstance(likelihood, Poisson) else np.ones_like(mean)
    if W is not None:
        gap, curvature = gap * W[active], curvature * W[active]
    p = theta.shape[1]
    if products is not None:
        return gap @ Z[0], (curvature @ products).reshape(-1, p, p)
    own = Z[active]
    return (gap[:, None, :] @ own)[:, 0], np.swapaxes(own, 1, 2) @ (own * curvature[:, :, None])


def _cholesky(information: Floats) -> tuple[Floats, Floats, Bools]:
    """Lower factors at unit diagonal, the units, and which are near singular; one column of all at a time."""
    diagonal = np.diagonal(information, axis1=1, axis2=2)
    bad = ~(np.isfinite(information).all(axis=(1, 2)) & (diagonal > 0).all(axis=1))
    unit = np.where(bad[:, None], 1.0, np.sqrt(np.where(diagonal > 0, diagonal, 1.0)))
    A = np.where(bad[:, None, None], np.eye(information.shape[1]), information) / unit[:, :, None] / unit[:, None, :]
    L = np.zeros_like(A)
    for j in range(A.shape[1]):
        column = A[:, j:, j] - (L[:, j:, :j] @ L[:, j, :j, None])[:, :, 0]
        bad |= ~(column[:, 0] > SINGULAR)
        L[:, j:, j] = column / np.sqrt(np.where(column[:, 0] > SINGULAR, column[:, 0], 1.0))[:, None]
        L[:, j, j] = np.where(L[:, j, j] > 0, L[:, j, j], 1.0)
    return L, unit, bad


def _forward(L: Floats, right: Floats) -> Floats:
    """L^-1 right, for all at once."""
    x = np.array(right)
    for j in range(L.shape[1]):
        x[:, j] = (x[:, j] - (L[:, j, None, :j] @ x[:, :j])[:, 0]) / L[:, j, j, None]
    return x


def _backward(L: Floats, right: Floats) -> Floats:
    """L^-T right, for all at once."""
    x = np.array(right)
    for j in reversed(range(L.shape[1])):
        x[:, j] = (x[:, j] - (L[:, None, j + 1 :, j] @ x[:, j + 1 :])[:, 0]) / L[:, j, j, None]
    return x


def _far(likelihood: Likelihood, eta: Floats, Y: Floats, W: Floats | None) -> Bools:
    """A log odds of FAR, or a mean of exp(-FAR), is what separated outcomes look like."""
    out = np.abs(eta) if isinstance(likelihood, Bernoulli) else np.where(Y == 0, -eta, 0.0)
    return ((out if W is None else np.where(W > 0, out, 0.0)) > FAR).any(axis=1)
