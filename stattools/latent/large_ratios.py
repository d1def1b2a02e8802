"""One grouping factor whose effects are many times the residual: sums of squares without differences.

    A_j = R_j'R_j,   S_j = R_j^-T B_j,   C_w = sum of [X y]'[X y] less what Z_j makes of it, row by row
    x = M^-1 T'B,  r = S - R T x:    W'V^-1 W = C_w + sum_j (r'r + x'x)
    Z'V^-1 [Z W] = T^-T M^-1 T'[A B]

C - F'F and [A B] - F'F of `OneFactor` lose as many digits as the squared ratio of the effects to the residual has;
here every term is positive, or a product. Where T is nearly singular its inverse would lose what it is to save, and the
difference is taken.

Crossed and nested groups whose effects are many times the residual: these are taken out of the columns first.

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
from stattools.latent.blocks import LatentColumns
from stattools.numerics.small_matrices import Codes

LARGE = 30.0
"""Effects this many times the residual: below, differences lose four digits at most of ten rows of a group."""

FLAT = 1e-14
"""The part of a column within a group that is this small beside it, squared, is round-off."""

TURNED = 1e4
"""A T whose inverse enlarges round-off by more than this, columns of any length, is nearly singular."""


@record
class WithinGroups:
    """R (Q, Q, J), upper triangles, S (Q, m, J), and the sum of squares `C` (m, m) within groups."""

    R: Floats
    S: Floats
    C: Floats

    @classmethod
    def of(cls, E: Floats, C: Floats, columns: LatentColumns | None) -> WithinGroups:
        """From the sums E = [A B], and the rows themselves where they are in memory: twice, for what round-off left."""
        Q = len(E)
        R = _roots(E[:, :Q])
        S = _solved(R, E[:, Q:])
        if columns is None:
            return cls(R, S, C - sum(row @ row.T for row in S))
        W, part = columns.W.copy(), S
        for turn in range(2):
            if turn:
                part = _solved(R, columns.products(W))
                S = S + part
            W -= columns.made(_back(R, part))
        return cls(R, S, W @ W.T)

    @property
    def effects(self) -> Floats:
        """What is subtracted of each group: the least squares of W on its z, (Q, m, J)."""
        return _back(self.R, self.S)

    def with_columns(self, which: list[int]) -> WithinGroups:
        """What is within groups of some of the columns W."""
        return WithinGroups(self.R, self.S[:, which], self.C[np.ix_(which, which)])

    @property
    def residual(self) -> float:
        """The sum of squares of y that neither X nor effects of the groups without a law make."""
        XX, Xy = self.C[:-1, :-1], self.C[:-1, -1]
        return float(self.C[-1, -1] - Xy @ np.linalg.lstsq(XX, Xy, rcond=1e-12)[0])

    def cross(self, T: Floats, X: Floats) -> Floats:
        """W'V^-1 W (m, m) from x = M^-1 T'B (Q, m, J)."""
        moved = np.matmul(T, X.reshape(len(X), -1)).reshape(X.shape)
        found = self.C.copy()
        for i, row in enumerate(self.S):
            rest = row.copy()
            for k in range(i, len(X)):
                rest -= self.R[i, k] * moved[k]
            found += rest @ rest.T + X[i] @ X[i].T
        return found


def is_regular(T: Floats) -> bool:
    """Whether T^-T loses few digits: |T| |T^-1| is small, whatever the lengths of the columns.

    >>> is_regular(np.array([[1e6, 0.0], [1e6, 1.0]])), is_regular(np.array([[1e-6, 0.0], [1.0, 1.0]]))
    (True, False)
    """
    if not T.diagonal().all():
        return False
    unit = T / np.abs(T).max(axis=0)
    return bool((np.abs(unit) @ np.abs(np.linalg.inv(unit))).max() < TURNED)


def _roots(A: Floats) -> Floats:
    """R (Q, Q, J) upper with A = R'R; a column that others make within a group has a row of zeros."""
    Q = len(A)
    R = np.zeros_like(A)
    for i in range(Q):
        pivot = A[i, i] - sum((R[k, i] ** 2 for k in range(i)), np.zeros(A.shape[2]))
        alive = pivot > FLAT * A[i, i]
        R[i, i] = np.sqrt(np.where(alive, pivot, 0.0))
        scale = np.where(alive, 1.0 / np.where(alive, R[i, i], 1.0), 0.0)
        for j in range(i + 1, Q):
            R[i, j] = (A[i, j] - sum((R[k, i] * R[k, j] for k in range(i)), np.zeros(A.shape[2]))) * scale
    return R


def _solved(R: Floats, B: Floats) -> Floats:
    """R^-T B, 0 in the rows of zeros."""
    S = np.zeros_like(B)
    for i in range(len(R)):
        rest = B[i] - sum((R[k, i] * S[k] for k in range(i)), np.zeros_like(B[i]))
        S[i] = rest * _inverted(R[i, i])
    return S


def _back(R: Floats, S: Floats) -> Floats:
    """R^-1 S, 0 in the rows of zeros."""
    x = np.zeros_like(S)
    for i in range(len(R) - 1, -1, -1):
        rest = S[i] - sum((R[i, k] * x[k] for k in range(i + 1, len(R))), np.zeros_like(S[i]))
        x[i] = rest * _inverted(R[i, i])
    return x


def _inverted(pivot: Floats) -> Floats:
    return np.where(pivot > 0.0, 1.0 / np.where(pivot > 0.0, pivot, 1.0), 0.0)


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
