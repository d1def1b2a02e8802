"""Priors that are symmetric around a location on the whole line: `Cauchy`, `Laplace`; `st.Normal` and `st.StudentT` are
conjugate families and live there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points, settle
from stattools.bayes.conjugate.distribution import Prior
from stattools.bayes.conjugate.student_t import StudentT
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator


@dataclass(frozen=True, repr=False)
class AroundLocation(Prior):
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
    def median(self) -> Any:
        """The location."""
        return self.location


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

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x, -inf at an infinite one. Raises DomainError for NaN."""
        reach = np.hypot(self.scale, points(x, "x", self.scale) - self.location)
        return plain(np.log(self.scale) - np.log(np.pi) - 2.0 * np.log(reach))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = -2 z / (1 + z^2) / scale."""
        away = points(x, "x", self.scale) - self.location
        away = np.where(np.isinf(away), 0.0, away)  # the slope is 0 there
        reach = np.hypot(self.scale, away)
        return plain(-2.0 * (away / reach) / reach)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        shape = draws_shape(draws, np.shape(self.location))
        return self.location + self.scale * generator(seed).standard_cauchy(shape)


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

    @property
    def smooth(self) -> StudentT:
        """A density without the kink and of about the same width: where to begin, never what is sampled."""
        return StudentT(4.0, self.location, self.scale)

    def log_density(self, x: ArrayLike) -> Any:
        """log f(x) at each x. Raises DomainError for NaN."""
        with np.errstate(over="ignore"):  # so far away that the density is 0
            z = (points(x, "x", self.scale) - self.location) / self.scale
        return plain(-np.abs(z) - np.log(2.0 * np.asarray(self.scale)))

    def slope(self, x: ArrayLike) -> Any:
        """d log f / dx = -sign(x - location) / scale."""
        return plain(-np.sign(points(x, "x", self.scale) - self.location) / self.scale)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        shape = draws_shape(draws, np.shape(self.location))
        return self.location + self.scale * generator(seed).laplace(size=shape)
