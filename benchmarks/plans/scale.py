"""How a fit would scale to a billion rows and beyond: constants measured here, passes over partitions simulated.

    uv run --group bench python benchmarks/plans/scale.py [--quick]

Measured: seconds of one core per row and pass, from Parquet files; seconds of the scheduler per task, on a LocalCluster
over loopback; bytes of what a task sends back. Assumed: bandwidths of storage and network, and stragglers (`Assumed`).
Simulated: tasks handed out one after the other by the scheduler to the worker that is free first, reads that share
the storage, a tree of sums with four children a node. Prints the tables of docs/scale.md.
"""

from __future__ import annotations

import heapq
import pickle
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

P = 10
PASSES = ("survey", "information", "information", "score")
"""The reads of a logistic fit."""


@dataclass(frozen=True)
class Measured:
    """Seconds of one core: per row of each pass with ten columns, per row and entry of the information where columns
    are many, of the scheduler per task, of the client per fit; and bytes per row.
    """

    row: dict[str, float]
    entry: float
    task: float
    bytes_row: float
    client: float


@dataclass(frozen=True)
class Assumed:
    """Bytes a second of a worker's reads, of the storage as a whole and of a network link; seconds of a message; how
    long tasks take beside their median (sigma of its logarithm), and the share of tasks that take five times as long.
    """

    worker: float = 0.5e9
    storage: float = 50e9
    link: float = 1.25e9
    message: float = 0.5e-3
    spread: float = 0.15
    stragglers: float = 0.002
    slow: float = 5.0


def payload(p: int) -> float:
    """Bytes of a score, a triangle of the information and a log-likelihood, as p x p numbers are sent."""
    return 8.0 * (p * p + p + 2) + 500.0


def pass_seconds(rows: float, partition: float, workers: int, kind: str, m: Measured, a: Assumed, p: int = P) -> float:
    """One pass: the last task's end, then the tree of sums."""
    random = np.random.default_rng(1)
    tasks = int(np.ceil(rows / partition))
    width = p / P
    compute = partition * (m.row[kind] * width + (m.entry * p * p if kind == "information" else 0.0))
    size = partition * m.bytes_row * width
    slow = np.exp(a.spread * random.standard_normal(tasks))
    slow[random.random(tasks) < a.stragglers] *= a.slow
    # The next batch is read while one is summed; a slow worker is slow at both, and the storage shared by all is not.
    each = np.maximum(max(compute, size / a.worker) * slow, size * min(workers, tasks) / a.storage)
    free = [0.0] * workers
    heapq.heapify(free)
    end = 0.0
    for k in range(tasks):
        begin = max(heapq.heappop(free), (k + 1) * m.task * 4.0 / 3.0)  # one sum for every three reads
        done = begin + each[k]
        end = max(end, done)
        heapq.heappush(free, done)
    depth = int(np.ceil(np.log(max(tasks, 1)) / np.log(4.0)))
    merge = m.task + a.message + 4.0 * payload(p) / a.link + 4e-9 * p * p
    return end + depth * merge


def fit_seconds(rows: float, partition: float, workers: int, m: Measured, a: Assumed, p: int = P) -> float:
    return m.client + sum(pass_seconds(rows, partition, workers, kind, m, a, p) for kind in PASSES)


def measured(quick: bool) -> Measured:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import files  # the data of benchmarks/files.py

    import stattools as st
    from stattools.data.files.first_pass import read_source
    from stattools.numerics.columns import upper_gram

    millions = 1 if quick else 4
    with tempfile.TemporaryDirectory() as folder:
        files.write(folder, millions)
        scan = st.scan(f"{folder}/parquet")
        formula = "y ~ " + " + ".join(files.NAMES)
        model = st.logistic(formula, scan)
        theta = np.zeros(P + 1)
        work = {
            "survey": lambda: read_source(formula, scan, {}),
            "information": lambda: model.evaluate(theta),
            "score": lambda: model.ascent(theta),
        }
        row = {kind: _cpu(run, 3) / (millions * files.GROUP) for kind, run in work.items()}
        held = model.rows.sampled
        sample = st.logistic(held.y, held.X, names=list(model.names), intercept=False)
        client = _cpu(lambda: st.fit(sample), 3) * 2.0  # and the two maxima of the surrogate
    X = np.random.default_rng(0).standard_normal((4000, 400))
    entry = _cpu(lambda: upper_gram(X), 5) / X.size / 400
    return Measured(row, entry, _task_seconds(500 if quick else 3000), 8.0 * (P + 1), client)


