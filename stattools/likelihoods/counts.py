"""Counts with a log link: Poisson, and negative binomial (NB2) with variance mean + alpha mean^2.

Poisson: log p(y) = y eta - exp(eta) - log y!. Negative binomial, with r = 1 / alpha, m = exp(eta_0), p = r / (r + m)
and q = m / (r + m):

    log P(y) = log Gamma(y + r) - log Gamma(r) - log y! + r log p + y log q
    d / d eta_0 = (y - m) p,          - d2 = p q (r + y)
    d / d eta_1 = p D - r G,          G = digamma(y + r) - digamma(r) - log(1 + y / r),  D = D(r + m, r + y)

with the deviance part D of `numerics/distributions/counts.py`. G, and the trigamma difference of the second derivative,
vanish as alpha -> 0 and would be lost as differences; beyond r = 15 they are summed from their asymptotic series. Where
all rows have one r, and counts are small, functions of r and y come from a table over 0, 1, ..., max y. Source:
McCullagh & Nelder (1989), ch. 6; Cameron & Trivedi, Regression Analysis of Count Data (2013), 3.3; Lawless (1987).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, gammainc, gammaincc

from stattools.interface.arguments import LARGEST_COUNT as LARGEST_WHOLE
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator, poisson_counts
from stattools.interface.units import LARGEST
from stattools.likelihoods.cumulants import Weights
from stattools.likelihoods.likelihood import Likelihood, Terms, allowed, finite_floats, side_by_side
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.words import Facts
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, deviance_part, log_poisson_pmf, stirling_error
from stattools.numerics.distributions.gamma import gamma_differences

LARGEST_ETA = float(np.log(np.finfo(float).max))
LOWEST = -np.finfo(float).max
"""The log-likelihood of a count that is all but impossible: float64 has no lower number that is finite."""

LARGEST_IN_TABLE, FEWEST_ROWS = 500.0, 50
"""The largest count of a table, up to which sums are right to 1e-12, and the rows from which one is worth its calls."""
LARGEST_LOG = 700.0
"""exp stays within float64; a mean or a 1 / alpha beyond exp(700) stays there."""
NEAR = 100.0
"""Below this r the slope in it is a sum over a table; above, that sum would lose the digits of small differences."""


def side_of_counts(family: object, y: Floats) -> Floats:
    """A count of 0 wants a mean of 0."""
    return np.where(y > 0, 0.0, -1.0)


def _cumulants_of_poisson(family: Poisson, eta: Floats, y: Floats, weight: Floats) -> Weights:
    """The mean, all of them."""
    mean = weight * family.mean(eta)
    return Weights(mean, mean[:, None], mean[:, None, None])


def _cumulants_of_dispersed(family: NegativeBinomial, eta: Floats, y: Floats, weight: Floats) -> Weights:
    """How the expected information about eta_0, mean / (1 + alpha mean), moves."""
    share = expit(eta[:, 0] + eta[:, 1])  # of the variance that is not Poisson's
    rest = expit(-eta[:, 0] - eta[:, 1])
    information, slope = weight * family.mean(eta) * rest, np.stack([rest, -share], axis=-1)  # and that of its log
    bend = slope[:, :, None] * slope[:, None, :] - (share * rest)[:, None, None]
    return Weights(information, information[:, None] * slope, information[:, None, None] * bend)


class Count(Likelihood):
    """Counts 0, 1, 2, ... whose first linear predictor is the logarithm of the mean."""

    outcome = Outcome.COUNT
    facts = Facts("Count", side=side_of_counts)
    _remedy: ClassVar[str]
    _most: ClassVar[tuple[float, str]]
    """What to do about numbers that are no counts; the largest count, and as it is written in an error."""

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is a whole number from 0 to 2^53, or 1e120."""
        y, (most, written) = finite_floats(y, self._who), self._most
        allowed(y, (y >= 0.0) & (y == np.floor(y)), self._who, "counts 0, 1, 2, ...", self._remedy)
        return allowed(y, y <= most, self._who, f"counts up to {written}", "Count in larger units.")


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

    parameters: ClassVar = {"mean": "log"}
    facts = replace(
        Count.facts,
        row="Poisson",
        interval=count_interval,
        cumulants=_cumulants_of_poisson,
        verified="poisson",
        natural="log",
        canonical=True,
        from_zero=True,
        linear_score=True,
        has_firth=True,
        concave_with=("log", "identity", "sqrt"),
    )

    _remedy = "Give whole counts; for rates give the counts and the log of the exposure as offset=."
    _most = (LARGEST_WHOLE, "2^53, beyond which float64 skips numbers")

    def mean(self, eta: ArrayLike) -> Floats:
        """exp(eta)."""
        return np.exp(np.minimum(np.asarray(eta, dtype=float), LARGEST_ETA))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information from one exp."""
        eta, y = np.asarray(eta, dtype=float), np.asarray(y, dtype=float)
        mean = self.mean(eta)
        loglik = np.maximum(log_poisson_pmf(y, mean, eta), LOWEST)
        return loglik, y - mean, mean

    def derivatives(self, eta: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """score and information from one exp; log(y!) would cost as much again."""
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

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """The upper, or the lower, incomplete gamma function of y + 1 at the mean."""
        return (gammaincc if lower else gammainc)(y + 1.0, self.mean(eta))


@constructed_by_callers
@dataclass(frozen=True)
class NegativeBinomial(Count):
    """Counts with more variance than Poisson: y ~ NB2(mean exp(eta_0), alpha exp(eta_1)); eta has shape (n, 2).

    The score has shape (n, 2); the information (n, 2, 2) is the observed one and depends on y. As alpha -> 0 the
    log-likelihood tends to Poisson's, without loss of digits. Raises DomainError from `check`.

    >>> likelihood = NegativeBinomial()
    >>> round(float(likelihood.loglik([[0.0, 0.0]], [2])[0]), 6)  # mean 1, alpha 1: geometric, (1/2)^3
    -2.079442
    """

    parameters: ClassVar = {"mean": "log", "alpha": "log"}
    facts = replace(
        Count.facts,
        row="NegativeBinomial",
        interval=count_interval,
        cumulants=_cumulants_of_dispersed,
        verified="negative-binomial",
        linear_score=True,
        has_firth=True,
        limits={"alpha": (Poisson, "alpha = 0")},
    )

    _remedy = "Give whole counts; for rates give the counts and exposure=."
    _most = (LARGEST, "1e120")  # variances have squares

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation."""
        eta, y = self._wide(eta), np.asarray(y, dtype=float)
        m, r, log_m, log_total = _parts(eta)
        if (counts := few_values(eta, y)) is not None:
            ratio = np.where(m < r, np.log1p(np.minimum(m, r) / r), log_total - np.log(r[0]))
            return tables(r[0], int(counts.max()))[0][counts] + y * log_m - (y + r) * ratio
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

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        eta, y = self._wide(eta), np.asarray(y, dtype=float)
        counts = few_values(eta, y)
        if counts is not None and -300.0 <= -eta[0, 1] < np.log(NEAR):
            return _of_few(eta[:, 0], float(np.exp(-eta[0, 1])), y, counts)
        m, r, log_m, log_total = _parts(eta)
        p, q = np.exp(np.log(r) - log_total), np.exp(log_m - log_total)
        if counts is None:
            slope, curvature = gamma_differences(r, y)
        else:
            slope, curvature = (of.take(counts) for of in gamma_differences(r[0], np.arange(counts.max() + 1.0)))
        slope = slope - p * deviance_part(r + m, r + y)  # r dloglik/dr
        curvature = curvature + p * p * (y - m) / (r + y) * (y - m)  # r^2 d2loglik/dr2
        fall = (y - m) * p
        bends = (p * q * (r + y), fall * q, fall * q, -(slope + curvature))
        return self.loglik(eta, y), *side_by_side((fall, -slope), bends)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per row: Poisson with a gamma-distributed mean."""
        m, r, _, _ = _parts(self._wide(eta))
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

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """An incomplete beta function at 1 / (1 + alpha mean), or the other one."""
        r, odds = np.exp(np.clip(-eta[:, 1], -LARGEST_LOG, LARGEST_LOG)), eta[:, 1] + eta[:, 0]
        return betainc(r, y + 1.0, expit(-odds)) if lower else betainc(y + 1.0, r, expit(odds))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The logarithm of the rate, and of the alpha of the second moments."""
        near = super().start(y, weight, offset)
        mean = np.exp(near[0] + offset)
        largest = mean.max()  # whose square may be beyond float64
        share = mean / largest
        excess = weight @ ((y / largest - share) ** 2 - share / largest) / (weight @ share**2)
        near[1] = np.log(np.clip(excess, 0.01, 100.0))
        return near


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


