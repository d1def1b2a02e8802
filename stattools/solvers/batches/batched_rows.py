"""The rows of many small regressions: the scores and informations of all of them in a few matrix products.

    score_k = X_k^T W_k (y_k - mean_k),     information_k = X_k^T W_k diag(mean_k') X_k

The regressions are called members. Where they share X, the informations are a product with the products of its columns,
(n, p (p + 1) / 2). What members share has a first axis of length 1. Where they share coefficients too, as at a common
start, means and curvatures are those of one member, and one product with the weights gives the informations of all.

Matrices have shape (p, p, m), members last. Every operation runs along the members, so that factoring m matrices costs
p^2 vector operations of length m. A last axis of length 1 is one matrix that all members share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood


@dataclass(frozen=True, eq=False)
class BatchedRows:
    """Designs Z (1 or m, n, p), outcomes Y, weights W and offset (1 or m, n); all links are canonical."""

    likelihood: Likelihood
    Z: Floats
    Y: Floats
    W: Floats | None
    offset: Floats | None
    pairs: Floats | None = None
    room: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.Z) == 1 and self.pairs is None:
            object.__setattr__(self, "pairs", products(self.Z[0]))
        if self.room is None:
            m = max(len(A) for A in (self.Z, self.Y, self.W) if A is not None)
            object.__setattr__(self, "room", np.empty((3, m, self.Z.shape[1])))

    def kept(self, going: Any) -> BatchedRows:
        """The rows of the members that have not converged."""
        parts = {name: getattr(self, name) for name in ("Z", "Y", "W", "offset")}
        fewer = {name: A[going] for name, A in parts.items() if A is not None and len(A) > 1}
        return replace(self, **fewer, room=self._room[:, : np.count_nonzero(going)])

    def eta(self, theta: Floats) -> Floats:
        """Linear predictors (m, n) at theta (p, m), in memory that the next call uses again."""
        eta = self._room[0, : theta.shape[1]]
        if len(self.Z) == 1:
            np.matmul(theta.T, self.Z[0].T, out=eta)
        else:
            eta = (self.Z @ theta.T[:, :, None])[:, :, 0]
        if self.offset is not None:
            eta += self.offset
        return eta

    @property
    def last_eta(self) -> Floats:
        """The linear predictors at the point of the last `derivatives`, for linear regressions with one design for all
        members.
        """
        return self._room[0]

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Scores (p, m) and lower triangles of the informations (p, p, m) at theta (p, 1 or m)."""
        mean, curvature = self._means(self.eta(theta))
        gap = np.subtract(self.Y, mean, out=self._room[2, : max(len(self.Y), len(mean))])
        if self.pairs is None:
            if self.W is not None:
                gap, curvature = gap * self.W, curvature * self.W
            information = np.swapaxes(self.Z, 1, 2) @ (self.Z * curvature[:, :, None])
            return (gap[:, None, :] @ self.Z)[:, 0].T, np.ascontiguousarray(np.moveaxis(information, 0, 2))
        score, information = self._weighted(gap, self.Z[0]), self._weighted(curvature, self.pairs)
        return np.ascontiguousarray(score.T), unpacked(information, self.Z.shape[2])

    def _weighted(self, values: Floats, columns: Floats) -> Floats:
        """Weighted sums of values (1 or m, n) times columns (n, q); the values are overwritten."""
        if self.W is None:
            return values @ columns
        if len(values) == 1:
            return self.W @ (columns * values.T)
        values *= self.W
        return values @ columns

    def _means(self, eta: Floats) -> tuple[Floats, Floats]:
        """Means and their slopes; eta is overwritten."""
        if self.likelihood.has_scale:
            return eta, np.ones((1, eta.shape[1]))
        if self.likelihood.is_event:
            np.negative(eta, out=eta)
            np.exp(eta, out=eta)
            eta += 1.0
            mean = np.divide(1.0, eta, out=eta)
            curvature = np.subtract(1.0, mean, out=self._room[1, : len(eta)])
            curvature *= mean
            return mean, curvature
        mean = np.exp(eta, out=eta)
        return mean, mean

    @property
    def _room(self) -> Floats:
        assert self.room is not None
        return self.room


def weighted_squares(values: Floats, W: Floats | None) -> Floats:
    """Weighted sums of squares (m,) of values (1 or m, n)."""
    if W is None:
        return np.einsum("mi,mi->m", values, values)
    if len(values) == 1:
        return W @ (values[0] * values[0])
    return np.einsum("mi,mi,mi->m", W, values, values) if len(W) > 1 else (values * values) @ W[0]


Pair = tuple[NDArray[np.intp], NDArray[np.intp]]


@cache
def lower(p: int) -> Pair:
    """Rows and columns of the lower triangle."""
    return np.tril_indices(p)


def products(Z: Floats) -> Floats:
    """Products of two columns of Z (n, p): those of the lower triangle, shape (n, p (p + 1) / 2)."""
    rows, columns = lower(Z.shape[1])
    return Z[:, rows] * Z[:, columns]


def unpacked(sums: Floats, p: int) -> Floats:
    """Sums of such products (m, p (p + 1) / 2) as lower triangles (p, p, m)."""
    A = np.zeros((p, p, len(sums)))
    A[lower(p)] = sums.T
    return A
