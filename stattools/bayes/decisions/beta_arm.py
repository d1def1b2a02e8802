"""A beta arm on the logit scale, t = log(theta / (1 - theta)), for integrals against other arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from stattools.interface.arrays import Floats
from stattools.numerics.beta_distribution import log_density_of_logit
from stattools.numerics.two_betas import landmarks, log_tails

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class BetaArm:
    """Beta(a, b), one per row."""

    a: Floats
    b: Floats

    @staticmethod
    def together(parameters: Sequence[tuple[Floats, Floats]]) -> tuple[list[BetaArm], Floats | float]:
        """The arms in one coordinate, and the unit of theta in it."""
        return [BetaArm(a, b) for a, b in parameters], 1.0

    def landmarks(self) -> Floats:
        """Where the arm changes scale, (rows, m)."""
        return landmarks(self.a, self.b)

    def log_density(self, t: Floats, row: Rows) -> Floats:
        """log density of t."""
        x, y = expit(t), expit(-t)
        return log_density_of_logit(x, y, self.a[row], self.b[row], log_expit(t), log_expit(-t))

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        return log_tails(log_expit(t), log_expit(-t), self.a[row], self.b[row])

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return log_expit(t) + log_expit(-t)
