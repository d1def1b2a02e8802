"""The columns of few points, as one dense matrix: what stands for many rows of a curve is read in products of matrices.

Z~ = [tau_1 Z_1, ..., X]      a hundred points or two, where sums over the four B-splines of a row take longer
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.effect_columns import EffectColumns, ScaledColumns


@record
class PointColumns(EffectColumns):
    """Curves and fixed effects over few points, without groups."""

    @cached_property
    def whole(self) -> Floats:
        """The columns of all curves and fixed effects (d, n)."""
        return np.concatenate([*self.smooths, self.flat])

    def scaled(self, factors: Sequence[Floats], taus: Sequence[float]) -> ScaledColumns:
        """The columns at the standard deviation of each curve."""
        nothing, widths = np.empty((0, self.n)), [*map(len, self.smooths), len(self.flat)]
        return ScaledPoints(self, nothing, nothing, np.repeat([*taus, 1.0], widths)[:, None] * self.whole)


@record
class ScaledPoints(ScaledColumns):
    """Z~ of points, all of it in `dense` (d, n)."""

    def up(self, u: Floats) -> Floats:
        """Z~ u of every point (n,), or of many u (size, m) beside each other (n, m)."""
        return self.dense.T @ u

    def down(self, s: Floats) -> Floats:
        """Z~'s."""
        return self.dense @ s

    def within(self, w: Floats) -> Floats:
        """Z~'WZ~."""
        return (self.dense * w) @ self.dense.T

    def traces(self, H: Any, w: Floats) -> list[float]:
        """Of each curve the sum over points of w_i z_i'H^-1 z~_i, z_i before it is scaled."""
        met = np.einsum("kn,kn->k", self.of.whole * w, H.inverse @ self.dense)  # type: ignore[attr-defined]
        return [float(met[a:b].sum()) for a, b in pairwise(self.of.ends)]

    def leverage(self, H: Any) -> Floats:
        """z~_i'H^-1 z~_i of each point."""
        return np.einsum("kn,kn->n", self.dense, H.inverse @ self.dense)
