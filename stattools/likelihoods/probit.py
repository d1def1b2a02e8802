"""Binary outcomes with the probit link: P(y = 1) = Phi(eta), the standard normal distribution function."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, ndtr, ndtri

from stattools.errors import DomainError
from stattools.interface.names.guesses import constructed_by_callers
from stattools.likelihoods.bernoulli import EVENTS
from stattools.likelihoods.cumulants import Weights
from stattools.likelihoods.event import Event, of_events
from stattools.likelihoods.likelihood import Floats, Terms, Words, allowed, finite_floats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.words import Equation
from stattools.numerics.normal_tail import mills, minus_slope

QUANTILE = Words(
    "the normal quantile of the probability",
    asked="the probability {event}",
    effect="the normal score of the probability {event}",
    moved="moves the probability {event} on the normal scale, $\\Phi^{-1}(p)$,",
    beside=" and the outcomes overlap",
    figures=("calibration",),
)
"""The words that probit regressions of single events and of groups share."""


@constructed_by_callers
@dataclass(frozen=True)
class Probit(Event):
    """A threshold on a normal scale: y ~ Bernoulli(Phi(eta)), y in {0, 1}; eta has shape (n,).

    With s = 2y - 1 and u = s eta: loglik = log Phi(u), score = s h(u), information = h(u) (u + h(u)), where h = phi /
    Phi is the inverse Mills ratio, by the scaled error function so that it is exact at u = -1e4. The information is
    the observed one. Source: McCullagh & Nelder (1989), 4.3; Maddala (1983). Raises DomainError from `check`.

    >>> round(float(Probit().loglik(-40.0, 1.0)), 4)  # Phi(-40) underflows; its logarithm does not
    -804.6084
    """

    verified = "binomial"
    parameters: ClassVar = {"mean": "probit"}
    concave_with = ("probit",)
    linear_score = True
    has_firth = True
    words = replace(
        QUANTILE,
        equation=Equation(
            f"{EVENTS} The probability of a 1 is the standard normal distribution function $\\Phi$ of a linear "
            "predictor:",
            r"P(y_i = 1) = \Phi(\eta_i), \qquad {predictor}",
            r"\sum_{i} {w}\left[ y_i \log \Phi(\eta_i) + (1 - y_i) \log \Phi(-\eta_i) \right]",
        ),
    )

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is 0 or 1."""
        y = finite_floats(y, "Probit")
        return allowed(y, (y == 0.0) | (y == 1.0), "Probit", "outcomes 0 or 1", "Code the outcome as 0 and 1.")

    def mean(self, eta: ArrayLike) -> Floats:
        """P(y = 1) = Phi(eta)."""
        return ndtr(np.asarray(eta, dtype=float))

    def link(self, mean: Any) -> Any:
        """The normal quantile of a mean in (0, 1)."""
        return ndtri(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 1)."""
        eta = np.asarray(eta, dtype=float)
        return (np.exp(-0.5 * eta * eta) / np.sqrt(2.0 * np.pi))[:, None, None]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log Phi((2y - 1) eta), per observation."""
        return log_ndtr(_sign(y) * np.asarray(eta, dtype=float))

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """s h(s eta)."""
        sign = _sign(y)
        return sign * mills(sign * np.asarray(eta, dtype=float))

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """h(u) (u + h(u)) with u = s eta. Needs y."""
        if y is None:
            raise DomainError("Probit's information is the observed one: give information(eta, y).")
        u = _sign(y) * np.asarray(eta, dtype=float)
        return minus_slope(u, mills(u))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        sign = _sign(y)
        u = sign * np.asarray(eta, dtype=float)
        h = mills(u)
        return log_ndtr(u), sign * h, minus_slope(u, h)

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """phi(eta)^2 / (Phi(eta) Phi(-eta)), the mean of the information."""
        log_density = -0.5 * eta * eta - 0.5 * np.log(2.0 * np.pi)
        return np.exp(2.0 * log_density - log_ndtr(eta) - log_ndtr(-eta))

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Weights:
        """How the expected information moves."""
        return of_events(LINKS["probit"], eta, weight)

    def far(self, size: float) -> float:
        """The normal tail falls with the square of eta."""
        return float(np.sqrt(size))


def _sign(y: ArrayLike) -> Floats:
    return 2.0 * np.asarray(y, dtype=float) - 1.0
