"""Binomial counts with the logit link: y successes out of n trials, P(success) = expit(eta)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, expit, log_expit, logit

from stattools.errors import IncompatibleError
from stattools.interface.names.guesses import constructed_by_callers
from stattools.interface.seeds import generator
from stattools.likelihoods.bernoulli import LOG_ODDS, Bernoulli
from stattools.likelihoods.cumulants import Scalar
from stattools.likelihoods.likelihood import Floats, Likelihood, Tails, Terms, allowed, finite_floats
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import count_interval
from stattools.likelihoods.words import Equation
from stattools.numerics.saddle_point import deviance_part, log_binomial_pmf
from stattools.text.one_line import prints

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
