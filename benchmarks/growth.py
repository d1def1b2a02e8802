"""How cost and memory grow with rows and columns, against the limit.

    uv run --group bench python benchmarks/growth.py [--quick]

The limit is one `dsyrk` over X and one read of it for least squares, two reads for logistic regression. Memory is the
peak that a fit takes beyond the data, as a multiple of X.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, limit, show, with_memory

FULL = [(10**4, 50), (10**5, 50), (10**6, 50), (4 * 10**6, 50), (10**5, 5), (10**5, 20), (10**5, 200), (10**5, 500)]
QUICK = [(10**4, 50), (10**5, 50), (10**5, 5), (2 * 10**4, 200)]


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    for n, p in QUICK if quick else FULL:
        random = np.random.default_rng(0)
        X = random.standard_normal((n, p))
        X[:, 0] = 1.0
        eta = X @ (random.standard_normal(p) / np.sqrt(p))
        outcomes = {
            "ols": eta + random.standard_normal(n),
            "logistic": (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
        }
        for reads, (family, y) in enumerate(outcomes.items(), start=1):
            make = getattr(st, family)
            cases = {
                "stattools": lambda make=make, y=y, X=X: st.fit(make(y, X, intercept=False)),
                "limit": lambda X=X, reads=reads: limit(X, reads=reads),
            }
            found = interleaved(f"{family}, n = {n:,}, p = {p}", cases, rounds=3)
            yield with_memory(found, cases, unit=X.nbytes, name="memory, times X")


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
