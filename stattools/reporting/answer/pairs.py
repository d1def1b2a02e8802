"""The two levels of a factor that are clearest apart, with an interval adjusted for having looked at all of them.

    estimate -+ q(level; k, df) / sqrt(2) se,   q of the studentized range of k means

Source: Tukey (1953); Kramer, Biometrics 12 (1956), as `fit.contrasts(variable, adjust="tukey")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from stattools.inference.estimates import df_along
from stattools.inference.fitted import Fit
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.reporting.answer.findings import Effect, TermFinding, along_numbers, changed
from stattools.reporting.tables import have_factors


@dataclass(frozen=True)
class LevelPair:
    """The effect between two levels, and of how many differences it is the clearest."""

    effect: Effect
    high: Effect
    low: Effect | None
    levels: int

    @property
    def count(self) -> int:
        """The number of differences between the levels."""
        return self.levels * (self.levels - 1) // 2

    def of(self, fit: Fit) -> Effect:
        """The same two levels by another fit with the same columns."""
        return _between(fit, self.high, self.low, self.levels)


def clearest(fit: Fit, term: TermFinding) -> LevelPair | None:
    """The pair that is clearest; None of a term that is no factor of three levels or more, or stands for categories."""
    few = len(term.effects) < 2 or term.is_product or not term.is_factor or not fit.kinds
    if few or any(one.category or not one.high or " where " in one.compared for one in term.effects):
        return None
    levels = len(term.effects) + 1
    pairs = [(one, None) for one in term.effects] + [(high, low) for low, high in combinations(term.effects, 2)]
    high, low = pairs[int(np.argmax(_strengths(fit, pairs)))]
    return LevelPair(_between(fit, high, low, levels), high, low, levels)


def _strengths(fit: Fit, pairs: Sequence[tuple[Effect, Effect | None]]) -> Floats:
    """`Effect.strength` of each difference, all at once: three hundred levels have 45,000."""
    places = list(dict.fromkeys(k for pair in pairs for k in _places(*pair)))
    estimate = np.array([0.0 if k is None else fit.estimate[k] for k in places])
    along = np.zeros((len(places), len(fit.estimate)))
    for row, k in enumerate(places):
        if k is not None:
            along[row, k] = 1.0
    covariance = along @ fit.covariance @ along.T
    one, other = np.array([[places.index(k) for k in _places(*pair)] for pair in pairs]).T
    apart = np.abs(estimate[one] - estimate[other])
    variance = covariance[one, one] + covariance[other, other] - 2.0 * covariance[one, other]
    return np.where(variance > 0.0, apart / np.sqrt(np.where(variance > 0.0, variance, 1.0)), apart)


def _places(high: Effect, low: Effect | None) -> tuple[int, int | None]:
    """The coefficients of the two levels; None of the reference level that has none."""
    return high.k, high.base if low is None else low.k


def _between(fit: Fit, high: Effect, low: Effect | None, levels: int) -> Effect:
    along = np.zeros(len(fit.estimate))
    along[high.k] = 1.0
    if (base := _places(high, low)[1]) is not None:
        along[base] = -1.0
    numbers, df = along_numbers(fit, along), float(df_along(fit, along))
    reach = float(stats.studentized_range.ppf(fit.level, levels, df)) / np.sqrt(2.0) * numbers["se"]
    numbers |= {"lower": numbers["estimate"] - reach, "upper": numbers["estimate"] + reach}
    factor = high.factor and have_factors(*(numbers[name] for name in ("estimate", "lower", "upper")))
    compared = high.compared if low is None else f"for {high.high} against {low.high}"
    return replace(high, compared=compared, change=changed(numbers, factor), numbers=numbers, factor=factor)
