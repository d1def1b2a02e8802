"""A gamma arm on the log scale, for integrals against other arms; two gamma arms in closed form.

    P(X / Y <= q) is a tail of Beta(shape_x, shape_y) at q rate_x / (q rate_x + rate_y),

because rate_x X / (rate_x X + rate_y Y) has that beta distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.gamma_distribution import log_density_of_log, tails
from stattools.numerics.two_betas import LEAST, log_complement, log_of_pair

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class GammaArm:
    """Gamma(shape, rate), one per row, with t = log(theta)."""

    shape: Floats
    rate: Floats

    @staticmethod
    def together(parameters: Sequence[tuple[Floats, Floats]]) -> tuple[list[GammaArm], Floats | float]:
        """The arms in units of a power of two near the largest mean, so that t keeps its digits; and that unit."""
        unit = np.exp2(np.round(np.log2(np.max([shape / rate for shape, rate in parameters], axis=0))))
        return [GammaArm(shape, rate * unit) for shape, rate in parameters], unit

    def landmarks(self) -> Floats:
        """Where the arm changes scale, (rows, 21)."""
        shape, steps = self.shape[:, None], np.arange(10.0) / 9.0
        center, width = np.log(shape / self.rate[:, None]), np.minimum(1.0, 1.0 / np.sqrt(shape))
        narrow = shape > 120.0
        left = np.where(narrow, 80.0 * width, 760.0 / shape + 2.0)
        right = np.where(narrow, 80.0 * width, np.log(20.0 + 800.0 / shape) + 1.0)
        steps_left, steps_right = (width * (reach / width) ** steps for reach in (left, right))
        return np.concatenate([center - steps_left, center, center + steps_right], axis=1)

    def log_density(self, t: Floats, row: Rows) -> Floats:
        """log density of t."""
        return log_density_of_log(self._standard(t, row), self.shape[row])

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        return log_gamma_tails(self._standard(t, row), self.shape[row])

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return t

    def _standard(self, t: Floats, row: Rows) -> Floats:
        """log of theta over the arm's mean; beyond exp(600) nothing is left."""
        return np.minimum(t + np.log(self.rate / self.shape)[row], 600.0)


def log_gamma_tails(s: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """log P(X <= shape exp(s)) and log P(X > shape exp(s)), X ~ Gamma(shape, 1), the smaller to full relative accuracy.

    Next to 0, where X may underflow, the tail is x^shape / Gamma(shape + 1); a tail below 1e-290 is the density over
    its slope, to 1e-6.
    """
    s, shape = np.broadcast_arrays(s, shape)
    with np.errstate(under="ignore", divide="ignore"):  # a tail that underflows is replaced below
        x = shape * np.exp(s)
        below, above = log_of_pair(*tails(s, shape))
    if np.any(lost := (np.minimum(below, above) < LEAST) & (x >= 1e-17)):
        pull = np.abs(shape * np.expm1(s))[lost]  # the slope of the log density, far out
        tail = log_density_of_log(s[lost], shape[lost]) - np.log(pull) - np.log1p(x[lost] / pull / pull)
        below[lost], above[lost] = np.where(s[lost] < 0.0, tail, 0.0), np.where(s[lost] < 0.0, 0.0, tail)
    if np.any(end := x < 1e-17):
        below[end] = np.minimum(log_density_of_log(s[end], shape[end]) - np.log(shape[end]), 0.0)
        above[end] = log_complement(below[end])
    return below, above
