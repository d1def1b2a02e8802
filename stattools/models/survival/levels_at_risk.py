"""The information of a partial likelihood beside a factor whose levels are kept as codes.

    sum over event times of w S S',   S (L k,) the sums of r z over those at risk in each level

z are the k numbers of a row in the columns of its level: 1 where a level has one. S changes only where a row joins or
leaves, by r z in one level. So the sum is one over pairs of such changes,

    sum of r_e r_f W(the later of e and f) z_e z_f',   W(t) the sum of w from t on

and the rows of a level gain r_e W(e) z_e S' as the change e is met: L k^2 numbers for each row, and not (L k)^2 for
each event time. All else costs what it costs of the columns beside the levels. Source: Therneau & Grambsch (2000),
ch. 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.record import record
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.columns import Columns
from stattools.numerics.segments import sums_to_the_end

TOGETHER = 64
"""Changes that are met as a block: what S was before all of them is added by one product, and their pairs by one sum.
"""


@record
class AtEvents:
    """What the information takes of each event time, (m,): the weights of S S', and of ties those of S T' and of T T',
    T the sums over those with the event; None without ties.
    """

    squares: Floats
    mixed: Floats | None
    own: Floats | None


def information_beside_levels(X: Columns, sets: RiskSets, risk: Floats, hazard: Floats, at: AtEvents) -> Floats:
    """The sum over event times of the covariance of x over those at risk, (p, p), for X (n, p) of the rows of `sets`;
    `hazard` is what each row has been exposed to.
    """
    p = X.shape[1]
    require_memory(f"the information of {p:,} coefficients", 3 * p * p, "Group the levels of the factor.")
    found, A = np.asarray(X.gram(risk * hazard)).copy(), X.others.T * risk
    levels, others = X.places.ravel(), X.rest
    S = sets.sums(A)
    less, between = _beside(X, sets, risk, at.squares * S), (S * at.squares) @ S.T
    within = _between_levels(X, sets, risk, at)
    if at.mixed is not None and at.own is not None:
        T = sets.sums_of_dead(A)
        less -= _beside(X, sets, risk, at.mixed * T)
        less -= _of_levels(X, sets.died * risk * (at.mixed * S - at.own * T)[:, sets.joins])
        tied = (S * at.mixed) @ T.T
        between += (T * at.own) @ T.T - tied - tied.T
    found[np.ix_(levels, levels)] -= within
    found[np.ix_(levels, others)] -= less
    found[np.ix_(others, levels)] -= less.T
    found[np.ix_(others, others)] -= between
    return 0.5 * (found + found.T)


def _of_levels(X: Columns, values: Floats) -> Floats:
    """X' times values (m, n) of each row, of the columns of levels, level after level, (L k, m)."""
    return X.pulled(np.ascontiguousarray(values.T))[X.places.ravel()]


def _beside(X: Columns, sets: RiskSets, risk: Floats, values: Floats) -> Floats:
    """The sum over event times of S times values (m, event times) of each, (L k, m)."""
    return _of_levels(X, risk * sets.while_at_risk(values))


def _between_levels(X: Columns, sets: RiskSets, risk: Floats, at: AtEvents) -> Floats:
    """The sum of w S S' - mixed (S T' + T S') + own T T' over event times, (L k, L k)."""
    from scipy.sparse import csr_array

    row, change, gain, anew = _changes(X, sets, risk, at)
    (L, k), level, z = X.places.shape, X.codes[row], X.values[row]
    places, moved, gained = level[:, None] * k + np.arange(k), change[:, None] * z, gain[:, None] * z
    S, found = np.zeros(L * k), np.zeros((L * k, L * k))
    later, earlier = np.tril_indices(TOGETHER)
    starts = _starts(anew)
    ends = np.append(starts[1:], len(row))
    for first in range(0, len(starts), TOGETHER):
        own = slice(first, first + TOGETHER)
        before = np.empty((len(starts[own]), L * k))
        for place, (start, stop) in enumerate(zip(starts[own].tolist(), ends[own].tolist(), strict=True)):
            if anew[start]:
                S[:] = 0.0
            before[place] = S
            S += np.bincount(places[start:stop].ravel(), moved[start:stop].ravel(), L * k)
        met = slice(starts[first], ends[own][-1])
        block = np.repeat(np.arange(len(before)), (ends - starts)[own] * k)
        found += csr_array((gained[met].ravel(), (places[met].ravel(), block)), shape=(L * k, len(before))) @ before
        each, pair = np.nonzero(later < (ends - starts)[own, None])
        e, f = starts[own][each] + later[pair], starts[own][each] + earlier[pair]
        at_pair = places[e][:, :, None] * (L * k) + places[f][:, None, :]
        np.add.at(found.reshape(-1), at_pair.ravel(), (gained[e][:, :, None] * moved[f][:, None, :]).ravel())
    found += found.T
    twice = moved[:, :, None] * gained[:, None, :]  # each change met itself twice
    np.subtract.at(found, (places[:, :, None], places[:, None, :]), twice)
    if at.own is not None:
        dead = np.flatnonzero(sets.died & (X.codes >= 0))
        rows = (X.codes[dead, None] * k + np.arange(k)).ravel()
        numbers = (risk[dead, None] * X.values[dead]).ravel()
        T = csr_array((numbers, (rows, np.repeat(sets.joins[dead], k))), shape=(L * k, sets.m))
        found += ((T * at.own) @ T.T).toarray()
    return found


def _starts(anew: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where blocks of at most `TOGETHER` changes begin, none of which reaches over the begin of a stratum."""
    number = np.arange(len(anew))
    first = np.maximum.accumulate(np.where(anew, number, 0))
    return np.flatnonzero((number - first) % TOGETHER == 0)


def _changes(
    X: Columns, sets: RiskSets, risk: Floats, at: AtEvents
) -> tuple[NDArray[np.intp], Floats, Floats, NDArray[np.bool_]]:
    """In their order: the row whose level changes, how often its numbers are added to S, what times S they gain, and
    whether a stratum begins. Rows join, then leave; those with the event at a tied time gain S when all have joined.
    """
    W = sums_to_the_end(at.squares, sets.first)
    rows = np.flatnonzero(X.codes >= 0)
    parts: list[tuple[Any, ...]] = [(sets.joins[rows], 0, rows, risk[rows], risk[rows] * W[sets.joins[rows]])]
    if sets.leaves is not None:
        ends = np.append(sets.first[1:], sets.m)[np.searchsorted(sets.first, sets.joins[rows], side="right") - 1]
        late = rows[sets.leaves[rows] < ends]
        leaves = sets.leaves[late]
        parts.append((leaves, 0, late, -risk[late], -risk[late] * W[leaves]))
    if at.mixed is not None:
        tied = rows[sets.died[rows] & (sets.deaths > 1.0)[sets.joins[rows]]]
        own = sets.joins[tied]
        parts.append((own, 1, tied, np.zeros(len(tied)), -risk[tied] * at.mixed[own]))
    time, last, row, change, gain = (
        np.concatenate([np.broadcast_to(part[k], len(part[2])) for part in parts]) for k in range(5)
    )
    order = np.lexsort((last, time))
    stratum = np.searchsorted(sets.first, time[order], side="right")
    return row[order], change[order], gain[order], np.diff(stratum, prepend=-1) != 0
