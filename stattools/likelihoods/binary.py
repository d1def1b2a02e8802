"""Events and successes: Bernoulli, binomial and probit.

Bernoulli outcomes with the logit link: log p(y | eta) = log expit(eta) if y = 1, log expit(-eta) if y = 0.

Binomial counts with the logit link: y successes out of n trials, P(success) = expit(eta).

Binary outcomes with the probit link: P(y = 1) = Phi(eta), the standard normal distribution function.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, log_expit, log_ndtr, logit, ndtr, ndtri

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.cumulants import Scalar, Weights
from stattools.likelihoods.likelihood import (
    Likelihood,
    Tails,
    Terms,
    Words,
    allowed,
    finite,
    finite_floats,
    floats,
)
from stattools.likelihoods.links import LINKS, Link
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.words import Equation
from stattools.numerics.normal_tail import mills, minus_slope
from stattools.numerics.saddle_point import deviance_part, log_binomial_pmf
from stattools.text.one_line import prints


class Event(Likelihood):
    """What the families of an event that happens, y = 1, or does not share, by a link that is symmetric."""

    outcome = Outcome.BINARY
    is_event = starts_at_zero = True

    def reversed(self, y: Floats) -> Floats:
        """1 - y."""
        return 1.0 - y

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """p (1 - p), each factor with its own digits."""
        return self.mean(eta) * self.mean(-eta)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """-2 log p(y): a perfect fit has probability 1."""
        return -2.0 * self.loglik(eta, y)

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """1 - p at 0, 1 at 1."""
        return np.where(y > 0, 1.0, self.mean(-eta))

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """p at 0, 0 at 1."""
        return np.where(y > 0, 0.0, self.mean(eta))

    def side(self, y: Floats) -> Floats:
        """Every outcome wants its own probability to be 1."""
        return 2.0 * y - 1.0

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One 0/1 draw per eta."""
        mean = self.mean(eta)
        return (generator(seed).random(mean.shape) < mean).astype(float)


BEND_STEP = 1e-4
"""The step of the bend, a difference of slopes: it shapes Newton's steps, and no estimate."""


def of_events(link: Link, eta: Floats, size: Floats) -> Weights:
    """The expected information of `size` trials, m'^2 / (m (1 - m)) = - (log m)' (log(1 - m))', and how it moves.

    >>> from stattools.likelihoods.links import LINKS
    >>> found = of_events(LINKS["probit"], np.zeros(1), np.ones(1))
    >>> found.information.round(9).tolist(), found.bend.round(4).tolist()  # 2 / pi, at its top
    ([0.636619772], [[[-0.4627]]])
    """

    def slope(eta: Floats) -> tuple[Floats, Floats]:
        (_, up, bent), (_, down, bent_down) = link.log_mean(eta), link.log_rest(eta)
        return -size * up * down, -size * (bent * down + up * bent_down)

    step = BEND_STEP * np.maximum(np.abs(eta), 1.0)
    bend = (slope(eta + step)[1] - slope(eta - step)[1]) / (2.0 * step)
    information, first = slope(eta)
    return Weights(information, first[:, None], bend[:, None, None])


ZERO, HALF, ONE, MINUS = np.array(0.0), np.array(0.5), np.array(1.0), np.array(-1.0)
"""Numbers that every step of a fit needs; to make arrays of them takes as long as a hundred products."""

LOG_ODDS = Words("the log odds", "odds ratio", beside=" and the outcomes overlap")
"""The words that families with a logit link share."""

EVENTS = "Let $y_i = 1$ where {y} is {one}, and 0 otherwise."
FLIPS = r"\sum_{i} {w}\left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]"

LARGEST_MARGIN = 709.0
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
        return sign / (1.0 + np.exp(np.minimum(sign * np.asarray(eta, dtype=float), LARGEST_MARGIN)))

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


GROUPS = "Row $i$ counts $y_i$ successes, {y}, in $n_i$ trials that are independent and alike."
GROUP = r"y_i \sim \mathrm{Binomial}(n_i, p_i)"
SUCCESSES = r"\sum_{i} {w}\left[ \log \binom{n_i}{y_i} + y_i \log p_i + (n_i - y_i) \log(1 - p_i) \right]"


