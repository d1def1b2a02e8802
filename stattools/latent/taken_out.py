"""Crossed and nested groups whose effects are many times the residual: these are taken out of the columns first.

    W = R + Z u_0,   u_0 near the effects that least squares finds,   w_0 = L^-1 u_0,   M = I + U'U,   U = Z L
    W'V^-1 W = R'V^-1 R + R'U M^-1 w_0 + w_0'M^-1 U'R + w_0'w_0 - w_0'M^-1 w_0
    Z'V^-1 W = Z'V^-1 R + L^-T (w_0 - M^-1 w_0)

since V^-1 Z u_0 = U M^-1 w_0. Sums of squares of W itself lose as many digits as the squared ratio of effects to the
residual has; here R is as small as the residual, and w_0 too where T is as large as the effects are. M^-1 w_0 is had by
the structure as it is: from further columns whose sums Z'W are L^-T w_0, and whose rows are 0.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.large_ratios import LARGE
from stattools.latent.small_blocks import Codes
from stattools.latent.structure import LatentColumns

LEAST_SQUARES = 1e3
"""Effects this many times the residual are nearly those of least squares; twice, for what is left of them."""


def large_terms(factors: tuple[Floats, ...]) -> tuple[int, ...]:
    """The terms whose effects are large in some direction and small in none: w_0 would be large there."""
    sizes = [np.linalg.svd(T, compute_uv=False) for T in factors]
    return tuple(k for k, size in enumerate(sizes) if size[0] > LARGE and size[-1] >= 1.0)


@record
class TakenOut:
    """`structure` of the columns [R 0], and `effects` u_0 (q, m, J) of each term, 0 of those that are not large."""

    structure: Any
    effects: tuple[Floats, ...]

    @classmethod
    def of(cls, kind: Any, columns: LatentColumns, large: tuple[int, ...]) -> TakenOut:
        """From the rows, for a structure of this kind."""
        factors = tuple((LEAST_SQUARES if k in large else 0.0) * np.eye(len(z)) for k, z in enumerate(columns.z))
        rest, W = columns, columns.W
        effects = [np.zeros((len(z), len(columns.W), size)) for z, size in zip(columns.z, columns.sizes, strict=True)]
        for _ in range(2):
            found, W = kind.of(rest).plainly(factors), W.copy()
            for k in large:
                more = LEAST_SQUARES**2 * found.projected[k]
                effects[k] += more
                W -= np.einsum("qi,qmi->mi", columns.z[k], more[:, :, columns.codes[k]])
            rest = replace(rest, W=W)
        return cls(kind.of(replace(rest, W=np.concatenate([W, np.zeros_like(W)]))), tuple(effects))

    def evaluate(self, factors: tuple[Floats, ...]) -> BesideLarge:
        """See `Structure`."""
        pulls = []
        for T, effects in zip(factors, self.effects, strict=True):
            flat = effects.reshape(len(T), -1)
            there = flat.any()
            pulls.append((np.linalg.solve(T @ T.T, flat) if there else flat).reshape(effects.shape))
        return BesideLarge(self.structure.with_pulls(pulls).plainly(factors), self.effects, tuple(pulls))


@record
class BesideLarge:
    """`Evaluated` from that of [R 0] and further columns, `inner`: `pulls` are S^-1 u_0 of each term."""

    inner: Any
    effects: tuple[Floats, ...]
    pulls: tuple[Floats, ...]

    @property
    def joint(self) -> None:
        """Levels of different factors meet."""

    @property
    def between(self) -> None:
        """Second derivatives are differences of the gradient."""

    @property
    def log_determinant(self) -> float:
        """log|V|."""
        return self.inner.log_determinant

    @cached_property
    def _cross(self) -> Floats:
        m = len(self.inner.cross) // 2
        rest, beside, solved = self.inner.cross[:m, :m], self.inner.cross[:m, m:], self.inner.cross[m:, m:]
        squares = sum(np.einsum("qaj,qbj->ab", u, pull) for u, pull in zip(self.effects, self.pulls, strict=True))
        return rest - beside - beside.T + squares + solved

    @property
    def cross(self) -> Floats:
        """W'V^-1 W."""
        return self._cross

    @property
    def diagonal_blocks(self) -> tuple[Floats, ...]:
        """[Z_k'V^-1 Z_k]_jj of each term, (q, q, J)."""
        return self.inner.diagonal_blocks

    @property
    def projected(self) -> tuple[Floats, ...]:
        """[Z_k'V^-1 W]_j of each term, (q, m, J)."""
        pairs = zip(self.inner.projected, self.pulls, strict=True)
        return tuple(both[:, : pull.shape[1]] + (pull - both[:, pull.shape[1] :]) for both, pull in pairs)

    def link(self, k: int, other: int, i: Codes, j: Codes) -> Floats:
        """K (q_k, q_l, r), the covariance given the data of the effects of levels i of term k and j of another."""
        return self.inner.link(k, other, i, j)
