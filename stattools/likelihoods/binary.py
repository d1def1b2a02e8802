"""Events and successes in trials: Bernoulli (logit), probit and binomial (logit) outcomes.

An event y = 1 has probability p(eta) by a link that is symmetric, 1 - p(eta) = p(-eta), and k successes out of n trials
have log-likelihood log C(n, k) + k log p(eta) + (n - k) log p(-eta). Source: McCullagh & Nelder, Generalized Linear
Models (1989), ch. 4; Maddala (1983) for the probit link.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, log_expit

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.cumulants import Cumulants, Weights, of_events
from stattools.likelihoods.likelihood import Likelihood, Terms, allowed, finite_floats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.words import Facts
from stattools.numerics.distributions.counts import deviance_part, log_binomial_pmf
from stattools.text.one_line import prints

OF_EVENTS = ("logit", "probit", "cloglog", "loglog", "log", "identity")
"""The links with which the log-likelihood of events is concave."""


def _cumulants(family: Successes, eta: Floats, y: Floats, weight: Floats) -> Cumulants:
    """Those of the number of successes, p q (q - p) and p q (1 - 6 p q); without the canonical link the expected
    information and how it moves.
    """
    weight = weight * family.trials_of(y)
    if not family.facts.canonical:
        return of_events(LINKS[family.parameters["mean"]], eta, weight)
    p, q = family.mean(eta), family.mean(-eta)
    variance = weight * p * q
    return Weights(variance, (variance * (1.0 - 2.0 * p))[:, None], (variance * (1.0 - 6.0 * p * q))[:, None, None])


def side_of_trials(family: Successes | OutOfTrials, y: Floats) -> Floats:
    """Successes only, or failures only, as an event is, have no maximum."""
    successes, trials = family.counts(y)
    side = np.where(successes == 0, -1.0, np.where(successes == trials, 1.0, 0.0))
    return np.where(trials > 0, side, np.nan)


def _failures(family: Successes | OutOfTrials, y: Floats) -> Floats:
    """Failures in the place of successes, out of the same trials."""
    successes, trials = family.counts(y)
    failures = trials - successes
    return failures if y.ndim == 1 else np.column_stack([failures, trials])


class Successes(Likelihood):
    """What families of successes in trials share, of which an event is the case of one trial."""

    outcome = Outcome.BINARY
    facts = Facts(
        is_event=True,
        natural="logit",
        starts_at_zero=True,
        linear_score=True,
        has_firth=True,
        side=side_of_trials,
        cumulants=_cumulants,
        reversed=_failures,
    )
    _remedy = "Code the outcome as 0 and 1."
    """What to do about outcomes that are neither."""

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless every entry is 0 or 1."""
        y = finite_floats(y, self._who)
        return allowed(y, (y == 0.0) | (y == 1.0), self._who, "outcomes 0 or 1", self._remedy)

    def counts(self, y: ArrayLike) -> tuple[Floats, Floats | float]:
        """Successes and trials."""
        return np.asarray(y, dtype=float), 1.0

    def variance(self, eta: Floats, y: Floats) -> Floats:
        """p (1 - p) / n of the share of successes, each factor with its own digits."""
        return self.mean(eta) * self.mean(-eta) / np.maximum(self.trials_of(y), 1.0)

    def _tail(self, eta: Floats, y: Floats, lower: bool) -> Floats:
        """An incomplete beta function of the probability of a failure, or of a success."""
        k, n = self.counts(y)
        more, fewer = k + 1.0, np.maximum(n - k, 1.0)
        found = betainc(fewer, more, self.mean(-eta)) if lower else betainc(more, fewer, self.mean(eta))
        return np.where(k < n, found, float(lower))

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One 0/1 draw per eta."""
        mean = self.mean(eta)
        return (generator(seed).random(mean.shape) < mean).astype(float)


@constructed_by_callers
@dataclass(frozen=True)
class Bernoulli(Successes):
    """Coin flips: y ~ Bernoulli(expit(eta)), y in {0, 1}; eta is the log odds, shape (n,).

    Never overflows: the logarithm is exact at both ends, so eta = 800 with y = 0 has log-likelihood -800.
    Source: McCullagh & Nelder, Generalized Linear Models (1989), ch. 4. Raises DomainError from `check`.

    >>> likelihood = Bernoulli()
    >>> float(likelihood.loglik(800.0, 0.0)), float(likelihood.score(800.0, 0.0))
    (-800.0, -1.0)
    """

    parameters: ClassVar = {"mean": "logit"}
    facts = replace(
        Successes.facts, row="Bernoulli", verified="binomial", canonical=True, from_zero=True, concave_with=OF_EVENTS
    )
    _remedy = "Code the outcome as 0 and 1; for counts out of a number of trials use Binomial."

    def loglik(self, eta: ArrayLike, y: ArrayLike) -> Floats:
        """log expit((2y - 1) eta), per observation."""
        margin = (2.0 * np.asarray(y, dtype=float) - 1.0) * np.asarray(eta, dtype=float)
        return np.minimum(margin, 0.0) - np.log1p(np.exp(-np.abs(margin)))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go: the probability of y is the exponential of its logarithm."""
        sign = 2.0 * np.asarray(y, dtype=float) - 1.0
        margin = sign * np.asarray(eta, dtype=float)
        loglik = np.minimum(margin, 0.0) - np.log1p(np.exp(-np.abs(margin)))
        miss = -np.expm1(loglik)  # the probability of the outcome that did not happen
        return loglik, sign * miss, np.exp(loglik) * miss


