"""Shares strictly between 0 and 1 (beta): mean p = expit(eta_0), variance p q / (1 + s), precision s = exp(eta_1).

With a = s p, b = s q, q = 1 - p, and the deviance part D of `saddle_point`,

    log f(y) = delta(s) - delta(a) - delta(b) + log(a b / (2 pi s)) / 2 - D(a, s y) - D(b, s (1 - y)) - log(y (1 - y))
    d / d eta_0 = q A - p B,     A = a log(y / p) + G(a),   B = b log((1 - y) / q) + G(b)
    d / d eta_1 = G(a) + G(b) - G(s) - D(a, s y) - D(b, s (1 - y))

where delta is the error of Stirling's formula and G(k) = k (log k - digamma(k)): nothing is lost where s is large and y
near p. Source: Ferrari & Cribari-Neto, Journal of Applied Statistics 31 (2004); Loader (2000) for the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc, expit, log_expit, logit, polygamma

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.seeds import generator
from stattools.likelihoods.likelihood import Edge, Floats, Terms, Words, allowed, finite_floats
from stattools.likelihoods.mean_beside import LogitMean, pair
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.words import Equation
from stattools.numerics.gamma_distribution import digamma_gap
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI, deviance_part, stirling_error

LARGEST, SMALLEST = 80.0, -300.0
"""Logarithms of the precision, and of the least a and b: beyond, they stay there, so that all is finite."""


@dataclass(frozen=True)
class BetaFamily(LogitMean):
    """Shares: y ~ Beta(s p, s q), 0 < y < 1, mean p = expit(eta_0) and precision s = exp(eta_1); eta has shape (n, 2).

    The score has shape (n, 2); the information (n, 2, 2) is the observed one and depends on y. Raises DomainError from
    `check`.

    >>> round(float(BetaFamily().loglik([[0.0, np.log(4.0)]], [0.5])[0]), 6)  # Beta(2, 2) at its middle: log 3/2
    0.405465
    """

    parameters: ClassVar = {"mean": "logit", "precision": "log"}
    outcome = Outcome.UNIT
    words = Words(
        "the log odds of the mean",
        factor="odds ratio",
        at_mean=Equation(
            "Each value of {y} is a share, with a beta distribution.",
            r"y_i \sim \mathrm{Beta}({phi} \mu_i, {phi} (1 - \mu_i)), \qquad "
            r"\mathrm{Var}(y_i) = \frac{\mu_i (1 - \mu_i)}{1 + {phi}}",
            r"\sum_{i} {w}\left[ ({phi} \mu_i - 1) \log y_i + ({phi} (1 - \mu_i) - 1) \log(1 - y_i) "
            r"- \log B({phi} \mu_i, {phi} (1 - \mu_i)) \right]",
            of=r"\beta, s",
            phi="s",
            mean=("mean", r"\mu_i"),
        ),
    )
    edge = Edge(
        upper=float(np.log(1e20)),
        above="the means fit every outcome to round-off, and the precision has its maximum at infinity. Drop columns, "
        "or collect more rows.",
    )

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is strictly between 0 and 1."""
        y = finite_floats(y, "A beta regression")
        remedy = (
            "Model whether a share is 0 or 1 apart (st.logistic), and the shares between here; of shares of whole "
            "numbers give the numbers: st.logistic or st.beta_binomial with trials=."
        )
        return allowed(y, (y > 0.0) & (y < 1.0), "A beta regression", "numbers strictly between 0 and 1", remedy)

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log f(y), per observation."""
        return _BetaParts(pair(eta, self), np.asarray(y, dtype=float)).loglik()

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """d loglik / d (eta_0, eta_1), shape (n, 2)."""
        return _BetaParts(pair(eta, self), np.asarray(y, dtype=float)).derivatives()[0]

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """Observed information, shape (n, 2, 2); not definite far from the maximum. Needs y."""
        if y is None:
            raise DomainError("BetaFamily's information is the observed one: give information(eta, y).")
        return _BetaParts(pair(eta, self), np.asarray(y, dtype=float)).derivatives()[1]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        parts = _BetaParts(pair(eta, self), np.asarray(y, dtype=float))
        return parts.loglik(), *parts.derivatives()

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """That of a and b, psi'(a), psi'(b) less psi'(s) everywhere, moved by d (a, b) / d eta: (n, 2, 2)."""
        a, b = _shapes(pair(eta, self))
        steep, moved = a * expit(-eta[..., 0]), np.empty((*a.shape, 2, 2))
        moved[..., 0, 0], moved[..., 1, 0], moved[..., 0, 1], moved[..., 1, 1] = steep, -steep, a, b
        of, shared = np.zeros_like(moved), polygamma(1, a + b)[..., None, None]
        of[..., 0, 0], of[..., 1, 1] = polygamma(1, a), polygamma(1, b)
        return moved.swapaxes(-1, -2) @ (of - shared) @ moved

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One share per row."""
        a, b = _shapes(pair(eta, self))
        edge = np.finfo(float)
        return np.clip(generator(seed).beta(a, b), edge.tiny, 1.0 - edge.epsneg)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """p q / (1 + s)."""
        return self.mean(eta) * expit(-eta[..., 0]) * expit(-eta[..., 1])

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """There is none: IncompatibleError."""
        raise IncompatibleError(
            "Beta regression has no deviance: no mean has all of a share's density. Use the log-likelihood, or "
            'kind="pearson".'
        )

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """The incomplete beta function."""
        return betainc(*_shapes(eta), np.clip(y, 0.0, 1.0))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """The other incomplete beta function."""
        return betaincc(*_shapes(eta), np.clip(y, 0.0, 1.0))

    def side(self, y: Floats) -> None:
        """Every share has a maximum."""

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log odds of the mean share, and the precision of the second moments."""
        near = super().start(y, weight, offset)
        mean = expit(near[0] + offset)
        square = weight @ (y - mean) ** 2 / (weight @ (mean * (1.0 - mean)))
        near[1] = np.log(np.clip(1.0 / max(square, 1e-12) - 1.0, 0.1, 1e8))
        return near

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """The log odds of each share."""
        return logit(y)