@constructed_by_callers
@prints
@dataclass(frozen=True, eq=False)
class Binomial(Likelihood):
    """Successes out of trials: y ~ Binomial(trials, expit(eta)); eta is the log odds, shape (n,).

    With `trials` (a whole number, or one per observation) y is the number of successes. Without it y has a last axis of
    two: successes and trials, so that the trials travel with the rows. The log-likelihood includes log C(trials, y) and
    is exact for counts up to 1e9 (Loader 2000). Source: McCullagh & Nelder (1989), ch. 4.
    Raises DomainError from `check`, IncompatibleError where the trials are needed and not known.

    >>> import math
    >>> likelihood = Binomial(trials=10)
    >>> math.isclose(likelihood.loglik(math.log(0.2 / 0.8), 6), math.log(0.005505024), rel_tol=1e-14)
    True
    >>> round(float(Binomial().loglik(0.0, [1, 2])), 12)  # one success in two trials: log 1/2
    -0.69314718056
    """

    trials: ArrayLike | None = None
    verified = "binomial"
    parameters: ClassVar = {"mean": "logit"}
    concave_with = ("logit", "probit", "cloglog", "loglog", "log", "identity")
    outcome = Outcome.TRIALS
    words = replace(
        LOG_ODDS,
        figures=("calibration",),
        equation=Equation(
            f"{GROUPS} The log odds of a success are a linear predictor:",
            GROUP + r", \qquad \log \frac{p_i}{1 - p_i} = \eta_i, \qquad {predictor}",
            SUCCESSES,
        ),
        at_mean=Equation(GROUPS, GROUP, SUCCESSES, mean=("probability", "p_i")),
    )
    is_event = canonical = has_firth = starts_at_zero = linear_score = True

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless successes and trials are whole numbers with 0 <= y <= trials."""
        values = finite_floats(y, "Binomial")
        successes, trials = self.counts(values)
        remedy = "Give whole counts; frequencies of repeated rows go into weights=."
        allowed(
            trials,
            (trials >= 0) & (trials == np.floor(trials)),
            "Binomial",
            "whole, non-negative trials",
            remedy,
        )
        whole = (successes >= 0) & (successes == np.floor(successes))
        allowed(successes, whole, "Binomial", "whole, non-negative successes", remedy)
        allowed(
            successes,
            successes <= trials,
            "Binomial",
            "successes that do not exceed their trials",
            "Check the two counts, and which is trials=.",
        )
        return values

    def mean(self, eta: ArrayLike) -> Floats:
        """The probability of a success, expit(eta): the mean of y / trials."""
        return expit(np.asarray(eta, dtype=float))

    def link(self, mean: Any) -> Any:
        """The log odds of a probability in (0, 1)."""
        return logit(mean)

    def slope(self, eta: ArrayLike) -> Floats:
        """d mean / d eta, shape (n, 1, 1)."""
        eta = np.asarray(eta, dtype=float)
        return (expit(eta) * expit(-eta))[:, None, None]

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log C(trials, y) + y log expit(eta) + (trials - y) log expit(-eta), per observation."""
        successes, trials = self.counts(y)
        eta = np.asarray(eta, dtype=float)
        return log_binomial_pmf(successes, trials, expit(eta), expit(-eta), log_expit(eta), log_expit(-eta))

    def score(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """y - trials expit(eta)."""
        successes, trials = self.counts(y)
        eta = np.asarray(eta, dtype=float)
        return successes * expit(-eta) - (trials - successes) * expit(eta)

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """trials expit(eta) expit(-eta); y is needed only to carry the trials."""
        eta = np.asarray(eta, dtype=float)
        return self._trials(y) * (expit(eta) * expit(-eta))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        successes, trials = self.counts(y)
        eta = np.asarray(eta, dtype=float)
        p, q = expit(eta), expit(-eta)
        loglik = log_binomial_pmf(successes, trials, p, q, log_expit(eta), log_expit(-eta))
        return loglik, successes * q - (trials - successes) * p, trials * (p * q)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per eta; needs `trials` given."""
        if self.trials is None:
            raise IncompatibleError("Binomial().sample needs the trials; use Binomial(trials=n).sample(eta, seed=...).")
        return generator(seed).binomial(self._trials(None).astype(int), self.mean(eta)).astype(float)

    @property
    def parts(self) -> tuple[str, ...]:
        """The successes and, where they are not given, the trials."""
        return ("y", "trials") if self.trials is None else ("y",)

    def trials_of(self, y: Floats) -> Floats:
        """The trials of each observation."""
        return self.counts(y)[1]

    def with_trials(self, trials: ArrayLike) -> Binomial:
        """This family with the number of trials given, so that it can be sampled."""
        return Binomial(trials)

    def observed(self, y: Floats) -> Floats:
        """The share of successes, 0 of 0 trials being 0."""
        successes, trials = self.counts(y)
        return successes / np.maximum(trials, 1.0)

    def reversed(self, y: Floats) -> Floats:
        """Failures out of trials."""
        successes, trials = self.counts(y)
        failures = trials - successes
        return np.column_stack([failures, trials]) if self.trials is None else failures

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """The variance of the share of successes."""
        return expit(eta) * expit(-eta) / np.maximum(self.trials_of(y), 1.0)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """2 (k log(k / n p) + m log(m / n q)) with k successes and m failures out of n."""
        successes, n = self.counts(y)
        return 2.0 * (deviance_part(successes, n * expit(eta)) + deviance_part(n - successes, n * expit(-eta)))

    def cdf(self, eta: Floats, y: Floats) -> Floats:
        """An incomplete beta function of the probability of a failure."""
        k, n = self.counts(y)
        return np.where(k < n, betainc(np.maximum(n - k, 1.0), k + 1.0, expit(-eta)), 1.0)

    def survival(self, eta: Floats, y: Floats) -> Floats:
        """The incomplete beta function of the probability of a success."""
        k, n = self.counts(y)
        return np.where(k < n, betainc(k + 1.0, np.maximum(n - k, 1.0), expit(eta)), 0.0)

    def tails(self, eta: Floats, y: Floats) -> Tails:
        """Both sides of the distribution at the number of successes, and at the number before it."""
        successes, trials = self.counts(y)
        return Likelihood.tails(Binomial(trials), eta, successes)

    def side(self, y: Floats) -> Floats:
        """Successes only, or failures only, have no maximum."""
        successes, trials = self.counts(y)
        side = np.where(successes == 0, -1.0, np.where(successes == trials, 1.0, 0.0))
        return np.where(trials > 0, side, np.nan)

    def interval(self, eta: Floats, V: Floats, level: float, trials: Floats | None = None) -> tuple[Floats, Floats]:
        """The numbers of successes between which a new one falls."""
        return count_interval(eta, V, level, trials=trials)

    def cumulants(self, eta: Floats, y: Floats, weight: Floats) -> Scalar:
        """The cumulants of the number of successes."""
        return Bernoulli().cumulants(eta, y, weight * self.trials_of(y))

    def _trials(self, y: ArrayLike | None) -> Floats:
        if self.trials is not None:
            return np.asarray(self.trials, dtype=float)
        if y is None:
            raise IncompatibleError("Binomial() needs y = (successes, trials) here; give y, or Binomial(trials=n).")
        return self.counts(y)[1]

    def counts(self, y: ArrayLike) -> tuple[Floats, Floats]:
        """Successes and trials, from y and `trials`."""
        y = np.asarray(y, dtype=float)
        if self.trials is not None:
            return y, np.asarray(self.trials, dtype=float)
        if y.ndim == 0 or y.shape[-1] != 2:
            raise IncompatibleError(
                f"Binomial() needs y with a last axis of two, (successes, trials); got shape {y.shape}. "
                "Give the trials with y, or use Binomial(trials=n)."
            )
        return y[..., 0], y[..., 1]


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
