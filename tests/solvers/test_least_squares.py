"""Least squares: exact rationals, NIST's certified values, honest digits, hard columns, the offset and the refusals."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng
from tests.sizes import examples

NIST = Path(__file__).resolve().parents[3] / "shared" / "nist" / "linear"
needs_nist = pytest.mark.skipif(not NIST.is_dir(), reason="the NIST StRD files are not part of the project")


def exact(X, y, weight=None):
    """Normal equations in rationals: coefficients, diagonal of the inverse, RSS; None where they are singular."""
    X = [[Fraction(v) for v in row] for row in X.tolist()]
    y = [Fraction(v) for v in y.tolist()]
    w = [Fraction(v) for v in (np.ones(len(y)) if weight is None else weight).tolist()]
    p = len(X[0])
    A = [
        [sum(h * r[i] * r[j] for h, r in zip(w, X, strict=True)) for j in range(p)]
        + [sum(h * r[i] * v for h, r, v in zip(w, X, y, strict=True))]
        + [Fraction(int(i == j)) for j in range(p)]
        for i in range(p)
    ]
    for i in range(p):
        if A[i][i] == 0:
            return None
        A[i] = [v / A[i][i] for v in A[i]]
        for k in range(p):
            if k != i and A[k][i]:
                A[k] = [a - A[k][i] * b for a, b in zip(A[k], A[i], strict=True)]
    b = [row[p] for row in A]
    rss = sum(h * (v - sum(x * c for x, c in zip(r, b, strict=True))) ** 2 for h, r, v in zip(w, X, y, strict=True))
    return b, [A[i][p + 1 + i] for i in range(p)], rss


def relative(found, true):
    return float(abs(Fraction(float(found)) - true) / abs(true)) if true else float(found != 0)


def right(found, true):
    """Correct digits, from 0 to 15.95."""
    return max(-np.log10(relative(found, true) + 1.1e-16), 0.0)


def solved(X, y, accuracy, **extras):
    return st.LeastSquares(accuracy).solve(st.ols(y, X, intercept=False, **extras))


@pytest.mark.parametrize("center", [0.0, 1e3, 1e6])
def test_equals_exact_rationals(center):
    g = rng(0)
    X = np.column_stack([np.ones(30), g.integers(0, 50, (30, 3)) + center])
    y = g.integers(-100, 100, 30).astype(float)
    fit = st.fit(st.ols(y, X[:, 1:]))
    assert_allclose(fit.estimate, np.array(exact(X, y)[0], dtype=float), rtol=1e-11)


def nist(name):
    lines = (NIST / f"{name}.dat").read_text(errors="replace").splitlines()
    first, last = map(int, re.search(r"Data\s+\(lines\s+(\d+) to\s+(\d+)\)", "\n".join(lines)).groups())
    certified = np.array([line.split()[1:3] for line in lines if re.match(r"\s+B\d+\s+[-.\d]", line)], dtype=float)
    data = np.array([line.split() for line in lines[first - 1 : last]], dtype=float)
    return data[:, 0], data[:, 1:], certified


def agreement(found, certified):
    gap = np.abs(found - certified) / np.where(certified == 0, 1.0, np.abs(certified))
    return -np.log10(gap.max() + 1e-15)


@needs_nist
@pytest.mark.parametrize(
    ("name", "digits"),
    [("Norris", 13.5), ("Pontius", 13), ("NoInt1", 14), ("NoInt2", 14), ("Filip", 7.2), ("Longley", 14)]
    + [(f"Wampler{k}", 13) for k in range(1, 6)],
)
def test_nist_certified_values(name, digits):
    y, x, certified = nist(name)
    if name not in ("NoInt1", "NoInt2", "Longley"):
        x = x ** np.arange(1, len(certified))
    fit = st.fit(st.ols(y, x, intercept=not name.startswith("NoInt")))
    assert agreement(fit.estimate, certified[:, 0]) >= digits
    assert agreement(fit.se, certified[:, 1]) >= digits
    assert np.isfinite(fit.loglik)


@needs_nist
@pytest.mark.parametrize("name", ["Filip", "Wampler1", "Wampler5"])
@pytest.mark.parametrize("formula", ["poly(x, {k}, raw=True)", "x + {products}"])
def test_nist_polynomials_by_formula(name, formula):
    y, x, certified = nist(name)
    k = len(certified) - 1
    right_side = formula.format(k=k, products=" + ".join(f"I(x ** {j})" for j in range(2, k + 1)))
    fit = st.fit(st.ols(f"y ~ {right_side}", {"y": y, "x": x[:, 0]}))
    assert agreement(fit.estimate, certified[:, 0]) >= 13
    assert agreement(fit.se, certified[:, 1]) >= 13


def design(seed, n, p, kind):
    """Ill-conditioned columns of many kinds, and an outcome that fits them closely or not at all."""
    g = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), g.normal(size=(n, p - 1))])
    match kind:
        case "offset":
            X[:, 1:] += 10.0 ** g.uniform(0, 9, p - 1)
        case "powers":
            X = (g.normal(size=n) + g.uniform(-3, 3))[:, None] ** np.arange(p)
        case "near":
            X[:, -1] = X[:, :-1] @ g.normal(size=p - 1) + 10.0 ** -g.uniform(1, 11) * g.normal(size=n)
        case "units":
            X *= 10.0 ** g.uniform(-12, 12, p)
        case "row":
            X[g.integers(n), 1:] *= 10.0 ** g.uniform(0, 10)
        case "levels":
            X[:, 1:] = g.integers(0, 3, (n, p - 1)) + 0.1 * g.integers(0, 2)
    size = np.abs(X).max(axis=0)
    y = X @ (g.normal(size=p) / size) + 10.0 ** -g.uniform(-2, 12) * g.normal(size=n)
    return X, y


KINDS = ["plain", "offset", "powers", "near", "units", "row", "levels"]


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(
    seed=some.integers(0, 10**6),
    n=some.integers(8, 24),
    p=some.integers(2, 5),
    kind=some.sampled_from(KINDS),
    accuracy=some.sampled_from(["auto", "fast", "exact"]),
    weighted=some.booleans(),
)
def test_digits_are_honest(seed, n, p, kind, accuracy, weighted):
    """Against rationals no estimate is more than one digit too high, or the design is refused."""
    X, y = design(seed, n, p, kind)
    weight = np.random.default_rng(seed).integers(1, 9, n).astype(float) if weighted else None
    true = exact(X, y, weight)
    try:
        solution = solved(X, y, accuracy, weights=weight)
    except st.IdentificationError:
        return
    assert true is not None
    b, C, rss = true
    for j in range(p):
        assert right(solution.estimate[j], b[j]) >= solution.digits.coefficients[j] - 1.0, (j, solution.rung)
        variance = Fraction(float(solution.covariance[j, j])) * Fraction(solution.residual_sums[0])
        found = relative(variance, C[j] * rss) / 2 if rss else 0.0
        assert max(-np.log10(found + 1.1e-16), 0.0) >= solution.digits.se[j] - 1.0, (j, solution.rung)


@pytest.mark.parametrize("kind", KINDS)
def test_auto_is_right_or_refuses(kind):
    """At default settings small designs lose no more than they say, whatever they are."""
    for seed in range(8):
        X, y = design(seed, 20, 4, kind)
        try:
            solution = solved(X, y, "auto")
        except st.IdentificationError:
            continue
        b, C, rss = exact(X, y)
        se = np.sqrt([float(c * rss / 16) for c in C])
        error = [abs(float(Fraction(float(e)) - t)) for e, t in zip(solution.estimate, b, strict=True)]
        size = np.maximum(np.abs(np.array(b, dtype=float)), se)
        assert (error <= 10.0 ** (1.0 - solution.digits.smallest) * size).all()
        assert (np.array(error) <= 1e-7 * size).all()


@pytest.mark.parametrize("accuracy", ["fast", "exact"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_rungs_agree_with_weights_precision_and_offset(accuracy, order):
    g = rng(5)
    n = 3000
    X = np.array(np.column_stack([np.ones(n), g.normal(size=(n, 3)) + [0, 5, 50]]), order=order)
    y, offset = g.normal(size=(2, n))
    w, precision = g.integers(0, 4, n).astype(float), np.exp(g.normal(size=n))
    extras = {"weights": w, "precision": precision, "offset": offset}
    solution = solved(X, y, accuracy, **extras)
    root = np.sqrt(w * precision)
    b, rss, *_ = np.linalg.lstsq(X * root[:, None], (y - offset) * root)
    assert_allclose(solution.estimate, b, rtol=1e-10)
    assert_allclose(solution.residual_sums[0], rss[0], rtol=1e-12)
    assert_allclose(solution.covariance, np.linalg.inv((X * (w * precision)[:, None]).T @ X), rtol=1e-9, atol=1e-16)
    assert solution.rung == {"fast": "Cholesky", "exact": "exact"}[accuracy]


def test_a_column_that_is_constant_in_most_rows_takes_up_no_shift():
    g = rng(6)
    X = np.column_stack([np.ones(50_000), g.normal(size=(50_000, 2)) + 40.0])
    X[777, 0] = 2.0
    y = g.normal(size=50_000)
    solution = solved(X, y, "fast")
    assert_allclose(solution.estimate, np.linalg.lstsq(X, y)[0], rtol=1e-10)


def test_the_rung_is_measured():
    g = rng(7)
    X = np.column_stack([np.ones(200), g.normal(size=(200, 2))])
    y = X.sum(axis=1) + g.normal(size=200)
    assert (solved(X, y, "auto").rung, solved(X, y, "fast").rung) == ("Cholesky", "Cholesky")
    X[:, 2] = X[:, 1] + 1e-9 * X[:, 2]
    assert solved(X, y, "fast").rung == "QR"
    assert solved(X, y, "auto").rung == "exact"
    assert "exact sums" in str(st.fit(st.ols(y, X, intercept=False)))
    with pytest.raises(st.DomainError, match="'auto', 'fast' or 'exact'; got 'best'"):
        st.LeastSquares("best")


@pytest.mark.parametrize("accuracy", ["auto", "fast", "exact"])
def test_dependent_columns_are_refused(accuracy):
    g = rng(8)
    X = g.normal(size=(40, 3))
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    with pytest.raises(st.IdentificationError, match="x4 = x1 \\+ x2"):
        st.fit(st.ols(g.normal(size=40), X), solver=st.LeastSquares(accuracy))


def hard(kind, n=60_000):
    """More rows than auto reads exactly without need."""
    g = rng(9)
    Z, e = g.normal(size=(n, 4)), g.normal(size=n)
    X = np.column_stack([np.ones(n), Z])
    match kind:
        case "offset":
            X[:, 1:] += 1e9
        case "units":
            X[:, 1:] *= [1e-12, 1e12, 1.0, 1e5]
        case "row":
            X[17, 1:] *= 1e8
        case "near":
            X[:, 4] = X[:, 1] + 1e-9 * Z[:, 3]
    return X, Z.sum(axis=1) + e


@pytest.mark.parametrize(
    ("kind", "rung"), [("offset", "Cholesky"), ("units", "Cholesky"), ("row", "exact"), ("near", "exact")]
)
def test_hard_columns_at_any_size(kind, rung):
    X, y = hard(kind)
    auto = solved(X, y, "auto")
    assert auto.rung == rung
    twin = solved(X, y, "exact")
    se = np.sqrt(np.diagonal(twin.covariance) * twin.residual_sums[0] / len(y))
    assert (np.abs(auto.estimate - twin.estimate) <= 1e-9 * np.maximum(np.abs(twin.estimate), se)).all()
    assert_allclose(np.diagonal(auto.covariance), np.diagonal(twin.covariance), rtol=1e-9)
    assert_allclose(auto.residual_sums[0], twin.residual_sums[0], rtol=1e-9)


def test_powers_too_high_for_their_columns_are_refused():
    x = np.linspace(-9, -3, 200)
    with pytest.raises(st.IdentificationError):
        solved(x[:, None] ** np.arange(25), np.sin(x), "auto")


def test_an_exact_fit_has_no_residual():
    x = np.arange(12.0)
    X = np.vander(x, 6, increasing=True)
    solution = solved(X, X.sum(axis=1), "auto")
    assert solution.estimate.tolist() == [1.0] * 6
    assert solution.residual_sums[0] < 1e-300


def test_offset_is_subtracted():
    g = rng(2)
    x, y, offset = g.normal(size=(3, 40))
    assert_allclose(st.fit(st.ols(y, x, offset=offset)).estimate, st.fit(st.ols(y - offset, x)).estimate, rtol=1e-12)


def test_only_gaussian_likelihoods():
    g = rng(3)
    with pytest.raises(
        st.IncompatibleError, match=r"LeastSquares needs a Gaussian likelihood.*got Logistic regression"
    ):
        st.fit(st.logistic(g.integers(0, 2, 30), g.normal(size=30)), solver=st.LeastSquares())
