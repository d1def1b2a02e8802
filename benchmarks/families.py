"""Families and links: composed and fused, a likelihood from SciPy and by hand, Gamma beside statsmodels and glum.

    uv run --group bench python benchmarks/families.py [--quick]

Estimates with standard errors; the decrement is the distance from the maximum in standard errors. statsmodels and glum
take the dispersion of the Gamma from moments, here it is a parameter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import stats

import stattools as st
from stattools.benchmarking import SpeedComparison, decrement, interleaved, show
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS


def columns(n: int, p: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    X[:, 0] = 1.0
    return X, X @ (0.3 * random.normal(size=p) / np.sqrt(p)), random


def composed(n: int, p: int, rounds: int) -> Iterator[SpeedComparison]:
    """Logit as the binomial after a link, against the Bernoulli that knows it."""
    X, eta, random = columns(n, p)
    y = (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    fused = st.logistic(y, X, intercept=False)
    linked = replace(fused, likelihood=Linked(st.Bernoulli(), LINKS["logit"]))
    yield interleaved(
        f"logit, n = {n:,}, p = {p}",
        {"stattools, binomial with a link": lambda: st.fit(linked), "stattools, fused": lambda: st.fit(fused)},
        rounds=rounds,
        targets={"stattools, fused": 1.0 / 1.5},
    )


def without_a_form(n: int, p: int, rounds: int) -> Iterator[SpeedComparison]:
    """A link that no family knows, against the logit and statsmodels."""
    X, eta, random = columns(n, p)
    y = (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    other = st.glm(y, X, family="binomial", link="cloglog", intercept=False)
    logit = st.logistic(y, X, intercept=False)
    yield interleaved(
        f"cloglog, n = {n:,}, p = {p}",
        {
            "stattools": lambda: st.fit(other).estimate,
            "stattools, logit": lambda: st.fit(logit).estimate,
            "statsmodels": lambda: _glm(y, X, sm.families.Binomial(sm.families.links.CLogLog())),
        },
        rounds=rounds,
    )


def gamma(n: int, p: int, rounds: int) -> Iterator[SpeedComparison]:
    X, eta, random = columns(n, p)
    y = random.gamma(2.0, np.exp(eta) / 2.0)
    cases: dict[str, Callable[[], Any]] = {
        "stattools": lambda: st.fit(st.gamma(y, X, intercept=False)).estimate,
        "statsmodels": lambda: _glm(y, X, sm.families.Gamma(sm.families.links.Log())),
    }
    if find_spec("glum"):
        from glum import GeneralizedLinearRegressor

        glm = GeneralizedLinearRegressor(family="gamma", link="log", alpha=0, fit_intercept=False, gradient_tol=1e-9)

        def glum() -> np.ndarray:
            glm.fit(X, y).covariance_matrix(X, y)
            return glm.coef_

        cases["glum"] = glum
    model = st.gamma(y, X, intercept=False)
    last = st.fit(model).estimate[-1]
    yield interleaved(
        f"gamma, log link, n = {n:,}, p = {p}",
        cases,
        rounds=rounds,
        judge=lambda theta: {"decrement": decrement(model, theta if len(theta) > p else np.append(theta, last))},
    )


def own(n: int, p: int, rounds: int) -> Iterator[SpeedComparison]:
    """A likelihood of one's own, made from SciPy's distribution, against the same written by hand."""
    X, eta, random = columns(n, p)
    table = {f"x{j}": X[:, j] for j in range(1, p)} | {"y": eta + random.gumbel(size=n)}
    formula = "y ~ " + " + ".join(f"x{j}" for j in range(1, p))
    made = st.likelihood(stats.norm, parameters={"loc": "identity", "scale": "log"})
    scipy_made, written = st.regression(formula, table, made), st.glm(formula, table, family="normal", scale="~ 1")
    yield interleaved(
        f"normal with a scale, n = {n:,}, p = {p}",
        {"stattools, from SciPy": lambda: st.fit(scipy_made), "stattools, by hand": lambda: st.fit(written)},
        rounds=rounds,
        targets={"stattools, by hand": 1.0 / 10.0},
    )


def _glm(y: np.ndarray, X: np.ndarray, family: Any) -> np.ndarray:
    found = sm.GLM(y, X, family=family).fit()
    return found.params + 0.0 * found.bse


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield from composed(*((100_000, 20) if quick else (1_000_000, 50)), 3)
    yield from without_a_form(*((50_000, 10) if quick else (200_000, 20)), 3)
    yield from gamma(*((50_000, 10) if quick else (200_000, 20)), 3)
    yield from own(*((20_000, 5) if quick else (100_000, 10)), 3)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
