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
from numpy.typing import ArrayLike

from stattools.bayes.conjugate import arms as of_arms
from stattools.bayes.conjugate.belief import between, probabilities, settle, tail
from stattools.bayes.conjugate.curves.beta_curve import beta_ends, mode, require_one_peak
from stattools.bayes.conjugate.data.pair import DeclaredPair, Seen, updated
from stattools.bayes.conjugate.data.trial_data import TRIALS, left_out, log_evidence, outcomes
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
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.proportions import coin, unit_interval
from stattools.numerics.distributions.beta import log_density, quantile, tails

REMEDY = "A flat prior is Beta(1, 1), Jeffreys' is Beta(0.5, 0.5); Haldane's limit a, b -> 0 is st.Beta.haldane()."


def _read(belief: Any, more: Any) -> tuple[Any, dict[str, Any]]:
    data = more if isinstance(more, TRIALS) else coin(more)
    return of_arms.matched(belief, np.shape(belief.a), data)


def _posterior(belief: Any, total: tuple[Any, ...], data: Any, labels: dict[str, Any]) -> Beta:
    prior, (successes, trials) = belief.prior, total
    a, b = prior.a + successes, prior.b + (trials - successes)
    if not prior.is_proper:
        prior.require(f"{np.sum(successes)} successes in {np.sum(trials)} trials", a=a, b=b)
    return Beta(a, b, **labels)


PAIR = DeclaredPair(
    read=_read,
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
    def successes(self) -> Any:
        """Successes seen since the prior."""
        return 0 if self.seen is None else self.seen.total[0]

    @property
    def trials(self) -> Any:
        """Trials seen since the prior."""
        return 0 if self.seen is None else self.seen.total[1]

    @property
    def mean(self) -> Any:
        """a / (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def sd(self) -> Any:
        """Square root of p q / (a + b + 1), with p the mean and q = 1 - p."""
        size = self.a + self.b
        return of_arms.plain(np.sqrt((self.a / size) * (self.b / size) / (size + 1.0)))

    @property
    def mode(self) -> Any:
        """Where the density is highest: (a - 1) / (a + b - 2) inside, else the end that it rises to.

        Raises DomainError where no single point is highest: a flat density, or one unbounded at both ends.
        """
        return mode(self)

    @np.errstate(over="ignore")  # beyond float64 it is infinite
    def density(self, theta: ArrayLike) -> Any:
        """f(theta) for each theta in [0, 1]; infinite at an end where the density is unbounded."""
        return np.exp(self.log_density(theta))

    def log_density(self, theta: ArrayLike) -> Any:
        """log f(theta) for each theta in [0, 1]. Raises DomainError outside."""
        theta = unit_interval(theta, np.shape(self.a))
        return log_density(theta, 1.0 - theta, self.a, self.b)[()]

    def slope(self, theta: ArrayLike) -> Any:
        """d log f / d theta = (a - 1) / theta - (b - 1) / (1 - theta), for theta in (0, 1)."""
        theta = unit_interval(theta, np.shape(self.a))
        with np.errstate(all="ignore"):  # at an end, or next to it, the slope is infinite, or 0 where it is flat
            at_zero = np.where(np.asarray(self.a) == 1.0, 0.0, (self.a - 1.0) / theta)
            return (at_zero - np.where(np.asarray(self.b) == 1.0, 0.0, (self.b - 1.0) / (1.0 - theta)))[()]

    def probability(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0) -> Any:
        """P(low <= theta <= high), to full accuracy in both tails. Raises DomainError unless 0 <= low <= high <= 1.

        >>> round(Beta(5, 3).probability(low=0.5), 12)
        0.7734375
        """
        low, high = unit_interval(low, np.shape(self.a)), unit_interval(high, np.shape(self.a))
        if np.any(low > high):
            raise DomainError(f"probability needs low <= high; got low={low.tolist()!r}, high={high.tolist()!r}.")
        ends = (tails(end, 1.0 - end, self.a, self.b) for end in (low, high))
        return of_arms.plain(between(*ends))

    def quantile(self, p: ArrayLike) -> Any:
        """The theta with P(theta <= value) = p, p in [0, 1].

        >>> Beta(1, 1).quantile([0.0, 0.25])
        array([0.  , 0.25])
        """
        p = probabilities(p, self.a)
        return of_arms.plain(quantile(p, 1.0 - p, self.a, self.b))

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
        return Interval(of_arms.plain(lower), of_arms.plain(upper), prob, kind, of_arms.terms(self, "theta"))

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

    def update(self, more: Any, /) -> Beta:
        """The posterior given more data: a model of trials (`st.coin`, `st.binomial`, `st.geometric`, `st.pascal`), or
        raw flips.

        Parameters are the prior's plus the totals, so order and grouping do not matter, to the last bit. The evidence
        is that of the data as given: two counts say more than their sum, so their evidence has both coefficients. Arms
        are matched by their labels. Raises IncompatibleError where arms do not correspond.

        >>> Beta(1, 1).update([1, 0, 1]).update([0, 1]) == Beta(1, 1).update([1, 0, 1, 0, 1])
        True
        """
        return updated(self, more)
