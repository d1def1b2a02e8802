"""P-values of a statistic over all arrangements that a hypothesis makes equally probable, or over random ones.

    T = sum_i g_i h_i,   Q = (T - E)^T V^+ (T - E)

h are the scores of the outcome, g (n, q) those of what it may depend on. Under the hypothesis the h of a block may
stand in any order: E and V are mean and covariance over all orders (Strasser & Weber, Mathematical Methods of
Statistics 8 (1999), 220-250). Signs that may be either are the same with g = 1.

Distributions of sums of whole scores: over all ways to choose m of them, and over all ways to give them signs.

Each score is added in turn to all sums so far. The numbers of ways are floats, as shares of all ways. Source:
Streitberg & Röhmel, Statistical Software Newsletter 12 (1986), 10-17. Cost: of m of n scores n m S, of n signs n S,
with S the sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from math import factorial, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

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


MOST_LISTED = 100_000
"""So many arrangements are listed one by one."""

TIED = 1e-9
"""Statistics that differ by this share are equal."""


@dataclass(frozen=True, eq=False)
class Orders:
    """Scores h (n,) and g (n, q), and the rows of each block, in which the h may stand in any order."""

    h: Floats
    g: Floats
    blocks: tuple[NDArray[np.intp], ...]

    @property
    def moments(self) -> tuple[Floats, Floats, Floats]:
        """T less its mean, its covariance over all orders, and T."""
        q = self.g.shape[1]
        gap, spread = np.zeros(q), np.zeros((q, q))
        for rows in self.blocks:
            h, g = self.h[rows] - self.h[rows].mean(), self.g[rows] - self.g[rows].mean(axis=0)
            gap += h @ g
            spread += float(h @ h) / max(len(rows) - 1, 1) * (g.T @ g)
        return gap, spread, self.h @ self.g

    @property
    def whole(self) -> float | None:
        """The unit in which all scores are whole, where there are two groups; None otherwise."""
        two = self.g.shape[1] == 1 and bool(np.isin(self.g, (0.0, 1.0)).all())
        return _unit(self.h) if two else None

    def sums(self, unit: float) -> tuple[Floats, Floats] | None:
        """Values of T less its mean and their probabilities, of two groups; None where that takes too long."""
        parts: list[Floats] = []
        shift = work = 0.0
        for rows in self.blocks:
            h, m = np.round(self.h[rows] / unit).astype(np.int64), int(self.g[rows, 0].sum())
            least = int(h.min())
            work += work_of_choices(h - least, m)
            if work > MOST_WORK:
                return None
            parts.append(of_choices(h - least, m))
            shift += m * (least - h.mean())
        law = parts[0]
        for part in parts[1:]:
            law = np.convolve(law, part).astype(np.float64)
        values: Floats = unit * (np.arange(len(law), dtype=np.float64) + float(shift))
        return values, law

    @property
    def many(self) -> int:
        """Number of orders."""
        return prod(factorial(len(rows)) for rows in self.blocks)

    def listed(self) -> Floats:
        """T less its mean for all orders, (orders, q)."""
        total = np.zeros((1, self.g.shape[1]))
        for rows in self.blocks:
            h, g = self.h[rows], self.g[rows] - self.g[rows].mean(axis=0)
            each = h[np.array(list(permutations(range(len(rows)))))] @ g
            total = (total[:, None] + each).reshape(-1, self.g.shape[1])
        return total

    def drawn(self, draws: int, random: np.random.Generator) -> Iterator[Floats]:
        """T less its mean for random orders, in parts."""
        size = max(1, 2_000_000 // len(self.h))
        for start in range(0, draws, size):
            total = np.zeros((min(size, draws - start), self.g.shape[1]))
            for rows in self.blocks:
                h, g = self.h[rows], self.g[rows] - self.g[rows].mean(axis=0)
                total += random.permuted(np.broadcast_to(h, (len(total), len(rows))), axis=1) @ g
            yield total


@dataclass(frozen=True, eq=False)
class SignArrangements:
    """Scores h (n,) at least 0, and the signs that were seen; each may be either."""

    h: Floats
    signs: Floats

    @property
    def moments(self) -> tuple[Floats, Floats, Floats]:
        """The signed sum, its variance over all signs, and the sum of those with a plus."""
        signed = float(self.h @ self.signs)
        return np.array([signed]), np.array([[float(self.h @ self.h)]]), np.array([float(self.h @ (self.signs > 0))])

    @property
    def whole(self) -> float | None:
        """The unit in which all scores are whole; None where there is none."""
        return _unit(self.h)

    def sums(self, unit: float) -> tuple[Floats, Floats] | None:
        """Values of the signed sum and their probabilities; None where that takes too long."""
        h = np.round(self.h / unit).astype(np.int64)
        if work_of_signs(h) > MOST_WORK:
            return None
        law = of_signs(h)
        values: Floats = unit * (2.0 * np.arange(len(law), dtype=np.float64) - float(h.sum()))
        return values, law

    @property
    def many(self) -> int:
        """Number of ways to give signs."""
        return 2 ** len(self.h)

    def listed(self) -> Floats:
        """The signed sum for all signs, (ways, 1)."""
        total = np.zeros(1)
        for score in self.h.tolist():
            total = np.concatenate([total - score, total + score])
        return total[:, None]

    def drawn(self, draws: int, random: np.random.Generator) -> Iterator[Floats]:
        """The signed sum for random signs, in parts."""
        size = max(1, 2_000_000 // len(self.h))
        for start in range(0, draws, size):
            plus = random.integers(0, 2, (min(size, draws - start), len(self.h)))
            yield ((2.0 * plus - 1.0) @ self.h)[:, None]


@dataclass(frozen=True, eq=False)
class Standardized:
    """The statistic that was seen, as a z or as a chi-squared, and how to make that of other sums."""

    rank: int
    value: float
    root: Floats

    @classmethod
    def of(cls, gap: Floats, spread: Floats) -> Standardized:
        """Of T less its mean with this covariance: z where that has rank 1, Q otherwise."""
        size, axes = np.linalg.eigh(spread)
        some = size > 1e-10 * max(float(size.max()), 0.0)
        root = axes[:, some] / np.sqrt(size[some])
        z = gap @ root
        rank = int(some.sum())
        if len(gap) == 1 and rank == 1:
            return cls(1, float(gap[0] * abs(root[0, 0])), np.abs(root))
        return cls(rank, float(z @ z), root)

    @property
    def is_z(self) -> bool:
        """Whether the statistic has a sign."""
        return self.root.shape == (1, 1)

    def share(self, gaps: Floats, weight: Any, alternative: str) -> float:
        """The weight of the sums (m, q) that are as far out as what was seen."""
        z = gaps @ self.root
        if not self.is_z:
            far = np.square(z).sum(axis=1) >= self.value * (1.0 - TIED)
            return float(np.sum(np.where(far, weight, 0.0)))
        z, slack = z[:, 0], TIED * max(1.0, abs(self.value))
        if alternative == "greater":
            far = z >= self.value - slack
        elif alternative == "less":
            far = z <= self.value + slack
        else:
            far = np.abs(z) >= abs(self.value) - slack
        return float(np.sum(np.where(far, weight, 0.0)))

    def asymptotic(self, alternative: str) -> float:
        """The p-value by the normal or the chi-squared distribution."""
        if not self.is_z:
            return float(special.chdtrc(self.rank, self.value))
        tail = {"greater": -self.value, "less": self.value, "two-sided": -abs(self.value)}[alternative]
        return float(special.ndtr(tail)) * (2.0 if alternative == "two-sided" else 1.0)


def _unit(scores: Floats) -> float | None:
    """1 or 1/2 where all scores are multiples of it."""
    for unit in (1.0, 0.5):
        if np.abs(scores).max(initial=0.0) < 1e9 and (scores / unit == np.round(scores / unit)).all():
            return unit
    return None
