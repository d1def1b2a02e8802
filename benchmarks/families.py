"""Families and links: composed and fused, a likelihood from SciPy and by hand, and each family beside statsmodels, glum
and R.

    uv run --group bench python benchmarks/families.py [--quick]

Estimates with standard errors; the decrement is the distance from the maximum in standard errors, at our dispersion
where others take theirs from moments. R runs in a process of its own that holds the data and says its own seconds. The
certificate is one evaluation with derivatives at the estimate, as a share of our time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import stats
from scipy.special import expit

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
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS

R = "R's glm"


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


@dataclass(frozen=True)
class Family:
    """A family with its usual link: outcomes of a predictor, ours, and what others call it."""

    draw: Callable[[np.ndarray, np.random.Generator], np.ndarray]
    make: Callable[..., st.Model]
    statsmodels: Callable[[np.ndarray, np.ndarray], np.ndarray]
    glum: str | None
    r: str


def _glm(y: np.ndarray, X: np.ndarray, family: Any) -> np.ndarray:
    found = sm.GLM(y, X, family=family).fit(tol=1e-12)
    return found.params + 0.0 * found.bse


def _negative_binomial(y: np.ndarray, X: np.ndarray) -> np.ndarray:
    found = sm.NegativeBinomial(y, X).fit(disp=0, maxiter=200)
    own = found.params + 0.0 * found.bse
    return np.append(own[:-1], np.log(own[-1]))


IN_R = "{{ f <- glm(y ~ X - 1, family = {}, control = list(epsilon = 1e-12)); f$se <- vcov(f); coef(f) }}"
FAMILIES = {
    "poisson": Family(
        lambda eta, random: random.poisson(np.exp(eta)).astype(float),
        st.poisson,
        lambda y, X: _glm(y, X, sm.families.Poisson()),
        "poisson",
        IN_R.format("poisson"),
    ),
    "gamma": Family(
        lambda eta, random: random.gamma(2.0, np.exp(eta) / 2.0),
        st.gamma,
        lambda y, X: _glm(y, X, sm.families.Gamma(sm.families.links.Log())),
        "gamma",
        IN_R.format("Gamma('log')"),
    ),
    "negative binomial": Family(
        lambda eta, random: random.poisson(np.exp(eta) * random.gamma(2.0, 0.5, len(eta))).astype(float),
        st.negative_binomial,
        _negative_binomial,
        None,
        "{ f <- glm.nb(y ~ X - 1); f$se <- vcov(f); c(coef(f), -log(f$theta)) }",
    ),
    "probit": Family(
        lambda eta, random: (random.normal(size=len(eta)) < eta).astype(float),
        st.probit,
        lambda y, X: _glm(y, X, sm.families.Binomial(sm.families.links.Probit())),
        None,
        IN_R.format("binomial('probit')"),
    ),
}


def family(name: str, n: int, p: int, *, rounds: int = 3) -> SpeedComparison:
    """A family beside statsmodels, glum where it has it, and R."""
    X, eta, random = columns(n, p)
    it = FAMILIES[name]
    y = it.draw(eta, random)
    model = it.make(y, X, intercept=False)
    best = st.fit(model).estimate

    def ours() -> np.ndarray:
        fit = st.fit(it.make(y, X, intercept=False))
        return fit.estimate + 0.0 * fit.se

    def distance(theta: np.ndarray) -> dict[str, float]:
        return {"decrement": decrement(model, np.append(theta, best[len(theta) :]))}

    cases: dict[str, Callable[[], object] | None] = {
        "stattools": ours,
        "statsmodels": lambda: it.statsmodels(y, X),
        R: asking(r_session("MASS", {"X": X, "y": y}), it.r),
    }
    if it.glum is not None:
        cases["glum"] = _glum(it.glum, y, X) if find_spec("glum") else None
    found = interleaved(f"{name}, n = {n:,}, p = {p}", cases, rounds=rounds, judge=distance)
    found = with_memory(found, {name: run for name, run in cases.items() if name != R})
    return with_certificate(found, lambda: model.evaluate(best))


def _glum(family: str, y: np.ndarray, X: np.ndarray) -> Callable[[], np.ndarray]:
    from glum import GeneralizedLinearRegressor

    glm = GeneralizedLinearRegressor(family=family, link="log", alpha=0, fit_intercept=False, gradient_tol=1e-9)

    def run() -> np.ndarray:
        glm.fit(X, y).covariance_matrix(X, y)
        return glm.coef_

    return run


def many_levels(name: str, n: int, levels: int, *, rounds: int = 3) -> SpeedComparison:
    """A factor of thousands of levels, beside glum with the factor as a categorical matrix of tabmat."""
    random = np.random.default_rng(0)
    g = np.append(np.tile(np.arange(levels), 2), random.integers(0, levels, n - 2 * levels))
    eta = 0.5 * random.normal(size=levels)[g]
    y = random.poisson(np.exp(1.0 + eta)) + 0.0 if name == "poisson" else (random.random(n) < expit(eta)) + 0.0
    y[:levels] = 1.0  # so that no level is of one side only
    y[levels : 2 * levels] = 0.0
    make = {"poisson": st.poisson, "logistic": st.logistic}[name]
    model = make("y ~ 0 + C(g)", {"y": y, "g": g})

    def ours() -> np.ndarray:
        fit = st.fit(make("y ~ 0 + C(g)", {"y": y, "g": g}))
        return fit.estimate + 0.0 * fit.se

    def theirs() -> np.ndarray:
        from glum import GeneralizedLinearRegressor
        from tabmat import CategoricalMatrix

        family = {"poisson": "poisson", "logistic": "binomial"}[name]
        glm = GeneralizedLinearRegressor(family=family, alpha=0, fit_intercept=False, gradient_tol=1e-9)
        return glm.fit(CategoricalMatrix(g), y).coef_

    cases: dict[str, Callable[[], object] | None] = {"stattools": ours, "glum": theirs if find_spec("glum") else None}
    return interleaved(
        f"{name}, n = {n:,}, a factor of {levels:,} levels",
        cases,
        rounds=rounds,
        judge=lambda theta: {"decrement": decrement(model, theta)},
        targets={"glum": 1.0},
    )


def beside_levels(n: int, levels: int, *, rounds: int = 1) -> SpeedComparison:
    """Times, ordered labels and counts with zeros beside a factor of thousands of levels, each from its formula."""
    random = np.random.default_rng(0)
    g, x = np.append(np.tile(np.arange(levels), 4), random.integers(0, levels, n - 4 * levels)), random.normal(size=n)
    eta = 0.5 * random.normal(size=levels)[g] + 0.3 * x
    time, end = np.exp(eta) * random.weibull(1.5, n), np.exp(0.7 + 0.8 * random.normal(size=n))
    label = np.digitize(eta + random.logistic(size=n), [-1.0, 0.5, 2.0])
    label[: 4 * levels] = np.repeat(np.arange(4), levels)  # so that no level is of one side only
    count = np.where(random.random(n) < 0.3, 0, 1 + random.poisson(np.exp(1.0 + eta)))
    count[levels : 2 * levels] = 2
    died = np.where(np.arange(n) < levels, True, time <= end)
    table = {"g": g, "x": x, "time": np.where(died, time, end), "died": died, "label": label, "count": count}
    ways: dict[str, Callable[[], Any]] = {
        "st.aft": lambda: st.aft("survival(time, died) ~ C(g) + x", table),
        "st.ordinal": lambda: st.ordinal("label ~ C(g) + x", table),
        "st.hurdle": lambda: st.hurdle("count ~ C(g) + x", table, zero="~ x"),
        "st.cox": lambda: st.cox("survival(time, died) ~ C(g) + x", table),
    }
    cases: dict[str, Callable[[], object] | None] = {
        name: lambda make=make: st.fit(make()).se for name, make in ways.items()
    }
    return interleaved(f"n = {n:,}, a factor of {levels:,} levels", cases, rounds=rounds)


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


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield from composed(*((100_000, 20) if quick else (1_000_000, 50)), 3)
    yield from without_a_form(*((50_000, 10) if quick else (200_000, 20)), 3)
    for name in FAMILIES:
        for n, p in ((50_000, 10),) if quick else ((1_000, 5), (10_000, 20), (200_000, 20)):
            yield family(name, n, p)
    for name in ("poisson", "logistic"):
        yield many_levels(name, *((5_000, 500) if quick else (20_000, 2_000)))
    yield beside_levels(*((5_000, 500) if quick else (20_000, 2_000)))
    yield from own(*((20_000, 5) if quick else (100_000, 10)), 3)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
