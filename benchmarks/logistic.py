"""Logistic and Poisson regression of many rows, with standard errors, against statsmodels, scikit-learn and glum.

    uv run --group bench python benchmarks/logistic.py [--quick]

scikit-learn gives no standard errors. The decrement is the distance from the maximum in standard errors, the limit one
`dsyrk` over X and two reads of it. X is in C order and holds its own column of ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np
from statsmodels.api import Logit, Poisson
from threadpoolctl import threadpool_limits

import stattools as st
from stattools.benchmarking import SpeedComparison, decrement, interleaved, limit, show, with_memory

TARGETS = {
    (1_000_000, 50): {"statsmodels": 16.0, "scikit-learn newton-cholesky": 7.0, "glum": 5.5, "limit": 1 / 2.4},
    (200_000, 200): {"statsmodels": 15.0, "scikit-learn newton-cholesky": 5.5, "glum": 5.5},
}
"""For logistic regression, by rows and columns."""


def data(n: int, p: int, family: str) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    X[:, 0] = 1.0
    eta = X @ (0.3 * np.sqrt(50 / p) * random.normal(size=p))
    if family == "logistic":
        return (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float), X
    return random.poisson(np.exp(0.3 * eta)).astype(float), X


def peers(y: np.ndarray, X: np.ndarray, family: str) -> dict[str, Callable[[], np.ndarray]]:
    """The same regression elsewhere, to the same accuracy as far as they have it: coefficients."""
    logistic = family == "logistic"

    def statsmodels() -> np.ndarray:
        found = (Logit if logistic else Poisson)(y, X).fit(disp=0, method="newton")
        return found.params + 0.0 * found.bse

    cases = {"statsmodels": statsmodels}
    if find_spec("sklearn"):
        from sklearn.linear_model import LogisticRegression, PoissonRegressor

        options = {"solver": "newton-cholesky", "tol": 1e-9, "fit_intercept": False}
        solver = LogisticRegression(C=np.inf, **options) if logistic else PoissonRegressor(alpha=0.0, **options)
        cases["scikit-learn newton-cholesky"] = lambda: np.ravel(solver.fit(X, y).coef_)
    if find_spec("glum"):
        from glum import GeneralizedLinearRegressor

        glm = GeneralizedLinearRegressor(
            family="binomial" if logistic else "poisson", alpha=0, fit_intercept=False, gradient_tol=1e-9
        )

        def glum() -> np.ndarray:
            glm.fit(X, y).covariance_matrix(X, y)
            return glm.coef_

        cases["glum"] = glum
    return cases


def against_peers(family: str, n: int, p: int, rounds: int) -> Iterator[SpeedComparison]:
    y, X = data(n, p, family)
    make = getattr(st, family)
    model = make(y, X, intercept=False)
    ours = lambda: st.fit(make(y, X, intercept=False)).estimate  # noqa: E731
    cases: dict[str, Callable[[], object]] = {
        "stattools": ours,
        "stattools, every row": lambda: st.fit(model, solver=st.Newton(subsample="never")).estimate,
        "limit": lambda: limit(X, reads=2),
        **peers(y, X, family),
    }
    targets = {name: least for name, least in TARGETS.get((n, p), {}).items() if name in cases}
    found = interleaved(
        f"{family}, n = {n:,}, p = {p}",
        cases,
        rounds=rounds,
        targets=targets if family == "logistic" else {},
        judge=lambda theta: {"decrement": decrement(model, theta)},
    )
    yield with_memory(found, cases)
    if family == "logistic":
        yield two_threads(ours, n, p, rounds)


def two_threads(fit: Callable[[], object], n: int, p: int, rounds: int) -> SpeedComparison:
    def both() -> None:
        with threadpool_limits(2):
            fit()

    return interleaved(
        f"logistic, n = {n:,}, p = {p}, threads",
        {"stattools, two threads": both, "stattools, one thread": fit},
        rounds=2 * rounds,
        targets={"stattools, one thread": 1.7} if (n, p) == (1_000_000, 50) else {},
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    sizes = [(100_000, 20)] if quick else list(TARGETS)
    for n, p in sizes:
        yield from against_peers("logistic", n, p, 3)
    yield from against_peers("poisson", *sizes[0], 3)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
