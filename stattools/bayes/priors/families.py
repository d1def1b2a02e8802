"""Priors that are no conjugate families: `Uniform` between two ends, `Flat` everywhere, and curves.

A curve is moved and stretched: `Cauchy` and `Laplace` around a location on the whole line, `HalfNormal`, `HalfCauchy`
and `Exponential` of positive numbers, each its parameters and a `DensityCurve`. The prior of a positive parameter may
be given for its logarithm: log x ~ p, so that x has the density p(log x) / x. `st.Normal`, `st.StudentT`, `st.Gamma`
and `st.InverseGamma` are conjugate families and live there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import parameters, plain
from stattools.bayes.conjugate.belief import points, settle
from stattools.bayes.conjugate.distribution import Prior
from stattools.bayes.conjugate.student_t import StudentT
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Uniform(Prior):
    """The same density 1 / (high - low) everywhere between `low` and `high`, and none outside.

    Raises DomainError unless both are finite and low < high.

    >>> Uniform(0, 4).density([1.0, 5.0])
    array([0.25, 0.  ])
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        settle(self, real=("low", "high"))
        if not np.all(np.less(self.low, self.high)):
            raise DomainError(f"Uniform needs low < high; got low={self.low!r}, high={self.high!r}.")

    @property
    def support(self) -> tuple[float, float]:
        """(low, high)."""
        return self.low, self.high

    @property
    def median(self) -> float | Floats:
        """The middle."""
        return plain(0.5 * (np.asarray(self.low) + self.high))

    def log_density(self, x: ArrayLike) -> float | Floats:
        """-log(high - low) inside, -inf outside. Raises DomainError for NaN."""
        x = points(x, "x", self.low)
        return plain(np.where((x >= self.low) & (x <= self.high), -np.log(np.subtract(self.high, self.low)), -np.inf))

    def slope(self, x: ArrayLike) -> float | Floats:
        """0."""
        return plain(np.zeros(np.broadcast(points(x, "x", self.low), self.low).shape))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws,)."""
        return generator(seed).uniform(self.low, self.high, draws_shape(draws, np.shape(self.low)))


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True)
class Flat:
    """The improper prior with density 1 everywhere that its parameter can be; on `sigma` it is flat in sigma itself.

    No distribution: it has no draws, and a posterior under it exists only where the data alone determine the
    parameter, which `st.posterior` checks.

    >>> Flat().log_density([0.0, 1e9])
    array([0., 0.])
    """

    is_proper = False
    """Its mass is infinite."""

    @property
    def support(self) -> tuple[float, float]:
        """(-inf, inf)."""
        return -np.inf, np.inf

    def density(self, x: ArrayLike) -> float | Floats:
        """1."""
        return plain(np.exp(self.log_density(x)))

    def log_density(self, x: ArrayLike) -> float | Floats:
        """0."""
        return plain(np.zeros_like(points(x, "x")))

    def slope(self, x: ArrayLike) -> float | Floats:
        """0."""
        return plain(np.zeros_like(points(x, "x")))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Raises IncompatibleError: a flat prior is no distribution."""
        raise IncompatibleError(
            "Flat is no distribution and has no draws. Use a proper prior such as st.Normal(0, 10)."
        )


@dataclass(frozen=True)
class DensityCurve:
    """A density as functions of x, counted from the location, and of the scale, or the rate: its logarithm, and the
    slope of that. `draw(random, shape, scale)` draws from it; `median(scale)` has half of the probability on either
    side.
    """

    log_density: Callable[[Floats, Any], Floats]
    slope: Callable[[Floats, Any], Floats]
    draw: Callable[[np.random.Generator, tuple[int, ...], Any], Floats]
    median: Callable[[Any], Any] = lambda scale: 0.0


def _slope_of_cauchy(x: Floats, scale: float | Floats) -> Floats:
    x = np.where(np.isinf(x), 0.0, x)  # the slope is 0 there
    reach = np.hypot(scale, x)  # z = x / scale would overflow where the scale is tiny
    return -2.0 * (x / reach) / reach


