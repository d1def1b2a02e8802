"""Shares of a beta distribution, and successes whose probability has one: p = expit(eta_0), precision s = exp(eta_1).

With a = s p, b = s q, q = 1 - p, and the deviance part D of `numerics/distributions/counts.py`, a share y has

    log f(y) = delta(s) - delta(a) - delta(b) + log(a b / (2 pi s)) / 2 - D(a, s y) - D(b, s (1 - y)) - log(y (1 - y))
    d / d eta_0 = q A - p B,     A = a log(y / p) + G(a),   B = b log((1 - y) / q) + G(b)
    d / d eta_1 = G(a) + G(b) - G(s) - D(a, s y) - D(b, s (1 - y))

where delta is the error of Stirling's formula and G(k) = k (log k - digamma(k)), and k successes and m failures in n
trials, whose probability is drawn from Beta(a, b) for each group, have

    log P(k) = log C(n, k) + log B(a + k, b + m) - log B(a, b)
    d / d eta_0 = q A - p B,       d / d eta_1 = A + B - S
    A = a (digamma(a + k) - digamma(a)),  B and S alike from (b, m) and (s, n)

As s -> inf the count tends to the binomial, where log P is a difference of large terms and A + B - S vanishes: both are
written in deviances and Stirling errors that vanish themselves, so that nothing is lost for s and n of any size.
Source: Ferrari & Cribari-Neto, Journal of Applied Statistics 31 (2004); Loader (2000) for the form; Johnson, Kemp &
Kotz, Univariate Discrete Distributions (2005), 6.2.2; Prentice, JASA 81 (1986), 321-327.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, expit, gammaln, log_expit, logit, polygamma

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.binary import Binomial, OutOfTrials, side_of_trials
from stattools.likelihoods.likelihood import Likelihood, Terms, allowed, finite_floats, log_of_second, side_by_side
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import Pair, product_of_nodes, spread
from stattools.likelihoods.words import Facts, bounded
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI, deviance_part, stirling_error
from stattools.numerics.distributions.gamma import digamma_gap, gamma_differences
from stattools.text.one_line import prints

LARGEST_PRECISION, SMALLEST_SHAPE = 80.0, -300.0
"""Logarithms of the precision, and of the least a and b: beyond, they stay there, so that all is finite."""


@dataclass(frozen=True)
class BetaFamily(Likelihood):
    """Shares: y ~ Beta(s p, s q), 0 < y < 1, mean p = expit(eta_0) and precision s = exp(eta_1); eta has shape (n, 2).

    The score has shape (n, 2); the information (n, 2, 2) is the observed one and depends on y. Raises DomainError from
    `check`.

    >>> round(float(BetaFamily().loglik([[0.0, np.log(4.0)]], [0.5])[0]), 6)  # Beta(2, 2) at its middle: log 3/2
    0.405465
    """

    parameters: ClassVar = {"mean": "logit", "precision": "log"}
    outcome = Outcome.UNIT
    facts = Facts("BetaFamily", side=bounded)

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
        return self._parts(eta, y)[0]

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        loglik, deviances, (a, left), (b, right), s = self._parts(eta, y)
        t = self._wide(eta)[..., 0]
        p, q = expit(t), expit(-t)
        (gap_a, bend_a), (gap_b, bend_b), (gap_s, bend_s) = (digamma_gap(of) for of in (a, b, s))
        first = q * (gap_a - a * left) - p * (gap_b - b * right)
        own_a, own_b = gap_a - bend_a, gap_b - bend_b  # k^2 trigamma(k) = k + gap - bend
        own, mixed = q * q * (a + own_a) + p * p * (b + own_b) - (q - p) * first, q * own_a - p * own_b - first
        score = (first, gap_a + gap_b - gap_s - deviances)
        return loglik, *side_by_side(score, (own, mixed, mixed, deviances + bend_s - bend_a - bend_b))

    def _parts(self, eta: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Pair, Pair, Floats]:
        """The log-likelihood, D(a, s y) + D(b, s (1 - y)), a with log(p / y), b with log(q / (1 - y)), and s."""
        eta, y = self._wide(eta), np.asarray(y, dtype=float)
        (a, b), s = _shapes(eta), np.exp(np.clip(eta[..., 1], SMALLEST_SHAPE, LARGEST_PRECISION))
        log_y, log_z = np.log(y), np.log1p(-y)
        left, right = log_expit(eta[..., 0]) - log_y, log_expit(-eta[..., 0]) - log_z
        deviances = deviance_part(a, s * y, left) + deviance_part(b, s * (1.0 - y), right)
        root = 0.5 * (np.log(a) + np.log(b) - np.log(s)) - HALF_LOG_TWO_PI
        errors = stirling_error(s) - stirling_error(a) - stirling_error(b)
        return errors + root - deviances - log_y - log_z, deviances, (a, left), (b, right), s

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """That of a and b, psi'(a), psi'(b) less psi'(s) everywhere, moved by d (a, b) / d eta: (n, 2, 2)."""
        a, b = _shapes(self._wide(eta))
        steep, moved = a * expit(-eta[..., 0]), np.empty((*a.shape, 2, 2))
        moved[..., 0, 0], moved[..., 1, 0], moved[..., 0, 1], moved[..., 1, 1] = steep, -steep, a, b
        of, shared = np.zeros_like(moved), polygamma(1, a + b)[..., None, None]
        of[..., 0, 0], of[..., 1, 1] = polygamma(1, a), polygamma(1, b)
        return moved.swapaxes(-1, -2) @ (of - shared) @ moved

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One share per row."""
        a, b = _shapes(self._wide(eta))
        edge = np.finfo(float)
        return np.clip(generator(seed).beta(a, b), edge.tiny, 1.0 - edge.epsneg)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """p q / (1 + s)."""
        return self.mean(eta) * expit(-eta[..., 0]) * expit(-eta[..., 1])

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """The incomplete beta function, or the other one."""
        return (betainc if lower else betaincc)(*_shapes(eta), np.clip(y, 0.0, 1.0))

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log odds of the mean share, and the precision of the second moments."""
        near = super().start(y, weight, offset)
        mean = expit(near[0] + offset)
        square = weight @ (y - mean) ** 2 / (weight @ (mean * (1.0 - mean)))
        near[1] = np.log(np.clip(1.0 / max(square, 1e-12) - 1.0, 0.1, 1e8))
        return near


