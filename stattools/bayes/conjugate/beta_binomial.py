"""Beta and Bernoulli trials: a Beta(a, b) prior and k successes in n trials give a Beta(a + k, b + n - k) posterior.

    f(theta) = theta^(a-1) (1-theta)^(b-1) / B(a, b)
    evidence = p(data) = [C(n, k) for a count] B(a + k, b + n - k) / B(a, b)

Everything is exact: tails and quantiles by incomplete beta functions, highest-density intervals by solving in the log
odds, the evidence by Bayes' identity at the posterior mean. With arrays a, b there is one distribution per entry, an
arm, and every answer has their shape.

What to expect next is beta-binomial for the successes in n new trials, and beta-negative-binomial (beta-Pascal) for the
failures before r new successes:

    p(k) = C(n, k) B(a + k, b + n - k) / B(a, b),      k = 0 ... n
    p(f) = C(f + r - 1, f) B(a + r, b + f) / B(a, b),    f = 0, 1, 2, ...

Both come from Bayes' identity, p(k) = p(k | theta) f(theta) / f(theta | k) at the posterior mean of theta, from
saddle-point expansions that keep all digits for n, a, b up to 1e9. The distribution function of the first adds the
probabilities up for n up to 1e5; beyond that it is P(theta < U), U ~ Beta(k + 1, n - k) the (k + 1)-th smallest of n
uniforms, by quadrature in milliseconds. That of the second is one of a beta-binomial, for the r-th success comes after
at most f failures exactly if r of f + r trials succeed; its tail falls like f^-(a+1), so that the mean is infinite for
a <= 1 and the standard deviation for a <= 2. Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.1-2.5;
Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 6.2.2 and 6.2.3. Cost: microseconds per arm.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit

from stattools.bayes.conjugate.arms import Counts, Labels, matched, place, plain
from stattools.bayes.conjugate.belief import between, points, probabilities, settle, tail
from stattools.bayes.conjugate.distribution import ByArm, Updatable
from stattools.bayes.conjugate.elicitation import beta_from_mean_sd, beta_from_quantiles
from stattools.bayes.conjugate.highest_density import Peaked, highest_density
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, at_arm, updated
from stattools.data.tables.arrays import array
from stattools.data.tables.table import axes
from stattools.errors import DomainError
from stattools.interface.arguments import labelled, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.models.samples.arms import counts, tail_area
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Trials, Waits, coin, unit_interval
from stattools.numerics.distributions.beta import (
    log_density,
    log_density_of_logit,
    logit_quantile,
    lower_tail,
    probability_less,
    quantile,
    tails,
)
from stattools.numerics.distributions.counts import log_binomial_pmf
from stattools.text.one_line import prints

EDGE = 745.0
"""Beyond these log odds a probability is 0 or 1 in double precision."""


def beta_ends(prob: float, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Highest-density intervals of probability `prob` for vectors a, b, not both below 1; the flat one is central.

    >>> low, high = beta_ends(0.9, np.array([5.0, 1.0]), np.array([3.0, 1.0]))
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([0.36832, 0.05], [0.892395, 0.95])
    """
    lower, upper = np.zeros_like(a), np.ones_like(a)
    spare = 1.0 - prob
    flat = (a == 1.0) & (b == 1.0)
    lower[flat], upper[flat] = 0.5 * spare, 1.0 - 0.5 * spare
    at_zero, at_one = (a <= 1.0) & (b >= 1.0) & ~flat, (b <= 1.0) & (a >= 1.0) & ~flat
    upper[at_zero] = quantile(prob, spare, a[at_zero], b[at_zero])
    lower[at_one] = quantile(spare, prob, a[at_one], b[at_one])
    inside = (a > 1.0) & (b > 1.0)
    if inside.any():
        low, high = highest_density(prob, PEAKED, a[inside], b[inside])
        lower[inside], upper[inside] = expit(low), expit(high)
    return lower, upper


