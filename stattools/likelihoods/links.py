"""Links: how a linear predictor eta makes the mean of an outcome, or another parameter of its distribution.

Each answers the mean, its slope and its bend (first and second derivative by eta), and the same three of its logarithm,
of the logarithm of what is left to 1, and of the log odds: families that are written in one of these take any link by
the chain rule (`linked.py`) without a difference of numbers near 1. All hold for eta to 1e4 and beyond.
Source: McCullagh & Nelder, Generalized Linear Models (1989), 2.2 and 4.3.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, log_ndtr, logit, ndtr, ndtri

from stattools.interface.arrays import Floats
from stattools.numerics.normal_tail import mills, minus_slope

Curve = tuple[Floats, Floats, Floats]
"""A function of eta with its slope and its bend."""

LARGEST = 345.0
"""exp(345) and its square are within float64: an exponential stays there for any eta beyond."""

TINY = 1e-300

SMALLEST = 1e-100
"""What stands for an eta of 0 where a power of it is divided by: its square and the inverse of that are numbers."""


class Link:
    """The mean as a function of eta; every answer has the shape of eta. A link writes `of`, `mean`, `slope` and `bend`.

    `words` say what eta is of the mean; `ends` are the means where eta runs to -inf and to inf, nan for an end that eta
    does not have. Where a mean is not in the range of what is asked of it, such as the logarithm of one below 0, the
    answer is nan.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    ends: ClassVar[tuple[float, float]]

    def of(self, mean: Any) -> Any:
        """eta of a mean."""
        raise NotImplementedError

    def mean(self, eta: ArrayLike) -> Floats:
        """The mean at eta."""
        raise NotImplementedError

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta."""
        raise NotImplementedError

    def bend(self, eta: ArrayLike) -> Floats:
        """d2 mean / d eta2."""
        raise NotImplementedError

    def plain(self, eta: Floats) -> Curve:
        """The mean itself."""
        return self.mean(eta), self.slope(eta), self.bend(eta)

    def log_mean(self, eta: Floats) -> Curve:
        """The logarithm of the mean."""
        return _logarithm(*self.plain(eta))

    def log_rest(self, eta: Floats) -> Curve:
        """The logarithm of 1 - mean."""
        mean, slope, bend = self.plain(eta)
        return _logarithm(1.0 - mean, -slope, -bend)

    def log_odds(self, eta: Floats) -> Curve:
        """The logarithm of mean / (1 - mean)."""
        found, rest = self.log_mean(eta), self.log_rest(eta)
        return found[0] - rest[0], found[1] - rest[1], found[2] - rest[2]


class Identity(Link):
    """mean = eta."""

    name, words, ends = "identity", "value", (-np.inf, np.inf)

    def of(self, mean: Any) -> Any:
        return mean

    def mean(self, eta: ArrayLike) -> Floats:
        return np.asarray(eta, dtype=float)

    def slope(self, eta: ArrayLike) -> Floats:
        return np.ones(np.shape(eta))

    def bend(self, eta: ArrayLike) -> Floats:
        return np.zeros(np.shape(eta))


class Log(Link):
    """mean = exp(eta)."""

    name, words, ends = "log", "logarithm", (0.0, np.inf)

    def of(self, mean: Any) -> Any:
        return np.log(mean)

    def mean(self, eta: ArrayLike) -> Floats:
        return np.exp(np.minimum(eta, LARGEST))

    slope = bend = mean

    def log_mean(self, eta: Floats) -> Curve:
        return eta, np.ones_like(eta), np.zeros_like(eta)


class Logit(Link):
    """mean = 1 / (1 + exp(-eta))."""

    name, words, ends = "logit", "log odds", (0.0, 1.0)

    def of(self, mean: Any) -> Any:
        return logit(mean)

    def mean(self, eta: ArrayLike) -> Floats:
        return expit(np.asarray(eta, dtype=float))

    def slope(self, eta: ArrayLike) -> Floats:
        return self.mean(eta) * self.mean(np.negative(eta))

    def bend(self, eta: ArrayLike) -> Floats:
        return -self.slope(eta) * np.tanh(0.5 * np.asarray(eta, dtype=float))

    def log_mean(self, eta: Floats) -> Curve:
        return log_expit(eta), expit(-eta), -self.slope(eta)

    def log_rest(self, eta: Floats) -> Curve:
        return log_expit(-eta), -expit(eta), -self.slope(eta)

    def log_odds(self, eta: Floats) -> Curve:
        return eta, np.ones_like(eta), np.zeros_like(eta)


class Probit(Link):
    """mean = Phi(eta)."""

    name, words, ends = "probit", "normal quantile", (0.0, 1.0)

    def of(self, mean: Any) -> Any:
        return ndtri(mean)

    def mean(self, eta: ArrayLike) -> Floats:
        return ndtr(np.asarray(eta, dtype=float))

    def slope(self, eta: ArrayLike) -> Floats:
        return np.exp(-0.5 * np.square(np.asarray(eta, dtype=float))) / np.sqrt(2.0 * np.pi)

    def bend(self, eta: ArrayLike) -> Floats:
        return -np.asarray(eta, dtype=float) * self.slope(eta)

    def log_mean(self, eta: Floats) -> Curve:
        h = mills(eta)
        return log_ndtr(eta), h, -minus_slope(eta, h)

    def log_rest(self, eta: Floats) -> Curve:
        return _mirrored(self.log_mean(-eta))


class Cauchit(Link):
    """mean = 1/2 + arctan(eta) / pi, as an angle, which has its own digits where it is small."""

    name, words, ends = "cauchit", "Cauchy quantile", (0.0, 1.0)

    def of(self, mean: Any) -> Any:
        return -1.0 / np.tan(np.pi * np.asarray(mean, dtype=float))

    def mean(self, eta: ArrayLike) -> Floats:
        return np.arctan2(1.0, -np.asarray(eta, dtype=float)) / np.pi

    def slope(self, eta: ArrayLike) -> Floats:
        return 1.0 / (np.pi * (1.0 + np.square(np.asarray(eta, dtype=float))))

    def bend(self, eta: ArrayLike) -> Floats:
        return -2.0 * np.pi * np.asarray(eta, dtype=float) * np.square(self.slope(eta))

    def log_rest(self, eta: Floats) -> Curve:
        return _mirrored(self.log_mean(-eta))


class ComplementaryLogLog(Link):
    """mean = 1 - exp(-exp(eta))."""

    name, words, ends = "cloglog", "complementary log-log", (0.0, 1.0)

    def of(self, mean: Any) -> Any:
        return np.log(-np.log1p(-np.asarray(mean, dtype=float)))

    def mean(self, eta: ArrayLike) -> Floats:
        return -np.expm1(-_hazard(eta))

    def slope(self, eta: ArrayLike) -> Floats:
        return np.exp(np.minimum(eta, LARGEST) - _hazard(eta))

    def bend(self, eta: ArrayLike) -> Floats:
        return self.slope(eta) * -np.expm1(np.minimum(eta, LARGEST))

    def log_mean(self, eta: Floats) -> Curve:
        E = np.maximum(_hazard(eta), TINY)
        near_one, rare = np.log1p(-np.exp(-np.maximum(E, 0.5))), np.log(-np.expm1(-E))
        log = np.where(eta < -30.0, eta - 0.5 * E, np.where(E > 0.7, near_one, rare))
        slope = E * np.exp(-E) / -np.expm1(-E)
        # 1 - E - slope, which is a difference of numbers near 1 where E is small: there slope is summed as a series
        e = np.minimum(E, 0.1)
        s = e * e
        series = -0.5 * e - s * (1.0 / 12.0 - s * (1.0 / 720.0 - s * (1.0 / 30240.0 - s / 1209600.0)))
        return log, slope, slope * np.where(E < 0.1, series, 1.0 - E - slope)

    def log_rest(self, eta: Floats) -> Curve:
        E = _hazard(eta)
        return -E, -E, -E


class LogLog(Link):
    """mean = exp(-exp(-eta)): what is left to 1 is the complementary log-log mean of -eta."""

    name, words, ends = "loglog", "log-log", (0.0, 1.0)

    def of(self, mean: Any) -> Any:
        return -np.log(-np.log(mean))

    def mean(self, eta: ArrayLike) -> Floats:
        return np.exp(-_hazard(np.negative(eta)))

    def slope(self, eta: ArrayLike) -> Floats:
        return CLOGLOG.slope(np.negative(eta))

    def bend(self, eta: ArrayLike) -> Floats:
        return -CLOGLOG.bend(np.negative(eta))

    def log_mean(self, eta: Floats) -> Curve:
        return _mirrored(CLOGLOG.log_rest(-eta))

    def log_rest(self, eta: Floats) -> Curve:
        return _mirrored(CLOGLOG.log_mean(-eta))


class SquareRoot(Link):
    """mean = eta^2."""

    name, words, ends = "sqrt", "square root", (np.inf, np.inf)

    def of(self, mean: Any) -> Any:
        return np.sqrt(mean)

    def mean(self, eta: ArrayLike) -> Floats:
        return np.square(_not_zero(eta))

    def slope(self, eta: ArrayLike) -> Floats:
        return 2.0 * _not_zero(eta)

    def bend(self, eta: ArrayLike) -> Floats:
        return np.full(np.shape(eta), 2.0)


class Inverse(Link):
    """mean = 1 / eta."""

    name, words, ends = "inverse", "inverse", (np.nan, 0.0)

    def of(self, mean: Any) -> Any:
        return 1.0 / np.asarray(mean, dtype=float)

    def mean(self, eta: ArrayLike) -> Floats:
        return 1.0 / _not_zero(eta)

    def slope(self, eta: ArrayLike) -> Floats:
        return -np.square(self.mean(eta))

    def bend(self, eta: ArrayLike) -> Floats:
        return -2.0 * self.mean(eta) * self.slope(eta)


class InverseSquared(Link):
    """mean = 1 / sqrt(eta), eta > 0."""

    name, words, ends = "inverse-squared", "inverse square", (np.nan, 0.0)

    def of(self, mean: Any) -> Any:
        return 1.0 / np.square(mean)

    def mean(self, eta: ArrayLike) -> Floats:
        eta = _not_zero(eta)
        return np.where(eta > 0.0, 1.0 / np.sqrt(np.abs(eta)), np.nan)

    def slope(self, eta: ArrayLike) -> Floats:
        return -0.5 * self.mean(eta) / _not_zero(eta)

    def bend(self, eta: ArrayLike) -> Floats:
        return -1.5 * self.slope(eta) / _not_zero(eta)


def _hazard(eta: ArrayLike) -> Floats:
    return np.exp(np.minimum(eta, LARGEST))


def _not_zero(eta: ArrayLike) -> Floats:
    eta = np.asarray(eta, dtype=float)
    return np.where(np.abs(eta) < SMALLEST, np.copysign(SMALLEST, eta), eta)


def _mirrored(curve: Curve) -> Curve:
    """A function of -eta as one of eta."""
    return curve[0], -curve[1], curve[2]


def _logarithm(value: Floats, slope: Floats, bend: Floats) -> Curve:
    value = np.where(value > 0.0, value, np.nan)
    rate = slope / value
    return np.log(value), rate, bend / value - rate * rate


CLOGLOG = ComplementaryLogLog()

LINKS: dict[str, Link] = {
    link.name: link
    for link in (
        Identity(), Log(), Logit(), Probit(), CLOGLOG, LogLog(), Cauchit(), Inverse(), InverseSquared(), SquareRoot(),
    )
}  # fmt: skip
"""By the names under which likelihoods and callers know them."""
