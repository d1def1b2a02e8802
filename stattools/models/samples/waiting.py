"""Failures counted until a known number of successes: `st.geometric` (one success) and `st.pascal` (r successes).

    log p(f) = log C(f + r - 1, f) + r log theta + f log(1 - theta),    f = 0, 1, ...  failures before success r

Independent waits share theta, and depend on it through the totals of successes and failures only. Source: Johnson, Kemp
& Kotz, Univariate Discrete Distributions (2005), ch. 5.

Confidence intervals for the probability of a success from the failures before r successes; n trials in all.

    wald    p -+ z sqrt(p^2 q / r), cut to [0, 1]
    exact   theta that neither exact one-sided test rejects: quantiles of Beta(r, n - r + 1) and Beta(r, n - r)

The likelihood-ratio interval is that of r successes in n trials: the likelihoods are proportional. The exact one is
not, for the number of trials is what was random. Each function takes (successes, trials, level) and returns (lower,
upper). Source: Johnson, Kemp & Kotz, Univariate Discrete Distributions (2005), sec. 5.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc, ndtri

from stattools.data.tables.table import axes
from stattools.errors import DomainError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.whole_numbers import whole_number
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.arms import Ints, columns, counts
from stattools.models.samples.bernoulli_trials import BernoulliTrials, unit_interval
from stattools.models.samples.proportion import Ends, likelihood_ratio, tail_area
from stattools.models.samples.sample_model import SampleModel
from stattools.numerics.beta_distribution import quantile
from stattools.numerics.saddle_point import log_binomial_pmf
from stattools.text.one_line import many


def geometric(failures: Any, /, *, data: Any = None) -> Waits:
    """The likelihood of waits: how many failures came before each success, one or more numbers 0, 1, 2, ...

    Raises DomainError for numbers that are negative, fractional or missing, with their position.

    >>> import stattools as st
    >>> float(st.fit(st.geometric([0, 3, 1])).estimate[0])  # 3 successes in 7 trials
    0.428571...
    """
    return _waits("geometric", failures, 1, data)


def pascal(failures: Any, /, *, successes: Any, data: Any = None) -> Waits:
    """The likelihood of the failures before the r-th success, r = `successes` known (the Pascal, or negative binomial,
    distribution).

    `failures` is one number or a column, `successes` a number, at least 1, or one per number of failures. Raises
    DomainError for numbers that are negative, fractional or missing.

    >>> import stattools as st
    >>> st.posterior(st.pascal(7, successes=3), prior=st.Beta(1, 1))
    Beta(4, 8)
    """
    return _waits("pascal", failures, successes, data)


@dataclass(frozen=True, eq=False, repr=False)
class Waits(SampleModel):
    """Failures before a known number of successes, one entry per wait, int64 arrays; what `geometric` and `pascal`
    return. The parameter is theta, the probability of a success, in [0, 1].
    """

    failures: Ints
    wanted: Ints
    kind: Literal["geometric", "pascal"]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Waits) and (
            (self.kind, self.failures.tolist(), self.wanted.tolist())
            == (other.kind, other.failures.tolist(), other.wanted.tolist())
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.failures.tobytes(), self.wanted.tobytes()))

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Waits for a success" if self.kind == "geometric" else "Waits for several successes"

    @property
    def names(self) -> tuple[str, ...]:
        """The one parameter."""
        return ("theta",)

    @property
    def successes(self) -> int:
        """Successes in all waits."""
        return int(self.wanted.sum())

    @property
    def trials(self) -> int:
        """Trials in all waits."""
        return int(self.wanted.sum() + self.failures.sum())

    @property
    def n(self) -> int:
        """Number of waits."""
        return len(self.failures)

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{many(self.n, 'wait')}, {many(self.successes, 'success')} in {many(self.trials, 'trial')}"

    @property
    def start(self) -> Floats:
        """A point strictly inside (0, 1), shape (1,)."""
        return np.array([self.successes / (self.trials + 1.0)])

    def pointwise(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log probability of each wait, shape (..., n), at theta = p with q = 1 - p given apart."""
        p, q = (np.asarray(v, dtype=float)[..., None] for v in (p, q))
        size = self.wanted + self.failures  # C(f+r-1, f) is C(f+r, f) r / (f+r)
        return log_binomial_pmf(self.wanted, size, p, q) + np.log(self.wanted / size)

    def log_probability(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log-likelihood at theta = p with q = 1 - p given apart, so that probabilities near 1 lose no digits."""
        return self.pointwise(p, q).sum(axis=-1)

    def loglik(self, theta: ArrayLike) -> Any:
        """Log-likelihood at each theta in [0, 1]; -inf where the data are impossible. Raises DomainError outside."""
        theta = unit_interval(theta)
        return self.log_probability(theta, 1.0 - theta)[()]

    def score(self, theta: ArrayLike) -> Any:
        """d loglik / d theta = r / theta - f / (1 - theta), r and f the totals."""
        return self._flips.score(theta)

    def information(self, theta: ArrayLike) -> Any:
        """Observed information, r / theta^2 + f / (1 - theta)^2."""
        return self._flips.information(theta)

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (1,) and information (1, 1) at one theta."""
        rest = self._flips.evaluate(theta, order)
        value = float(self.loglik(as_theta(theta, self.title).reshape(-1)[0]))
        return Evaluation(value, rest.score if order >= 1 else NOT_ASKED, rest.information)

    def maximum(self) -> Floats:
        """The maximum-likelihood estimate, successes / trials, shape (1,)."""
        return np.array([self.successes / self.trials])

    def variance(self, theta: float) -> float:
        """Variance of the estimate by the expected information, theta^2 (1 - theta) / r."""
        return float(theta**2 * (1.0 - theta) / self.successes)

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[float, float]]]:
        """Confidence intervals by kind, each a function of the level: "wald", "likelihood-ratio", "exact"."""
        ends = {"wald": wald, "likelihood-ratio": likelihood_ratio, "exact": exact}
        return {kind: partial(f, self.successes, self.trials) for kind, f in ends.items()}

    def test(self) -> tuple[float, float]:
        """Score test of theta = 1/2: z = (r - f) / sqrt(2 r) and its two-sided p-value."""
        z = (2 * self.successes - self.trials) / (2.0 * self.successes) ** 0.5
        return z, float(erfc(abs(z) / 2**0.5))

    @property
    def _flips(self) -> BernoulliTrials:
        return BernoulliTrials(self.successes, self.trials, "coin")


