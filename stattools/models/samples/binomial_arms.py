"""Successes out of trials in several arms, each with its own probability theta.

    log p(data) = sum over arms of [log C(n, k)] + k log theta + (n - k) log(1 - theta)

Source: Casella & Berger, Statistical Inference (2002), ch. 6-7. Cost: O(arms), but for the covariance of a fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.arms import Ints, Labels
from stattools.models.samples.bernoulli_trials import log_probability
from stattools.models.samples.proportion import INTERVALS
from stattools.models.samples.sample_model import SampleModel
from stattools.text.one_line import many

MOST_FITTED = 5000


@dataclass(frozen=True, eq=False, repr=False)
class BinomialArms(SampleModel):
    """`trials` and `successes` of each arm, int64 arrays of shape (m,); what `st.binomial` returns for columns.

    `arms` are the labels, or None; `kind` says whether the counts alone were observed or the sequences of flips.

    >>> import stattools as st
    >>> st.binomial([6, 2], [10, 8]).maximum()
    array([0.6 , 0.25])
    """

    successes: Ints
    trials: Ints
    arms: Labels | None = None
    observed: Literal["coin", "binomial"] = "binomial"
    kind = "binomial arms"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BinomialArms)
            and (self.arms, self.observed) == (other.arms, other.observed)
            and np.array_equal(self.successes, other.successes)
            and np.array_equal(self.trials, other.trials)
        )

    def __hash__(self) -> int:
        return hash((self.successes.tobytes(), self.trials.tobytes(), self.arms, self.observed))

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Coin flips by arm" if self.observed == "coin" else "Binomial counts by arm"

    @property
    def shape(self) -> tuple[int, ...]:
        """(m,): one entry per arm."""
        return self.trials.shape

    @property
    def names(self) -> tuple[str, ...]:
        """The arms."""
        return tuple(map(str, self.arms if self.arms is not None else range(len(self.trials))))

    @property
    def n(self) -> int:
        """Number of trials in all arms."""
        return int(self.trials.sum())

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{many(self.n, 'trial')}, {many(int(self.successes.sum()), 'success')}, {many(len(self.trials), 'arm')}"

    @property
    def start(self) -> Floats:
        """A point strictly inside (0, 1)^m, shape (m,)."""
        return (self.successes + 0.5) / (self.trials + 1.0)

    def over(self, labels: Labels) -> BinomialArms:
        """The same data with the arms of `labels`, which hold them all; the others saw nothing."""
        places = [labels.index(label) for label in self.arms or ()]
        successes, trials = np.zeros((2, len(labels)), dtype=np.int64)
        successes[places], trials[places] = self.successes, self.trials
        return replace(self, successes=successes, trials=trials, arms=labels)

    def log_probability(self, p: ArrayLike, q: ArrayLike) -> Floats:
        """Log-likelihood of each arm at theta = p with q = 1 - p given apart, shape (m,)."""
        return log_probability(self.successes, self.trials, self.observed, p, q)

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood of all arms at theta, shape (m,), each in [0, 1]."""
        theta = self._checked(theta)
        return float(self.log_probability(theta, 1.0 - theta).sum())

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (m,) and information (m, m), which is diagonal: the arms know nothing of each other."""
        theta = self._checked(theta)
        k, m = self.successes, self.trials - self.successes
        with np.errstate(divide="ignore"):  # infinite where the data are impossible
            ones, zeros = _share(k, theta), _share(m, 1.0 - theta)
            bend = _share(ones, theta), _share(zeros, 1.0 - theta)
        score = ones - zeros if order >= 1 else NOT_ASKED
        return Evaluation(self.loglik(theta), score, np.diag(bend[0] + bend[1]) if order >= 2 else NOT_ASKED)

    def maximum(self) -> Floats:
        """The maximum-likelihood estimates k / n, shape (m,)."""
        if len(self.trials) > MOST_FITTED:
            raise IncompatibleError(
                f"fit makes a covariance matrix, and these are {len(self.trials)} arms; it takes {MOST_FITTED}. "
                "st.posterior(arms, prior=st.Beta(1, 1)).table() has no such limit."
            )
        return self.successes / self.trials

    def variance(self, theta: ArrayLike) -> Floats:
        """Variance of the estimates by the expected information, theta (1 - theta) / n, shape (m,)."""
        theta = as_theta(theta, self.title, self.arms)
        return theta * (1.0 - theta) / self.trials

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[Floats, Floats]]]:
        """Confidence intervals by kind, each a function of the level (`stattools/models/samples/proportion.py`)."""

        def each(ends: Callable[[int, int, float], tuple[float, float]], level: float) -> tuple[Floats, Floats]:
            pairs = zip(self.successes.tolist(), self.trials.tolist(), strict=True)
            lower, upper = np.array([ends(k, n, level) for k, n in pairs]).T
            return lower, upper

        return {kind: partial(each, ends) for kind, ends in INTERVALS.items()}

    def test(self) -> tuple[Floats, Floats]:
        """Score test of theta = 1/2 in each arm: z = (2k - n) / sqrt(n) and its two-sided p-value."""
        z = (2 * self.successes - self.trials) / np.sqrt(self.trials)
        return z, erfc(np.abs(z) / 2**0.5)

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title, self.arms).reshape(-1)
        if theta.shape != self.shape:
            raise DomainError(f"{self.title} has {len(self.trials)} coefficients; got theta of shape {theta.shape}.")
        if not ((theta >= 0.0) & (theta <= 1.0)).all():
            raise DomainError(f"{self.title} needs theta, probabilities in [0, 1]; got {quoted(theta.tolist())}.")
        return theta


def _share(count: NDArray[Any], theta: Floats) -> Floats:
    """count / theta, and 0 where nothing was counted, at theta = 0 too."""
    return np.divide(count, theta, out=np.zeros_like(theta), where=count > 0)
