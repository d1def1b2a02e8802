"""Positive outcomes with a log mean m = exp(eta_0) and a dispersion phi = exp(eta_1): gamma and inverse Gaussian.

Gamma, of variance phi m^2, with the shape k = 1 / phi and r = y / m:

    log p(y) = k log(k r) - k r - log Gamma(k) - log y
    d / d eta_0 = k (r - 1),      d / d eta_1 = k D - G,      D = r - 1 - log r,  G = k (log k - digamma(k))

all made from log r, by functions that lose nothing where k is large and r near 1 (`numerics/distributions/gamma.py`).

Inverse Gaussian, of variance phi m^3 and Wald's shape 1 / phi, with t = log(y / m); phi has the unit 1 / y:

    log p(y) = -(log(2 pi) + eta_1 + 3 log y) / 2 - D / 2,      D = (exp(t) - 1)^2 / (phi y)
    d / d eta_0 = (exp(t) - 1) exp(t) / (phi y),                d / d eta_1 = (D - 1) / 2

The maximum in eta_0 does not depend on phi. Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 2 and 8;
Chhikara & Folks, The Inverse Gaussian Distribution (1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx, ndtr

from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.interface.units import LARGEST, SMALLEST
from stattools.likelihoods.likelihood import Likelihood, Terms, allowed, finite_floats, log_of_second, side_by_side
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Facts, bounded
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.distributions.gamma import deviance, differences, digamma_gap, log_density_of_deviance, tail


class Positive(Likelihood):
    """Amounts: costs, times, sizes, whose spread grows with their mean."""

    parameters: ClassVar = {"mean": "log", "dispersion": "log"}
    outcome = Outcome.POSITIVE
    who: ClassVar[str]
    """What a regression of such outcomes is called."""

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is positive, and within 1e-120 and 1e120."""
        y = finite_floats(y, self.who)
        remedy = "Model whether there is any amount apart (st.logistic), and the amounts > 0 here."
        allowed(y, y > 0.0, self.who, "positive numbers", remedy)
        moderate = (y >= SMALLEST) & (y <= LARGEST)
        return allowed(y, moderate, self.who, "numbers from 1e-120 to 1e120", "Change their units.")

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log mean of all, and the dispersion of its mean deviance, that of a spread of a thousandth at least."""
        near = super().start(y, weight, offset)
        deviance = weight @ self.deviance(np.stack([near[0] + offset, np.zeros_like(y)], axis=-1), y) / weight.sum()
        least = 1e-6 * self.mean(near) ** 2 / self.variance(near, y)
        near[1] = np.log(max(deviance, least))
        return near


LARGEST_GAMMA_RATIO = 400.0
"""The logarithm of a ratio r: beyond, it stays there, so that all is finite (and hopeless)."""

SMALLEST_SHAPE, LARGEST_SHAPE = -300.0, 50.0
"""Logarithms of a shape: beyond the largest the round-off of eta_0 is all that is left of r - 1, and nothing rises."""


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

    who = "A gamma regression"
    # Of the shape k the log-likelihood is sum w (k log k - log Gamma(k) - k d), d = y / mean - log(y / mean), and terms
    # without k and mean. The coefficients that maximize have the least sum of w d, whatever k: y exp(-eta) + eta is
    # convex in eta = log mean, y eta - log eta in eta = 1 / mean. The second derivative in k is 1 / k - trigamma(k).
    facts = Facts(
        "GammaFamily",
        side=bounded,
        verified="gamma",
        natural="inverse",
        linear_score=True,
        concave_if_shared=("log", "inverse"),
    )

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        log_y = np.log(np.asarray(y, dtype=float))
        eta = self._wide(eta)
        t, k = np.minimum(log_y - eta[..., 0], LARGEST_GAMMA_RATIO), shape_of(once(eta[..., 1]))
        log_density, more, turn, ratio, bend = terms_of_log(t, k)
        return log_density - log_y, *side_by_side((more, turn), (ratio, more, more, bend))

    def _expected_of_second(self, eta: Floats) -> Floats | float:
        """k^2 psi'(k) - k of the shape k."""
        return np.subtract(*digamma_gap(shape_of(self._wide(eta)[..., 1])))

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row."""
        k = shape_of(self._wide(eta)[..., 1])
        return np.maximum(self.mean(eta) * generator(seed).standard_gamma(k) / k, np.finfo(float).tiny)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """dispersion mean^2."""
        return self.mean(eta) ** 2 / shape_of(eta[..., 1])

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """2 (y / mean - 1 - log(y / mean)) / dispersion: that of an outcome of the same dispersion whose mean is y."""
        return 2.0 * deviance(*_ratio_and_shape(eta, np.log(y)))

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """The lower incomplete gamma function of the shape at shape y / mean, or the upper one."""
        with np.errstate(divide="ignore"):  # nothing is below 0, whose logarithm is -inf
            return tail(*_ratio_and_shape(eta, np.log(y)), lower)


def shape_of(log_dispersion: Floats) -> Floats:
    """k = 1 / phi."""
    return np.exp(np.clip(-log_dispersion, SMALLEST_SHAPE, LARGEST_SHAPE))


def terms_of_log(t: Floats, k: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """log of the density of t = log r, its slopes in eta_0 and eta_1, and minus its second derivatives in each."""
    ratio, more, part = differences(t)
    part *= k
    ratio *= k
    more *= k
    gap, bend = digamma_gap(k)
    turn = np.where(k < np.exp(LARGEST_SHAPE), part - gap, 0.0)
    return log_density_of_deviance(part, k), more, turn, ratio, part - bend


def once(values: Floats) -> Floats:
    """What all rows share as one number, since functions of the shape cost more than all else."""
    return values[:1] if values.size > 1 and (values == values.flat[0]).all() else values


def _ratio_and_shape(eta: Floats, log_y: Floats) -> tuple[Floats, Floats]:
    """log(y / mean) and the shape."""
    return np.minimum(log_y - eta[..., 0], LARGEST_GAMMA_RATIO), shape_of(eta[..., 1])


LARGEST_INVERSE_RATIO = 170.0
"""The logarithm of a ratio y / m: beyond, it stays there, so that all is finite."""

NODES, SHARES = np.polynomial.legendre.leggauss(12)
"""Points and weights of an integral over an interval of length 2."""


@dataclass(frozen=True)
class InverseGaussian(Positive):
    """Positive outcomes: y ~ InverseGaussian(mean exp(eta_0), dispersion exp(eta_1)), variance dispersion mean^3.

    For times and costs whose spread grows faster than their mean. eta has shape (n, 2); the score (n, 2); the
    information (n, 2, 2) is the observed one and depends on y. Raises DomainError from `check`.

    >>> likelihood = InverseGaussian()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [1.0])[0]), 6)  # -log(2 pi) / 2
    -0.918939
    """

    who = "An inverse Gaussian regression"
    facts = Facts("InverseGaussian", side=bounded, natural="inverse-squared", linear_score=True)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        log_y = np.log(np.asarray(y, dtype=float))
        t, log_phi = self._parts(eta, log_y)
        ratio, above, precision = np.exp(t), np.expm1(t), np.exp(-(log_phi + log_y))
        half = 0.5 * above * above * precision
        mixed = above * ratio * precision
        loglik = -(HALF_LOG_TWO_PI + 0.5 * (log_phi + 3.0 * log_y)) - half
        return loglik, *side_by_side((mixed, half - 0.5), ((above + ratio) * ratio * precision, mixed, mixed, half))

    def _expected_of_second(self, eta: Floats) -> Floats | float:
        """1 / 2, whatever the dispersion is."""
        return 0.5

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One outcome per row."""
        found = generator(seed).wald(self.mean(eta), np.exp(-log_of_second(self._wide(eta))))
        return np.maximum(found, np.finfo(float).tiny)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """dispersion mean^3."""
        return np.exp(log_of_second(eta)) * self.mean(eta) ** 3

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """(y - mean)^2 / (dispersion mean^2 y): that of an outcome of the same dispersion whose mean is y."""
        t, log_phi = self._parts(eta, np.log(y))
        return np.expm1(t) ** 2 * np.exp(-log_phi) / y

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """Phi(a) + exp(2 / (phi m)) Phi(-b), a = (y / m - 1) / sqrt(phi y), b = (y / m + 1) / sqrt(phi y); or 1 less
        that, which is phi(a) times a difference of Mills' ratios at a and b.
        """
        is_positive, y = y > 0.0, np.maximum(y, np.finfo(float).tiny)
        t, log_phi = self._parts(eta, np.log(y))
        root = np.exp(np.minimum(-0.5 * (log_phi + np.log(y)), LARGEST_INVERSE_RATIO))  # so that squares are numbers
        a, b = np.expm1(t) * root, (np.exp(t) + 1.0) * root
        if lower:
            return np.where(is_positive, ndtr(a) + _beyond(a, b), 0.0)
        plain = ndtr(-a) - _beyond(a, b)
        density, near = np.exp(-0.5 * a * a - HALF_LOG_TWO_PI), np.maximum(a, 0.0)
        return np.where(~is_positive, 1.0, np.where(a < 0.0, plain, density * _mills_fall(near, np.maximum(b, near))))

    def _parts(self, eta: ArrayLike, log_y: Floats) -> tuple[Floats, Floats]:
        """log(y / mean) and the log of the dispersion."""
        eta = self._wide(eta)
        return np.clip(log_y - eta[..., 0], -LARGEST_INVERSE_RATIO, LARGEST_INVERSE_RATIO), log_of_second(eta)


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
