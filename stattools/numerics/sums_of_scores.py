"""Distributions of sums of whole scores: over all ways to choose m of them, and over all ways to give them signs.

Each score is added in turn to all sums so far. The numbers of ways are floats, as shares of all ways. Source:
Streitberg & Röhmel, Statistical Software Newsletter 12 (1986), 10-17. Cost: of m of n scores n m S, of n signs n S,
with S the sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats

MOST_WORK = 300_000_000
"""So many additions are made for one distribution: about a second."""

Ints = NDArray[np.int64]


def work_of_choices(scores: Ints, m: int) -> float:
    """The additions that `of_choices` makes."""
    few = min(m, len(scores) - m)
    return float(len(scores)) * max(few, 1) * float(scores.sum() + 1)


def of_choices(scores: Ints, m: int) -> Floats:
    """P(sum = s), s = 0 ... sum of scores, where m of the scores, all at least 0, are chosen at random.

    >>> of_choices(np.array([1, 2, 3]), 2).round(4).tolist()
    [0.0, 0.0, 0.0, 0.3333, 0.3333, 0.3333, 0.0]
    """
    n, total = len(scores), int(scores.sum())
    few = min(m, n - m)
    # ways[k, s]: with probability 1/2 each score is chosen; the share of all 2^n ways stays a float for large n
    ways = np.zeros((few + 1, total + 1))
    ways[0, 0] = 1.0
    for score in np.sort(scores).tolist():
        chosen = ways[:-1, : total + 1 - score].copy()
        ways *= 0.5
        ways[1:, score:] += 0.5 * chosen
    found = ways[few]
    return found / found.sum() if few == m else (found / found.sum())[::-1]


def work_of_signs(scores: Ints) -> float:
    """The additions that `of_signs` makes."""
    return float(len(scores)) * float(scores.sum() + 1)


def of_signs(scores: Ints) -> Floats:
    """P(sum of those with a plus = s), s = 0 ... sum of scores, where each has a plus with probability 1/2.

    >>> of_signs(np.array([1, 2])).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    ways = np.zeros(int(scores.sum()) + 1)
    ways[0] = 1.0
    for score in np.sort(scores).tolist():
        chosen = 0.5 * ways[: len(ways) - score]
        ways *= 0.5
        ways[score:] += chosen
    return ways
