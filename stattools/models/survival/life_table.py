"""The life table of one group: at each time that occurs how many were at risk, had the event, were censored.

    at risk at t: rows with entry < t <= time        counted with their weights, which are repeated rows

Source: Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data (2002), 1.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record


@record
class LifeTable:
    """Distinct `times` in order, and at each the number `at_risk`, of `events` and of the `censored`."""

    times: Floats
    at_risk: Floats
    events: Floats
    censored: Floats

    @classmethod
    def of(
        cls, time: Floats, event: NDArray[np.bool_], entry: Floats | None = None, weights: Floats | None = None
    ) -> LifeTable:
        """Of some rows; rows of weight 0 count nowhere.

        >>> table = LifeTable.of(np.array([2.0, 5.0, 5.0]), np.array([True, True, False]))
        >>> table.times.tolist(), table.at_risk.tolist(), table.events.tolist(), table.censored.tolist()
        ([2.0, 5.0], [3.0, 2.0], [1.0, 1.0], [0.0, 1.0])
        """
        each = np.ones(len(time)) if weights is None else weights
        if not (there := each > 0.0).all():
            time, event, each = time[there], event[there], each[there]
            entry = None if entry is None else entry[there]
        times, place = np.unique(time, return_inverse=True)
        left = np.bincount(place, each, minlength=len(times))
        events = np.bincount(place, each * event, minlength=len(times))
        at_risk = np.cumsum(left[::-1])[::-1]
        return cls(times, at_risk - later(entry, each, times), events, left - events)

    def at(self, times: Floats, entry: Floats | None, weights: Floats | None) -> Floats:
        """How many are at risk just before each of these times."""
        after = np.searchsorted(self.times, times, side="left")
        staying = np.append(np.cumsum((self.events + self.censored)[::-1])[::-1], 0.0)[after]
        each = np.ones(0 if entry is None else len(entry)) if weights is None else weights
        return staying - later(entry, each, times)


def later(entry: Floats | None, weights: Floats, times: Floats) -> Floats:
    """How many of the rows enter at each of these times or later, and are not at risk yet."""
    if entry is None:
        return np.zeros(len(times))
    order = np.argsort(entry, kind="stable")
    total = np.append(np.cumsum(weights[order][::-1])[::-1], 0.0)
    return total[np.searchsorted(entry[order], times, side="left")]
