"""Tables of counts with given margins, whose rows and columns are independent: how probable are those that are as rare.

    P(table) = prod_i r_i! prod_j c_j! / (n! prod_ij n_ij!)

Columns are added one by one. What the rows have left, sorted, is a node; tables that come to one node with the same
probability are a path, so that paths are far fewer than tables. With N left in rows r and columns c, for any table x of
these margins, e_ij = r_i c_j / N and f_ij = floor(e_ij)

    sum log x_ij! >= sum_ij log f_ij! + (e_ij - f_ij) log e_ij        (duality: log m! - m log e is least at m = f)
    sum log x_ij! <= that of each row, or of each column, filled from its largest cell on         (log m! is convex)
    sum over all x of prod 1 / x_ij! = N! / (prod r_i! prod c_j!)

A path all of whose tables are as rare is added at once; one of whose tables none is as rare is left out. Source: Mehta
& Patel, JASA 78 (1983), 427-434, for the network and its bounds; Freeman & Halton, Biometrika 38 (1951) for the test.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats

AS_RARE = 1e-7
"""Probabilities that differ by this share are equal, as in R's fisher.test."""

DECIMALS = 10
"""Logs of probabilities that agree to so many decimals are of one path."""

BEFORE, AT_END = 3.0, 0.1
"""What a way to fill a column costs, and one to fill the last two, in steps of paths."""

Ints = NDArray[np.int64]


def log_probability(counts: Ints) -> float:
    """Log probability of a table given its margins.

    >>> round(float(np.exp(log_probability(np.array([[3, 1], [1, 3]])))), 6)
    0.228571
    """
    margins = gammaln(counts.sum(axis=0) + 1.0).sum() + gammaln(counts.sum(axis=1) + 1.0).sum()
    return float(margins - gammaln(counts.sum() + 1.0) - gammaln(counts + 1.0).sum())


def share_as_rare(counts: Ints, most: int) -> float | None:
    """The probability of all tables that are no more probable than this one; None where more than `most` steps of paths
    would have to be made.

    >>> round(share_as_rare(np.array([[3, 1], [1, 3]]), 1000), 6)
    0.485714
    """
    limit = log_probability(counts) + AS_RARE
    rows, columns = (
        np.sort(counts.sum(axis=axis)) for axis in ((1, 0) if counts.shape[0] <= counts.shape[1] else (0, 1))
    )
    log_of = gammaln(np.arange(counts.sum() + 1) + 1.0)  # of a factorial
    start = log_of[rows].sum() + log_of[columns].sum() - log_of[-1]
    paths = Paths(rows[None], np.zeros(1, dtype=np.int64), np.array([start]), np.zeros(1))
    total, made = 0.0, 0
    for k, column in enumerate(columns[:-1].tolist()):
        at_end = k == len(columns) - 2
        made += _many(paths.nodes, column) * (AT_END if at_end else BEFORE)
        if made > most:
            return None
        if at_end:
            return min(total + _last(paths, column, limit, log_of), 1.0)
        edges = Edges.of(paths.nodes, column, log_of)
        made += int(edges.out[paths.node].sum())
        if made > most:
            return None
        done, paths = _ahead(paths, edges, columns[k + 1 :], limit, log_of)
        total += done
    raise AssertionError("a table has two columns or more")


class Paths(NamedTuple):
    """What rows have left at each of the `nodes` (m, rows), sorted; and of each path (q,) the number of its node, the
    log probability of the columns so far, and the log of how many tables have it.
    """

    nodes: Ints
    node: Ints
    logs: Floats
    numbers: Floats


class Edges(NamedTuple):
    """The next column from each node: `out` (m,) edges from each, one after the other, the number of their end among
    `ends`, the sum of the logs of factorials, and the log of how many columns are such an edge.
    """

    out: Ints
    ends: Ints
    end: Ints
    cost: Floats
    numbers: Floats

    @classmethod
    def of(cls, nodes: Ints, column: int, log_of: Floats) -> Edges:
        each = [_columns(left, column) for left in nodes]
        node = np.repeat(np.arange(len(nodes)), [len(ways) for ways in each])
        ways = np.concatenate(each)
        ends, end = _different(np.sort(nodes[node] - ways, axis=1))
        (node, end), cost, numbers = _merged((node, end), log_of[ways].sum(axis=1), np.zeros(len(ways)))
        return cls(np.bincount(node, minlength=len(nodes)), ends, end, cost, numbers)


