"""A logistic regression from Parquet files against the same fit in memory: time, peak memory, digits.

    OPENBLAS_NUM_THREADS=1 uv run python benchmarks/files.py [rows in millions]

Writes 10 predictors and a 0/1 outcome, float64, to a temporary folder in row groups of a million rows, and fits each
way in a process of its own, whose peak resident memory is read at its end. The time in memory is given twice: of
the model and fit alone, on arrays that are there, and with the reading of the files into those arrays.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

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
        "cpu": time.process_time(),
        "seconds": seconds, "with_reading": whole, "peak_mb": peak, "reads": fit.solution.reads,
        "decrement": fit.solution.decrement, "estimate": fit.estimate.tolist(), "se": fit.se.tolist(),
    }  # fmt: skip


def measured(way: str, folder: str) -> dict:
    done = subprocess.run([sys.executable, __file__, way, folder], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main(millions: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(folder, millions)
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e9
        print(f"{millions} million rows, {P} predictors, {size:.2f} GB of Parquet")
        runs = {way: [] for way in ("files", "memory")}
        for _ in range(3):
            for way, found in runs.items():
                found.append(measured(way, folder))
        for way, found in runs.items():
            seconds, whole = (np.median([run[key] for run in found]) for key in ("seconds", "with_reading"))
            print(
                f"{way:7} {seconds:6.1f} s, {whole:6.1f} s with reading, "
                f"{np.median([run['cpu'] for run in found]):.1f} s of processor in all; "
                f"peak {max(run['peak_mb'] for run in found):5.0f} MB; "
                f"{found[0]['reads']} reads; decrement {found[0]['decrement']:.0e}"
            )
        here, there = runs["files"][0], runs["memory"][0]
        gap = np.abs(np.subtract(here["estimate"], there["estimate"])) / np.array(there["se"])
        print(f"estimates differ by {gap.max():.1e} standard errors at most, these by "
              f"{np.max(np.abs(np.divide(here['se'], there['se']) - 1)):.1e} of themselves")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["files"] or sys.argv[1:2] == ["memory"]:
        print(json.dumps((in_files if sys.argv[1] == "files" else in_memory)(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
