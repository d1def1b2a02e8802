"""Data with one variance ratio, and the profiled deviance of a dense matrix to compare with."""

from __future__ import annotations

import numpy as np

from stattools.latent.global_maximum import RatioSums, Slopes, ratio_sums
from stattools.latent.global_maximum import slopes as slopes_of_models


def drawn(seed: int, sizes: list[int], p: int = 2, spread=(1.0,), slope: bool = False):
    """Outcome, X, z and groups of rows; X varies mostly between groups, and groups of unequal `spread` make
    two maxima likely."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    n, J = len(codes), len(sizes)
    extra = [rng.normal(size=J)[codes] + 0.1 * rng.normal(size=n) for _ in range(p - 1)]
    X = np.column_stack([np.ones(n), *extra])
    z = rng.normal(size=n) if slope else np.ones(n)
    y = np.round((rng.choice(spread, J) * rng.normal(size=J))[codes] * z + rng.normal(size=n), 1)
    return y, X, z, codes


def sums_of(y, X, z, codes) -> RatioSums:
    """The sums of such data, X made orthonormal and y its residual, as the package does first."""
    Q, _ = np.linalg.qr(X)
    W = np.column_stack([Q, y - Q @ (Q.T @ y)])
    J = codes.max() + 1
    projected = np.array([np.bincount(codes, z * w, J) for w in W.T])
    return ratio_sums(np.bincount(codes, z * z, J), projected, W.T @ W, len(y))


def dense(y, X, z, codes, ratio: float, restricted: bool) -> float:
    """h + df log r2 by matrices of n x n; log|Q'V^-1 Q| of an orthonormal basis Q of X in a restricted likelihood."""
    n = len(y)
    Q, _ = np.linalg.qr(X)
    V = np.eye(n) + ratio * np.outer(z, z) * (codes[:, None] == codes)
    VQ = np.linalg.solve(V, Q)
    e = y - Q @ np.linalg.solve(Q.T @ VQ, VQ.T @ y)
    r2 = e @ np.linalg.solve(V, e)
    h = np.linalg.slogdet(V)[1] + restricted * np.linalg.slogdet(Q.T @ VQ)[1]
    return float(h + (n - restricted * Q.shape[1]) * np.log(r2))


def slopes(sums: RatioSums, ratios, restricted: bool) -> Slopes:
    """Those of one model at ratios (P,)."""
    return slopes_of_models(sums, ratios[None], restricted).at(0)
