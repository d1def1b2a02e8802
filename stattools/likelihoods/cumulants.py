"""Third and fourth cumulants of outcomes with a canonical link, contracted with matrices of their linear predictors.

Source: McCullagh & Nelder (1989), 2.2; Bull, Mak & Greenwood (2002) for categories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stattools.interface.arrays import Floats


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


Cumulants = Scalar | Categories
