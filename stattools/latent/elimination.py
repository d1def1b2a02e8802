"""What the likelihood of a linear mixed model needs of the random terms: one question, which each structure answers.

    y = X b + sum_k Z_k u_k + e,    u_kj ~ N(0, s2 T_k T_k'),    e ~ N(0, s2)
    V = I + sum_k Z_k (I (x) T_k T_k') Z_k'

T_k (q_k, q_k) is lower triangular and may be singular. All that is asked is polynomial in the rows: sums over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs, solve_triangular

from stattools.data.design.latent_terms import SmoothTerm
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import LARGEST, SMALLEST
from stattools.interface.when_needed import sparse
from stattools.latent.blocks import (
    MOST_COLUMNS,
    Factor,
    LatentColumns,
    Less,
    ScaledColumns,
    chain,
    diagonal,
    factors_of,
    filled,
    fitted,
    joined,
    on_both_sides,
    own_blocks,
    own_rows,
    places,
    side_by_side,
    spline_meetings,
    spline_products,
    turned_rows,
    widths,
)
from stattools.latent.large_ratios import LARGE, BesideLarge, TakenOut, WithinGroups, is_regular, large_terms
from stattools.numerics.small_matrices import (
    Codes,
    IntegratedOut,
    backward,
    eliminated,
    forward,
    grams,
    sums_by,
    times,
    transposed,
    triangles,
)


@record
class Joint:
    """Where no two levels meet in a row: [Z'V^-1 Z]_jj (Q, Q, J) and [Z'V^-1 W]_j (Q, m, J) of all terms together.

    These are all that second derivatives of the likelihood need.
    """

    blocks: Floats
    projected: Floats


class Evaluated(Protocol):
    """What a structure says at its factors: log|V|, `cross` W'V^-1 W (m, m), and for each term, per level j,
    `diagonal_blocks` [Z_k'V^-1 Z_k]_jj (q, q, J) and `projected` [Z_k'V^-1 W]_j (q, m, J).

    `joint` is None where levels of different terms meet in rows: there second derivatives are differences of the
    gradient.
    """

    @property
    def log_determinant(self) -> float: ...
    @property
    def cross(self) -> Floats: ...
    @property
    def diagonal_blocks(self) -> tuple[Floats, ...]: ...
    @property
    def projected(self) -> tuple[Floats, ...]: ...
    @property
    def joint(self) -> Joint | None: ...


@record
class AtFactors:
    """An `Evaluated` whose parts were all computed."""

    log_determinant: float
    cross: Floats
    diagonal_blocks: tuple[Floats, ...]
    projected: tuple[Floats, ...]
    joint: Joint | None = None


class Structure(Protocol):
    """The random terms of a model; `widths` are the numbers of effects q_k of a level of each term."""

    @property
    def widths(self) -> tuple[int, ...]: ...
    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated: ...
    def with_columns(self, which: list[int]) -> Structure:
        """The same rows with some of the columns of W, the last of which is y."""
        ...


@record
class OneFactor:
    """The sums `E` = [A B] (Q, Q + m, J) and `C` (m, m) of all terms of one group; Q is the sum of `widths`.

    `columns` are the rows, where they are in memory: what is asked once of them where effects are very large. Of rows
    that are not, `known` is what a read has found then.

    One grouping factor: V has a block for each group, and all that is known of a group are sums over its rows.

        A_j = Z_j'Z_j,   B_j = Z_j'[X y]_j,   C = [X y]'[X y]          one read of the data, memory O(groups)
        M_j = I + T'A_j T = L_j L_j',   F_j = L_j^-1 T'[A_j B_j]
        log|V| = sum_j log|M_j|,   W'V^-1 W = C - sum_j F_j'F_j,   Z_j'V^-1 [Z_j W] = [A_j B_j] - F_j'F_j

    Arrays have the group last: each entry of a small matrix is a vector of length J, and the loops are over entries.
    Source: Bates, Maechler, Bolker & Walker, Journal of Statistical Software 67 (2015), section 3, for the profile.
    """

    E: Floats
    C: Floats
    widths: tuple[int, ...]
    columns: LatentColumns | None = None
    known: WithinGroups | None = None

    @classmethod
    def of(cls, columns: LatentColumns) -> OneFactor:
        """The sums over the rows, whose terms all have the same codes."""
        W, z = columns.W, columns.z[0] if len(columns.z) == 1 else np.concatenate(columns.z)
        if z.base is W:  # they are the first rows of W
            sums = grams(z, W, columns.codes[0], columns.sizes[0])
            sums = np.concatenate([sums[:, : len(z)], sums], axis=1)
        else:
            sums = grams(z, [*z, *W], columns.codes[0], columns.sizes[0])
        return cls(sums, W @ W.T, tuple(len(one) for one in columns.z), columns)

    @cached_property
    def spans(self) -> tuple[slice, ...]:
        """Where the effects of each term stand among all of a group."""
        return tuple(slice(end - width, end) for end, width in zip(accumulate(self.widths), self.widths, strict=True))

    @cached_property
    def within(self) -> WithinGroups:
        """The sums in which large effects lose no digits."""
        return self.known or WithinGroups.of(self.E, self.C, self.columns)

    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated:
        """See `Structure`."""
        E, Q = self.E, len(self.E)
        T = joined(factors)
        largest = np.abs(T).max()
        if not largest:
            return self._parts(0.0, self.C, E)
        F = (T.T @ E.reshape(Q, -1)).reshape(E.shape)
        L, F = integrated_out(F, np.matmul(T.T, F[:, :Q]))
        log_determinant = 2.0 * float(np.log(L.diagonal()).sum())
        if largest <= LARGE:
            design = F[:, Q:]
            cross = self.C - np.matmul(design, design.swapaxes(1, 2)).sum(axis=0)
            return self._parts(log_determinant, cross, E - times(transposed(F[:, :Q]), F))
        X = backward(L, F)
        cross = self.within.cross(T, X[:, Q:])
        if is_regular(T):
            return self._parts(log_determinant, cross, np.linalg.solve(T.T, X.reshape(Q, -1)).reshape(X.shape))
        return self._parts(log_determinant, cross, E - times(transposed(F[:, :Q]), F))

    def _parts(self, log_determinant: float, cross: Floats, left: Floats) -> AtFactors:
        """Log-determinant, W'V^-1 W and Z'V^-1 [Z W], the latter by terms."""
        Q = len(left)
        blocks, projected = left[:, :Q], left[:, Q:]
        joint = Joint(blocks, projected)
        if len(self.widths) == 1:
            return AtFactors(log_determinant, cross, (blocks,), (projected,), joint)
        own = tuple(blocks[span, span] for span in self.spans)
        return AtFactors(log_determinant, cross, own, tuple(projected[span] for span in self.spans), joint)

    def with_columns(self, which: list[int]) -> OneFactor:
        """See `Structure`."""
        Q = len(self.E)
        kept = [*range(Q), *(Q + k for k in which)]
        rows = self.columns
        some = None if rows is None else replace(rows, W=rows.W[which])
        inside = None if self.known is None else self.known.with_columns(which)
        return replace(self, E=self.E[:, kept], C=self.C[np.ix_(which, which)], columns=some, known=inside)


def integrated_out(F: Floats, inner: Floats) -> tuple[Floats, Floats]:
    """L (Q, Q, J) and L^-1 F, where L L' = I + T'A T, of F = T'[A B] (Q, Q + m, J) and `inner` = T'A T (Q, Q, J), which
    is overwritten. [A B] without the effects T v is [A B] less the products of the first Q columns of L^-1 F with all.
    """
    for k in range(len(F)):
        inner[k, k] += 1.0
    L, _ = triangles(inner, 1.0)
    return L, forward(L, F)


@record
class Nested:
    """The sums over rows that a mixed model of nested factors needs: for each factor `rows` [A_ll, A_lh ..., B_l] of
    each group, (q_l, q_l + sum q_h + m, J_l), and `corner`, W'W of W = [X y].

    Grouping factors that lie within each other, (1 | school/class): one pass up and one down, linear in the groups.

        V_l = I + sum_{k <= l} U_k U_k',   U_k = Z_k (I (x) T_k),   factor 1 the finest, L the coarsest.

    Up: the effects of the finest factor are integrated out group by group. Since each of its groups lies in one group
    of every other factor, what is left of those is again a block per group, and the next is integrated out likewise:

        [A_hg, B_h] -= sum_{groups j of factor l within} A_lh,j' W_j [A_lg,j, B_l,j],   W_j = T (I + T'A_ll,j T)^-1 T'.

    Down: the effects of the groups above a group, given the data, have covariance Q and means U (for each column of [X
    y]); a group adds its own, and its blocks of Z'V^-1 Z and Z'V^-1 [X y] are

        G_j = F_j A_ll - (F_j A_lh) Q (F_j A_lh)',   P_j = F_j (B_l - A_lh U),   F_j = I - A_ll,j W_j.

    Cost and memory are linear in the rows (once) and in the groups (each evaluation). Nothing is divided by T, which
    may be singular.
    """

    factors: tuple[Factor, ...]
    above: tuple[tuple[Codes, ...], ...]
    rows: tuple[Floats, ...]
    corner: Floats
    columns: LatentColumns

    @property
    def widths(self) -> tuple[int, ...]:
        """Effects of a level of each term."""
        return widths(self.factors)

    @classmethod
    def of(cls, columns: LatentColumns) -> Nested:
        """The sums over the rows of terms whose factors are nested, see `chain`."""
        factors = factors_of(columns)
        steps = chain(factors)
        if steps is None:
            raise ValueError("Nested needs factors of which each lies within the next.")
        above = []
        for start in range(len(steps)):
            codes = [steps[start]]
            for step in steps[start + 1 :]:
                codes.append(step[codes[-1]])
            above.append(tuple(codes))
        rows = []
        for start, factor in enumerate(factors):
            beside = np.concatenate([*(other.z for other in factors[start:]), columns.W])
            rows.append(grams(factor.z, beside, factor.codes, factor.count))
        return cls(factors, (*above, ()), tuple(rows), columns.W @ columns.W.T, columns)

    @cached_property
    def _without(self) -> dict[tuple[int, ...], TakenOut]:
        return {}

    def evaluate(self, factors: tuple[Floats, ...]) -> NestedEvaluated | BesideLarge:
        """All that the deviance and its gradient need at these T_k."""
        large = large_terms(factors)
        if not large:
            return self.plainly(factors)
        if large not in self._without:
            self._without[large] = TakenOut.of(Nested, self.columns, large)
        return self._without[large].evaluate(factors)

    def with_pulls(self, pulls: list[Floats]) -> Nested:
        """With the sums Z'W of the last columns of W put to these, (q, m, J) for each term."""
        rows = []
        for row, own in zip(self.rows, side_by_side(self.factors, pulls), strict=True):
            rows.append(np.concatenate([row[:, : row.shape[1] - own.shape[1]], own], axis=1))
        return replace(self, rows=tuple(rows))

    def plainly(self, factors: tuple[Floats, ...]) -> NestedEvaluated:
        """The same from the sums over rows as they are, which large effects take digits from."""
        rows, corner, log_determinant = [row.copy() for row in self.rows], self.corner.copy(), 0.0
        m, gone = len(corner), []
        for place, factor in enumerate(self.factors):
            q, row = factor.q, rows[place]
            out = eliminated(row[:, :q], factor.joined(factors))
            rest = row[:, q:]
            moved = times(out.spread, rest)
            log_determinant += out.log_determinant
            corner -= np.tensordot(rest[:, -m:], moved[:, -m:], ([0, 2], [0, 2]))
            start = 0
            for step, codes in enumerate(self.above[place]):
                other = self.factors[place + 1 + step]
                fall = times(transposed(rest[:, start : start + other.q]), moved[:, start:])
                rows[place + 1 + step] -= sums_by(fall, codes, other.count)
                start += other.q
            gone.append(out)
        return NestedEvaluated(self, tuple(rows), tuple(gone), log_determinant, corner)

    def with_columns(self, which: list[int]) -> Nested:
        """See `Structure`."""
        m = len(self.corner)
        rows = tuple(
            np.concatenate([row[:, : row.shape[1] - m], row[:, row.shape[1] - m :][:, which]], axis=1)
            for row in self.rows
        )
        some = replace(self.columns, W=self.columns.W[which])
        return replace(self, rows=rows, corner=self.corner[np.ix_(which, which)], columns=some)


