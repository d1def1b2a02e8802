"""SciPy's counts with zeros of their own, frozen as its distributions are: what ours are checked against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Inflated:
    """Zero with probability p, else a count of SciPy's distribution `counts`."""

    counts: Any
    p: Any

    def pmf(self, y: Any) -> Floats:
        return self.p * (np.asarray(y) == 0) + (1.0 - self.p) * self.counts.pmf(y)

    def logpmf(self, y: Any) -> Floats:
        return np.log(self.pmf(y))

    def cdf(self, y: Any) -> Floats:
        return np.where(np.asarray(y) < 0, 0.0, self.p + (1.0 - self.p) * self.counts.cdf(y))

    def mean(self) -> Floats:
        return (1.0 - self.p) * self.counts.mean()

    def var(self) -> Floats:
        return (1.0 - self.p) * (self.counts.var() + self.counts.mean() ** 2) - self.mean() ** 2

    def std(self) -> Floats:
        return np.sqrt(self.var())

    def rvs(self, random_state: np.random.Generator) -> Floats:
        counts = self.counts.rvs(random_state=random_state)
        return np.where(random_state.random(counts.shape) < self.p, 0, counts)


@dataclass(frozen=True)
class Behind(Inflated):
    """Zero with probability p, else a count of SciPy's distribution `counts` that is positive."""

    @property
    def seen(self) -> Floats:
        return -np.expm1(self.counts.logpmf(0))

    def pmf(self, y: Any) -> Floats:
        return np.where(np.asarray(y) == 0, self.p, (1.0 - self.p) * self.counts.pmf(y) / self.seen)

    def cdf(self, y: Any) -> Floats:
        positive = self.p + (1.0 - self.p) * (1.0 - self.counts.sf(y) / self.seen)
        return np.where(np.asarray(y) < 0, 0.0, positive)

    def mean(self) -> Floats:
        return (1.0 - self.p) * self.counts.mean() / self.seen

    def var(self) -> Floats:
        return (1.0 - self.p) * (self.counts.var() + self.counts.mean() ** 2) / self.seen - self.mean() ** 2

    def rvs(self, random_state: np.random.Generator) -> Floats:
        found = self.counts.ppf(1.0 - self.seen * random_state.random(np.shape(self.seen)))
        return np.where(random_state.random(found.shape) < self.p, 0, np.maximum(found, 1))
