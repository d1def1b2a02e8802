"""Ordered outcomes: cumulative logit with standard errors, beside statsmodels' OrderedModel and R's clm.

    uv run --group bench python benchmarks/ordinal.py [--quick]

The decrement is the distance from the maximum in standard errors, at thresholds that statsmodels has as logarithms of
increments. It climbs by BFGS, its quickest way of those that reach the maximum, with differences for derivatives. R
runs in a process of its own that holds the data. The certificate is one evaluation with derivatives at the estimate.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from statsmodels.miscmodels.ordinal_model import OrderedModel

import stattools as st
from stattools.benchmarking import (
    SpeedComparison,
    asking,
    decrement,
    interleaved,
    r_session,
    show,
    with_certificate,
    with_memory,
)

CLM, STATSMODELS = "clm of R's ordinal", "statsmodels"
CALL = "f <- clm(factor(y) ~ X, control = list(gradTol = 1e-9)); f$vcov <- vcov(f); c(f$beta, f$alpha)"


def labels(n: int, p: int, count: int, targets: dict[str, float], *, rounds: int = 1) -> SpeedComparison:
    """Thresholds at even quantiles."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    shown = np.arange(1, count) / count
    y = np.digitize(X @ (0.3 * random.normal(size=p)) + random.logistic(size=n), np.log(shown / (1.0 - shown)))
    model = st.ordinal(y, X)

    def ours() -> np.ndarray:
        fit = st.fit(st.ordinal(y, X))
        return fit.estimate + 0.0 * fit.se

    def theirs() -> np.ndarray:
        found = OrderedModel(y, X, distr="logit").fit(method="bfgs", maxiter=500, disp=0)
        own = found.params + 0.0 * found.bse
        return np.append(own[:p], np.cumsum(np.append(own[p], np.exp(own[p + 1 :]))))

    estimate = ours()  # what it imports is not timed
    cases = {
        "stattools": ours,
        STATSMODELS: theirs,
        CLM: asking(r_session("ordinal", {"y": y, "X": X}), CALL),
    }
    found = interleaved(
        f"cumulative logit, n = {n:,}, p = {p}, {count} labels",
        cases,
        rounds=rounds,
        warm=0,
        judge=lambda theta: {"decrement": decrement(model, theta)},
        targets=targets,
    )
    return with_certificate(with_memory(found, {"stattools": ours}), lambda: model.evaluate(estimate))


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    if quick:
        yield labels(5_000, 5, 5, {})
        return
    yield labels(1_000, 5, 5, {}, rounds=3)
    yield labels(10_000, 20, 3, {})
    yield labels(10_000, 20, 10, {})
    yield labels(100_000, 20, 5, {STATSMODELS: 100.0, CLM: 10.0})


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
