"""What a Beta posterior has seen: totals, evidence, and the batches themselves, from which each one can be left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.data.leave_one_out import LeaveOneOut
from stattools.bayes.conjugate.improper import Improper
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.samples.binomial_arms import BinomialArms
from stattools.models.samples.waiting import Waits
from stattools.numerics.beta_distribution import log_density_of_logit
from stattools.numerics.saddle_point import log_binomial_pmf
from stattools.text.one_line import prints

if TYPE_CHECKING:
    from xarray import DataTree
TRIALS = (BernoulliTrials, BinomialArms, Waits)
"""The models whose likelihood is theta^k (1 - theta)^(n - k), up to a constant."""


@prints
@dataclass(frozen=True, eq=False)
class TrialsSeen:
    """The prior, the data as they came, their totals, and the log evidence (None after an improper prior)."""

    prior: Any
    batches: tuple[Any, ...]
    successes: Any
    trials: Any
    log_evidence: Any


@prints
@dataclass(frozen=True, eq=False)
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
    match batch:
        case Waits():
            zero = np.zeros(batch.n, dtype=np.int64)
            return Entries(zero, zero + 1, batch.wanted, batch.wanted + batch.failures, "wait")
        case BernoulliTrials():
            k, n, form = np.array([batch.successes]), np.array([batch.trials]), batch.kind
        case _:
            k, n, form = batch.successes, batch.trials, batch.observed
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


def exact_leave_one_out(beta: Any) -> LeaveOneOut:
    """p(y_i | y_-i) by Bayes' identity, p(y_i | theta) f(theta | y_-i) / f(theta | y), at the posterior mean."""
    parts = [entries(batch) for batch in (() if beta.seen is None else beta.seen.batches)]
    a, b = np.ravel(beta.a), np.ravel(beta.b)
    p, q = a / (a + b), b / (a + b)
    exact = []
    for part in parts:
        arm = part.arm
        # From whole numbers, which subtract without loss: 1e-3 + 1e9 flips would leave no digit of 1e-3.
        ones = np.ravel(beta.successes)[arm] - part.k
        zeros = np.ravel(beta.trials)[arm] - part.n - ones
        fewer_a, fewer_b = _each(beta.prior.a, len(a))[arm] + ones, _each(beta.prior.b, len(a))[arm] + zeros
        if isinstance(beta.prior, Improper):
            beta.prior.require("one observation left out", a=fewer_a, b=fewer_b)
        before = log_density_of_logit(p[arm], q[arm], fewer_a, fewer_b)
        after = log_density_of_logit(p[arm], q[arm], a[arm], b[arm])
        exact.append(part.log_probability(p[arm], q[arm]) + before - after)

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        theta = beta.sample(draws, seed=seed).reshape(draws, -1)
        values = [part.log_probability(theta[:, part.arm], 1.0 - theta[:, part.arm]) for part in parts]
        return np.concatenate(values, axis=1)

    arm = np.concatenate([part.arm for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    count = np.concatenate([part.count for part in parts]) if parts else arm
    per_arm = np.bincount(arm, count, minlength=len(a)) if parts else np.zeros(len(a))
    several = np.ndim(beta.a) > 0
    labels = beta.arms if beta.arms is not None else range(len(a))
    return LeaveOneOut(
        pointwise=np.concatenate(exact) if parts else np.zeros(0),
        counts=count,
        observations=tuple(text for part in parts for text in part.shown()),
        arms=tuple(labels[i] for i in arm) if several else None,
        alone=per_arm[arm] == 1,
        log_likelihood=log_likelihood,
    )


def tree(beta: Any, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Draws of posterior and prior, their predictives, and the totals, for ArviZ."""
    from stattools.inference.arviz.arviz import datatree

    draws = draws_shape(draws)[0]
    random = generator(seed)
    several = np.ndim(beta.a) > 0
    theta_axes = ["arm"] if several else []
    labels = [str(label) for label in (beta.arms if beta.arms is not None else range(np.size(beta.a)))]
    beliefs = {"posterior": beta} | ({} if isinstance(beta.prior, Improper) else {"prior": beta.prior})
    groups: dict[str, dict[str, Any]] = {}
    for name, belief in beliefs.items():
        theta = belief.sample(draws, seed=random)[None]
        if several and theta.ndim == 2:  # one prior for all arms: each has its own draws of it
            theta = random.beta(belief.a, belief.b, (1, draws, len(labels)))
        groups[name] = {"theta": theta}
        counts = random.binomial(beta.trials, theta)
        groups[f"{name}_predictive"] = {"successes": counts if several else counts[..., None]}
        if name == "posterior":
            k, n = beta.successes, beta.trials
            each = log_binomial_pmf(k, n, theta, 1.0 - theta)
            groups["log_likelihood"] = {"successes": each if several else each[..., None]}
            if not isinstance(beta.prior, Improper):
                groups["log_prior"] = {"theta": beta.prior.log_density(theta)}
    groups |= {
        "observed_data": {"successes": np.atleast_1d(beta.successes)},
        "constant_data": {"trials": np.atleast_1d(beta.trials)},
    }
    groups = groups if beta.seen is not None else {"prior": groups["prior"]}
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(beta.prior)}
    if not isinstance(beta.prior, Improper):
        attrs["log_evidence"] = float(np.sum(beta.log_evidence))
    axis = "arm" if several else "obs"
    axes = {"successes": [axis], "trials": [axis]} | ({"theta": theta_axes} if several else {})
    return datatree(groups, dims=axes, coords={axis: labels if several else ["all trials"]}, attrs=attrs)


def _each(values: Any, size: int) -> Floats:
    """One entry per arm; a single prior serves all."""
    return np.broadcast_to(np.ravel(values), (size,))
