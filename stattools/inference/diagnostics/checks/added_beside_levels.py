"""What added columns have to say beside a factor whose levels are kept as codes: the same tests as of all columns.

The information is an `Arrow`, whose levels are eliminated first; the generalized variance inflation factor is a ratio
of determinants of its parts beside the constants N, det(A_T) det(A_O) / (det(A_TO) det(N'HN)), which many levels have
in logarithms only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stattools.interface.arrays import Floats
from stattools.numerics.arrow import Arrow
from stattools.solvers.level_metric import LevelMetric

NOTHING_NEW = 1e-8
"""A column with no more than this share of its own is made by the others: the square of 0 and 1."""


@dataclass(frozen=True, eq=False)
class LevelAdded:
    """As `Added`, with the information as an `Arrow` (P, P)."""

    information: Arrow
    score: Floats
    kept: tuple[int, ...]
    curves: dict[str, tuple[int, ...]]
    link: tuple[int, ...]
    constants: Floats
    phi: Floats
    variance: float

    @property
    def base(self) -> Arrow:
        """The information about the coefficients of the model."""
        return self.information.among(list(self.kept))

    @property
    def explained(self) -> float:
        """As of `Added`."""
        base, N = self.base, self.constants
        along, sides = base.product(self.phi), base.product(N)
        free = N.T @ along
        return max(float(self.phi @ along - free @ np.linalg.solve(N.T @ sides, free)), 0.0) / self.variance

    def inflation(self, mine: list[int], others: list[int]) -> float:
        """As of `Added`."""
        one, other, both = map(self._log_determinant, (mine, others, [*mine, *others]))
        return float(np.exp(one + other - both - self._log_determinant([])))

    def _log_determinant(self, which: list[int]) -> float:
        """That of the information about some coefficients and the constants."""
        base, N = self.base, self.constants
        sides = base.product(N)
        part = sorted(which)
        return LevelMetric(base.among(part).bordered(sides[part], N.T @ sides)).log_determinant()

    def test(self, places: tuple[int, ...]) -> tuple[float, int]:
        """As of `Added`."""
        kept, new = list(self.kept), list(places)
        unit = np.zeros((len(self.information), len(new)))
        unit[new, range(len(new))] = 1.0
        columns = self.information.product(unit)
        cross, whole = columns[kept], columns[new]
        onto = LevelMetric(self.base).solve(cross)
        return score_statistic(
            whole - cross.T @ onto, whole, self.score[new] - onto.T @ self.score[kept], self.variance
        )


def score_statistic(V: Floats, whole: Floats, u: Floats, variance: float) -> tuple[float, int]:
    """u' V^-1 u / variance with its degrees of freedom; 0 and 0 where V has nothing left of `whole`."""
    if not (V.diagonal() > NOTHING_NEW * np.abs(whole.diagonal())).all():
        return 0.0, 0
    values, Q = np.linalg.eigh(V)
    if values[0] <= NOTHING_NEW * values[-1]:
        return 0.0, 0
    return float(((Q.T @ u) ** 2 / values).sum()) / variance, len(V)
