"""Prior-data conflict: how improbable the data are under the prior's own predictive distribution.

    density    P( m(T) <= m(t) )          m the prior predictive of the sufficient statistic T, t what was seen
    tails      min(1, 2 min(P(T <= t), P(T >= t)))

A small probability says that prior and data disagree about theta: it is a check of the prior, before any posterior is
believed, and no test of the likelihood. Exact: beta-binomial for trials, negative binomial for Poisson counts, normal
for a mean. For a normal mean the two kinds agree. Source: Box, JRSS A 143 (1980), 383-430; Evans & Moshonov, Bayesian
Analysis 1 (2006), 893-914. Cost: milliseconds, whatever the number of trials.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.beta_binomial import Beta, BetaBinomialPredictive
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.prior_checks.batches import batches
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.numerics.distributions.beta import probability_less
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

MOST_SUMMED = 100_000
ALIKE = 1e-9
"""Log probabilities closer than this are the same: a count and its mirror image differ by round-off only."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Surprise(Faces):
    """The answer of `st.surprise`.

    `probability` is a number, or one per arm; `statistic` says in words what T is, `observed` its value, `expected` its
    prior predictive mean.
    """

    probability: Any
    kind: str
    statistic: str
    observed: Any
    expected: Any
    arms: Any = None

    def _headline(self) -> str:
        return headline(self, self.kind, self.statistic, self._told())

    def _told(self) -> str:
        """The probability, or the least of several."""
        least = f"{np.min(self.probability):.4g}"
        return (
            f"surprise {least}"
            if np.ndim(self.probability) == 0
            else f"{many(len(self.probability), 'arm')} from {least}"
        )

    def _page(self) -> Page:
        if np.ndim(self.probability):
            return Page(Grid.of(self.table().to_dict("records")))
        seen, mean = f"{self.observed:.6g}", f"{self.expected:.6g}"
        return Page(f"{self._told()} ({self.kind}): {self.statistic} were {seen}, the prior expects {mean}")

    def table(self) -> pd.DataFrame:
        """One row per arm: arm, observed, expected, surprise."""
        size = np.size(self.probability)
        return pd.DataFrame(
            {
                "arm": list(self.arms) if self.arms is not None else list(range(size)),
                "observed": np.ravel(self.observed),
                "expected": np.ravel(self.expected),
                "surprise": np.ravel(self.probability),
            }
        )


def surprise(posterior: object, /, *, kind: Literal["density", "tails"] = "density") -> Surprise:
    """How surprising the data of a posterior are to its prior: a tail probability of the prior predictive.

    "density" is the probability of data as improbable as these or more so, "tails" twice the smaller tail. The data are
    the totals since the prior: successes given the trials, events given the exposure, the time until so many events
    (tails only), the weighted mean of measurements. Raises DomainError where nothing was seen or the prior is improper
    and predicts nothing, IncompatibleError for other families.

    >>> import stattools as st
    >>> confident = st.posterior(st.binomial(2, 20), prior=st.Beta(30, 10))
    >>> f"{st.surprise(confident).probability:.1e}"
    '8.6e-07'
    >>> st.surprise(st.posterior(st.binomial(2, 20), prior=st.Beta(1, 1))).probability  # all counts alike
    1.0
    """
    kind = one_of(kind, ("density", "tails"), 'surprise needs kind="density" or kind="tails"')
    batches(posterior, "surprise")
    check = CHECKS.get(type(posterior).__name__)
    if check is None:
        known = ", ".join(CHECKS)
        raise IncompatibleError(f"surprise knows the predictives of {known}; got {type(posterior).__name__}.")
    return check(posterior, kind)


def _of_trials(posterior: Beta, kind: str) -> Surprise:
    """Successes in n trials: beta-binomial."""
    prior, k, n = posterior.prior, posterior.successes, posterior.trials
    _require_proper(prior)
    values = _each(_beta_binomial, kind, k, n, prior.a, prior.b)
    expected = plain(np.asarray(n) * (prior.a / (prior.a + prior.b)))
    trials = f" in {n} trials" if np.ndim(n) == 0 else ""
    return Surprise(values, kind, f"successes{trials}", k, expected, posterior.arms)


def _of_counts(posterior: Any, kind: str) -> Surprise:
    """Events in an exposure: negative binomial."""
    prior = posterior.prior
    _require_proper(prior)
    y, exposure = posterior.events, posterior.exposure
    timed = [batch.kind == "exponential rate" for batch in posterior.seen.batches]
    if all(timed):
        return _of_times(posterior)
    if any(timed):
        raise IncompatibleError("surprise is of counts or of waiting times; this posterior has seen both.")
    values = _each(_negative_binomial, kind, y, exposure, prior.shape, prior.rate)
    expected = plain(np.asarray(exposure) * (prior.shape / prior.rate))
    return Surprise(values, kind, "events", y, expected, posterior.arms)


