"""What a factor that is eliminated has in common with the rest: pairs of columns that meet in one of its levels.

The Schur complement C = Z_r'Z_r - sum_j A_r0,j W_j A_0r,j is linear in the entries of W_j, and the coefficient of
W_j[c, d] in C[a, b] is a product of two sums over rows, which are the same at every evaluation. They are kept as a
sparse matrix, one row for each (a, b) and one column for each level, so that an evaluation is one product with it, and
the quadratic forms A_0r,j Q A_r0,j, linear in Q, are one product with its transpose.

Cost and memory: the pairs, sum_j d_j (d_j + 1) / 2 where level j meets d_j columns of the rest, 12 bytes each.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.factors import Factor
from stattools.latent.meetings import Meetings
from stattools.latent.small_blocks import Codes

MOST_PAIRS = 30_000_000
"""Pairs that are kept, 0.4 GB; where there are more, the dense products of `Meetings` take their place."""


@record
class Pairs:
    """`products[i]` (r^2, J) for each pair (c, d) of `corners`, c >= d; `meetings` has the sums A_0r themselves."""

    meetings: Meetings
    corners: tuple[tuple[int, int], ...]
    products: tuple[sparse.csc_array, ...]

    @classmethod
    def of(cls, meetings: Meetings) -> Pairs:
        """The pairs of columns of the rest that meet in a level."""
        across, r = meetings.across, meetings.r
        met, first = across[0].indices, across[0].indptr  # r^2 is within 32 bits, and half as much to read
        ranks = np.arange(len(met), dtype=np.int32)
        starts = np.repeat(first[:-1].astype(np.int32), np.diff(first))
        sizes = ranks - starts + 1
        ends = np.cumsum(sizes)
        upper = np.repeat(ranks, sizes)
        lower = np.arange(len(upper)) + (starts - ends + sizes)[upper]
        rows = met[upper] * np.int32(r) + met[lower]
        ends_of_levels = np.concatenate([[0], ends])[first]
        corners = tuple((c, d) for c in range(len(across)) for d in range(c + 1))
        products = []
        for c, d in corners:
            one, other = across[c].data, across[d].data
            value = one[upper] * other[lower]
            if c != d:
                value += other[upper] * one[lower]
            products.append(sparse.csc_array((value, rows, ends_of_levels), shape=(r * r, meetings.count)))
        return cls(meetings, corners, tuple(products))

    def outer(self, spread: Floats) -> Floats:
        """The lower triangle (r, r) of sum_j A_r0,j W_j A_0r,j for W (q, q, J)."""
        r = self.meetings.r
        found = sum(product @ spread[c, d] for (c, d), product in zip(self.corners, self.products, strict=True))
        return np.asarray(found).reshape(r, r)

    def quadratic(self, covariance: Floats) -> Floats:
        """A_0r,j Q A_r0,j of each level, (q, q, J), for a symmetric Q (r, r), of which the lower triangle is read."""
        twice = 2.0 * covariance
        twice.flat[:: len(twice) + 1] = covariance.diagonal()
        flat, q = twice.ravel(), len(self.meetings.across)
        found = np.empty((q, q, self.meetings.count))
        for (c, d), product in zip(self.corners, self.products, strict=True):
            found[c, d] = found[d, c] = (product.T @ flat) * (1.0 if c == d else 0.5)
        return found


def products_of(factor: Factor, columns: Codes, values: Floats, r: int) -> Pairs | Meetings:
    """What the levels of a factor have in common with r columns of the rest: row i of the data has `values`
    (k, n)[:, i] in the `columns` (k, n)[:, i]. Pairs where they are few enough to be kept.
    """
    where = (np.tile(factor.codes, len(columns)), columns.ravel())
    sums = tuple(sparse.csr_array(((values * z).ravel(), where), shape=(factor.count, r)) for z in factor.z)
    meetings = Meetings(sums, factor.count, r)
    met = np.diff(sums[0].indptr).astype(np.float64)
    pairs = float((met * (met + 1.0)).sum()) * factor.q * (factor.q + 1) / 4.0
    return Pairs.of(meetings) if pairs <= MOST_PAIRS else meetings