quietly = np.errstate(over="ignore")
"""For what overflows so far away that the density is 0."""


def _from_0(log_density: Callable[[Floats, Any], Floats]) -> Callable[[Floats, Any], Floats]:
    return lambda x, scale: np.where(x >= 0.0, log_density(x, scale), -np.inf)


CAUCHY = DensityCurve(
    lambda x, scale: np.log(scale) - np.log(np.pi) - 2.0 * np.log(np.hypot(scale, x)),
    _slope_of_cauchy,
    lambda random, shape, scale: scale * random.standard_cauchy(shape),
)
LAPLACE = DensityCurve(
    quietly(lambda x, scale: -np.abs(x / scale) - np.log(2.0 * np.asarray(scale))),
    lambda x, scale: -np.sign(x) / scale,
    lambda random, shape, scale: scale * random.laplace(size=shape),
)
HALF_NORMAL = DensityCurve(
    quietly(_from_0(lambda x, scale: -0.5 * (x / scale) ** 2 + 0.5 * np.log(2.0 / np.pi) - np.log(scale))),
    quietly(lambda x, scale: -x / scale / scale),
    lambda random, shape, scale: np.abs(scale * random.standard_normal(shape)),
    lambda scale: 0.6744897501960817 * np.asarray(scale),
)
HALF_CAUCHY = DensityCurve(
    _from_0(lambda x, scale: np.log(scale) + np.log(2.0 / np.pi) - 2.0 * np.log(np.hypot(scale, x))),
    _slope_of_cauchy,
    lambda random, shape, scale: np.abs(scale * random.standard_cauchy(shape)),
    lambda scale: scale,
)
EXPONENTIAL = DensityCurve(
    quietly(_from_0(lambda x, rate: np.log(rate) - rate * x)),
    lambda x, rate: np.zeros_like(x) - rate,
    lambda random, shape, rate: random.standard_exponential(shape) / rate,
    lambda rate: np.log(2.0) / np.asarray(rate),
)


@answers_guesses
class Scaled(Prior):
    """A prior of a positive number, with a curve and one positive parameter."""

    _curve: ClassVar[DensityCurve]
    scale: Any

    def __post_init__(self) -> None:
        settle(self, positive=tuple(parameters(self)))

    @property
    def support(self) -> tuple[float, float]:
        """(0, inf)."""
        return 0.0, np.inf

    @property
    def median(self) -> float | Floats:
        """The value with probability 1/2 on either side."""
        return plain(self._curve.median(self._stretch()))

    def log_density(self, x: ArrayLike) -> float | Floats:
        """log f(x) at each x, -inf where x cannot be. Raises DomainError for NaN."""
        return plain(self._curve.log_density(self._away(x), self._stretch()))

    def slope(self, x: ArrayLike) -> float | Floats:
        """d log f / dx at each x."""
        return plain(self._curve.slope(self._away(x), self._stretch()))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        scale = self._stretch()
        return self._curve.draw(generator(seed), draws_shape(draws, np.shape(scale)), scale)

    def _away(self, x: ArrayLike) -> Floats:
        """x from the location on, which is 0."""
        return points(x, "x", self._stretch())

    def _stretch(self) -> float | Floats:
        """The scale, or the rate."""
        return self.scale


