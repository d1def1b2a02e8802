"""Bernoulli outcomes with the logit link: log p(y | eta) = log expit(eta) if y = 1, log expit(-eta) if y = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from stattools.interface.names.guesses import constructed_by_callers
from stattools.likelihoods.cumulants import Scalar
from stattools.likelihoods.event import Event
from stattools.likelihoods.likelihood import Floats, Terms, Words, allowed, finite, floats
from stattools.likelihoods.words import Equation

ZERO, HALF, ONE, MINUS = np.array(0.0), np.array(0.5), np.array(1.0), np.array(-1.0)
"""Numbers that every step of a fit needs; to make arrays of them takes as long as a hundred products."""

LOG_ODDS = Words("the log odds", "odds ratio", beside=" and the outcomes overlap")
"""The words that families with a logit link share."""

EVENTS = "Let $y_i = 1$ where {y} is {one}, and 0 otherwise."
FLIPS = r"\sum_{i} {w}\left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]"

LARGEST = 709.0
"""exp stays within float64; the score of a row beyond it is 1e-308, and counts nothing."""


@constructed_by_callers
@dataclass(frozen=True)
class Bernoulli(Event):
    """Coin flips: y ~ Bernoulli(expit(eta)), y in {0, 1}; eta is the log odds, shape (n,).

    Never overflows: the logarithm is exact at both ends, so eta = 800 with y = 0 has log-likelihood -800.
    Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 4. Raises DomainError from `check`.

    >>> likelihood = Bernoulli()
    >>> float(likelihood.loglik(800.0, 0.0)), float(likelihood.score(800.0, 0.0))
    (-800.0, -1.0)
    """

    verified = "binomial"
    parameters: ClassVar = {"mean": "logit"}
    concave_with = ("logit", "probit", "cloglog", "loglog", "log", "identity")
    words = replace(
        LOG_ODDS,
        equation=Equation(
            f"{EVENTS} The log odds of a 1 are a linear predictor:",
            r"P(y_i = 1) = p_i, \qquad \log \frac{p_i}{1 - p_i} = \eta_i, \qquad {predictor}",
            FLIPS,
        ),
        at_mean=Equation(EVENTS, "P(y_i = 1) = p_i", FLIPS, mean=("probability", "p_i")),
    )
    canonical = has_firth = from_zero = linear_score = True

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is 0 or 1."""
        y = floats(y, "Bernoulli")
        if are_zero_or_one(y):
            return y
        good = (y == 0.0) | (y == 1.0)
        remedy = "Code the outcome as 0 and 1; for counts out of a number of trials use Binomial."
        return allowed(finite(y, "Bernoulli"), good, "Bernoulli", "outcomes 0 or 1", remedy)

    def mean(self, eta: ArrayLike) -> Floats:
        """P(y = 1) = expit(eta)."""
        return expit(np.asarray(eta, dtype=float))

    def link(self, mean: Any) -> Any:
        """The log odds of a mean in (0, 1)."""
        return logit(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 1)."""
        eta = np.asarray(eta, dtype=float)
        return (expit(eta) * expit(-eta))[:, None, None]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log expit((2y - 1) eta), per observation."""
        margin = (2.0 * np.asarray(y, dtype=float) - 1.0) * np.asarray(eta, dtype=float)
        return np.minimum(margin, 0.0) - np.log1p(np.exp(-np.abs(margin)))

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """y - expit(eta), as sign / (1 + exp(sign * eta)): relative accuracy also where the fit is nearly perfect."""
        sign = 2.0 * np.asarray(y, dtype=float) - 1.0
        return sign / (1.0 + np.exp(np.minimum(sign * np.asarray(eta, dtype=float), LARGEST)))

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """expit(eta) expit(-eta); it does not depend on y."""
        eta = np.asarray(eta, dtype=float)
        return expit(eta) * expit(-eta)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go: the probability of y is the exponential of its logarithm."""
        half = np.subtract(y, HALF)
        sign = half + half
        margin = sign * eta
        if not margin.ndim:
            return tuple(values[0] for values in self.evaluate(np.atleast_1d(eta), y))  # type: ignore[return-value]
        # in place, since memory for thousands of rows costs more than what is done with them
        rest = np.copysign(margin, MINUS)
        np.log1p(np.exp(rest, out=rest), out=rest)  # exp in (0, 1]
        loglik = np.minimum(margin, ZERO, out=margin)
        loglik -= rest
        miss = np.negative(np.expm1(loglik, out=rest), out=rest)  # probability of the outcome that did not happen
        information = np.exp(loglik)
        information *= miss
        return loglik, sign * miss, information

    def derivatives(self, eta: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """score and information from one exp: the score is the probability of the outcome that did not happen."""
        sign = 2.0 * np.asarray(y, dtype=float) - 1.0
        margin = sign * np.asarray(eta, dtype=float)
        less = np.exp(-np.abs(margin))
        whole = 1.0 + less
        miss = np.where(margin > 0.0, less, 1.0) / whole
        return sign * miss, less / (whole * whole)

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Scalar:
        """p q (q - p) and p q (1 - 6 p q)."""
        variance = self.information(eta)
        return Scalar(weight * variance * (1.0 - 2.0 * self.mean(eta)), weight * variance * (1.0 - 6.0 * variance))


def are_zero_or_one(y: NDArray[Any]) -> bool:
    """True where every entry is 0 or 1."""
    return np.count_nonzero(y == ONE) == np.count_nonzero(y)
