"""The information of a partial likelihood beside a factor whose levels are kept as codes.

    sum over event times of w S S',   S (L,) the sums of r over those at risk in each level

S changes only where a row joins or leaves, by r in one level. So the sum is one over pairs of such changes,

    sum of r_e r_f W(the later of e and f),   W(t) the sum of w from t on

and a row of it gains r_e W(e) S as the change e is met: L numbers for each row, and not L^2 for each event time. All
else costs what it costs of the columns beside the levels. Source: Therneau & Grambsch (2000), ch. 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.record import record
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.level_columns import LevelColumns
from stattools.numerics.segments import sums_to_the_end


@record
class AtEvents:
    """What the information takes of each event time, (m,): the weights of S S', and of ties those of S T' and of T T',
    T the sums over those with the event; None without ties.
    """

    squares: Floats
    mixed: Floats | None
    own: Floats | None


def information_beside_levels(X: LevelColumns, sets: RiskSets, risk: Floats, hazard: Floats, at: AtEvents) -> Floats:
    """The sum over event times of the covariance of x over those at risk, (p, p), for X (n, p) of the rows of `sets`;
    `hazard` is what each row has been exposed to.
    """
    p = X.shape[1]
    require_memory(f"the information of {p:,} coefficients", 3 * p * p, "Group the levels of the factor.")
    found, A = np.asarray(X.gram(risk * hazard)).copy(), X.others.T * risk
    levels, others = np.arange(X.at, X.stop), np.delete(np.arange(p), slice(X.at, X.stop))
    S = sets.sums(A)
    less, between = _beside(X, sets, risk, at.squares * S), (S * at.squares) @ S.T
    within = _between_levels(X, sets, risk, at)
    if at.mixed is not None and at.own is not None:
        T = sets.sums_of_dead(A)
        less -= _beside(X, sets, risk, at.mixed * T)
        less -= X.by_level((sets.died * risk * (at.mixed * S - at.own * T)[:, sets.joins]).T)
        tied = (S * at.mixed) @ T.T
        between += (T * at.own) @ T.T - tied - tied.T
    found[np.ix_(levels, levels)] -= within
    found[np.ix_(levels, others)] -= less
    found[np.ix_(others, levels)] -= less.T
    found[np.ix_(others, others)] -= between
    return 0.5 * (found + found.T)


def _beside(X: LevelColumns, sets: RiskSets, risk: Floats, values: Floats) -> Floats:
    """The sum over event times of S times values (k, m) of each, (L, k)."""
    return X.by_level((risk * sets.while_at_risk(values)).T)


def _between_levels(X: LevelColumns, sets: RiskSets, risk: Floats, at: AtEvents) -> Floats:
    """The sum of w S S' - mixed (S T' + T S') + own T T' over event times, (L, L)."""
    steps = _changes(X, sets, risk, at)
    S, found = np.zeros(X.levels), np.zeros((X.levels, X.levels))
    for level, change, gain, anew in zip(*(of.tolist() for of in steps), strict=True):
        if anew:
            S[:] = 0.0
        S[level] += change
        if gain:
            found[level] += gain * S
    level, change, gain, _ = steps
    found += found.T
    np.subtract.at(found, (level, level), change * gain)  # each change met itself twice
    if at.own is not None:
        from scipy.sparse import csr_array

        dead = np.flatnonzero(sets.died & (X.codes >= 0))
        T = csr_array((risk[dead], (X.codes[dead], sets.joins[dead])), shape=(X.levels, sets.m))
        found += ((T * at.own) @ T.T).toarray()
    return found


def _changes(
    X: LevelColumns, sets: RiskSets, risk: Floats, at: AtEvents
) -> tuple[NDArray[np.intp], Floats, Floats, NDArray[np.bool_]]:
    """In their order: the level in which S changes, by how much, what times S its row gains, and whether a stratum
    begins. Rows join, then leave; those with the event at a tied time gain S when all have joined.
    """
    W = sums_to_the_end(at.squares, sets.first)
    rows = np.flatnonzero(X.codes >= 0)
    parts: list[tuple[Any, ...]] = [(sets.joins[rows], 0, X.codes[rows], risk[rows], risk[rows] * W[sets.joins[rows]])]
    if sets.leaves is not None:
        ends = np.append(sets.first[1:], sets.m)[np.searchsorted(sets.first, sets.joins[rows], side="right") - 1]
        late = rows[sets.leaves[rows] < ends]
        leaves = sets.leaves[late]
        parts.append((leaves, 0, X.codes[late], -risk[late], -risk[late] * W[leaves]))
    if at.mixed is not None:
        tied = rows[sets.died[rows] & (sets.deaths > 1.0)[sets.joins[rows]]]
        own = sets.joins[tied]
        parts.append((own, 1, X.codes[tied], np.zeros(len(tied)), -risk[tied] * at.mixed[own]))
    time, last, level, change, gain = (
        np.concatenate([np.broadcast_to(part[k], len(part[2])) for part in parts]) for k in range(5)
    )
    order = np.lexsort((last, time))
    stratum = np.searchsorted(sets.first, time[order], side="right")
    return level[order], change[order], gain[order], np.diff(stratum, prepend=-1) != 0
