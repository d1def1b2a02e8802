"""The statistics of the wild cluster bootstrap, from the scores and the information of the clusters alone.

In coordinates where the covariance is I and the combination of the coefficients that is tested is c^T theta, |c| = 1,
cluster g has the score S_g and the information M_g, m_g = M_g c. Where the hypothesis is d from the estimate, the
scores at the restricted estimate are S_g + d m_g for least squares, and draws v_g of the weights make

    t* = sum_g v_g a_g / sqrt(sum_g (v_g a_g - m_g^T Z)^2),   a_g = c^T S_g,   Z = sum_g v_g S_g

so that a draw costs G p, whatever the number of rows, and t*^2 is a ratio of two square forms in d. Source: Roodman,
MacKinnon, Nielsen & Webb, Stata Journal 19 (2019), 4-60.

Weights of clusters: with mean 0 and variance 1, each draw multiplies the scores of a cluster by one.

    rademacher    -1, 1
    webb          -sqrt(3/2), -1, -sqrt(1/2), sqrt(1/2), 1, sqrt(3/2)
    mammen        (1 - sqrt 5) / 2 with probability (sqrt 5 + 1) / (2 sqrt 5), else (1 + sqrt 5) / 2

Two signs have 2^G patterns, of which those that differ in all signs give the same |t|: where there are no more than
the draws asked for, each is taken once, and the test is exact in what it does. Source: Webb, Queen's Economics
Department Working Paper 1315 (2013); Mammen, Annals of Statistics 21 (1993).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stattools.interface.arrays import Floats

ROOT5 = 5.0**0.5
VALUES: dict[str, tuple[list[float], list[float] | None]] = {
    "rademacher": ([-1.0, 1.0], None),
    "webb": ([-(1.5**0.5), -1.0, -(0.5**0.5), 0.5**0.5, 1.0, 1.5**0.5], None),
    "mammen": (
        [0.5 * (1.0 - ROOT5), 0.5 * (1.0 + ROOT5)],
        [(ROOT5 + 1.0) / (2.0 * ROOT5), (ROOT5 - 1.0) / (2.0 * ROOT5)],
    ),
}
"""The weights and their probabilities; None where all are alike."""

AT_A_TIME = 2_000_000
"""Weights that are in memory together."""


@dataclass(frozen=True)
class ClusterWeights:
    """The weights of G clusters in every draw, the same whenever they are asked for; `holds_sample` says that weights
    of 1 give the statistic of the sample.
    """

    kind: str
    groups: int
    draws: int
    seed: int
    holds_sample: bool = True

    @property
    def is_exact(self) -> bool:
        """Whether every pattern of signs is taken once."""
        return self.kind == "rademacher" and self.groups < 60 and 2**self.groups <= self.draws

    @property
    def count(self) -> int:
        """How many patterns there are to look at: one of each two with opposite signs where all are taken."""
        return 2 ** (self.groups - 1) if self.is_exact else self.draws

    def blocks(self) -> Iterator[Floats]:
        """Weights (draws, G), some draws at a time."""
        size = max(1, AT_A_TIME // self.groups)
        random = np.random.default_rng(self.seed)
        values, p = VALUES[self.kind]
        for start in range(0, self.count, size):
            stop = min(start + size, self.count)
            if self.is_exact:
                bits = np.arange(start, stop)[:, None] >> np.arange(self.groups) & 1
                yield np.where(bits, -1.0, 1.0)
            else:
                yield random.choice(np.array(values), size=(stop - start, self.groups), p=p)

    def p_value(self, at_least: float) -> float:
        """The share of draws, where `at_least` of those looked at are as far out as the sample: to random draws the
        sample is added as one more; all patterns have it among them, where the hypothesis holds in the draws.
        """
        among = self.is_exact and self.holds_sample
        return at_least / self.count if among else (1.0 + at_least) / (1.0 + self.count)


TIE = 1e-9
"""Two statistics whose squares differ by no more, relatively, are the same: the sample among the patterns of signs."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """S_g (G, p) and m_g (G, p) at a point; `a` and `b` are their parts along c."""

    S: Floats
    m: Floats
    c: Floats

    @classmethod
    def of(cls, sums: Floats, C: Floats, combination: Floats) -> tuple[Clusters, float]:
        """From sums of scores and information (G, p + p^2), the covariance and the combination in their coordinates;
        also the standard error of the combination where the information is the covariance's inverse.
        """
        p, lower = len(C), np.linalg.cholesky(C)
        c = lower.T @ combination
        size = float(np.linalg.norm(c))
        c /= size
        m = sums[:, p:].reshape(-1, p, p) @ (lower @ c) @ lower
        return cls(sums[:, :p] @ lower, m, c), size

    @property
    def spread(self) -> float:
        """The sum of squares of the clusters' scores along c: the clustered variance, without a factor."""
        a = self.S @ self.c
        return float(a @ a)

    def squares(self, signs: ClusterWeights, d: float) -> Floats:
        """t*^2 of each draw, where the hypothesis is d from the estimate."""
        S = self.S + d * self.m
        a, parts = S @ self.c, []
        for v in signs.blocks():
            there = v * a - (v @ S) @ self.m.T
            parts.append(_ratio((v @ a) ** 2, (there * there).sum(axis=1)))
        return np.concatenate(parts)

    def forms(self, signs: ClusterWeights) -> tuple[Floats, ...]:
        """n_0, n_1, v_00, v_01, v_11 of each draw, t*^2 = (n_0 + s n_1)^2 / (v_00 + 2 s v_01 + s^2 v_11), for s the
        distance in units of the clustered standard error.
        """
        unit = self.spread**0.5
        a, b, S = self.S @ self.c / unit, self.m @ self.c, self.S / unit
        parts = []
        for v in signs.blocks():
            here, there = v * a - (v @ S) @ self.m.T, v * b - (v @ self.m) @ self.m.T
            forms = v @ a, v @ b, (here * here).sum(axis=1), (here * there).sum(axis=1), (there * there).sum(axis=1)
            parts.append(forms)
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Infinite where the bottom is 0 and the top is not, 0 where both are."""
    nothing = np.where(top > 0, np.inf, 0.0)
    return np.divide(top, bottom, out=nothing, where=bottom > 0)


def as_far(squares: Floats, square: float) -> int:
    """How many draws are as far out as the sample."""
    return int(np.count_nonzero(squares >= square * (1.0 - TIE)))


def accepted(forms: tuple[Floats, ...], signs: ClusterWeights, alpha: float) -> tuple[float, float]:
    """The ends of the distances s whose p-value is above alpha: exact, from where each draw changes sides.

    A draw is as far out as the sample, s^2, where (n_0 + s n_1)^2 >= s^2 (v_00 + 2 s v_01 + s^2 v_11): between roots
    of a quartic. Infinite where the draws as far out at any distance are more than alpha already.
    """
    n0, n1, v00, v01, v11 = forms
    quartic = np.column_stack([-v11, -2.0 * v01, n1 * n1 - v00, 2.0 * n0 * n1, n0 * n0])
    size = np.maximum(np.abs(quartic).max(axis=1), 1.0)
    always = (v11 <= TIE * size) & (np.abs(quartic) <= TIE * size[:, None]).all(axis=1)  # the sample itself
    endless = ~always & (v11 <= TIE * size)
    roots, changes = _roots(quartic[~always & ~endless])
    for one in quartic[endless]:
        found = np.roots(np.where(np.abs(one) > TIE * np.abs(one).max(), one, 0.0))
        real = np.sort(found[np.abs(found.imag) == 0].real)
        ends = np.concatenate([[-1e300], real])
        middles = np.append(0.5 * (ends[1:-1] + ends[2:]), ends[-1] + 1.0) if len(real) else np.zeros(0)
        first = np.polyval(one, (real[0] if len(real) else 0.0) - 1.0) >= 0
        state = np.concatenate([[first], np.polyval(one, middles) >= 0]).astype(float)
        roots, changes = np.append(roots, ends), np.append(changes, np.diff(state, prepend=0.0))
    order = np.argsort(roots, kind="stable")
    roots = roots[order]
    count = np.count_nonzero(always) + np.cumsum(changes[order])
    above = np.array([signs.p_value(float(one)) > alpha for one in np.unique(count)])
    above = above[np.searchsorted(np.unique(count), count)] if len(count) else above
    if signs.p_value(float(np.count_nonzero(always))) > alpha:
        return -np.inf, np.inf
    inside = np.flatnonzero(above)
    if not len(inside):
        return 0.0, 0.0
    low = roots[inside[0]]
    high = roots[inside[-1] + 1] if inside[-1] + 1 < len(roots) else np.inf
    return (-np.inf if low <= -1e299 else float(low)), float(high)


def _roots(quartic: Floats) -> tuple[Floats, Floats]:
    """The real roots of all, and whether the quartic rises above 0 there, 1, or falls below it, -1."""
    companion = np.zeros((len(quartic), 4, 4))
    companion[:, [1, 2, 3], [0, 1, 2]] = 1.0
    companion[:, 0] = -quartic[:, 1:] / quartic[:, :1]
    found = np.linalg.eigvals(companion)
    real = np.sort(np.where(np.abs(found.imag) == 0, found.real, np.inf), axis=1)
    changes = np.broadcast_to([1.0, -1.0, 1.0, -1.0], real.shape)
    there = np.isfinite(real)
    return real[there], changes[there]
