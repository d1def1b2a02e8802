"""Groups that lie within each other: what is left of a group's rows when the groups within it are taken out.

With V the rows of the levels j that were eliminated, S = C - V'V keeps the structure of C where each level j lies in
one level of the next factor: the blocks of that factor, and what it has in common with the columns beyond, are

    S_pp = C_pp - sum_{j in p} V_jp'V_jp,   S_pc = C_pc - sum_{j in p} V_jp'V_jc,   S_cd = C_cd - sum_j V_jc'V_jd,

so that it is factored the same way, in time and memory linear in the groups.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.small_blocks import Codes, sums_by


@record
class Less:
    """What is subtracted from the blocks (q, q, J) of a factor, from its numbers (q, pairs) in common with the columns
    beyond, and from these (r, r).
    """

    gram: Floats
    beside: Floats
    within: Floats


@record
class Nesting:
    """Where each level of a factor lies in the next one: its `parent` (J,) of `count` levels, the places `own` (q', J)
    among its pairs of the columns of that level, those of the columns `beyond`, with the level and the column of each,
    and their places `above` among the pairs of the next factor. `shape` is (J, r').
    """

    parent: Codes
    count: int
    own: Codes
    beyond: Codes
    level: Codes
    column: Codes
    above: Codes
    shape: tuple[int, int]

    def rows(self, values: Floats) -> sparse.csr_array:
        """The matrix (q J, r') of numbers (q, pairs) in the columns beyond."""
        q, (J, r) = len(values), self.shape
        ends = np.searchsorted(self.level, np.arange(J))
        ends = np.append((np.arange(q)[:, None] * len(self.level) + ends).ravel(), q * len(self.level))
        return sparse.csr_array((values[:, self.beyond].ravel(), np.tile(self.column, q), ends), shape=(q * J, r))

    def less(self, values: Floats, pairs: int) -> Less:
        """What V with the numbers (q, pairs) takes from the next factor, which has so many `pairs`."""
        own, rest = values[:, self.own], values[:, self.beyond]
        gram = sums_by(np.einsum("acj,adj->cdj", own, own), self.parent, self.count)
        products = np.einsum("acn,an->cn", own[:, :, self.level], rest)
        beside = np.array([np.bincount(self.above, row, pairs) for row in products]).reshape(own.shape[1], pairs)
        rows = self.rows(values)
        return Less(gram, beside, (rows.T @ rows).toarray())

    def shared(self, values: Floats, blocks: Floats, between: Floats, inverse: Floats) -> Floats:
        """V K where columns meet, (q, pairs), with the covariance K of the next factor: its `blocks` (q', q', J'), its
        numbers `between` (q', pairs') in common with the columns beyond, and their `inverse` (r', r').
        """
        found, own, rest = np.empty(values.shape), values[:, self.own], values[:, self.beyond]
        link, J = between[:, self.above], self.shape[0]
        found[:, self.own] = np.einsum("acj,cdj->adj", own, blocks[:, :, self.parent])
        for a, row in enumerate(rest):
            for d, other in enumerate(link):
                found[a, self.own[d]] += np.bincount(self.level, row * other, J)
        beyond = np.asarray(self.rows(values) @ inverse).reshape(len(values), *self.shape)
        found[:, self.beyond] = beyond[:, self.level, self.column]
        found[:, self.beyond] += np.einsum("acn,cn->an", own[:, :, self.level], link)
        return found
