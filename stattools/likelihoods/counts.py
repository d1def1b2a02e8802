"""Counts: Poisson and negative binomial.

Poisson with the log link: log p(y | eta) = y eta - exp(eta) - log y!.

Functions of a count, evaluated once for each value that occurs: rows share the dispersion, and counts are few.

    log P(y) = A(y) + y log m - (y + r) log(1 + m / r),   A(y) = sum of log(1 + i / r) for i < y, less log y!

A negative binomial's special functions are of r and y alone. Where all rows have one r, as they have a constant
dispersion, a table over 0, 1, ..., max y serves them all; nothing cancels in A as r grows.

Overdispersed counts (NB2): mean exp(eta_0), variance mean + alpha mean^2, alpha = exp(eta_1).

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
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, gammainc, gammaincc

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator, poisson_counts
from stattools.interface.units import LARGEST as LARGEST_OVERDISPERSED
from stattools.interface.whole_numbers import LARGEST as LARGEST_WHOLE
from stattools.likelihoods.cumulants import Scalar, Weights, of_logarithm
from stattools.likelihoods.likelihood import (
    Edge,
    Likelihood,
    LogMean,
    Terms,
    Words,
    allowed,
    finite_floats,
    pair,
)
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.words import Dispersion, Equation
from stattools.numerics.gamma_distribution import gamma_differences
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI, deviance_part, log_poisson_pmf, stirling_error


class Count(Likelihood):
    """Counts 0, 1, 2, ... whose first linear predictor is the logarithm of the mean."""

    outcome = Outcome.COUNT
    words = Words("the log rate", "rate ratio", asked="the expected count of {y}")

    def side(self, y: Floats) -> Floats:
        """A count of 0 wants a mean of 0."""
        return np.where(y > 0, 0.0, -1.0)

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """How many were counted, and over what exposure."""
        return np.array([weight @ y, weight @ np.exp(offset)])

    def level(self, sums: Floats) -> Floats:
        """The logarithm of the rate."""
        return self.link(sums[:1] / sums[1])

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """The logarithm of each count, drawn halfway to their mean."""
        return self.link(0.5 * (y + weight @ y / weight.sum()))


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
        return allowed(
            y, y <= LARGEST_WHOLE, "Poisson", "counts up to 2^53, beyond which float64 skips numbers", LARGER
        )

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


LARGEST_IN_TABLE = 500.0
"""The largest count of a table: sums up to there are right to 1e-12."""

FEWEST_ROWS = 50
"""Rows from which a table is worth its calls."""


def few_values(eta: Floats, y: Floats) -> NDArray[np.intp] | None:
    """The counts as whole numbers, where the rows share the last linear predictor and have fewer values than rows; None
    otherwise.

    >>> few_values(np.zeros((60, 2)), np.arange(60.0) % 4)[:6].tolist()
    [0, 1, 2, 3, 0, 1]
    """
    if eta.ndim != 2 or y.ndim != 1 or len(y) < FEWEST_ROWS or eta.shape[0] != len(y):
        return None
    if not (y.max() < min(LARGEST_IN_TABLE, 0.5 * len(y)) and (eta[:, 1] == eta[0, 1]).all()):
        return None
    return y.astype(np.intp)


def log_rising(r: float, most: int) -> Floats:
    """A(y) for y = 0, 1, ..., most.

    >>> log_rising(1.0, 3).round(12).tolist()  # Gamma(1 + y) / y! = 1 in units of r^y
    [0.0, 0.0, 0.0, 0.0]
    """
    i = np.arange(float(most))
    return np.concatenate([[0.0], np.cumsum(np.log1p(i / r) - np.log1p(i))])


def rising_share(r: float, most: int) -> Floats:
    """The sum of i / (r + i) over i < y, for y = 0, 1, ..., most: minus r dA / dr.

    >>> rising_share(1.0, 3).round(12).tolist()
    [0.0, 0.0, 0.5, 1.166666666667]
    """
    i = np.arange(float(most))
    return np.concatenate([[0.0], np.cumsum(i / (r + i))])


def rising_curvature(r: float, most: int) -> Floats:
    """r y / (r + y) less the sum of r^2 / (r + i)^2 over i < y, for y = 0, 1, ..., most: the curvature of
    `gamma_differences` for whole y.

    >>> rising_curvature(1.0, 2).round(12).tolist()
    [0.0, -0.5, -0.583333333333]
    """
    y = np.arange(most + 1.0)
    u = r / (r + y)
    return y * u - np.concatenate([[0.0], np.cumsum(u[:-1] * u[:-1])])


LARGEST_LOG = 700.0
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
        return allowed(
            y, y <= LARGEST_OVERDISPERSED, "NegativeBinomial", "counts up to 1e120", "Count in larger units."
        )

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
    most, log_m = int(counts.max()), np.minimum(eta, LARGEST_LOG)
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
    log_m = np.minimum(eta[..., 0], LARGEST_LOG)
    log_r = np.clip(-eta[..., 1], -300.0, LARGEST_LOG)
    return np.exp(log_m), np.exp(log_r), log_m, np.logaddexp(log_m, log_r)
