"""Sums of products of rows about rough centers, the coordinates in which least squares sums.

    Z = X - center,  v = y - offset - middle,  r = v - Z phi;     G = Z^T W Z,  g = Z^T W r

Any center and any phi will do, since they only say in which coordinates sums are taken; near the means and near the
solution the sums lose no digits. Rows are taken in blocks that stay in the cache of a core.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stattools.interface.arrays import Floats
from stattools.numerics.products import add_gram, times, transposed, upper_gram

BLOCK_BYTES = 1_000_000
"""Bytes of a block of rows: it stays in the cache of a core while it is read twice."""

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
    def over(cls, blocks: Iterable[ShiftedBlock], phi: Floats | None) -> ShiftedSums:
        """The sums over blocks of rows, of which there is one at least; those of r and of y only where there is a phi.

        >>> import numpy as np
        >>> Z, y = np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 6.0])
        >>> found = ShiftedSums.over([(Z, y - 2.0, None, y)], np.array([1.0]))
        >>> found.G.tolist(), found.g.tolist(), found.square, found.rss, found.size
        ([[4.0]], [0.0], 18.0, 14.0, 50.0)
        """
        G = g = None
        square, rss, size = 0.0, 0.0, 0.0
        for Z, v, w, y in blocks:
            if G is None:
                G = upper_gram(Z)
            else:
                add_gram(G, Z)
            square += float(v.dot(v))
            r = v if phi is None else v - times(Z, phi)
            g = transposed(Z, r) if g is None else g + transposed(Z, r)
            if phi is not None:
                rss += float(r.dot(r))
                size += float(y.dot(y) if w is None else y.dot(w * y))
        assert G is not None
        assert g is not None
        return cls(G, g, square, rss, size)


def rows_of_a_block(n: int, p: int) -> int:
    """How many of n rows of p columns are taken at a time.

    >>> rows_of_a_block(1_000_000, 10), rows_of_a_block(100, 10)
    (12500, 100)
    """
    return min(max(n, 1), max(256, min(1 << 14, BLOCK_BYTES // (8 * max(p, 1)))))
