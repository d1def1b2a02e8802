"""Crossed grouping factors: the largest is eliminated, of the rest there is a dense matrix.

    V = V_0 + sum_{k > 0} U_k U_k',   V_0 = I + U_0 U_0',   U_k = Z_k (I (x) T_k)

The effects of the factor with the most columns are integrated out level by level, as if there were no other. What is
left of the rest is C = Z_r'V_0^-1 Z_r, of as many columns as all other factors have, and S = I + L'C L with L the block
diagonal of the T_k. By one Cholesky factor of S

    log|V| = sum_j log|I + T_0'A_j T_0| + log|S|,      W'V^-1 W = W'V_0^-1 W - (L'c)'S^-1 (L'c),   c = Z_r'V_0^-1 W,

and by its inverse, with Q = L S^-1 L' the covariance of the effects given the data,

    rest     [Z_k'V^-1 Z_k]_jj = T^-T (I - S^-1)_jj T^-1, or C_jj - (C Q C)_jj where T is nearly singular,
    largest  F_j A_j - F_j (A_0r,j Q A_r0,j) F_j',   F_j = I - A_j W_j.

Cost of an evaluation with r columns of the rest: r^3 / 3 products for the value, r^3 more for the blocks, and the pairs
of columns that meet in a level (`pairs.py`); memory 8 r^2 bytes, a few times.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from scipy.linalg import get_blas_funcs, get_lapack_funcs

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.crossed_bends import ENOUGH, between_crossed
from stattools.latent.factors import Factor, factors_of, own_blocks, own_rows, places, side_by_side, widths
from stattools.latent.level_blocks import diagonal, filled, on_both_sides, turned_rows
from stattools.latent.meetings import Meetings
from stattools.latent.pairs import Pairs, products_of
from stattools.latent.small_blocks import Codes, IntegratedOut, eliminated, grams, times, transposed
from stattools.latent.structure import BetweenTerms, LatentColumns
from stattools.latent.taken_out import BesideLarge, TakenOut, large_terms

potrf, potri, trtrs = get_lapack_funcs(("potrf", "potri", "trtrs"), dtype=np.float64)
(symm,) = get_blas_funcs(("symm",), dtype=np.float64)

MOST_COLUMNS = 5_000
"""Columns of the rest: 5,000 take 0.2 GB per matrix and 4e10 products for each value, some seconds."""

AT_ONCE = 1_000
"""Rows whose covariances are made together."""


@record
class Crossed:
    """The sums over rows that a mixed model of crossed factors needs: `gram` and `to_design` of the factor that is
    eliminated, (q, q, J) and (q, m, J), `products` for what it has in common with the rest, and of the rest `within`
    (r, r) and `rest_design` (r, m); `corner` is W'W.
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

    @property
    def between(self) -> BetweenTerms | None:
        """See `Evaluated`."""
        return between_crossed(self)

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
            for start in range(0, len(i), AT_ONCE):
                part = slice(start, start + AT_ONCE)
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
