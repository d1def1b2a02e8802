"""Least squares with standard errors against NumPy, scikit-learn, statsmodels and glum.

    uv run --group bench python benchmarks/least_squares.py [--quick]

statsmodels and ours give standard errors; NumPy, scikit-learn and glum give none here. The limit is one `dsyrk` over X
and one read of it. The decrement is the distance from the maximum in standard errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from statsmodels.api import OLS

import stattools as st
from stattools.benchmarking import SpeedComparison, decrement, interleaved, limit, show, with_memory

TARGETS = {"numpy.linalg.lstsq": 12.0, "scikit-learn": 12.0, "statsmodels, pinv": 40.0, "glum": 4.0, "limit": 1 / 1.3}
"""For a million rows of 50 columns."""

OF_COLUMNS = {"glum": 2.0}
"""What differs in Fortran order: glum copies rows that lie side by side to columns, which takes half of its time, and
reads columns as they are. On one core the limit itself is 2.8 times as fast as glum there (5.3 in C order).
"""


def data(n: int, p: int, order: str = "C") -> tuple[np.ndarray, np.ndarray]:
    """An outcome with noise 1, and standard normal columns beside a constant."""
    random = np.random.default_rng(0)
    X = random.standard_normal((n, p))
    X[:, 0] = 1.0
    y = X @ random.standard_normal(p) + random.standard_normal(n)
    return y, np.asfortranarray(X) if order == "F" else X


def peers(y: np.ndarray, X: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """The same least squares elsewhere: coefficients."""

    def statsmodels() -> np.ndarray:
        found = OLS(y, X).fit()
        return found.params + 0.0 * found.bse

    cases = {"numpy.linalg.lstsq": lambda: np.linalg.lstsq(X, y, rcond=None)[0], "statsmodels, pinv": statsmodels}
    if find_spec("sklearn"):
        from sklearn.linear_model import LinearRegression

        cases["scikit-learn"] = lambda: LinearRegression(fit_intercept=False).fit(X, y).coef_
    if find_spec("glum"):
        from glum import GeneralizedLinearRegressor

        solver = GeneralizedLinearRegressor(family="normal", alpha=0, fit_intercept=False)
        cases["glum"] = lambda: solver.fit(X, y).coef_
    return cases


def against_peers(n: int, p: int, order: str, *, rounds: int, targets: dict[str, float]) -> SpeedComparison:
    y, X = data(n, p, order)
    model = st.ols(y, X, intercept=False)
    cases: dict[str, Callable[[], object]] = {
        "stattools, the solver": lambda: st.LeastSquares().solve(model),
        "stattools, st.ols and st.fit": lambda: st.fit(st.ols(y, X, intercept=False)).estimate,
        "limit": lambda: limit(X),
        **peers(y, X),
    }

    def judge(answer: Any) -> dict[str, float | str]:
        if isinstance(answer, np.ndarray):
            return {"decrement": decrement(model, answer)}
        return {"rung": answer.rung, "digits": answer.digits.smallest, "decrement": decrement(model, answer.estimate)}

    title = f"OLS, n = {n:,}, p = {p}, {order} order"
    promised = {name: least for name, least in targets.items() if name in cases}
    return with_memory(interleaved(title, cases, rounds=rounds, targets=promised, judge=judge), cases)


def exact_rung(n: int, p: int, rounds: int) -> SpeedComparison:
    y, X = data(n, p)
    model = st.ols(y, X, intercept=False)
    return interleaved(
        f"OLS, exact rung, n = {n:,}, p = {p}",
        {
            "stattools, exact": lambda: {"digits": st.LeastSquares("exact").solve(model).digits.smallest},
            "stattools, auto": lambda: {"digits": st.LeastSquares().solve(model).digits.smallest},
            "numpy.linalg.lstsq": lambda: np.linalg.lstsq(X, y, rcond=None)[0],
        },
        rounds=rounds,
        targets={"numpy.linalg.lstsq": 0.5},
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    n, p, targets = (50_000, 30, {}) if quick else (1_000_000, 50, TARGETS)
    for order in ("C", "F"):
        promised = targets | OF_COLUMNS if targets and order == "F" else targets
        yield against_peers(n, p, order, rounds=3, targets=promised)
    yield exact_rung(100_000, 20, 3 if quick else 7)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
