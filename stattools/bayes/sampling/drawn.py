"""Draws from a posterior, and numbers that follow from these alone: means, intervals, probabilities, diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.arms import plain
from stattools.bayes.conjugate.belief import ordered, tail
from stattools.bayes.priors.assignment import Priors
from stattools.bayes.sampling.diagnostics import Diagnostics, diagnostics
from stattools.bayes.sampling.importance import SampledCheck
from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.answers import is_one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator

Kind = Literal["hdi", "eti"]


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Drawn:
    """The fields of a posterior, see `stattools.Posterior`, and what needs no other file to be told."""

    model: Any
    priors: Priors
    draws: Floats
    method: str
    seed: int
    statistics: dict[str, NDArray[Any]]
    mode: Floats
    pareto_k: float | None = None
    shift: float | None = None
    sampled_check: SampledCheck | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.priors.names

    @property
    def flat(self) -> Floats:
        """All draws, chain after chain, (S, q)."""
        return self.draws.reshape(-1, self.draws.shape[-1])

    @property
    def mean(self) -> Floats:
        """Posterior means, (q,)."""
        return self.flat.mean(axis=0)

    @property
    def sd(self) -> Floats:
        """Posterior standard deviations, (q,)."""
        return self.flat.std(axis=0, ddof=1)

    @property
    def median(self) -> Floats:
        """Posterior medians, (q,)."""
        return np.median(self.flat, axis=0)

    @property
    def covariance(self) -> Floats:
        """Posterior covariance, (q, q)."""
        return np.atleast_2d(np.cov(self.flat, rowvar=False))

    def interval(self, prob: float = 0.94, *, kind: Kind = "hdi") -> Interval:
        """Intervals that hold each parameter with probability `prob`, ends of shape (q,).

        "hdi" is the shortest that holds this share of the draws, "eti" leaves the same share on either side. Raises
        DomainError for prob outside (0, 1) and an unknown kind.
        """
        _, kind = tail(prob, kind)
        lower, upper = ends(self.flat, prob, kind)
        return Interval(lower, upper, prob, kind, self.names)

    def probability(self, low: float = -np.inf, high: float = np.inf, *, name: str | None = None) -> float | Floats:
        """Share of the draws with low <= parameter <= high: a float for one `name`, an array (q,) for all.

        Raises DomainError unless low and high are numbers, low <= high, and for an unknown name.
        """
        draws = self.flat if name is None else self.flat[:, self._place(name)]
        start, end = ordered(low, high)
        if start.ndim or end.ndim:
            raise DomainError(
                f"probability needs low and high, one number each; got low={quoted(low)}, high={quoted(high)}."
            )
        return plain(np.mean((draws >= start) & (draws <= end), axis=0))

    def __getitem__(self, name: str) -> Floats:
        """The draws of one parameter, (chains, draws)."""
        return self.draws[:, :, self._place(name)]

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """So many of the draws, chosen at random with replacement, (draws, q)."""
        count = draws_shape(draws, self.flat.shape[1:])[0]
        return self.flat[generator(seed).integers(len(self.flat), size=count)]

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """R-hat, effective sample sizes, divergences, E-BFMI, Pareto k: numbers, and in words what failed."""
        return diagnostics(self.names, self.draws, self.method, self.statistics, self.pareto_k, self.shift)

    def _place(self, name: str) -> int:
        if not is_one_of(name, self.names):
            raise DomainError(f"the posterior has {', '.join(self.names)}; got name={quoted(name)}.")
        return self.names.index(name)


def ends(draws: Floats, prob: float, kind: Kind) -> tuple[Floats, Floats]:
    """The ends of the intervals that hold a share `prob` of draws (S, q)."""
    aside, kind = tail(prob, kind)
    if kind == "eti":
        lower, upper = np.quantile(draws, [aside, 1.0 - aside], axis=0)
        return lower, upper
    return _shortest(draws, prob)


def _shortest(draws: Floats, prob: float) -> tuple[Floats, Floats]:
    """The shortest intervals that hold a share `prob` of the draws, (S, q)."""
    ordered = np.sort(draws, axis=0)
    inside = int(np.floor(prob * len(draws)))
    width = ordered[inside:] - ordered[: len(draws) - inside]
    first = np.argmin(width, axis=0)
    each = np.arange(draws.shape[1])
    return ordered[first, each], ordered[first + inside, each]
