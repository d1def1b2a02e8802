"""The distance to the maximum is Newton's decrement, in any units, and infinite where it is not known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.distance import decrement
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
