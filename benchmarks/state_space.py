"""State space models against statsmodels: likelihoods, smoothing with and without gaps, the fit of the Nile.

uv run --group bench python benchmarks/state_space.py [--quick]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from statsmodels.datasets import nile
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show
from stattools.series.statespace.contrasts import Contrasts
from stattools.series.statespace.random_walk import RandomWalk
from stattools.series.statespace.states import smoothed

N = 100_000
NONE = np.zeros(0)


def walk(n: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.cumsum(0.1 * random.normal(size=n)) + random.normal(size=n)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rounds = 3 if quick else 5
    y, theta = walk(N), np.array([1.0, 0.01])
    level = st.local_level(y)
    contrasts = level.contrasts
    assert level.spectrum is not None
    reference = UnobservedComponents(y, "llevel", use_exact_diffuse=True)
    yield interleaved(
        f"local level, log-likelihood, n = {N:,}",
        {
            "stattools, spectral": lambda: level.loglik(theta),
            "stattools, LAPACK, contrasts": lambda: contrasts.loglik(theta, NONE),
            "stattools, LAPACK, recurrence": lambda: RandomWalk(y, 1.0, 0.01).loglik(),
            "statsmodels": lambda: reference.loglike(theta),
        },
        rounds=rounds,
    )
    yield interleaved(
        f"local level, smoothed means and variances, n = {N:,}",
        {
            "stattools": lambda: list(smoothed(level, theta, NONE)),
            "statsmodels": lambda: reference.smooth(theta, cov_type="none"),
        },
        rounds=rounds,
    )
    gaps = np.where(np.random.default_rng(1).random(N) < 0.1, np.nan, y)
    gappy, gappy_reference = st.local_level(gaps), UnobservedComponents(gaps, "llevel", use_exact_diffuse=True)
    yield interleaved(
        f"the same with 10 % missing, n = {N:,}",
        {
            "stattools": lambda: list(smoothed(gappy, theta, NONE)),
            "statsmodels": lambda: gappy_reference.smooth(theta, cov_type="none"),
        },
        rounds=rounds,
    )
    three = np.array([1.0, 0.01, 1e-4])
    trend = st.local_linear_trend(y)
    bands: Contrasts = trend.contrasts
    trend_reference = UnobservedComponents(y, "lltrend", use_exact_diffuse=True)
    yield interleaved(
        f"local linear trend, log-likelihood, n = {N:,}",
        {"stattools": lambda: bands.loglik(three, NONE), "statsmodels": lambda: trend_reference.loglike(three)},
        rounds=rounds,
    )
    yield interleaved(
        f"local linear trend, smoothed means and variances, n = {N:,}",
        {
            "stattools": lambda: list(smoothed(trend, three, NONE)),
            "statsmodels": lambda: trend_reference.smooth(three, cov_type="none"),
        },
        rounds=rounds,
    )
    flow = nile.load_pandas().data["volume"].to_numpy()
    yield interleaved(
        "the Nile, maximum likelihood",
        {
            "stattools": lambda: st.fit(st.local_level(flow)),
            "statsmodels": lambda: UnobservedComponents(flow, "llevel", use_exact_diffuse=True).fit(disp=0),
        },
        rounds=rounds,
    )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
