"""How the expected information of a row moves with its linear predictors, contracted with matrices of theirs.

With a canonical link these are third and fourth cumulants of the outcome.
Source: McCullagh & Nelder (1989), 2.2; Bull, Mak & Greenwood (2002) for categories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stattools.interface.arrays import Floats
from stattools.likelihoods.links import Link


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


@dataclass(frozen=True, eq=False)
class Weights:
    """The expected information about the first linear predictor of each row, (n,), with its slope, (n, width), and its
    bend, (n, width, width), in all of them: with a canonical link the second, third and fourth cumulants.
    """

    information: Floats
    slope: Floats
    bend: Floats

    def third(self, Q: Floats) -> Floats:
        return self.slope * Q[:, 0]

    def fourth(self, Q: Floats) -> Floats:
        return self.bend * Q

    def skewness(self) -> Floats:
        return self.slope[:, :, None, None]


Cumulants = Categories | Weights

STEP = 1e-4
"""The step of the bend, a difference of slopes: it shapes Newton's steps, and no estimate."""


def of_events(link: Link, eta: Floats, size: Floats) -> Weights:
    """The expected information of `size` trials, m'^2 / (m (1 - m)) = - (log m)' (log(1 - m))', and how it moves.

    >>> from stattools.likelihoods.links import LINKS
    >>> found = of_events(LINKS["probit"], np.zeros(1), np.ones(1))
    >>> found.information.round(9).tolist(), found.bend.round(4).tolist()  # 2 / pi, at its top
    ([0.636619772], [[[-0.4627]]])
    """

    def slope(eta: Floats) -> tuple[Floats, Floats]:
        (_, up, bent), (_, down, bent_down) = link.log_mean(eta), link.log_rest(eta)
        return -size * up * down, -size * (bent * down + up * bent_down)

    step = STEP * np.maximum(np.abs(eta), 1.0)
    bend = (slope(eta + step)[1] - slope(eta - step)[1]) / (2.0 * step)
    information, first = slope(eta)
    return Weights(information, first[:, None], bend[:, None, None])