def mode(belief: Beta) -> float | Floats:
    """(a - 1) / (a + b - 2) inside, else the end that the density rises to. Raises DomainError where it is flat."""
    a, b = np.asarray(belief.a), np.asarray(belief.b)
    _refuse(belief, (a == 1.0) & (b == 1.0), "is flat and has no mode. Use the mean or the median.")
    require_one_peak(belief, "no single mode", "Use the mean or the median.")
    top, rest = np.maximum(a - 1.0, 0.0), np.maximum(b - 1.0, 0.0)
    return plain(np.where(top + rest > 0.0, top / np.where(top + rest > 0.0, top + rest, 1.0), a == 1.0))


def require_one_peak(belief: Beta, lack: str, remedy: str) -> None:
    """DomainError for densities that are unbounded at both ends."""
    shape = "is U-shaped, unbounded at 0 and at 1: it has"
    _refuse(belief, (np.asarray(belief.a) < 1.0) & (np.asarray(belief.b) < 1.0), f"{shape} {lack}. {remedy}")


def _refuse(belief: Beta, bad: ArrayLike, reason: str) -> None:
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        one = type(belief)(np.asarray(belief.a)[where], np.asarray(belief.b)[where])
        raise DomainError(f"{one!r}{f' {place(where, belief.arms)}' if where else ''} {reason}")


