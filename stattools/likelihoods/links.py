"""Links: how a linear predictor eta makes the mean of an outcome, or another parameter of its distribution.

Each answers the mean, its slope and its bend (first and second derivative by eta), and the same three of its logarithm,
of the logarithm of what is left to 1, and of the log odds: families that are written in one of these take any link by
the chain rule (`linked.py`) without a difference of numbers near 1. All hold for eta to 1e4 and beyond.
Source: McCullagh & Nelder, Generalized Linear Models (1989), 2.2 and 4.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, log_ndtr, logit, ndtr, ndtri

from stattools.interface.arrays import Floats
from stattools.numerics.distributions.normal import mills, minus_slope

Curve = tuple[Floats, Floats, Floats]
"""A function of eta with its slope and its bend."""

LARGEST = 345.0
"""exp(345) and its square are within float64: an exponential stays there for any eta beyond."""

TINY, SMALLEST = 1e-300, 1e-100
"""What stands for a hazard of 0, and for an eta of 0 where powers of it are divided by, so that these are numbers."""


@dataclass(frozen=True)
class Link:
    """The mean as a function of eta; every answer has the shape of eta.

    `words` say what eta is of the mean; `ends` are the means where eta runs to -inf and to inf, nan for an end that eta
    does not have. `of` is eta of a mean and `mean` that of eta; `plain` is the mean with its slope and its bend, and
    `of_mean` and `of_rest` the logarithms of the mean and of 1 - mean with theirs, where these have more digits. Where
    a mean is not in the range of what is asked of it, such as the logarithm of one below 0, the answer is nan.

    >>> cloglog = LINKS["cloglog"]
    >>> [float(part) for part in cloglog.log_rest(np.array(0.0))]  # log(1 - mean) = -exp(eta)
    [-1.0, -1.0, -1.0]
    """

    name: str
    words: str
    ends: tuple[float, float]
    of: Callable[[Any], Any]
    mean: Callable[[Any], Any]
    plain: Callable[[Floats], Curve]
    of_mean: Callable[[Floats], Curve] | None = None
    of_rest: Callable[[Floats], Curve] | None = None

    def domain(self, least: float, most: float) -> tuple[float, float]:
        """The linear predictors of means between two numbers, and of those only, where each mean has one.

        >>> LINKS["log"].domain(0.0, 1.0), LINKS["sqrt"].domain(0.0, np.inf)
        ((-inf, 0.0), (0.0, inf))
        """
        low, high = (0.0, np.inf) if self.ends[0] not in (-np.inf, 0.0) else self.ends
        if least <= low and high <= most:
            return (-np.inf, np.inf) if low == self.ends[0] else (0.0, np.inf)
        with np.errstate(divide="ignore"):  # the logarithm and the inverse of 0
            first, last = sorted(float(self.of(np.array(end))) for end in (max(least, low), min(most, high)))
        return first, last

    def far(self, size: float) -> float:
        """Where one of two outcomes has probability exp(-size); nowhere where no mean is reached at infinity."""
        tail = np.exp(-size)
        if self.ends == (0.0, 1.0):
            return float(np.abs(self.of(np.array([tail, 1.0 - tail]))).min())
        return size if self.name == "log" else np.inf

    def slope(self, eta: Floats) -> Floats:
        """d mean / d eta."""
        return self.plain(eta)[1]

    def bend(self, eta: Floats) -> Floats:
        """d2 mean / d eta2."""
        return self.plain(eta)[2]

    def log_mean(self, eta: Floats) -> Curve:
        """The logarithm of the mean."""
        return _logarithm(*self.plain(eta)) if self.of_mean is None else self.of_mean(eta)

    def log_rest(self, eta: Floats) -> Curve:
        """The logarithm of 1 - mean."""
        if self.of_rest is not None:
            return self.of_rest(eta)
        mean, slope, bend = self.plain(eta)
        return _logarithm(1.0 - mean, -slope, -bend)

    def log_odds(self, eta: Floats) -> Curve:
        """The logarithm of mean / (1 - mean)."""
        if self.name == "logit":
            return _straight(eta)
        found, rest = self.log_mean(eta), self.log_rest(eta)
        return found[0] - rest[0], found[1] - rest[1], found[2] - rest[2]

    def __reduce__(self) -> tuple[Callable[[str], Link], tuple[str]]:
        return _named, (self.name,)


def _named(name: str) -> Link:
    return LINKS[name]


def _straight(eta: Floats) -> Curve:
    """eta itself."""
    return eta, np.ones_like(eta), np.zeros_like(eta)


def _mirrored(curve: Callable[[Floats], Curve]) -> Callable[[Floats], Curve]:
    """A function of -eta as one of eta."""

    def mirrored(eta: Floats) -> Curve:
        value, slope, bend = curve(-eta)
        return value, -slope, bend

    return mirrored


@np.errstate(over="ignore")  # the bend of a mean next to 0
def _logarithm(value: Floats, slope: Floats, bend: Floats) -> Curve:
    value = np.where(value > 0.0, value, np.nan)
    rate = slope / value
    return np.log(value), rate, bend / value - rate * rate


def _log_of_rest_of_exp(eta: Floats) -> Curve:
    """log(1 - exp(eta)) for eta < 0."""
    eta = np.where(eta < 0.0, eta, np.nan)
    odds = 1.0 / np.expm1(np.clip(-eta, SMALLEST, LARGEST))
    return np.log(-np.expm1(eta)), -odds, -odds * (1.0 + odds)


def held_exp(eta: ArrayLike) -> Floats:
    """exp(eta), which stays within float64 with its square."""
    return np.exp(np.minimum(eta, LARGEST))


def _log_expit(eta: Floats) -> Curve:
    p, q = expit(eta), expit(-eta)
    return log_expit(eta), q, -p * q


def _exponential(eta: Floats) -> Curve:
    mean = held_exp(eta)
    return mean, mean, mean


def _expit(eta: Floats) -> Curve:
    p, q = expit(eta), expit(-eta)
    return p, p * q, -p * q * np.tanh(0.5 * eta)


def _log_normal(eta: Floats) -> Curve:
    h = mills(eta)
    return log_ndtr(eta), h, -minus_slope(eta, h)


def _normal(eta: Floats) -> Curve:
    density = np.exp(-0.5 * eta * eta) / np.sqrt(2.0 * np.pi)
    return ndtr(eta), density, -eta * density


def _event(eta: Floats) -> Curve:
    """1 - exp(-exp(eta))."""
    eta = np.minimum(eta, LARGEST)
    density = np.exp(eta - np.exp(eta))
    return -np.expm1(-np.exp(eta)), density, -density * np.expm1(eta)


def _no_event(eta: Floats) -> Curve:
    """exp(-exp(-eta))."""
    _, density, bend = _event(-eta)
    return np.exp(-held_exp(-eta)), density, -bend


def _cauchy(eta: ArrayLike) -> Curve:
    """1/2 + arctan(eta) / pi, which has its own digits where it is small."""
    eta = np.asarray(eta, dtype=float)
    density = 1.0 / (np.pi * (1.0 + eta * eta))
    return np.arctan2(1.0, -eta) / np.pi, density, -2.0 * np.pi * eta * density * density


def _survival(eta: Floats) -> Curve:
    """log exp(-exp(eta))."""
    E = held_exp(eta)
    return -E, -E, -E


def _log_event(eta: Floats) -> Curve:
    """log(1 - exp(-exp(eta)))."""
    E = np.maximum(held_exp(eta), TINY)
    near_one, rare = np.log1p(-np.exp(-np.maximum(E, 0.5))), np.log(-np.expm1(-E))
    log = np.where(eta < -30.0, eta - 0.5 * E, np.where(E > 0.7, near_one, rare))
    slope = E * np.exp(-E) / -np.expm1(-E)
    # 1 - E - slope, which is a difference of numbers near 1 where E is small: there slope is summed as a series
    e = np.minimum(E, 0.1)
    s = e * e
    series = -0.5 * e - s * (1.0 / 12.0 - s * (1.0 / 720.0 - s * (1.0 / 30240.0 - s / 1209600.0)))
    return log, slope, slope * np.where(E < 0.1, series, 1.0 - E - slope)


def _power(name: str, words: str, ends: tuple[float, float], p: float) -> Link:
    """The mean eta^p, of which only the positive eta count where p is no whole number."""

    def curve(eta: ArrayLike) -> Curve:
        eta = np.asarray(eta, dtype=float)
        eta = np.where(np.abs(eta) < SMALLEST, np.copysign(SMALLEST, eta), eta)
        eta = eta if p == round(p) else np.where(eta > 0.0, eta, np.nan)
        return eta**p, p * eta ** (p - 1.0), p * (p - 1.0) * eta ** (p - 2.0)

    return Link(name, words, ends, lambda mean: np.asarray(mean) ** (1.0 / p), lambda eta: curve(eta)[0], curve)


REAL, POSITIVE, UNIT = (-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0)

_ROWS = (
    Link("identity", "value", REAL, np.asarray, lambda eta: np.asarray(eta, dtype=float), _straight),
    Link("log", "logarithm", POSITIVE, np.log, held_exp, _exponential, _straight, _log_of_rest_of_exp),
    Link("logit", "log odds", UNIT, logit, expit, _expit, _log_expit, _mirrored(_log_expit)),
    Link("probit", "normal quantile", UNIT, ndtri, ndtr, _normal, _log_normal, _mirrored(_log_normal)),
    Link(
        "cauchit",
        "Cauchy quantile",
        UNIT,
        lambda mean: -1.0 / np.tan(np.pi * np.asarray(mean)),
        lambda eta: _cauchy(eta)[0],
        _cauchy,
        of_rest=_mirrored(lambda eta: _logarithm(*_cauchy(eta))),
    ),
    Link(
        "cloglog",
        "complementary log-log",
        UNIT,
        lambda mean: np.log(-np.log1p(np.negative(mean))),
        lambda eta: -np.expm1(-held_exp(eta)),
        _event,
        _log_event,
        _survival,
    ),
    Link(
        "loglog",
        "log-log",
        UNIT,
        lambda mean: -np.log(-np.log(mean)),
        lambda eta: np.exp(-held_exp(np.negative(eta))),
        _no_event,
        _mirrored(_survival),
        _mirrored(_log_event),
    ),
    _power("sqrt", "square root", (np.inf, np.inf), 2.0),
    _power("inverse", "inverse", (np.nan, 0.0), -1.0),
    _power("inverse-squared", "inverse square", (np.nan, 0.0), -0.5),
)

LINKS: dict[str, Link] = {link.name: link for link in _ROWS}
"""By the names under which likelihoods and callers know them."""