class Above(NamedTuple):
    """Of the effects of a group and of those that it lies in: covariance (f, f, J) and means for each column of W."""

    covariance: Floats
    mean: Floats


class _Level(NamedTuple):
    blocks: Floats
    projected: Floats
    above: Above
    pull: Floats  # the mean of a group's effects falls by this times those of the groups above


@record
class NestedEvaluated:
    """`Evaluated` of nested factors: the way up is done, the way down is when blocks are asked for."""

    structure: Nested
    rows: tuple[Floats, ...]
    gone: tuple[IntegratedOut, ...]
    log_determinant: float
    cross: Floats

    @property
    def joint(self) -> None:
        """Levels of different factors meet."""

    @cached_property
    def levels(self) -> tuple[_Level, ...]:
        """The way down: of each factor, finest first, blocks, projections, and what is known of its effects."""
        m, found = len(self.cross), []
        known = Above(np.zeros((0, 0, 1)), np.zeros((0, m, 1)))
        for place in reversed(range(len(self.rows))):
            factor, out, row = self.structure.factors[place], self.gone[place], self.rows[place]
            if found:
                codes = self.structure.above[place][0]
                known = Above(known.covariance[:, :, codes], known.mean[:, :, codes])
            level = _down(out, row[:, factor.q : row.shape[1] - m], row[:, -m:], known)
            known = level.above
            found.append(level)
        return tuple(reversed(found))

    @property
    def diagonal_blocks(self) -> tuple[Floats, ...]:
        """[Z_k'V^-1 Z_k]_jj of each term, (q, q, J)."""
        return own_blocks(self.structure.factors, [level.blocks for level in self.levels])

    @property
    def projected(self) -> tuple[Floats, ...]:
        """[Z_k'V^-1 W]_j of each term, (q, m, J)."""
        return own_rows(self.structure.factors, [level.projected for level in self.levels])

    def link(self, k: int, other: int, i: Codes, j: Codes) -> Floats:
        """K (q_k, q_l, r), the covariance given the data of the effects of levels i of term k and j of another."""
        where = places(self.structure.factors)
        (one, rows), (two, columns) = where[k], where[other]
        return self._between(one, two, i, j)[rows, columns]

    def _between(self, one: int, two: int, i: Codes, j: Codes) -> Floats:
        """Of all effects of factors; those of groups that do not contain each other share what is above both."""
        if one > two:
            return transposed(self._between(two, one, j, i))
        factors, above = self.structure.factors, self.structure.above[one]
        ends = np.cumsum([0, *(factor.q for factor in factors[one:])])
        mine, theirs = slice(0, ends[1]), slice(ends[two - one], ends[two - one + 1])
        level = self.levels[one]
        found = np.array(level.above.covariance[mine, theirs][:, :, i])
        apart = np.flatnonzero((i if one == two else above[two - one - 1][i]) != j)
        if len(apart):
            found[:, :, apart] = 0.0
            for step, codes in enumerate(above):
                pull = level.pull[:, ends[step + 1] - ends[1] : ends[step + 2] - ends[1]][:, :, i[apart]]
                higher = self._between(one + 1 + step, two, codes[i[apart]], j[apart])
                found[:, :, apart] -= times(pull, higher)
        return found