def tables(r: float, most: int) -> tuple[Floats, Floats, Floats]:
    """For y = 0, 1, ..., most: A(y) = log Gamma(y + r) / (Gamma(r) r^y y!), of which nothing cancels as r grows; its
    -r dA / dr, the sum of i / (r + i) over i < y; and the curvature of `gamma_differences`, r y / (r + y) less the sum
    of r^2 / (r + i)^2.

    >>> [of.round(6).tolist() for of in tables(1.0, 2)]
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.5], [0.0, -0.5, -0.583333]]
    """
    y, found = np.arange(most + 1.0), np.zeros((3, most + 1))
    i = y[:-1]
    share = r / (r + i)
    for of, each in zip(found, (np.log1p(i / r) - np.log1p(i), i / (r + i), share * share), strict=True):
        each.cumsum(out=of[1:])
    return found[0], found[1], y * (r / (r + y)) - found[2]


def _of_few(eta: Floats, r: float, y: Floats, counts: NDArray[np.intp]) -> Terms:
    """loglik, score and information of rows that share r, less than `NEAR`, with functions of y from tables."""
    log_rising, share, curvature = (of.take(counts) for of in tables(r, int(counts.max())))
    log_m = np.minimum(eta, LARGEST_LOG)
    m, n = np.exp(log_m), y + r
    total = r + m
    p, q, gap = r / total, m / total, y - m
    log_ratio = np.where(m < r, np.log1p(np.minimum(m, r) / r), np.log(total) - np.log(r))
    fall, along = gap * p, share - n * q + r * log_ratio
    bends = (p * q * n, fall * q, fall * q, along - curvature - fall * fall / n)
    return log_rising + y * log_m - n * log_ratio, *side_by_side((fall, along), bends)


def _parts(eta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """m, r = 1 / alpha, log m, log(r + m)."""
    log_m = np.minimum(eta[..., 0], LARGEST_LOG)
    log_r = np.clip(-eta[..., 1], -300.0, LARGEST_LOG)
    return np.exp(log_m), np.exp(log_r), log_m, np.logaddexp(log_m, log_r)
