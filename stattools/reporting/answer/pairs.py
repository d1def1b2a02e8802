"""The two levels of a factor that are clearest apart, with an interval adjusted for having looked at all of them.

    estimate -+ q(level; k, df) / sqrt(2) se,   q of the studentized range of k means

Source: Tukey (1953); Kramer, Biometrics 12 (1956), as `fit.contrasts(variable, adjust="tukey")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stattools.inference.estimates import df_along
from stattools.inference.fits.fit import Fit
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
        """The difference of these two levels by another fit with the same columns."""
        return _between(fit, self.high, self.low, self.levels)


def clearest(fit: Fit, term: TermFinding) -> LevelPair | None:
    """The pair that is clearest; None of a term that is no factor of three levels or more, or stands for categories."""
    few = len(term.effects) < 2 or term.is_product or not term.is_factor or not fit.kinds
    if few or any(one.category or not one.high or " where " in one.compared for one in term.effects):
        return None
    levels = len(term.effects) + 1
    low, high = _clearest(fit, [*(one.base for one in term.effects[:1]), *(one.k for one in term.effects)])
    one, other = term.effects[high - 1], term.effects[low - 1] if low else None
    return LevelPair(_between(fit, one, other, levels), one, other, levels)


def _clearest(fit: Fit, places: Sequence[int | None]) -> tuple[int, int]:
    """The numbers, the lower first, of the two levels whose difference is largest in `Effect.strength`, the first of
    equal ones; `places` are their coefficients, None of a reference level that has none. A level against all later ones
    at a time: two thousand levels have two million differences.
    """
    own = np.array([-1 if k is None else k for k in places])
    known = own >= 0
    estimate = np.where(known, fit.estimate[own], 0.0)
    variance = np.where(known, np.asarray(fit.covariance.diagonal())[own], 0.0)
    best, found = -1.0, (0, 1)
    for low in range(len(own) - 1):
        later = slice(low + 1, None)
        both = fit.covariance[own[low], own[later]] if known[low] else 0.0
        apart = np.abs(estimate[later] - estimate[low])
        square = variance[low] + variance[later] - 2.0 * np.where(known[later], both, 0.0)
        strength = np.where(square > 0.0, apart / np.sqrt(np.where(square > 0.0, square, 1.0)), apart)
        first = int(np.argmax(strength))
        if strength[first] > best:
            best, found = float(strength[first]), (low, low + 1 + first)
    return found


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
