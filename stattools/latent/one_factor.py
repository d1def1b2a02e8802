"""One grouping factor: V has a block for each group, and all that is known of a group are sums over its rows.

    A_j = Z_j'Z_j,   B_j = Z_j'[X y]_j,   C = [X y]'[X y]          one read of the data, memory O(groups)
    M_j = I + T'A_j T = L_j L_j',   F_j = L_j^-1 T'[A_j B_j]
    log|V| = sum_j log|M_j|,   W'V^-1 W = C - sum_j F_j'F_j,   Z_j'V^-1 [Z_j W] = [A_j B_j] - F_j'F_j

Arrays have the group last: each entry of a small matrix is a vector of length J, and the loops are over entries.
Source: Bates, Maechler, Bolker & Walker, Journal of Statistical Software 67 (2015), section 3, for the profile.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.large_ratios import LARGE, WithinGroups, is_regular
from stattools.latent.structure import AtFactors, Evaluated, Joint, LatentColumns


@record
class OneFactor:
    """The sums `E` = [A B] (Q, Q + m, J) and `C` (m, m) of all terms of one group; Q is the sum of `widths`.

    `columns` are the rows, where they are in memory: what is asked once of them where effects are very large. Of rows
    that are not, `known` is what a read has found then.
    """

    E: Floats
    C: Floats
    widths: tuple[int, ...]
    columns: LatentColumns | None = None
    known: WithinGroups | None = None

    @classmethod
    def of(cls, columns: LatentColumns) -> OneFactor:
        """The sums over the rows, whose terms all have the same codes."""
        W, z = columns.W, columns.z[0] if len(columns.z) == 1 else np.concatenate(columns.z)
        sums = group_sums(columns.codes[0], columns.sizes[0], z, W)
        return cls(sums, W @ W.T, tuple(len(one) for one in columns.z), columns)

    @cached_property
    def spans(self) -> tuple[slice, ...]:
        """Where the effects of each term stand among all of a group."""
        return tuple(slice(end - width, end) for end, width in zip(accumulate(self.widths), self.widths, strict=True))

    @cached_property
    def within(self) -> WithinGroups:
        """The sums in which large effects lose no digits."""
        return self.known or WithinGroups.of(self.E, self.C, self.columns)

    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated:
        """See `Structure`."""
        E, Q = self.E, len(self.E)
        T = factors[0]
        if len(factors) > 1:
            T = np.zeros((Q, Q))
            for span, factor in zip(self.spans, factors, strict=True):
                T[span, span] = factor
        if not T.any():
            return self._parts(0.0, self.C, E)
        F = (T.T @ E.reshape(Q, -1)).reshape(E.shape)
        M = np.matmul(T.T, F[:, :Q])
        log_determinant = 0.0
        for i in range(Q):  # the Cholesky factor column by column, in M; F is divided by it on the way
            pivot = M[i, i] + 1.0
            for k in range(i):
                pivot -= M[i, k] ** 2
            np.maximum(pivot, 1.0, out=pivot)  # as it is but for round-off, since M - I is not negative
            log_determinant += float(np.log(pivot).sum())
            M[i, i] = pivot = np.sqrt(pivot)
            for later in range(i + 1, Q):
                for k in range(i):
                    M[later, i] -= M[later, k] * M[i, k]
                M[later, i] /= pivot
            for k in range(i):
                F[i] -= M[i, k] * F[k]
            F[i] /= pivot
        if np.abs(T).max() > LARGE:
            cross, left = self._of_large(T, M, F)
        else:
            cross, left = self.C.copy(), E.copy()
            for row in F:
                cross -= row[Q:] @ row[Q:].T
                left -= row[:Q, None] * row
        return self._parts(log_determinant, cross, left)

    def _parts(self, log_determinant: float, cross: Floats, left: Floats) -> AtFactors:
        """Log-determinant, W'V^-1 W and Z'V^-1 [Z W], the latter by terms."""
        Q = len(left)
        blocks, projected = left[:, :Q], left[:, Q:]
        joint = Joint(blocks, projected)
        if len(self.widths) == 1:
            return AtFactors(log_determinant, cross, (blocks,), (projected,), joint)
        own = tuple(blocks[span, span] for span in self.spans)
        return AtFactors(log_determinant, cross, own, tuple(projected[span] for span in self.spans), joint)

    def _of_large(self, T: Floats, L: Floats, F: Floats) -> tuple[Floats, Floats]:
        """W'V^-1 W and Z'V^-1 [Z W] from F = L^-1 T'[A B] with the factors L of M, and without differences."""
        Q, X = len(F), F.copy()
        for i in range(Q - 1, -1, -1):
            for k in range(i + 1, Q):
                X[i] -= L[k, i] * X[k]
            X[i] /= L[i, i]
        cross = self.within.cross(T, X[:, Q:])
        if is_regular(T):
            return cross, np.linalg.solve(T.T, X.reshape(Q, -1)).reshape(X.shape)
        left = self.E.copy()
        for row in F:
            left -= row[:Q, None] * row
        return cross, left

    def with_columns(self, which: list[int]) -> OneFactor:
        """See `Structure`."""
        Q = len(self.E)
        kept = [*range(Q), *(Q + k for k in which)]
        rows = self.columns
        some = None if rows is None else replace(rows, W=rows.W[which])
        inside = None if self.known is None else self.known.with_columns(which)
        return replace(self, E=self.E[:, kept], C=self.C[np.ix_(which, which)], columns=some, known=inside)


def group_sums(codes: NDArray[np.intp], size: int, z: Floats, W: Floats) -> Floats:
    """Sums over the rows of each group of z times [z W]: (Q, Q + m, J) from z (Q, n) and W (m, n).

    >>> group_sums(np.array([0, 1, 1]), 2, np.ones((1, 3)), np.array([[1.0, 2.0, 4.0]])).tolist()
    [[[1.0, 2.0], [1.0, 6.0]]]
    """
    Q, m = len(z), len(W)
    E = np.empty((Q, Q + m, size))
    for a in range(Q):
        for b in range(a + 1):
            E[a, b] = E[b, a] = np.bincount(codes, z[a] * z[b], size)
    shared = Q if _begins_with(W, z) else 0
    E[:, Q : Q + shared] = E[:, :shared]
    for a in range(Q):
        for k in range(shared, m):
            E[a, Q + k] = np.bincount(codes, z[a] * W[k], size)
    return E


def _begins_with(W: Floats, z: Floats) -> bool:
    """Are the rows of z the first rows of W, in one place of memory, as those of effects of columns of X?"""
    return z.base is W and z.strides == W.strides and np.may_share_memory(z[0], W[0])
