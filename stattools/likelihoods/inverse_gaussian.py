"""Positive outcomes (inverse Gaussian): mean m = exp(eta_0), variance phi m^3, dispersion phi = exp(eta_1).

With t = log(y / m), the density of Wald's distribution of shape 1 / phi is

    log p(y) = -(log(2 pi) + eta_1 + 3 log y) / 2 - D / 2,      D = (exp(t) - 1)^2 / (phi y)
    d / d eta_0 = (exp(t) - 1) exp(t) / (phi y),                d / d eta_1 = (D - 1) / 2

The dispersion has the unit 1 / y. The maximum in eta_0 does not depend on it. Source: McCullagh & Nelder, Generalized
Linear Models (1989), ch. 2; Chhikara & Folks, The Inverse Gaussian Distribution (1989).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx, ndtr

from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import Edge, Floats, Terms
from stattools.likelihoods.mean_beside import Together, apart, pair
from stattools.likelihoods.positive import FITS, Positive
from stattools.likelihoods.words import Equation
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI

LARGEST_RATIO, LARGEST_DISPERSION = 170.0, 300.0
"""Logarithms of a ratio y / m and of a dispersion: beyond, they stay there, so that all is finite."""

NODES, SHARES = np.polynomial.legendre.leggauss(12)
"""Points and weights of an integral over an interval of length 2."""


@dataclass(frozen=True)
class InverseGaussian(Together, Positive):
    """Positive outcomes: y ~ InverseGaussian(mean exp(eta_0), dispersion exp(eta_1)), variance dispersion mean^3.

    For times and costs whose spread grows faster than their mean. eta has shape (n, 2); the score (n, 2); the
    information (n, 2, 2) is the observed one and depends on y. Raises DomainError from `check`.

    >>> likelihood = InverseGaussian()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [1.0])[0]), 6)  # -log(2 pi) / 2
    -0.918939
    """

    who = "An inverse Gaussian regression"
    linear_score = True
    edge = Edge(lower=float(np.log(1e-20)), power=-1.0, below=FITS)
    words = replace(
        Positive.words,
        at_mean=Equation(
            "Each value of {y} has an inverse Gaussian distribution, whose variance grows with the cube of the mean.",
            r"y_i \sim \mathrm{InverseGaussian}(\mu_i, {phi}), \qquad \mathrm{Var}(y_i) = {phi} \mu_i^3",
            r"\sum_{i} {w}\left[ - \frac{1}{2} \log(2 \pi {phi} y_i^3) "
            r"- \frac{(y_i - \mu_i)^2}{2 {phi} \mu_i^2 y_i} \right]",
            of=r"\beta, \phi",
            phi=r"\phi",
            mean=("mean", r"\mu_i"),
        ),
    )

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        log_y = np.log(np.asarray(y, dtype=float))
        t, log_phi = self._parts(eta, log_y)
        ratio, above, precision = np.exp(t), np.expm1(t), np.exp(-(log_phi + log_y))
        half = 0.5 * above * above * precision
        mixed = above * ratio * precision
        information = np.stack([(above + ratio) * ratio * precision, mixed, mixed, half], axis=-1)
        loglik = -(HALF_LOG_TWO_PI + 0.5 * (log_phi + 3.0 * log_y)) - half
        return loglik, np.stack([mixed, half - 0.5], axis=-1), information.reshape(*t.shape, 2, 2)

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """slope^2 / variance, and 1 / 2: (n, 2, 2)."""
        return apart(self.expected_of_first(eta, y), 0.5)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row."""
        found = generator(seed).wald(self.mean(eta), np.exp(-_log_dispersion(pair(eta, self))))
        return np.maximum(found, np.finfo(float).tiny)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """dispersion mean^3."""
        return np.exp(_log_dispersion(eta)) * self.mean(eta) ** 3

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """(y - mean)^2 / (dispersion mean^2 y): that of an outcome of the same dispersion whose mean is y."""
        t, log_phi = self._parts(eta, np.log(y))
        return np.expm1(t) ** 2 * np.exp(-log_phi) / y

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """Phi(a) + exp(2 / (phi m)) Phi(-b), a = (y / m - 1) / sqrt(phi y), b = (y / m + 1) / sqrt(phi y)."""
        a, b = self._ends(eta, y)
        return np.where(y > 0.0, ndtr(a) + _beyond(a, b), 0.0)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """Phi(-a) - exp(2 / (phi m)) Phi(-b), which is phi(a) times a difference of Mills' ratios at a and b."""
        a, b = self._ends(eta, y)
        plain = ndtr(-a) - _beyond(a, b)
        density, near = np.exp(-0.5 * a * a - HALF_LOG_TWO_PI), np.maximum(a, 0.0)
        return np.where(y <= 0.0, 1.0, np.where(a < 0.0, plain, density * _mills_fall(near, np.maximum(b, near))))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log mean of all, and the dispersion that is the maximum there."""
        near = super().start(y, weight, offset)
        t = np.clip(np.log(y) - near[0] - offset, -LARGEST_RATIO, LARGEST_RATIO)
        deviance = weight @ (np.expm1(t) ** 2 / y) / weight.sum()
        near[1] = np.log(max(deviance, 1e-6 * np.exp(-near[0])))
        return near

    def _parts(self, eta: ArrayLike, log_y: Floats) -> tuple[Floats, Floats]:
        """log(y / mean) and the log of the dispersion."""
        eta = pair(eta, self)
        return np.clip(log_y - eta[..., 0], -LARGEST_RATIO, LARGEST_RATIO), _log_dispersion(eta)

    def _ends(self, eta: Floats, y: Floats) -> tuple[Floats, Floats]:
        """a and b, whose squares differ by 4 / (phi m)."""
        y = np.maximum(y, np.finfo(float).tiny)
        t, log_phi = self._parts(eta, np.log(y))
        root = np.exp(np.minimum(-0.5 * (log_phi + np.log(y)), LARGEST_RATIO))  # so that squares stay in float64
        return np.expm1(t) * root, (np.exp(t) + 1.0) * root


def _beyond(a: Floats, b: Floats) -> Floats:
    """exp((b^2 - a^2) / 2) Phi(-b), without the difference of squares."""
    return 0.5 * np.exp(-0.5 * a * a) * erfcx(b * np.sqrt(0.5))


def _mills_fall(a: Floats, b: Floats) -> Floats:
    """R(a) - R(b) for 0 <= a <= b, R(x) = (1 - Phi(x)) / phi(x); where b is near a by an integral of -R' = 1 - x R."""
    scale = np.sqrt(0.5 * np.pi)
    far = scale * (erfcx(a / np.sqrt(2.0)) - erfcx(b / np.sqrt(2.0)))
    half = 0.5 * (np.minimum(b, a + 1.0) - a)
    x = (a + half)[..., None] + half[..., None] * NODES
    near = half * ((1.0 - x * scale * erfcx(x / np.sqrt(2.0))) @ SHARES)
    return np.where(b - a > 1.0, far, near)


def _log_dispersion(eta: Floats) -> Floats:
    return np.clip(eta[..., 1], -LARGEST_DISPERSION, LARGEST_DISPERSION)
