"""What a model with added columns says of these: the score tests of them, and how much the others inflate a variance.

    score test of z beside X:   S = u_z^T V^-1 u_z,   V = Z^T W Z - Z^T W X (X^T W X)^-1 X^T W Z

`ArrayAdded` has the information as an array, `LevelAdded` beside levels that are codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats

NOTHING_NEW = 1e-8
"""A column with no more than this share of its own is made by the others: the square of 0 and 1."""


@dataclass(frozen=True, eq=False)
class Added:
    """The information (P, P) and the score (P,) of the model with added columns, all columns standardized.

    `kept` are the places of the coefficients of the model itself, `curves` the names of the squares and the places of
    their coefficients, `link` those of the square of the linear predictor, empty where there is none. `constants`
    (p, m) span what a shift of the columns moves: intercepts, and the coefficients of other parameters. `phi` are the
    coefficients, `variance` the squared scale, `units` the map from standardized coefficients to those of the model.
    """

    information: Any
    score: Floats
    kept: tuple[int, ...]
    curves: dict[str, tuple[int, ...]]
    link: tuple[int, ...]
    constants: Floats
    phi: Floats
    variance: float
    units: Any = None

    @property
    def base(self) -> Any:
        """The information about the coefficients of the model."""
        raise NotImplementedError

    @property
    def varied(self) -> float:
        """phi^T A phi, where A is the information about the coefficients with the constants free."""
        raise NotImplementedError

    @property
    def explained(self) -> float:
        """How much the linear predictor varies, weighted as the rows inform of it, in squared standard errors."""
        return max(self.varied, 0.0) / self.variance

    def inflation(self, mine: list[int], others: list[int]) -> float:
        """det(A_TT) det((A^-1)_TT) of the coefficients `mine` beside `others`, where A is that of `varied` about
        these.
        """
        raise NotImplementedError

    def beside_base(self, new: list[int]) -> tuple[Floats, Floats, Floats]:
        """The information about some new coefficients, that between the model's and these, and base^-1 times it."""
        raise NotImplementedError

    def test(self, places: tuple[int, ...]) -> tuple[float, int]:
        """The score statistic of added columns and its degrees of freedom; 0 and 0 where they are not new."""
        new = list(places)
        whole, cross, onto = self.beside_base(new)
        u = self.score[new] - onto.T @ self.score[list(self.kept)]  # penalized, the scores of the others are not 0
        return score_statistic(whole - cross.T @ onto, whole, u, self.variance)


def score_statistic(V: Floats, whole: Floats, u: Floats, variance: float) -> tuple[float, int]:
    """u' V^-1 u / variance with its degrees of freedom; 0 and 0 where V has nothing left of `whole`."""
    if not (V.diagonal() > NOTHING_NEW * np.abs(whole.diagonal())).all():
        return 0.0, 0
    values, Q = np.linalg.eigh(V)
    if values[0] <= NOTHING_NEW * values[-1]:
        return 0.0, 0
    return float(((Q.T @ u) ** 2 / values).sum()) / variance, len(V)
