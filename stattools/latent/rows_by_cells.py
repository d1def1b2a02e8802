"""The rows of two curves in the order of the cells between their knots, for sums that are asked for again and again."""

from __future__ import annotations

import numpy as np

from stattools.data.smooth_term import Indices, SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record


@record
class RowsByCells:
    """The rows of two curves in the `order` of the cells between two knots of either. Rows of the cell numbered
    `cells[i]` go on from the i-th of `starts`; there are `counts[i]`. `one` and `other` (4, n) are the values of their
    B-splines, k and m of them. It takes 72 bytes a row.
    """

    k: int
    m: int
    order: Indices
    cells: Indices
    starts: Indices
    counts: Indices
    one: Floats
    other: Floats

    @classmethod
    def of(cls, one: SmoothTerm, other: SmoothTerm) -> RowsByCells:
        """The rows of two curves."""
        cell = (one.first * (other.k - 3) + other.first).astype(np.int32)
        order = np.argsort(cell, kind="stable")
        cells, starts, counts = np.unique(cell.take(order), return_index=True, return_counts=True)
        values = (np.ascontiguousarray(term.values.T.take(order, axis=1)) for term in (one, other))
        return cls(one.k, other.k, order, cells.astype(np.intp), starts, counts, *values)

    def meetings(self, w: Floats) -> Floats:
        """B'WC (k, m) with weights of the rows."""
        w, found = w.take(self.order), np.zeros((self.k, self.m))
        for a, row in enumerate(self.one):
            sums = np.zeros((4, (self.k - 3) * (self.m - 3)))
            sums[:, self.cells] = np.add.reduceat(self.other * (row * w), self.starts, axis=1)
            for b, each in enumerate(sums):
                found[a : a + self.k - 3, b : b + self.m - 3] += each.reshape(self.k - 3, self.m - 3)
        return found

    def forms(self, K: Floats) -> Floats:
        """b_i'K c_i (n,) for the B-splines b_i and c_i of each row, K (k, m)."""
        at = (self.cells // (self.m - 3)) * self.m + self.cells % (self.m - 3)
        own, found = np.zeros(len(self.order)), np.empty(len(self.order))
        for a, row in enumerate(self.one):
            each = np.array([K.take(at + a * self.m + b) for b in range(4)])
            own += row * np.einsum("bn,bn->n", self.other, np.repeat(each, self.counts, axis=1))
        found[self.order] = own
        return found
