"""Curves beside each other and beside groups: the groups' own structure, whose columns the curves stand among, and a
dense matrix of the curves.

    V_g = I + groups,   V = V_g + Z D Z',   D = diag(t)^2, t the square root of the variance ratio of each column
    L L' = 1 + t Z'V_g^-1 Z t,   F = L^-1 t Z'V_g^-1 [Z W],   [Z W]'V^-1 [Z W] = [Z W]'V_g^-1 [Z W] - F'F
    log|V| = log|V_g| + 2 log|L|

A group's parts lose what curves make, Z_k'V^-1 [Z_k W] = Z_k'V_g^-1 [Z_k W] - F_k'[F_k F], F_k = L^-1 t Z'V_g^-1 Z_k.
Source: Woodbury's identity; Wood, Generalized Additive Models (2017), 6.2, for curves as random effects.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import solve_triangular

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.structure import AtFactors, Evaluated, Joint, Structure


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
    def between(self) -> None:
        """Second derivatives are differences of the gradient."""

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
