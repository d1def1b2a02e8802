"""Contractions of cumulants against sums over rows and differences of log det I."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.penalties.contractions import change_of_information, change_of_weights, flat, leverage
from tests.cases import rng

G = rng(2)
X = np.column_stack([np.ones(9), G.normal(size=9)])


def test_leverages_are_quadratic_forms():
    W, width = G.normal(size=(6, 6)), 3
    V = W @ W.T
    found = leverage(W, X, width)
    for i, x in enumerate(X):
        J = np.kron(np.eye(width), x)
        assert_allclose(found[i], J @ V @ J.T, rtol=1e-12)


def test_the_change_of_the_information_is_its_derivative():
    model = st.softmax(np.resize([0, 1, 2], 9), X[:, 1])
    theta, h = 0.3 * G.normal(size=4), 1e-5
    eta = model.eta(theta)
    cumulants: Any = model.likelihood.cumulants(eta, model.rows.y, np.ones(9))
    found = change_of_information(cumulants.skewness(), model.rows.X)
    for k, step in enumerate(h * np.eye(4)):
        ahead, behind = model.evaluate(theta + step).information, model.evaluate(theta - step).information
        assert_allclose(found[:, :, k], (ahead - behind) / (2 * h), atol=1e-8)


def test_the_change_of_weights_is_that_of_a_weighted_product():
    slopes = G.normal(size=(9, 3))
    for k, found in enumerate(change_of_weights(slopes, X)):
        assert_allclose(found, X.T @ np.diag(slopes[:, k]) @ X, rtol=1e-12)


def test_one_predictor_is_flat():
    assert flat(np.ones((4, 1))).shape == flat(np.ones((4, 1, 1))).shape == (4,)
    assert flat(np.ones((4, 2))).shape == (4, 2)
