"""The penalized information of all effects, H = P + Z~'WZ~, factored by its structure.

    H = [A B]     A one block (q, q) for each level of the largest factor, A_j = L_j L_j',   V = L^-1 B
        [B' C]    S = C - V'V = R'R, dense:   log|H| = 2 sum log |L_j| + 2 log|R|

Of the inverse there is what belongs to columns that meet in a row, which is all that derivatives need:

    H^-1_rr = S^-1,   H^-1_0r = -L^-T V S^-1,   H^-1_jj = L_j^-T (I + V_j S^-1 V_j') L_j^-1
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import sparse
from stattools.latent.effect_columns import ScaledColumns
from stattools.latent.level_blocks import diagonal, filled
from stattools.latent.nesting import Less
from stattools.latent.small_blocks import cholesky, grams, solved, times, transposed

potrf, potri, potrs, trtrs = get_lapack_funcs(("potrf", "potri", "potrs", "trtrs"), dtype=np.float64)


@record
class PenalizedInformation:
    """H at weights `w` of the rows: `back` is L_j^-1 (q, q, J), `across` V (q J, r), `root` R with R'R = S.

    Where groups lie within groups, S is `inner`, which is factored the same way, and there is no root.
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
            back = solved(held, np.broadcast_to(np.eye(q)[:, :, None], gram.shape))
            log_determinant = 2.0 * float(np.log(held[np.arange(q), np.arange(q)]).sum())
        if J and of.r:
            beside = columns.beside(w) - (0.0 if less is None else less.beside)
            values = times(back[:, :, of.pattern[0] // of.r], beside[:, None])[:, 0]
            across = of.matrix(values)
        if columns.inner is not None and of.inner is not None:
            taken = of.nesting.less(values, len(of.inner.pattern[0]))
            inner = cls.of(columns.inner, w, taken)
            return None if inner is None else cls(
                columns, w, back, values, across, S, inner, log_determinant + inner.log_determinant
            )  # fmt: skip
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
        return cholesky(gram)
    try:
        return np.moveaxis(np.linalg.cholesky(np.moveaxis(gram, 2, 0)), 0, 2)
    except np.linalg.LinAlgError:
        return None


def _dense(matrix: Floats | sparse.csr_array) -> Floats:
    return matrix.toarray() if isinstance(matrix, sparse.csr_array) else matrix