@dataclass(frozen=True, repr=False)
class AroundLocation(Scaled):
    """A prior on the whole line that is symmetric around its location."""

    location: Any = 0.0
    scale: Any = 1.0

    def __post_init__(self) -> None:
        settle(self, real=("location",), positive=("scale",))

    @property
    def support(self) -> tuple[float, float]:
        """(-inf, inf)."""
        return -np.inf, np.inf

    @property
    def median(self) -> float | Floats:
        """The location."""
        return self.location

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        return self.location + super().sample(draws, seed=seed)

    def _away(self, x: ArrayLike) -> Floats:
        return points(x, "x", self.scale) - self.location


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Cauchy(AroundLocation):
    """The Cauchy distribution around `location`: half of the probability lies within `scale` of it, and the tails are
    so heavy that it has no mean.

        f(x) = 1 / [pi s (1 + z^2)],   z = (x - location) / s

    Both parameters have the units of x. Raises DomainError unless they are finite and the scale positive. Source:
    Gelman et al., Annals of Applied Statistics 2 (2008), 1360-1383, who use it for logistic regression.

    >>> round(Cauchy(0, 2.5).density(0.0) * np.pi * 2.5, 12)
    1.0
    """

    _curve = CAUCHY


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Laplace(AroundLocation):
    """The double exponential distribution around `location`: the prior whose mode is the lasso.

        f(x) = exp(-|x - location| / scale) / (2 scale),   standard deviation sqrt(2) scale

    Both parameters have the units of x. The log density has a kink at the location; its slope there is 0. Raises
    DomainError unless they are finite and the scale positive. Source: Park & Casella, JASA 103 (2008), 681-686.

    >>> Laplace(0, 2).log_density(0.0) == -float(np.log(4))
    True
    """

    _curve = LAPLACE

    @property
    def smooth(self) -> StudentT:
        """A density without the kink and of about the same width: where to begin, never what is sampled."""
        return StudentT(4.0, self.location, self.scale)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class HalfNormal(Scaled):
    """The distribution of |x| for x ~ Normal(0, scale): f(x) = sqrt(2 / pi) / s exp(-x^2 / 2 s^2), x > 0.

    The scale has the units of x. Raises DomainError unless it is positive and finite.

    >>> round(HalfNormal(1).density(0.0) ** 2 * np.pi, 12)
    2.0
    """

    scale: Any

    _curve = HALF_NORMAL


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class HalfCauchy(Scaled):
    """The distribution of |x| for x ~ Cauchy(0, scale): f(x) = 2 / [pi s (1 + z^2)], z = x / s, x > 0.

    Half of the probability lies below the scale, which has the units of x. Raises DomainError unless it is positive
    and finite. Source: Gelman, Bayesian Analysis 1 (2006), 515-533, for standard deviations.

    >>> round(HalfCauchy(2).density(0.0) * np.pi, 12)
    1.0
    """

    scale: Any

    _curve = HALF_CAUCHY


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False)
class Exponential(Scaled):
    """The exponential distribution: f(x) = rate exp(-rate x), x > 0, of mean 1 / rate.

    The rate has the units of 1 / x. Raises DomainError unless it is positive and finite.

    >>> Exponential(2).log_density([0.0, 1.0]).round(6)
    array([ 0.693147, -1.306853])
    """

    rate: Any

    _curve = EXPONENTIAL

    def _stretch(self) -> float | Floats:
        return self.rate


@dataclass(frozen=True, repr=False)
class OfLogarithm(Prior):
    """The distribution of x = exp(z) for z ~ `prior`, with log density log p(log x) - log x.

    >>> from stattools.bayes.conjugate.normal import Normal
    >>> round(OfLogarithm(Normal(0, 1)).density(1.0) ** 2 * 2 * np.pi, 12)  # log-normal
    1.0
    """

    prior: Any

    def _headline(self) -> str:
        return f"exp of {self.prior!r}"

    @property
    def support(self) -> tuple[float, float]:
        """exp of the support of the prior."""
        low, high = self.prior.support
        return float(np.exp(low)), float(np.exp(high))

    @property
    def median(self) -> float | Floats:
        """exp of the median of the prior."""
        return plain(np.exp(self.prior.median))

    def log_density(self, x: ArrayLike) -> float | Floats:
        """log f(x) at each x, -inf from 0 down. Raises DomainError for NaN."""
        x = points(x, "x")
        logs = np.log(np.where(x > 0.0, x, 1.0))
        return plain(np.where(x > 0.0, self.prior.log_density(logs) - logs, -np.inf))

    def slope(self, x: ArrayLike) -> float | Floats:
        """d log f / dx = (the slope of log p at log x - 1) / x."""
        x = points(x, "x")
        return plain((self.prior.slope(np.log(x)) - 1.0) / x)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """exp of independent draws from the prior."""
        return np.exp(self.prior.sample(draws, seed=seed))
