"""Regressions from files against memory, partial fits and SQL: time, processor time, peak memory, digits.

    uv run --group bench python benchmarks/files.py [--quick]

Writes 10 predictors, a 0/1 outcome y and a measurement t, float64, to a temporary folder in row groups of a million
rows, as Parquet and as uncompressed Arrow files, and fits each way in a process of its own, whose peak resident memory
is read at its end; imports, and ours a fit of a few rows, come before the clock starts. In memory, the same formula
over a DataFrame that is there already stands beside that with the reading of the files, and beside arrays, which
have their column of ones. scikit-learn's SGDClassifier takes the same batches, five epochs, without a penalty; DuckDB
sums the products that least squares needs. "se apart" is how far coefficients are from the maximum at most, in standard
errors.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from stattools.benchmarking import SpeedComparison, Timing, resident_peak, show

P = 10
GROUP = 1_000_000
NAMES = [f"x{k}" for k in range(P)]
RIGHT = " + ".join(NAMES)
FRAME, ARRAYS = "stattools, a DataFrame in memory", "stattools, arrays in memory"
DUCKDB = "DuckDB, sums of products"


def write(folder: str, millions: int) -> None:
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet as pq

    for kind in ("parquet", "arrow"):
        (Path(folder) / kind).mkdir(exist_ok=True)

    rng = np.random.default_rng(0)
    beta = np.linspace(-0.5, 0.5, P)
    for k in range(millions):
        X = rng.standard_normal((GROUP, P))
        eta = X @ beta - 1.0
        y = (rng.uniform(size=GROUP) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
        outcomes = {"y": y, "t": eta + rng.standard_normal(GROUP)}
        table = pa.table(outcomes | {name: X[:, j] for j, name in enumerate(NAMES)})
        pq.write_table(table, f"{folder}/parquet/{k:03d}.parquet", row_group_size=GROUP, use_dictionary=False)
        pa.feather.write_feather(table, f"{folder}/arrow/{k:03d}.arrow", compression="uncompressed")


class Clock:
    """Wall and processor seconds since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def said(self) -> dict:
        return {"seconds": time.perf_counter() - self.wall, "cpu": time.process_time() - self.cpu}


def warm(make: str) -> None:
    """Import what a fit from a formula imports."""
    import stattools as st

    few = {"x": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "y": [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]}
    st.fit(getattr(st, make)("y ~ x", few))


def of(fit) -> dict:
    return {"estimate": fit.estimate.tolist(), "se": fit.se.tolist(), "reads": fit.solution.reads}


def from_arrow(make: str, outcome: str, folder: str) -> dict:
    return from_files(make, outcome, folder, "arrow")


def from_files(make: str, outcome: str, folder: str, kind: str = "parquet") -> dict:
    import pyarrow.parquet  # noqa: F401

    import stattools as st

    warm(make)
    clock = Clock()
    return of(st.fit(getattr(st, make)(f"{outcome} ~ {RIGHT}", st.scan(f"{folder}/{kind}")))) | clock.said()


def arrays(outcome: str, folder: str) -> tuple[np.ndarray, np.ndarray]:
    """The outcome and X with its intercept, column by column, without a second copy."""
    import pyarrow.parquet as pq

    paths = sorted(Path(folder, "parquet").glob("*.parquet"))
    n = sum(pq.ParquetFile(path).metadata.num_rows for path in paths)
    columns, y, first = np.empty((P + 1, n)), np.empty(n), 0
    columns[0] = 1.0
    for path in paths:
        table = pq.read_table(path, columns=[outcome, *NAMES])
        last = first + table.num_rows
        y[first:last] = table[outcome].to_numpy()
        for j, name in enumerate(NAMES):
            columns[j + 1, first:last] = table[name].to_numpy()
        first = last
    return y, columns.T


def in_memory(make: str, outcome: str, folder: str) -> dict:
    import pyarrow.parquet  # noqa: F401

    import stattools as st

    warm(make)
    y, X = arrays(outcome, folder)
    clock = Clock()
    return of(st.fit(getattr(st, make)(y, X, names=["Intercept", *NAMES], intercept=False))) | clock.said()


def in_frame(make: str, outcome: str, folder: str) -> dict:
    import pandas as pd
    import pyarrow.parquet  # noqa: F401

    import stattools as st

    warm(make)
    whole = Clock()
    frame = pd.read_parquet(f"{folder}/parquet", columns=[outcome, *NAMES])
    clock = Clock()
    fit = st.fit(getattr(st, make)(f"{outcome} ~ {RIGHT}", frame))
    return of(fit) | clock.said() | {"with_reading": whole.said()["seconds"]}


def in_statsmodels(make: str, outcome: str, folder: str) -> dict:
    import pandas as pd
    import statsmodels.api as sm

    clock = Clock()
    frame = pd.read_parquet(f"{folder}/parquet", columns=[outcome, *NAMES])
    X = sm.add_constant(frame[NAMES])
    fit = (sm.OLS if make == "ols" else sm.Logit)(frame[outcome], X)
    fit = fit.fit() if make == "ols" else fit.fit(disp=0)
    return {"estimate": fit.params.tolist(), "se": fit.bse.tolist(), "reads": 1} | clock.said()


