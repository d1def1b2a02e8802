"""Overdispersed counts (NB2): mean exp(eta_0), variance mean + alpha mean^2, alpha = exp(eta_1).

With r = 1 / alpha, m = exp(eta_0), p = r / (r + m), q = m / (r + m), the count is a negative binomial:

    log P(y) = log Gamma(y + r) - log Gamma(r) - log y! + r log p + y log q
    d / d eta_0 = (y - m) p,          - d2 = p q (r + y)
    d / d eta_1 = p D - r G,          G = digamma(y + r) - digamma(r) - log(1 + y / r),  D = D(r + m, r + y)

with the deviance part D of `saddle_point`. G, and the trigamma difference of the second derivative, vanish as alpha
-> 0 and would be lost as differences; beyond r = 15 they are summed from their asymptotic series. Source: Cameron &
Trivedi, Regression Analysis of Count Data (2013), 3.3; Lawless (1987).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit

from stattools.errors import DomainError
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator, poisson_counts
from stattools.interface.units import LARGEST as LARGEST_COUNT
from stattools.likelihoods.count import Count
from stattools.likelihoods.cumulants import Weights, of_logarithm
from stattools.likelihoods.likelihood import Edge, Floats, Terms, allowed, finite_floats
from stattools.likelihoods.mean_beside import LogMean, pair
from stattools.likelihoods.poisson import Poisson
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.tabulated_counts import few_values, log_rising, rising_curvature, rising_share
from stattools.likelihoods.words import Dispersion, Equation
from stattools.numerics.gamma_distribution import gamma_differences
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI, deviance_part, stirling_error

LARGEST = 700.0
"""exp stays within float64; a mean or a 1 / alpha beyond exp(700) stays there."""

NEAR = 100.0
"""Below this r the slope in it is a sum over a table; above, that sum would lose the digits of small differences."""

SPREAD = r"y_i \sim \mathrm{NB2}(\mu_i, {phi}), \qquad \mathrm{Var}(y_i) = \mu_i + {phi} \mu_i^2"
OVERDISPERSED = Equation(
    "Each count in {y} is negative binomial: Poisson, with a mean that differs from row to row beyond what the columns "
    "say, by a gamma-distributed factor of mean 1 and variance $\\alpha$. The log of the mean is a linear predictor:",
    SPREAD + r", \qquad \log \mu_i = \eta_i",
    r"\sum_{i} {w}\left[ \log \frac{\Gamma(y_i + 1 / {phi})}{\Gamma(1 / {phi}) \cdot y_i!} - \frac{1}{{phi}} "
    r"\log(1 + {phi} \mu_i) + y_i \log \frac{{phi} \mu_i}{1 + {phi} \mu_i} \right]",
    of=r"\beta, \alpha",
    beside="$\\log \\alpha$ is estimated together with $\\beta$, as the last coefficient. As $\\alpha$ falls to 0 this "
    "becomes the Poisson log-likelihood.",
    phi=r"\alpha",
)


@constructed_by_callers
@dataclass(frozen=True)
class NegativeBinomial(LogMean, Count):
    """Counts with more variance than Poisson: y ~ NB2(mean exp(eta_0), alpha exp(eta_1)); eta has shape (n, 2).

    The score has shape (n, 2); the information (n, 2, 2) is the observed one and depends on y. As alpha -> 0 the
    log-likelihood tends to Poisson's, without loss of digits. Raises DomainError from `check`.

    >>> likelihood = NegativeBinomial()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [2])[0]), 6)  # mean 1, alpha 1: geometric, (1/2)^3
    -2.079442
    """

    verified = "negative-binomial"
    parameters: ClassVar = {"mean": "log", "alpha": "log"}
    limits: ClassVar = {"alpha": (Poisson, "alpha = 0")}
    has_firth = linear_score = True
    words = replace(
        Count.words,
        beside=" and the counts vary more than Poisson counts",
        equation=OVERDISPERSED,
        at_mean=replace(
            OVERDISPERSED,
            each="Each count in {y} is negative binomial, with more variance than a Poisson count.",
            distribution=SPREAD,
            beside="As $\\alpha$ falls to 0 this becomes the Poisson log-likelihood.",
            mean=("mean", r"\mu_i"),
        ),
        dispersion=Dispersion(
            r"\alpha",
            "at the mean count of {mean} the variance is $1 + \\alpha \\mu = {value}$ times the mean, where Poisson "
            "has 1. {name} has no test in the table: $\\alpha = 1$ is nothing special, and $\\alpha = 0$, Poisson, "
            "lies at the boundary.",
            lambda alpha, mean: 1.0 + alpha * mean,
        ),
    )
    edge = Edge(
        lower=float(np.log(1e-8)),
        below="the counts are not overdispersed, and alpha has its maximum at 0, where the model is Poisson "
        "regression. Use st.poisson.",
    )

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number from 0 to 1e120: variances have squares."""
        y = finite_floats(y, "NegativeBinomial")
        remedy = "Give whole counts; for rates give the counts and exposure=."
        allowed(y, (y >= 0.0) & (y == np.floor(y)), "NegativeBinomial", "counts 0, 1, 2, ...", remedy)
        return allowed(y, y <= LARGEST_COUNT, "NegativeBinomial", "counts up to 1e120", "Count in larger units.")

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation."""
        y = np.asarray(y, dtype=float)
        eta = pair(eta, self)
        m, r, log_m, log_total = _parts(eta)
        if (counts := few_values(eta, y)) is not None:
            return log_rising(r[0], int(counts.max()))[counts] + y * log_m - (y + r) * _log_ratio(m, r, log_total)
        safe, n = np.where(y > 0, y, 1.0), r + y
        p, q = np.exp(np.log(r) - log_total), np.exp(log_m - log_total)
        value = (
            stirling_error(n)
            - stirling_error(r)
            - stirling_error(safe)
            - deviance_part(r, n * p, log_total - np.log(n))
            - deviance_part(safe, n * q, np.log(safe) - np.log(n) - log_m + log_total)
            + 0.5 * (np.log(r) - np.log(n) - np.log(safe))
            - HALF_LOG_TWO_PI
        )
        small = m < r
        none = -r * np.where(small, np.log1p(np.where(small, m, 0.0) / r), log_total - np.log(r))
        return np.where(y > 0, value, none)

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2)."""
        eta, y = pair(eta, self), np.asarray(y, dtype=float)
        m, r, _, log_total = _parts(eta)
        if (counts := few_values(eta, y)) is not None and r[0] < NEAR:
            total = r + m
            along = rising_share(r[0], int(counts.max()))[counts] - (y + r) * (m / total)
            return np.stack([(y - m) * (r / total), along + r * _log_ratio(m, r, log_total)], axis=-1)
        p = np.exp(np.log(r) - log_total)
        return np.stack([(y - m) * p, p * deviance_part(r + m, r + y) - _gaps(eta, r, y)[0]], axis=-1)

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, 2, 2); not definite far from the maximum. Needs y."""
        if y is None:
            raise DomainError("NegativeBinomial's information is the observed one: give information(eta, y).")
        return self._derivatives(eta, np.asarray(y, dtype=float))[1]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        eta, y = pair(eta, self), np.asarray(y, dtype=float)
        if (counts := few_values(eta, y)) is not None and -300.0 <= -eta[0, 1] < np.log(NEAR):
            return _of_few(eta[:, 0], float(np.exp(-eta[0, 1])), y, counts)
        return self.loglik(eta, y), *self._derivatives(eta, y)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per row: Poisson with a gamma-distributed mean."""
        m, r, _, _ = _parts(pair(eta, self))
        random = generator(seed)
        return poisson_counts(random, m * random.standard_gamma(r) / r).astype(float)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """mean + alpha mean^2."""
        mean = self.mean(eta)
        return mean + np.exp(eta[:, 1]) * mean * mean

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """Twice what is lost against a count of the same alpha whose mean is y."""
        mean, inverse = self.mean(eta), np.exp(-eta[:, 1])
        return np.maximum(2.0 * (deviance_part(y, mean) - deviance_part(y + inverse, mean + inverse)), 0.0)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """An incomplete beta function at 1 / (1 + alpha mean)."""
        return betainc(np.exp(-eta[:, 1]), y + 1.0, expit(-eta[:, 1] - eta[:, 0]))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """The other incomplete beta function."""
        return betainc(y + 1.0, np.exp(-eta[:, 1]), expit(eta[:, 1] + eta[:, 0]))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The logarithm of the rate, and of the alpha of the second moments."""
        near = super().start(y, weight, offset)
        mean = np.exp(near[0] + offset)
        largest = mean.max()  # whose square may be beyond float64
        share = mean / largest
        excess = weight @ ((y / largest - share) ** 2 - share / largest) / (weight @ share**2)
        near[1] = np.log(np.clip(excess, 0.01, 100.0))
        return near

    def interval(self, eta: Floats, V: Floats, level: float, trials: Floats | None = None) -> tuple[Floats, Floats]:
        """The counts between which a new one falls."""
        return count_interval(eta, V, level, dispersed=True)

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Weights:
        """How the expected information about eta_0, mean / (1 + alpha mean), moves."""
        share = expit(eta[:, 0] + eta[:, 1])  # of the variance that is not Poisson's
        bend = np.broadcast_to((-share * expit(-eta[:, 0] - eta[:, 1]))[:, None, None], (len(eta), 2, 2))
        slope = np.stack([expit(-eta[:, 0] - eta[:, 1]), -share], axis=-1)
        return of_logarithm(weight * self.mean(eta) * slope[:, 0], slope, bend)

    def _derivatives(self, eta: ArrayLike, y: Floats) -> tuple[Floats, Floats]:
        eta = pair(eta, self)
        m, r, log_m, log_total = _parts(eta)
        p, q = np.exp(np.log(r) - log_total), np.exp(log_m - log_total)
        slope, curvature = _gaps(eta, r, y)
        slope = slope - p * deviance_part(r + m, r + y)  # r dloglik/dr
        curvature = curvature + p * p * (y - m) / (r + y) * (y - m)  # r^2 d2loglik/dr2
        score = np.stack([(y - m) * p, -slope], axis=-1)
        information = np.empty((*score.shape, 2))
        information[..., 0, 0] = p * q * (r + y)
        information[..., 0, 1] = information[..., 1, 0] = (y - m) * p * q
        information[..., 1, 1] = -(slope + curvature)
        return score, information


def _of_few(eta: Floats, r: float, y: Floats, counts: NDArray[np.intp]) -> Terms:
    """loglik, score and information of rows that share r, less than `NEAR`, with functions of y from tables."""
    most, log_m = int(counts.max()), np.minimum(eta, LARGEST)
    m, n = np.exp(log_m), y + r
    total = r + m
    p, q, gap = r / total, m / total, y - m
    log_ratio = np.where(m < r, np.log1p(np.minimum(m, r) / r), np.log(total) - np.log(r))
    loglik = log_rising(r, most)[counts] + y * log_m - n * log_ratio
    score, information = np.empty((len(y), 2)), np.empty((len(y), 2, 2))
    fall = gap * p
    score[:, 0] = fall
    score[:, 1] = along = rising_share(r, most)[counts] - n * q + r * log_ratio
    information[:, 0, 0] = p * q * n
    information[:, 0, 1] = information[:, 1, 0] = fall * q
    information[:, 1, 1] = along - rising_curvature(r, most)[counts] - fall * fall / n
    return loglik, score, information


def _log_ratio(m: Floats, r: Floats, log_total: Floats) -> Floats:
    """log(1 + m / r), where all r are the same."""
    return np.where(m < r, np.log1p(np.minimum(m, r) / r), log_total - np.log(r[0]))


def _gaps(eta: Floats, r: Floats, y: Floats) -> tuple[Floats, Floats]:
    """`gamma_differences`, once for each count where the rows share r."""
    counts = few_values(eta, y)
    if counts is None:
        return gamma_differences(r, y)
    slope, curvature = gamma_differences(r[0], np.arange(counts.max() + 1.0))
    return slope[counts], curvature[counts]


def _parts(eta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """m, r = 1 / alpha, log m, log(r + m)."""
    log_m = np.minimum(eta[..., 0], LARGEST)
    log_r = np.clip(-eta[..., 1], -300.0, LARGEST)
    return np.exp(log_m), np.exp(log_r), log_m, np.logaddexp(log_m, log_r)
