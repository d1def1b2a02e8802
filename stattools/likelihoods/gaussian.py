"""Normal errors: log p(y | eta) = -(y - eta)^2 / (2 scale^2) - log(scale) - log(2 pi) / 2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import get_blas_funcs
from scipy.special import ndtr

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.interface.units import LARGEST, SMALLEST, require_size
from stattools.likelihoods.likelihood import Floats, Likelihood, Terms, Words, finite, floats
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
