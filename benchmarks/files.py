"""A logistic regression from Parquet files against the same fit in memory: time, peak memory, reads, digits.

    uv run --group bench python benchmarks/files.py [--quick]

Writes 10 predictors and a 0/1 outcome, float64, to a temporary folder in row groups of a million rows (20 of them), and
fits each way in a process of its own, whose peak resident memory is read at its end. In memory, the time of the fit
alone stands beside that with the reading of the files into arrays.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stattools.benchmarking import Comparison, Timing, show

P = 10
GROUP = 1_000_000
NAMES = [f"x{k}" for k in range(P)]


def write(folder: str, millions: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    beta = np.linspace(-0.5, 0.5, P)
    for k in range(millions):
        X = rng.standard_normal((GROUP, P))
        y = (rng.uniform(size=GROUP) < 1.0 / (1.0 + np.exp(1.0 - X @ beta))).astype(float)
        table = pa.table({"y": y} | {name: X[:, j] for j, name in enumerate(NAMES)})
        pq.write_table(table, f"{folder}/{k:03d}.parquet", row_group_size=GROUP, use_dictionary=False)


def in_files(folder: str) -> dict:
    import stattools as st

    start = time.perf_counter()
    fit = st.fit(st.logistic("y ~ " + " + ".join(NAMES), st.scan(folder)))
    return report(fit, time.perf_counter() - start, time.perf_counter() - start)


def in_memory(folder: str) -> dict:
    import pyarrow.parquet as pq

    import stattools as st

    begin = time.perf_counter()
    paths = sorted(Path(folder).glob("*.parquet"))
    n = sum(pq.ParquetFile(path).metadata.num_rows for path in paths)
    X, y, first = np.empty((n, P), order="F"), np.empty(n), 0
    for path in paths:
        table = pq.read_table(path)
        last = first + table.num_rows
        y[first:last] = table["y"].to_numpy()
        for j, name in enumerate(NAMES):
            X[first:last, j] = table[name].to_numpy()
        first = last
    del table
    X = np.concatenate([np.ones((1, n)), X.T]).T  # with its intercept, and no copy inside the model
    start = time.perf_counter()
    fit = st.fit(st.logistic(y, X, names=["Intercept", *NAMES], intercept=False))
    return report(fit, time.perf_counter() - start, time.perf_counter() - begin)


def report(fit, seconds: float, whole: float) -> dict:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": seconds, "with_reading": whole, "peak_mb": peak, "reads": fit.solution.reads,
        "decrement": fit.solution.decrement, "estimate": fit.estimate.tolist(), "se": fit.se.tolist(),
    }  # fmt: skip


def measured(way: str, folder: str) -> dict:
    done = subprocess.run([sys.executable, __file__, way, folder], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def facts(runs: list[dict], exact: dict) -> dict[str, float]:
    gap = np.abs(np.subtract(runs[0]["estimate"], exact["estimate"])) / np.array(exact["se"])
    return {
        "peak MB": max(run["peak_mb"] for run in runs),
        "reads": runs[0]["reads"],
        "decrement": runs[0]["decrement"],
        "se apart": float(gap.max()),
    }


def comparisons(quick: bool) -> Iterator[Comparison]:
    millions = 1 if quick else 20
    with tempfile.TemporaryDirectory() as folder:
        write(folder, millions)
        runs: dict[str, list[dict]] = {"files": [], "memory": []}
        for _ in range(1 if quick else 3):
            for way, found in runs.items():
                found.append(measured(way, folder))
    files, memory = (facts(found, runs["memory"][0]) for found in runs.values())
    yield Comparison(
        f"logistic regression of {millions} million rows, 10 columns",
        (
            Timing("stattools, files", tuple(run["seconds"] for run in runs["files"]), files),
            Timing(
                "stattools, memory, fit only",
                tuple(run["seconds"] for run in runs["memory"]),
                memory,
                None if quick else 1 / 1.5,
            ),
            Timing("stattools, memory, with reading", tuple(run["with_reading"] for run in runs["memory"]), memory),
        ),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["files"] or sys.argv[1:2] == ["memory"]:
        print(json.dumps((in_files if sys.argv[1] == "files" else in_memory)(sys.argv[2])))
    else:
        show(comparisons("--quick" in sys.argv))
