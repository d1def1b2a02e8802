"""The rows of a curve in the order of the knots that they lie between, for sums that are asked for again and again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from stattools.data.smooth_term import Indices, SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_sums import banded, pairs

MANY = 400
"""From so many rows between two knots on a product of a matrix and a vector for each pair of knots takes less time than
one pass of NumPy over the rows of all.
"""


@record
class RowsByKnots:
    """The rows of a curve in the `order` of the knots that they lie between, with the ten `products` (10, n) of each
    row's B-splines. Those `between` a pair of knots go on to the next of `ends`; pairs of knots without rows are left
    out. It takes 88 bytes a row.
    """

    k: int
    order: Indices
    between: Indices
    ends: Indices
    products: Floats

    @classmethod
    def of(cls, term: SmoothTerm) -> RowsByKnots:
        """The rows of a curve."""
        order = np.argsort(term.first.astype(np.int32), kind="stable")
        products = np.array([(row * term.values[:, a + d]).take(order) for a, d, row in pairs(term, None)])
        ends = np.searchsorted(term.first.take(order), np.arange(term.k - 2))
        between = np.flatnonzero(np.diff(ends))
        return cls(term.k, order, between, np.append(ends[between], len(order)), products)

    @property
    def are_many(self) -> bool:
        """Are there many rows between two knots?"""
        return len(self.order) > MANY * len(self.between)

    def gram(self, w: Floats) -> Floats:
        """B'WB (k, k)."""
        w, sums = w.take(self.order), np.zeros((10, self.k - 3))
        if self.are_many:
            for at, a, b in zip(self.between, self.ends[:-1], self.ends[1:], strict=True):
                sums[:, at] = self.products[:, a:b] @ w[a:b]
        else:
            sums[:, self.between] = np.add.reduceat(self.products * w, self.ends[:-1], axis=1)
        return banded(sums, self.k)

    def quadratic(self, K: Floats) -> Floats:
        """b_i'K b_i (n,) for the B-splines b_i of each row and a symmetric K (k, k)."""
        places = self.between
        each = np.array([(2.0 if d else 1.0) * K[places + a, places + a + d] for a in range(4) for d in range(4 - a)])
        found, own = np.empty(len(self.order)), np.empty(len(self.order))
        if self.are_many:
            for column, (a, b) in zip(each.T, pairwise(self.ends), strict=True):
                np.matmul(column, self.products[:, a:b], out=own[a:b])
        else:
            np.einsum("an,an->n", self.products, np.repeat(each, np.diff(self.ends), axis=1), out=own)
        found[self.order] = own
        return found
