"""Priors that prefer no value: `Uniform` between two ends, `Flat` everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points, settle
from stattools.bayes.conjugate.distribution import Prior
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