def _waits(who: Literal["geometric", "pascal"], failures: Any, successes: Any, data: Any) -> Waits:
    found = columns(who, data, failures=failures, successes=successes)
    lost, wanted = found["failures"], found["successes"]
    if axes(lost) == 0:
        lost = [whole_number(lost, "failures", at_least=0)]
    f = counts(lost, "failures")
    if axes(wanted) == 0:
        wanted = np.full(len(f), whole_number(wanted, "successes", at_least=1))
    r = counts(wanted, "successes", at_least=1)
    if len(r) != len(f):
        raise DomainError(f"{who} needs one number of successes per number of failures; got {len(r)} for {len(f)}.")
    return Waits(f, r, who)


def wald(successes: int, trials: int, level: float) -> Ends:
    """The estimate -+ z standard errors, cut to [0, 1].

    >>> wald(3, 10, 0.95)
    (0.0159..., 0.584...)
    """
    p = successes / trials
    half = -float(ndtri(tail_area(level))) * p * sqrt((trials - successes) / trials / successes)
    return max(0.0, p - half), min(1.0, p + half)


def exact(successes: int, trials: int, level: float) -> Ends:
    """The probabilities that neither exact one-sided test at (1 - level) / 2 rejects; closed at 1 without failures.

    >>> exact(3, 10, 0.95)
    (0.0667..., 0.600...)
    """
    tail, lost = tail_area(level), trials - successes
    lower = float(quantile(tail, 1.0 - tail, successes, lost + 1))
    return lower, 1.0 if lost == 0 else float(quantile(1.0 - tail, tail, successes, lost))
