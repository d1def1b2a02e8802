"""Effective draws of a logistic regression of 1,000 rows and 5 columns, against PyMC where it is installed.

    uv run --group bench python benchmarks/posterior.py [--quick]

Seconds are those of a run (4 chains of 1,000 draws) divided by its least bulk effective sample size.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

import stattools as st
from stattools.benchmarking import Comparison, Timing, show

ROWS, COLUMNS = 1000, 5


def data() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = random.normal(size=(ROWS, COLUMNS - 1))
    return (random.random(ROWS) < 1 / (1 + np.exp(-X @ random.normal(size=COLUMNS - 1)))).astype(int), X


def ours(method: Literal["nuts", "importance", "laplace"]) -> Callable[[], float]:
    model = st.logistic(*data())

    def run() -> float:
        draws = st.posterior(model, prior=st.Normal(0, 2.5), method=method, seed=1)
        return float(draws.diagnostics.ess_bulk.min())

    return run


def pymc() -> float:
    import arviz
    import pymc as pm  # type: ignore[import-not-found]

    y, X = data()
    with pm.Model():
        beta = pm.Normal("beta", 0, 2.5, shape=COLUMNS)
        pm.Bernoulli("y", logit_p=beta[0] + X @ beta[1:], observed=y)
        trace = pm.sample(1000, tune=500, chains=4, random_seed=1, progressbar=False)
    return float(arviz.ess(trace)["beta"].min())


def comparisons(quick: bool) -> Iterator[Comparison]:
    cases = {
        "stattools": ours("nuts"),
        "stattools, importance": ours("importance"),
        "stattools, Laplace": ours("laplace"),
    }
    if importlib.util.find_spec("pymc"):
        cases["PyMC"] = pymc
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    whole: dict[str, float] = {}
    for _ in range(1 if quick else 3):
        for name, run in cases.items():
            start = time.perf_counter()
            size = run()
            whole[name] = time.perf_counter() - start
            seconds[name].append(whole[name] / size)
    yield Comparison(
        "logistic posterior, an effective draw",
        tuple(
            Timing(name, tuple(taken), {"seconds a run": whole[name]}, 3.0 if name == "PyMC" else None)
            for name, taken in seconds.items()
        ),
    )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
