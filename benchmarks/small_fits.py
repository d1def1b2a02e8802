"""Small fits, model construction included, against statsmodels, NumPy, and an evaluation of their own.

    uv run --group bench python benchmarks/small_fits.py [--quick]

n = 100, p = 3 from arrays, estimates with standard errors. `minimal NumPy` is Newton's method in ten lines, without a
check, and `numpy.linalg.lstsq` gives estimates alone. A Cox regression of 200 times is beside one evaluation of its
log-likelihood with both derivatives. Ratios promised below 1 are those of a limit: 0.5 is twice its time.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
from statsmodels.api import OLS, Logit

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show

G = np.random.default_rng(0)
X = np.column_stack([np.ones(100), G.normal(size=(100, 2))])
Y = (G.random(100) < 1.0 / (1.0 + np.exp(-X @ [0.2, 0.5, -0.5]))).astype(float)
Z = X @ [1.0, 2.0, 3.0] + G.normal(size=100)
TIMES = {
    "t": np.round(G.exponential(size=200), 3) + 1e-3,
    "d": (G.random(200) < 0.7).astype(float),
    "x0": G.normal(size=200),
    "x1": G.normal(size=200),
    "x2": G.normal(size=200),
}
COX = "survival(t, d) ~ x0 + x1 + x2"


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


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rounds = 10 if quick else 50
    yield interleaved(
        "logistic, n = 100, p = 3",
        {
            "stattools": lambda: st.fit(st.logistic(Y, X, intercept=False)).se,
            "statsmodels": lambda: Logit(Y, X).fit(disp=0).bse,
            "minimal NumPy": minimal,
        },
        rounds=rounds,
        targets={"statsmodels": 2.5, "minimal NumPy": 1.0 / 1.8},
    )
    yield interleaved(
        "OLS, n = 100, p = 3",
        {
            "stattools": lambda: st.fit(st.ols(Z, X, intercept=False)).se,
            "statsmodels": lambda: OLS(Z, X).fit().bse,
            "minimal NumPy": minimal_ols,
            "numpy.linalg.lstsq": lambda: np.linalg.lstsq(X, Z, rcond=None),
        },
        rounds=rounds,
        targets={"statsmodels": 2.5, "minimal NumPy": 0.3, "numpy.linalg.lstsq": 0.5},
    )
    table = pd.DataFrame(TIMES)
    model = st.cox(COX, table)
    for title, ours in (
        ("Cox, n = 200, p = 3, the fit", lambda: st.fit(model).se),
        ("Cox, n = 200, p = 3, from the formula", lambda: st.fit(st.cox(COX, table)).se),
    ):
        yield interleaved(
            title,
            {"stattools": ours, "one evaluation": lambda: model.evaluate(model.start)},
            rounds=rounds,
            targets={"one evaluation": 0.1},
        )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
