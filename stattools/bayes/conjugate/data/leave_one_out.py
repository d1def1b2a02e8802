"""Leave-one-out log predictive densities in closed form, beside Pareto-smoothed importance sampling (PSIS-LOO).

    elpd = sum over i of log p(y_i | y_-i)

Where the pair is conjugate p(y_i | y_-i) is a predictive density whose parameters leave y_i out: exact, no sampling.
PSIS estimates the same from draws of the full posterior; it needs y_i to move the posterior little. Where y_i is all
that its arm has, leaving it out leaves the prior, and importance sampling is invalid, whatever its diagnostic k-hat.
Source: Vehtari, Gelman & Gabry, "Practical Bayesian model evaluation using leave-one-out cross-validation and WAIC"
(2017); Vehtari et al., "Pareto smoothed importance sampling" (2024).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.data.pair import DeclaredPair
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.interface.whole_numbers import whole_number
from stattools.text.one_line import one_line


@answers_guesses
@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """Exact leave-one-out log predictive densities, one entry per different observation.

    `pointwise` is log p(y_i | y_-i) of each of the `counts[i]` observations alike; `arms` says to which arm it belongs
    (None for one parameter), `observations` what was observed; `alone` marks the only observation of its arm.
    `log_likelihood(draws, seed)` are log p(y_i | theta) at draws of the posterior, shape (draws, entries), for PSIS.

    >>> import stattools as st
    >>> loo = st.Beta(1, 1).update([1, 0, 1]).loo()
    >>> loo.pointwise.round(6).tolist(), loo.counts.tolist()
    ([-0.693147, -1.386294], [2, 1])
    """

    pointwise: Floats
    counts: NDArray[np.int64]
    observations: tuple[Any, ...]
    arms: tuple[Hashable, ...] | None
    alone: NDArray[np.bool_]
    log_likelihood: Callable[[int, int | np.random.Generator], Floats]

    @one_line
    def __repr__(self) -> str:
        return f"LeaveOneOut(elpd={self.elpd:.6g}, se={self.se:.3g}, n={self.n})"

    @property
    def n(self) -> int:
        """Number of observations."""
        return int(self.counts.sum())

    @property
    def elpd(self) -> float:
        """Expected log predictive density: the sum over the observations."""
        return float(self.counts @ self.pointwise)

    @property
    def se(self) -> float:
        """Standard error of `elpd`, sqrt(n Var(pointwise)), the variance with divisor n; 0 for one observation."""
        gap = self.pointwise - self.elpd / self.n
        return float(np.sqrt(self.n * ((self.counts @ gap**2) / self.n)))

    def table(self, draws: int = 4000, *, seed: int | np.random.Generator = 0) -> pd.DataFrame:
        """One row per different observation: [arm,] observation, count, exact, psis, pareto_k, psis_valid, note.

        `psis` is ArviZ's estimate from independent draws, `pareto_k` its k-hat; `psis_valid` is False where k-hat
        exceeds min(1 - 1 / log10(draws), 0.7), and where the observation is the only one of its arm.
        """
        draws = whole_number(draws, "draws", at_least=2)
        psis, k_hat = self.psis(draws, seed=seed)
        limit = min(1.0 - 1.0 / log10(draws), 0.7)
        note = np.where(k_hat > limit, f"k-hat above {limit:.2f}", "")
        note = np.where(self.alone, "the only observation of its arm: leaving it out leaves the prior", note)
        frame = pd.DataFrame(
            {
                "observation": list(self.observations),
                "count": self.counts,
                "exact": self.pointwise,
                "psis": psis,
                "pareto_k": k_hat,
                "psis_valid": ~self.alone & (k_hat <= limit),
                "note": note,
            }
        )
        if self.arms is not None:
            frame.insert(0, "arm", list(self.arms))
        return frame

    def psis(self, draws: int = 4000, *, seed: int | np.random.Generator = 0) -> tuple[Floats, Floats]:
        """PSIS-LOO's estimate of `pointwise`, and k-hat, both of its shape, from `draws` posterior draws."""
        from scipy.special import logsumexp

        from stattools.inference.arviz.datatree import smoothed_weights

        log_likelihood = self.log_likelihood(draws, seed)
        log_weight, k_hat = smoothed_weights(log_likelihood)
        return np.asarray(logsumexp(log_weight + log_likelihood, axis=0), dtype=float), k_hat


def leave_one_out(belief: Any) -> LeaveOneOut:
    """The exact result of a posterior of any pair. Raises DomainError where it has seen no observation."""
    pair: DeclaredPair = belief._pair
    found = None if belief.seen is None else pair.left_out(belief, belief.seen)
    if found is None or not len(found.pointwise):
        raise DomainError("loo needs observations; this distribution has seen none. Update it with data first.")
    labels = belief._labels() if pair.by_arm else None

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        return found.log_likelihood(pair.named(belief.sample(draws, seed=seed)))

    return LeaveOneOut(
        pointwise=found.pointwise,
        counts=found.counts,
        observations=found.shown,
        arms=None if labels is None else tuple(labels[arm] for arm in found.arm),
        alone=np.bincount(found.arm, found.counts)[found.arm] == 1,
        log_likelihood=log_likelihood,
    )
