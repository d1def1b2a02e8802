"""Who is at risk when, how tied events count, and the life table of a group.

    the risk set of event time t in a stratum: rows with entry < t <= time

Rows are sorted once, so that every sum over a risk set is a cumulative sum: only the order of times matters. The event
times of a stratum are numbered from the latest to the earliest, one stratum after the other. A row is in the risk sets
`joins`, `joins` + 1, ... before `leaves`: it joins at the latest event time that is not after its own time, and without
late entry stays to the end of its stratum. Rows that are in no risk set say nothing and are left out.

    Breslow   - d log S                                      as if the others were at risk still at each of d events
    Efron     - sum over l < d of log(S - l / d T)           as if they left one after the other, each by its share

S and T are the sums of r_j = exp(x_j beta) over those at risk, and over the d who have the event at that time. phi_l is
what the logarithm is of, f_l = l / d (0 for Breslow): score and information need five sums over l of a time. Source:
Breslow (1974); Efron, JASA 72 (1977), 557-565; Kalbfleisch & Prentice, Failure Time Data (2002), 1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.record import record
from stattools.numerics.sums import changes, running_sums, sums_to_the_end

Ints = NDArray[np.intp]

Bools = NDArray[np.bool_]


@record
class RiskSets:
    """m event times and the n rows that are ever at risk, in the order in which they join; `rows` are their numbers.

    `died` marks the rows with an event: it is that of the time at which they join. `weight` (n,) repeats rows. `times`
    and `stratum` (m,) say what the event times are, `first` is the number of the first one of each stratum; `starts`
    are the first rows that join at each time. `leaves` is None without late entry.
    """

    rows: Ints
    joins: Ints
    died: Bools
    weight: Floats
    times: Floats
    stratum: Ints
    first: Ints
    starts: Ints
    leaves: Ints | None

    @classmethod
    def of(
        cls, time: Floats, event: Bools, entry: Floats | None = None, weight: Floats | None = None,
        strata: Ints | None = None,
    ) -> RiskSets:  # fmt: skip
        """Of some rows; rows of weight 0 count nowhere.

        >>> sets = RiskSets.of(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]))
        >>> sets.rows.tolist(), sets.joins.tolist(), sets.times.tolist()
        ([2, 1], [0, 1], [3.0, 2.0])
        """
        n = len(time)
        order = (-time).argsort(kind="stable") if strata is None else np.lexsort((-time, strata))
        t, some, code = time[order], event[order], None if strata is None else strata[order]
        counts = None if weight is None else weight[order] > 0.0
        if counts is not None:
            some = some & counts
        new = np.ones(n, dtype=bool)  # rows whose time or stratum is another one than that of the row before
        new[1:] = t[1:] != t[:-1]
        if code is not None:
            new[1:] |= code[1:] != code[:-1]
        begin = new.nonzero()[0]
        has_event = np.logical_or.reduceat(some, begin) if n else some
        joins = (has_event.cumsum() - has_event)[new.cumsum() - 1]  # how many event times come before the row's own
        at = begin[has_event]
        times, stratum = t[at], np.zeros(len(at), dtype=np.intp) if code is None else code[at]
        ends: Any = len(at) if code is None else np.searchsorted(stratum, code, side="right")
        leaves = ends if entry is None else _leaving(times, stratum, entry[order], code)
        stay = joins < leaves
        there = (stay if counts is None else stay & counts).nonzero()[0]
        used, joins = order[there], joins[there]
        return cls(
            used, joins, some[there], np.ones(len(used)) if weight is None else weight[used], times, stratum,
            changes(stratum), changes(joins), None if entry is None else leaves[there],
        )  # fmt: skip

    @property
    def m(self) -> int:
        """How many event times there are, those of each stratum by themselves."""
        return len(self.times)

    @cached_property
    def deaths(self) -> Floats:
        """How many events there are at each time, rows repeated by their weights."""
        return np.bincount(self.joins, self.weight * self.died, minlength=self.m)

    @cached_property
    def at_risk(self) -> Floats:
        """How many are at risk at each time, rows repeated by their weights."""
        return self.sums(self.weight)

    @cached_property
    def total(self) -> float:
        """How many events there are in all."""
        return float(self.deaths.sum())

    def sums(self, values: Floats) -> Floats:
        """The sum over each risk set of values of the rows, (..., n) -> (..., m)."""
        if self.leaves is None or self._stays.all():
            last = np.append(self.starts[1:], len(self.rows)) - 1  # that joins at each time
            return running_sums(values, self.starts[self.first])[..., last]
        late = ~self._stays
        moved = values if self.m == values.shape[-1] else np.add.reduceat(values, self.starts, axis=-1)
        left = [np.bincount(self.leaves[late], row, self.m) for row in values[..., late].reshape(-1, int(late.sum()))]
        return running_sums(moved - np.reshape(left, moved.shape), self.first)

    def sums_of_dead(self, values: Floats) -> Floats:
        """The sum over those with an event at each time, (..., n) -> (..., m)."""
        rows, starts = self._dead
        return np.add.reduceat(values[..., rows], starts, axis=-1)

    @cached_property
    def _dead(self) -> tuple[Ints, Ints]:
        """The rows with an event, and the first of them at each time."""
        rows = np.flatnonzero(self.died)
        return rows, changes(self.joins[rows])

    def while_at_risk(self, values: Floats) -> Floats:
        """The sum over the event times at which each row is at risk, (..., m) -> (..., n)."""
        ahead = sums_to_the_end(values, self.first)
        found = ahead[..., self.joins]
        if self.leaves is not None:
            gone = np.concatenate([ahead, np.zeros((*values.shape[:-1], 1))], axis=-1)[..., self.leaves]
            found = found - np.where(self._stays, 0.0, gone)
        return found

    @cached_property
    def _stays(self) -> Bools:
        """Which rows stay to the end of their stratum."""
        ends = np.append(self.first[1:], self.m)
        mine = np.searchsorted(self.first, self.joins, side="right") - 1
        return np.ones(len(self.rows), dtype=bool) if self.leaves is None else self.leaves == ends[mine]


def _leaving(times: Floats, stratum: Ints, entry: Floats, strata: Ints | None) -> Ints:
    """The number of the first event time, of those from the latest to the earliest, at which a row is not yet there."""
    strata = np.zeros(len(entry), dtype=np.intp) if strata is None else strata
    values = np.unique(times)
    wide = len(values) + 1
    keys = stratum * wide + (wide - 1 - np.searchsorted(values, times, side="right"))
    return np.searchsorted(keys, strata * wide + (wide - 1 - np.searchsorted(values, entry, side="right")))


@record
class TiedTerms:
    """Sums over l at each event time: of log phi, 1 / phi, f / phi, 1 / phi^2, f / phi^2 and f^2 / phi^2.

    Those with f are None where there are no ties, or they are Breslow's.
    """

    logs: Floats
    hazard: Floats
    own: Floats | None
    squares: Floats
    mixed: Floats | None
    own_squares: Floats | None

    def weighted(self, by: Floats | None) -> TiedTerms:
        """The terms with a weight for each event time; None for no weights."""
        if by is None:
            return self
        each: dict[str, Any] = {name: None if of is None else by * of for name, of in vars(self).items()}
        return TiedTerms(**each)


def breslow(S: Floats, T: Floats, d: Floats) -> TiedTerms:
    """At each time the sum S over those at risk, T over the d with the event."""
    return TiedTerms(d * np.log(S), d / S, None, d / (S * S), None, None)


def one_by_one(d: Floats) -> tuple[Ints, Floats]:
    """The events one after the other, of which each time has d: the number of its time, and the share that is gone."""
    count = d.astype(np.intp)
    of = np.repeat(np.arange(len(d)), count)
    return of, (np.arange(len(of)) - (np.cumsum(count) - count)[of]) / d[of]


def efron(S: Floats, T: Floats, d: Floats) -> TiedTerms:
    """Efron's terms from the same sums: one for each event, repeated by its weight."""
    if (d <= 1.0).all():
        return breslow(S, T, d)
    total = int(d.sum())
    require_memory(
        f"{total:,} events, repeated by weights=,", 6 * total, 'Use ties="breslow", which counts them at once.'
    )
    of, share = one_by_one(d)
    start = changes(of)
    phi = S[of] - share * T[of]

    def summed(values: Floats) -> Floats:
        return np.add.reduceat(values, start)

    one = 1.0 / phi
    terms = (np.log(phi), one, share * one, one * one, share * one * one, (share * one) ** 2)
    return TiedTerms(*map(summed, terms))


TIES: Mapping[str, Callable[[Floats, Floats, Floats], TiedTerms]] = {"efron": efron, "breslow": breslow}
"""The approximations by name."""


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
