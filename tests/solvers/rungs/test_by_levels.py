"""Least squares beside many levels equals least squares of all columns."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st


def test_it_equals_the_ladder_also_of_columns_far_from_zero(monkeypatch):
    rng = np.random.default_rng(1)
    g = rng.integers(0, 7, 60)
    data = {"g": g, "x": 1e6 + rng.standard_normal(60), "w": rng.integers(1, 4, 60), "y": g + rng.standard_normal(60)}
    plain = st.ols("y ~ 0 + C(g) + x", data, weights="w")
    monkeypatch.setattr("stattools.data.design.design.MANY", 3)
    model = st.ols("y ~ 0 + C(g) + x", data, weights="w")
    found, expected = st.LeastSquares().solve(model), st.fit(plain, solver=st.LeastSquares(accuracy="exact")).solution
    assert found.rung is None
    assert_allclose(found.estimate, expected.estimate, rtol=1e-8)
    assert_allclose(np.asarray(found.covariance), expected.covariance, rtol=1e-7)
    assert found.residual_sums is not None
    assert expected.residual_sums is not None
    assert_allclose(found.residual_sums, expected.residual_sums, rtol=1e-12)
    exact = st.LeastSquares(accuracy="exact").solve(model)  # makes the columns
    assert_allclose(exact.estimate, expected.estimate, rtol=1e-13)
