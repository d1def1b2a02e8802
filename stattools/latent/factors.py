"""The grouping factors of a mixed model: terms of one grouping as one block, and which factor lies within which.

Whether a factor is nested in another is read from the rows and not from how the formula was written: samples that
carry names of their own, `(1 | batch) + (1 | sample)`, are as nested as `(1 | batch/cask)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.linalg import block_diag

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.small_blocks import Codes
from stattools.latent.structure import LatentColumns


@record
class Factor:
    """All random terms of one grouping: the level of each row `codes` (n,), the rows `z` (q, n) of all terms, and where
    each term stands: `terms`, its place in the model, and `own`, its effects here.
    """

    codes: Codes
    count: int
    z: Floats
    terms: tuple[int, ...]
    own: tuple[slice, ...]

    @property
    def q(self) -> int:
        """Effects per level."""
        return len(self.z)

    def joined(self, factors: tuple[Floats, ...]) -> Floats:
        """T of all terms of this grouping, block diagonal: terms of one grouping are independent."""
        own = [factors[k] for k in self.terms]
        return own[0] if len(own) == 1 else np.asarray(block_diag(*own))


def factors_of(columns: LatentColumns) -> tuple[Factor, ...]:
    """The grouping factors, those with most levels first; terms with the same codes are one factor."""
    groups: list[list[int]] = []
    for k, codes in enumerate(columns.codes):
        for group in groups:
            if np.array_equal(columns.codes[group[0]], codes):
                group.append(k)
                break
        else:
            groups.append([k])
    found = []
    for group in groups:
        ends = np.cumsum([0, *(len(columns.z[k]) for k in group)]).tolist()
        own = tuple(slice(a, b) for a, b in pairwise(ends))
        z = np.concatenate([columns.z[k] for k in group])
        found.append(Factor(columns.codes[group[0]], columns.sizes[group[0]], z, tuple(group), own))
    return tuple(sorted(found, key=lambda factor: -factor.count))


def places(factors: Sequence[Factor]) -> list[tuple[int, slice]]:
    """For each term, in the model's order, its factor and its effects there."""
    found = {term: (k, own) for k, each in enumerate(factors) for term, own in zip(each.terms, each.own, strict=True)}
    return [found[term] for term in sorted(found)]


def widths(factors: Sequence[Factor]) -> tuple[int, ...]:
    """Effects per level of each term, in the model's order."""
    return tuple(own.stop - own.start for _, own in places(factors))


def own_rows(factors: Sequence[Factor], arrays: Sequence[Floats]) -> tuple[Floats, ...]:
    """The rows of each term in arrays (Q, m, J), one for each factor."""
    return tuple(arrays[k][own] for k, own in places(factors))


def own_blocks(factors: Sequence[Factor], arrays: Sequence[Floats]) -> tuple[Floats, ...]:
    """The block of each term in arrays (Q, Q, J), one for each factor."""
    return tuple(arrays[k][own, own] for k, own in places(factors))


def side_by_side(factors: Sequence[Factor], arrays: Sequence[Floats]) -> list[Floats]:
    """Arrays (q, m, J), one for each term: those of each factor are put below each other."""
    return [np.concatenate([arrays[k] for k in factor.terms]) for factor in factors]


def parents(inner: Factor, outer: Factor) -> Codes | None:
    """The level of `outer` that each level of `inner` lies in, None where one lies in several.

    >>> from stattools.latent.factors import Factor
    >>> cask = Factor(np.array([0, 1, 2, 2]), 3, np.ones((1, 4)), (0,), (slice(0, 1),))
    >>> batch = Factor(np.array([0, 0, 1, 1]), 2, np.ones((1, 4)), (1,), (slice(0, 1),))
    >>> parents(cask, batch).tolist(), parents(batch, cask)
    ([0, 0, 1], None)
    """
    found = np.zeros(inner.count, dtype=np.intp)
    found[inner.codes] = outer.codes
    return found if np.array_equal(found[inner.codes], outer.codes) else None


def chain(factors: tuple[Factor, ...]) -> tuple[Codes, ...] | None:
    """The parents of the levels of each factor in the next, None where the factors are no chain of nested ones."""
    found = []
    for inner, outer in pairwise(factors):
        above = parents(inner, outer)
        if above is None:
            return None
        found.append(above)
    return tuple(found)