def _down(out: IntegratedOut, to_above: Floats, to_design: Floats, known: Above) -> _Level:
    """One step down: `to_above` is A_lh (q, f, J), `to_design` B_l (q, m, J), `known` of the groups above."""
    if not to_above.shape[1]:
        mean = times(out.spread, to_design)
        return _Level(out.inner, times(out.left, to_design), Above(out.spread, mean), to_above)
    seen = times(out.left, to_above)
    blocks = out.inner - times(times(seen, known.covariance), transposed(seen))
    unexplained = to_design - times(to_above, known.mean)
    pull = times(out.spread, to_above)
    shared = times(pull, known.covariance)
    own = out.spread + times(shared, transposed(pull))
    q, f, count = to_above.shape
    covariance = np.empty((q + f, q + f, count))
    covariance[:q, :q], covariance[q:, q:] = own, known.covariance
    covariance[:q, q:], covariance[q:, :q] = -shared, -transposed(shared)
    mean = np.concatenate([times(out.spread, unexplained), known.mean])
    return _Level(blocks, times(out.left, unexplained), Above(covariance, mean), pull)


ENOUGH = 1e-2
"""Where the size of T'C T in a level is above this, (I - S^-1) keeps 14 digits of it or more."""


NUMBERS_AT_ONCE = 4_000_000
"""Numbers in the dense rows of the levels that are handled together."""


