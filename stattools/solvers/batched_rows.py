"""The rows of many small regressions, and the scores and informations of all of them in a few matrix products.

    score_k = X_k^T W_k (y_k - mean_k),     information_k = X_k^T W_k diag(mean_k') X_k

Where the members share X, the information is a product with the columns of X times each other, (n, p (p + 1) / 2). What
members share has a first axis of length 1: where they share coefficients too, as at a common start, means and
curvatures are those of one member, and one product with the weights gives the informations of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.likelihoods import Bernoulli, Gaussian, Likelihood
from stattools.solvers.batched_factors import products, unpacked

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BatchedRows:
    """Designs Z (1 or m, n, p), outcomes Y, weights W and offset (1 or m, n); all links are canonical."""

    likelihood: Likelihood
    Z: Floats
    Y: Floats
    W: Floats | None
    offset: Floats | None
    pairs: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.Z) == 1 and self.pairs is None:
            object.__setattr__(self, "pairs", products(self.Z[0]))

    def kept(self, going: Any) -> BatchedRows:
        """The members that still climb."""
        parts = {name: getattr(self, name) for name in ("Z", "Y", "W", "offset")}
        return replace(self, **{name: A[going] for name, A in parts.items() if A is not None and len(A) > 1})

    def eta(self, theta: Floats) -> Floats:
        """Linear predictors (m, n) at theta (p, m)."""
        eta = theta.T @ self.Z[0].T if len(self.Z) == 1 else (self.Z @ theta.T[:, :, None])[:, :, 0]
        return eta if self.offset is None else eta + self.offset

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Scores (p, m) and lower triangles of the informations (p, p, m) at theta (p, 1 or m)."""
        mean, curvature = self._means(self.eta(theta))
        gap, p = self.Y - mean, self.Z.shape[2]
        if self.pairs is None:
            if self.W is not None:
                gap, curvature = gap * self.W, curvature * self.W
            information = np.swapaxes(self.Z, 1, 2) @ (self.Z * curvature[:, :, None])
            return (gap[:, None, :] @ self.Z)[:, 0].T, np.ascontiguousarray(np.moveaxis(information, 0, 2))
        return self._weighted(gap, self.Z[0]).T, unpacked(self._weighted(curvature, self.pairs), p)

    def _weighted(self, values: Floats, columns: Floats) -> Floats:
        """Weighted sums of values (1 or m, n) times columns (n, q)."""
        if self.W is None:
            return values @ columns
        return self.W @ (columns * values.T) if len(values) == 1 else (self.W * values) @ columns

    def _means(self, eta: Floats) -> tuple[Floats, Floats]:
        """Means and their slopes; eta is used up."""
        if isinstance(self.likelihood, Gaussian):
            return eta, np.ones((1, eta.shape[1]))
        if isinstance(self.likelihood, Bernoulli):
            np.negative(eta, out=eta)
            np.exp(eta, out=eta)
            eta += 1.0
            mean = np.divide(1.0, eta, out=eta)
            return mean, mean - mean * mean
        mean = np.exp(eta, out=eta)
        return mean, mean