def _of_times(posterior: Gamma) -> Surprise:
    """The total time until so many events: T / (T + rate) is Beta(events, shape). Its density depends on the unit in
    which time is counted, so that only the tails are asked.
    """
    prior, d, t = posterior.prior, np.asarray(posterior.events, dtype=float), np.asarray(posterior.exposure)
    share, rest = t / (t + prior.rate), prior.rate / (t + prior.rate)
    safe = np.maximum(d, 1.0)
    below, above = special.betainc(safe, prior.shape, share), special.betainc(prior.shape, safe, rest)
    value = plain(np.where(d > 0, np.minimum(1.0, 2.0 * np.minimum(below, above)), 1.0))
    spare = np.asarray(prior.shape, dtype=float) - 1.0  # a shape of 1 or less has no mean time
    mean = plain(np.where(spare > 0.0, d * prior.rate / np.where(spare > 0.0, spare, 1.0), np.inf))
    return Surprise(value, "tails", "time until the events", plain(t), mean, posterior.arms)


def _of_mean(posterior: Normal, kind: str) -> Surprise:
    """The weighted mean of measurements of known spread: normal, with the variances of prior and mean added."""
    prior = posterior.prior
    _require_proper(prior)
    gained = (1.0 / posterior.sd - 1.0 / prior.sd) * (1.0 / posterior.sd + 1.0 / prior.sd)
    mean = (posterior.mean / posterior.sd**2 - prior.mean / prior.sd**2) / gained
    z = (mean - prior.mean) / np.sqrt(prior.sd**2 + 1.0 / gained)
    value = plain(special.erfc(np.abs(z) / np.sqrt(2.0)))
    return Surprise(value, kind, "the measurements' mean", plain(mean), prior.mean, posterior.arms)


CHECKS: dict[str, Callable[[Any, str], Surprise]] = {"Beta": _of_trials, "Gamma": _of_counts, "Normal": _of_mean}
"""One check per family, by the name of its class."""


def _each(check: Callable[..., float], kind: str, *values: ArrayLike) -> float | Floats:
    """The check of every arm; a number for one."""
    parts = np.broadcast_arrays(*values)
    found = [check(kind, *(v.item() for v in entry)) for entry in zip(*(np.ravel(p) for p in parts), strict=True)]
    return plain(np.reshape(found, parts[0].shape))


def _beta_binomial(kind: str, k: int, n: int, a: float, b: float) -> float:
    if n == 0:
        return 1.0
    if n <= MOST_SUMMED:
        log_p = np.asarray(BetaBinomialPredictive(n, a, b).log_pmf(np.arange(n + 1.0)))
        p = np.exp(log_p)
        if kind == "tails":
            return float(min(1.0, 2.0 * min(p[: k + 1].sum(), p[k:].sum())))
        less = log_p <= log_p[k] + ALIKE
        rest = float(p[~less].sum())
        return float(p[less].sum()) if rest > 0.5 else 1.0 - rest

    def log_pmf(j: int) -> float:
        return float(BetaBinomialPredictive(n, a, b).log_pmf(j))

    def below(j: int) -> float:  # P(K <= j) = P(theta < the (j + 1)-th smallest of n uniforms)
        return 0.0 if j < 0 else 1.0 if j >= n else probability_less(a, b, j + 1.0, n - j)

    def above(j: int) -> float:  # P(K >= j)
        return 0.0 if j > n else 1.0 if j <= 0 else probability_less(b, a, n - j + 1.0, j)

    if kind == "tails":
        return min(1.0, 2.0 * min(below(k), above(k)))
    # p(j + 1) >= p(j) as long as n (a - 1) - b + 1 >= j (a + b - 2): one peak, or with a + b < 2 one valley.
    slope, level = a + b - 2.0, n * (a - 1.0) - b + 1.0
    flat = slope == 0.0
    turn = (n if level >= 0.0 else 0) if flat else int(np.clip(np.floor(level / slope) + 1.0, 0, n))
    height = log_pmf(k) + ALIKE
    if slope >= 0.0:
        left = bisect_left(range(turn + 1), True, key=lambda j: log_pmf(j) > height) - 1
        right = turn + bisect_left(range(turn, n + 1), True, key=lambda j: log_pmf(j) <= height)
        return min(1.0, below(left) + above(right))
    left = bisect_left(range(turn + 1), True, key=lambda j: log_pmf(j) <= height)
    right = turn + bisect_left(range(turn, n + 1), True, key=lambda j: log_pmf(j) > height) - 1
    return 0.0 if left > right else min(1.0, below(right) - below(left - 1))


def _negative_binomial(kind: str, y: float, exposure: float, shape: float, rate: float) -> float:
    p, q = rate / (rate + exposure), exposure / (rate + exposure)

    def log_pmf(j: float) -> float:
        return float(special.gammaln(j + shape) - special.gammaln(j + 1.0) + j * np.log(q))

    def below(j: float) -> float:
        return 0.0 if j < 0 else float(special.betainc(shape, j + 1.0, p))

    def above(j: float) -> float:
        return 1.0 if j <= 0 else float(special.betainc(j, shape, q))

    y = int(y)
    if exposure == 0.0:
        return 1.0
    if kind == "tails":
        return min(1.0, 2.0 * min(below(y), above(y)))
    peak = max(0, int(np.floor((shape - 1.0) * exposure / rate)))
    height = log_pmf(y) + ALIKE
    left = bisect_left(range(peak + 1), True, key=lambda j: log_pmf(j) > height) - 1
    end = max(peak, y) + 1
    while log_pmf(end) > height:
        end = 2 * end + 1
    right = peak + bisect_left(range(peak, end + 1), True, key=lambda j: log_pmf(j) <= height)
    return min(1.0, below(left) + above(right))


def _require_proper(prior: Any) -> None:
    if not prior.is_proper:
        raise prior.lacks("predictive")
