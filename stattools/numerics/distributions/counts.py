"""Binomial and Poisson log probabilities by the saddle-point expansion: exact at counts of 1 and of 1e9.

Differences of log-gamma functions lose about as many digits as the counts have: at 1e9 trials, `gammaln` leaves six.
Writing the log probability as a deviance plus Stirling errors keeps all of them (C. Loader, "Fast and accurate
computation of binomial probabilities", 2000):

    log Poisson(k; m)      = -delta(k) - D(k, m) - log(2 pi k) / 2
    log Binomial(k; n, p)  = delta(n) - delta(k) - delta(n-k) - D(k, np) - D(n-k, nq) + log(n / (2 pi k (n-k))) / 2

with delta(n) = log n! - log(sqrt(2 pi n) (n/e)^n) and D(x, m) = x log(x/m) + m - x.

The number of marked ones among n that are drawn from m1 marked and m2 others: hypergeometric, and tilted by odds.

    P(k) = C(m1, k) C(m2, n - k) / C(m1 + m2, n),   tilted: P(k; theta) = P(k) exp(theta k) / sum_j P(j) exp(theta j)

The tilted one is Fisher's noncentral hypergeometric distribution, that of a cell of a table of two rows and two columns
given its margins, with log odds ratio theta. Sums of independent ones are tilted alike. Source: McCullagh & Nelder,
Generalized Linear Models (1989), 7.3. Cost: the number of values; of a sum the product of two such numbers.

Tables of counts with given margins, whose rows and columns are independent: how probable are those that are as rare.

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

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats

SMALL = 1024
"""Of counts that are all below this, functions of each count are looked up."""

HALF_LOG_TWO_PI = 0.5 * np.log(2.0 * np.pi)


def stirling_error(n: ArrayLike) -> Floats:
    """delta(n) = log n! - log(sqrt(2 pi n) (n/e)^n) for real n > 0; the series beyond 16 errs by less than 1e-16.

    >>> round(float(stirling_error(1.0)), 12)  # 1 - log(2 pi) / 2
    0.081061466795
    """
    n = np.asarray(n, dtype=float)
    low = n < 16.0
    if low.all():
        return np.asarray(_stirling_error_below(n))
    r = 1.0 / np.maximum(n, 16.0)
    s = r * r
    series = r * (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * 691 / 360360)))))
    return np.where(low, _stirling_error_below(np.minimum(n, 16.0)), series)


def _stirling_error_below(n: Floats) -> Floats:
    """The same up to 16, from its definition."""
    n = np.maximum(n, 1e-300)
    return gammaln(n + 1.0) - (n + 0.5) * np.log(n) + n - HALF_LOG_TWO_PI


@np.errstate(over="ignore")  # beyond float64 it is infinite
def deviance_part(
    x: ArrayLike, m: ArrayLike, log_ratio: ArrayLike | None = None, gap: ArrayLike | None = None
) -> Floats:
    """D(x, m) = x log(x/m) + m - x >= 0 without cancellation where x is near m; `log_ratio` is log(x/m) if m may
    underflow, `gap` is x - m if it is known better than the difference.
    """
    x, m = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(m, dtype=float))
    gap, total = np.asarray(x - m if gap is None else gap, dtype=float), x + m
    if log_ratio is None:
        over, under = np.where(x > 0, x, 1.0), np.where(x > 0, m, 1.0)
        log_ratio = log_of_ratio(over, under)  # m = 0 < x: D = inf, the count is impossible
    far = np.asarray(x * np.where(x > 0, log_ratio, 0.0) - gap)
    near = np.flatnonzero(np.abs(gap) < 0.1 * total)
    if len(near):
        far.put(near, _near_deviance(x.take(near), gap.take(near), total.take(near)))
    return far


def _near_deviance(x: Floats, gap: Floats, total: Floats) -> Floats:
    """D(x, m) where x and m differ by less than a tenth of their `total`: with v = gap / total, 8 terms reach 2e-17 of

    D = gap v + 2 x v (v^2 / 3 + v^4 / 5 + ...)
    """
    v = gap / total
    square = v * v
    tail = np.zeros_like(v)
    for j in range(8, 0, -1):  # in place: new arrays take more time than the sums
        tail += 1.0 / (2 * j + 1)
        tail *= square
    return gap * v + 2.0 * x * v * tail


def log_of_ratio(over: Floats, under: Floats) -> Floats:
    """log(over / under), also where the ratio is beyond float64 and its logarithm is not."""
    with np.errstate(divide="ignore", over="ignore"):
        ratio = over / under
        whole = ((ratio > 0.0) & (ratio < np.inf)).all()
        return np.log(ratio) if whole else np.log(over) - np.log(under)


def log_poisson_pmf(k: ArrayLike, mean: ArrayLike, log_mean: ArrayLike | None = None) -> Floats:
    """log of mean^k exp(-mean) / k!, for real k >= 0; pass `log_mean` where the mean may underflow.

    >>> import math
    >>> math.isclose(log_poisson_pmf(3, 2.0), math.log(2.0**3 * math.exp(-2.0) / 6.0), rel_tol=1e-15)
    True
    """
    k, mean = np.broadcast_arrays(np.asarray(k, dtype=float), np.asarray(mean, dtype=float))
    whole = _small_counts(k)
    if whole is not None and log_mean is not None and np.isfinite(log_mean).all():
        return _of_small_counts(whole, k, mean, np.asarray(log_mean))
    positive = k > 0
    safe = np.where(positive, k, 1.0)
    logarithm = np.log(safe)
    log_ratio = None if log_mean is None else logarithm - np.asarray(log_mean)
    value = -stirling_error(safe) - deviance_part(safe, mean, log_ratio) - 0.5 * logarithm - HALF_LOG_TWO_PI
    return np.where(positive, value, -mean)


def _small_counts(k: Floats) -> NDArray[np.intp] | None:
    """Counts as whole numbers where there are some, all small; else None."""
    if not (k.ndim and k.size and k.min() >= 0.0 and k.max() < SMALL):
        return None
    whole = k.astype(np.intp)
    return whole if (whole == k).all() else None


@np.errstate(over="ignore")  # beyond float64 it is infinite
def _of_small_counts(whole: NDArray[np.intp], k: Floats, mean: Floats, log_mean: Floats) -> Floats:
    """The same by a table of what depends on the count alone, in as few sums over the rows as may be; 0 counts too."""
    alone, logarithm = (values.take(whole) for values in _tables())
    gap, total = k - mean, k + mean
    far = logarithm
    far -= log_mean
    far *= k
    np.subtract(gap, far, out=far)
    near = np.flatnonzero(np.abs(gap) < 0.1 * total)
    if len(near):
        far.put(near, -_near_deviance(k.take(near), gap.take(near), total.take(near)))
    far += alone
    return far


@lru_cache(maxsize=1)
def _tables() -> tuple[Floats, Floats]:
    """-delta(k) - log(2 pi k) / 2 and log k of small counts, both 0 for 0."""
    counts = np.arange(1.0, SMALL)
    logarithm = np.log(counts)
    alone = -stirling_error(counts) - 0.5 * logarithm - HALF_LOG_TWO_PI
    return np.append(0.0, alone), np.append(0.0, logarithm)


def log_binomial_pmf(
    k: ArrayLike,
    n: ArrayLike,
    p: ArrayLike,
    q: ArrayLike,
    log_p: ArrayLike | None = None,
    log_q: ArrayLike | None = None,
) -> Floats:
    """log of C(n, k) p^k q^(n-k), for real 0 <= k <= n and p + q = 1 given apart so that neither loses digits.

    `log_p` and `log_q` are used where p or q may underflow. Impossible counts give -inf.

    >>> import math
    >>> math.isclose(log_binomial_pmf(6, 10, 0.2, 0.8), math.log(0.005505024), rel_tol=1e-14)
    True
    """
    k, n, p, q = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (k, n, p, q)))
    with np.errstate(divide="ignore"):  # log 0 = -inf is the value wanted: the count is impossible
        log_p = np.where(p < 0.5, np.log(p), np.log1p(-q)) if log_p is None else np.asarray(log_p, dtype=float)
        log_q = np.where(q < 0.5, np.log(q), np.log1p(-p)) if log_q is None else np.asarray(log_q, dtype=float)
    inside = (k > 0) & (k < n) & (log_p > -np.inf) & (log_q > -np.inf)
    a, size = np.where(inside, k, 1.0), np.where(inside, n, 2.0)
    b = size - a
    lp, lq = np.where(inside, log_p, -np.log(2.0)), np.where(inside, log_q, -np.log(2.0))
    value = (
        stirling_error(size)
        - stirling_error(a)
        - stirling_error(b)
        - deviance_part(a, size * np.where(inside, p, 0.5), log_of_ratio(a, size) - lp)
        - deviance_part(b, size * np.where(inside, q, 0.5), log_of_ratio(b, size) - lq)
        + 0.5 * (log_of_ratio(size, a) - np.log(b))
        - HALF_LOG_TWO_PI
    )
    edge = np.where(k > 0, k, 0.0) * np.where(k > 0, log_p, 0.0) + (n - k) * np.where(k < n, log_q, 0.0)
    return np.where(inside, value, edge)


@dataclass(frozen=True, eq=False)
class Tilted:
    """A count of the values `low`, `low` + 1, ... with log probabilities `logs` at theta = 0, tilted by theta.

    >>> one = of_table(5, 5, 4)
    >>> one.low, [round(moment, 4) for moment in one.moments(0.0)]
    (0, [2.0, 0.6667])
    """

    low: int
    logs: Floats

    @property
    def values(self) -> Floats:
        """The values of the count."""
        return self.low + np.arange(len(self.logs), dtype=float)

    @property
    def high(self) -> int:
        """The largest value."""
        return self.low + len(self.logs) - 1

    def log_sum(self, theta: float) -> float:
        """log of sum_k P(k) exp(theta (k - low))."""
        return float(np.asarray(logsumexp(self.logs + theta * np.arange(len(self.logs)))))

    def log_pmf(self, theta: float) -> Floats:
        """Log probabilities of all values at theta."""
        return self.logs + theta * np.arange(len(self.logs)) - self.log_sum(theta)

    def moments(self, theta: float) -> tuple[float, float]:
        """Mean and variance at theta."""
        p, k = np.exp(self.log_pmf(theta)), np.arange(len(self.logs))
        mean = float(p @ k)
        return self.low + mean, float(p @ (k - mean) ** 2)

    def tails(self, theta: float, value: int) -> tuple[float, float, float]:
        """P(below value), P(value), P(above value) at theta."""
        p, k = np.exp(self.log_pmf(theta)), value - self.low
        return float(p[:k].sum()), float(p[k]), float(p[k + 1 :].sum())

    def plus(self, other: Tilted) -> Tilted:
        """The sum of two independent counts."""
        few, many = sorted((self.logs, other.logs), key=len)
        total = np.full(len(few) + len(many) - 1, -np.inf)
        for k, log in enumerate(few):
            part = total[k : k + len(many)]
            np.logaddexp(part, log + many, out=part)
        return Tilted(self.low + other.low, total)


def of_table(m1: int, m2: int, n: int) -> Tilted:
    """The first cell of a table with rows of m1 and m2 and a first column of n.

    >>> np.exp(of_table(2, 2, 2).logs).round(4).tolist()
    [0.1667, 0.6667, 0.1667]
    """
    low, high = max(0, n - m2), min(n, m1)
    if low == high:
        return Tilted(low, np.zeros(1))
    k, total = np.arange(low, high + 1, dtype=float), m1 + m2
    p, q = n / total, (total - n) / total
    logs = log_binomial_pmf(k, m1, p, q) + log_binomial_pmf(n - k, m2, p, q) - log_binomial_pmf(n, total, p, q)
    return Tilted(low, logs)


def sum_of(parts: Sequence[Tilted]) -> Tilted:
    """The sum of independent counts: neighbours are added first, so that short ones meet short ones."""
    parts = sorted(parts, key=lambda part: len(part.logs))
    while len(parts) > 1:
        parts = [
            first.plus(*second) if second else first
            for first, *second in (parts[k : k + 2] for k in range(0, len(parts), 2))
        ]
    return parts[0]


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
    axes = (1, 0) if counts.shape[0] <= counts.shape[1] else (0, 1)
    rows, columns = (np.sort(counts.sum(axis=axis)) for axis in axes)
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