def _start(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    return np.log(a / b), np.sqrt(1.0 / a + 1.0 / b)


def _mode(a: Floats, b: Floats) -> Floats:
    return np.log((a - 1.0) / (b - 1.0))


def _density(t: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    t = np.clip(t, -EDGE, EDGE)
    x, y = expit(t), expit(-t)
    of_logit = log_density_of_logit(x, y, a, b)
    return of_logit - log_expit(t) - log_expit(-t), of_logit, (a - 1.0) * y - (b - 1.0) * x


def _outside(low: Floats, high: Floats, a: Floats, b: Floats) -> Floats:
    return lower_tail(expit(low), expit(-low), a, b) + lower_tail(expit(-high), expit(high), b, a)


PEAKED = Peaked(_start, _mode, _density, _outside, logit_quantile)


MOST_TERMS = 100_000


@answers_guesses
@prints
@dataclass(frozen=True, eq=False)
class BetaBinomialPredictive:
    """The beta-binomial distribution of the successes in `trials` trials whose probability is Beta(a, b).

    Each of the three is a number, or an array with one entry per arm; answers have the arms as their last axis.

    >>> BetaBinomialPredictive(2, 1, 1).pmf([0, 1, 2]).round(12)
    array([0.33333333, 0.33333333, 0.33333333])
    """

    trials: Any
    a: Any
    b: Any
    arms: tuple[Hashable, ...] | None = None

    def __post_init__(self) -> None:
        given = self.trials
        n = (
            counts(given if axes(given) == 1 else np.ravel(array(given, "trials")), "trials", at_least=1)
            if axes(given)
            else whole_number(given, "trials", at_least=1)
        )
        object.__setattr__(self, "trials", n)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BetaBinomialPredictive) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        values = (np.asarray(v, dtype=float) for v in (self.trials, self.a, self.b))
        return tuple((value.shape, value.tobytes()) for value in values)

    @property
    def shape(self) -> tuple[int, ...]:
        """() for one distribution, (m,) for m arms."""
        return np.broadcast_shapes(np.shape(self.trials), np.shape(self.a))

    @property
    def mean(self) -> float | Floats:
        """n a / (a + b)."""
        return plain(self.trials * (self.a / (self.a + self.b)))

    @property
    def sd(self) -> float | Floats:
        """Square root of n p q (a + b + n) / (a + b + 1), with p = a / (a + b) and q = 1 - p."""
        size = self.a + self.b
        variance = self.trials * (self.a / size) * (self.b / size) * ((size + self.trials) / (size + 1.0))
        return plain(np.sqrt(variance))

    def log_pmf(self, k: ArrayLike) -> float | Floats:
        """log P(K = k) for each k; -inf where k is not a whole number in 0 ... n."""
        k = points(k, "a count", self.mean)
        possible = (k >= 0) & (k <= self.trials) & (k == np.floor(k))
        at = np.where(possible, k, 0.0)
        a, b = self.a + at, self.b + (self.trials - at)
        p, q = a / (a + b), b / (a + b)
        likelihood = log_binomial_pmf(at, self.trials, p, q)
        value = likelihood + log_density_of_logit(p, q, self.a, self.b) - log_density_of_logit(p, q, a, b)
        return np.where(possible, value, -np.inf)[()]

    def pmf(self, k: ArrayLike) -> float | Floats:
        """P(K = k) for each k; 0 where k is not a whole number in 0 ... n. Raises DomainError for NaN."""
        return np.exp(self.log_pmf(k))

    def cdf(self, k: ArrayLike) -> float | Floats:
        """P(K <= k) for each k, accurate in the lower tail. Raises DomainError for NaN.

        >>> float(BetaBinomialPredictive(10**9, 3, 5).cdf(5 * 10**8))  # the Beta(3, 5) below 1/2, to nine digits
        0.773437...
        """
        k = np.floor(points(k, "a count", self.mean))
        if self.shape:
            k = np.broadcast_to(k, np.broadcast_shapes(k.shape, self.shape))
            return np.stack([one.cdf(k[..., i]) for i, one in enumerate(self._each())], axis=-1)
        inside = (k >= 0) & (k < self.trials)
        value = np.where(k < 0, 0.0, 1.0)
        if inside.any():
            value[inside] = self._sums(k[inside]) if self.trials <= MOST_TERMS else self._integrals(k[inside])
        return value[()]

    def interval(self, prob: float = 0.94) -> Interval:
        """The counts that leave at most (1 - prob) / 2 on either side: an equal-tailed interval, ends whole numbers.

        Raises DomainError for prob outside (0, 1).

        >>> BetaBinomialPredictive(100, 60, 40).interval(0.9)
        <Interval 0.9 eti: successes, [48, 71]>
        """
        tail = tail_area(prob, "prob")
        if self.shape:
            ends = np.array([(i.lower, i.upper) for i in (one.interval(prob) for one in self._each())])
            names = tuple(map(str, self.arms if self.arms is not None else range(len(ends))))
            return Interval(ends[:, 0], ends[:, 1], prob, "eti", names)
        mirror = BetaBinomialPredictive(self.trials, self.b, self.a)
        return Interval(self._quantile(tail), self.trials - mirror._quantile(tail), prob, "eti", ("successes",))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent counts, shape (draws,), or (draws, arms)."""
        random = generator(seed)
        theta = random.beta(self.a, self.b, draws_shape(draws, self.shape))
        return random.binomial(self.trials, theta)

    def _each(self) -> list[BetaBinomialPredictive]:
        """The arms one by one."""
        parts = (np.broadcast_to(v, self.shape).tolist() for v in (self.trials, self.a, self.b))
        return [BetaBinomialPredictive(n, a, b) for n, a, b in zip(*parts, strict=True)]

    def _quantile(self, p: float) -> int:
        """The smallest k with P(K <= k) >= p."""
        if self.trials <= MOST_TERMS:
            return int(np.searchsorted(self.cdf(np.arange(self.trials + 1)), p))
        return bisect_left(range(self.trials + 1), p, key=self.cdf)

    def _sums(self, k: Floats) -> Floats:
        return np.minimum(np.cumsum(self.pmf(np.arange(k.max() + 1.0))), 1.0)[k.astype(int)]

    def _integrals(self, k: Floats) -> Floats:
        return probability_less(self.a, self.b, k + 1.0, self.trials - k)


FARTHEST = 2**52
"""Whole numbers beyond have neighbours that double precision skips."""


@answers_guesses
@prints
@dataclass(frozen=True)
class BetaNegativeBinomial:
    """The failures before `successes` successes whose probability is Beta(a, b); a and b may be arrays, one per arm.

    >>> BetaNegativeBinomial(1, 1, 1).pmf([0, 1, 2]).round(12)  # 1 / ((f + 1) (f + 2))
    array([0.5       , 0.16666667, 0.08333333])
    """

    successes: int
    a: Any
    b: Any
    arms: tuple[Hashable, ...] | None = None

    @property
    def mean(self) -> float | Floats:
        """r b / (a - 1); infinite for a <= 1, where the tail falls too slowly to have a mean."""
        spare = np.asarray(self.a) - 1.0
        value = self.successes * np.asarray(self.b) / np.where(spare > 0.0, spare, 1.0)
        return plain(np.where(spare > 0.0, value, np.inf))

    @property
    def sd(self) -> float | Floats:
        """Square root of r b (a + r - 1) (a + b - 1) / ((a - 2) (a - 1)^2); infinite for a <= 2."""
        a, b, r = np.asarray(self.a), np.asarray(self.b), self.successes
        spare = np.where(a > 2.0, a - 2.0, 1.0)
        part = r * (b / (spare + 1.0)) * ((a + r - 1.0) / spare) * ((a + b - 1.0) / (spare + 1.0))
        return plain(np.where(a > 2.0, np.sqrt(np.where(a > 2.0, part, 1.0)), np.inf))

    def log_pmf(self, f: ArrayLike) -> float | Floats:
        """log P(F = f) for each f; -inf where f is not a whole number 0, 1, 2, ..."""
        f = points(f, "a number of failures", self.a)
        possible = (f >= 0) & (f == np.floor(f)) & (f < np.inf)
        at, r = np.where(possible, f, 0.0), self.successes
        a, b = self.a + r, self.b + at
        p, q = a / (a + b), b / (a + b)
        likelihood = log_binomial_pmf(r, r + at, p, q) + np.log(r / (r + at))
        value = likelihood + log_density_of_logit(p, q, self.a, self.b) - log_density_of_logit(p, q, a, b)
        return np.where(possible, value, -np.inf)[()]

    def pmf(self, f: ArrayLike) -> float | Floats:
        """P(F = f) for each f; 0 where f is not a whole number 0, 1, 2, ... Raises DomainError for NaN."""
        return np.exp(self.log_pmf(f))

    def cdf(self, f: ArrayLike) -> float | Floats:
        """P(F <= f) for each f. Raises DomainError for NaN.

        >>> round(BetaNegativeBinomial(1, 1, 1).cdf(98), 12)
        0.99
        """
        return self._tail(f, below=True)

    def sf(self, f: ArrayLike) -> float | Floats:
        """P(F > f) for each f, accurate in the upper tail."""
        return self._tail(f, below=False)

    def interval(self, prob: float = 0.94) -> Interval:
        """The numbers that leave at most (1 - prob) / 2 on either side; an end beyond 2**52 is infinite.

        >>> BetaNegativeBinomial(3, 20, 10).interval(0.9)
        <Interval 0.9 eti: failures, [0, 5]>
        """
        tail = tail_area(prob, "prob")
        if np.ndim(self.a):
            ends = np.array([tuple(one.interval(prob)) for one in self._each()], dtype=float)
            names = tuple(map(str, self.arms if self.arms is not None else range(len(ends))))
            return Interval(ends[:, 0], ends[:, 1], prob, "eti", names)
        lower = self._least(lambda f: self.cdf(f) >= tail)
        upper = self._least(lambda f: self.sf(f) <= tail)
        return Interval(lower, upper, prob, "eti", ("failures",))

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> NDArray[np.int64]:
        """Independent numbers of failures, shape (draws,), or (draws, arms); at most 2**62."""
        random = generator(seed)
        theta = random.beta(self.a, self.b, draws_shape(draws, np.shape(self.a)))
        odds = (1.0 - theta) / np.maximum(theta, 1e-300)
        mean = random.standard_gamma(self.successes, theta.shape) * odds
        return random.poisson(np.minimum(mean, 2.0**62))

    def _tail(self, f: ArrayLike, *, below: bool) -> float | Floats:
        f = np.floor(points(f, "a number of failures", self.a))
        if np.ndim(self.a):
            f = np.broadcast_to(f, np.broadcast_shapes(f.shape, np.shape(self.a)))
            return np.stack([one._tail(f[..., i], below=below) for i, one in enumerate(self._each())], axis=-1)
        return plain(np.vectorize(lambda j: self._one_tail(float(j), below), otypes=[float])(f))

    def _one_tail(self, f: float, below: bool) -> float:
        if f < 0 or f == np.inf:
            return float((f > 0) == below)
        trials = int(f) + self.successes
        above = float(BetaBinomialPredictive(trials, self.a, self.b).cdf(self.successes - 1))
        if not below:
            return above if above < 0.5 else 1.0 - float(BetaBinomialPredictive(trials, self.b, self.a).cdf(f))
        return 1.0 - above if above < 0.5 else float(BetaBinomialPredictive(trials, self.b, self.a).cdf(f))

    def _least(self, reached: Callable[[int], object]) -> int | float:
        """The least f for which `reached` holds, by doubling and halving."""
        high = 1
        while not reached(high - 1):
            high *= 2
            if high > FARTHEST:
                return float("inf")
        low = high // 2
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (low, middle) if reached(middle - 1) else (middle, high)
        return high - 1

    def _each(self) -> list[BetaNegativeBinomial]:
        pairs = zip(np.ravel(self.a).tolist(), np.ravel(self.b).tolist(), strict=True)
        return [BetaNegativeBinomial(self.successes, a, b) for a, b in pairs]


REMEDY = "A flat prior is Beta(1, 1), Jeffreys' is Beta(0.5, 0.5); Haldane's limit a, b -> 0 is st.Beta.haldane()."


def _posterior(
    belief: Beta | Improper, data: Trials, labels: dict[str, Labels], successes: Counts, trials: Counts
) -> Beta:
    prior = belief.prior
    a, b = prior.a + successes, prior.b + (trials - successes)
    if not prior.is_proper:
        prior.require(f"{np.sum(successes)} successes in {np.sum(trials)} trials", a=a, b=b)
    return Beta(a, b, **labels)


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


def entries(batch: Trials) -> Entries:
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


def log_evidence(before: Beta, after: Beta, data: Trials) -> Floats:
    """log p(data) by Bayes' identity, p(data | theta) f(theta) / f(theta | data), at the posterior mean."""
    p, q = after.a / (after.a + after.b), after.b / (after.a + after.b)
    change = log_density_of_logit(p, q, before.a, before.b) - log_density_of_logit(p, q, after.a, after.b)
    return data.log_probability(p, q) + change


def left_out(beta: Beta, seen: Seen) -> LeftOut:
    """p(y_i | y_-i) by Bayes' identity, p(y_i | theta) f(theta | y_-i) / f(theta | y), at the posterior mean."""
    parts = [entries(batch) for batch in seen.batches]
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


def outcomes(beta: Beta, seen: Seen) -> list[NamedObservations]:
    """The total of successes of each arm, and the trials behind it."""
    k, n = map(np.atleast_1d, seen.total)

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


PAIR = DeclaredPair(
    models=TRIALS,
    raw=lambda belief, more: coin(more),
    read=matched,
    statistics=lambda data: (data.successes, data.trials),
    posterior=_posterior,
    log_evidence=log_evidence,
    left_out=left_out,
    outcomes=outcomes,
    variables={"theta": ("arm",)},
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, repr=False, eq=False)
class Beta(ByArm, Updatable):
    """The beta distribution of a probability theta: a prior, and after `update` a posterior.

    `a` and `b` are numbers, or arrays with one entry per arm, which `arms` may name. Two are equal when `a` and `b`
    are; a posterior also remembers its prior and what was seen since. Raises DomainError for parameters that are not
    positive and finite (improper priors such as Beta(0, 0); see `haldane`).

    >>> posterior = Beta(1, 1).update([1, 0, 1, 1, 0, 1])
    >>> posterior, posterior == Beta(5, 3), posterior.mean
    (Beta(5, 3), True, 0.625)
    >>> Beta([5, 2], [3, 2], arms=("A", "B")).mean
    array([0.625, 0.5  ])
    """

    _pair = PAIR
    a: Any
    b: Any
    arms: Any = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        settle(self, positive=("a", "b"), remedy=REMEDY)

    @classmethod
    def haldane(cls) -> Improper:
        """Haldane's limit a, b -> 0: flat in the log odds, and no distribution, for its mass is infinite.

        Its posterior Beta(k, n - k) has the mean k / n and exists once both outcomes were seen; until then `update`
        raises DomainError. It has no evidence, and no predictive distribution.

        >>> Beta.haldane().update([1, 0, 1, 1])
        Beta(3, 1)
        """
        return Improper(cls, "Haldane's prior", (0.0, 0.0))

    @classmethod
    def jeffreys(cls) -> Beta:
        """Jeffreys' prior Beta(1/2, 1/2), the one that is the same for theta and for any function of it."""
        return cls(0.5, 0.5)

    @classmethod
    def from_quantiles(cls, first: object, second: object = None, /, *, prob: float | None = None) -> Beta:
        """The beta distribution with two given quantiles: `{0.05: 0.1, 0.95: 0.4}`, or the ends of the central interval
        of probability `prob` (0.9 unless told).

        It exists for any two, and is unique. Raises DomainError for quantiles outside (0, 1) or out of order. Source:
        Shih, J. Stat. Comput. Simul. 85 (2015), 2022-2032.

        >>> prior = Beta.from_quantiles(0.1, 0.4, prob=0.9)
        >>> prior.quantile([0.05, 0.95]).round(12)
        array([0.1, 0.4])
        """
        return cls(*beta_from_quantiles(first, second, prob))

    @classmethod
    def from_mean_sd(cls, mean: float, sd: float, /) -> Beta:
        """The beta distribution with this mean and standard deviation; DomainError where sd^2 >= mean (1 - mean).

        >>> Beta.from_mean_sd(0.25, 0.125)
        Beta(2.75, 8.25)
        """
        return cls(*beta_from_mean_sd(mean, sd))

    @property
    def support(self) -> tuple[float, float]:
        """Where theta may lie."""
        return 0.0, 1.0

    @property
    def successes(self) -> Counts:
        """Successes seen since the prior."""
        return 0 if self.seen is None else self.seen.total[0]

    @property
    def trials(self) -> Counts:
        """Trials seen since the prior."""
        return 0 if self.seen is None else self.seen.total[1]

    @property
    def mean(self) -> float | Floats:
        """a / (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def sd(self) -> float | Floats:
        """Square root of p q / (a + b + 1), with p the mean and q = 1 - p."""
        size = self.a + self.b
        return plain(np.sqrt((self.a / size) * (self.b / size) / (size + 1.0)))

    @property
    def mode(self) -> float | Floats:
        """Where the density is highest: (a - 1) / (a + b - 2) inside, else the end that it rises to.

        Raises DomainError where no single point is highest: a flat density, or one unbounded at both ends.
        """
        return mode(self)

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, theta: ArrayLike) -> float | Floats:
        """f(theta) for each theta in [0, 1]; infinite at an end where the density is unbounded."""
        return np.exp(self.log_density(theta))

    def log_density(self, theta: ArrayLike) -> float | Floats:
        """log f(theta) for each theta in [0, 1]. Raises DomainError outside."""
        theta = unit_interval(theta, np.shape(self.a))
        return log_density(theta, 1.0 - theta, self.a, self.b)[()]

    def slope(self, theta: ArrayLike) -> float | Floats:
        """d log f / d theta = (a - 1) / theta - (b - 1) / (1 - theta), for theta in (0, 1)."""
        theta = unit_interval(theta, np.shape(self.a))
        with np.errstate(all="ignore"):  # at an end, or next to it, the slope is infinite, or 0 where it is flat
            at_zero = np.where(np.asarray(self.a) == 1.0, 0.0, (self.a - 1.0) / theta)
            return (at_zero - np.where(np.asarray(self.b) == 1.0, 0.0, (self.b - 1.0) / (1.0 - theta)))[()]

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0) -> float | Floats:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high <= 1.

        >>> round(Beta(5, 3).probability(low=0.5), 12)
        0.7734375
        """
        low, high = unit_interval(low, np.shape(self.a)), unit_interval(high, np.shape(self.a))
        if np.any(low > high):
            raise DomainError(f"probability needs low <= high; got low={low.tolist()!r}, high={high.tolist()!r}.")
        ends = (tails(end, 1.0 - end, self.a, self.b) for end in (low, high))
        return plain(between(*ends))

    def quantile(self, p: ArrayLike) -> float | Floats:
        """The theta with P(theta <= value) = p, p in [0, 1].

        >>> Beta(1, 1).quantile([0.0, 0.25])
        array([0.  , 0.25])
        """
        p = probabilities(p, self.a)
        return plain(quantile(p, 1.0 - p, self.a, self.b))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval that holds theta with probability `prob`, one per arm.

        "hdi" has the highest density (equal at both ends, or one end at 0 or 1 where the density rises to it), "eti"
        leaves the same probability on either side; for the flat Beta(1, 1) both are central. Raises DomainError for
        prob outside (0, 1), and for "hdi" where a < 1 and b < 1: the region of highest density is then two pieces.

        >>> low, high = Beta(5, 3).interval(0.9)
        >>> round(low, 6), round(high, 6)
        (0.36832, 0.892395)
        """
        aside, kind = tail(prob, kind)
        if kind == "hdi":
            require_one_peak(self, "no single interval of highest density", 'Use kind="eti".')
            lower, upper = (e.reshape(np.shape(self.a)) for e in beta_ends(prob, np.ravel(self.a), np.ravel(self.b)))
        else:
            lower, upper = quantile(aside, 1.0 - aside, self.a, self.b), quantile(1.0 - aside, aside, self.a, self.b)
        return self._interval(lower, upper, prob, kind, "theta")

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws,), or (draws, arms)."""
        shape = draws_shape(draws, np.shape(self.a))
        return generator(seed).beta(self.a, self.b, shape)

    def predictive(self, trials: ArrayLike) -> BetaBinomialPredictive:
        """The distribution of the number of successes in `trials` new trials, a number or one per arm.

        >>> Beta(5, 3).predictive(10).mean
        6.25
        """
        labelled("the arms", self.arms, ("trials", trials))
        return BetaBinomialPredictive(trials, self.a, self.b, self.arms)

    def predictive_failures(self, successes: int = 1) -> BetaNegativeBinomial:
        """The distribution of the number of failures before `successes` new successes: a beta-negative-binomial.

        >>> round(Beta(5, 3).predictive_failures().mean, 12)  # b / (a - 1)
        0.75
        """

        return BetaNegativeBinomial(whole_number(successes, "successes", at_least=1), self.a, self.b, self.arms)

    def update(self, more: Trials | ArrayLike, /) -> Beta:
        """The posterior given more data: a model of trials (`st.coin`, `st.binomial`, `st.geometric`, `st.pascal`), or
        raw flips.

        Parameters are the prior's plus the totals, so order and grouping do not matter, to the last bit. The evidence
        is that of the data as given: two counts say more than their sum, so their evidence has both coefficients. Arms
        are matched by their labels. Raises IncompatibleError where arms do not correspond.

        >>> Beta(1, 1).update([1, 0, 1]).update([0, 1]) == Beta(1, 1).update([1, 0, 1, 0, 1])
        True
        """
        return updated(self, more)
