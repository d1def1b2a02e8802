"""Positive outcomes (gamma): mean m = exp(eta_0), variance phi m^2, dispersion phi = exp(eta_1).

With the shape k = 1 / phi and r = y / m, the outcome has the density of a gamma variable of mean m:

    log p(y) = k log(k r) - k r - log Gamma(k) - log y
    d / d eta_0 = k (r - 1),      d / d eta_1 = k D - G,      D = r - 1 - log r,  G = k (log k - digamma(k))

All are made from log r, by functions that lose nothing where k is large and r near 1 (`gamma_distribution`,
`gamma_differences`). The maximum in eta_0 does not depend on phi. Source: McCullagh & Nelder, Generalized Linear Models
(1989), ch. 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import Edge, Floats, Terms
from stattools.likelihoods.mean_beside import apart, pair
from stattools.likelihoods.positive import FITS, Positive
from stattools.likelihoods.words import Dispersion, Equation
from stattools.numerics.gamma_distribution import (
    deviance,
    differences,
    digamma_gap,
    log_density_of_deviance,
    log_density_of_log,
    lower_tail,
    upper_tail,
)

LARGEST_RATIO = 400.0
"""The logarithm of a ratio r: beyond, it stays there, so that all is finite (and hopeless)."""

SMALLEST_SHAPE, LARGEST_SHAPE = -300.0, 50.0
"""Logarithms of a shape: beyond the largest the round-off of eta_0 is all that is left of r - 1, and nothing rises."""

SPREAD = r"y_i \sim \mathrm{Gamma}(\mu_i, {phi}), \qquad \mathrm{Var}(y_i) = {phi} \mu_i^2"
AMOUNTS = Equation(
    "Each value of {y} has a gamma distribution whose standard deviation is the same share of the mean everywhere, the "
    "root of the dispersion $\\phi$. The log of the mean is a linear predictor:",
    SPREAD + r", \qquad \log \mu_i = \eta_i",
    r"\sum_{i} {w}\left[ \frac{1}{{phi}} \left(\log \frac{y_i}{{phi} \mu_i} - \frac{y_i}{\mu_i}\right) "
    r"- \log \Gamma(1 / {phi}) - \log y_i \right]",
    of=r"\beta, \phi",
    beside="$\\log \\phi$ is estimated together with $\\beta$, as the last coefficient; the maximum over $\\beta$ is "
    "the same whatever $\\phi$ is.",
    phi=r"\phi",
)


@constructed_by_callers
@dataclass(frozen=True)
class GammaFamily(Positive):
    """Positive outcomes: y ~ Gamma(mean exp(eta_0), dispersion exp(eta_1)), variance dispersion mean^2.

    eta has shape (n, 2); the score (n, 2); the information (n, 2, 2) is the observed one and depends on y. The shape
    is 1 / dispersion, and the coefficient of variation the root of the dispersion. Raises DomainError from `check`.

    >>> likelihood = GammaFamily()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [2.0])[0]), 6)  # mean 1, dispersion 1: exponential
    -2.0
    """

    verified = "gamma"
    who = "A gamma regression"
    # Of the shape k the log-likelihood is sum w (k log k - log Gamma(k) - k d), d = y / mean - log(y / mean), and terms
    # without k and mean. The coefficients that maximize have the least sum of w d, whatever k: y exp(-eta) + eta is
    # convex in eta = log mean, y eta - log eta in eta = 1 / mean. The second derivative in k is 1 / k - trigamma(k).
    concave_if_shared = ("log", "inverse")
    linear_score = True
    edge = Edge(lower=float(np.log(1e-20)), below=FITS)
    words = replace(
        Positive.words,
        equation=AMOUNTS,
        at_mean=replace(
            AMOUNTS,
            each="Each value of {y} has a gamma distribution, whose standard deviation is a share of the mean.",
            distribution=SPREAD,
            beside="",
            mean=("mean", r"\mu_i"),
        ),
        dispersion=Dispersion(
            r"\phi",
            "the standard deviation of an outcome is $\\sqrt{\\phi} = {value}$ times its mean. {name} has no test in "
            "the table: $\\phi = 1$, the exponential distribution, is seldom a question.",
            lambda phi, _: float(np.sqrt(phi)),
        ),
    )

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log p(y), per observation."""
        log_y = np.log(np.asarray(y, dtype=float))
        t, k = _parts(pair(eta, self), log_y)
        return log_density_of_log(t, _once(k)) - log_y

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2)."""
        return self.evaluate(eta, y)[1]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, 2, 2); not definite far from the maximum. Needs y."""
        if y is None:
            raise DomainError("GammaFamily's information is the observed one: give information(eta, y).")
        return self.evaluate(eta, y)[2]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        log_y = np.log(np.asarray(y, dtype=float))
        eta = pair(eta, self)
        t = np.minimum(log_y - eta[..., 0], LARGEST_RATIO)
        k = np.exp(-np.clip(_once(eta[..., 1]), -LARGEST_SHAPE, -SMALLEST_SHAPE))
        ratio, more, part = differences(t)
        part *= k
        gap, bend = digamma_gap(k)
        # numbers of one kind lie side by side in memory, as the sums over rows read them
        score, information = np.empty((2, *t.shape)), np.empty((4, *t.shape))
        np.multiply(more, k, out=score[0])
        score[1] = np.where(k < np.exp(LARGEST_SHAPE), part - gap, 0.0)
        np.multiply(ratio, k, out=information[0])
        information[1] = information[2] = score[0]
        np.subtract(part, bend, out=information[3])
        loglik = log_density_of_deviance(part, k)
        loglik -= log_y
        rows = range(1, score.ndim)
        square = information.reshape(2, 2, *t.shape).transpose(*(axis + 1 for axis in rows), 0, 1)
        return loglik, score.transpose(*rows, 0), square

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """slope^2 / variance, and k^2 psi'(k) - k of the shape k: (n, 2, 2)."""
        return apart(self.expected_of_first(eta, y), np.subtract(*digamma_gap(_shape(pair(eta, self)))))

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row."""
        k = _shape(pair(eta, self))
        return np.maximum(self.mean(eta) * generator(seed).standard_gamma(k) / k, np.finfo(float).tiny)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """dispersion mean^2."""
        return self.mean(eta) ** 2 / _shape(eta)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """2 (y / mean - 1 - log(y / mean)) / dispersion: that of an outcome of the same dispersion whose mean is y."""
        return 2.0 * deviance(*_parts(eta, np.log(y)))

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """The lower incomplete gamma function of the shape at shape y / mean."""
        with np.errstate(divide="ignore"):  # nothing is below 0, whose logarithm is -inf
            return lower_tail(*_parts(eta, np.log(y)))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """The upper incomplete gamma function."""
        with np.errstate(divide="ignore"):  # as above
            return upper_tail(*_parts(eta, np.log(y)))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log mean of all, and the dispersion of its mean deviance."""
        near = super().start(y, weight, offset)
        t = np.log(y) - near[0] - offset
        near[1] = np.log(np.clip(2.0 * (weight @ deviance(t, 1.0)) / weight.sum(), 1e-6, 1e2))
        return near


def _shape(eta: Floats) -> Floats:
    return np.exp(np.clip(-eta[..., 1], SMALLEST_SHAPE, LARGEST_SHAPE))


def _once(values: Floats) -> Floats:
    """What all rows share as one number, since functions of the shape cost more than all else."""
    return values[:1] if values.size > 1 and (values == values.flat[0]).all() else values


def _parts(eta: Floats, log_y: Floats) -> tuple[Floats, Floats]:
    """log(y / mean) and the shape."""
    return np.minimum(log_y - eta[..., 0], LARGEST_RATIO), _shape(eta)