@constructed_by_callers
@dataclass(frozen=True)
class Probit(Successes):
    """A threshold on a normal scale: y ~ Bernoulli(Phi(eta)), y in {0, 1}; eta has shape (n,).

    With s = 2y - 1 and u = s eta: loglik = log Phi(u), score = s h(u), information = h(u) (u + h(u)), where h = phi /
    Phi is the inverse Mills ratio, by the scaled error function so that it is exact at u = -1e4. The information is
    the observed one. Source: McCullagh & Nelder (1989), 4.3; Maddala (1983). Raises DomainError from `check`.

    >>> round(float(Probit().loglik(-40.0, 1.0)), 4)  # Phi(-40) underflows; its logarithm does not
    -804.6084
    """

    parameters: ClassVar = {"mean": "probit"}
    facts = replace(Successes.facts, row="Probit", verified="binomial", concave_with=("probit",), far=np.sqrt)

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        sign = 2.0 * np.asarray(y, dtype=float) - 1.0
        loglik, slope, bend = LINKS["probit"].log_mean(sign * np.asarray(eta, dtype=float))
        return loglik, sign * slope, -bend

    def expected(self, eta: Floats, y: Floats) -> Floats:
        """phi(eta)^2 / (Phi(eta) Phi(-eta)), the mean of the information."""
        link = LINKS["probit"]
        return -link.log_mean(eta)[1] * link.log_rest(eta)[1]


@dataclass(frozen=True, eq=False)
class OutOfTrials(Likelihood):
    """Successes out of trials, which are given by `trials` or as the last axis of y."""

    trials: ArrayLike | None = None
    outcome = Outcome.TRIALS

    def check(self, y: ArrayLike) -> Floats:
        """y as float64; a DomainError unless successes and trials are whole numbers with 0 <= y <= trials."""
        values = finite_floats(y, "Binomial")
        successes, trials = self.counts(values)
        remedy = "Give whole counts; frequencies of repeated rows go into weights=."
        for counts, which in ((trials, "trials"), (successes, "successes")):
            whole = (counts >= 0) & (counts == np.floor(counts))
            allowed(counts, whole, "Binomial", f"whole, non-negative {which}", remedy)
        needs, remedy = "successes that do not exceed their trials", "Check the two counts, and which is trials=."
        allowed(successes, successes <= trials, "Binomial", needs, remedy)
        return values

    def _given(self) -> NDArray[np.int_]:
        """`trials`, or an IncompatibleError where draws are asked and the trials are not known without y."""
        if self.trials is None:
            name = self._who
            raise IncompatibleError(f"{name}().sample needs the trials; use {name}(trials=n).sample(eta, seed=...).")
        return np.asarray(self.trials, dtype=int)

    @property
    def parts(self) -> tuple[str, ...]:
        """The successes and, where they are not given, the trials."""
        return ("y", "trials") if self.trials is None else ("y",)

    def trials_of(self, y: Floats) -> Floats:
        """The trials of each observation."""
        return self.counts(y)[1]

    def observed(self, y: Floats) -> Floats:
        """The share of successes, 0 of 0 trials being 0."""
        successes, trials = self.counts(y)
        return successes / np.maximum(trials, 1.0)

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


@constructed_by_callers
@prints
@dataclass(frozen=True, eq=False)
class Binomial(OutOfTrials, Successes):
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

    parameters: ClassVar = {"mean": "logit"}
    facts = replace(Bernoulli.facts, row="Binomial", from_zero=False, interval=count_interval)

    def information(self, eta: ArrayLike, y: ArrayLike | None = None) -> Floats:
        """trials expit(eta) expit(-eta); y is needed only to carry the trials."""
        if y is None and self.trials is None:
            raise IncompatibleError("Binomial() needs y = (successes, trials) here; give y, or Binomial(trials=n).")
        eta = np.asarray(eta, dtype=float)
        return self.counts(0.0 if y is None else y)[1] * (expit(eta) * expit(-eta))

    def evaluate(self, eta: ArrayLike, y: ArrayLike) -> Terms:
        """loglik, score and information in one go."""
        successes, trials = self.counts(y)
        eta = np.asarray(eta, dtype=float)
        p, q = expit(eta), expit(-eta)
        loglik = log_binomial_pmf(successes, trials, p, q, log_expit(eta), log_expit(-eta))
        return loglik, successes * q - (trials - successes) * p, trials * (p * q)

    def sample(self, eta: ArrayLike, *, seed: int | np.random.Generator) -> Floats:
        """One count per eta; needs `trials` given."""
        return generator(seed).binomial(self._given(), self.mean(eta)).astype(float)

    def deviance(self, eta: Floats, y: Floats) -> Floats:
        """2 (k log(k / n p) + m log(m / n q)) with k successes and m failures out of n."""
        successes, n = self.counts(y)
        return 2.0 * (deviance_part(successes, n * expit(eta)) + deviance_part(n - successes, n * expit(-eta)))
