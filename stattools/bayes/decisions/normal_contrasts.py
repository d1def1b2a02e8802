"""The difference of two normal arms, which is normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from stattools.interface.arrays import Floats
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import prints


@prints
@dataclass(frozen=True, eq=False)
class NormalDifference:
    """Y - X for X ~ Normal(m, s), Y ~ Normal(k, t), one per row."""

    m: Floats
    s: Floats
    k: Floats
    t: Floats
    support = (-np.inf, np.inf)
    log_scale = False

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation."""
        return self.k - self.m, np.hypot(self.s, self.t)

    start = moments

    def one_peak(self) -> NDArray[np.bool_]:
        """Always."""
        return np.ones(len(self.m), dtype=bool)

    def falls_from_lower_end(self) -> NDArray[np.bool_]:
        """Never."""
        return np.zeros(len(self.m), dtype=bool)

    def tails(self, z: Floats) -> tuple[Floats, Floats]:
        """P(Y - X <= z) and P(Y - X > z)."""
        mean, sd = self.moments()
        return ndtr((z - mean) / sd), ndtr((mean - z) / sd)

    def log_density(self, z: Floats) -> Floats:
        """log density of Y - X."""
        mean, sd = self.moments()
        return -0.5 * ((z - mean) / sd) ** 2 - np.log(sd) - HALF_LOG_TWO_PI
