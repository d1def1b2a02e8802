"""Effective draws of a logistic regression of 1,000 rows, 5 columns, against PyMC in an interpreter that has it.

    STATTOOLS_PYMC_PYTHON=/path/to/python uv run --group bench python benchmarks/posterior.py [--quick]

Seconds are those of a run (4 chains of 1,000 draws, building the model included, importing libraries not) divided by
its least bulk effective sample size. PyMC runs with its own cores, at its own default tuning and at ours; what it takes
to sample alone, without building and compiling, is beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

import stattools as st
from stattools.benchmarking import SpeedComparison, Timing, show
from stattools.numerics.threads import one_blas_thread

ROWS, COLUMNS, TUNE = 1000, 5, 500
LEAST = 3.0
"""Times as long per effective draw as ours, that is promised."""

PYMC = """
import json, sys, time
import arviz, numpy as np, pymc as pm
y, X = np.load(sys.argv[1]).T[0], np.load(sys.argv[1])[:, 1:]
start = time.perf_counter()
with pm.Model():
    beta = pm.Normal("beta", 0, 2.5, shape=X.shape[1] + 1)
    pm.Bernoulli("y", logit_p=beta[0] + pm.math.dot(X, beta[1:]), observed=y)
    trace = pm.sample(1000, tune=int(sys.argv[2]), chains=4, random_seed=1, progressbar=False)
whole = time.perf_counter() - start
sampling = float(trace.posterior.attrs.get("sampling_time", float("nan")))
print(json.dumps({"seconds": whole, "ess": float(arviz.ess(trace)["beta"].min()), "sampling": sampling}))
"""


def data() -> tuple[np.ndarray, np.ndarray]:
    """Outcomes and columns."""
    random = np.random.default_rng(0)
    X = random.normal(size=(ROWS, COLUMNS - 1))
    return (random.random(ROWS) < 1 / (1 + np.exp(-X @ random.normal(size=COLUMNS - 1)))).astype(int), X


def ours(method: Literal["nuts", "importance", "laplace"]) -> Callable[[], Mapping[str, float]]:
    """A run of ours: its seconds and its least effective sample size."""

    def run() -> Mapping[str, float]:
        start = time.perf_counter()
        model = st.logistic(*data())
        draws = st.posterior(model, prior=st.Normal(0, 2.5), method=method, tune=TUNE, seed=1)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "ess": float(draws.diagnostics.ess_bulk.min())}

    return run


def pymc(python: str, rows: Path, tune: int) -> Callable[[], Mapping[str, float]]:
    """A run of PyMC in an interpreter of its own."""

    def run() -> Mapping[str, float]:
        command = [python, "-c", PYMC, str(rows), str(tune)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])

    return run


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    """Seconds per effective draw, in turns."""
    cases = {"stattools": ours("nuts"), "stattools, importance": ours("importance")}
    cases["stattools, Laplace"] = ours("laplace")
    with tempfile.TemporaryDirectory() as folder, one_blas_thread():
        if python := os.environ.get("STATTOOLS_PYMC_PYTHON"):
            rows = Path(folder) / "rows.npy"
            np.save(rows, np.column_stack(data()))
            cases["PyMC, tuned 1,000 (its default)"] = pymc(python, rows, 1000)
            cases[f"PyMC, tuned {TUNE}"] = pymc(python, rows, TUNE)
        runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in cases}
        for turn in range(1 if quick else 4):
            for name, run in cases.items():
                found = run()
                if turn or quick:  # the first round fills caches, of compiled code too
                    runs[name].append(found)
    yield SpeedComparison(
        "logistic posterior, an effective draw", tuple(_timing(name, each) for name, each in runs.items())
    )


def _timing(name: str, runs: list[Mapping[str, float]]) -> Timing:
    last = runs[-1]
    facts = {"seconds a run": last["seconds"], "effective draws": last["ess"]}
    facts |= {"seconds to sample alone": last["sampling"]} if "sampling" in last else {}
    per_draw = tuple(run["seconds"] / run["ess"] for run in runs)
    return Timing(name, per_draw, facts, LEAST if name.startswith("PyMC") else None)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
