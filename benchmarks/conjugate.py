"""A million Beta posteriors with means, equal-tailed and highest-density intervals, against a loop over SciPy.

    uv run --group bench python benchmarks/conjugate.py [--quick]

Both are timed per arm: the loop on a sample of arms, its highest-density interval by the usual minimization.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from time import perf_counter

import numpy as np
from scipy import optimize, stats

import stattools as st
from stattools.benchmarking import SpeedComparison, Timing, show

SAMPLE, PROB = 100, 0.94


def loop(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mean and both intervals, arm by arm."""
    rows = []
    for one in (stats.beta(x, y) for x, y in zip(a, b, strict=True)):
        best = optimize.minimize_scalar(
            lambda p, one=one: one.ppf(p + PROB) - one.ppf(p), bounds=(0, 1 - PROB), method="bounded"
        )
        rows.append((one.mean(), *one.interval(PROB), one.ppf(best.x), one.ppf(best.x + PROB)))
    return np.array(rows)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    arms, rounds = (100_000, 2) if quick else (1_000_000, 3)
    random = np.random.default_rng(0)
    trials = random.integers(1, 2000, arms)
    model = st.binomial(random.binomial(trials, random.beta(2, 5, arms)), trials)
    ours, theirs, gap = [], [], 0.0
    for _ in range(rounds):
        start = perf_counter()
        posterior = st.posterior(model, prior=st.Beta(1, 1))
        mean, eti, hdi = posterior.mean, posterior.interval(PROB, kind="eti"), posterior.interval(PROB)
        ours.append((perf_counter() - start) / arms)
        start = perf_counter()
        reference = loop(posterior.a[:SAMPLE], posterior.b[:SAMPLE])
        theirs.append((perf_counter() - start) / SAMPLE)
        found = np.column_stack([mean, np.asarray(eti), np.asarray(hdi)])[:SAMPLE]
        gap = float(np.abs(found - reference).max())
    facts: Mapping[str, float] = {"largest gap to ours": gap}
    yield SpeedComparison(
        f"{arms:,} Beta posteriors, each",
        (Timing("stattools", tuple(ours)), Timing("SciPy loop", tuple(theirs), facts)),
    )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
