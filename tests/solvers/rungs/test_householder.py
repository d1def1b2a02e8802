"""QR of few numbers at once: the exact rung's numbers, within the bounds that it gives itself, or none."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.solvers.digits import EPS
from stattools.solvers.metric import Metric
from stattools.solvers.rungs.householder import FEW, Orthogonal, are_few
from stattools.solvers.rungs.rows_at_once import RowsAtOnce
from tests.cases import rng
from tests.solvers.rungs.test_rows_at_once import problem


def at_once(rows, moved=RowsAtOnce.of) -> Any:
    return Orthogonal.of(moved(rows), rows.n)


def exact(rows):
    model = st.ols(rows.y, rows.X, intercept=False, weights=rows.weight, offset=rows.offset, precision=rows.precision)
    return st.LeastSquares(accuracy="exact").solve(model)


@pytest.mark.parametrize("moved", [RowsAtOnce.of, RowsAtOnce.unmoved])
@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    seed=some.integers(0, 999),
    n=some.integers(20, 300),
    p=some.integers(1, 5),
    constant=some.sampled_from([None, 0, 1]),
    offset=some.sampled_from([0.0, 1.0, 1e3]),
    closeness=some.sampled_from([None, None, 1.0, 1e-2, 1e-4]),
    noise=some.sampled_from([1.0, 1e-3]),
    extras=some.sets(some.sampled_from(["weights", "precision", "offset"])),
    order=some.sampled_from("CF"),
)
def test_errors_are_within_their_bounds(moved, seed, n, p, **kind):
    rows = problem(seed, n, p, **kind)
    found, true = at_once(rows, moved), exact(rows)
    unit = found.scale * np.sqrt(true.covariance.diagonal())
    error = np.abs(found.theta - true.estimate) / unit
    assert error.max() <= found.decrement + found.lifting + EPS * (np.abs(true.estimate) / unit).max()
    X = rows.X if rows.importance is None else rows.X * np.sqrt(rows.importance)[:, None]
    rounding = EPS * np.linalg.norm(X, axis=0) @ np.abs(true.estimate)
    away = np.linalg.norm(X @ (found.theta - true.estimate)) - 2.0 * rounding
    assert away <= (found.decrement + found.lifting) * found.scale
    digits = found.digits
    relative = np.abs(found.theta / true.estimate - 1.0) + EPS / 2
    assert (digits.coefficients <= 0.5 - np.log10(relative)).all()
    variance = found.covariance.diagonal() * found.r**2 / (true.covariance.diagonal() * true.residual_sums[0])
    assert (digits.se <= 0.5 - np.log10(np.abs(np.sqrt(variance) - 1.0) + EPS / 2)).all()
    for certain in np.arange(8.0, 16.0, 0.25):
        assert digits.smallest >= certain or not found.certainly(certain)


@pytest.mark.parametrize("constant", [None, 2])
def test_ordinary_data_have_thirteen_digits(constant):
    rows = problem(1, 60, 3, constant=constant, offset=1.0, closeness=None, noise=1.0, extras={"weights"}, order="C")
    found, true = at_once(rows), exact(rows)
    assert found.certainly(13.0)
    assert_allclose(found.theta, true.estimate, rtol=1e-12)
    assert_allclose(found.covariance, true.covariance, rtol=1e-12, atol=1e-14 * np.abs(true.covariance).max())
    assert_allclose(found.r**2, true.residual_sums[0], rtol=1e-13)
    model = st.ols(rows.y, rows.X, intercept=False, weights=rows.weight)
    fit = st.fit(model)
    assert fit.solution.rung == "QR"
    assert_allclose(fit.se, np.sqrt(true.residual_sums[0] / fit.df * true.covariance.diagonal()), rtol=1e-12)
    assert_allclose(fit.solution.residual_sums, model.residual_sums(fit.estimate), rtol=1e-13)
    assert fit.solution.decrement <= 1e-13


def test_the_condition_is_that_of_the_scaled_information():
    rows = problem(2, 50, 4, constant=None, offset=0.0, closeness=1.0, noise=1.0, extras=(), order="F")
    found = at_once(rows)
    rcond = Metric(rows.X.T @ rows.X).rcond
    assert_allclose(found.rcond, rcond, rtol=1e-10)
    for least in (0.5 * rcond, 2.0 * rcond):
        assert found.well_conditioned(least) == (rcond >= least)
    assert found.well_conditioned(1e-10)


def test_what_is_not_for_qr_at_once_is_left_to_other_ways():
    g = rng(3)
    X, y = g.normal(size=(12, 3)), g.normal(size=12)
    dependent = np.column_stack([X[:, :2], np.zeros(12)])
    for rows in (Rows(dependent, y), Rows(1e-150 * X, y), Rows(1e150 * X, y), Rows(X, 0.0 * y)):
        assert at_once(rows) is None
    assert (are_few(Rows(X[:4], y[:4])), are_few(Rows(X[:3], y[:3]))) == (True, False)
    n = FEW // 9
    X, y = g.normal(size=(n, 3)), g.normal(size=n)
    assert (are_few(Rows(X[:-1], y[:-1])), are_few(Rows(X, y))) == (True, False)


def test_what_it_is_not_sure_of_goes_on():
    """A nearly exact fit, and columns with digits beyond float64."""
    g = rng(4)
    X = np.column_stack([np.ones(50), g.normal(size=(50, 2))])
    near, far = X @ [1.0, 2.0, 3.0] + 1e-6 * g.normal(size=50), g.normal(size=50)
    assert not at_once(Rows(X, near)).certainly(13.0)
    assert st.LeastSquares().solve(st.ols(near, X, intercept=False)).rung == "Cholesky"
    model = st.ols("y ~ x + I(x ** 3)", {"y": far, "x": X[:, 1]})
    assert model.rows.low is not None
    assert st.LeastSquares().solve(model).rung == "exact"
    assert st.LeastSquares().solve(replace(model, rows=Rows(model.rows.X, model.rows.y))).rung == "QR"


def test_columns_far_from_0_are_moved():
    g = rng(6)
    X = np.column_stack([np.ones(50), 2000.0 + g.normal(size=50)])
    rows = Rows(X, 0.01 * X[:, 1] + g.normal(size=50))
    assert [at_once(rows, moved).certainly(13.0) for moved in (RowsAtOnce.unmoved, RowsAtOnce.of)] == [False, True]
    solution = st.LeastSquares().solve(st.ols(rows.y, X, intercept=False))
    assert solution.rung == "QR"
    assert solution.digits.smallest >= 13.0


@pytest.mark.parametrize("moved", [RowsAtOnce.of, RowsAtOnce.unmoved])
def test_what_was_given_is_left_as_it_was(moved):
    for constant in (None, 0):
        rows = problem(5, 30, 3, constant=constant, offset=1.0, closeness=None, noise=1.0, extras=(), order="F")
        few = moved(rows)
        Z, v = few.Z.copy(), few.v.copy()
        Orthogonal.of(few, 30.0)
        assert np.array_equal(few.Z, Z)
        assert np.array_equal(few.v, v)
