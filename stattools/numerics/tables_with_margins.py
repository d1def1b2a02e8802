"""Tables of counts with given margins, whose rows and columns are independent: how probable are those that are as rare.

    P(table) = prod_i r_i! prod_j c_j! / (n! prod_ij n_ij!)

Columns are added one by one. What the rows have left is a node; tables that come to one node with the same probability
are counted together, so that nodes are far fewer than tables. Source: Mehta & Patel, JASA 78 (1983), 427-434, for the
network; Freeman & Halton, Biometrika 38 (1951) for the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats

AS_RARE = 1e-7
"""Probabilities that differ by this share are equal, as in R's fisher.test."""

Ints = NDArray[np.int64]
Nodes = dict[int, tuple[Ints, Floats, Floats]]
"""What rows have left, the log probabilities of the columns so far, and the logs of how many tables have each."""


def log_probability(counts: Ints) -> float:
    """Log probability of a table given its margins.

    >>> round(float(np.exp(log_probability(np.array([[3, 1], [1, 3]])))), 6)
    0.228571
    """
    margins = gammaln(counts.sum(axis=0) + 1.0).sum() + gammaln(counts.sum(axis=1) + 1.0).sum()
    return float(margins - gammaln(counts.sum() + 1.0) - gammaln(counts + 1.0).sum())


def share_as_rare(counts: Ints, most: int) -> float | None:
    """The probability of all tables that are no more probable than this one; None where more than `most` numbers would
    have to be held at a time.

    >>> round(share_as_rare(np.array([[3, 1], [1, 3]]), 1000), 6)
    0.485714
    """
    observed = log_probability(counts)
    if counts.shape[1] > counts.shape[0]:
        counts = counts.T
    rows, columns = counts.sum(axis=1), np.sort(counts.sum(axis=0))[::-1]
    start = gammaln(rows + 1.0).sum() + gammaln(columns + 1.0).sum() - gammaln(counts.sum() + 1.0)
    steps = np.cumprod([1, *(rows[:-1] + 1)])  # a node is what the rows have left, written as one number
    nodes = {int(steps @ rows): (rows, np.array([start]), np.zeros(1))}
    for column in columns[:-2].tolist():
        ahead = list(_ahead(nodes, column, steps, most))
        if not ahead:
            return None
        nodes = _together(ahead, rows, steps)
    total, held = 0.0, 0
    for left, logs, numbers in nodes.values():
        ways = _columns(left, int(columns[-2]))
        held += len(ways) * len(logs)
        if held > most:
            return None
        last = logs - (gammaln(ways + 1.0).sum(axis=1) + gammaln(left - ways + 1.0).sum(axis=1))[:, None]
        total += float((np.exp(last + numbers) * (last <= observed + AS_RARE)).sum())
    return min(total, 1.0)


def share_as_rare_of_draws(counts: Ints, draws: int, random: np.random.Generator) -> float:
    """The share of random tables with these margins that are no more probable, the one seen counted among them."""
    observed, hits = log_probability(counts), 1
    law = stats.random_table(counts.sum(axis=1), counts.sum(axis=0))
    size = max(1, 2_000_000 // counts.size)
    for start in range(0, draws, size):
        drawn = law.rvs(min(size, draws - start), random_state=random)
        logs = observed + gammaln(counts + 1.0).sum() - gammaln(drawn + 1.0).sum(axis=(1, 2))
        hits += int(np.count_nonzero(logs <= observed + AS_RARE))
    return hits / (draws + 1)


def _ahead(nodes: Nodes, column: int, steps: Ints, most: int) -> Iterator[tuple[Ints, Floats, Floats]]:
    """The nodes after one more column, with repeats: numbers of nodes, log probabilities, logs of how many; nothing
    where these are more than `most`.
    """
    held, parts = 0, []
    for node, (left, logs, numbers) in nodes.items():
        ways = _columns(left, column)
        held += len(ways) * len(logs)
        if held > most:
            return
        made = logs - gammaln(ways + 1.0).sum(axis=1)[:, None]
        codes = np.repeat(node - ways @ steps, len(logs))
        parts.append((codes, made.ravel(), np.tile(numbers, len(ways))))
    yield from parts


def _columns(left: Ints, total: int) -> Ints:
    """All columns of counts that add to a total and leave no row below 0, shape (ways, rows)."""
    ways = np.zeros((1, 0), dtype=np.int64)
    rest = np.array([total])
    after = int(left.sum())
    for most in left.tolist():
        after -= most
        low, high = np.maximum(0, rest - after), np.minimum(most, rest)
        some = high - low + 1
        which = np.repeat(np.arange(len(rest)), some)
        value = np.arange(len(which)) - np.repeat(np.cumsum(some) - some, some) + low[which]
        ways = np.column_stack([ways[which], value])
        rest = rest[which] - value
    return ways


def _together(parts: list[tuple[Ints, Floats, Floats]], rows: Ints, steps: Ints) -> Nodes:
    """Each node once, and in it equal log probabilities once, with the log of how many tables have each."""
    codes, logs, numbers = (np.concatenate(side) for side in zip(*parts, strict=True))
    keys = np.round(logs, 9)
    order = np.lexsort((keys, codes))
    codes, logs, numbers, keys = codes[order], logs[order], numbers[order], keys[order]
    first = np.flatnonzero(np.r_[True, (codes[1:] != codes[:-1]) | (keys[1:] != keys[:-1])])
    sums = np.logaddexp.reduceat(numbers, first)
    codes, logs = codes[first], logs[first]
    ends = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1], True])
    return {int(codes[a]): (codes[a] // steps % (rows + 1), logs[a:b], sums[a:b]) for a, b in pairwise(ends.tolist())}
