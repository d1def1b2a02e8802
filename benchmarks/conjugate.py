"""A million Beta posteriors with means, equal-tailed and highest-density intervals in one call, against a SciPy loop.

    uv run python benchmarks/conjugate.py

The loop is timed on a sample of 300 arms; its highest-density interval is the usual minimization over quantiles.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from scipy import optimize, stats

import stattools as st

ARMS, SAMPLE, PROB = 1_000_000, 300, 0.94


def loop(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mean and both intervals, arm by arm."""
    rows = []
    for one in (stats.beta(x, y) for x, y in zip(a, b, strict=True)):
        best = optimize.minimize_scalar(
            lambda p, one=one: one.ppf(p + PROB) - one.ppf(p), bounds=(0, 1 - PROB), method="bounded"
        )
        rows.append((one.mean(), *one.interval(PROB), one.ppf(best.x), one.ppf(best.x + PROB)))
    return np.array(rows)


def main() -> None:
    """Print seconds, and the ratio per arm."""
    random = np.random.default_rng(0)
    trials = random.integers(1, 2000, ARMS)
    model = st.binomial(random.binomial(trials, random.beta(2, 5, ARMS)), trials)
    start = perf_counter()
    posterior = st.posterior(model, prior=st.Beta(1, 1))
    mean, eti, hdi = posterior.mean, posterior.interval(PROB, kind="eti"), posterior.interval(PROB)
    ours = perf_counter() - start
    start = perf_counter()
    reference = loop(posterior.a[:SAMPLE], posterior.b[:SAMPLE])
    theirs = perf_counter() - start
    found = np.column_stack([mean, np.asarray(eti), np.asarray(hdi)])[:SAMPLE]
    print(f"{ARMS:,} arms in {ours:.1f} s: {1e6 * ours / ARMS:.1f} us each; loop {1e6 * theirs / SAMPLE:.0f} us each")
    print(
        f"ratio {theirs / SAMPLE / (ours / ARMS):.0f}; largest gap, mean and ends: {np.abs(found - reference).max(0)}"
    )


if __name__ == "__main__":
    main()
