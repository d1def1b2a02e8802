"""Priors of scales, on x > 0: `HalfNormal`, `HalfCauchy`, `Exponential`; `st.Gamma` and `st.InverseGamma` are conjugate
families and live there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points, settle
from stattools.bayes.conjugate.distribution import Prior, parameters
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator


class OnHalfLine(Prior):
    """A prior of a positive number whose parameters are positive."""

    def __post_init__(self) -> None:
        settle(self, positive=parameters(self))

    @property
    def support(self) -> tuple[float, float]:
        """(0, inf)."""
        return 0.0, np.inf


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class HalfNormal(OnHalfLine):
    """The distribution of |x| for x ~ Normal(0, scale): f(x) = sqrt(2 / pi) / s exp(-x^2 / 2 s^2), x > 0.

    The scale has the units of x. Raises DomainError unless it is positive and finite.

    >>> round(HalfNormal(1).density(0.0) ** 2 * np.pi, 12)
    2.0
    """

    scale: Any

    @property
    def median(self) -> Any:
        """0.6745 scale."""
        return plain(0.6744897501960817 * np.asarray(self.scale))

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x, -inf below 0. Raises DomainError for NaN."""
        x = points(x, "x", self.scale)
        with np.errstate(over="ignore"):  # the density is 0 where z^2 overflows
            square = (x / self.scale) ** 2
        return plain(np.where(x >= 0.0, -0.5 * square + 0.5 * np.log(2.0 / np.pi) - np.log(self.scale), -np.inf))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = -x / scale^2."""
        with np.errstate(over="ignore"):
            return plain(-points(x, "x", self.scale) / self.scale / self.scale)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameter)."""
        return np.abs(self.scale * generator(seed).standard_normal(draws_shape(draws, np.shape(self.scale))))


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class HalfCauchy(OnHalfLine):
    """The distribution of |x| for x ~ Cauchy(0, scale): f(x) = 2 / [pi s (1 + z^2)], z = x / s, x > 0.

    Half of the probability lies below the scale, which has the units of x. Raises DomainError unless it is positive
    and finite. Source: Gelman, Bayesian Analysis 1 (2006), 515-533, for standard deviations.

    >>> round(HalfCauchy(2).density(0.0) * np.pi, 12)
    1.0
    """

    scale: Any

    @property
    def median(self) -> Any:
        """The scale."""
        return self.scale

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x, -inf below 0. Raises DomainError for NaN."""
        x = points(x, "x", self.scale)
        inside = np.log(self.scale) + np.log(2.0 / np.pi) - 2.0 * np.log(np.hypot(self.scale, x))
        return plain(np.where(x >= 0.0, inside, -np.inf))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = -2 z / (1 + z^2) / scale."""
        x = points(x, "x", self.scale)
        x = np.where(np.isinf(x), 0.0, x)  # the slope is 0 there
        reach = np.hypot(self.scale, x)
        return plain(-2.0 * (x / reach) / reach)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameter)."""
        return np.abs(self.scale * generator(seed).standard_cauchy(draws_shape(draws, np.shape(self.scale))))


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Exponential(OnHalfLine):
    """The exponential distribution: f(x) = rate exp(-rate x), x > 0, of mean 1 / rate.

    The rate has the units of 1 / x. Raises DomainError unless it is positive and finite.

    >>> Exponential(2).log_density([0.0, 1.0]).round(6)
    array([ 0.693147, -1.306853])
    """

    rate: Any

    @property
    def median(self) -> Any:
        """log(2) / rate."""
        return plain(np.log(2.0) / np.asarray(self.rate))

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x, -inf below 0. Raises DomainError for NaN."""
        x = points(x, "x", self.rate)
        with np.errstate(over="ignore"):  # the density is 0 where the product overflows
            return plain(np.where(x >= 0.0, np.log(self.rate) - self.rate * x, -np.inf))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = -rate."""
        return plain(np.zeros_like(points(x, "x", self.rate)) - self.rate)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameter)."""
        shape = draws_shape(draws, np.shape(self.rate))
        return generator(seed).standard_exponential(shape) / self.rate
