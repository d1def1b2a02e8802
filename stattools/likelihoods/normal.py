"""Normal outcomes: with a scale that least squares holds apart, and with one that is a parameter.

    log p(y) = -(z^2 + log(2 pi)) / 2 - eta_1,   z = (y - eta_0) / sigma,   sigma = exp(eta_1)
    d / d eta_0 = z / sigma,                     d / d eta_1 = z^2 - 1

Least squares holds the scale apart, where it cannot move with columns and where means have no link; its estimate is
unbiased, that of `LocationScale` is the maximum of the likelihood. Source: Aitkin, Applied Statistics 36 (1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.interface.units import require_size
from stattools.likelihoods.likelihood import Likelihood, Terms, finite_floats, log_of_second, side_by_side
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Facts, bounded
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI


class NormalErrors(Likelihood):
    """Measurements with normal errors."""

    outcome = Outcome.REAL

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless all are finite and have sums of squares in float64."""
        y = finite_floats(y, "Gaussian")
        require_size("Gaussian", "y", y)
        return y

    def _z(self, eta: Floats, y: Floats) -> Floats:
        """The distance from the mean in units of the scale, held where its square is a number."""
        return np.clip((y - self.mean(eta)) / np.sqrt(self.variance(eta, y)), -1e150, 1e150)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """z^2."""
        return self._z(eta, y) ** 2

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """Phi(z) or Phi(-z)."""
        return ndtr(self._z(eta, y) if lower else -self._z(eta, y))


@constructed_by_callers
@dataclass(frozen=True)
class Gaussian(NormalErrors):
    """Measurements with normal errors: y ~ Normal(eta, scale^2), eta in the units of y, shape (n,).

    The maximum in eta does not depend on the scale; least squares is solved at scale 1 and the scale follows.
    Source: any text; the scale is a standard deviation. Raises DomainError where scale is not positive and finite.

    >>> round(float(Gaussian(scale=2.0).loglik(0.0, 2.0)), 6)
    -2.112086
    """

    scale: float = 1.0
    parameters: ClassVar = {"mean": "identity"}
    facts = Facts(
        "Gaussian", has_scale=True, starts_at_zero=True, linear_score=True, side=bounded, concave_with=("identity",)
    )

    def __post_init__(self) -> None:
        if not (is_number(self.scale) and self.scale > 0.0):
            raise DomainError(f"Gaussian needs a positive, finite scale; got {quoted(self.scale)}.")

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """1 / scale^2."""
        return np.full(np.shape(eta), 1.0 / self.scale / self.scale)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        z = (np.asarray(y, dtype=float) - np.asarray(eta, dtype=float)) / self.scale
        loglik = -0.5 * z * z - (np.log(self.scale) + HALF_LOG_TWO_PI)
        return loglik, z / self.scale, np.full(z.shape, 1.0 / self.scale / self.scale)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One draw per eta."""
        eta = np.asarray(eta, dtype=float)
        return eta + self.scale * generator(seed).standard_normal(eta.shape)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """scale^2."""
        return np.full(np.shape(eta), self.scale * self.scale)


@dataclass(frozen=True)
class LocationScale(NormalErrors):
    """Measurements with normal errors of a scale that is estimated: y ~ Normal(eta_0, exp(eta_1)^2), eta (n, 2).

    The score has shape (n, 2); the information (n, 2, 2) is the observed one and depends on y. Raises DomainError from
    `check`.

    >>> round(float(LocationScale().loglik([[0.0, np.log(2.0)]], [2.0])[0]), 6)
    -2.112086
    """

    parameters: ClassVar = {"mean": "identity", "scale": "log"}
    facts = Facts("LocationScale", side=bounded, verified="normal", natural="identity", linear_score=True)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        eta = self._wide(eta)
        log_scale = log_of_second(eta)
        precision = np.exp(-log_scale)
        z = np.clip((np.asarray(y, dtype=float) - eta[..., 0]) * precision, -1e150, 1e150)
        mixed = 2.0 * z * precision
        loglik = -0.5 * z * z - (log_scale + HALF_LOG_TWO_PI)
        score, information = (z * precision, z * z - 1.0), (precision * precision, mixed, mixed, 2.0 * z * z)
        return loglik, *side_by_side(score, information)

    def _expected_of_second(self, eta: Floats) -> Floats | float:
        """2, whatever the scale is."""
        return 2.0

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One draw per row."""
        eta = self._wide(eta)
        return eta[..., 0] + np.exp(log_of_second(eta)) * generator(seed).standard_normal(eta.shape[:-1])

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The square of the scale."""
        return np.exp(2.0 * log_of_second(eta))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The mean of all, and the standard deviation about it."""
        near = super().start(y, weight, offset)
        gap = y - near[0] - offset
        spread = np.sqrt(weight @ (gap * gap) / weight.sum())
        near[1] = np.log(max(spread, 1e-6 * np.sqrt(weight @ (y * y) / weight.sum()), 1e-130))
        return near
