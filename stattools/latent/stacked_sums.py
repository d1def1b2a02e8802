"""Many linear mixed models of one grouping factor each, side by side: the sums over the rows of all their groups.

    A_j = Z_j'Z_j,   B_j = Z_j'[Q e]_j,   C = [Q e]'[Q e]          as in `one_factor.py`, for each member

Members are models with the same columns. Q are the columns X of a member, centered where it has a column of ones, at
unit size, and e the residual of the least squares of y on Q, at unit size: origin and unit of a column change nothing.
A member whose columns are nearly combinations of each other is not `sound`, and the caller fits it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import LARGEST, SMALLEST

CLOSE = 1e-4
"""The least pivot of the Gram matrix of columns of unit length of a sound member, as where one model is taken apart by
another method.
"""
MADE = 1e-7
"""A residual of this share of the size of y, or less, is left to the fit of one model, which says what is wrong."""
ROUND_OFF = 1e-13
"""What is left of a column of this share of its size is nothing but round-off."""

Bools = NDArray[np.bool_]


@record
class RowsOfMembers:
    """The rows of all members, one member after the other, each sorted by groups: X (p, N), y (N,), z (Q, N), and the
    root of their precisions (N,) or None. `firsts` are where the members begin, `groups` where the groups begin, and
    `counts` (m,) says how many groups a member has.
    """

    X: Floats
    y: Floats
    z: Floats
    root: Floats | None
    firsts: NDArray[np.intp]
    groups: NDArray[np.intp]
    counts: NDArray[np.intp]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """How many rows each member has."""
        return np.diff(np.append(self.firsts, len(self.y)))


@record
class StackedSums:
    """`A` (m, Q, Q, J), `B` (m, Q, p + 1, J), with zeros where a member has fewer than J groups, and `C` (m, p + 1,
    p + 1). The coefficients of a member are `beta` + `to_beta` (`unit` b), and the effects of its groups `to_effects`
    (`unit` u); `n` (m,) are its rows, `log_precision` (m,) sums the logs of their precisions, and `log_gram` is
    log|X'X| less log|Q'Q|.
    """

    A: Floats
    B: Floats
    C: Floats
    beta: Floats
    to_beta: Floats
    unit: Floats
    n: Floats
    log_precision: Floats
    log_gram: Floats
    sound: Bools
    to_effects: Floats


def stacked_rows(
    parts: Sequence[tuple[Floats, Floats, Floats, Floats | None, NDArray[np.intp]]],
) -> RowsOfMembers:
    """The rows of members, each given as X (n, p), y (n,), z (n, Q), precision (n,) or None, and codes (n,).

    >>> one = (np.ones((3, 1)), np.array([1.0, 2.0, 4.0]), np.ones((3, 1)), None, np.array([1, 0, 1]))
    >>> rows = stacked_rows([one, one])
    >>> rows.y.tolist(), rows.firsts.tolist(), rows.groups.tolist(), rows.counts.tolist()
    ([2.0, 1.0, 4.0, 2.0, 1.0, 4.0], [0, 3], [0, 1, 3, 4], [2, 2])
    """
    X, y, z, precision, codes = zip(*parts, strict=True)
    sizes = np.array([len(one) for one in y])
    X, y, z, codes = (np.concatenate(one) for one in (X, y, z, codes))
    member = np.repeat(np.arange(len(parts)), sizes)
    key = member * (int(codes.max(initial=0)) + 1) + codes
    root = None if precision[0] is None else np.sqrt(np.concatenate(precision))
    if (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        X, y, z, key, root = X[order], y[order], z[order], key[order], None if root is None else root[order]
    groups = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    firsts = np.cumsum(sizes) - sizes
    counts = np.bincount(member[groups], minlength=len(parts))
    return RowsOfMembers(np.ascontiguousarray(X.T), y, np.ascontiguousarray(z.T), root, firsts, groups, counts)


@np.errstate(all="ignore")  # members that leave float64 are not sound
def stacked_sums(rows: RowsOfMembers, widths: tuple[int, ...]) -> StackedSums:
    """The sums over the groups of all members, whose terms have so many effects each."""
    sizes, firsts, m = rows.sizes, rows.firsts, len(rows.sizes)
    member = np.repeat(np.arange(m), sizes)
    Q, scale, shift, held = _of_unit_size(rows.X, rows, member)
    z, to_effects = np.empty(rows.z.shape), np.zeros((m, len(rows.z), len(rows.z)))
    for end, width in zip(np.cumsum(widths).tolist(), widths, strict=True):
        own = slice(end - width, end)
        z[own], size, origin, ones = _of_unit_size(rows.z[own], rows, member)
        to_effects[:, own, own] = _way_back(rows.z[own], firsts, size, origin, ones)
    p = len(Q)
    sound: Any = ((scale > SMALLEST) & (scale < LARGEST)).all(axis=0)
    first, second = np.tril_indices(p)
    gram = np.empty((m, p, p))
    gram[:, first, second] = gram[:, second, first] = np.add.reduceat(Q[first] * Q[second], firsts, axis=1).T
    unit_gram = np.where(sound[:, None, None], gram / sizes[:, None, None], np.eye(p))
    values = np.linalg.eigvalsh(np.where(np.isfinite(unit_gram), unit_gram, 0.0))
    sound &= (values[:, 0] > CLOSE) & np.isfinite(unit_gram).all(axis=(1, 2))
    gram[~sound] = np.eye(p)
    level = np.zeros(m) if held is None else np.add.reduceat(rows.y, firsts) / sizes
    e = rows.y - level[member]  # exact where the outcome is far from 0
    e = e if rows.root is None else e * rows.root
    size, b = np.sqrt(level**2 + np.add.reduceat(e * e, firsts) / sizes), np.zeros((m, p))
    for _ in range(2):  # the second time for what round-off left
        step = np.linalg.solve(gram, np.add.reduceat(Q * e, firsts, axis=1).T[:, :, None])[:, :, 0]
        b += step
        e = e - (Q * step.T[:, member]).sum(axis=0)
    unit = np.sqrt(np.add.reduceat(e * e, firsts) / sizes)
    sound &= (unit > MADE * size) & (unit > SMALLEST) & (unit < LARGEST)
    W = np.concatenate([Q, (e / unit[member])[None]])
    A, B = _of_groups(rows, z, W)
    pairs = np.tril_indices(p + 1)
    C = np.empty((m, p + 1, p + 1))
    C[:, pairs[0], pairs[1]] = C[:, pairs[1], pairs[0]] = np.add.reduceat(W[pairs[0]] * W[pairs[1]], firsts, axis=1).T
    to_beta = _way_back(rows.X, firsts, scale, shift, held)
    log_precision = np.zeros(m) if rows.root is None else 2.0 * np.add.reduceat(np.log(rows.root), firsts)
    beta = (to_beta @ b[:, :, None])[:, :, 0]
    if held is not None:
        beta[:, held] += level / rows.X[held, firsts]
    sound &= np.isfinite(A).all(axis=(1, 2, 3)) & np.isfinite(B).all(axis=(1, 2, 3))
    log_gram = 2.0 * np.log(scale).sum(axis=0)
    n = sizes.astype(float)
    return StackedSums(A, B, C, beta, to_beta, unit, n, log_precision, log_gram, sound, to_effects)


def _of_groups(rows: RowsOfMembers, z: Floats, W: Floats) -> tuple[Floats, Floats]:
    """Sums over the rows of each group of z (q, N) times z, (m, q, q, J), and times W (M, N), (m, q, M, J)."""
    m, J, q = len(rows.counts), int(rows.counts.max()), len(z)
    owner = np.repeat(np.arange(m), rows.counts)
    place = np.arange(len(rows.groups)) - (np.cumsum(rows.counts) - rows.counts)[owner]  # within its member
    A, B = np.zeros((m, q, q, J)), np.zeros((m, q, len(W), J))
    for a in range(q):
        B[owner, a, :, place] = np.add.reduceat(z[a] * W, rows.groups, axis=1).T
        A[owner, a, :, place] = np.add.reduceat(z[a] * z, rows.groups, axis=1).T
    return A, B


def _way_back(columns: Floats, firsts: NDArray[np.intp], scale: Floats, shift: Floats, held: int | None) -> Floats:
    """M (m, p, p) with which the columns of a member times M are those of unit size."""
    p, m = scale.shape
    M = np.zeros((m, p, p))
    M[:, np.arange(p), np.arange(p)] = 1.0 / scale.T
    if held is not None:
        M[:, held, :] -= (shift / scale / columns[held, firsts]).T
    return M


def _of_unit_size(
    columns: Floats, rows: RowsOfMembers, member: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats, int | None]:
    """Columns (p, N) of a mean square of 1 in each member, centered where there is a constant one; their scales (p, m),
    the shifts (p, m) that were taken off, and the number of the constant column.
    """
    firsts, sizes = rows.firsts, rows.sizes
    low: Floats = np.minimum.reduceat(columns, firsts, axis=1)
    high: Floats = np.maximum.reduceat(columns, firsts, axis=1)
    fixed = np.flatnonzero(np.all((low == high) & (low != 0.0), axis=1))
    held = int(fixed[0]) if len(fixed) else None
    shift = np.zeros(low.shape)
    if held is not None:
        shift = np.add.reduceat(columns, firsts, axis=1) / sizes
        shift[held] = 0.0
        columns = columns - shift[:, member]
    if rows.root is not None:
        columns = columns * rows.root
    scale = np.sqrt(np.add.reduceat(columns * columns, firsts, axis=1) / sizes)
    beyond = scale <= ROUND_OFF * np.maximum(np.abs(low), np.abs(high))
    scale[beyond] = 0.0
    return columns / scale[:, member], scale, shift, held
