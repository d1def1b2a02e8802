"""The grouping factors of a mixed model: terms of one grouping as one block, and which factor lies within which.

Whether a factor is nested in another is read from the rows and not from how the formula was written: samples that
carry names of their own, `(1 | batch) + (1 | sample)`, are as nested as `(1 | batch/cask)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.latent_terms import Indices, SmoothTerm
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import Terms
from stattools.numerics.small_matrices import Codes, sums_by


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

    Groups that lie within each other: what is left of a group's rows when the groups within it are taken out.

    With V the rows of the levels j that were eliminated, S = C - V'V keeps the structure of C where each level j lies
    in one level of the next factor: the blocks of that factor, and what it has in common with the columns beyond, are

        S_pp = C_pp - sum_{j in p} V_jp'V_jp,   S_pc = C_pc - sum_{j in p} V_jp'V_jc,   S_cd = C_cd - sum_j V_jc'V_jd,

    so that it is factored the same way, in time and memory linear in the groups.
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


@record
class GroupRows:
    """Outcomes `y` and weights of rows in the order of their groups, which have `counts` (J,) rows each, none 0."""

    likelihood: Likelihood
    y: Floats
    weight: Floats | None
    counts: Codes

    @cached_property
    def first(self) -> Codes:
        """The first row of each group."""
        return np.concatenate([[0], np.cumsum(self.counts[:-1])]).astype(np.intp)

    @cached_property
    def even(self) -> int:
        """The number of rows of every group, where all have as many; else 0."""
        size = int(self.counts[0])
        return size if (self.counts == size).all() else 0

    def sums(self, values: Floats) -> Floats:
        """Sums over the rows of each group: (n, ...) makes (J, ...)."""
        if self.even:
            return values.reshape(-1, self.even, *values.shape[1:]).sum(axis=1)
        return np.add.reduceat(values, self.first, axis=0)

    def sums_along(self, values: Floats) -> Floats:
        """Sums over the rows of each group along the last axis: (..., n) makes (..., J)."""
        return np.add.reduceat(values, self.first, axis=-1)

    def spread(self, values: Floats) -> Floats:
        """What each group has, for each of its rows: (J, ...) makes (n, ...)."""
        return np.repeat(values, self.counts, axis=0)

    def part(self, groups: slice) -> tuple[GroupRows, slice]:
        """The rows of consecutive groups, and where they are."""
        counts = self.counts[groups]
        start = int(self.first[groups.start])
        rows = slice(start, start + int(counts.sum()))
        weight = None if self.weight is None else self.weight[rows]
        return GroupRows(self.likelihood, self.y[rows], weight, counts), rows

    # Far from a maximum a likelihood may overflow: who asks sees numbers that are not finite.
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def terms(self, eta: Floats) -> Terms:
        """The log-likelihood (n,), score and information of each row, times its weight."""
        found = self.likelihood.evaluate(eta, self.y)
        if self.weight is None:
            return found
        return tuple(weighted(values, self.weight) for values in found)  # type: ignore[return-value]

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def loglik(self, eta: Floats) -> Floats:
        """The log-likelihood (n,) of each row, times its weight."""
        found = self.likelihood.loglik(eta, self.y)
        return found if self.weight is None else weighted(found, self.weight)

    def repeated(self, times: int) -> GroupRows:
        """Each row so many times, one after the other: what is known of a row at each of several nodes."""
        if times == 1:
            return self
        weight = None if self.weight is None else np.repeat(self.weight, times)
        return GroupRows(self.likelihood, np.repeat(self.y, times, axis=0), weight, self.counts * times)


def shifted(eta: Floats, by: Floats) -> Floats:
    """Linear predictors (n,) or (n, width) of which the first is moved by (n, K): (n K,) or (n K, width).

    >>> shifted(np.array([[1.0, 5.0]]), np.array([[0.0, 2.0]])).tolist()
    [[1.0, 5.0], [3.0, 5.0]]
    """
    if eta.ndim == 1:
        return (eta[:, None] + by).ravel()
    found = np.repeat(eta, by.shape[1], axis=0)
    found[:, 0] += by.ravel()
    return found


def first_of(values: Floats, rank: int) -> Floats:
    """The part of the first linear predictor, of scores (rank 1) or informations (rank 2)."""
    return values if values.ndim == 1 else values[(slice(None), *(0,) * rank)]


def weighted(values: Floats, weight: Floats) -> Floats:
    """Values of rows times their weights; of rows of weight 0 nothing, whatever they say."""
    found = values * weight.reshape(-1, *(1,) * (values.ndim - 1))
    none = weight == 0.0
    if none.any():
        found[none] = 0.0
    return found


def spline_products(term: SmoothTerm, W: Floats) -> Floats:
    """B'W' (k, m) of the B-splines of a curve with rows W (m, n)."""
    k = term.k
    found = np.zeros((k, len(W)))
    for a in range(4):
        for column, row in enumerate(W):
            found[a : a + k - 3, column] += np.bincount(term.first, term.values[:, a] * row, k - 3)
    return found


def spline_meetings(one: SmoothTerm, other: SmoothTerm) -> Floats:
    """B'C (k, l) of the B-splines of two curves over the same rows, or of one curve, B'B.

    >>> from types import SimpleNamespace
    >>> from stattools.data.design.latent_terms import bsplines
    >>> first, values, _ = bsplines(np.array([0.0, 1.0]), 5)
    >>> term = SimpleNamespace(first=first, values=values, k=5)
    >>> spline_meetings(term, term).diagonal().round(4).tolist()
    [0.0278, 0.4722, 0.4722, 0.0278, 0.0]
    """
    k, m = one.k - 3, other.k - 3
    cell = one.first * m + other.first
    found = np.zeros((one.k, other.k))
    for a in range(4):
        for b in range(4):
            sums = np.bincount(cell, one.values[:, a] * other.values[:, b], k * m)
            found[a : a + k, b : b + m] += sums.reshape(k, m)
    return found


def fitted(term: SmoothTerm, coefficients: Floats) -> Floats:
    """B c (m, n) of coefficients c (k, m)."""
    between, values = np.arange(term.k - 3) + np.arange(4)[:, None], term.values.T
    found = np.empty((coefficients.shape[1], len(term.first)))
    for row, column in zip(found, coefficients.T, strict=True):
        np.einsum("an,an->n", values, column[between].take(term.first, axis=1), out=row)
    return found


def all_products(terms: Sequence[SmoothTerm], W: Floats) -> Floats:
    """[B W']'[B W'] (K + m, K + m) of the B-splines B (n, K) of all curves beside each other, and rows W (m, n).

    Sums over rows of the B-splines of curves: one read of the rows, four numbers of each. Columns Z = B M of a curve, k
    - 2 numbers of each row, are never made: Z'Z = M'B'B M. Source: Eilers & Marx (1996), section 5.
    """
    ends = np.cumsum([0, *(term.k for term in terms)]).tolist()
    K = ends[-1]
    found = np.empty((K + len(W), K + len(W)))
    found[K:, K:] = W @ W.T
    for i, term in enumerate(terms):
        own = slice(ends[i], ends[i + 1])
        found[own, K:] = spline_products(term, W)
        found[K:, own] = found[own, K:].T
        for j in range(i + 1):
            to = slice(ends[j], ends[j + 1])
            found[own, to] = spline_meetings(term, terms[j])
            found[to, own] = found[own, to].T
    return found


@record
class SplinePairs:
    """`products` (k m, n) of the k B-splines of one curve with the m of another, or of the same, in each of the n
    `rows` in which neither curve is 0: sixteen numbers, as a sparse matrix, so that sums over rows and forms of each
    row are one product with it. It takes 200 bytes a row.
    """

    k: int
    rows: Indices
    products: sparse.csc_array

    @classmethod
    def of(cls, one: SmoothTerm, other: SmoothTerm) -> SplinePairs:
        """Those of two curves over the same rows."""
        weights = [term.weight != 0.0 for term in (one, other) if term.weight is not None]
        rows = np.flatnonzero(np.logical_and.reduce(weights)) if weights else np.arange(len(one.first))
        ahead, across = (
            term.first[rows, None].astype(np.int32) + np.arange(4, dtype=np.int32) for term in (one, other)
        )
        values = one.values[rows, :, None] * other.values[rows, None]
        places = ahead[:, :, None] * np.int32(other.k) + across[:, None]
        ends = np.arange(0, values.size + 1, 16)
        shape = (one.k * other.k, len(rows))
        return cls(one.k, rows, sparse.csc_array((values.ravel(), places.ravel(), ends), shape=shape))

    def gram(self, w: Floats) -> Floats:
        """B'WC (k, m) with weights of the rows."""
        return (self.products @ w.take(self.rows)).reshape(self.k, -1)

    def forms(self, K: Floats, n: int) -> Floats:
        """b_i'K c_i (n,) for the B-splines b_i and c_i of each of the n rows, K (k, m)."""
        found = np.zeros(n)
        found[self.rows] = self.products.T @ K.ravel()
        return found


@record
class LatentColumns:
    """The rows as structures read them: W (m, n) has one row for each column of X and the last for y.

    For each random term k, `codes[k]` (n,) are the levels of the rows, `sizes[k]` is the number of levels, and `z[k]`
    (q, n) has one row for each effect of a level.
    """

    W: Floats
    codes: tuple[NDArray[np.intp], ...]
    sizes: tuple[int, ...]
    z: tuple[Floats, ...]

    def products(self, W: Floats) -> Floats:
        """Sums over the rows of each level of z times W (m, n), (Q, m, J), of terms with the same levels."""
        z = np.concatenate(self.z)
        return np.array([[np.bincount(self.codes[0], row * w, self.sizes[0]) for w in W] for row in z])

    def made(self, effects: Floats) -> Floats:
        """What effects (Q, m, J) of the levels make of the rows, (m, n)."""
        found = np.zeros((effects.shape[1], len(self.codes[0])))
        for row, effect in zip(np.concatenate(self.z), effects, strict=True):
            for k, moved in enumerate(effect):
                found[k] += row * moved[self.codes[0]]
        return found


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
        return joined([factors[k] for k in self.terms])


def joined(factors: Sequence[Floats]) -> Floats:
    """T (Q, Q) of all effects of a group, block diagonal, of those of terms that do not vary together."""
    if len(factors) == 1:
        return factors[0]
    ends = np.cumsum([0, *map(len, factors)]).tolist()
    T = np.zeros((ends[-1], ends[-1]))
    for first, last, one in zip(ends[:-1], ends[1:], factors, strict=True):
        T[first:last, first:last] = one
    return T


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

    >>> from stattools.latent.blocks import Factor
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


def filled(lower: Floats) -> Floats:
    """The symmetric matrix with this lower triangle."""
    return np.where(np.tri(len(lower), dtype=bool), lower, lower.T)


def turned_rows(matrix: Floats, scales: tuple[Floats, ...], factors: tuple[Factor, ...]) -> Floats:
    """L M: the rows of each level of each factor multiplied by its T.

    A dense symmetric matrix over the levels of several factors, of which the lower triangle is kept.
    """
    found, start = np.empty(matrix.shape), 0
    for factor, scale in zip(factors, scales, strict=True):
        own = slice(start, start + factor.count * factor.q)
        blocks = matrix[own].reshape(factor.count, factor.q, -1)
        found[own] = np.matmul(scale, blocks).reshape(matrix[own].shape)
        start = own.stop
    return found


def on_both_sides(lower: Floats, scales: tuple[Floats, ...], factors: tuple[Factor, ...]) -> Floats:
    """The lower triangle of L M L' for a symmetric M, of which the lower triangle is read."""
    if all(factor.q == 1 for factor in factors):
        each = np.repeat([scale[0, 0] for scale in scales], [factor.count for factor in factors])
        found = lower * each
        found *= each[:, None]
        return found
    return turned_rows(turned_rows(filled(lower), scales, factors).T, scales, factors)


def diagonal(lower: Floats, factor: Factor) -> Floats:
    """The blocks (q, q, J) on the diagonal of a factor's own matrix, of which the lower triangle is read."""
    held, levels = lower.reshape(factor.count, factor.q, factor.count, factor.q), np.arange(factor.count)
    found = np.moveaxis(held[levels, :, levels], 0, -1).copy()
    for a in range(factor.q):
        for b in range(a):
            found[b, a] = found[a, b]
    return found


MOST_COLUMNS = 5_000
"""Columns of the rest: 5,000 take 0.2 GB per matrix and 4e10 products for each value, some seconds."""

FULL = 0.2
"""Where this share of levels and columns meet, a dense matrix of them takes less time than a sparse one."""

MANY_COLUMNS = 200
"""Columns of the next factor from which groups within groups are taken out one factor after the other."""

NOBODY = Factor(np.empty(0, dtype=np.intp), 0, np.empty((0, 0)), (), ())


@record
class EffectColumns:
    """Columns of effects before they are scaled: `largest` and `others` are the grouping factors, `smooths` (d_k, n)
    the columns of each smooth, `flat` (p, n) those of fixed effects that are integrated out; n is the number of rows.

    The columns of all effects beside each other, at their standard deviations: what a Laplace approximation reads.

        eta = base + Z~ u,   Z~ = [Z_0 T_0, Z_1 T_1, ..., tau D, X],   u ~ N(0, I), but flat for the columns X

    The effects of the factor with most of them come first, (q, J) numbers; of all others there is a dense matrix, so
    that they are numbered from 0 to r - 1: levels of the other factors, then `dense` columns, which all rows have:
    those of smooths, and fixed effects that are integrated out. Only columns and levels that meet in a row are kept of
    what the first factor has in common with the rest.
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
        if not self.others or self.others[0].count * self.others[0].q < MANY_COLUMNS or not self.may_nest:
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


ALONG = 1e-12
"""A column that is a line along a curve but for this share of its largest number is one."""


@dataclass(frozen=True, eq=False)
class WidthOnly:
    """Stands for columns that are not made: it knows how many there are, and makes them where somebody asks."""

    term: SmoothTerm
    size: float

    def __len__(self) -> int:
        return self.term.width

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:
        return self.term.columns.T / self.size


@record
class SplineColumns(EffectColumns):
    """`terms` are the curves, whose columns are divided by `sizes`.

    Columns of curves without groups beside, which are never made: a row meets four B-splines of each.

        Z~ = [B_1 ... B_m] L S + [0, X]     L the coefficients of B-splines that make each column, S standard deviations
        Z~'WZ~ = S L'B'WB L S             B'WB by sums over rows between two knots, and in a cell of two curves
        h_i = b_i'K b_i,   K = L S H^-1 S L'  sixteen numbers of K for each row and each curve or pair of curves

    where X are the columns of fixed effects that B-splines do not make. Cost: sixteen numbers of each row for a curve
    and for a pair of curves, whatever k is, where the columns themselves take the square of their number. Source:
    Eilers & Marx, Statistical Science 11 (1996); Wood, Pya & Saefken (2016), 3.
    """

    terms: tuple[SmoothTerm, ...] = ()
    sizes: tuple[float, ...] = ()

    @classmethod
    def of_curves(cls, terms: Sequence[SmoothTerm], flat: Floats) -> SplineColumns:
        """Of curves, each divided by the root of the mean sum of squares of a row, and fixed effects beside."""
        n = flat.shape[1]
        grams = [term.wiggles.T @ spline_meetings(term, term) @ term.wiggles for term in terms]
        sizes = tuple(float(np.sqrt(np.trace(gram) / n)) for gram in grams)
        smooths: Any = tuple(WidthOnly(term, size) for term, size in zip(terms, sizes, strict=True))
        return cls(n, NOBODY, (), smooths, flat, True, tuple(terms), sizes)

    @cached_property
    def ways(self) -> tuple[Floats, ...]:
        """M_k / s_k (k, k - 2) of each curve."""
        return tuple(term.wiggles / size for term, size in zip(self.terms, self.sizes, strict=True))

    @cached_property
    def pairs(self) -> tuple[tuple[SplinePairs, ...], ...]:
        """Of each curve the products of its B-splines with those of each one before it, and with themselves."""
        each = enumerate(self.terms)
        return tuple(tuple(SplinePairs.of(one, other) for other in self.terms[: k + 1]) for k, one in each)

    @cached_property
    def parts(self) -> tuple[slice, ...]:
        """Where the B-splines of each curve are among those of all."""
        ends = np.cumsum([0, *(term.k for term in self.terms)]).tolist()
        return tuple(slice(a, b) for a, b in pairwise(ends))

    @cached_property
    def splines(self) -> sparse.csr_array:
        """The B-splines of all curves beside each other (n, K)."""
        at = [
            term.first[:, None] + np.arange(part.start, part.start + 4)
            for term, part in zip(self.terms, self.parts, strict=True)
        ]
        values = np.hstack([term.values for term in self.terms])
        ends = np.arange(0, values.size + 1, values.shape[1])
        shape = (self.n, self.parts[-1].stop)
        found = sparse.csr_array((values.ravel(), np.hstack(at).ravel(), ends), shape=shape)
        if any(term.weight is not None for term in self.terms):  # most are 0 where each level has a curve
            found.eliminate_zeros()
        return found

    @cached_property
    def across(self) -> sparse.csc_array:
        """The B-splines of all curves, one under the other (K, n)."""
        return self.splines.T

    @cached_property
    def made(self) -> tuple[Indices, Floats]:
        """The numbers of the columns of fixed effects that are sums of lines along curves, as the intercept and a
        curve's own line are, and the coefficients (K, m) of B-splines that make them.
        """
        lines = np.zeros((self.parts[-1].stop, 2 * len(self.terms)))
        for k, (term, part) in enumerate(zip(self.terms, self.parts, strict=True)):
            places = np.arange(float(term.k))
            lines[part, 2 * k], lines[part, 2 * k + 1] = 1.0, places - places.mean()
        along, flat = self.splines @ lines, self.flat
        back = np.linalg.pinv(along.T @ along, hermitian=True)
        c = back @ (flat @ along).T
        c += back @ ((flat - (along @ c).T) @ along).T  # what the square of their condition takes of the first
        apart = np.abs((along @ c).T - flat).max(axis=1, initial=0.0)
        are = apart <= ALONG * np.abs(flat).max(axis=1, initial=0.0)
        return np.flatnonzero(are), lines @ c[:, are]

    @cached_property
    def lift(self) -> Floats:
        """The coefficients (K, r) of B-splines that make each column, 0 for those `beside`."""
        found = np.zeros((self.parts[-1].stop, self.r))
        for way, part, (a, b) in zip(self.ways, self.parts, pairwise(self.ends), strict=True):
            found[part, a:b] = way
        which, c = self.made
        found[:, self.ends[-1] + which] = c
        return found

    @cached_property
    def beside(self) -> tuple[Indices, Floats]:
        """The numbers of the columns of fixed effects that no curve makes, and these (m, n)."""
        which = np.setdiff1d(np.arange(len(self.flat)), self.made[0])
        return self.ends[-1] + which, self.flat[which]

    def sums(self, rows: Floats) -> list[Floats]:
        """Of each curve Z_k' times numbers of the rows (n,), or many (n, m)."""
        found = self.across @ rows
        return [way.T @ found[part] for way, part in zip(self.ways, self.parts, strict=True)]

    def gram(self, w: Floats) -> Floats:
        """Z'WZ of the columns before they are scaled, those of fixed effects last."""
        found, (rest, flat) = self.lift.T @ self._of_splines(w) @ self.lift, self.beside
        if len(rest):
            weighted = flat * w
            met = self.lift.T @ (self.across @ weighted.T)
            found[:, rest], found[rest] = met, met.T
            found[rest[:, None], rest] = weighted @ flat.T
        return found

    def _of_splines(self, w: Floats) -> Floats:
        """B'WB (K, K) of the B-splines of all curves."""
        found = np.empty((self.parts[-1].stop, self.parts[-1].stop))
        for own, pairs in zip(self.parts, self.pairs, strict=True):
            for pair, other in zip(pairs, self.parts, strict=False):
                met = pair.gram(w)
                found[own, other], found[other, own] = met, met.T
        return found

    def scaled(self, factors: Sequence[Floats], taus: Sequence[float]) -> ScaledSplines:
        """The columns at the standard deviation of each curve."""
        nothing = np.empty((0, self.n))
        return ScaledSplines(self, nothing, nothing, nothing, tuple(taus))


@record
class ScaledSplines(ScaledColumns):
    """Z~ of curves at the standard deviations `taus`."""

    of: SplineColumns
    taus: tuple[float, ...] = ()

    @property
    def inner(self) -> None:
        """There are no groups."""
        return

    @cached_property
    def scales(self) -> Floats:
        """What each column is multiplied by."""
        widths = [*map(len, self.of.smooths), len(self.of.flat)]
        return np.repeat([*self.taus, 1.0], widths)

    def up(self, u: Floats) -> Floats:
        """Z~ u of every row (n,), or of many u (size, m) beside each other (n, m)."""
        of, scaled = self.of, (u.T * self.scales).T
        rest, flat = of.beside
        found = of.splines @ (of.lift @ scaled)
        return found + flat.T @ scaled[rest] if len(rest) else found

    def down(self, s: Floats) -> Floats:
        """Z~'s."""
        of, (rest, flat) = self.of, self.of.beside
        found = of.lift.T @ (of.across @ s)
        found[rest] = flat @ s
        return self.scales * found

    def within(self, w: Floats) -> Floats:
        """Z~'WZ~."""
        return self.scales[:, None] * self.of.gram(w) * self.scales

    def traces(self, H: Any, w: Floats) -> list[float]:
        """Of each curve the sum over rows of w_i z_i'H^-1 z~_i, z_i before it is scaled."""
        met = np.einsum("ij,ji->i", self.of.gram(w) * self.scales, H.inverse)
        return [float(met[a:b].sum()) for a, b in zip(self.of.ends, self.of.ends[1:], strict=False)]

    def leverage(self, H: Any) -> Floats:
        """z~_i'H^-1 z~_i of each row."""
        of, (rest, flat) = self.of, self.of.beside
        C = self.scales[:, None] * H.inverse * self.scales
        K, found = of.lift @ C @ of.lift.T, np.zeros(of.n)
        for own, pairs in zip(of.parts, of.pairs, strict=True):
            for pair, other in zip(pairs, of.parts, strict=False):
                found += (1.0 if other == own else 2.0) * pair.forms(K[own, other], of.n)
        if len(rest):
            met = C[rest[:, None], rest] @ flat + 2.0 * (of.splines @ (of.lift @ C[:, rest])).T
            found += np.einsum("pn,pn->n", flat, met)
        return found


def effect_columns(
    columns: LatentColumns, terms: Sequence[SmoothTerm], flat: Floats | None
) -> tuple[EffectColumns, tuple[float, ...]]:
    """The columns of random terms, curves and fixed effects that are integrated out, and what those of each curve were
    divided by, so that a row has squares that sum to 1 on average.
    """
    if flat is not None and not columns.codes:
        made = SplineColumns.of_curves(terms, flat)
        return made, made.sizes
    curves = [term.columns.T for term in terms]
    sizes = tuple(float(np.sqrt((one**2).sum() / one.shape[1])) for one in curves)
    return EffectColumns.of(columns, [one / size for one, size in zip(curves, sizes, strict=True)], flat), sizes
