"""Which directions a partial likelihood never falls along: at each event those who have it are never below the others.

    x_i d >= x_j d    for all i with the event at t and all j at risk then (of exact ties, j without the event)

The linear program max c' d over |d| <= 1, c the sum of all the differences, is solved on a few pairs, at each event the
one that its last answer violates most, until none is: the others never enter. Beside levels that are kept as codes all
pairs that the others follow from are few numbers, and enter at once. Source: Bryson & Johnson, "The incidence
of monotone likelihood in the Cox model", Technometrics 23 (1981), 381-383.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.columns import as_columns

Ints = NDArray[np.intp]
FEASIBLE = 1e-9
"""A difference below minus this, for columns of unit variance and |d| <= 1, is a violation."""
POSITIVE = 1e-7
"""A difference above this is positive."""
AT_A_TIME = 1 << 24
NOBODY = -1


@record
class RiskSetOrder:
    """The rows X (p, n) of risk sets; of `exact` ties only those without the event are compared with those with it."""

    sets: RiskSets
    X: Floats
    exact: bool

    def direction(self) -> Floats | None:
        """A d along which the log-likelihood rises for ever, |d| <= 1; None where there is none."""
        from scipy.optimize import linprog

        goal = self._differences()
        size = float(np.abs(goal).max(initial=0.0))
        if size <= POSITIVE:
            return None
        goal = goal / size
        levels = as_columns(self.X.T).by_levels
        rows = self.X.T if levels is None else levels.sparse()
        d, pairs = np.sign(goal), np.zeros((0, 2), dtype=np.intp) if levels is None else self._nested()
        options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
        for _ in range(500):
            worst = self._violated(d)
            if not len(worst):
                return d
            pairs = np.unique(np.concatenate([pairs, worst]), axis=0)
            A = rows[pairs[:, 0]] - rows[pairs[:, 1]]
            found = linprog(
                -goal, A_ub=-A, b_ub=np.zeros(len(pairs)), bounds=(-1.0, 1.0), method="highs", options=options
            )
            if found.x is None or float(goal @ found.x) * size <= POSITIVE:
                return None
            d = np.asarray(found.x)
        return None

    def _differences(self) -> Floats:
        """The sum over events of x less its mean over those at risk."""
        sets, one = self.sets, np.ones(self.X.shape[1])
        return self.X @ (sets.died - sets.while_at_risk(sets.sums_of_dead(one) / sets.sums(one)))

    def _nested(self) -> Ints:
        """Pairs that all others follow from, where risk sets only grow: at each event one who has it and all who join
        then, and one who has the event after. None with late entry, and of exact ties.
        """
        sets = self.sets
        if sets.leaves is not None or self.exact:
            return np.zeros((0, 2), dtype=np.intp)
        every, times = np.arange(len(sets.joins)), np.arange(sets.m)
        one = np.minimum.reduceat(np.where(sets.died, every, len(every)), sets.starts)
        join = np.column_stack([one[sets.joins], every])
        later = np.setdiff1d(times, sets.first)
        found = [join, join[sets.died][:, ::-1], np.column_stack([one[later], one[later - 1]])]
        return np.concatenate([each[each[:, 0] != each[:, 1]] for each in found])

    def _violated(self, d: Floats) -> Ints:
        """At each event the lowest with it and the highest at risk, where that is higher: the worst of them."""
        u = d @ self.X
        order = np.argsort(u, kind="stable")
        rank = np.empty(len(u), dtype=np.intp)
        rank[order] = np.arange(len(u))
        low = np.minimum.reduceat(np.where(self.sets.died, rank, len(u)), self.sets.starts)
        high = self._highest(rank)
        pairs = np.column_stack([order[low], order[np.maximum(high, 0)]])
        gap = np.where(high == NOBODY, 0.0, u[pairs[:, 0]] - u[pairs[:, 1]])
        bad = np.flatnonzero(gap < -FEASIBLE)
        many = 4 * len(d) + 20
        return pairs[bad if len(bad) <= many else bad[np.argpartition(gap[bad], many)[:many]]]

    def _highest(self, rank: Ints) -> Ints:
        """The highest rank among those at risk at each event time, `NOBODY` where none is compared."""
        sets = self.sets
        compared = np.where(sets.died, NOBODY, rank) if self.exact else rank
        own = np.maximum.reduceat(compared, sets.starts)
        if sets.leaves is not None:
            return np.maximum(own, self._highest_of_late(rank))
        joined = np.maximum.reduceat(rank, sets.starts)
        wide = len(rank) + 1
        mine = np.searchsorted(sets.first, np.arange(sets.m), side="right") - 1
        so_far = np.maximum.accumulate(joined + mine * wide) - mine * wide
        before = np.append(NOBODY, so_far[:-1])
        before[sets.first] = NOBODY
        return np.maximum(own, before)

    def _highest_of_late(self, rank: Ints) -> Ints:
        """The same of those who joined before, with late entry: each event time by itself."""
        sets = self.sets
        found = np.empty(sets.m, dtype=np.intp)
        step = max(1, AT_A_TIME // len(rank))
        for start in range(0, sets.m, step):
            k = np.arange(start, min(start + step, sets.m))[:, None]
            there = (sets.joins < k) & (sets.leaves > k)  # type: ignore[operator]
            found[start : start + step] = np.where(there, rank, NOBODY).max(axis=1)
        return found
