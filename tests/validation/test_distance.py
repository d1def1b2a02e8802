"""The distance to the maximum is Newton's decrement, in any units, and infinite where it is not known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.recipes.points import decrement
from tests.cases import rng


@pytest.fixture
def model():
    g = rng(2)
    X = g.normal(size=(60, 2)) * [1.0, 1e4] + [0.0, 2e4]
    return st.logistic(g.integers(0, 2, 60), X)


def test_it_is_the_length_of_the_score(model):
    theta = st.fit(model).estimate * 1.1
    now = model.evaluate(theta)
    assert_allclose(
        decrement(model, theta), np.sqrt(now.score @ np.linalg.solve(now.information, now.score)), rtol=1e-7
    )


def test_a_shift_of_one_standard_error_is_about_one(model):
    fit = st.fit(model)
    assert decrement(model, fit.estimate) < 1e-7
    shift = np.linalg.cholesky(fit.covariance)[:, 0]  # a step of length 1 in the metric of the information
    assert decrement(model, fit.estimate + 0.01 * shift) == pytest.approx(0.01, rel=0.05)


def test_it_is_infinite_where_there_is_nothing_to_measure(model):
    assert decrement(model, np.full(3, np.nan)) == np.inf
    twice = st.logistic([0, 1, 0, 1], np.column_stack([np.arange(4.0), np.arange(4.0)]))
    assert decrement(twice, np.zeros(3)) == np.inf


def test_standard_errors_of_least_squares_have_the_scale():
    random = rng(0)
    X = random.normal(size=(200, 3))
    fit = st.fit(st.ols(X @ [1.0, 2.0, 3.0] + 7.0 * random.normal(size=200), X, intercept=False))
    now = fit.model.evaluate(fit.estimate)
    off = 0.3 * fit.scale * np.eye(3)[0] / np.sqrt(now.information[0, 0])  # 0.3 standard errors, the others held
    assert decrement(fit.model, fit.estimate) < 1e-9
    # Beside the maximum the scale is sqrt(1 + 0.3^2 / (n - p)) times as large.
    assert decrement(fit.model, fit.estimate + off) == pytest.approx(0.3 / np.sqrt(1.0 + 0.09 / 197.0), rel=1e-9)