class _BetaParts:
    """What loglik and derivatives share at one eta."""

    def __init__(self, eta: Floats, y: Floats) -> None:
        t, log_s = eta[..., 0], np.clip(eta[..., 1], SMALLEST, LARGEST)
        self.p, self.q, self.log_p, self.log_q = expit(t), expit(-t), log_expit(t), log_expit(-t)
        self.s, (self.a, self.b) = np.exp(log_s), _shapes(eta)
        self.log_y, self.log_z = np.log(y), np.log1p(-y)
        self.left, self.right = self.log_p - self.log_y, self.log_q - self.log_z  # of p / y, of q / (1 - y)
        self.deviances = deviance_part(self.a, self.s * y, self.left) + deviance_part(
            self.b, self.s * (1.0 - y), self.right
        )

    def loglik(self) -> Floats:
        a, b, s = self.a, self.b, self.s
        root = 0.5 * (np.log(a) + np.log(b) - np.log(s)) - HALF_LOG_TWO_PI
        errors = stirling_error(s) - stirling_error(a) - stirling_error(b)
        return errors + root - self.deviances - self.log_y - self.log_z

    def derivatives(self) -> tuple[Floats, Floats]:
        p, q, a, b = self.p, self.q, self.a, self.b
        (gap_a, bend_a), (gap_b, bend_b), (gap_s, bend_s) = digamma_gap(a), digamma_gap(b), digamma_gap(self.s)
        first = q * (gap_a - a * self.left) - p * (gap_b - b * self.right)
        score = np.stack([first, gap_a + gap_b - gap_s - self.deviances], axis=-1)
        information = np.empty((*score.shape, 2))
        # k^2 trigamma(k) = k + gap - bend
        own_a, own_b = gap_a - bend_a, gap_b - bend_b
        information[..., 0, 0] = q * q * (a + own_a) + p * p * (b + own_b) - (q - p) * first
        information[..., 0, 1] = information[..., 1, 0] = q * own_a - p * own_b - first
        information[..., 1, 1] = self.deviances + bend_s - bend_a - bend_b
        return score, information


def _shapes(eta: Floats) -> tuple[Floats, Floats]:
    """a = s p and b = s q."""
    log_s = np.clip(eta[..., 1], SMALLEST, LARGEST)
    a, b = log_s + log_expit(eta[..., 0]), log_s + log_expit(-eta[..., 0])
    return np.exp(np.maximum(a, SMALLEST)), np.exp(np.maximum(b, SMALLEST))
