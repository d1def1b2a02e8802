"""A dense layer is a matrix product, and starts so that variances pass through."""

import numpy as np
import pytest

from stattools.networks.perceptron import Dense

generator = np.random.default_rng(3)


X = generator.normal(size=(12, 3)) * [1.0, 5.0, 0.1] + [0.0, 2.0, -7.0]


def test_a_dense_layer_is_a_matrix_product():
    theta = np.arange(8.0)
    Z, back = Dense(3, 2).forward(theta, X)
    np.testing.assert_allclose(Z, X @ theta[:6].reshape(3, 2) + theta[6:], rtol=1e-14)
    own, pull = back(np.ones((12, 2)))
    np.testing.assert_allclose(own, [*np.repeat(X.sum(0), 2), 12, 12], rtol=1e-12)
    np.testing.assert_allclose(pull, np.ones((12, 2)) @ theta[:6].reshape(3, 2).T, rtol=1e-14)


@pytest.mark.parametrize("rule", ["he", "glorot"])
def test_it_starts_with_weights_of_the_variance_that_its_rule_states(rule):
    layer = Dense(300, 200)
    W, b = layer.parts(layer.start(np.random.default_rng(1), rule))
    variance = 2.0 / 300 if rule == "he" else 2.0 / 500
    assert not b.any()
    assert W.var() == pytest.approx(variance, rel=5 * np.sqrt(2.0 / W.size))  # five standard errors of a variance


def test_names_and_penalized_weights_are_in_the_order_of_theta():
    layer = Dense(2, 2)
    names = layer.names(1, ("a", "b"), ("unit 1", "unit 2"))
    assert names[1] == "layer 1: a to unit 2"
    assert names[4:] == ("layer 1: bias of unit 1", "layer 1: bias of unit 2")
    assert layer.penalized.tolist() == [True] * 4 + [False] * 2
    W, b = layer.parts(np.arange(6.0))
    assert (W[0, 1], b[1]) == (1.0, 5.0)
