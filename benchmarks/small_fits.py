"""Small fits from arrays, model construction included, against statsmodels: one process, interleaved rounds.

    OPENBLAS_NUM_THREADS=1 uv run python benchmarks/small_fits.py [ROUNDS]

n = 100, p = 3, estimates with standard errors. `minimal NumPy` is Newton's method in ten lines without a check.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from statistics import median

import numpy as np
from statsmodels.api import OLS, Logit

import stattools as st

G = np.random.default_rng(0)
X = np.column_stack([np.ones(100), G.normal(size=(100, 2))])
Y = (G.random(100) < 1.0 / (1.0 + np.exp(-X @ [0.2, 0.5, -0.5]))).astype(float)
Z = X @ [1.0, 2.0, 3.0] + G.normal(size=100)


def minimal() -> np.ndarray:
    beta = np.zeros(3)
    while True:
        mean = 1.0 / (1.0 + np.exp(-X @ beta))
        score, information = X.T @ (Y - mean), (X.T * (mean * (1.0 - mean))) @ X
        step = np.linalg.solve(information, score)
        if step @ score <= 1e-16:
            return np.sqrt(np.diagonal(np.linalg.inv(information)))
        beta = beta + step


def minimal_ols() -> np.ndarray:
    gram = X.T @ X
    beta = np.linalg.solve(gram, X.T @ Z)
    rest = Z - X @ beta
    return np.sqrt(np.diagonal(np.linalg.inv(gram)) * (rest @ rest) / 97)


CASES: dict[str, dict[str, Callable[[], object]]] = {
    "logistic": {
        "stattools": lambda: st.fit(st.logistic(Y, X, intercept=False)).se,
        "statsmodels": lambda: Logit(Y, X).fit(disp=0).bse,
        "minimal NumPy": minimal,
    },
    "ols": {
        "stattools": lambda: st.fit(st.ols(Z, X, intercept=False)).se,
        "statsmodels": lambda: OLS(Z, X).fit().bse,
        "minimal NumPy": minimal_ols,
    },
}


def main(rounds: int = 50) -> None:
    for title, runs in CASES.items():
        times: dict[str, list[float]] = {name: [] for name in runs}
        for run in runs.values():
            run()
        for _ in range(rounds):
            for name, run in runs.items():
                times[name].append(1e6 * timeit.timeit(run, number=20) / 20)
        print(f"{title}, n = 100, p = 3: median of {rounds} rounds (fastest)")
        for name, taken in times.items():
            ratio = min(times["stattools"]) / min(taken)
            print(f"  {name:14s} {median(taken):8.0f} us ({min(taken):.0f})   stattools takes {ratio:.2f} of it")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
