"""What added columns have to say beside a factor whose levels are kept as codes: the same tests as of all columns.

The information is an `Arrow`, whose levels are eliminated first; the generalized variance inflation factor is a ratio
of determinants of its parts beside the constants N, det(A_T) det(A_O) / (det(A_TO) det(N'HN)), which many levels have
in logarithms only.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from stattools.inference.diagnostics.checks.added_information import Added
from stattools.interface.arrays import Floats
from stattools.numerics.arrow import Arrow
from stattools.numerics.level_blocks import Within
from stattools.solvers.level_metric import LevelMetric


class LevelAdded(Added):
    """`Added` with the information as an `Arrow` (P, P)."""

    @property
    def base(self) -> Arrow:
        return self.information.among(list(self.kept))

    @property
    def varied(self) -> float:
        base, N = self.base, self.constants
        along, sides = base.product(self.phi), base.product(N)
        free = N.T @ along
        return float(self.phi @ along - free @ np.linalg.solve(N.T @ sides, free))

    def inflation(self, mine: list[int], others: list[int]) -> float:
        one, other, both = map(self._log_determinant, (mine, others, [*mine, *others]))
        return float(np.exp(one + other - both - self._log_determinant([])))

    @cached_property
    def _as_given(self) -> tuple[Arrow, Floats]:
        """The information about the coefficients of the columns of levels as they are given, and the constants as
        these make them: in units of their own a column of a level has lost what those before it in the level make,
        and means another thing where one of these is left out.
        """
        base, N, within = self.base, self.constants, self.units.within
        if within is None:
            return base, N
        M = within.blocks(self.units.t)
        mixing = M / np.diagonal(M, axis1=1, axis2=2)[:, :, None]
        return base.in_blocks(np.linalg.inv(mixing)), N + Within.of(within.places, mixing).product(N)

    def _log_determinant(self, which: list[int]) -> float:
        """The log determinant of the information about some coefficients and the constants."""
        base, N = self._as_given
        sides = base.product(N)
        part = sorted(which)
        return LevelMetric(base.among(part).bordered(sides[part], N.T @ sides)).log_determinant()

    def beside_base(self, new: list[int]) -> tuple[Floats, Floats, Floats]:
        unit = np.zeros((len(self.information), len(new)))
        unit[new, range(len(new))] = 1.0
        columns = self.information.product(unit)
        cross = columns[list(self.kept)]
        return columns[new], cross, LevelMetric(self.base).solve(cross)