def _ahead(paths: Paths, edges: Edges, rest: Ints, limit: float, log_of: Floats) -> tuple[float, Paths]:
    """The probability of tables that are known to be as rare after one more column, and the paths of all others."""
    count = edges.out[paths.node]
    path = np.repeat(np.arange(len(count)), count)
    first = (np.cumsum(edges.out) - edges.out)[paths.node]
    edge = np.arange(len(path)) + np.repeat(first - (np.cumsum(count) - count), count)
    logs, numbers, end = paths.logs[path] - edges.cost[edge], paths.numbers[path] + edges.numbers[edge], edges.end[edge]
    least, most = _bounds(edges.ends, rest, log_of)
    every = log_of[rest.sum()] - log_of[edges.ends].sum(axis=1) - log_of[rest].sum()
    whole = logs - least[end] <= limit
    done = float(np.exp(logs[whole] + numbers[whole] + every[end[whole]]).sum())
    some = ~whole & (logs - most[end] <= limit)
    (end,), logs, numbers = _merged((end[some],), logs[some], numbers[some])
    known, node = np.unique(end, return_inverse=True)
    return done, Paths(edges.ends[known], node, logs, numbers)


def _last(paths: Paths, column: int, limit: float, log_of: Floats) -> float:
    """The probability of tables that are as rare, where two columns are left: of each node the ways are sorted once."""
    total, ends = 0.0, np.searchsorted(paths.node, np.arange(len(paths.nodes) + 1))
    for left, a, b in zip(paths.nodes, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        ways = _columns(left, column)
        cost = np.sort((log_of[ways] + log_of[left - ways]).sum(axis=1))
        beyond = np.append(np.cumsum(np.exp(cost[0] - cost[::-1]))[::-1], 0.0)  # of all ways from this one on
        logs = paths.logs[a:b]
        total += float(np.exp(logs + paths.numbers[a:b] - cost[0]) @ beyond[np.searchsorted(cost, logs - limit)])
    return total


def _bounds(ends: Ints, rest: Ints, log_of: Floats) -> tuple[Floats, Floats]:
    """Bounds of the sum of the logs of factorials of tables whose rows have `ends` (m, rows), and columns `rest`."""
    e = ends[:, :, None] * (rest / max(int(rest.sum()), 1))
    f = np.floor(e + 1e-12).astype(np.int64)
    least = (log_of[f] + np.where(e > f, e - f, 0.0) * np.log(np.where(e > 0.0, e, 1.0))).sum(axis=(1, 2))
    columns = np.broadcast_to(rest[::-1], (len(ends), len(rest)))
    return least, np.minimum(_filled(ends, columns, log_of), _filled(columns, ends[:, ::-1], log_of))


def _filled(totals: Ints, cells: Ints, log_of: Floats) -> Floats:
    """The sum of the logs of factorials where each total fills cells, the largest first, as far as it goes."""
    rest, found = totals.copy(), np.zeros(totals.shape)
    for cell in cells.T:
        filled = np.minimum(rest, cell[:, None])
        found += log_of[filled]
        rest -= filled
    return found.sum(axis=1)


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


def _many(nodes: Ints, total: int) -> float:
    """How many columns that add to a total leave no row of the nodes below 0, counted without making them."""
    ways = np.zeros((len(nodes), total + 1))
    ways[:, 0] = 1.0
    for left in nodes.T:
        upto = np.cumsum(ways, axis=1)
        before = np.arange(total + 1) - left[:, None] - 1
        ways = upto - np.where(before >= 0, np.take_along_axis(upto, np.maximum(before, 0), axis=1), 0.0)
    return float(ways[:, total].sum())


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


def _different(rows: Ints) -> tuple[Ints, Ints]:
    """Rows that differ, and the number of each row among them."""
    steps = np.cumprod([1, *[int(rows.max(initial=0)) + 1] * (rows.shape[1] - 1)], dtype=float)
    if steps[-1] * (rows.max(initial=0) + 1.0) > 2.0**62:  # a row does not fit into one number
        found, where = np.unique(rows, axis=0, return_inverse=True)
        return found, where.ravel()
    _, first, where = np.unique(rows @ steps.astype(np.int64), return_index=True, return_inverse=True)
    return rows[first], where


def _merged(keys: tuple[Ints, ...], logs: Floats, numbers: Floats) -> tuple[tuple[Ints, ...], Floats, Floats]:
    """Entries with the same keys and logs as one, in the order of their keys, with the log of the sum of what `numbers`
    are logs of.
    """
    near = np.round(logs, DECIMALS)
    order = np.lexsort((near, *keys[::-1]))
    keys, near = tuple(key[order] for key in keys), near[order]
    other = np.any([key[1:] != key[:-1] for key in (*keys, near)], axis=0)
    first = np.flatnonzero(np.r_[True, other][: len(order)])
    total = np.logaddexp.reduceat(numbers[order], first) if len(first) else numbers
    return tuple(key[first] for key in keys), logs[order][first], total
