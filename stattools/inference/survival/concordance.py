"""Concordance: of two rows that can be compared, how often the one with the higher risk has its event first.

    C = (concordant + ties of risk / 2) / all pairs,    an event at t_i is compared with j at risk then and longer

Its standard error is the infinitesimal jackknife's: how C moves with the weight of each row. Counts by sorting, in
O(n log^2 n). Source: Harrell (1982); Therneau & Watson, "The concordance statistic and the Cox model" (2015).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record

Ints = NDArray[np.intp]
ROUND_OFF = 1e-12
"""Linear predictors nearer than this, as a share of the largest, are the same."""


@record
class Concordance:
    """`estimate` and its `se`, and the pairs that were counted."""

    estimate: float
    se: float
    concordant: float
    discordant: float
    tied: float


def concordance(
    risk: Floats, time: Floats, event: NDArray[np.bool_], entry: Floats | None, weights: Floats | None, strata: Ints
) -> Concordance:
    """Pairs of the same stratum; DomainError where no two rows can be compared."""
    n = len(risk)
    weight = np.ones(n) if weights is None else weights
    values, rank = np.unique(time, return_inverse=True)
    ends = 2 * rank + ~event  # those censored at a time are longer than those with the event
    begins = np.full(n, -1) if entry is None else 2 * np.searchsorted(values, entry, side="right") - 1
    high = levels(risk)
    wide, tall = 2 * len(values) + 2, int(high.max()) + 2
    ends, begins, high = strata * wide + ends, strata * wide + begins, strata * tall + high
    whole = strata * tall + tall - 1
    own = np.where(event, weight, 0.0)

    def after(limit: Ints) -> Floats:
        """For each row with the event: who is longer, at risk then, and has a risk below the limit."""
        found = below(-ends, high, weight, -ends, limit) - below(-begins, high, weight, -ends, limit)
        found -= below(-ends, high, weight, -ends, strata * tall) - below(-begins, high, weight, -ends, strata * tall)
        return np.where(event, found, 0.0)

    def before(limit: Ints, sign: int) -> Floats:
        """For each row: who had the event before, while it was at risk, with a risk beyond the limit."""
        return below(ends, sign * high, own, ends, sign * limit) - below(
            ends, sign * high, own, begins + 1, sign * limit
        )

    less, up_to, every = after(high), after(high + 1), after(whole)
    higher = before(high, -1) - before(strata * tall + tall, -1)
    lower = before(high, 1) - before(strata * tall, 1)
    all_before = before(strata * tall - 1, -1) - before(strata * tall + tall, -1)
    credit = less + 0.5 * (up_to - less) + higher + 0.5 * (all_before - higher - lower)
    pairs = every + all_before
    total = float((own * every).sum())
    if total <= 0.0:
        raise DomainError("no two rows can be compared: no event comes while another row is still at risk after it.")
    concordant, tied = float((own * less).sum()), float((own * (up_to - less)).sum())
    C = (concordant + 0.5 * tied) / total
    moves = (credit - C * pairs) / total
    return Concordance(C, float(np.sqrt((weight * moves * moves).sum())), concordant, total - concordant - tied, tied)


def levels(risk: Floats) -> Ints:
    """The risks as whole numbers in their order; those that differ by round-off are one."""
    order = np.argsort(risk, kind="stable")
    apart = np.diff(risk[order]) > ROUND_OFF * float(np.abs(risk).max(initial=0.0))
    found = np.empty(len(risk), dtype=np.intp)
    found[order] = np.append(0, np.cumsum(apart))
    return found


def below(x: Ints, y: Ints, weight: Floats, qx: Ints, qy: Ints) -> Floats:
    """For each query the weight of all points with x < qx and y < qy.

    Points and queries in the order of x; for each bit of y, from the highest, those with the bit take the points before
    them that agree in all higher bits and have it not.

    >>> below(np.array([1, 2]), np.array([5, 6]), np.ones(2), np.array([2, 3]), np.array([7, 6])).tolist()
    [1.0, 1.0]
    """
    n, q = len(x), len(qx)
    _, key = np.unique(np.concatenate([2 * y + 1, 2 * qy]), return_inverse=True)
    order = np.lexsort((np.repeat([1, 0], [n, q]), np.concatenate([x, qx])))  # queries before points of the same x
    key, mass = key[order], np.concatenate([weight, np.zeros(q)])[order]
    found = np.zeros(n + q)
    for bit in range(int(key.max()).bit_length() - 1, -1, -1):
        group = key >> (bit + 1)
        by = np.argsort(group, kind="stable")
        has = ((key >> bit) & 1)[by] == 1
        given = np.where(has, 0.0, mass[by])
        total = np.cumsum(given)
        first = np.flatnonzero(np.diff(group[by], prepend=-1))
        start = np.repeat(total[first] - given[first], np.diff(np.append(first, n + q)))
        found[by] += np.where(has, total - start, 0.0)
    answer = np.empty(n + q)
    answer[order] = found
    return answer[n:]
