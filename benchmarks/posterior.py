"""How long four chains of 1,000 draws take on a logistic regression of 1,000 rows and 5 columns.

Beside PyMC on the same model where it is installed; interleaved, one process. Run it as
`OPENBLAS_NUM_THREADS=1 uv run python benchmarks/posterior.py [ROUNDS]`.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import stattools as st

ROWS, COLUMNS = 1000, 5


def data() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = random.normal(size=(ROWS, COLUMNS - 1))
    return (random.random(ROWS) < 1 / (1 + np.exp(-X @ random.normal(size=COLUMNS - 1)))).astype(int), X


def ours(method: str) -> Callable[[], float]:
    y, X = data()
    model = st.logistic(y, X)

    def run() -> float:
        draws = st.posterior(model, prior=st.Normal(0, 2.5), method=method, seed=1)  # type: ignore[arg-type]
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


def main(rounds: int = 3) -> None:
    cases = {f"stattools, {method}": ours(method) for method in ("nuts", "importance", "laplace")}
    if importlib.util.find_spec("pymc"):
        cases["PyMC (its own NUTS)"] = pymc
    times: dict[str, list[float]] = {name: [] for name in cases}
    sizes: dict[str, float] = {}
    for _ in range(rounds):
        for name, run in cases.items():
            start = time.perf_counter()
            sizes[name] = run()
            times[name].append(time.perf_counter() - start)
    for name, measured in times.items():
        each = 1e3 * median(measured) / sizes[name]
        print(
            f"{name:24s} {median(measured):7.2f} s   least ESS {sizes[name]:7.0f}   {each:7.3f} ms per effective draw"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
