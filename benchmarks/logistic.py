"""Logistic regression of many rows against its peers: one process, interleaved rounds, the same data and accuracy.

    env -u OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS=1 uv run --group bench python benchmarks/logistic.py [N] [P] [ROUNDS]

With two BLAS threads in the environment it shows what the second one brings. The time of every row is that of estimates
with standard errors (scikit-learn has none). Beside it stand the Newton decrement at the estimate, in standard errors,
and the limit: one `dsyrk` and two reads of X. X is in C order and holds its own column of ones.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from scipy.linalg.blas import dsyrk

import stattools as st
from stattools.solvers.metric import Metric


def data(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    g = np.random.default_rng(0)
    X = g.normal(size=(n, p))
    X[:, 0] = 1.0
    eta = X @ (0.3 * np.sqrt(50 / p) * g.normal(size=p))
    return (g.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float), X


def runs(y: np.ndarray, X: np.ndarray) -> dict[str, Callable[[], Any]]:
    """What is timed; each gives the coefficients, or None."""

    def gram() -> None:
        total = np.zeros((X.shape[1],) * 2, order="F")
        for start in range(0, len(X), 4096):
            total = dsyrk(1.0, X[start : start + 4096].T, beta=1.0, c=total, overwrite_c=1)

    def ours() -> np.ndarray:
        fit = st.fit(st.logistic(y, X, intercept=False))
        return fit.se * 0.0 + fit.estimate

    def every_row() -> np.ndarray:
        return st.fit(st.logistic(y, X, intercept=False), solver=st.Newton(subsample="never")).estimate

    def statsmodels() -> np.ndarray:
        from statsmodels.api import Logit

        found = Logit(y, X).fit(disp=0)
        return found.bse * 0.0 + found.params

    def scikit_learn() -> np.ndarray:
        from sklearn.linear_model import LogisticRegression

        solver = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-9, fit_intercept=False)
        return solver.fit(X, y).coef_[0]

    def glum() -> np.ndarray:
        from glum import GeneralizedLinearRegressor

        solver = GeneralizedLinearRegressor(family="binomial", alpha=0, fit_intercept=False, gradient_tol=1e-9)
        found = solver.fit(X, y)
        found.covariance_matrix(X, y)
        return found.coef_

    return {
        "one dsyrk": gram,
        "one read (sum)": X.sum,
        "model construction": lambda: st.logistic(y, X, intercept=False),
        "stattools": ours,
        "stattools, every row": every_row,
        "statsmodels Logit": statsmodels,
        "scikit-learn newton-cholesky": scikit_learn,
        "glum": glum,
    }


def main(n: int = 1_000_000, p: int = 50, rounds: int = 3) -> None:
    warnings.simplefilter("ignore")
    y, X = data(n, p)
    model = st.logistic(y, X, intercept=False)
    times: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}
    found: dict[str, Any] = {}
    for name, run in runs(y, X).items():
        if name in ("stattools", "glum"):  # first calls load and compile
            run()
        times[name] = []
    for _ in range(rounds):
        for name, run in runs(y, X).items():
            start, busy = time.perf_counter(), time.process_time()
            found[name] = run()
            times[name].append(time.perf_counter() - start)
            processor.setdefault(name, []).append(time.process_time() - busy)
    middle = {name: median(taken) for name, taken in times.items()}
    print(f"n = {n:,}, p = {p}, medians of {rounds} rounds")
    for name, seconds in middle.items():
        line = f"  {name:30s} {1e3 * seconds:9.1f} ms   {seconds / middle['stattools']:6.2f} x stattools"
        if isinstance(found[name], np.ndarray):
            now = model.evaluate(found[name])
            line += f"   decrement {Metric(now.information).norm(now.score):.1e}"
        print(line)
    for kind, taken in (("medians", middle), ("least processor time", {k: min(v) for k, v in processor.items()})):
        limit = taken["one dsyrk"] + 2 * taken["one read (sum)"]
        whole, solver = taken["stattools"] / limit, (taken["stattools"] - taken["model construction"]) / limit
        print(
            f"  stattools / (one dsyrk + two reads), {kind}: {whole:.2f}, without construction {solver:.2f}; goal 2.4"
        )
    tracemalloc.start()
    fit = st.fit(st.logistic(y, X, intercept=False))
    print(
        f"  memory beyond X: {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB; {fit.solution.reads} reads of all rows"
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
