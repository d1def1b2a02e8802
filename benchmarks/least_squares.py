"""Least squares with standard errors against NumPy, scikit-learn, statsmodels and glum, on one BLAS thread each.

    uv run --group bench python benchmarks/least_squares.py             n = 1e6, p = 50, both memory orders; exact rung
    uv run --group bench python benchmarks/least_squares.py --growth    n from 1e4 to 4e6, p from 5 to 500
    uv run --group bench python benchmarks/least_squares.py --quick     n = 1e5

All run interleaved in one process on the same data; medians of rounds, and ratios of these. The limit is one `dsyrk`
over X and one read of it. statsmodels and ours give standard errors; NumPy, scikit-learn and glum give none here.
`memory` is the most that a fit holds beyond X, as a multiple of X: of `st.ols(y, X, intercept=False)`, and of
`st.ols(y, X)`, which puts a column of ones before a copy of X.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

import numpy as np

import stattools as st
from stattools.data.products import add_gram


def data(n: int, p: int, seed: int = 0, order: str = "C") -> tuple[np.ndarray, np.ndarray]:
    """Standard normal columns beside a constant, and an outcome with noise 1."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    X[:, 0] = 1.0
    y = X @ rng.standard_normal(p) + rng.standard_normal(n)
    return np.asfortranarray(X) if order == "F" else X, y


def limit(X: np.ndarray) -> float:
    """One dsyrk over X and one read of it."""
    add_gram(np.zeros((X.shape[1], X.shape[1]), order="F"), X)
    return float(X.sum())


def interleaved(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of every job."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if turn:
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: median(values) for name, values in times.items()}


def peers(X: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], object]]:
    """The same least squares elsewhere."""
    import statsmodels.api as sm
    from glum import GeneralizedLinearRegressor
    from sklearn.linear_model import LinearRegression

    glum = GeneralizedLinearRegressor(family="normal", alpha=0, fit_intercept=False)
    return {
        "numpy lstsq": lambda: np.linalg.lstsq(X, y, rcond=None),
        "scikit-learn LinearRegression": lambda: LinearRegression(fit_intercept=False).fit(X, y),
        "statsmodels OLS (pinv)": lambda: sm.OLS(y, X).fit().bse,
        "glum": lambda: glum.fit(X, y),
    }


def memory(fit: Callable[[], object], X: np.ndarray) -> float:
    """The most that `fit` holds, beyond X, as a multiple of X."""
    tracemalloc.start()
    try:
        fit()
        return tracemalloc.get_traced_memory()[1] / X.nbytes
    finally:
        tracemalloc.stop()


def shown(found: dict[str, float], ours: str) -> None:
    for name, spent in found.items():
        print(f"{name:34} {spent:10.2f} ms   {spent / found[ours]:7.2f} x ours")


def against_peers(n: int, p: int, order: str, rounds: int) -> None:
    X, y = data(n, p, order=order)
    model = st.ols(y, X, intercept=False)
    jobs = {
        "ours, solver": lambda: st.LeastSquares().solve(model),
        "ours, st.ols and st.fit": lambda: st.fit(st.ols(y, X, intercept=False)).se,
        "limit": lambda: limit(X),
    }
    print(f"n = {n:,}, p = {p}, {order} order")
    shown(interleaved(jobs | peers(X, y), rounds), "ours, solver")
    solution = st.LeastSquares().solve(model)
    print(f"rung {solution.rung}, at least {solution.digits.smallest:.1f} digits\n")  # type: ignore[union-attr]


def exact_rung(n: int, p: int, rounds: int) -> None:
    X, y = data(n, p)
    model = st.ols(y, X, intercept=False)
    jobs = {
        "ours, exact": lambda: st.LeastSquares("exact").solve(model),
        "ours, auto": lambda: st.LeastSquares().solve(model),
        "numpy lstsq": lambda: np.linalg.lstsq(X, y, rcond=None),
    }
    print(f"exact rung, n = {n:,}, p = {p}")
    shown(interleaved(jobs, rounds), "ours, exact")
    print()


def small(rounds: int = 300) -> None:
    import statsmodels.api as sm

    X, y = data(100, 3)
    jobs = {
        "ours, st.ols and st.fit": lambda: st.fit(st.ols(y, X, intercept=False)).se,
        "statsmodels OLS (pinv)": lambda: sm.OLS(y, X).fit().bse,
    }
    print("n = 100, p = 3")
    shown(interleaved(jobs, rounds), "ours, st.ols and st.fit")
    print()


def growth() -> None:
    print(f"{'n':>10} {'p':>4} {'solver ms':>10} {'limit ms':>10} {'ratio':>6} {'memory':>7} {'copied':>7}  rung")
    for n, p in [(10**4, 50), (10**5, 50), (10**6, 50), (4 * 10**6, 50)] + [(10**5, p) for p in (5, 20, 200, 500)]:
        X, y = data(n, p)
        model = st.ols(y, X, intercept=False)
        found = interleaved({"ours": lambda m=model: st.LeastSquares().solve(m), "limit": lambda X=X: limit(X)}, 5)
        rung = st.LeastSquares().solve(model).rung
        beyond = memory(lambda X=X, y=y: st.fit(st.ols(y, X, intercept=False)), X)
        copied = memory(lambda X=X, y=y: st.fit(st.ols(y, X[:, 1:])), X)
        print(
            f"{n:10,} {p:4} {found['ours']:10.2f} {found['limit']:10.2f} {found['ours'] / found['limit']:6.2f} "
            f"{beyond:7.2f} {copied:7.2f}  {rung}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    if chosen.growth:
        growth()
    else:
        for layout in ("C", "F"):
            against_peers(10**5 if chosen.quick else 10**6, 50, layout, 3)
        exact_rung(10**5, 20, 7)
        small()
