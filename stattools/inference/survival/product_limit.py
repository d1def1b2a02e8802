"""The product-limit curve of one group, the nonparametric maximum likelihood of a distribution of times, and its band.

    S(t) = prod over t_i <= t of (1 - d_i / n_i)        V(t) = sum of d_i / (n_i (n_i - d_i))      (Greenwood)

| band | ends at t |
|---|---|
| log-log | S^exp(-+ z sqrt(V) / |log S|): within (0, 1), the best of the three in small samples |
| greenwood | S -+ z S sqrt(V), cut at 0 and 1 |
| log | S exp(-+ z sqrt(V)), cut at 1 |

Where S is 0 the variance does not exist, and there is no band. Source: Kalbfleisch & Prentice (2002), 1.4; Borgan &
Liestol, "A note on confidence intervals and bands for the survival function" (1990).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.survival.life_table import LifeTable

LEVEL_WITH = 1e-12
"""Two probabilities this near are one: products of fractions have their round-off."""


@record
class ProductLimit:
    """The curve at the times of its life table."""

    table: LifeTable

    @cached_property
    def survival(self) -> Floats:
        """S just after each time."""
        return np.cumprod(self._staying)

    @cached_property
    def variance(self) -> Floats:
        """V at each time, Var(log S); infinite once S is 0."""
        table = self.table
        with np.errstate(divide="ignore"):  # where the last one has the event S is 0
            return np.cumsum(
                np.where(table.events > 0, table.events / (table.at_risk * table.at_risk * self._staying), 0.0)
            )

    @property
    def se(self) -> Floats:
        """Greenwood's standard error of S, NaN where S is 0."""
        return self._where_positive(lambda S, V: S * np.sqrt(V))

    @property
    def _staying(self) -> Floats:
        return (self.table.at_risk - self.table.events) / self.table.at_risk

    def band(self, kind: str, level: float) -> tuple[Floats, Floats]:
        """Pointwise interval of S at each time, NaN where S is 0."""
        z = -float(ndtri(0.5 * (1.0 - level)))
        lower, upper = (self._where_positive(lambda S, V, by=by: BANDS[kind](S, V, by)) for by in (-z, z))
        return lower, upper

    def _where_positive(self, of: Callable[[Floats, Floats], Floats]) -> Floats:
        found = np.full(len(self.survival), np.nan)
        some = self.survival > 0.0
        found[some] = of(self.survival[some], self.variance[some])
        return found

    def quantile(self, p: float) -> float:
        """The time by which a share p has had the event; infinite where the curve does not come so far."""
        return first_below(self.table.times, self.survival, 1.0 - p)

    def at(self, times: Floats) -> NDArray[np.intp]:
        """The number of the last time that is not after each of these; -1 before the first."""
        return np.searchsorted(self.table.times, times, side="right") - 1

    def mean_until(self, tau: float) -> tuple[float, float]:
        """The mean of min(T, tau), the area below the curve, and its standard error."""
        times, table = self.table.times, self.table
        inside = times < tau
        corners = np.concatenate([[min(0.0, times[0])], times[inside], [tau]])
        heights = np.concatenate([[1.0], self.survival[inside]])
        areas = heights * np.diff(corners)
        ahead = np.cumsum(areas[::-1])[::-1][1:]
        n, d = table.at_risk[inside], table.events[inside]
        left = n - d
        each = np.where(left > 0, d / np.where(left > 0, n * left, 1.0), 0.0)
        return float(areas.sum()), float(np.sqrt((ahead * ahead * each).sum()))


def first_below(times: Floats, heights: Floats, level: float) -> float:
    """Where a falling curve first comes down to a level; the middle of the stretch where it lies on it, as in R."""
    near = LEVEL_WITH
    down = np.flatnonzero(heights <= level + near)
    if not len(down):
        return np.inf
    first = int(down[0])
    if abs(heights[first] - level) <= near:
        below = np.flatnonzero(heights < level - near)
        if len(below):
            return 0.5 * float(times[first] + times[below[0]])
    return float(times[first])


def _greenwood(S: Floats, V: Floats, z: float) -> Floats:
    return np.clip(S + z * S * np.sqrt(V), 0.0, 1.0)


def _log(S: Floats, V: Floats, z: float) -> Floats:
    return np.minimum(S * np.exp(z * np.sqrt(V)), 1.0)


def _log_log(S: Floats, V: Floats, z: float) -> Floats:
    size = np.where(S < 1.0, -np.log(S), 1.0)
    return np.where(S < 1.0, S ** np.exp(-z * np.sqrt(V) / size), 1.0)


BANDS: Mapping[str, Callable[[Floats, Floats, float], Floats]] = {
    "log-log": _log_log,
    "greenwood": _greenwood,
    "log": _log,
}
"""The ends of a band by its name; a z below 0 gives the lower one."""
