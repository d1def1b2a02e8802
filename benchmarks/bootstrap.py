"""Many small fits at once and the bootstrap against a loop over statsmodels, interleaved on one core

    OPENBLAS_NUM_THREADS=1 uv run python benchmarks/bootstrap.py

n = 100 rows, 3 columns and an intercept, 1,000 replicates. statsmodels is timed on 200 of them, with standard errors.
"""

from __future__ import annotations

import os
import time
import warnings

import numpy as np

import stattools as st
from stattools.benchmarking.comparison import interleaved

N, P, M, LOOP = 100, 3, 1000, 200


def per_fit(way, fits):
    """Microseconds of processor time per fit."""
    begin = time.process_time()
    way()
    return (time.process_time() - begin) / fits * 1e6


def compare(title, ours, theirs, repeats=5):
    """Medians of runs in turn, and their ratio."""
    times = np.array([(per_fit(ours, M), per_fit(theirs, LOOP)) for _ in range(repeats)])
    one, two = np.median(times, axis=0)
    print(f"{title:44s} stattools {one:7.1f} us a fit, statsmodels {two:8.1f} us, {two / one:5.0f}x")


def comparisons(quick):
    """1,000 logistic fits at once beside a loop over statsmodels, for the report; see the module for more."""
    import statsmodels.api as sm

    m = 100 if quick else M
    g = np.random.default_rng(0)
    X = g.normal(size=(N, P))
    Y = (g.random((m, N)) < 0.5).astype(float)
    D = sm.add_constant(X)
    model = st.logistic(Y[0], X)
    cases = {
        "st.fit_many": lambda: st.fit_many(model, outcomes=Y),
        "statsmodels, one by one": lambda: [sm.Logit(y, D).fit(disp=0).bse for y in Y],
    }
    targets = {"statsmodels, one by one": 50.0}
    yield interleaved(f"{m:,} logistic fits of {N} rows and {P} columns", cases, rounds=3, targets=targets)


def main():
    """All comparisons."""
    import statsmodels.api as sm

    g = np.random.default_rng(0)
    X = g.normal(size=(N, P))
    D = sm.add_constant(X)
    eta = 0.2 + X @ [0.5, -0.3, 0.2]
    outcomes = {
        "logistic": (g.random((M, N)) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
        "poisson": g.poisson(np.exp(eta), (M, N)).astype(float),
        "ols": eta + g.normal(size=(M, N)),
    }
    reference = {
        "logistic": lambda y: sm.Logit(y, D).fit(disp=0).bse,
        "poisson": lambda y: sm.Poisson(y, D).fit(disp=0, method="newton").bse,
        "ols": lambda y: sm.OLS(y, D).fit().bse,
    }
    for name, Y in outcomes.items():
        make = getattr(st, name)

        def loop(Y=Y, name=name):
            return [reference[name](Y[k]) for k in range(LOOP)]

        compare(f"fit_many, {name}", lambda Y=Y, make=make: st.fit_many(make(Y[0], X), outcomes=Y), loop)

        def resample(Y=Y, name=name):
            rows = g.integers(0, N, (LOOP, N))
            return [reference_on_rows(name, Y[0], D, row) for row in rows]

        def reference_on_rows(name, y, D, row):
            kinds = {"logistic": sm.Logit, "poisson": sm.Poisson, "ols": sm.OLS}
            options = {} if name == "ols" else {"disp": 0, "method": "newton"}
            return kinds[name](y[row], D[row]).fit(**options).params

        fit = st.fit(make(Y[0], X))
        compare(f"bootstrap of pairs, {name}", lambda fit=fit: st.bootstrap(fit, draws=M, seed=1), resample)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    main()
