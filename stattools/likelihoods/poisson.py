"""Poisson counts with the log link: log p(y | eta) = y eta - exp(eta) - log y!."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincc

from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator, poisson_counts
from stattools.interface.whole_numbers import LARGEST
from stattools.likelihoods.count import Count
from stattools.likelihoods.cumulants import Scalar
from stattools.likelihoods.likelihood import Floats, Terms, allowed, finite_floats
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.words import Equation
from stattools.numerics.saddle_point import deviance_part, log_poisson_pmf

LARGEST_ETA = float(np.log(np.finfo(float).max))
LOWEST = -np.finfo(float).max
"""The log-likelihood of a count that is all but impossible: float64 has no lower number that is finite."""
LARGER = "Count in larger units."
"""What to do about counts beyond those that are told apart."""


@constructed_by_callers
@dataclass(frozen=True)
class Poisson(Count):
    """Counts: y ~ Poisson(exp(eta)), y = 0, 1, 2, ...; eta is the log of the mean, shape (n,).

    Exact for counts up to 1e9 (Loader 2000). Beyond eta = 709.78 the mean exceeds the largest float64 and stays
    there, so that the log-likelihood is finite (and hopeless) for any finite eta. Source: McCullagh & Nelder (1989),
    ch. 6. Raises DomainError from `check`.

    >>> round(float(Poisson().loglik(np.log(2.0), 3)), 6)  # 2^3 exp(-2) / 3!
    -1.712318
    """

    verified = "poisson"
    parameters: ClassVar = {"mean": "log"}
    concave_with = ("log", "identity", "sqrt")
    canonical = has_firth = from_zero = linear_score = True
    words = replace(
        Count.words,
        beside=" and no combination of them separates the zeros",
        equation=Equation(
            "Each count in {y} is Poisson; the log of its mean is a linear predictor:",
            r"y_i \sim \mathrm{Poisson}(\mu_i), \qquad \log \mu_i = \eta_i, \qquad {predictor}",
            r"\sum_{i} {w}\left[ y_i \eta_i - e^{\eta_i} - \log(y_i!) \right]",
        ),
        at_mean=Equation(
            "Each count in {y} is Poisson.",
            r"y_i \sim \mathrm{Poisson}(\mu_i)",
            r"\sum_{i} {w}\left[ y_i \log \mu_i - \mu_i - \log(y_i!) \right]",
            mean=("mean", r"\mu_i"),
        ),
    )

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number from 0 to 2^53."""
        y = finite_floats(y, "Poisson")
        remedy = "Give whole counts; for rates give the counts and the log of the exposure as offset=."
        allowed(y, (y >= 0.0) & (y == np.floor(y)), "Poisson", "counts 0, 1, 2, ...", remedy)
        return allowed(y, y <= LARGEST, "Poisson", "counts up to 2^53, beyond which float64 skips numbers", LARGER)

    def mean(self, eta: ArrayLike) -> Floats:
        """exp(eta)."""
        return np.exp(np.minimum(np.asarray(eta, dtype=float), LARGEST_ETA))

    def link(self, mean: Any) -> Any:
        """The log of a positive mean."""
        return np.log(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 1)."""
        return self.mean(eta)[:, None, None]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """y eta - exp(eta) - log y!, per observation."""
        eta = np.asarray(eta, dtype=float)
        return np.maximum(log_poisson_pmf(y, self.mean(eta), eta), LOWEST)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """y - exp(eta)."""
        return np.asarray(y, dtype=float) - self.mean(eta)

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """exp(eta); it does not depend on y."""
        return self.mean(eta)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information from one exp."""
        eta, y = np.asarray(eta, dtype=float), np.asarray(y, dtype=float)
        mean = self.mean(eta)
        loglik = np.maximum(log_poisson_pmf(y, mean, eta), LOWEST)
        return loglik, y - mean, mean

    def derivatives(self, eta: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """score and information from one exp."""
        mean = self.mean(eta)
        return np.asarray(y, dtype=float) - mean, mean

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per eta."""
        return poisson_counts(generator(seed), self.mean(eta)).astype(float)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The mean."""
        return self.mean(eta)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """2 (y log(y / mean) - y + mean)."""
        return 2.0 * deviance_part(y, self.mean(eta))

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """The upper incomplete gamma function of y + 1 at the mean."""
        return gammaincc(y + 1.0, self.mean(eta))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """The lower incomplete gamma function of y + 1 at the mean."""
        return gammainc(y + 1.0, self.mean(eta))

    def interval(self, eta: Floats, V: Floats, level: float, trials: Floats | None = None) -> tuple[Floats, Floats]:
        """The counts between which a new one falls."""
        return count_interval(eta, V, level)

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Scalar:
        """The mean, both."""
        mean = weight * self.mean(eta)
        return Scalar(mean, mean)
