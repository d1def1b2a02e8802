"""A normal arm, for integrals against other arms; two normal arms in closed form.

E max(D, 0) = sd (phi(z) + z Phi(z)),  z = mean / sd,  D ~ Normal(mean, sd)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, log_ndtr

from stattools.interface.arrays import Floats
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class NormalArm:
    """Normal(mean, sd), one per row, with t = theta from the mean of the first arm in units of the largest sd."""

    mean: Floats
    sd: Floats

    @staticmethod
    def together(parameters: Sequence[tuple[Floats, Floats]]) -> tuple[list[NormalArm], Floats | float]:
        """The arms in one coordinate, and the unit of theta in it."""
        unit = np.max([sd for _, sd in parameters], axis=0)
        origin = np.min([mean for mean, _ in parameters], axis=0)
        return [NormalArm((mean - origin) / unit, sd / unit) for mean, sd in parameters], unit

    def landmarks(self) -> Floats:
        """Where the arm changes scale, (rows, 21)."""
        steps = self.sd[:, None] * np.geomspace(1.0, 40.0, 10)
        mean = self.mean[:, None]
        return np.concatenate([mean - steps, mean, mean + steps], axis=1)

    def log_density(self, t: Floats, row: Rows) -> Floats:
        """log density of t."""
        z = (t - self.mean[row]) / self.sd[row]
        return -0.5 * z * z - np.log(self.sd[row]) - HALF_LOG_TWO_PI

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        z = (t - self.mean[row]) / self.sd[row]
        return log_ndtr(z), log_ndtr(-z)

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return np.zeros(t.shape)


def expected_gain(mean: Floats, sd: Floats) -> Floats:
    """E max(D, 0) for D ~ Normal(mean, sd).

    For z < 0 it is sd phi(z) (1 - |z| m(|z|)) with Mills' ratio m, to z^2 roundings.

    >>> float(expected_gain(np.array(0.0), np.array(1.0)))  # 1 / sqrt(2 pi)
    0.3989422804014327
    """
    z = mean / sd
    far = np.minimum(np.abs(z), 40.0)  # beyond, the smaller gain underflows
    density = np.where(np.abs(z) < 40.0, np.exp(-0.5 * far**2 - HALF_LOG_TWO_PI), 0.0)
    smaller = sd * density * (1.0 - far * np.sqrt(0.5 * np.pi) * erfcx(far / np.sqrt(2.0)))
    return np.where(z <= 0.0, smaller, mean + smaller)
