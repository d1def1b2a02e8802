"""What added columns have to say beside a factor whose levels are kept as codes: the same tests as of all columns.

The information is an `Arrow`, whose levels are eliminated first; the generalized variance inflation factor is a ratio
of determinants of its parts beside the constants N, det(A_T) det(A_O) / (det(A_TO) det(N'HN)), which many levels have
in logarithms only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.diagnostics.checks.added_information import Added
from stattools.interface.arrays import Floats
from stattools.solvers.level_metric import LevelMetric


class LevelAdded(Added):
    """`Added` with the information as an `Arrow` (P, P)."""

    @property
    def base(self) -> Any:
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

    def _log_determinant(self, which: list[int]) -> float:
        """The log determinant of the information about some coefficients and the constants."""
        base, N = self.base, self.constants
        sides = base.product(N)
        part = sorted(which)
        return LevelMetric(base.among(part).bordered(sides[part], N.T @ sides)).log_determinant()

    def beside_base(self, new: list[int]) -> tuple[Floats, Floats, Floats]:
        unit = np.zeros((len(self.information), len(new)))
        unit[new, range(len(new))] = 1.0
        columns = self.information.product(unit)
        cross = columns[list(self.kept)]
        return columns[new], cross, LevelMetric(self.base).solve(cross)
