"""A logistic regression of a Dask DataFrame on two workers against memory and scikit-learn: time, peak memory, digits.

    uv run --group bench python benchmarks/cluster.py [--quick]

Makes 10 predictors and a 0/1 outcome, float64, 2 million rows, as 16 partitions on a LocalCluster of two processes with
one thread each, persisted before the clock starts, and fits each way in a process of its own. "peak MB" is the resident
memory of the process that fits (for Dask without the workers, which hold the data). scikit-learn fits the same rows by
LogisticRegression without a penalty, and by SGDClassifier.partial_fit, partition by partition as they come from the
cluster, five epochs. "se apart" is how far coefficients are from the maximum at most, in standard errors.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from stattools.benchmarking import SpeedComparison, Timing, resident_peak, show

P = 10
PARTITIONS = 16
NAMES = [f"x{k}" for k in range(P)]
FORMULA = "y ~ " + " + ".join(NAMES)


def partition(rows: int, number: int):
    """One partition as a pandas frame, the same each time."""
    import pandas as pd

    rng = np.random.default_rng(number)
    X = rng.standard_normal((rows, P))
    eta = X @ np.linspace(-0.5, 0.5, P) - 1.0
    y = (rng.uniform(size=rows) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    return pd.DataFrame({"y": y} | {name: X[:, j] for j, name in enumerate(NAMES)})


def on_cluster(rows: int, fit: Callable) -> dict:
    """What `fit` says of the frame on two workers."""
    from functools import partial

    import dask.dataframe as dd
    from distributed import Client, LocalCluster, wait

    meta = partition(1, 0).iloc[:0]
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1")
    with cluster, Client(cluster):
        frame = dd.from_map(partial(partition, rows // PARTITIONS), range(PARTITIONS), meta=meta).persist()
        wait(frame)
        fit(dd.from_map(partial(partition, 500), range(2), meta=meta))  # imports, here and on the workers
        return fit(frame)


def ours(frame) -> dict:
    import stattools as st

    start = time.perf_counter()
    fit = st.fit(st.logistic(FORMULA, frame))
    return said(start, fit.estimate, fit.se, fit.solution.reads)


def partial_fits(frame) -> dict:
    from sklearn.linear_model import SGDClassifier

    start = time.perf_counter()
    model = SGDClassifier(loss="log_loss", penalty=None, random_state=0, average=True)
    for _ in range(5):
        for part in frame.to_delayed():
            table = part.compute()
            model.partial_fit(table[NAMES].to_numpy(), table["y"].to_numpy(), classes=[0.0, 1.0])
    return said(start, np.append(model.intercept_, model.coef_), None, 5)


def whole(rows: int):
    import pandas as pd

    return pd.concat([partition(rows // PARTITIONS, k) for k in range(PARTITIONS)], ignore_index=True)


def in_memory(rows: int) -> dict:
    ours(partition(500, 0))
    return ours(whole(rows))


def scikit_learn(rows: int) -> dict:
    from sklearn.linear_model import LogisticRegression

    table = whole(rows)
    X, y = table[NAMES].to_numpy(), table["y"].to_numpy()
    start = time.perf_counter()
    model = LogisticRegression(C=np.inf).fit(X, y)
    return said(start, np.append(model.intercept_, model.coef_), None, int(model.n_iter_[0]))


def said(start: float, estimate, se, passes: int | None) -> dict:
    return {
        "seconds": time.perf_counter() - start,
        "peak_mb": resident_peak() / 1e6,
        "passes": passes or 0,
        "estimate": np.asarray(estimate).tolist(),
        "se": None if se is None else np.asarray(se).tolist(),
    }


WAYS: dict[str, Callable[[int], dict]] = {
    "stattools, Dask on two workers": lambda rows: on_cluster(rows, ours),
    "stattools, memory": in_memory,
    "scikit-learn, LogisticRegression in memory": scikit_learn,
    "scikit-learn, partial_fit of partitions": lambda rows: on_cluster(rows, partial_fits),
}


def measured(way: str, rows: int) -> dict:
    done = subprocess.run([sys.executable, __file__, way, str(rows)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def facts(runs: list[dict], exact: dict) -> dict[str, float]:
    gap = np.abs(np.subtract(runs[0]["estimate"], exact["estimate"])) / np.array(exact["se"])
    return {"peak MB": max(run["peak_mb"] for run in runs), "passes": runs[0]["passes"], "se apart": float(gap.max())}


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rows = 200_000 if quick else 2_000_000
    runs: dict[str, list[dict]] = {way: [] for way in WAYS}
    for _ in range(1 if quick else 2):
        for way, found in runs.items():
            found.append(measured(way, rows))
    exact = runs["stattools, memory"][0]
    timings = tuple(
        Timing(way, tuple(run["seconds"] for run in found), facts(found, exact)) for way, found in runs.items()
    )
    yield SpeedComparison(f"logistic regression of {rows:,} rows, {P} columns, {PARTITIONS} partitions", timings)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        print(json.dumps(WAYS[sys.argv[1]](int(sys.argv[2]))))
    else:
        show(comparisons("--quick" in sys.argv))
