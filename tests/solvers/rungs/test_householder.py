"""Few rows at once: by QR the exact rung's numbers, within the bounds that it gives itself, or none; by Cholesky those
of the same rows in blocks.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.numerics.products import NARROW
from stattools.solvers.digits import EPS
from stattools.solvers.metric import Metric
from stattools.solvers.rungs.cholesky import refine
from stattools.solvers.rungs.householder import FEW, MOST_ROWS, Orthogonal, RowsAtOnce, are_few
from tests.cases import rng
from tests.sizes import examples


def problem(seed, n, p, *, constant, offset, closeness, noise, extras, order):
    """Columns far from 0 or not, nearly dependent or not; the rows with all that can be given with them."""
    g = rng(seed)
    X = g.normal(size=(n, p)) * 10.0 ** g.uniform(-3, 3, p) * (1.0 + offset)
    if constant is not None:
        X[:, constant % p] = 3.0
    if closeness is not None and p > 2:
        X[:, -1] = X[:, -2] + closeness * np.abs(X[:, -2]).max() * g.normal(size=n)
    y = X @ (1.0 / np.abs(X).max(axis=0)) + noise * g.normal(size=n)
    weight = g.integers(0, 4, n).astype(float) if "weights" in extras else None
    if weight is not None:
        weight[0] = 1.0
    precision = g.uniform(0.5, 2.0, n) if "precision" in extras else None
    shift = 5.0 * g.normal(size=n) if "offset" in extras else None
    return Rows(np.array(X, order=order), y, weight, shift, precision)


def at_once(rows, moved=RowsAtOnce.of) -> Any:
    return Orthogonal.of(moved(rows), rows.n)


def exact(rows):
    model = st.ols(rows.y, rows.X, intercept=False, weights=rows.weight, offset=rows.offset, precision=rows.precision)
    return st.LeastSquares(accuracy="exact").solve(model)


@pytest.mark.slow
@pytest.mark.parametrize("moved", [RowsAtOnce.of, RowsAtOnce.unmoved])
@settings(max_examples=examples(100), deadline=None, derandomize=True)
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


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(
    seed=some.integers(0, 999),
    n=some.integers(1, 120),
    p=some.integers(1, 16),
    constant=some.sampled_from([None, 0, 1, 5]),
    offset=some.sampled_from([0.0, 1.0, 1e3]),
    closeness=some.sampled_from([None, None, 1.0, 1e-2, 0.0]),
    noise=some.sampled_from([1.0, 1e-3, 0.0]),
    extras=some.sets(some.sampled_from(["weights", "precision", "offset"])),
    order=some.sampled_from("CF"),
)
def test_few_rows_are_the_same_in_blocks(seed, n, p, **kind):
    rows = problem(seed, n, p, **kind)
    few, blocks = refine(RowsAtOnce.of(rows), n), refine(rows, n)
    if few is None or blocks is None:  # where round-off decides which columns are dependent, one of them may be
        found = few or blocks
        assert found is None or found.metric.inflation() > 1e8
        return
    tolerance = 1e-12 + 1e-15 * blocks.metric.inflation()
    scale = np.sqrt(max(blocks.rss, 1e-28 * blocks.size) / max(n - p, 1))
    unit = np.abs(blocks.theta) + scale * np.sqrt(blocks.covariance.diagonal())
    assert (np.abs(few.theta - blocks.theta) <= tolerance * unit).all()
    spread = np.sqrt(blocks.covariance.diagonal())
    assert_allclose(few.covariance / spread / spread[:, None], blocks.covariance / spread / spread[:, None],
                    rtol=0, atol=10 * tolerance)  # fmt: skip
    assert_allclose(few.rss, blocks.rss, rtol=1e-10, atol=1e-26 * blocks.size)
    assert_allclose([few.size, few.square], [blocks.size, blocks.square], rtol=1e-12, atol=1e-26 * blocks.size)
    assert_allclose(few.metric.inflation(), blocks.metric.inflation(), rtol=10 * tolerance)
    assert_allclose(few.spread, np.sqrt(few.metric.covariance().diagonal()), rtol=10 * tolerance)
    assert (few.n, few.shift.first) == (blocks.n, blocks.shift.first)
    if n <= p or blocks.metric.inflation() > 1e6:  # digits of no scale, or of what round-off left
        return
    digits = [replace(found, scale=scale).digits.smallest for found in (few, blocks)]
    assert abs(digits[0] - digits[1]) < 0.5


@pytest.mark.parametrize("p", [3, NARROW + 1])
def test_the_sums_are_those_of_weighted_rows(p):
    rows = problem(1, 40, p, constant=1, offset=1.0, closeness=None, noise=1.0, order="C",
                   extras={"weights", "precision", "offset"})  # fmt: skip
    few = RowsAtOnce.of(rows)
    X, v, w = rows.X - few.shift.center, rows.y - rows.offset - few.shift.middle, rows.importance
    G, g, square, *_ = few.sums(None)
    assert_allclose(G, (X.T * w) @ X, rtol=1e-11, atol=1e-9 * np.abs(X).max() ** 2)
    assert_allclose(g, X.T @ (w * v), rtol=1e-10, atol=1e-10 * np.abs(X).max())
    assert_allclose([square, few.size], [w @ v**2, w @ rows.y**2], rtol=1e-13)
    phi = np.ones(p)
    g, rss, size = few.residual_sums(phi)
    assert_allclose(g, X.T @ (w * (v - X @ phi)), rtol=1e-10, atol=1e-10 * np.abs(X).max() ** 2)
    assert_allclose([rss, size], [w @ (v - X @ phi) ** 2, w @ rows.y**2], rtol=1e-12)


def test_cholesky_leaves_what_was_given_as_it_was():
    for order in "CF":
        for constant in (None, 0):
            rows = problem(2, 30, 3, constant=constant, offset=1.0, closeness=None, noise=1.0, order=order, extras={})
            X, y = rows.X.copy(), rows.y.copy()
            first, second = (refine(RowsAtOnce.of(rows), rows.n) for _ in range(2))
            assert np.array_equal(rows.X, X)
            assert np.array_equal(rows.y, y)
            assert np.array_equal(first.theta, second.theta)


@pytest.mark.parametrize("n", [MOST_ROWS, MOST_ROWS + 1])
def test_where_few_rows_end_nothing_changes(n):
    rows = problem(3, n, 4, constant=0, offset=1.0, closeness=None, noise=1.0, order="C", extras={})
    solution = st.LeastSquares().solve(st.ols(rows.y, rows.X, intercept=False))
    assert solution.rung == "Cholesky"
    assert_allclose(solution.estimate, np.linalg.lstsq(rows.X, rows.y)[0], rtol=1e-10)
