"""The inverse Wishart distribution of a covariance matrix: its density and its draws, by triangular factors.

    log p(Sigma) = df/2 log |S| - (df + d + 1)/2 log |Sigma| - tr(S Sigma^-1)/2 - df d/2 log 2 - log Gamma_d(df/2)

Source: Gelman et al., Bayesian Data Analysis (2013), appendix A; Bartlett's decomposition of a Wishart matrix.

Positive definite matrices that people give: checked, and factored once.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST


def log_density(lower: Floats, scale_root: Floats, df: float) -> Floats:
    """log p(Sigma) for Sigma = lower lower^T, (..., d, d), and the scale S = scale_root^T scale_root, (d, d).

    >>> float(log_density(np.eye(1), np.eye(1), 3.0).round(6))  # an inverse gamma of shape 3/2 and scale 1/2
    -1.418939
    """
    d = len(scale_root)
    ratio = np.linalg.solve(lower, np.broadcast_to(scale_root.T, lower.shape))
    value = df * np.log(np.diagonal(scale_root)).sum() - (df + d + 1.0) * log_determinant(lower)
    value = value - 0.5 * np.square(ratio).sum(axis=(-2, -1))
    return value - 0.5 * df * d * np.log(2.0) - _log_multigamma(0.5 * df, d)


def draw_roots(count: int, scale_root: Floats, df: float, random: np.random.Generator) -> Floats:
    """R, (count, d, d), with Sigma = R R^T: not triangular."""
    d = len(scale_root)
    A = np.tril(random.standard_normal((count, d, d)), -1)
    A[:, np.arange(d), np.arange(d)] = np.sqrt(random.chisquare(df - np.arange(d), (count, d)))
    return np.swapaxes(np.linalg.solve(A, np.broadcast_to(scale_root, A.shape)), 1, 2)


def log_determinant(root: Floats) -> Floats:
    """log |det| of triangular matrices, (..., d, d)."""
    return np.log(np.abs(np.diagonal(root, axis1=-2, axis2=-1))).sum(axis=-1)


def _log_multigamma(a: float, d: int) -> float:
    """log Gamma_d(a) = d (d - 1) log(pi) / 4 + sum log Gamma(a - j / 2)."""
    return float(0.25 * d * (d - 1) * np.log(np.pi) + gammaln(a - 0.5 * np.arange(d)).sum())


def positive_root(matrix: Floats, p: int, what: str) -> Floats:
    """R, upper triangular, with R^T R = matrix; DomainError that begins with `what` unless (p, p), symmetric, positive
    definite.
    """
    if matrix.shape != (p, p):
        raise DomainError(f"{what}, a matrix of shape ({p}, {p}); got shape {matrix.shape}.")
    size = np.sqrt(np.abs(np.diagonal(matrix)))
    if not ((size >= SMALLEST) & (size <= LARGEST))[size > 0].all():
        raise DomainError(f"{what} between {SMALLEST**2:.0e} and {LARGEST**2:.0e}; got {np.diagonal(matrix)}.")
    unit = np.where(size > 0, size, 1.0)
    scaled = matrix / unit / unit[:, None]
    if np.abs(scaled - scaled.T).max() > 1e-10:
        raise DomainError(f"{what}, a symmetric matrix; got one that differs from its transpose.")
    try:
        if not (np.diagonal(matrix) > 0).all():
            raise np.linalg.LinAlgError
        return np.linalg.cholesky(0.5 * (scaled + scaled.T)).T * unit
    except np.linalg.LinAlgError:
        least = float(np.linalg.eigvalsh(0.5 * (scaled + scaled.T))[0])
        raise DomainError(
            f"{what}, a positive definite matrix; its smallest eigenvalue is {least:.3g} (on a unit diagonal)."
        ) from None
