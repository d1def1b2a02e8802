"""Sums of products of rows about rough centers, the coordinates in which least squares sums.

    Z = X - center,  v = y - offset - middle,  r = v - Z phi;     G = Z^T W Z,  g = Z^T W r

Any center and any phi will do; near the means and near the solution the sums lose no digits. The triangle R of
sqrt(weight) X = Q R by a tree of block QRs is as accurate as Householder's QR of the whole:

    R <- triangle of [R; triangle of block],   cost 2 n p^2,   memory one block

Source: Demmel, Grigori, Hoemmen & Langou, "Communication-optimal parallel and sequential QR and LU factorizations"
(2012).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.standardization import DEPENDENT, Standardization, orthogonal, orthogonalizing
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.columns import Columns, add_gram, weighted, with_levels

type ShiftedBlock = tuple[Floats, Floats, Floats | None, Floats]
"""Z, v, weights and y of a block of rows; Z and v are multiplied by the roots of the weights."""


class ShiftedSums(NamedTuple):
    """G = Z^T W Z and g = Z^T W r, and the weighted sums of squares of v, of r = v - Z phi and of y. Sums of parts are
    added with `+`. G is an upper triangle; what was not asked for is 0, and G is then empty.
    """

    G: Floats
    g: Floats
    square: float
    rss: float
    size: float

    def __add__(self, other: ShiftedSums) -> ShiftedSums:  # type: ignore[override]
        squares = (self.square + other.square, self.rss + other.rss, self.size + other.size)
        return ShiftedSums(self.G + other.G, self.g + other.g, *squares)

    @classmethod
    def over(cls, blocks: Iterable[ShiftedBlock], phi: Floats | None, gram: bool = True) -> ShiftedSums:
        """The sums over blocks of rows, of which there is one at least; those of r and of y only where there is a phi.

        >>> import numpy as np
        >>> Z, y = np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 6.0])
        >>> found = ShiftedSums.over([(Z, y - 2.0, None, y)], np.array([1.0]))
        >>> found.G.tolist(), found.g.tolist(), found.square, found.rss, found.size
        ([[4.0]], [0.0], 18.0, 14.0, 50.0)
        """
        G: Any = None if gram else np.empty(0)
        g, square, rss, size = np.zeros(()), 0.0, 0.0, 0.0
        for Z, v, w, y in blocks:
            if gram:
                G = np.zeros((Z.shape[1],) * 2) if G is None else G
                add_gram(G, Z)
            square += float(v.dot(v))
            r = v if phi is None else v - Z @ phi
            g = g + Z.T @ r
            if phi is not None:
                rss += float(r.dot(r))
                size += float(y.dot(y) if w is None else y.dot(w * y))
        return cls(G, g, square, rss, size)


def triangle(rows: Rows, beside: bool = False) -> Floats:
    """R (q, q) of sqrt(weight) X or, with `beside`, of sqrt(weight) [X, y - offset]; zero rows where n < q.

    >>> np.abs(triangle(Rows(np.array([[3.0], [4.0]]), np.zeros(2))))
    array([[5.]])
    """
    q = rows.X.shape[1] + beside
    R: Any = rows.total(partial(_triangle, beside)).R
    if len(R) > q or np.tril(R, -1).any():
        R = np.linalg.qr(R, mode="r")
    return np.concatenate([R, np.zeros((q - len(R), q))]) if len(R) < q else R


def orthogonal_columns(
    rows: Rows, groups: Sequence[tuple[NDArray[np.intp], int]]
) -> tuple[Rows, Standardization] | None:
    """Rows with orthogonal columns of mean square 1 in their weights, which keep their digits in products, and T with
    X_orthogonal = X T: of each group its numbers, of which the last so many have what stands before them taken off.
    None where columns do not depend on each other or do so to round-off, and where they are no array.

    >>> rows, T = orthogonal_columns(Rows(np.array([[1.0, 1.0], [1.0, 1.0 + 1e-8]]), np.zeros(2)), [(np.arange(2), 2)])
    >>> np.abs(np.round(rows.X.T @ rows.X / 2, 6)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if with_levels(rows.X) is not None or (rows.source is None and rows.later.get("independent")):
        return None
    R, whole = triangle(rows), rows.n if rows.importance is None else float(rows.importance.sum())
    size, T = np.linalg.norm(R, axis=0), np.zeros_like(R)
    rows.later["independent"] = not size.all() or np.linalg.svd(R / size, compute_uv=False)[-1] ** 2 > DEPENDENT
    if rows.later["independent"]:
        return None
    for at, last in groups:
        found = orthogonalizing(np.linalg.qr(R[:, at], mode="r"), whole)
        if found is None:
            return None
        T[np.ix_(at, at[-last:])] = found[:, -last:]
    if rows.source is not None:
        return replace(rows, axes=T, low=None), Standardization.whole_block(T)
    X = np.concatenate([block.X @ T for block in rows.blocks()])
    return replace(rows, X=X, center=None, scale=None, low=None), Standardization.whole_block(T)


@record
class Triangle:
    """R of some rows, or these rows themselves while they are few; the sum (`+`) of two is that of the rows of both."""

    R: Floats

    def __add__(self, other: Triangle) -> Triangle:
        return Triangle(_reduced(np.concatenate([self.R, other.R])))


def _reduced(X: Floats) -> Floats:
    """The triangle of X, or X itself where it has few rows: their triangle costs as much as that of p rows."""
    if len(X) < 2 * X.shape[1]:
        return X
    R: Any = np.linalg.qr(X, mode="r")
    return R


def _triangle(beside: bool, block: Block) -> Triangle:
    X, y, weight, offset = block
    behind = (y if offset is None else y - offset)[:, None] if beside else np.empty((len(y), 0))
    if (levels := with_levels(X)) is not None:
        return Triangle(_by_level(levels, behind, weight))
    whole = np.column_stack([X, behind]) if beside else X
    return Triangle(_reduced(weighted(whole, None if weight is None else np.sqrt(weight))))


def _by_level(X: Columns, behind: Floats, weight: Floats | None) -> Floats:
    """R of [X, behind], of rows times the roots of `weight`, where X keeps levels as codes: rows of Q_j' W X of each
    level, whose orthogonal columns Q_j are of length 1, and of what they leave of the other columns.
    """
    q, w = X.shape[1] + behind.shape[1], np.ones(len(X)) if weight is None else weight
    levels, shared = orthogonal(X, weight), np.delete(np.arange(q), X.places.ravel())
    rest, along = levels.taken_off(X, np.column_stack([X.others, behind]), w)
    left, length = np.linalg.qr(np.sqrt(w)[:, None] * rest, mode="r"), np.sqrt(levels.squares)[:, :, None]
    of_levels, of_shared = np.zeros((*X.places.shape, q)), np.zeros((len(left), q))
    np.put_along_axis(of_levels, X.places[:, None, :], length * np.linalg.inv(levels.M), axis=2)
    of_levels[:, :, shared], of_shared[:, shared] = length * along, left
    return np.linalg.qr(np.concatenate([*of_levels, of_shared]), mode="r")
