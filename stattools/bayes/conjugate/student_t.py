"""Student's t with a location and a scale: marginals and predictives of normal data with unknown variance.

    f(x) = Gamma((nu+1)/2) / [Gamma(nu/2) sqrt(pi nu) s] (1 + z^2 / nu)^(-(nu+1)/2),   z = (x - location) / scale

Source: Gelman et al., Bayesian Data Analysis (2013), app. A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import points, probabilities, settle, tail
from stattools.bayes.conjugate.distribution import SymmetricDistribution
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator
from stattools.numerics.distributions.counts import stirling_error


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class StudentT(SymmetricDistribution):
    """Student's t of `df` degrees of freedom around `location`, stretched by `scale`; numbers or arrays of one shape.

    The scale is not the standard deviation. `arms` name the entries. Raises DomainError for a location that is not
    finite and for df or a scale that are not positive and finite.

    >>> belief = StudentT(3, 1.0, 2.0)
    >>> belief.mean, belief.sd, belief.probability(high=1.0)
    (1.0, 3.46410161513775..., 0.5)
    """

    df: Any
    location: Any
    scale: Any
    arms: Sequence[Any] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        settle(self, real=("location",), positive=("df", "scale"))

    @property
    def mean(self) -> float | Floats:
        """The location, NaN for df <= 1: the distribution then has no mean."""
        return plain(np.where(np.greater(self.df, 1.0), self.location, np.nan))

    @property
    def sd(self) -> float | Floats:
        """scale sqrt(df / (df - 2)), infinite for df <= 2."""
        some = np.greater(self.df, 2.0)
        stretch = np.sqrt(np.where(some, self.df / np.where(some, np.subtract(self.df, 2.0), 1.0), np.inf))
        return plain(self.scale * stretch)

    def log_density(self, x: ArrayLike) -> float | Floats:
        """log f(x) at each x, -inf at an infinite one. Raises DomainError for NaN.

        >>> round(StudentT(1, 0, 1).log_density(0.0), 12)  # Cauchy: -log pi
        -1.144729885849
        """
        return plain(log_t_density(self._standard(points(x, "theta", self._nothing())), self.df) - np.log(self.scale))

    def slope(self, x: ArrayLike) -> float | Floats:
        """d log f / dx = -(df + 1) z / (df + z^2) / scale."""
        z = self._standard(points(x, "theta", self._nothing()))
        with np.errstate(over="ignore"):  # the slope tends to 0 as z^2 grows
            near = np.where(np.isinf(z), 0.0, z)  # where it is 0
            return plain(-near / ((self.df + near * near) / (self.df + 1.0)) / self.scale)

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The x with P(theta <= x) = p."""
        p = probabilities(p)
        found = self.location + self._reach(p)
        if not (np.isfinite(found) | (p == 0.0) | (p == 1.0)).all():
            raise DomainError(f"{self!r} reaches beyond float64: this quantile is above 1e308. Give more df.")
        return plain(found)

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """location -+ t scale: the interval of highest density and the equal-tailed one are the same."""
        aside, kind = tail(prob, kind)
        half = -self._reach(aside)
        if not np.isfinite(half).all():
            raise DomainError(f"{self!r} reaches beyond float64: its interval ends above 1e308. Give more df.")
        return self._interval(self.location - half, self.location + half, prob, kind, "theta")

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, *shape of the parameters)."""
        shape = draws_shape(draws, np.shape(self.location))
        found = self.location + self.scale * generator(seed).standard_t(self.df, shape)
        if not np.isfinite(found).all():
            raise DomainError(f"draws of {self!r} are beyond float64; give it more degrees of freedom.")
        return found

    def _reach(self, p: object) -> Floats:
        p = np.asarray(p, dtype=float)
        z = _standard_quantile(self.df, p)
        # SciPy's inverse does not come back where a quantile of few df is beyond float64
        back = np.abs(special.stdtr(self.df, -np.abs(z)) - np.minimum(p, 1.0 - p)) <= 1e-6 * np.minimum(p, 1.0 - p)
        with np.errstate(over="ignore"):
            return np.where(back, z, np.inf) * self.scale

    def _place(self) -> tuple[Floats, Floats]:
        return self.location, self.scale

    def _below(self, z: Floats) -> Floats:
        return special.stdtr(self.df, z)


def log_t_density(z: ArrayLike, df: ArrayLike, dimension: int = 1, square: ArrayLike | None = None) -> Floats:
    """log density of the standard t at z or, in `dimension` d, at a point of squared length `square`.

    Gamma((nu + d) / 2) / [Gamma(nu / 2) (pi nu)^(d/2)] (1 + square / nu)^(-(nu + d) / 2), whose gamma functions
    keep their digits for nu up to 1e15.
    """
    nu = np.asarray(df, dtype=float)
    constant = log_gamma_ratio(0.5 * nu, 0.5 * dimension) - 0.5 * dimension * np.log(np.pi * nu)
    return constant - 0.5 * (nu + dimension) * _log1p_square(z, nu, square)


def _log1p_square(z: ArrayLike, nu: Floats, square: ArrayLike | None) -> Floats:
    """log(1 + z^2 / nu), also where z^2 is beyond float64."""
    if square is not None:
        return np.log1p(np.asarray(square) / nu)
    size = np.abs(np.asarray(z, dtype=float))
    far = size > 1e100 * np.sqrt(nu)
    near = np.where(far, 0.0, size) / np.sqrt(nu)
    return np.where(far, 2.0 * np.log(np.where(far, size, 1.0)) - np.log(nu), np.log1p(near * near))


def log_gamma_ratio(x: ArrayLike, by: object) -> Floats:
    """log Gamma(x + by) - log Gamma(x) without cancellation for large x: Stirling's errors apart.

    >>> float(log_gamma_ratio(1e15, 1.0) - np.log(1e15))
    0.0
    """
    x = np.asarray(x, dtype=float)
    far = x > 8.0
    at = np.where(far, x, 8.0)
    # log Gamma(y) = (y - 1/2) log y - y + log(2 pi) / 2 + delta(y)
    large = (at - 0.5) * np.log1p(by / at) + by * np.log(at + by) - by + stirling_error(at + by) - stirling_error(at)
    return np.where(far, large, special.gammaln(x + by) - special.gammaln(x))


def _standard_quantile(df: ArrayLike, p: ArrayLike) -> Floats:
    """SciPy's inverse, by way of the lower tail, where it keeps its digits."""
    p = np.asarray(p, dtype=float)
    lower = special.stdtrit(df, np.minimum(p, 1.0 - p))
    return np.where(p <= 0.5, lower, -lower)
