"""Third and fourth cumulants of outcomes with a canonical link, contracted as the derivatives of log det I need them.

With Q_i = J_i I^-1 J_i^T for the Jacobian J_i of the linear predictors of row i, and K3, K4 the cumulants of its
outcome:

    d log det I = sum_i J_i^T (K3_i : Q_i),    d2 log det I = sum_i J_i^T (K4_i : Q_i) J_i - tr(I^-1 I' I^-1 I')

Source: McCullagh & Nelder (1989), 2.2; Bull, Mak & Greenwood (2002) for categories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows import Block
from stattools.likelihoods import Bernoulli, Binomial, Categorical, Poisson
from stattools.model import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scalar:
    """Cumulants of rows with one linear predictor: third and fourth are derivatives of the variance by eta."""

    k3: Floats
    k4: Floats

    def third(self, Q: Floats) -> Floats:
        return self.k3[:, None] * Q[:, 0]

    def fourth(self, Q: Floats) -> Floats:
        return self.k4[:, None, None] * Q

    def skewness(self) -> Floats:
        return self.k3[:, None, None, None]


@dataclass(frozen=True, eq=False)
class Categories:
    """Cumulants of the indicators of categories 1 ... K - 1: means p over categories c of products of gap[c, a]."""

    p: Floats
    weight: Floats

    @property
    def gap(self) -> Floats:
        """1[c = a] - p_a, shape (n, K, K - 1)."""
        return np.eye(self.p.shape[1])[None, :, 1:] - self.p[:, None, 1:]

    def third(self, Q: Floats) -> Floats:
        return np.einsum("n,nc,nc,nck->nk", self.weight, self.p, self._form(Q), self.gap)

    def fourth(self, Q: Floats) -> Floats:
        gap = self.gap
        V = np.einsum("nc,nca,ncb->nab", self.p, gap, gap)
        raw = np.einsum("nc,nc,nck,ncl->nkl", self.p, self._form(Q), gap, gap)
        cumulant = raw - (Q * V).sum(axis=(1, 2))[:, None, None] * V - 2.0 * V @ Q @ V
        return self.weight[:, None, None] * cumulant

    def skewness(self) -> Floats:
        gap = self.gap
        return np.einsum("n,nc,nca,ncb,nck->nabk", self.weight, self.p, gap, gap, gap, optimize=True)

    def _form(self, Q: Floats) -> Floats:
        return np.einsum("nca,nab,ncb->nc", self.gap, Q, self.gap, optimize=True)


def cumulants(model: Model, eta: Floats, block: Block) -> Scalar | Categories:
    weight = np.ones(len(eta)) if block.weight is None else block.weight
    mean = model.likelihood.mean(eta)
    if isinstance(model.likelihood, Categorical):
        return Categories(mean, weight)
    if isinstance(model.likelihood, Poisson):
        return Scalar(weight * mean, weight * mean)
    if isinstance(model.likelihood, Binomial):
        weight = weight * block.y[:, 1]
        mean = Bernoulli().mean(eta)
    variance = weight * Bernoulli().information(eta)
    return Scalar(variance * (1.0 - 2.0 * mean), variance * (1.0 - 6.0 * Bernoulli().information(eta)))


def leverage(W: Floats, X: Floats, width: int) -> Floats:
    """Q_i[a, b] = x_i^T [W W^T]_ab x_i, shape (n, width, width)."""
    parts = [X @ W[a * X.shape[1] : (a + 1) * X.shape[1]] for a in range(width)]
    return np.stack([np.stack([(one * two).sum(axis=1) for two in parts], axis=-1) for one in parts], axis=-2)


def change_of_information(skewness: Floats, X: Floats) -> Floats:
    """d I / d theta_K for every coefficient K, shape (P, P, P): sums of skewness_abk x_r x_s x_t."""
    width, p = skewness.shape[1], X.shape[1]
    total = np.zeros((width, p, width, p, width, p))
    for a in range(width):
        for b in range(a, width):
            for k in range(b, width):
                weighted = X * skewness[:, a, b, k, None]
                cube = np.stack([X.T @ (weighted * X[:, t, None]) for t in range(p)])
                for i, j, m in {(a, b, k), (a, k, b), (b, a, k), (b, k, a), (k, a, b), (k, b, a)}:
                    total[i, :, j, :, m, :] = cube
    return total.reshape(width * p, width * p, width * p)


def flat(values: Floats) -> Floats:
    """(n, 1) and (n, 1, 1) as the (n,) that predictors of width 1 take."""
    return values.reshape(len(values)) if values[0].size == 1 else values
