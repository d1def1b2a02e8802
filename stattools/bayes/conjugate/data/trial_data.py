"""Trials for a Beta prior: each observation as successes in trials, its evidence, and what is left without it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.data.pair import Drawn, LeftOut, NamedObservations, at_arm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.numerics.distributions.beta import log_density_of_logit
from stattools.numerics.distributions.counts import log_binomial_pmf

TRIALS = (BernoulliTrials, BinomialArms, Waits)
"""The models whose likelihood is theta^k (1 - theta)^(n - k), up to a constant."""


@record
class Entries:
    """Different observations: `count` times k successes in n trials, in an arm, each of a `form`."""

    arm: NDArray[np.int64]
    count: NDArray[np.int64]
    k: NDArray[np.int64]
    n: NDArray[np.int64]
    form: str  # "coin": ordered; "binomial": a count of successes; "wait": failures until the k-th success

    def shown(self) -> list[str]:
        """The observations in words."""
        words = {
            "coin": lambda k, n: str(k),
            "binomial": lambda k, n: f"{k} in {n}",
            "wait": lambda k, n: f"{n - k} before {k}",
        }
        return [words[self.form](k, n) for k, n in zip(self.k.tolist(), self.n.tolist(), strict=True)]

    def log_probability(self, p: Floats, q: Floats) -> Floats:
        """log p(observation | theta), with theta = p of its arm and q = 1 - p given apart."""
        if self.form == "coin":
            return np.where(self.k == 1, np.log(p), np.log(q))
        value = log_binomial_pmf(self.k, self.n, p, q)
        return value + np.log(self.k / self.n) if self.form == "wait" else value


def entries(batch: Any) -> Entries:
    """The observations of one batch; flips alike are one entry."""
    if isinstance(batch, Waits):
        zero = np.zeros(batch.n, dtype=np.int64)
        return Entries(zero, zero + 1, batch.wanted, batch.wanted + batch.failures, "wait")
    k, n, form = np.atleast_1d(batch.successes), np.atleast_1d(batch.trials), batch.observed
    arm = np.flatnonzero(n > 0)
    k, n, one = k[arm], n[arm], np.ones(len(arm), dtype=np.int64)
    if form == "binomial":
        return Entries(arm, one, k, n, form)
    flips = Entries(np.tile(arm, 2), np.concatenate([k, n - k]), np.concatenate([one, 0 * one]), np.tile(one, 2), form)
    some = flips.count > 0
    return Entries(flips.arm[some], flips.count[some], flips.k[some], flips.n[some], form)


def log_evidence(before: Any, after: Any, data: Any) -> Any:
    """log p(data) by Bayes' identity, p(data | theta) f(theta) / f(theta | data), at the posterior mean."""
    p, q = after.a / (after.a + after.b), after.b / (after.a + after.b)
    change = log_density_of_logit(p, q, before.a, before.b) - log_density_of_logit(p, q, after.a, after.b)
    return data.log_probability(p, q) + change


def left_out(beta: Any) -> LeftOut:
    """p(y_i | y_-i) by Bayes' identity, p(y_i | theta) f(theta | y_-i) / f(theta | y), at the posterior mean."""
    parts = [entries(batch) for batch in beta.seen.batches]
    arm, counts = (np.concatenate(each) for each in zip(*((part.arm, part.count) for part in parts), strict=True))
    k, n = (np.concatenate(each) for each in zip(*((part.k, part.n) for part in parts), strict=True))
    a, b = np.ravel(beta.a), np.ravel(beta.b)
    p, q = a / (a + b), b / (a + b)
    # From whole numbers, which subtract without loss: 1e-3 + 1e9 flips would leave no digit of 1e-3.
    ones = np.ravel(beta.successes)[arm] - k
    zeros = np.ravel(beta.trials)[arm] - n - ones
    fewer_a, fewer_b = at_arm(beta.prior.a, arm) + ones, at_arm(beta.prior.b, arm) + zeros
    if not beta.prior.is_proper:
        beta.prior.require("one observation left out", a=fewer_a, b=fewer_b)
    before = log_density_of_logit(p[arm], q[arm], fewer_a, fewer_b)
    after = log_density_of_logit(p[arm], q[arm], a[arm], b[arm])

    def log_likelihood(p: Floats, q: Floats) -> Floats:
        return np.concatenate([part.log_probability(p[..., part.arm], q[..., part.arm]) for part in parts], axis=-1)

    def of_draws(drawn: Drawn) -> Floats:
        theta = drawn["theta"].reshape(len(drawn["theta"]), -1)
        return log_likelihood(theta, 1.0 - theta)

    shown = tuple(text for part in parts for text in part.shown())
    return LeftOut(log_likelihood(p, q) + before - after, counts, shown, arm, of_draws)


def outcomes(beta: Any) -> list[NamedObservations]:
    """The total of successes of each arm, and the trials behind it."""
    k, n = np.atleast_1d(beta.successes), np.atleast_1d(beta.trials)

    def at(drawn: Drawn) -> Floats:
        return drawn["theta"].reshape(-1, len(k))

    return [
        NamedObservations(
            "successes",
            k,
            lambda drawn, random: random.binomial(n, at(drawn)),
            lambda drawn: log_binomial_pmf(k, n, at(drawn), 1.0 - at(drawn)),
            {"trials": n},
            ("arm",),
            ["all trials"],
        )
    ]
