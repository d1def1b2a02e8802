"""Least squares of many rows: one read where the sample's coefficients are near, always the exact rung's numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.least_squares.cholesky import SAMPLE, SHARE, Refined
from tests.cases import rng
from tests.sizes import first

N, P = SHARE * SAMPLE + 5_000, 6


def problem(kind: str):
    g = rng(len(kind))
    X = g.normal(size=(N, P)) * 10.0 ** np.arange(P)
    X[:, 0] = 1.0
    noise, extras = g.normal(size=N), {}
    if kind == "Fortran order":
        X = np.asfortranarray(X)
    if kind == "offset columns":
        X[:, 1:] += 100.0 * 10.0 ** np.arange(1, P)
    if kind == "sorted":
        X = X[np.argsort(X[:, 2])]
    if kind == "rare column":
        X[:, 3] = 0.0
        X[[3_000, 5_000, 200_000], 3] = 1.0
    if kind == "nearly exact":
        noise = 1e-9 * noise
    if kind == "heavy row":
        X[N // 2, 1:] *= 1e4
    if kind == "weights":
        extras = {"weights": g.integers(0, 4, N), "precision": g.uniform(0.5, 2.0, N), "offset": 5.0 * g.normal(size=N)}
    y = X @ (1.0 / np.abs(X).max(axis=0)) + noise + extras.get("offset", 0.0)
    return st.ols(y, X, intercept=False, **extras)


KINDS = ["plain", "Fortran order", "offset columns", "sorted", "rare column", "nearly exact", "heavy row", "weights"]


@pytest.mark.parametrize("kind", first(3, KINDS))
def test_the_numbers_of_the_exact_rung(kind):
    model = problem(kind)
    fast, exact = (st.LeastSquares(accuracy=accuracy).solve(model) for accuracy in ("fast", "exact"))
    assert fast.rung == "Cholesky"
    scale = np.sqrt(exact.residual_sums[0] / (model.n - P))
    se = scale * np.sqrt(exact.covariance.diagonal())
    # 1e-10 standard errors, or where the fit is nearly exact the digits that y - X b has
    assert (np.abs(fast.estimate - exact.estimate) <= 1e-10 * se + 1e-14 * np.abs(exact.estimate)).all()
    # a heavy row inflates variances a thousandfold, and with them the rounding of the Gram matrix
    tolerance = 1e-11 if kind == "heavy row" else 1e-12
    assert_allclose(fast.covariance.diagonal(), exact.covariance.diagonal(), rtol=tolerance)
    # a residual of 1e-9 of y has seven digits
    assert_allclose(fast.residual_sums, exact.residual_sums, rtol=1e-6 if kind == "nearly exact" else 1e-12)
    assert fast.decrement <= 1e-8
    right = -np.log10(np.maximum(np.abs(fast.estimate / exact.estimate - 1.0), 1e-16))
    assert (fast.digits.coefficients <= right + 1.0).all()


def test_one_read_where_the_sample_is_near():
    assert st.LeastSquares().solve(problem("plain")).steps == 0
    assert st.LeastSquares().solve(problem("rare column")).steps > 0


def test_the_decrement_is_that_of_all_rows():
    model = problem("plain")
    solution = st.LeastSquares().solve(model)
    score = model.evaluate(solution.estimate, order=1).score
    assert np.sqrt(score @ solution.covariance @ score) <= 1e-10 * np.sqrt(solution.residual_sums[0] / N)


def fast(seed, n, p, *, offset, correlation, noise, constant):
    g = rng(seed)
    X = g.normal(size=(n, p)) * 10.0 ** g.uniform(-6, 6, p)
    X[:, -1] = X[:, -1] / np.abs(X[:, -1]).max() * correlation + X[:, 1] / np.abs(X[:, 1]).max()
    X += offset * np.abs(X).max(axis=0)
    if constant:
        X[:, 0] = 3.0
    y = X @ (1.0 / np.abs(X).max(axis=0)) + noise * g.normal(size=n)
    return st.LeastSquares(accuracy="fast").solve(st.ols(y, X, intercept=False))


@given(
    some.integers(0, 999),
    some.integers(8, 300),
    some.integers(2, 6),
    some.sampled_from([0.0, 1.0, 1e3]),
    some.sampled_from([1.0, 1e-2, 1e-4]),
    some.sampled_from([1.0, 1e-3, 1e3]),
    some.booleans(),
)
def test_certain_digits_are_there(seed, n, p, offset, correlation, noise, constant):
    solution = fast(seed, n, p, offset=offset, correlation=correlation, noise=noise, constant=constant)
    if not isinstance(solution.quality, Refined):  # QR
        return
    for digits in np.arange(6.0, 16.0, 0.25):
        assert solution.digits.smallest >= digits or not solution.quality.certainly(digits)


@pytest.mark.parametrize("constant", [True, False])
def test_ordinary_data_need_no_more_than_the_bound(constant):
    solution = fast(1, 100, 4, offset=0.0, correlation=1.0, noise=1.0, constant=constant)
    assert solution.quality.certainly(13.0)