@record
class Meetings:
    """`across[c]` (count, r) are the sums A_0r of each effect c of the factor that is eliminated.

    What a factor that is eliminated has in common with the rest, where too many columns meet to keep each pair.

    The same sums as `Pairs`, by dense products over a few levels at a time: r^2 q^2 J products for each evaluation, and
    of memory only the sums over rows.
    """

    across: tuple[sparse.csr_array, ...]
    count: int
    r: int

    @property
    def meetings(self) -> Meetings:
        """The sums over rows, as `Pairs` has them too."""
        return self

    def _parts(self) -> Iterator[tuple[slice, Floats]]:
        count, q = self.count, len(self.across)
        step = max(1, NUMBERS_AT_ONCE // (self.r * q))
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


MOST_PAIRS = 30_000_000
"""Pairs that are kept, 0.4 GB; where there are more, the dense products of `Meetings` take their place."""


@record
class Pairs:
    """`products[i]` (r^2, J) for each pair (c, d) of `corners`, c >= d; `meetings` has the sums A_0r themselves.

    What a factor that is eliminated has in common with the rest: pairs of columns that meet in one of its levels.

    The Schur complement C = Z_r'Z_r - sum_j A_r0,j W_j A_0r,j is linear in the entries of W_j, and the coefficient of
    W_j[c, d] in C[a, b] is a product of two sums over rows, which are the same at every evaluation. They are kept as a
    sparse matrix, one row for each (a, b) and one column for each level, so that an evaluation is one product with it,
    and the quadratic forms A_0r,j Q A_r0,j, linear in Q, are one product with its transpose.

    Cost and memory: the pairs, sum_j d_j (d_j + 1) / 2 where level j meets d_j columns of the rest, 12 bytes each.
    """

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


potrf, potri, trtrs = get_lapack_funcs(("potrf", "potri", "trtrs"), dtype=np.float64)

(symm,) = get_blas_funcs(("symm",), dtype=np.float64)

ROWS_AT_ONCE = 1_000
"""Rows whose covariances are made together."""


@record
class Crossed:
    """The sums over rows that a mixed model of crossed factors needs: `gram` and `to_design` of the factor that is
    eliminated, (q, q, J) and (q, m, J), `products` for what it has in common with the rest, and of the rest `within`
    (r, r) and `rest_design` (r, m); `corner` is W'W.

    Crossed grouping factors: the largest is eliminated, of the rest there is a dense matrix.

        V = V_0 + sum_{k > 0} U_k U_k',   V_0 = I + U_0 U_0',   U_k = Z_k (I (x) T_k)

    The effects of the factor with the most columns are integrated out level by level, as if there were no other. What
    is left of the rest is C = Z_r'V_0^-1 Z_r, of as many columns as all other factors have, and S = I + L'C L with L
    the block diagonal of the T_k. By one Cholesky factor of S

        log|V| = sum_j log|I + T_0'A_j T_0| + log|S|,      W'V^-1 W = W'V_0^-1 W - (L'c)'S^-1 (L'c),   c = Z_r'V_0^-1 W,

    and by its inverse, with Q = L S^-1 L' the covariance of the effects given the data,

        rest     [Z_k'V^-1 Z_k]_jj = T^-T (I - S^-1)_jj T^-1, or C_jj - (C Q C)_jj where T is nearly singular,
        largest  F_j A_j - F_j (A_0r,j Q A_r0,j) F_j',   F_j = I - A_j W_j.

    Cost of an evaluation with r columns of the rest: r^3 / 3 products for the value, r^3 more for the blocks, and the
    pairs of columns that meet in a level (`Pairs`); memory 8 r^2 bytes, a few times.
    """

    largest: Factor
    rest: tuple[Factor, ...]
    gram: Floats
    to_design: Floats
    products: Pairs | Meetings
    meetings: Meetings
    within: Floats
    rest_design: Floats
    corner: Floats
    columns: LatentColumns

    @property
    def widths(self) -> tuple[int, ...]:
        """Effects of a level of each term."""
        return widths((self.largest, *self.rest))

    @classmethod
    def of(cls, columns: LatentColumns) -> Crossed:
        """The sums over the rows. Raises IncompatibleError beyond 5,000 columns of the rest."""
        largest, *others = sorted(factors_of(columns), key=lambda factor: -factor.count * factor.q)
        ends = np.cumsum([0, *(factor.count * factor.q for factor in others)])
        r, W, codes = int(ends[-1]), columns.W, (largest.codes, largest.count)
        if r > MOST_COLUMNS:
            raise too_many(largest.count, r)
        met = [
            start + each.codes * each.q + k
            for start, each in zip(ends[:-1], others, strict=True)
            for k in range(each.q)
        ]
        met, values = np.array(met), np.concatenate([each.z for each in others])
        n, products = len(largest.codes), products_of(largest, met, values, r)
        of_rows = sparse.csr_array((values.T.ravel(), met.T.ravel(), np.arange(n + 1) * len(met)), shape=(n, r))
        return cls(
            largest,
            tuple(others),
            grams(largest.z, largest.z, *codes),
            grams(largest.z, W, *codes),
            products,
            products.meetings,
            np.tril((of_rows.T @ of_rows).toarray()),
            of_rows.T @ W.T,
            W @ W.T,
            columns,
        )

    @cached_property
    def _without(self) -> dict[tuple[int, ...], TakenOut]:
        return {}

    def evaluate(self, factors: tuple[Floats, ...]) -> CrossedEvaluated | BesideLarge:
        """All that the deviance and its gradient need at these T_k."""
        large = large_terms(factors)
        if not large:
            return self.plainly(factors)
        if large not in self._without:
            self._without[large] = TakenOut.of(Crossed, self.columns, large)
        return self._without[large].evaluate(factors)

    def with_pulls(self, pulls: list[Floats]) -> Crossed:
        """With the sums Z'W of the last columns of W put to these, (q, m, J) for each term."""
        first, *others = side_by_side((self.largest, *self.rest), pulls)
        below = np.concatenate([own.transpose(2, 0, 1).reshape(-1, own.shape[1]) for own in others])
        kept = self.to_design.shape[1] - first.shape[1]
        return replace(
            self,
            to_design=np.concatenate([self.to_design[:, :kept], first], axis=1),
            rest_design=np.concatenate([self.rest_design[:, :kept], below], axis=1),
        )

    def plainly(self, factors: tuple[Floats, ...]) -> CrossedEvaluated:
        """The same from the sums over rows as they are, which large effects take digits from."""
        out = eliminated(self.gram, self.largest.joined(factors))
        inner = self.within - self.products.outer(out.spread)
        moved = times(out.spread, self.to_design)
        beside = self.rest_design - self.meetings.down(moved)
        corner = self.corner - np.tensordot(self.to_design, moved, ([0, 2], [0, 2]))
        scales = tuple(factor.joined(factors) for factor in self.rest)
        transposes = tuple(scale.T for scale in scales)
        scaled = on_both_sides(inner, transposes, self.rest)
        scaled.flat[:: len(scaled) + 1] += 1.0
        root, failed = potrf(scaled.T, lower=0, overwrite_a=1, clean=0)
        if failed:
            raise ArithmeticError("I + L'C L is not positive definite: the effects are infinite, or NaN.")
        half, _ = trtrs(root, turned_rows(beside, transposes, self.rest), lower=0, trans=1)
        log_determinant = out.log_determinant + 2.0 * float(np.log(root.diagonal()).sum())
        return CrossedEvaluated(self, out, scales, inner, beside, root, half, log_determinant, corner - half.T @ half)

    def with_columns(self, which: list[int]) -> Crossed:
        """See `Structure`."""
        return replace(
            self,
            to_design=self.to_design[:, which],
            rest_design=self.rest_design[:, which],
            corner=self.corner[np.ix_(which, which)],
            columns=replace(self.columns, W=self.columns.W[which]),
        )


@record
class CrossedEvaluated:
    """`Evaluated` of crossed factors: blocks and projections are made when they are asked for.

    `root` is the upper triangular R with R'R = S, `half` R^-T L'c, `inner` the matrix C, `beside` c.
    """

    structure: Crossed
    gone: IntegratedOut
    scales: tuple[Floats, ...]
    inner: Floats
    beside: Floats
    root: Floats
    half: Floats
    log_determinant: float
    cross: Floats

    @property
    def joint(self) -> None:
        """Levels of different factors meet."""

    @cached_property
    def inverse(self) -> Floats:
        """The lower triangle of S^-1."""
        return potri(self.root, lower=0)[0].T

    @cached_property
    def covariance(self) -> Floats:
        """Of Q = L S^-1 L', the covariance of the rest's effects given the data over the residual variance, the lower
        triangle.
        """
        return on_both_sides(self.inverse, self.scales, self.structure.rest)

    @cached_property
    def mean(self) -> Floats:
        """L S^-1 L'c: the rest's effects given the data, for each column of W."""
        found, _ = trtrs(self.root, self.half, lower=0, trans=0)
        return turned_rows(found, self.scales, self.structure.rest)

    @property
    def diagonal_blocks(self) -> tuple[Floats, ...]:
        """[Z_k'V^-1 Z_k]_jj of each term, (q, q, J)."""
        return own_blocks((self.structure.largest, *self.structure.rest), self._all_blocks)

    @property
    def projected(self) -> tuple[Floats, ...]:
        """[Z_k'V^-1 W]_j of each term, (q, m, J)."""
        return own_rows((self.structure.largest, *self.structure.rest), self.all_projected)

    @cached_property
    def _all_blocks(self) -> list[Floats]:
        around, left = self.around, self.gone.left
        blocks, start = [self.gone.inner - times(times(left, around), transposed(left))], 0
        for place, factor in enumerate(self.structure.rest):
            end = start + factor.count * factor.q
            blocks.append(self._blocks(place, slice(start, end)))
            start = end
        return blocks

    @cached_property
    def all_projected(self) -> list[Floats]:
        structure = self.structure
        unexplained = structure.to_design - structure.meetings.up(self.mean)
        found, start = [times(self.gone.left, unexplained)], 0
        left = self.beside - symm(1.0, self.inner.T, self.mean, lower=0)
        for factor in structure.rest:
            stop = start + factor.count * factor.q
            found.append(left[start:stop].reshape(factor.count, factor.q, -1).transpose(1, 2, 0))
            start = stop
        return found

    def link(self, k: int, other: int, i: Codes, j: Codes) -> Floats:
        """K (q_k, q_l, r), the covariance given the data of the effects of levels i of term k and j of another.

        IncompatibleError for different levels of the largest factor.
        """
        (one, rows), (two, columns) = (
            places((self.structure.largest, *self.structure.rest))[term] for term in (k, other)
        )
        if one and two:
            return self._whole[self._columns(one, rows, i)[:, None], self._columns(two, columns, j)[None]]
        if two == 0 and one:
            return transposed(self.link(other, k, j, i))
        if one == two:
            if (i != j).any():
                raise IncompatibleError(
                    "two terms had the same groups in the rows of the fit, under two names, and have different ones in "
                    "new rows: how their effects go together there is not known. Write both terms with one name."
                )
            spread = self.gone.spread
            whole = spread + times(times(spread, self.around), spread)
            return whole[rows, columns][:, :, i]
        met = self._columns(two, columns, j)
        found = np.empty((self.structure.largest.q, *met.shape))
        for c, across in enumerate(self.structure.meetings.across):
            for start in range(0, len(i), ROWS_AT_ONCE):
                part = slice(start, start + ROWS_AT_ONCE)
                reached = across[i[part]].toarray()
                found[c, :, part] = [(reached * self._whole[some[part]]).sum(axis=1) for some in met]
        return -times(self.gone.spread[:, :, i], found)[rows]

    def _columns(self, place: int, own: slice, codes: Codes) -> Codes:
        """The numbers of the columns (q, r) of these levels of one of the rest's factors."""
        before = sum(factor.count * factor.q for factor in self.structure.rest[: place - 1])
        factor = self.structure.rest[place - 1]
        return before + codes * factor.q + np.arange(factor.q)[own][:, None]

    @cached_property
    def _whole(self) -> Floats:
        return filled(self.covariance)

    @cached_property
    def around(self) -> Floats:
        return self.structure.products.quadratic(self.covariance)

    def _blocks(self, place: int, own: slice) -> Floats:
        """The blocks of one of the rest's factors."""
        factor, scale = self.structure.rest[place], self.scales[place]
        plain = diagonal(self.inner[own, own], factor)
        if np.abs(scale.diagonal()).min() ** 2 * plain[0, 0].mean() > ENOUGH:
            back = np.linalg.inv(scale)[:, :, None]
            held = -diagonal(self.inverse[own, own], factor)
            held[np.arange(factor.q), np.arange(factor.q)] += 1.0
            return times(times(transposed(back), held), back)
        columns = turned_rows(filled(self.inner)[:, own], tuple(scale.T for scale in self.scales), self.structure.rest)
        half, _ = trtrs(self.root, columns, lower=0, trans=1)
        half = half.reshape(len(half), factor.count, factor.q)
        return plain - np.einsum("rja,rjb->abj", half, half, optimize=False)


def too_many(levels: int, r: int) -> IncompatibleError:
    """The limit of a dense matrix."""
    return IncompatibleError(
        f"st.linear_mixed of crossed groups takes at most {MOST_COLUMNS:,} effects beside those of the largest group "
        f"(of {levels:,} levels); got {r:,}, for which each value of the likelihood takes {8e-9 * r**2:,.1f} GB and "
        f"{r**3 / 3:.0e} multiplications. Leave a term out, or fit a sample of the levels. Groups that lie within each "
        "other, (1 | a/b), have no such limit."
    )


def structure_of(columns: LatentColumns) -> Structure:
    """One block per group where all terms have the same groups, blocks within blocks where groups lie in each other,
    and otherwise a dense matrix of all factors but the largest.

    >>> import numpy as np
    >>> cask, batch, day = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 0, 1, 1]), np.array([0, 1, 0, 1, 0, 1])
    >>> one, W = np.ones((1, 6)), np.ones((2, 6))
    >>> type(structure_of(LatentColumns(W, (batch, cask), (2, 3), (one, one)))).__name__
    'Nested'
    >>> type(structure_of(LatentColumns(W, (day, cask), (2, 3), (one, one)))).__name__
    'Crossed'
    """
    factors = factors_of(columns) if len(columns.codes) > 1 else ()
    if len(factors) < 2:
        return OneFactor.of(columns)
    return Crossed.of(columns) if chain(factors) is None else Nested.of(columns)


@record
class NoGroups:
    """Rows of which nothing is shared: V_g = I, and `cross` are their products."""

    cross: Floats
    widths: tuple[int, ...] = ()

    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated:
        """See `Structure`."""
        return AtFactors(0.0, self.cross, (), ())

    def with_columns(self, which: list[int]) -> NoGroups:
        """See `Structure`."""
        return NoGroups(self.cross[np.ix_(which, which)])


@record
class BesideCurves:
    """The structure of the `groups`, whose columns are [Z W], with curves of `sizes` columns each in Z. The terms of
    the groups come first, then one for each curve: one effect, which has as many levels as the curve has columns.

    Curves beside each other and beside groups: the groups' own structure, whose columns the curves stand among, and a
    dense matrix of the curves.

        V_g = I + groups,   V = V_g + Z D Z',   D = diag(t)^2, t the square root of the variance ratio of each column
        L L' = 1 + t Z'V_g^-1 Z t,   F = L^-1 t Z'V_g^-1 [Z W],   [Z W]'V^-1 [Z W] = [Z W]'V_g^-1 [Z W] - F'F
        log|V| = log|V_g| + 2 log|L|

    A group's parts lose what curves make, Z_k'V^-1 [Z_k W] = Z_k'V_g^-1 [Z_k W] - F_k'[F_k F], F_k = L^-1 t Z'V_g^-1
    Z_k. Source: Woodbury's identity; Wood, Generalized Additive Models (2017), 6.2, for curves as random effects.
    """

    groups: Structure
    sizes: tuple[int, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """See `Structure`."""
        return (*self.groups.widths, *(1,) * len(self.sizes))

    @cached_property
    def spans(self) -> tuple[slice, ...]:
        """Where the columns of each curve stand."""
        ends = np.cumsum(self.sizes).tolist()
        return tuple(slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True))

    def evaluate(self, factors: tuple[Floats, ...]) -> BesideCurvesAt:
        """See `Structure`."""
        count = len(self.groups.widths)
        of_groups = self.groups.evaluate(factors[:count])
        t = np.repeat([T[0, 0] for T in factors[count:]], self.sizes)
        return BesideCurvesAt(self, of_groups, t)

    def with_columns(self, which: list[int]) -> BesideCurves:
        """See `Structure`."""
        Q = sum(self.sizes)
        return BesideCurves(self.groups.with_columns([*range(Q), *(Q + k for k in which)]), self.sizes)


@record
class BesideCurvesAt:
    """`BesideCurves` at its factors: what the groups say, and the roots `t` (Q,) of each column's ratio."""

    of: BesideCurves
    of_groups: Evaluated
    t: Floats

    @property
    def joint(self) -> Joint | None:
        """None: columns of a curve meet levels of groups in rows."""
        return None

    @property
    def _Q(self) -> int:
        return len(self.t)

    @cached_property
    def _root(self) -> Floats:
        """L (Q, Q)."""
        Q, t = self._Q, self.t
        return np.linalg.cholesky(np.eye(Q) + t[:, None] * self.of_groups.cross[:Q, :Q] * t)

    def _moved(self, products: Floats) -> Floats:
        """L^-1 t P of products P (Q, r) of Z."""
        return solve_triangular(self._root, self.t[:, None] * products, lower=True, check_finite=False)

    @cached_property
    def _F(self) -> Floats:
        return self._moved(self.of_groups.cross[: self._Q])

    @cached_property
    def whole(self) -> Floats:
        """[Z W]'V^-1 [Z W]; of curves that are larger than the residual t^-1 (1 + t Z'V_g^-1 Z t)^-1 t Z'V_g^-1 [Z W],
        which is no difference.
        """
        found = self.of_groups.cross - self._F.T @ self._F
        if len(large := np.flatnonzero(np.abs(self.t) > 1.0)):
            rows = solve_triangular(self._root, self._F, lower=True, trans=1, check_finite=False)
            found[large] = rows[large] / self.t[large, None]
            found[:, large] = found[large].T
        return found

    @cached_property
    def log_determinant(self) -> float:
        """log|V|."""
        return self.of_groups.log_determinant + 2.0 * float(np.log(self._root.diagonal()).sum())

    @property
    def cross(self) -> Floats:
        """W'V^-1 W."""
        return self.whole[self._Q :, self._Q :]

    @cached_property
    def _groups_moved(self) -> tuple[Floats, ...]:
        """F_k (Q, q, J) of each term of the groups."""
        Q, found = self._Q, []
        for projected in self.of_groups.projected:
            q, _, J = projected.shape
            moved = self._moved(projected[:, :Q].transpose(1, 0, 2).reshape(Q, q * J))
            found.append(moved.reshape(Q, q, J))
        return tuple(found)

    @cached_property
    def diagonal_blocks(self) -> tuple[Floats, ...]:
        """See `Evaluated`."""
        pairs = zip(self.of_groups.diagonal_blocks, self._groups_moved, strict=True)
        groups = (blocks - np.einsum("aqj,arj->qrj", F, F, optimize=True) for blocks, F in pairs)
        diagonal = self.whole.diagonal()
        return (*groups, *(diagonal[own][None, None] for own in self.of.spans))

    @cached_property
    def projected(self) -> tuple[Floats, ...]:
        """See `Evaluated`."""
        Q, F = self._Q, self._F[:, self._Q :]
        pairs = zip(self.of_groups.projected, self._groups_moved, strict=True)
        groups = (projected[:, Q:] - np.einsum("aqj,am->qmj", moved, F, optimize=True) for projected, moved in pairs)
        return (*groups, *(self.whole[own, Q:].T[None] for own in self.of.spans))


potrf, potri, potrs, trtrs = get_lapack_funcs(("potrf", "potri", "potrs", "trtrs"), dtype=np.float64)


@record
class PenalizedInformation:
    """H at weights `w` of the rows: `back` is L_j^-1 (q, q, J), `across` V (q J, r), `root` R with R'R = S.

    Where groups lie within groups, S is `inner`, which is factored the same way, and there is no root.

    The penalized information of all effects, H = P + Z~'WZ~, factored by its structure.

        H = [A B]     A one block (q, q) for each level of the largest factor, A_j = L_j L_j',   V = L^-1 B
            [B' C]    S = C - V'V = R'R, dense:   log|H| = 2 sum log |L_j| + 2 log|R|

    Of the inverse there is what belongs to columns that meet in a row, which is all that derivatives need:

        H^-1_rr = S^-1,   H^-1_0r = -L^-T V S^-1,   H^-1_jj = L_j^-T (I + V_j S^-1 V_j') L_j^-1
    """

    columns: ScaledColumns
    w: Floats
    back: Floats
    values: Floats
    across: Floats | sparse.csr_array
    root: Floats
    inner: PenalizedInformation | None
    log_determinant: float

    @classmethod
    def of(cls, columns: ScaledColumns, w: Floats, less: Less | None = None) -> PenalizedInformation | None:
        """H, `less` what a factor took that was eliminated before; None where it is not positive definite."""
        of = columns.of
        q, J = of.largest.q, of.largest.count
        back, log_determinant, values = np.empty((q, q, 0)), 0.0, np.empty((0, 0))
        across = S = values
        if J:
            gram = grams(columns.largest, columns.largest * w, of.largest.codes, J)
            gram[np.arange(q), np.arange(q)] += 1.0
            held = _roots(gram if less is None else gram - less.gram, bool(w.min(initial=0.0) >= 0.0))
            if held is None:
                return None
            back = forward(held, np.broadcast_to(np.eye(q)[:, :, None], gram.shape))
            log_determinant = 2.0 * float(np.log(held[np.arange(q), np.arange(q)]).sum())
        if J and of.r:
            beside = columns.beside(w) - (0.0 if less is None else less.beside)
            values = times(back[:, :, of.pattern[0] // of.r], beside[:, None])[:, 0]
            across = of.matrix(values)
        if columns.inner is not None and of.inner is not None:
            taken = of.nesting.less(values, len(of.inner.pattern[0]))
            inner = cls.of(columns.inner, w, taken)
            if inner is None:
                return None
            return cls(columns, w, back, values, across, S, inner, log_determinant + inner.log_determinant)
        if of.r:
            S = columns.within(w)
            S.flat[:: len(S) + 1] += of.prior[of.size - of.r :]
            if less is not None:
                S -= less.within
            if J:
                S -= _dense(across.T @ across)
            S, failed = potrf(S.T, lower=0, overwrite_a=1, clean=0)
            if failed or not np.isfinite(S.diagonal()).all():
                return None
            log_determinant += 2.0 * float(np.log(S.diagonal()).sum())
        return cls(columns, w, back, values, across, S, None, log_determinant) if np.isfinite(log_determinant) else None

    def solve(self, g: Floats) -> Floats:
        """H^-1 g."""
        of = self.columns.of
        if not of.largest.count:
            return potrs(self.root, g, lower=0)[0] if of.r else g
        q, J = of.largest.q, of.largest.count
        own, rest = g[: q * J].reshape(q, 1, J), g[q * J :]
        half = times(self.back, own)
        if of.r:
            rest = rest - self.across.T @ half.ravel()
        if self.inner is not None:
            rest = self._by_levels(self.inner.solve(self._by_effects(rest)))
        elif of.r:
            rest = potrs(self.root, rest, lower=0)[0]
        if of.r:
            half = half - (self.across @ rest).reshape(half.shape)
        return np.concatenate([times(transposed(self.back), half).ravel(), rest])

    def colored(self, xi: Floats) -> Floats:
        """H^-1/2 xi for each column of xi (size, m): draws of the effects where those are of N(0, I)."""
        of, m = self.columns.of, xi.shape[1]
        q, J = of.largest.q, of.largest.count
        own, rest = xi[: q * J].reshape(q, J, m), xi[q * J :]
        if self.inner is not None:
            rest = self._by_levels(self.inner.colored(self._by_effects(rest)))
        elif of.r:
            rest = trtrs(self.root, rest, lower=0)[0]
        if J and of.r:
            own = own - (self.across @ rest).reshape(own.shape)
        return np.concatenate([np.einsum("abj,ajm->bjm", self.back, own).reshape(q * J, m), rest])

    def _by_effects(self, rest: Floats) -> Floats:
        """The effects of the next factor effect by effect, as of the largest, in place of level by level."""
        next_one = self.columns.of.others[0]
        q, J = next_one.q, next_one.count
        return np.concatenate(
            [rest[: q * J].reshape(J, q, -1).swapaxes(0, 1).reshape(q * J, *rest.shape[1:]), rest[q * J :]]
        )

    def _by_levels(self, rest: Floats) -> Floats:
        """The same back."""
        next_one = self.columns.of.others[0]
        q, J = next_one.q, next_one.count
        return np.concatenate(
            [rest[: q * J].reshape(q, J, -1).swapaxes(0, 1).reshape(q * J, *rest.shape[1:]), rest[q * J :]]
        )

    @cached_property
    def inverse(self) -> Floats:
        """S^-1 (r, r), the covariance of the rest given the data, where it is one dense matrix."""
        return filled(potri(self.root, lower=0)[0].T) if len(self.root) else self.root

    @property
    def dense(self) -> Floats:
        """The covariance of the effects of dense columns."""
        start = self.columns.of.starts[-1]
        return self.inverse[start:, start:] if self.inner is None else self.inner.dense

    @cached_property
    def blocks(self) -> list[Floats]:
        """The covariances (q, q, J) of the effects of the levels of each factor."""
        of = self.columns.of
        if not of.largest.count:
            return []
        if self.inner is not None:
            return [self.own, *self.inner.blocks]
        parts = [slice(start, start + one.count * one.q) for start, one in zip(of.starts, of.others, strict=False)]
        return [self.own, *(diagonal(self.inverse[at, at], one) for at, one in zip(parts, of.others, strict=True))]

    @cached_property
    def _shared(self) -> Floats:
        """V S^-1 where columns meet, (q, pairs)."""
        of, inner = self.columns.of, self.inner
        if inner is not None:
            return of.nesting.shared(self.values, inner.own, inner.between, inner.inverse)
        whole = np.asarray(self.across @ self.inverse).reshape(of.largest.q, -1)
        return whole[:, of.pattern[0]]

    @cached_property
    def between(self) -> Floats:
        """H^-1_0r where columns meet, (q, pairs)."""
        if not self.columns.of.r:
            return np.empty((self.columns.of.largest.q, 0))
        level = self.columns.of.pattern[0] // self.columns.of.r
        return -times(transposed(self.back)[:, :, level], self._shared[:, None])[:, 0]

    @cached_property
    def own(self) -> Floats:
        """H^-1_jj of the levels of the largest factor, (q, q, J)."""
        of = self.columns.of
        if not of.largest.count:
            return self.back
        inner = np.zeros(self.back.shape)
        if of.r:
            level = of.pattern[0] // of.r
            inner = grams(self._shared, self.values, level, of.largest.count)
        inner[np.arange(of.largest.q), np.arange(of.largest.q)] += 1.0
        return times(times(transposed(self.back), inner), self.back)

    @cached_property
    def spread(self) -> tuple[Floats, Floats, Floats]:
        """H^-1 z~_i of each row in the columns that it has: (q, n), (R, n) and (d, n)."""
        columns, of = self.columns, self.columns.of
        codes = of.largest.codes
        largest = np.zeros(columns.largest.shape)
        rest, dense = self._spread_of_rest
        for a, own in enumerate(self.own):
            for b, row in enumerate(columns.largest):
                largest[a] += own[b][codes] * row
        if of.r and of.largest.count:
            _, places, all_have = of.pattern
            for a, row in enumerate(columns.largest):
                for k, place in enumerate(places):
                    link = self.between[a, place]
                    largest[a] += link * columns.rest[k]
                    rest[k] += link * row
                for k, place in enumerate(all_have):
                    link = self.between[a, place][codes]
                    largest[a] += link * columns.dense[k]
                    dense[k] += link * row
        return largest, rest, dense

    @property
    def _spread_of_rest(self) -> tuple[Floats, Floats]:
        """S^-1 z~_i of the columns beside the largest factor: (R, n) and (d, n)."""
        columns, of = self.columns, self.columns.of
        if self.inner is not None:
            first, rest, dense = self.inner.spread
            return np.concatenate([first, rest]), dense
        levels = of.starts[-1]
        rest, dense = np.zeros(columns.rest.shape), self.inverse[levels:, levels:] @ columns.dense
        for k, one in enumerate(of.met):
            for m, other in enumerate(of.met):
                rest[k] += self.inverse[one, other] * columns.rest[m]
            for m, column in enumerate(columns.dense):
                link = self.inverse[levels + m][one]
                rest[k] += link * column
                dense[m] += link * columns.rest[k]
        return rest, dense

    @cached_property
    def leverage(self) -> Floats:
        """The variance of each row's linear predictor given the data, z~_i'H^-1 z~_i."""
        return self.columns.leverage(self)


def _roots(gram: Floats, plainly: bool) -> Floats | None:
    """The lower triangular roots of the blocks; None where one is not positive definite. `plainly` where none is less
    than 1.
    """
    if plainly:
        return triangles(gram, 1.0)[0]
    try:
        return np.moveaxis(np.linalg.cholesky(np.moveaxis(gram, 2, 0)), 0, 2)
    except np.linalg.LinAlgError:
        return None


def _dense(matrix: Floats | sparse.csr_array) -> Floats:
    return matrix.toarray() if isinstance(matrix, sparse.csr_array) else matrix


NOTHING = 1e-14
"""The square of a column that is this small beside the largest is the round-off of B'B: no row knows of it."""


@record
class CurveRows:
    """The rows of a curve as `OneFactor` reads them: W (m, n), and `turned` (k, q), coefficients of the columns z_j."""

    term: SmoothTerm
    turned: Floats
    W: Floats

    def products(self, W: Floats) -> Floats:
        """z_j'W' (1, m, q) of rows W (m, n)."""
        return (self.turned.T @ spline_products(self.term, W)).T[None]

    def made(self, effects: Floats) -> Floats:
        """What effects (1, m, q) make of the rows, (m, n)."""
        return fitted(self.term, self.turned @ effects[0].T)


def one_curve(term: SmoothTerm, W: Floats) -> tuple[OneFactor, Floats, float]:
    """The structure of rows W (m, n) with one curve; N (q, q), b = N u of the coefficients u of its columns; and what
    these were divided by, so that a row has squares that sum to 1 on average.

    One curve alone: its columns turned so that no two of them meet are the levels of one grouping factor, whose engine,
    with the proof for one ratio of variances, holds as it stands.

        B'B = R'R,   R M = U S N^-1 (N'N = 1):   columns z_j of B M N have z_i'z_j = 0 and z_j'z_j = s_j^2

    so that V = I + tau sum_j z_j z_j' has the determinant prod (1 + tau s_j^2). The singular values of R M keep the
    digits of the roughest directions, which Z'Z has lost. Source: Demmler & Reinsch, Numer. Math. 24 (1975), 375-382.
    """
    sizes, back, unit = turned(spline_meetings(term, term), term.wiggles, W.shape[1])
    rows = CurveRows(term, term.wiggles @ back, W)
    return _structure(sizes, rows.products(W), W @ W.T, rows), back, unit


def one_curve_of_sums(
    gram: Floats, products: Floats, cross: Floats, wiggles: Floats, n: int
) -> tuple[OneFactor, Floats, float]:
    """The same of the sums B'B (k, k), B'W' (k, m) and W W' (m, m) over n rows."""
    sizes, back, unit = turned(gram, wiggles, n)
    return _structure(sizes, ((wiggles @ back).T @ products).T[None], cross, None), back, unit


def _structure(sizes: Floats, products: Floats, cross: Floats, rows: Any) -> OneFactor:
    E = np.empty((1, 1 + len(cross), len(sizes)))
    E[0, 0] = sizes
    E[:, 1:] = products
    E[:, :, sizes < NOTHING * sizes.max()] = 0.0
    return OneFactor(E, cross, (1,), rows)


def turned(gram: Floats, wiggles: Floats, n: int) -> tuple[Floats, Floats, float]:
    """The squares z_j'z_j (q,) of the columns of B M N, N (q, q), and what they were divided by."""
    try:
        root = np.linalg.cholesky(gram).T
    except np.linalg.LinAlgError:  # a gap in x leaves B-splines without rows
        values, vectors = np.linalg.eigh(gram)
        root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    _, sizes, turn = np.linalg.svd(root @ wiggles)
    unit = float(np.sqrt(np.sum(sizes**2) / n))
    return (sizes / unit) ** 2, turn.T / unit, unit


CLOSE = 1e-4
"""The least pivot of the Gram matrix of columns of unit length of a sound member, as where one model is taken apart by
another method.
"""

MADE = 1e-7
"""A residual of this share of the size of y, or less, is left to the fit of one model, which says what is wrong."""

ROUND_OFF = 1e-13
"""What is left of a column of this share of its size is nothing but round-off."""

Bools = NDArray[np.bool_]


@record
class RowsOfMembers:
    """The rows of all members, one member after the other, each sorted by groups: X (p, N), y (N,), z (Q, N), and the
    root of their precisions (N,) or None. `firsts` are where the members begin, `groups` where the groups begin, and
    `counts` (m,) says how many groups a member has.
    """

    X: Floats
    y: Floats
    z: Floats
    root: Floats | None
    firsts: NDArray[np.intp]
    groups: NDArray[np.intp]
    counts: NDArray[np.intp]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """How many rows each member has."""
        return np.diff(np.append(self.firsts, len(self.y)))


@record
class StackedSums:
    """`A` (m, Q, Q, J), `B` (m, Q, p + 1, J), with zeros where a member has fewer than J groups, and `C` (m, p + 1,
    p + 1). The coefficients of a member are `beta` + `to_beta` (`unit` b), and the effects of its groups `to_effects`
    (`unit` u); `n` (m,) are its rows, `log_precision` (m,) sums the logs of their precisions, and `log_gram` is
    log|X'X| less log|Q'Q|.

    Many linear mixed models of one grouping factor each, side by side: the sums over the rows of all their groups.

        A_j = Z_j'Z_j,   B_j = Z_j'[Q e]_j,   C = [Q e]'[Q e]          as in `OneFactor`, for each member

    Members are models with the same columns. Q are the columns X of a member, centered where it has a column of ones,
    at unit size, and e the residual of the least squares of y on Q, at unit size: origin and unit of a column change
    nothing. A member whose columns are nearly combinations of each other is not `sound`, and the caller fits it alone.
    """

    A: Floats
    B: Floats
    C: Floats
    beta: Floats
    to_beta: Floats
    unit: Floats
    n: Floats
    log_precision: Floats
    log_gram: Floats
    sound: Bools
    to_effects: Floats


def stacked_rows(
    parts: Sequence[tuple[Floats, Floats, Floats, Floats | None, NDArray[np.intp]]],
) -> RowsOfMembers:
    """The rows of members, each given as X (n, p), y (n,), z (n, Q), precision (n,) or None, and codes (n,).

    >>> one = (np.ones((3, 1)), np.array([1.0, 2.0, 4.0]), np.ones((3, 1)), None, np.array([1, 0, 1]))
    >>> rows = stacked_rows([one, one])
    >>> rows.y.tolist(), rows.firsts.tolist(), rows.groups.tolist(), rows.counts.tolist()
    ([2.0, 1.0, 4.0, 2.0, 1.0, 4.0], [0, 3], [0, 1, 3, 4], [2, 2])
    """
    X, y, z, precision, codes = zip(*parts, strict=True)
    sizes = np.array([len(one) for one in y])
    X, y, z, codes = (np.concatenate(one) for one in (X, y, z, codes))
    member = np.repeat(np.arange(len(parts)), sizes)
    key = member * (int(codes.max(initial=0)) + 1) + codes
    root = None if precision[0] is None else np.sqrt(np.concatenate(precision))
    if (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        X, y, z, key, root = X[order], y[order], z[order], key[order], None if root is None else root[order]
    groups = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    firsts = np.cumsum(sizes) - sizes
    counts = np.bincount(member[groups], minlength=len(parts))
    return RowsOfMembers(np.ascontiguousarray(X.T), y, np.ascontiguousarray(z.T), root, firsts, groups, counts)


@np.errstate(all="ignore")  # members that leave float64 are not sound
def stacked_sums(rows: RowsOfMembers, widths: tuple[int, ...]) -> StackedSums:
    """The sums over the groups of all members, whose terms have so many effects each."""
    sizes, firsts, m = rows.sizes, rows.firsts, len(rows.sizes)
    member = np.repeat(np.arange(m), sizes)
    Q, scale, shift, held = _of_unit_size(rows.X, rows, member)
    z, to_effects = np.empty(rows.z.shape), np.zeros((m, len(rows.z), len(rows.z)))
    for end, width in zip(np.cumsum(widths).tolist(), widths, strict=True):
        own = slice(end - width, end)
        z[own], size, origin, ones = _of_unit_size(rows.z[own], rows, member)
        to_effects[:, own, own] = _way_back(rows.z[own], firsts, size, origin, ones)
    p = len(Q)
    sound: Any = ((scale > SMALLEST) & (scale < LARGEST)).all(axis=0)
    first, second = np.tril_indices(p)
    gram = np.empty((m, p, p))
    gram[:, first, second] = gram[:, second, first] = np.add.reduceat(Q[first] * Q[second], firsts, axis=1).T
    unit_gram = np.where(sound[:, None, None], gram / sizes[:, None, None], np.eye(p))
    values = np.linalg.eigvalsh(np.where(np.isfinite(unit_gram), unit_gram, 0.0))
    sound &= (values[:, 0] > CLOSE) & np.isfinite(unit_gram).all(axis=(1, 2))
    gram[~sound] = np.eye(p)
    level = np.zeros(m) if held is None else np.add.reduceat(rows.y, firsts) / sizes
    e = rows.y - level[member]  # exact where the outcome is far from 0
    e = e if rows.root is None else e * rows.root
    size, b = np.sqrt(level**2 + np.add.reduceat(e * e, firsts) / sizes), np.zeros((m, p))
    for _ in range(2):  # the second time for what round-off left
        step = np.linalg.solve(gram, np.add.reduceat(Q * e, firsts, axis=1).T[:, :, None])[:, :, 0]
        b += step
        e = e - (Q * step.T[:, member]).sum(axis=0)
    unit = np.sqrt(np.add.reduceat(e * e, firsts) / sizes)
    sound &= (unit > MADE * size) & (unit > SMALLEST) & (unit < LARGEST)
    W = np.concatenate([Q, (e / unit[member])[None]])
    A, B = _of_groups(rows, z, W)
    pairs = np.tril_indices(p + 1)
    C = np.empty((m, p + 1, p + 1))
    C[:, pairs[0], pairs[1]] = C[:, pairs[1], pairs[0]] = np.add.reduceat(W[pairs[0]] * W[pairs[1]], firsts, axis=1).T
    to_beta = _way_back(rows.X, firsts, scale, shift, held)
    log_precision = np.zeros(m) if rows.root is None else 2.0 * np.add.reduceat(np.log(rows.root), firsts)
    beta = (to_beta @ b[:, :, None])[:, :, 0]
    if held is not None:
        beta[:, held] += level / rows.X[held, firsts]
    sound &= np.isfinite(A).all(axis=(1, 2, 3)) & np.isfinite(B).all(axis=(1, 2, 3))
    log_gram = 2.0 * np.log(scale).sum(axis=0)
    n = sizes.astype(float)
    return StackedSums(A, B, C, beta, to_beta, unit, n, log_precision, log_gram, sound, to_effects)


def _of_groups(rows: RowsOfMembers, z: Floats, W: Floats) -> tuple[Floats, Floats]:
    """Sums over the rows of each group of z (q, N) times z, (m, q, q, J), and times W (M, N), (m, q, M, J)."""
    m, J, q = len(rows.counts), int(rows.counts.max()), len(z)
    owner = np.repeat(np.arange(m), rows.counts)
    place = np.arange(len(rows.groups)) - (np.cumsum(rows.counts) - rows.counts)[owner]  # within its member
    A, B = np.zeros((m, q, q, J)), np.zeros((m, q, len(W), J))
    for a in range(q):
        B[owner, a, :, place] = np.add.reduceat(z[a] * W, rows.groups, axis=1).T
        A[owner, a, :, place] = np.add.reduceat(z[a] * z, rows.groups, axis=1).T
    return A, B


def _way_back(columns: Floats, firsts: NDArray[np.intp], scale: Floats, shift: Floats, held: int | None) -> Floats:
    """M (m, p, p) with which the columns of a member times M are those of unit size."""
    p, m = scale.shape
    M = np.zeros((m, p, p))
    M[:, np.arange(p), np.arange(p)] = 1.0 / scale.T
    if held is not None:
        M[:, held, :] -= (shift / scale / columns[held, firsts]).T
    return M


def _of_unit_size(
    columns: Floats, rows: RowsOfMembers, member: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats, int | None]:
    """Columns (p, N) of a mean square of 1 in each member, centered where there is a constant one; their scales (p, m),
    the shifts (p, m) that were taken off, and the number of the constant column.
    """
    firsts, sizes = rows.firsts, rows.sizes
    low: Floats = np.minimum.reduceat(columns, firsts, axis=1)
    high: Floats = np.maximum.reduceat(columns, firsts, axis=1)
    fixed = np.flatnonzero(np.all((low == high) & (low != 0.0), axis=1))
    held = int(fixed[0]) if len(fixed) else None
    shift = np.zeros(low.shape)
    if held is not None:
        shift = np.add.reduceat(columns, firsts, axis=1) / sizes
        shift[held] = 0.0
        columns = columns - shift[:, member]
    if rows.root is not None:
        columns = columns * rows.root
    scale = np.sqrt(np.add.reduceat(columns * columns, firsts, axis=1) / sizes)
    beyond = scale <= ROUND_OFF * np.maximum(np.abs(low), np.abs(high))
    scale[beyond] = 0.0
    return columns / scale[:, member], scale, shift, held