def _cpu(run, rounds: int) -> float:
    """Median seconds of processor time."""
    times = []
    for turn in range(rounds + 1):
        start = time.process_time()
        run()
        if turn:
            times.append(time.process_time() - start)
    return median(times)


def _task_seconds(tasks: int) -> float:
    """Seconds per task of a graph of tasks that do nothing and a tree of sums over them, two workers."""
    import dask
    from dask.distributed import Client, LocalCluster

    def nothing(k):
        return float(k)

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        times = []
        for turn in range(4):
            leaves = [dask.delayed(nothing, pure=False)(k) for k in range(tasks)]
            nodes = tasks
            while len(leaves) > 1:
                leaves = [dask.delayed(sum, pure=False)(leaves[k : k + 4]) for k in range(0, len(leaves), 4)]
                nodes += len(leaves)
            start = time.perf_counter()
            client.compute(leaves[0]).result()
            if turn:
                times.append((time.perf_counter() - start) / nodes)
    return median(times)


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def said(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def main(quick: bool) -> None:
    m, a = measured(quick), Assumed()
    print(f"Measured on one core, {P} columns and an outcome in float64 from Parquet:\n")
    rows = [[kind, f"{1e9 * m.row[kind]:.0f} ns", f"{m.bytes_row * 1e9 / 1e9:.0f} GB"] for kind in m.row]
    print(table(["pass", "a row", "read for a billion rows"], rows))
    print(
        f"\nA task costs the scheduler {1e3 * m.task:.2f} ms; "
        f"the sample costs the client {1e3 * m.client:.0f} ms a fit.\n"
    )
    print("What a task sends back, and what a pass over 1,000 partitions moves in all:\n")
    sizes = [(p, payload(p)) for p in (11, 101, 1001)]
    real = len(pickle.dumps((0.0, np.zeros(11), np.zeros((11, 11)))))
    print(table(["coefficients", "bytes a partition", "bytes a pass"],
                [[f"{p:,}", f"{b:,.0f}", f"{1000 * b * 4 / 3:,.0f}"] for p, b in sizes]))  # fmt: skip
    print(f"\n(pickled, 11 coefficients take {real:,} bytes)\n")
    print(
        f"A logistic fit, {len(PASSES)} passes, simulated; partitions of a million rows, or 10,000 of them; "
        "in brackets, how\n"
        "many times as fast as one core:\n"
    )
    counts = (16, 100, 1000)
    grid = []
    for n in (2e7, 1e9, 1e10, 1e11, 1e12):
        partition = max(1e6, n / 1e4)
        times = {w: fit_seconds(n, partition, w, m, a) for w in counts}
        one = m.client + sum(n * m.row[kind] for kind in PASSES)
        grid.append([f"{n:,.0f}", f"{partition:,.0f}", *(f"{said(t)} ({one / t:.0f}x)" for t in times.values())])
    print(table(["rows", "rows a partition", *(f"{w:,} workers" for w in counts)], grid))
    print("\nWhat a pass for score and information over a billion rows waits for, 100 workers:\n")
    print(table(["what changes", "a pass"], [[what, said(t)] for what, t in limits(m, a)]))


def limits(m: Measured, a: Assumed) -> list[tuple[str, float]]:
    from dataclasses import replace

    def one(m=m, a=a, partition=1e6, workers=100, p=P):
        return pass_seconds(1e9, partition, workers, "information", m, a, p)

    return [
        ("as above", one()),
        ("no stragglers", one(a=replace(a, stragglers=0.0, spread=0.0))),
        ("one task in fifty takes five times as long", one(a=replace(a, stragglers=0.02))),
        ("storage gives 5 GB/s in all", one(a=replace(a, storage=5e9))),
        ("partitions of 100,000 rows: 10,000 tasks", one(partition=1e5)),
        ("partitions of 10,000 rows: 100,000 tasks", one(partition=1e4)),
        ("1,000 workers", one(workers=1000)),
        ("1,000 workers, partitions of 100,000 rows", one(workers=1000, partition=1e5)),
        ("1,000 columns instead of 10", one(p=1000)),
        ("1,000 columns, 1,000 workers, partitions of 100,000 rows", one(p=1000, workers=1000, partition=1e5)),
    ]


if __name__ == "__main__":
    main("--quick" in sys.argv)
