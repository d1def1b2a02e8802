"""Shifted columns and the way back: the same fit, whatever the centers."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.solvers.digits import EPS
from stattools.solvers.metric import Metric
from stattools.solvers.rungs.shift import Shift, constant_column
from tests.cases import rng


def test_the_way_back_is_least_squares_on_the_columns_as_they_are():
    g = rng(0)
    X, y = g.normal(size=(30, 4)) + [0.0, 5.0, -3.0, 2.0], g.normal(size=30) + 7.0
    X[:, 2] = -2.0
    shift = Shift(np.array([0.3, 4.0, 0.0, 1.5]), 6.0, 2, -2.0)
    Z, v = X - shift.center, y - shift.middle
    phi, metric = np.linalg.lstsq(Z, v)[0], Metric(Z.T @ Z)
    theta, covariance, spread, lifting = shift.back(phi, metric.whiten())
    assert_allclose(theta, np.linalg.lstsq(X, y)[0], rtol=1e-12)
    assert_allclose(covariance, np.linalg.inv(X.T @ X), rtol=1e-11, atol=1e-16)
    assert_allclose(spread, np.sqrt(np.linalg.inv(Z.T @ Z).diagonal()), rtol=1e-12)
    assert_allclose(shift.T @ np.linalg.inv(Z.T @ Z) @ shift.T.T, covariance, rtol=1e-11, atol=1e-16)
    moved = np.abs(shift.center) @ np.abs(phi) + 6.0
    assert_allclose(lifting, 2.0 * EPS * moved / 2.0 / np.sqrt(covariance[2, 2]), rtol=1e-12)
    assert_allclose(metric.covariance(), np.linalg.inv(Z.T @ Z), rtol=1e-11, atol=1e-16)  # phi's metric is untouched


def test_nothing_moves_without_a_constant_column():
    shift, metric = Shift.none(2), Metric(np.diag([4.0, 9.0]))
    theta, covariance, spread, lifting = shift.back(np.array([1.0, 2.0]), metric.whiten())
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
