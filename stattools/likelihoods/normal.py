"""Normal outcomes: with a scale that least squares holds apart, and with one that is a parameter.

Normal errors: log p(y | eta) = -(y - eta)^2 / (2 scale^2) - log(scale) - log(2 pi) / 2.

Normal outcomes whose scale is a parameter: y ~ Normal(eta_0, sigma^2), sigma = exp(eta_1).

    log p(y) = -(z^2 + log(2 pi)) / 2 - eta_1,   z = (y - eta_0) / sigma
    d / d eta_0 = z / sigma,                     d / d eta_1 = z^2 - 1

Least squares (`gaussian.py`) holds the scale apart, where it cannot move with columns and where means have no link; its
estimate is unbiased, the one here is the maximum of the likelihood. Source: Aitkin, Applied Statistics 36 (1987).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import get_blas_funcs
from scipy.special import ndtr

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.interface.units import LARGEST, SMALLEST, require_size
from stattools.likelihoods.likelihood import (
    Edge,
    Likelihood,
    Terms,
    Together,
    Words,
    apart,
    finite,
    floats,
    pair,
)
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Equation
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI

(nrm2,) = get_blas_funcs(("nrm2",), dtype=np.float64)

AROUND = "Each value of {y} is normal around a linear predictor"

LEAST_SQUARES = Equation(
    AROUND + ":",
    r"y_i \sim \mathrm{Normal}(\eta_i, \sigma^2), \qquad {predictor}",
    r"-\frac{n}{2} \log(2 \pi \sigma^2) - \frac{1}{2 \sigma^2} \sum_{i} {w}\left(y_i - \eta_i\right)^2",
    of=r"\beta, \sigma",
    beside="Its maximum over $\\beta$ is least squares, whatever $\\sigma$ is; $\\sigma^2$ is estimated by the "
    "residual sum of squares over $n - p$.",
)

WEIGHTED_LEAST_SQUARES = replace(
    LEAST_SQUARES,
    each=AROUND + ", with a precision $v_i$ that was given: twice the precision is half the variance:",
    distribution=r"y_i \sim \mathrm{Normal}(\eta_i, \sigma^2 / v_i), \qquad {predictor}",
    loglik=r"-\frac{n}{2} \log(2 \pi \sigma^2) + \frac{1}{2} \sum_{i} {w}\log v_i "
    r"- \frac{1}{2 \sigma^2} \sum_{i} {w}v_i \left(y_i - \eta_i\right)^2",
    beside="Its maximum over $\\beta$ is weighted least squares, whatever $\\sigma$ is; $\\sigma^2$ is estimated by "
    "the weighted residual sum of squares over $n - p$.",
)


@constructed_by_callers
@dataclass(frozen=True)
class Gaussian(Likelihood):
    """Measurements with normal errors: y ~ Normal(eta, scale^2), eta in the units of y, shape (n,).

    The maximum in eta does not depend on the scale; least squares is solved at scale 1 and the scale follows.
    Source: any text; the scale is a standard deviation. Raises DomainError where scale is not positive and finite.

    >>> round(float(Gaussian(scale=2.0).loglik(0.0, 2.0)), 6)
    -2.112086
    """

    scale: float = 1.0
    parameters: ClassVar = {"mean": "identity"}
    concave_with = ("identity",)
    outcome = Outcome.REAL
    words = Words("the mean", equation=LEAST_SQUARES, with_precision=WEIGHTED_LEAST_SQUARES, figures=("residuals",))
    has_scale = starts_at_zero = linear_score = True

    def __post_init__(self) -> None:
        if not (is_number(self.scale) and self.scale > 0.0):
            raise DomainError(f"Gaussian needs a positive, finite scale; got {quoted(self.scale)}.")

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless all are finite and have sums of squares in float64."""
        y = floats(y, "Gaussian")
        flat = y if y.ndim == 1 else y.ravel()
        if y.size and SMALLEST < nrm2(flat) < LARGEST:
            return y
        require_size("Gaussian", "y", finite(y, "Gaussian"))
        return y

    def mean(self, eta: ArrayLike) -> Floats:
        """eta itself."""
        return np.asarray(eta, dtype=float)

    def link(self, mean: Any) -> Any:
        """The identity."""
        return mean

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 1)."""
        return np.ones((np.size(eta), 1, 1))

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """The normal log density of y, per observation."""
        z = (np.asarray(y, dtype=float) - np.asarray(eta, dtype=float)) / self.scale
        return -0.5 * z * z - (np.log(self.scale) + HALF_LOG_TWO_PI)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """(y - eta) / scale^2."""
        return (np.asarray(y, dtype=float) - np.asarray(eta, dtype=float)) / self.scale / self.scale

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

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """(y - eta)^2 / scale^2."""
        return ((y - eta) / self.scale) ** 2

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """Phi((y - eta) / scale)."""
        return ndtr((y - eta) / self.scale)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """Phi((eta - y) / scale)."""
        return ndtr((eta - y) / self.scale)

    def side(self, y: Floats) -> None:
        """Every measurement has a maximum."""


LARGEST_SCALE = 300.0
"""The logarithm of a scale: beyond, it stays there, so that all is finite."""


@dataclass(frozen=True)
class LocationScale(Together):
    """Measurements with normal errors of a scale that is estimated: y ~ Normal(eta_0, exp(eta_1)^2), eta (n, 2).

    The score has shape (n, 2); the information (n, 2, 2) is the observed one and depends on y. Raises DomainError from
    `check`.

    >>> round(float(LocationScale().loglik([[0.0, np.log(2.0)]], [2.0])[0]), 6)
    -2.112086
    """

    verified = "normal"
    parameters: ClassVar = {"mean": "identity", "scale": "log"}
    outcome = Outcome.REAL
    linear_score = True
    words = Words(
        "the mean",
        at_mean=Equation(
            "Each value of {y} is normal around its mean.",
            r"y_i \sim \mathrm{Normal}(\mu_i, {phi}^2)",
            r"\sum_{i} {w}\left[ - \log {phi} - \frac{1}{2} \log(2 \pi) - \frac{(y_i - \mu_i)^2}{2 {phi}^2} \right]",
            of=r"\beta, \sigma",
            phi=r"\sigma",
            mean=("mean", r"\mu_i"),
        ),
    )
    edge = Edge(
        lower=float(np.log(1e-10)),
        power=1.0,
        below="the means fit every outcome to round-off, and the scale has its maximum at 0. Drop columns, or collect "
        "more rows.",
    )

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless all are finite and have sums of squares in float64."""
        return Gaussian().check(y)

    def mean(self, eta: ArrayLike) -> Floats:
        """eta_0, shape (n,)."""
        return pair(eta, self)[..., 0]

    def link(self, mean: Any) -> Any:
        """The identity."""
        return mean

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 2); nothing in the log of the scale."""
        return np.tile([[1.0, 0.0]], (len(pair(eta, self)), 1, 1))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        eta = pair(eta, self)
        log_scale = np.clip(eta[..., 1], -LARGEST_SCALE, LARGEST_SCALE)
        precision = np.exp(-log_scale)
        z = self._z(eta, np.asarray(y, dtype=float))
        mixed = 2.0 * z * precision
        information = np.stack([precision * precision, mixed, mixed, 2.0 * z * z], axis=-1)
        loglik = -0.5 * z * z - (log_scale + HALF_LOG_TWO_PI)
        return loglik, np.stack([z * precision, z * z - 1.0], axis=-1), information.reshape(*z.shape, 2, 2)

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """1 / scale^2, and 2: (n, 2, 2)."""
        return apart(self.expected_of_first(eta, y), 2.0)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One draw per row."""
        eta = pair(eta, self)
        scale = np.exp(np.clip(eta[..., 1], -LARGEST_SCALE, LARGEST_SCALE))
        return eta[..., 0] + scale * generator(seed).standard_normal(scale.shape)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The square of the scale."""
        return np.exp(2.0 * np.clip(eta[..., 1], -LARGEST_SCALE, LARGEST_SCALE))

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """z^2."""
        return self._z(eta, y) ** 2

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """Phi(z)."""
        return ndtr(self._z(eta, y))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """Phi(-z)."""
        return ndtr(-self._z(eta, y))

    def side(self, y: Floats) -> None:
        """Every measurement has a maximum."""

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The mean of all, and the standard deviation about it."""
        near = super().start(y, weight, offset)
        gap = y - near[0] - offset
        spread = np.sqrt(weight @ (gap * gap) / weight.sum())
        near[1] = np.log(max(spread, 1e-6 * np.sqrt(weight @ (y * y) / weight.sum()), 1e-130))
        return near

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """Each outcome."""
        return y

    def _z(self, eta: Floats, y: Floats) -> Floats:
        """The distance from the mean in units of the scale, held where its square is a number."""
        scaled = (y - eta[..., 0]) * np.exp(-np.clip(eta[..., 1], -LARGEST_SCALE, LARGEST_SCALE))
        return np.clip(scaled, -1e150, 1e150)
