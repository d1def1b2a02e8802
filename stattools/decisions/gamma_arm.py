"""A gamma arm on the log scale, for integrals against other arms; two gamma arms in closed form.

    P(X / Y <= q) is a tail of Beta(shape_x, shape_y) at q rate_x / (q rate_x + rate_y),

because rate_x X / (rate_x X + rate_y Y) has that beta distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, gammainc, gammaincc

from stattools.likelihoods.saddle_point import deviance_part, log_poisson_pmf
from stattools.likelihoods.two_betas import LEAST, log_complement, log_of_pair

Floats = NDArray[np.float64]
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
        return log_gamma_density(*self._scaled(t, row), self.shape[row])

    def log_tails(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """log P(T <= t) and log P(T > t)."""
        return log_gamma_tails(*self._scaled(t, row), self.shape[row])

    @staticmethod
    def log_stretch(t: Floats) -> Floats:
        """log of d theta / dt."""
        return t

    def _scaled(self, t: Floats, row: Rows) -> tuple[Floats, Floats]:
        """rate theta, which may underflow, and its log; beyond exp(700) nothing is left."""
        rate = self.rate[row]
        log_x = np.minimum(t + np.log(rate), 700.0)
        return np.where(log_x < 700.0, rate * np.exp(np.minimum(t, 700.0 - np.log(rate))), np.exp(700.0)), log_x


def log_gamma_density(x: Floats, log_x: Floats, shape: Floats) -> Floats:
    """log density of log x, x ~ Gamma(shape, 1); x itself may underflow."""
    return np.log(shape) + log_poisson_pmf(shape, x, log_x)


def log_gamma_tails(x: Floats, log_x: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """log P(X <= x) and log P(X > x), x ~ Gamma(shape, 1), the smaller to full relative accuracy.

    Next to 0, where x may underflow, the tail is x^shape / Gamma(shape + 1); a tail below 1e-290 is the density over
    its slope, to 1e-6. SciPy's lower tail is off by half at shape 1e9, seven standard deviations below the mean:
    there it is Temme's expansion.
    """
    x, log_x, shape = np.broadcast_arrays(x, log_x, shape)
    p, q = np.asarray(gammainc(shape, x)), np.asarray(gammaincc(shape, x))
    if np.any(slow := (shape > 5e4) & (x < shape - 4.0 * np.sqrt(shape)) & (x > 0.0)):
        p[slow] = _temme(x[slow], shape[slow])
        q[slow] = 1.0 - p[slow]
    with np.errstate(divide="ignore"):  # a tail that underflows is replaced below
        below, above = log_of_pair(p, q)
    if np.any(lost := (np.minimum(below, above) < LEAST) & (x >= 1e-17)):
        pull = np.abs(shape - x)[lost]  # the slope of the log density, far out
        density = log_gamma_density(x[lost], log_x[lost], shape[lost])
        tail = density - np.log(pull) - np.log1p(x[lost] / pull**2)
        is_below = (x < shape)[lost]
        below[lost], above[lost] = np.where(is_below, tail, 0.0), np.where(is_below, 0.0, tail)
    if np.any(end := x < 1e-17):
        density = log_gamma_density(x[end], log_x[end], shape[end])
        below[end] = np.minimum(density - np.log(shape[end]), 0.0)
        above[end] = log_complement(below[end])
    return below, above


def _temme(x: Floats, shape: Floats) -> Floats:
    """P(X <= x) for a large shape, x < shape: erfc(-eta sqrt(shape / 2)) / 2 and two terms (DLMF 8.12.3-8.12.10)."""
    gap = (x - shape) / shape
    eta = -np.sqrt(2.0 * deviance_part(shape, x) / shape)
    terms = 1.0 / gap - 1.0 / eta + (1.0 / eta**3 - 1.0 / gap**3 - 1.0 / gap**2 - 1.0 / (12.0 * gap)) / shape
    z = -eta * np.sqrt(shape)
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    return density * (np.sqrt(0.5 * np.pi) * erfcx(z / np.sqrt(2.0)) - terms / np.sqrt(shape))
