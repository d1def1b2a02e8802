"""Ordered outcomes: cumulative logit with standard errors, beside statsmodels' OrderedModel and R's clm.

    uv run --group bench python benchmarks/ordinal.py [--quick]

The decrement is the distance from the maximum in standard errors, at thresholds that statsmodels has as logarithms of
increments. It climbs by BFGS, its quickest way of those that reach the maximum, with differences for derivatives. R
runs in a process of its own that holds the data.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from statsmodels.miscmodels.ordinal_model import OrderedModel

import stattools as st
from stattools.benchmarking import RSession, SpeedComparison, decrement, has_r, interleaved, show

CLM = "clm of R's ordinal"
CALL = "f <- clm(factor(y) ~ X, control = list(gradTol = 1e-9)); f$vcov <- vcov(f); c(f$beta, f$alpha)"
CUTS = (-1.5, -0.3, 0.6, 1.8)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    n, p = (5_000, 5) if quick else (100_000, 20)
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    y = np.digitize(X @ (0.3 * random.normal(size=p)) + random.logistic(size=n), CUTS)
    model = st.ordinal(y, X)

    def ours() -> np.ndarray:
        fit = st.fit(st.ordinal(y, X))
        return fit.estimate + 0.0 * fit.se

    def theirs() -> np.ndarray:
        found = OrderedModel(y, X, distr="logit").fit(method="bfgs", maxiter=500, disp=0)
        own = found.params + 0.0 * found.bse
        return np.append(own[:p], np.cumsum(np.append(own[p], np.exp(own[p + 1 :]))))

    title = f"cumulative logit, n = {n:,}, p = {p}, {len(CUTS) + 1} labels"
    cases = {"stattools": ours, "statsmodels": theirs}
    options = {
        "rounds": 1,
        "warm": 0,
        "judge": lambda theta: {"decrement": decrement(model, theta)},
        "targets": {} if quick else {"statsmodels": 100.0, CLM: 10.0},
    }
    ours()  # what it imports is not timed
    if not has_r("ordinal"):
        yield interleaved(title, cases, missing=[CLM], **options)
        return
    with RSession({"y": y, "X": X}, setup="suppressMessages(library(ordinal))") as r:
        yield interleaved(title, cases | {CLM: lambda: r.run(CALL)}, **options)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
