"""The limit of a separated likelihood is the model on fewer coefficients, and on fewer categories per row."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.restricted import Along, Among
from stattools.models.evaluation import Evaluation
from tests.cases import rng

G = rng(3)


def test_fewer_coefficients_are_the_smaller_model():
    y, X = G.integers(0, 2, 30), G.normal(size=(30, 2))
    large, small = st.logistic(y, X), st.logistic(y, X[:, :1])
    limit, gamma = Along(large, np.eye(3)[:, :2]), np.array([0.2, -0.7])
    found, wanted = limit.evaluate(gamma), small.evaluate(gamma)
    assert_allclose(found.loglik, wanted.loglik, rtol=1e-13)
    assert_allclose(found.score, wanted.score, rtol=1e-12)
    assert_allclose(found.information, wanted.information, rtol=1e-12)
    moved = Along(large, np.eye(3)[:, :2], np.array([0.0, 0.0, 0.5])).evaluate(gamma, 0).loglik
    assert_allclose(moved, large.evaluate(np.array([0.2, -0.7, 0.5]), 0).loglik, rtol=1e-13)
    assert limit.dispersion(gamma) == 1.0


def test_all_categories_allowed_is_the_categorical_likelihood():
    eta, code = G.normal(size=(8, 2)), np.resize([0.0, 1.0, 2.0], 8)
    y = np.column_stack([code, np.ones((8, 3))])
    for found, wanted in zip(Among(3).evaluate(eta, y), st.Categorical(3).evaluate(eta, code), strict=True):
        assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)


def test_a_category_that_is_not_allowed_has_probability_0():
    """Of categories 0 and 2 alone, the second predictor is the log odds of a coin."""
    eta, code = G.normal(size=(8, 2)), np.resize([0.0, 2.0], 8)
    y = np.column_stack([code, np.tile([1.0, 0.0, 1.0], (8, 1))])
    loglik, score, information = Among(3).evaluate(eta, y)
    wanted = st.Bernoulli().evaluate(eta[:, 1], (code > 0).astype(float))
    assert_allclose(loglik, wanted[0], rtol=1e-13)
    assert_allclose(score, np.column_stack([np.zeros(8), wanted[1]]), rtol=1e-12, atol=1e-15)
    assert_allclose(information[:, 1, 1], wanted[2], rtol=1e-12)
    assert not information[:, 0].any()


def test_a_point_so_far_out_that_sums_overflow_is_not_finite():
    """A step that a climb tries and takes back: NumPy warned of it."""

    class Steep:
        @staticmethod
        def evaluate(theta, order=2):
            return Evaluation(-1.0, np.full(2, 1e300), np.full((2, 2), 1e300))

    found = Along(Steep(), 1e9 * np.eye(2)).evaluate(np.zeros(2))
    assert not found.is_finite
