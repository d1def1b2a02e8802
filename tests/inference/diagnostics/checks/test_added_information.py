"""Score tests of added columns: what is new beside the others."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.inference.diagnostics.check import Added, score_statistic


def test_a_column_that_others_make_says_nothing():
    assert score_statistic(np.array([[1e-9]]), np.array([[1.0]]), np.array([1.0]), 1.0) == (0.0, 0)
    assert score_statistic(np.array([[4.0]]), np.array([[5.0]]), np.array([2.0]), 0.5) == (2.0, 1)


def test_the_statistic_is_what_the_rest_of_the_column_explains():
    rng = np.random.default_rng(3)
    X, y = np.column_stack([np.ones(30), rng.standard_normal((30, 2))]), rng.standard_normal(30)
    old, z = X[:, :2], X[:, 2]
    phi = np.linalg.lstsq(old, y, rcond=None)[0]
    added = Added(X.T @ X, X.T @ (y - old @ phi), (0, 1), {"z": (2,)}, (), np.eye(2, 1), phi, 0.5)
    rest = z - old @ np.linalg.lstsq(old, z, rcond=None)[0]
    statistic, df = added.test((2,))
    assert_allclose(statistic, (rest @ y) ** 2 / (rest @ rest) / 0.5, rtol=1e-10)
    assert df == 1
    eta = old @ phi
    assert_allclose(added.explained, ((eta - eta.mean()) ** 2).sum() / 0.5, rtol=1e-10)
