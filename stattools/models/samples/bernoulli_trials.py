"""`trials` independent trials of one probability theta, with `successes` successes: what `coin` and `binomial` return.

    coin      log p(flips)     = k log theta + (n - k) log(1 - theta)                the ordered sequence
    binomial  log p(successes) = log C(n, k) + k log theta + (n - k) log(1 - theta)  the count alone

Source: Casella & Berger, Statistical Inference (2002), ch. 6-7. Cost: O(1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc, xlog1py, xlogy

from stattools.errors import DomainError
from stattools.interface.arguments import as_numbers, as_theta
from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.proportion import INTERVALS
from stattools.models.samples.sample_model import SampleModel
from stattools.numerics.saddle_point import log_binomial_pmf
from stattools.text.one_line import many


@dataclass(frozen=True, repr=False)
class BernoulliTrials(SampleModel):
    """`trials` independent trials with `successes` successes: what `coin` and `binomial` return.

    `kind` says what was observed: "coin" the ordered sequence, "binomial" the count. The parameter is theta in [0, 1].

    >>> import stattools as st
    >>> st.binomial(6, 10)
    <BernoulliTrials binomial: 10 trials, 6 successes>
    """

    successes: int
    trials: int
    kind: Literal["coin", "binomial"]
    is_saved = True
    exact_null = 0.5

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Coin flips" if self.kind == "coin" else "Binomial count"

    @property
    def names(self) -> tuple[str, ...]:
        """The one parameter."""
        return ("theta",)

    @property
    def n(self) -> int:
        """Number of trials."""
        return self.trials

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{many(self.trials, 'trial')}, {many(self.successes, 'success')}"

    def arrays(self) -> dict[str, Any]:
        """What the log-likelihood depends on, for the hash of the data."""
        return {"successes": self.successes, "trials": self.trials}

    @property
    def start(self) -> Floats:
        """A point strictly inside (0, 1) for solvers that iterate, shape (1,)."""
        return np.array([(self.successes + 0.5) / (self.trials + 1.0)])

    def log_probability(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log-likelihood at theta = p with q = 1 - p given apart, so that probabilities near 1 lose no digits."""
        return log_probability(self.successes, self.trials, self.kind, p, q)

    def loglik(self, theta: ArrayLike) -> Any:
        """Log-likelihood at each theta in [0, 1]; -inf where the data are impossible. Raises DomainError outside."""
        theta = unit_interval(theta)
        return self.log_probability(theta, 1.0 - theta)[()]

    def score(self, theta: ArrayLike) -> Any:
        """d loglik / d theta = k / theta - (n - k) / (1 - theta); infinite where the data are impossible."""
        theta = unit_interval(theta)
        return (_share(self.successes, theta) - _share(self.trials - self.successes, 1.0 - theta))[()]

    def information(self, theta: ArrayLike) -> Any:
        """Observed information, k / theta^2 + (n - k) / (1 - theta)^2."""
        theta = unit_interval(theta)
        return (_share(self.successes, theta**2) + _share(self.trials - self.successes, (1.0 - theta) ** 2))[()]

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (1,) and information (1, 1) at one theta, a number or an array of shape (1,)."""
        point = as_theta(theta, self.title).reshape(-1)
        if point.shape != (1,):
            raise DomainError(f"{self.title} has one coefficient (theta); got theta of shape {np.shape(theta)}.")
        score = self.score(point) if order >= 1 else NOT_ASKED
        information = self.information(point)[:, None] if order >= 2 else NOT_ASKED
        return Evaluation(float(self.loglik(point)[0]), score, information)

    def exactly(self, theta: float) -> tuple[Floats, Floats, int]:
        """The numbers of successes, their log probabilities at theta, and the number that was seen."""
        p, k = float(unit_interval(theta)), np.arange(self.trials + 1.0)
        return k, log_binomial_pmf(k, self.trials, p, 1.0 - p), self.successes

    def maximum(self) -> Floats:
        """The maximum-likelihood estimate k / n, shape (1,)."""
        return np.array([self.successes / self.trials])

    def variance(self, theta: float) -> float:
        """Variance of the estimate by the expected information, theta (1 - theta) / n."""
        return float(theta * (1.0 - theta) / self.trials)

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[float, float]]]:
        """Confidence intervals by kind, each a function of the level: see `stattools.models.samples.proportion`."""
        return {kind: partial(ends, self.successes, self.trials) for kind, ends in INTERVALS.items()}

    def test(self) -> tuple[float, float]:
        """Score test of theta = 1/2: z = (2k - n) / sqrt(n) and its two-sided p-value."""
        z = (2 * self.successes - self.trials) / self.trials**0.5
        return z, float(erfc(abs(z) / 2**0.5))


def log_probability(k: Any, n: Any, kind: str, p: ArrayLike, q: ArrayLike) -> Floats:
    """log probability of k successes in n trials at theta = p with q = 1 - p: of the count ("binomial"), or of the
    trials in their order ("coin").
    """
    if kind == "binomial":
        return log_binomial_pmf(k, n, p, q)
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    heads = np.where(p < 0.5, xlogy(k, p), xlog1py(k, -q))
    return heads + np.where(q < 0.5, xlogy(n - k, q), xlog1py(n - k, -p))


def unit_interval(theta: ArrayLike, shape: tuple[int, ...] = ()) -> Floats:
    """theta as float64, or a DomainError that says which entry is not a probability."""
    values = as_numbers(theta, "theta is a probability, a number in [0, 1]", shape)
    bad = ~((values >= 0.0) & (values <= 1.0))
    if bad.any():
        first = np.argwhere(bad)[0].tolist()
        place = f" at position {', '.join(map(str, first))}" if first else ""
        raise DomainError(f"theta is a probability, a number in [0, 1]; got {values[bad][0]:.6g}{place}.")
    return values


def _share(count: int, theta: Floats) -> Floats:
    """count / theta, and 0 where nothing was counted, at theta = 0 too."""
    if count == 0:
        return np.zeros_like(theta)
    with np.errstate(divide="ignore", over="ignore"):  # infinite at theta = 0: what was seen is impossible there
        return count / theta