def in_scikit_learn(make: str, outcome: str, folder: str) -> dict:
    from sklearn.linear_model import SGDClassifier

    import stattools as st

    clock = Clock()
    fit = SGDClassifier(loss="log_loss", penalty=None, average=True, random_state=0)
    scan = st.scan(f"{folder}/parquet")
    for _ in range(5):
        for batch in scan.batches([outcome, *NAMES]):
            X = np.column_stack([batch.table[name].to_numpy() for name in NAMES])
            fit.partial_fit(X, batch.table[outcome].to_numpy(), classes=[0.0, 1.0])
    return {"estimate": [float(fit.intercept_[0]), *fit.coef_[0].tolist()], "reads": 5} | clock.said()


def in_duckdb(make: str, outcome: str, folder: str) -> dict:
    """Sums of products in SQL, then the normal equations."""
    import duckdb

    clock = Clock()
    columns = ["1.0", *NAMES, outcome]
    pairs = [(a, b) for b in range(P + 2) for a in range(b + 1)]
    sums = ", ".join(f"sum({columns[a]} * {columns[b]})" for a, b in pairs)
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    found = connection.execute(f"select {sums} from read_parquet('{folder}/parquet/*.parquet')").fetchone()
    G = np.zeros((P + 2, P + 2))
    for (a, b), value in zip(pairs, found or (), strict=True):
        G[a, b] = G[b, a] = value
    theta = np.linalg.solve(G[:-1, :-1], G[:-1, -1])
    scale = (G[-1, -1] - theta @ G[:-1, -1]) / (G[0, 0] - P - 1)
    se = np.sqrt(scale * np.diagonal(np.linalg.inv(G[:-1, :-1])))
    return {"estimate": theta.tolist(), "se": se.tolist(), "reads": 1} | clock.said()


WAYS: dict[str, Callable[[str, str, str], dict]] = {
    "stattools, Parquet files": from_files,
    "stattools, Arrow files": from_arrow,
    FRAME: in_frame,
    ARRAYS: in_memory,
    "statsmodels and pandas, with reading": in_statsmodels,
    "scikit-learn, SGD by partial_fit": in_scikit_learn,
    DUCKDB: in_duckdb,
}


def measured(way: str, make: str, outcome: str, folder: str) -> dict:
    command = [sys.executable, __file__, "--way", way, make, outcome, folder]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def written(folder: str, millions: int) -> None:
    """In a process of its own: children start with the peak of their parent."""
    subprocess.run([sys.executable, __file__, "--write", folder, str(millions)], check=True)


def compared(
    title: str, make: str, outcome: str, folder: str, ways: list[str], rounds: int, least: float | None = None
) -> SpeedComparison:
    promised = {FRAME: least, DUCKDB: 1 / 1.2}
    runs: dict[str, list[dict]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, found in runs.items():
            found.append(measured(way, make, outcome, folder))
    exact = runs[ARRAYS][0]
    timings = []
    for way, found in runs.items():
        gap = np.abs(np.subtract(found[0]["estimate"], exact["estimate"])) / np.array(exact["se"])
        facts = {
            "processor s": sorted(run["cpu"] for run in found)[len(found) // 2],
            "peak MB": max(run["peak_mb"] for run in found),
            "reads": found[0]["reads"],
            "se apart": float(gap.max()),
        }
        timings.append(Timing(way, tuple(run["seconds"] for run in found), facts, promised.get(way)))
        if way == FRAME:
            timings.append(Timing(f"{way}, with reading", tuple(run["with_reading"] for run in found), {}))
    return SpeedComparison(title, tuple(timings))


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rounds = 1 if quick else 3
    ours = ["stattools, Parquet files", "stattools, Arrow files", FRAME, ARRAYS]
    with tempfile.TemporaryDirectory() as folder:
        few = 1 if quick else 2
        written(folder, few)
        ways = [*ours, "statsmodels and pandas, with reading", "scikit-learn, SGD by partial_fit"]
        yield compared(f"logistic regression of {few} million rows, 10 columns", "logistic", "y", folder, ways, rounds)
        ways = [*ours, "statsmodels and pandas, with reading", DUCKDB]
        yield compared(f"least squares of {few} million rows, 10 columns", "ols", "t", folder, ways, rounds)
    if quick:
        return
    with tempfile.TemporaryDirectory() as folder:
        written(folder, 20)
        yield compared("logistic regression of 20 million rows, 10 columns", "logistic", "y", folder, ours, 1, 1 / 1.5)
        ways = [*ours, DUCKDB]
        yield compared("least squares of 20 million rows, 10 columns", "ols", "t", folder, ways, 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        said = WAYS[sys.argv[2]](*sys.argv[3:6])
        print(json.dumps(said | {"peak_mb": resident_peak() / 1e6}))
    elif sys.argv[1:2] == ["--write"]:
        write(sys.argv[2], int(sys.argv[3]))
    else:
        show(comparisons("--quick" in sys.argv))
