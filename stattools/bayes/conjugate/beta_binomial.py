"""Beta and Bernoulli trials: a Beta(a, b) prior and k successes in n trials give a Beta(a + k, b + n - k) posterior.

    f(theta) = theta^(a-1) (1-theta)^(b-1) / B(a, b)
    evidence = p(data) = [C(n, k) for a count] B(a + k, b + n - k) / B(a, b)

Everything is exact: tails and quantiles by incomplete beta functions, highest-density intervals by solving, the
evidence by Bayes' identity at the posterior mean. With arrays a, b there is one distribution per entry, an arm, and
every answer has their shape. Source: Gelman et al., Bayesian Data Analysis (2013), sec. 2.1-2.5. Cost: microseconds
per arm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import Counts, Labels, matched, plain
from stattools.bayes.conjugate.belief import between, probabilities, settle, tail
from stattools.bayes.conjugate.curves.beta_curve import beta_ends, mode, require_one_peak
from stattools.bayes.conjugate.data.pair import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, at_arm, updated
from stattools.bayes.conjugate.distribution import ByArm, Updatable
from stattools.bayes.conjugate.elicitation import beta_from_mean_sd, beta_from_quantiles
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.predictives.predictive import BetaBinomialPredictive
from stattools.errors import DomainError
from stattools.interface.arguments import labelled
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Trials, Waits, coin, unit_interval
from stattools.numerics.distributions.beta import log_density, log_density_of_logit, quantile, tails
from stattools.numerics.distributions.counts import log_binomial_pmf

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


def log_evidence(before: Beta, after: Beta, data: Any) -> Floats:
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

    def predictive_failures(self, successes: int = 1) -> Any:
        """The distribution of the number of failures before `successes` new successes: a beta-negative-binomial.

        >>> round(Beta(5, 3).predictive_failures().mean, 12)  # b / (a - 1)
        0.75
        """
        from stattools.bayes.conjugate.predictives.beta_negative_binomial import BetaNegativeBinomial

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
