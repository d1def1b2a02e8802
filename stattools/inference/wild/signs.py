"""Weights of clusters: with mean 0 and variance 1, each draw multiplies the scores of a cluster by one.

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
class Signs:
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