def _shapes(eta: Floats) -> tuple[Floats, Floats]:
    """a = s p and b = s q."""
    log_s = np.clip(eta[..., 1], SMALLEST_SHAPE, LARGEST_PRECISION)
    a, b = log_s + log_expit(eta[..., 0]), log_s + log_expit(-eta[..., 0])
    return np.exp(np.maximum(a, SMALLEST_SHAPE)), np.exp(np.maximum(b, SMALLEST_SHAPE))


TERMS = 2**18
"""Probabilities that are made at a time."""


def _interval(family: BetaBinomial, eta: Floats, V: Floats, level: float, trials: Floats | None = None) -> Pair:
    """The numbers of successes between which a new one falls: the probabilities of all of them serve both ends."""
    known = family.trials if trials is None else trials
    if known is None:
        raise IncompatibleError("BetaBinomial().interval needs the trials; give trials=, one number per row.")
    trials = np.broadcast_to(np.asarray(known, dtype=float), len(eta))
    z, share = product_of_nodes(eta.shape[1])
    ends = np.empty((2, len(eta)))
    for row, (nodes, n) in enumerate(zip(spread(eta, V, z), trials, strict=True)):
        size, of_row = max(1, int(TERMS // (n + 1.0))), 0.0
        for start in range(0, len(nodes), size):
            part = nodes[start : start + size]
            of_row = of_row + share[start : start + size] @ _downwards(part, *np.full((2, len(part)), n))[:, ::-1]
        ends[:, row] = np.searchsorted(np.cumsum(of_row), (0.5 * (1.0 - level), 0.5 * (1.0 + level)))
    return ends[0], np.minimum(ends[1], trials)


@constructed_by_callers
@prints
@dataclass(frozen=True, eq=False)
class BetaBinomial(OutOfTrials):
    """Successes out of trials with a probability that varies: y ~ BetaBinomial(n, s p, s q); eta has shape (n, 2).

    eta_0 is the logit of the mean p, eta_1 the log of the precision s = a + b; the correlation of two trials of a group
    is 1 / (1 + s). Trials as in `Binomial`: `trials`, or the last axis of y. The score has shape (n, 2), the observed
    information (n, 2, 2). Raises DomainError from `check`, IncompatibleError where the trials are needed and not known.

    >>> likelihood = BetaBinomial(trials=2)
    >>> float(likelihood.loglik([[0.0, np.log(2.0)]], [1])[0].round(12))  # Beta(1, 1): every count has 1/3
    -1.098612288668
    """

    parameters: ClassVar = {"mean": "logit", "precision": "log"}
    facts = Facts(
        "BetaBinomial",
        side=side_of_trials,
        interval=_interval,
        limits={"precision": (Binomial, "an infinite precision")},
    )

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log P(y), per observation."""
        return _GroupParts(self._wide(eta), *self.counts(y)).loglik()

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        parts = _GroupParts(self._wide(eta), *self.counts(y))
        return parts.loglik(), *parts.derivatives()

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per row, binomial with a beta-distributed probability; needs `trials` given."""
        n, eta = self._given(), self._wide(eta)
        s = np.exp(np.clip(eta[..., 1], -50.0, 50.0))
        random = generator(seed)
        theta = random.beta(np.maximum(s * expit(eta[..., 0]), 1e-290), np.maximum(s * expit(-eta[..., 0]), 1e-290))
        return random.binomial(n, theta).astype(float)

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """p q (1 + (n - 1) / (1 + s)) / n: two trials of a group are correlated."""
        n = np.maximum(self.trials_of(y), 1.0)
        return self.mean(eta) * expit(-eta[:, 0]) * (1.0 + (n - 1.0) * expit(-eta[:, 1])) / n

    def _level(self, sums: Floats) -> Floats:
        """The log odds of the share of successes, half a one counted on either side."""
        trials, successes, rows, offset, _ = sums
        return np.array([np.log((successes + 0.5) / (trials - successes + 0.5)) - offset / rows])

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """The log odds of the share, and the precision of the second moments, n p q (1 + (n - 1) / (1 + s))."""
        k, n = np.broadcast_arrays(*self.counts(y))
        share = np.clip((weight @ k) / (weight @ n), 1e-9, 1.0 - 1e-9)  # 0 or 1 where rows of weight 0 alone differ
        excess = weight @ ((k - n * share) ** 2 / (share * (1.0 - share)) - n)
        shared = np.clip(excess / max(weight @ (n * (n - 1.0)), 1.0), 1e-4, 0.9)
        return np.array([logit(share), np.log(1.0 / shared - 1.0)])

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """P(at most y) or P(more than y), by sums of probabilities: right to 1e-10 for 1e5 trials. The side away from
        the mean is added up, the other is the rest of 1 unless that is small and is added up too.
        """
        k, n = np.broadcast_arrays(*self.counts(y))
        eta = self._wide(eta)
        mirrored = eta * np.array([-1.0, 1.0])  # failures in place of successes
        is_low = k < n * expit(eta[:, 0])

        def added(low: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Floats:
            at, most = np.where(low[:, None], eta, mirrored), np.where(low, k, n - k - 1.0)
            return _at_most(at[rows], most[rows], n[rows])

        away = added(is_low, np.full(len(eta), True))
        rest = 1.0 - away
        rest[rest < 0.25] = added(~is_low, rest < 0.25)
        return np.where(is_low == lower, away, rest)


class _GroupParts:
    """What loglik and derivatives share at one eta: the parameters, the updated mean P, and the gap a - s P."""

    def __init__(self, eta: Floats, k: Floats, n: Floats) -> None:
        t, log_s = eta[..., 0], log_of_second(eta)
        self.k, self.m, self.n = np.broadcast_arrays(k, n - k, np.broadcast_to(n, t.shape))
        self.log_p, self.log_q, self.log_s = log_expit(t), log_expit(-t), log_s
        self.p, self.q, self.s = expit(t), expit(-t), np.exp(log_s)
        self.log_a, self.log_b = log_s + self.log_p, log_s + self.log_q
        # exp(-300) stands for anything smaller: A and B have reached their limits long before.
        self.a, self.b = (np.exp(np.maximum(log, SMALLEST_SHAPE)) for log in (self.log_a, self.log_b))
        total = self.s + self.n
        self.P, self.Q = (self.s / total * self.p + self.k / total), (self.s / total * self.q + self.m / total)
        self.log_P, self.log_Q = _log(self.P), _log(self.Q)
        self.gap = self.s / total * (self.n * self.p - self.k)  # a - s P = n P - k, without a difference of large terms

    def deviances(self) -> Floats:
        """D(a, s P) + D(b, s Q), which vanish as s -> inf."""
        of_a = deviance_part(np.exp(self.log_a), self.s * self.P, self.log_p - self.log_P, self.gap)
        of_b = deviance_part(np.exp(self.log_b), self.s * self.Q, self.log_q - self.log_Q, -self.gap)
        return of_a + of_b

    def loglik(self) -> Floats:
        k, m, n = self.k, self.m, self.n
        of_k = deviance_part(k, n * self.P, np.log(np.where(k > 0, k, 1.0)) - _log(n) - self.log_P, -self.gap)
        of_m = deviance_part(m, n * self.Q, np.log(np.where(m > 0, m, 1.0)) - _log(n) - self.log_Q, self.gap)
        rising = _rise(self.log_a, k) + _rise(self.log_b, m) - _rise(self.log_s, n)
        return _log_root(n) - _log_root(k) - _log_root(m) + rising - self.deviances() - of_k - of_m

    def derivatives(self) -> tuple[Floats, Floats]:
        p, q = self.p, self.q
        A, left_a, bend_a = _terms(self.a, self.k)
        B, left_b, bend_b = _terms(self.b, self.m)
        _, left_s, bend_s = _terms(self.s, self.n)
        # dA / d log a is the bend of a.
        own, mixed = p * q * (A + B) - q * q * bend_a - p * p * bend_b, p * bend_b - q * bend_a
        score = (q * A - p * B, left_a + left_b - left_s - self.deviances())
        return side_by_side(score, (own, mixed, mixed, bend_s - bend_a - bend_b))


def _at_most(eta: Floats, k: Floats, n: Floats) -> Floats:
    """P(0) + ... + P(k), 0 where k < 0."""
    found, some = np.zeros(k.shape), np.flatnonzero(k >= 0)
    order = some[np.argsort(k[some])]  # rows of about the same number of terms stand in one rectangle
    while len(order):
        size = max(1, int(TERMS // (k[order[-1]] + 1.0)))
        order, rows = order[:-size], order[-size:]
        found[rows] = _downwards(eta[rows], k[rows], n[rows]).sum(axis=1)
    return np.minimum(found, 1.0)


def _downwards(eta: Floats, k: Floats, n: Floats) -> Floats:
    """P(k), P(k - 1), ..., P(0), then 0, one row per row of eta: each is the one before times a ratio,

    P(j - 1) / P(j) = j (b + n - j) / ((n - j + 1) (a + j - 1)).
    """
    at = _GroupParts(eta, k, n)
    a, b, most, loglik = (part[:, None] for part in (at.a, at.b, np.maximum(at.n, 1.0), at.loglik()))
    j = at.k[:, None] - np.arange(at.k.max())
    real, j = j > 0, np.maximum(j, 1.0)
    step = np.log(j / (most - j + 1.0) * ((b + (most - j)) / (a + (j - 1.0))))
    step += np.where(j == 1.0, np.log(a) - at.log_a[:, None], 0.0)  # a and b stop at exp(-300)
    step += np.where(j == most, at.log_b[:, None] - np.log(b), 0.0)
    return np.exp(np.hstack([loglik, np.where(real, loglik + np.cumsum(step, axis=1), -np.inf)]))


def _log(x: Floats) -> Floats:
    return np.log(np.maximum(x, 1e-308))


def _log_root(k: Floats) -> Floats:
    """log k! - k log k + k, 0 at k = 0."""
    safe = np.where(k > 0, k, 1.0)
    return np.where(k > 0, stirling_error(safe) + 0.5 * np.log(safe) + HALF_LOG_TWO_PI, 0.0)


def _rise(log_x: Floats, k: Floats) -> Floats:
    """log Gamma(x + k) / Gamma(x) less (x + k) log(x + k) - x log x - k; x may underflow, k is whole."""
    x = np.exp(log_x)
    small, large = np.minimum(x, 16.0), np.maximum(x, 16.0)
    log_small = np.minimum(log_x, np.log(16.0))
    far = stirling_error(large + k) - stirling_error(large) - 0.5 * np.log1p(k / large)
    below = (small + 1.0) * log_small - gammaln(small + 1.0) - small + HALF_LOG_TWO_PI  # log(x) / 2 - delta(x)
    after = small + np.where(k > 0, k, 1.0)
    near = below + stirling_error(after) - 0.5 * np.log(after)
    return np.where(k > 0, np.where(x < 16.0, near, far), 0.0)


def _terms(x: Floats, k: Floats) -> tuple[Floats, Floats, Floats]:
    """x D, x D - x log(1 + k/x), and x D + x^2 D' with D = digamma(x + k) - digamma(x)."""
    left, curvature = gamma_differences(x, k)
    share = x / (x + k)
    return left + x * np.log1p(k / x), left, left + curvature + share * deviance_part(x + k, x, gap=k)
