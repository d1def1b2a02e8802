"""What each function costs as rows grow, from the formula to standard errors, beside `st.ols` on the same rows.

    uv run --group bench python benchmarks/sizes.py [--quick]

Five columns of numbers and an intercept; groups have 20 rows. Memory is what a fit takes beyond its table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show, with_memory

RIGHT = "a + b + c + d + e"
FUNCTIONS: dict[str, tuple[Callable[[pd.DataFrame], object], int]] = {
    "st.ols": (lambda t: st.ols(f"normal ~ {RIGHT}", t), 10**6),
    "st.logistic": (lambda t: st.logistic(f"event ~ {RIGHT}", t), 10**6),
    "st.probit": (lambda t: st.probit(f"event ~ {RIGHT}", t), 10**6),
    "st.poisson": (lambda t: st.poisson(f"count ~ {RIGHT}", t), 10**6),
    "st.negative_binomial": (lambda t: st.negative_binomial(f"count ~ {RIGHT}", t), 10**6),
    "st.gamma": (lambda t: st.gamma(f"positive ~ {RIGHT}", t), 10**6),
    "st.softmax, 4 categories": (lambda t: st.softmax(f"category ~ {RIGHT}", t), 10**6),
    "st.ordinal, 5 labels": (lambda t: st.ordinal(f"label ~ {RIGHT}", t), 10**6),
    "st.aft, a third censored": (lambda t: st.aft(f"survival(positive, seen) ~ {RIGHT}", t), 10**6),
    "st.cox, a third censored": (lambda t: st.cox(f"survival(positive, seen) ~ {RIGHT}", t), 10**6),
    "st.linear_mixed, (1 | g)": (lambda t: st.linear_mixed(f"normal ~ {RIGHT} + (1 | g)", t), 10**6),
    "st.linear_mixed, (a | g)": (lambda t: st.linear_mixed(f"normal ~ {RIGHT} + (a | g)", t), 10**6),
    "st.logistic, (1 | g)": (lambda t: st.logistic(f"event ~ {RIGHT} + (1 | g)", t), 20_000),
    "st.poisson, (1 | g)": (lambda t: st.poisson(f"count ~ {RIGHT} + (1 | g)", t), 20_000),
    "st.glm, normal, s(a)": (lambda t: st.glm(f"normal ~ s(a) + {RIGHT[4:]}", t, family="normal"), 10**6),
    "st.poisson, s(a)": (lambda t: st.poisson(f"count ~ s(a) + {RIGHT[4:]}", t), 20_000),
}
"""Of each its model of a table, and the most rows that it is timed at."""


def table(n: int) -> pd.DataFrame:
    """Outcomes of every kind with one predictor, which has a standard deviation of 0.6, and groups of 20 rows."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 5))
    g = np.arange(n) // 20
    eta = X @ [0.4, -0.3, 0.2, -0.1, 0.0] + 0.3 * random.normal(size=g[-1] + 1)[g]
    positive = random.gamma(2.0, np.exp(eta) / 2.0)
    utility = eta[:, None] * np.arange(4) / 2.0 + random.gumbel(size=(n, 4))
    columns = {name: X[:, j] for j, name in enumerate("abcde")}
    return pd.DataFrame(
        columns
        | {
            "g": g,
            "normal": eta + random.normal(size=n),
            "event": (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
            "count": random.poisson(np.exp(eta) * random.gamma(2.0, 0.5, n)),
            "positive": positive,
            "seen": (random.random(n) < 2.0 / 3.0).astype(float),
            "label": np.digitize(eta + random.logistic(size=n), [-1.5, -0.5, 0.5, 1.5]),
            "category": np.array(["n", "e", "s", "w"])[utility.argmax(axis=1)],
        }
    )


def fitted(make: Callable[[pd.DataFrame], object], rows: pd.DataFrame) -> None:
    """Estimates and standard errors, and an error where they are not those of a maximum."""
    fit = st.fit(make(rows))
    assert np.isfinite(fit.se).all()


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    for n in (1_000, 20_000) if quick else (1_000, 20_000, 100_000, 1_000_000):
        rows = table(n)
        cases = {
            name: lambda make=make, rows=rows: fitted(make, rows)
            for name, (make, most) in FUNCTIONS.items()
            if n <= most
        }
        yield with_memory(interleaved(f"{n:,} rows", cases, rounds=3 if n < 100_000 else 1), cases)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
