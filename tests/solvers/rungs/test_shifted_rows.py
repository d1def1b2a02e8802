"""Sums over blocks of shifted rows are those of the whole matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.numerics.columns import symmetric
from stattools.solvers.least_squares.cholesky import NotConstant, Shift, constant_column, sums
from stattools.solvers.metric import Metric
from stattools.solvers.solution import EPS
from tests.cases import rng


def problem(n=20_000):
    g = rng(5)
    X = np.column_stack([np.ones(n), 50.0 + g.normal(size=n), g.normal(size=n)])
    return Rows(X, 20.0 + g.normal(size=n), weight=g.integers(0, 4, n).astype(float), offset=g.normal(size=n))


@pytest.mark.parametrize("order", ["C", "F"])
def test_sums_of_two_blocks_are_those_of_the_whole(order):
    rows = problem()
    rows = Rows(np.asarray(rows.X, order=order), rows.y, weight=rows.weight, offset=rows.offset)
    shift = Shift.of(rows)
    assert shift.first == 0
    assert shift.center[1] == pytest.approx(50.0, abs=0.5)
    Z, v, w = rows.X - shift.center, rows.y - rows.offset - shift.middle, rows.weight
    phi = np.array([0.1, -0.2, 0.3])
    r = v - Z @ phi
    found = sums(shift, phi, True, rows)
    assert_allclose(symmetric(found.G), Z.T @ (w[:, None] * Z), rtol=1e-11, atol=1e-9)
    assert_allclose(found.g, Z.T @ (w * r), rtol=1e-10, atol=1e-8)
    assert_allclose(
        [found.square, found.rss, found.size], [v @ (w * v), r @ (w * r), rows.y @ (w * rows.y)], rtol=1e-12
    )
    again = sums(shift, phi, False, rows)
    assert again.G.size == 0
    assert_allclose(again.g, found.g, rtol=1e-9, atol=1e-8)
    assert_allclose([again.rss, again.size], [found.rss, found.size], rtol=1e-12)


def test_columns_are_left_where_nothing_takes_up_the_shift():
    rows = problem()
    assert not Shift.of(Rows(rows.X[:, 1:], rows.y)).center.any()


def test_a_column_that_is_constant_in_the_sample_alone_is_told():
    rows = problem(5000)
    X = rows.X.copy()
    shift = Shift.of(Rows(X, rows.y))
    X[-1, 0] = 2.0
    with pytest.raises(NotConstant):
        sums(shift, None, True, Rows(X, rows.y))


def test_the_way_back_is_least_squares_on_the_columns_as_they_are():
    g = rng(0)
    X, y = g.normal(size=(30, 4)) + [0.0, 5.0, -3.0, 2.0], g.normal(size=30) + 7.0
    X[:, 2] = -2.0
    shift = Shift(np.array([0.3, 4.0, 0.0, 1.5]), 6.0, 2, -2.0, True)
    Z, v = X - shift.center, y - shift.middle
    phi, metric = np.linalg.lstsq(Z, v)[0], Metric(Z.T @ Z)
    theta, covariance, spread, lifting = shift.back(phi, metric)
    assert_allclose(theta, np.linalg.lstsq(X, y)[0], rtol=1e-12)
    assert_allclose(covariance, np.linalg.inv(X.T @ X), rtol=1e-11, atol=1e-16)
    assert_allclose(spread, np.sqrt(np.linalg.inv(Z.T @ Z).diagonal()), rtol=1e-12)
    assert_allclose(shift.T @ np.linalg.inv(Z.T @ Z) @ shift.T.T, covariance, rtol=1e-11, atol=1e-16)
    moved = np.abs(shift.center) @ np.abs(phi) + 6.0
    assert_allclose(lifting, 2.0 * EPS * moved / 2.0 / np.sqrt(covariance[2, 2]), rtol=1e-12)
    assert_allclose(metric.covariance(), np.linalg.inv(Z.T @ Z), rtol=1e-11, atol=1e-16)  # phi's metric is untouched


def test_nothing_moves_without_a_constant_column():
    shift, metric = Shift.none(2), Metric(np.diag([4.0, 9.0]))
    theta, covariance, spread, lifting = shift.back(np.array([1.0, 2.0]), metric)
    assert (theta.tolist(), spread, lifting) == ([1.0, 2.0], [1 / 2, 1 / 3], 0.0)
    assert_allclose(covariance, np.diag([1 / 4, 1 / 9]))
    assert shift.T.tolist() == np.eye(2).tolist()


def test_a_column_is_constant_in_all_rows_or_not_at_all():
    X = np.ones((5, 3))
    assert constant_column(X) == 0
    X[2, 0], X[:, 1] = 2.0, 0.0
    assert constant_column(X) == 2  # the ends of the first are alike, the second is 0
    X[4, 2] = 7.0
    assert constant_column(X) is None
    assert constant_column(X[:1]) == 0
