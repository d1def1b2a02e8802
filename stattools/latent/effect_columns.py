"""The columns of all effects beside each other, at their standard deviations: what a Laplace approximation reads.

    eta = base + Z~ u,   Z~ = [Z_0 T_0, Z_1 T_1, ..., tau D, X],   u ~ N(0, I), but flat for the columns X

The effects of the factor with most of them come first, (q, J) numbers; of all others there is a dense matrix, so that
they are numbered from 0 to r - 1: levels of the other factors, then `dense` columns, which all rows have: those of
smooths, and fixed effects that are integrated out. Only columns and levels that meet in a row are kept of what the
first factor has in common with the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.crossed import MOST_COLUMNS
from stattools.latent.factors import Factor, factors_of, parents
from stattools.latent.nesting import Nesting
from stattools.latent.small_blocks import Codes
from stattools.latent.structure import LatentColumns

FULL = 0.2
"""Where this share of levels and columns meet, a dense matrix of them takes less time than a sparse one."""
MANY = 200
"""Columns of the next factor from which groups within groups are taken out one factor after the other."""
NOBODY = Factor(np.empty(0, dtype=np.intp), 0, np.empty((0, 0)), (), ())


@record
class EffectColumns:
    """Columns of effects before they are scaled: `largest` and `others` are the grouping factors, `smooths` (d_k, n)
    the columns of each smooth, `flat` (p, n) those of fixed effects that are integrated out; n is the number of rows.
    """

    n: int
    largest: Factor
    others: tuple[Factor, ...]
    smooths: tuple[Floats, ...]
    flat: Floats
    may_nest: bool = True

    @classmethod
    def of(cls, columns: LatentColumns, smooths: Sequence[Floats] = (), flat: Floats | None = None) -> EffectColumns:
        """The effects of random terms, whose rows are `columns` (W is not read), of smooths and of fixed effects.

        Raises IncompatibleError beyond 5,000 columns beside those of the factor with most.
        """
        n = columns.W.shape[1]
        factors = sorted(factors_of(columns), key=lambda factor: -factor.count * factor.q)
        flat = np.empty((0, n)) if flat is None else flat
        found = cls(n, factors[0] if factors else NOBODY, tuple(factors[1:]), tuple(smooths), flat)
        r = found.r if found.inner is None else found.inner.r
        if r > MOST_COLUMNS:
            raise IncompatibleError(
                f"Laplace's approximation takes at most {MOST_COLUMNS:,} effects beside those of the group that has "
                f"most (of {found.largest.count:,} levels); got {r:,}, for which each value of the likelihood takes "
                f"{8e-9 * r**2:,.1f} GB. Leave a term out, or fit a sample of the levels."
            )
        return found

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where the columns of each other factor begin, and where the dense ones do."""
        return tuple(np.cumsum([0, *(each.count * each.q for each in self.others)]).tolist())

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Where the columns of each smooth begin among the dense ones, and where the flat ones do."""
        return tuple(np.cumsum([0, *map(len, self.smooths)]).tolist())

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All grouping factors; none where there are smooths only."""
        return (self.largest, *self.others) if self.largest.count else ()

    def by_factor(self, u: Floats) -> list[Floats]:
        """The effects of each grouping factor, (q, J)."""
        own = self.largest.count * self.largest.q
        found = [u[:own].reshape(self.largest.q, self.largest.count)]
        for start, one in zip(self.starts, self.others, strict=False):
            first = own + start
            found.append(u[first : first + one.count * one.q].reshape(one.count, one.q).T)
        return found[: len(self.factors)]

    def of_smooths(self, u: Floats) -> Floats:
        """The effects of dense columns: of smooths, then of a flat prior."""
        return u[self.size - self.r + self.starts[-1] :]

    @cached_property
    def r(self) -> int:
        """Number of columns beside the largest factor's."""
        return self.starts[-1] + self.ends[-1] + len(self.flat)

    @cached_property
    def size(self) -> int:
        """Number of all effects."""
        return self.largest.count * self.largest.q + self.r

    @cached_property
    def prior(self) -> Floats:
        """1 for each effect, 0 for those of a flat prior."""
        found = np.ones(self.size)
        found[self.size - len(self.flat) :] = 0.0
        return found

    @cached_property
    def met(self) -> Codes:
        """The numbers (R, n) of the columns of the other factors in which each row is not 0."""
        each = zip(self.starts, self.others, strict=False)
        found = [start + one.codes * one.q + k for start, one in each for k in range(one.q)]
        return np.array(found, dtype=np.intp).reshape(len(found), self.n)

    @cached_property
    def pattern(self) -> tuple[Codes, Codes, Codes]:
        """The pairs of a level of the largest factor and a column of the rest that meet, level by level, as numbers
        level r + column; the places among them of each of `met` (R, n), and of the dense columns (d, J).
        """
        J, r = self.largest.count, self.r
        levels = self.largest.codes * r + self.met
        dense = np.arange(self.starts[-1], r)[:, None] + np.arange(J) * r
        all_pairs = [levels.ravel(), dense.ravel(), self._of_parents.ravel()]
        pairs, places = np.unique(np.concatenate(all_pairs), return_inverse=True)
        return (
            pairs,
            places[: levels.size].reshape(levels.shape),
            places[levels.size :][: dense.size].reshape(dense.shape),
        )

    @property
    def _of_parents(self) -> Codes:
        """The pairs (q, J) of each level, also of one without rows, and the columns of that in which it lies."""
        parent = None if self.inner is None else parents(self.largest, self.others[0])
        if parent is None:
            return np.empty((0, 0), dtype=np.intp)
        q = self.others[0].q
        return np.arange(self.largest.count) * self.r + parent * q + np.arange(q)[:, None]

    @cached_property
    def inner(self) -> EffectColumns | None:
        """The columns without the largest factor, where that lies within the next one, which has many levels."""
        if not self.others or self.others[0].count * self.others[0].q < MANY or not self.may_nest:
            return None
        if parents(self.largest, self.others[0]) is None:
            return None
        return EffectColumns(self.n, self.others[0], self.others[1:], self.smooths, self.flat, may_nest=False)

    @cached_property
    def nesting(self) -> Nesting:
        """Where the levels of the largest factor lie in those of the next one."""
        inner, (pairs, *_) = self.inner, self.pattern
        parent = parents(self.largest, self.others[0])
        if inner is None or parent is None:
            raise IncompatibleError("the largest factor does not lie within another.")
        J, width = self.largest.count, inner.largest.q * inner.largest.count
        own = np.searchsorted(pairs, self._of_parents)
        beyond = np.flatnonzero(pairs % self.r >= width)
        level, column = pairs[beyond] // self.r, pairs[beyond] % self.r - width
        above = np.searchsorted(inner.pattern[0], parent[level] * inner.r + column)
        return Nesting(parent, inner.largest.count, own, beyond, level, column, above, (J, inner.r))

    @cached_property
    def is_full(self) -> bool:
        """Does most of the rest meet most levels?"""
        return self.inner is None and len(self.pattern[0]) > FULL * self.largest.count * self.r

    @cached_property
    def index(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Columns and ends of rows of the sparse matrix (q J, r) of the pairs."""
        pairs, q = self.pattern[0], self.largest.q
        ends = np.searchsorted(pairs, np.arange(self.largest.count) * self.r)
        ends = (np.arange(q)[:, None] * len(pairs) + ends).ravel()
        return np.tile(pairs % self.r, q).astype(np.int32), np.append(ends, q * len(pairs)).astype(np.int32)

    def matrix(self, values: Floats) -> Floats | sparse.csr_array:
        """The matrix (q J, r) of the largest factor's levels and the rest with these values (q, pairs)."""
        shape = (self.largest.q * self.largest.count, self.r)
        if not self.is_full:
            return sparse.csr_array((values.ravel(), *self.index), shape=shape)
        found = np.zeros((self.largest.q, self.largest.count * self.r))
        found[:, self.pattern[0]] = values
        return found.reshape(shape)

    @cached_property
    def halves(self) -> tuple[Codes, Codes, Codes]:
        """The pairs of rows of `met`, the first not after the second, and which of them are one row twice."""
        above, right = np.triu_indices(len(self.met))
        return above, right, np.flatnonzero(above == right)

    @cached_property
    def among(self) -> Codes:
        """Of each pair of `met`, the first not after the second, the place in a matrix (r, r) of levels."""
        above, right, _ = self.halves
        return self.met[above] * self.starts[-1] + self.met[right]

    def sums(self, rows: Floats) -> list[Floats]:
        """The columns of each smooth times numbers of the rows (n,), or many (n, m)."""
        return [columns @ rows for columns in self.smooths]

    def scaled(self, factors: Sequence[Floats], taus: Sequence[float]) -> ScaledColumns:
        """The columns at the T_k of each random term and the standard deviation of each smooth."""
        factors = tuple(factors)
        largest = self.largest.joined(factors).T @ self.largest.z if self.largest.count else np.empty((0, self.n))
        others = [one.joined(factors).T @ one.z for one in self.others]
        dense = [tau * one for tau, one in zip(taus, self.smooths, strict=True)]
        rest = np.concatenate([np.empty((0, self.n)), *others])
        return ScaledColumns(self, largest, rest, np.concatenate([*dense, self.flat]))


@record
class ScaledColumns:
    """Z~ by rows: `largest` (q, n), `rest` (R, n) of the other factors in the order of `met`, `dense` (d, n)."""

    of: EffectColumns
    largest: Floats
    rest: Floats
    dense: Floats

    @property
    def inner(self) -> ScaledColumns | None:
        """The columns without the largest factor, where it is taken out by itself."""
        of = self.of.inner
        return (
            None if of is None else ScaledColumns(of, self.rest[: of.largest.q], self.rest[of.largest.q :], self.dense)
        )

    def up(self, u: Floats) -> Floats:
        """Z~ u of every row (n,), or of many u (size, m) beside each other (n, m)."""
        of, many = self.of, u.shape[1:]
        own, levels = of.largest.q * of.largest.count, u[len(u) - of.r :]
        found = self.dense.T @ levels[of.starts[-1] :]
        wide = (slice(None), *(None,) * len(many))
        for row, effects in zip(self.largest, u[:own].reshape(of.largest.q, of.largest.count, *many), strict=True):
            found += row[wide] * effects[of.largest.codes]
        for row, columns in zip(self.rest, of.met, strict=True):
            found += row[wide] * levels[columns]
        return found

    def down(self, s: Floats) -> Floats:
        """Z~'s."""
        of = self.of
        largest = [np.bincount(of.largest.codes, row * s, of.largest.count) for row in self.largest]
        levels = np.bincount(of.met.ravel(), (self.rest * s).ravel(), of.starts[-1])
        return np.concatenate([*largest, levels, self.dense @ s])

    def traces(self, H: Any, w: Floats) -> list[float]:
        """Of each smooth the sum over rows of w_i z_i'H^-1 z~_i, z_i before it is scaled."""
        dense, pairs = H.spread[2], zip(self.of.smooths, pairwise(self.of.ends), strict=True)
        return [float(np.einsum("kn,kn->n", columns, dense[a:b]) @ w) for columns, (a, b) in pairs]

    def leverage(self, H: Any) -> Floats:
        """The variance of each row's linear predictor given the data, z~_i'H^-1 z~_i."""
        pairs = zip((self.largest, self.rest, self.dense), H.spread, strict=True)
        return sum((np.einsum("kn,kn->n", row, found) for row, found in pairs), np.zeros(self.of.n))

    def beside(self, w: Floats) -> Floats:
        """What the largest factor has in common with the rest in Z~'WZ~, (q, pairs)."""
        of = self.of
        pairs, places, dense = of.pattern
        found = np.empty((len(self.largest), len(pairs)))
        for row, out in zip(self.largest, found, strict=True):
            weighted = row * w
            out[:] = np.bincount(places.ravel(), (weighted * self.rest).ravel(), len(pairs))
            for column, at in zip(self.dense, dense, strict=True):
                out[at] = np.bincount(of.largest.codes, weighted * column, of.largest.count)
        return found

    def within(self, w: Floats) -> Floats:
        """Z~'WZ~ of the rest, (r, r)."""
        of = self.of
        r, levels = of.r, of.starts[-1]
        found, weighted = np.empty((r, r)), self.rest * w
        if levels:
            above, right, twice = of.halves
            products = weighted[above] * self.rest[right]
            products[twice] *= 0.5
            half = np.bincount(of.among.ravel(), products.ravel(), levels * levels).reshape(levels, levels)
            found[:levels, :levels] = half + half.T
        for k, column in enumerate(self.dense):
            across = np.bincount(of.met.ravel(), (weighted * column).ravel(), levels)
            found[levels + k, :levels] = found[:levels, levels + k] = across
        found[levels:, levels:] = (self.dense * w) @ self.dense.T
        return found
