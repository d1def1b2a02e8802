"""One grouping factor whose effects are many times the residual: sums of squares without differences.

    A_j = R_j'R_j,   S_j = R_j^-T B_j,   C_w = sum of [X y]'[X y] less what Z_j makes of it, row by row
    x = M^-1 T'B,  r = S - R T x:    W'V^-1 W = C_w + sum_j (r'r + x'x)
    Z'V^-1 [Z W] = T^-T M^-1 T'[A B]

C - F'F and [A B] - F'F of `one_factor.py` lose as many digits as the squared ratio of the effects to the residual has;
here every term is positive, or a product. Where T is nearly singular its inverse would lose what it is to save, and the
difference is taken.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.structure import LatentColumns

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
