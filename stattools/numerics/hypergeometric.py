"""The number of marked ones among n that are drawn from m1 marked and m2 others: hypergeometric, and tilted by odds.

    P(k) = C(m1, k) C(m2, n - k) / C(m1 + m2, n),   tilted: P(k; theta) = P(k) exp(theta k) / sum_j P(j) exp(theta j)

The tilted one is Fisher's noncentral hypergeometric distribution, that of a cell of a table of two rows and two columns
given its margins, with log odds ratio theta. Sums of independent ones are tilted alike. Source: McCullagh & Nelder,
Generalized Linear Models (1989), 7.3. Cost: the number of values; of a sum the product of two such numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from stattools.interface.arrays import Floats
from stattools.numerics.saddle_point import log_binomial_pmf


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
        tilted = self.logs + theta * np.arange(len(self.logs))
        return tilted - np.asarray(logsumexp(tilted))

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
