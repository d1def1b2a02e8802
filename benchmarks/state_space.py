"""State space models beside statsmodels: one process, interleaved rounds, medians and ratios.

Run it as `OPENBLAS_NUM_THREADS=1 uv run python benchmarks/state_space.py [ROUNDS]`; it takes about a minute.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
from statsmodels.datasets import nile
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.statespace.contrasts import Contrasts
from stattools.statespace.random_walk import RandomWalk
from stattools.statespace.state_table import smoothed

N = 100_000
NONE = np.zeros(0)


def seconds(call: Callable[[], object], at_least: float = 0.05) -> float:
    """Seconds a call, over as many calls in a row as take 50 ms: a fit makes many."""
    start, calls = time.perf_counter(), 0
    while True:
        call()
        calls += 1
        passed = time.perf_counter() - start
        if passed >= at_least:
            return passed / calls


def walk(n: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.cumsum(0.1 * random.normal(size=n)) + random.normal(size=n)


def compare(title: str, calls: dict[str, Callable[[], object]], rounds: int) -> None:
    """The last call is the reference."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call))
    reference = median(list(times.values())[-1])
    print(title)
    for name, measured in times.items():
        middle = median(measured)
        print(f"    {name:44s} {1e3 * middle:10.2f} ms   {reference / middle:8.1f}x")


def main(rounds: int = 5) -> None:
    warnings.simplefilter("ignore")
    y, theta = walk(N), np.array([1.0, 0.01])
    level = st.local_level(y)
    contrasts = level.contrasts
    assert level.spectrum is not None
    reference = UnobservedComponents(y, "llevel", use_exact_diffuse=True)
    compare(
        f"local level, log-likelihood, n = {N:,}",
        {
            "spectral": lambda: level.loglik(theta),
            "LAPACK, contrasts": lambda: contrasts.loglik(theta, NONE),
            "LAPACK, recurrence (any gaps, any ratio)": lambda: RandomWalk(y, 1.0, 0.01).loglik(),
            "statsmodels": lambda: reference.loglike(theta),
        },
        rounds,
    )
    compare(
        f"local level, smoothed means and variances, n = {N:,}",
        {
            "stattools": lambda: smoothed(level, theta, NONE),
            "statsmodels": lambda: reference.smooth(theta, cov_type="none"),
        },
        rounds,
    )
    gaps = np.where(np.random.default_rng(1).random(N) < 0.1, np.nan, y)
    gappy, gappy_reference = st.local_level(gaps), UnobservedComponents(gaps, "llevel", use_exact_diffuse=True)
    compare(
        f"the same with 10 % missing, n = {N:,}",
        {
            "stattools": lambda: smoothed(gappy, theta, NONE),
            "statsmodels": lambda: gappy_reference.smooth(theta, cov_type="none"),
        },
        rounds,
    )
    three = np.array([1.0, 0.01, 1e-4])
    trend = st.local_linear_trend(y)
    bands: Contrasts = trend.contrasts
    trend_reference = UnobservedComponents(y, "lltrend", use_exact_diffuse=True)
    compare(
        f"local linear trend, log-likelihood, n = {N:,}",
        {"stattools": lambda: bands.loglik(three, NONE), "statsmodels": lambda: trend_reference.loglike(three)},
        rounds,
    )
    compare(
        f"local linear trend, smoothed means and variances, n = {N:,}",
        {
            "stattools": lambda: smoothed(trend, three, NONE),
            "statsmodels": lambda: trend_reference.smooth(three, cov_type="none"),
        },
        rounds,
    )
    flow = nile.load_pandas().data["volume"].to_numpy()
    compare(
        "the Nile, maximum likelihood",
        {
            "stattools": lambda: st.fit(st.local_level(flow)),
            "statsmodels": lambda: UnobservedComponents(flow, "llevel", use_exact_diffuse=True).fit(disp=0),
        },
        rounds,
    )
    million = walk(1_000_000)
    compare("local level, maximum likelihood, n = 1,000,000", {"stattools": lambda: st.fit(st.local_level(million))}, 3)
    random = np.random.default_rng(2)
    Y = np.cumsum(0.1 * random.normal(size=(10_000, 1_000)), axis=1) + random.normal(size=(10_000, 1_000))
    compare("10,000 series of 1,000 steps, maximum likelihood", {"stattools": lambda: st.fit_many(Y)}, 3)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
