"""Binomial counts with the logit link: y successes out of n trials, P(success) = expit(eta)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, logit

from stattools.errors import IncompatibleError
from stattools.likelihoods.likelihood import Floats, Terms, allowed, finite_floats
from stattools.likelihoods.saddle_point import log_binomial_pmf
from stattools.seeds import generator


@dataclass(frozen=True, eq=False)
class Binomial:
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
    width = 1

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
            "successes no larger than trials",
            "Check the two counts.",
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
