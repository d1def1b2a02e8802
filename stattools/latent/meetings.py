"""What a factor that is eliminated has in common with the rest, where too many columns meet to keep each pair.

The same sums as `pairs.Pairs`, by dense products over a few levels at a time: r^2 q^2 J products for each evaluation,
and of memory only the sums over rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse

AT_ONCE = 4_000_000
"""Numbers in the dense rows of the levels that are handled together."""


@record
class Meetings:
    """`across[c]` (count, r) are the sums A_0r of each effect c of the factor that is eliminated."""

    across: tuple[sparse.csr_array, ...]
    count: int
    r: int

    @property
    def meetings(self) -> Meetings:
        """The sums over rows, as `Pairs` has them too."""
        return self

    def _parts(self) -> Iterator[tuple[slice, Floats]]:
        count, q = self.count, len(self.across)
        step = max(1, AT_ONCE // (self.r * q))
        for start in range(0, count, step):
            part = slice(start, min(start + step, count))
            yield part, np.array([one[part].toarray() for one in self.across])

    def outer(self, spread: Floats) -> Floats:
        """sum_j A_r0,j W_j A_0r,j (r, r) for W (q, q, J)."""
        found = np.zeros((self.r, self.r))
        for part, rows in self._parts():
            moved = np.einsum("cdj,djr->cjr", spread[:, :, part], rows)
            found += rows.reshape(-1, self.r).T @ moved.reshape(-1, self.r)
        return np.tril(found)

    def quadratic(self, covariance: Floats) -> Floats:
        """A_0r,j Q A_r0,j of each level, (q, q, J), for a symmetric Q (r, r), of which the lower triangle is read."""
        whole = np.tril(covariance) + np.tril(covariance, -1).T
        q = len(self.across)
        found = np.empty((q, q, self.count))
        for part, rows in self._parts():
            found[:, :, part] = np.einsum("cjr,djr->cdj", rows, rows @ whole)
        return found

    def down(self, moved: Floats) -> Floats:
        """sum_j A_r0,j M_j (r, m) for M (q, m, J)."""
        return np.asarray(sum(one.T @ rows.T for one, rows in zip(self.across, moved, strict=True)))

    def up(self, effects: Floats) -> Floats:
        """A_0r,j E of each level, (q, m, J), for E (r, m)."""
        return np.array([(one @ effects).T for one in self.across])
