"""The effects of groups given the data: their modes, and how uncertain these are.

    u_hat = S g,   g = Z'V^-1 (y - X b_hat),   S = I (x) T T'
    Var(u_hat - u) / s2 = K + D A D',   K = S - S Z'V^-1 Z S,   D = S Z'V^-1 X,   A = (X'V^-1 X)^-1

K is the covariance of the effects given the data and the coefficients, which lme4 calls condVar; D A D' is what the
estimation of the coefficients adds. All are in the coordinates of `coordinates`, over the residual variance.
Source: Henderson, Biometrics 31 (1975), 423-447; McCulloch & Searle, Generalized, Linear, and Mixed Models (2001), 6.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from stattools.interface.arrays import Floats
from stattools.latent.deviance import Profile
from stattools.latent.small_blocks import Codes, times, transposed


def modes(at: Profile) -> tuple[Floats, ...]:
    """u_hat (q, J) of each term."""
    pairs = zip(at.factors, at.evaluated.projected, strict=True)
    return tuple(T @ T.T @ at.slopes(projected) for T, projected in pairs)


def pulls(at: Profile) -> tuple[Floats, ...]:
    """D_j (q, p, J) of each term: how its modes move against the coefficients."""
    pairs = zip(at.factors, at.evaluated.projected, strict=True)
    return tuple(np.einsum("ab,bpj->apj", T @ T.T, projected[:, :-1]) for T, projected in pairs)


def spreads(at: Profile) -> tuple[Floats, ...]:
    """K_jj (q, q, J) of each term."""
    found = []
    for T, blocks in zip(at.factors, at.evaluated.diagonal_blocks, strict=True):
        S = (T @ T.T)[:, :, None]
        found.append(S - times(times(S, blocks), S))
    return tuple(found)


class LevelsMeet(Protocol):
    """An `Evaluated` of several factors, whose levels meet."""

    def link(self, k: int, other: int, i: Codes, j: Codes) -> Floats:
        """K (q_k, q_l, r) of the levels i of term k and the levels j of another term."""
        ...


def joint_spread(at: Profile, codes: Sequence[Codes]) -> Floats:
    """K (Q, Q, r) of the effects of all terms side by side, at the levels `codes[k]` (r,) of each; a code of -1 is a
    level that was not seen, whose effects have their own variance and no covariance.
    """
    ends = np.cumsum([0, *at.of.structure.widths]).tolist()
    own = [slice(first, last) for first, last in pairwise(ends)]
    found = np.zeros((ends[-1], ends[-1], len(codes[0])))
    for k, (T, spread) in enumerate(zip(at.factors, spreads(at), strict=True)):
        seen = codes[k] >= 0
        found[own[k], own[k]] = np.where(seen, spread[:, :, codes[k]], (T @ T.T)[:, :, None])
        for other in range(k):
            both = seen & (codes[other] >= 0)
            block = np.zeros((own[k].stop - own[k].start, own[other].stop - own[other].start, len(both)))
            block[:, :, both] = _link(at, k, other, codes[k][both], codes[other][both])
            found[own[k], own[other]], found[own[other], own[k]] = block, transposed(block)
    return found


def _link(at: Profile, k: int, other: int, i: Codes, j: Codes) -> Floats:
    joint = at.evaluated.joint
    if joint is None:
        linked: LevelsMeet = at.evaluated  # type: ignore[assignment]
        return linked.link(k, other, i, j)
    ends = np.cumsum([0, *at.of.structure.widths]).tolist()
    blocks = joint.blocks[ends[k] : ends[k + 1], ends[other] : ends[other + 1]]
    left, right = (at.factors[term] @ at.factors[term].T for term in (k, other))
    return np.where(i == j, -times(times(left[:, :, None], blocks[:, :, i]), right[:, :, None]), 0.0)
