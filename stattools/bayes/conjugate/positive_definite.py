"""Positive definite matrices that people give: checked, and factored once."""

from __future__ import annotations

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST


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
