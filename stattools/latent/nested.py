"""Grouping factors that lie within each other, (1 | school/class): one pass up and one down, linear in the groups.

    V_l = I + sum_{k <= l} U_k U_k',   U_k = Z_k (I (x) T_k),   factor 1 the finest, L the coarsest.

Up: the effects of the finest factor are integrated out group by group. Since each of its groups lies in one group of
every other factor, what is left of those is again a block per group, and the next is integrated out likewise:

    [A_hg, B_h] -= sum_{groups j of factor l within} A_lh,j' W_j [A_lg,j, B_l,j],   W_j = T (I + T'A_ll,j T)^-1 T'.

Down: the effects of the groups above a group, given the data, have covariance Q and means U (for each column of
[X y]); a group adds its own, and its blocks of Z'V^-1 Z and Z'V^-1 [X y] are

    G_j = F_j A_ll - (F_j A_lh) Q (F_j A_lh)',   P_j = F_j (B_l - A_lh U),   F_j = I - A_ll,j W_j.

Cost and memory are linear in the rows (once) and in the groups (each evaluation). Nothing is divided by T, which may
be singular.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.factors import Factor, chain, factors_of, own_blocks, own_rows, places, side_by_side, widths
from stattools.latent.small_blocks import Codes, IntegratedOut, eliminated, grams, sums_by, times, transposed
from stattools.latent.structure import LatentColumns
from stattools.latent.taken_out import BesideLarge, TakenOut, large_terms


@record
class Nested:
    """The sums over rows that a mixed model of nested factors needs: for each factor `rows` [A_ll, A_lh ..., B_l] of
    each group, (q_l, q_l + sum q_h + m, J_l), and `corner`, W'W of W = [X y].
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
        """The sums over the rows of terms whose factors are nested, see `factors.chain`."""
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

    @property
    def between(self) -> None:
        """Second derivatives are differences of the gradient."""

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
