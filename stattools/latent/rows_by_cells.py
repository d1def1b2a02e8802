"""The rows of two curves in the order of the cells between their knots, for sums that are asked for again and again."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from stattools.data.smooth_term import Indices, SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse


@record
class RowsByCells:
    """The rows of two curves in the `order` of the cells between two knots of either; rows that one of the curves is
    0 in are left out. Rows of the cell numbered `cells[i]` go on to the next of `ends`. `products` (n, 16) are those
    of the B-splines of each row, of the first curve's first with the other's four, and so on; the curves have k and m
    of them. It takes 140 bytes a row.
    """

    n: int
    k: int
    m: int
    order: Indices
    cells: Indices
    ends: Indices
    products: Floats

    @classmethod
    def of(cls, one: SmoothTerm, other: SmoothTerm) -> RowsByCells:
        """The rows of two curves."""
        n, cell = len(one.first), (one.first * (other.k - 3) + other.first).astype(np.int32)
        weights = [term.weight != 0.0 for term in (one, other) if term.weight is not None]
        are = np.flatnonzero(np.logical_and.reduce(weights)) if weights else np.arange(n)
        order = are[np.argsort(cell[are], kind="stable")]
        cells, starts = np.unique(cell[order], return_index=True)
        products = one.values[order, :, None] * other.values[order, None]
        ends = np.append(starts, len(order))
        return cls(n, one.k, other.k, order, cells.astype(np.intp), ends, products.reshape(-1, 16))

    @cached_property
    def _places(self) -> Indices:
        """The entries of a matrix (k, m), row by row, to which the sixteen products of each cell belong."""
        first = (self.cells // (self.m - 3)) * self.m + self.cells % (self.m - 3)
        return first[:, None] + (np.arange(4)[:, None] * self.m + np.arange(4)).ravel()

    def meetings(self, w: Floats) -> Floats:
        """B'WC (k, m) with weights of the rows."""
        count = len(self.order)
        by_cells = sparse.csr_array((w.take(self.order), self._numbers, self.ends), shape=(len(self.cells), count))
        sums = by_cells @ self.products
        found = np.bincount(self._places.ravel(), sums.ravel(), self.k * self.m)
        return found.astype(float, copy=False).reshape(self.k, self.m)

    @cached_property
    def _numbers(self) -> Indices:
        return np.arange(len(self.order), dtype=self.ends.dtype)

    def forms(self, K: Floats) -> Floats:
        """b_i'K c_i (n,) for the B-splines b_i and c_i of each row, K (k, m)."""
        each, found = K.ravel().take(self._places), np.zeros(self.n)
        found[self.order] = np.einsum("np,np->n", self.products, np.repeat(each, np.diff(self.ends), axis=0))
        return found
