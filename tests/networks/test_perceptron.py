"""Layers, losses and whole networks against the complex step: Im f(z + ih) / h has no cancellation, so that slopes are
right to the last digits. It needs an f that is analytic: sigmoid, tanh, products, batch norm and the four likelihoods
are; relu is on either side of its kink, where no z of these tests lies.
"""

import itertools

import numpy as np
import pytest

import stattools as st
from stattools.networks.perceptron import Activation, BatchNorm, Dense, Moments, Perceptron

H = 1e-30
KINDS = ("sigmoid", "tanh", "relu")
ANALYTIC = {  # activations that take complex numbers; SciPy's expit does not
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z.real > 0, z, 0.0),
}
LOSSES = {
    "bernoulli": (st.Bernoulli(), 1, lambda eta, y: y * eta - np.log(1.0 + np.exp(eta))),
    "gaussian": (st.Gaussian(1.0), 1, lambda eta, y: -0.5 * (y - eta) ** 2 - 0.5 * np.log(2.0 * np.pi)),
    "poisson": (st.Poisson(), 1, lambda eta, y: y * eta - np.exp(eta)),
    "categorical": (st.Categorical(3), 2, lambda eta, y: _chosen(eta, y) - np.log(1.0 + np.exp(eta).sum(axis=1))),
}
FROZEN = Moments(np.array([0.1, -0.4, 2.0]), np.array([0.5, 1.0, 3.0]))
LAYERS = {
    "dense": Dense(3, 2),
    **{kind: Activation(kind) for kind in KINDS},
    "batch norm in training": BatchNorm(3),
    "batch norm, frozen": BatchNorm(3).freeze(FROZEN),
}


def _chosen(eta, y):
    return np.column_stack([np.zeros(len(eta)), eta])[np.arange(len(y)), y.astype(int)]


def forward(layer, theta, X):
    return ANALYTIC[layer.kind](X) if isinstance(layer, Activation) else layer.forward(theta, X)[0]


def complex_step(value, at):
    """The gradient of value at `at`, entry by entry."""
    slope = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[place] += 1j * H
        slope[place] = value(moved).imag / H
    return slope


def differences(value, at, h=1e-5):
    slope = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        bump = np.zeros(at.shape)
        bump[place] = h
        slope[place] = (value(at + bump) - value(at - bump)) / (2 * h)
    return slope


@pytest.mark.parametrize("name", LAYERS)
def test_the_pullback_of_a_layer_is_its_slope(name):
    layer, generator = LAYERS[name], np.random.default_rng(2)
    X, theta = generator.normal(size=(6, 3)), generator.normal(size=layer.size)
    out, pullback = layer.forward(theta, X)
    weight = generator.normal(size=out.shape)
    own, pull = pullback(weight)
    np.testing.assert_allclose(forward(layer, theta, X), out, rtol=1e-13)
    for slope, rtol, atol in ((complex_step, 1e-12, 1e-14), (differences, 1e-7, 1e-8)):
        np.testing.assert_allclose(own, slope(lambda t: (weight * forward(layer, t, X)).sum(), theta), rtol, atol)
        np.testing.assert_allclose(pull, slope(lambda x: (weight * forward(layer, theta, x)).sum(), X), rtol, atol)


@pytest.mark.parametrize("name", LOSSES)
def test_the_score_of_a_loss_is_its_slope(name):
    likelihood, width, value = LOSSES[name]
    generator = np.random.default_rng(4)
    eta, y = 2.0 * generator.normal(size=(9, width)), np.resize([0.0, 1.0, 1.0, 2.0 if width == 2 else 0.0], 9)
    eta = eta[:, 0] if width == 1 else eta
    score = likelihood.score(eta, y)
    np.testing.assert_allclose(score, complex_step(lambda e: value(e, y).sum(), eta), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(score, differences(lambda e: likelihood.loglik(e, y).sum(), eta), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("mode", ["plain", "batch norm in training", "batch norm, frozen"])
@pytest.mark.parametrize(("name", "kind"), list(itertools.product(LOSSES, KINDS)), ids=str)
def test_back_propagation_through_a_whole_network(name, kind, mode):
    likelihood, width, value = LOSSES[name]
    generator = np.random.default_rng(6)
    network = Perceptron.of(3, [3, 3], width, activation=kind, batch_norm=mode != "plain")
    network = network.freeze([FROZEN, FROZEN]) if mode.endswith("frozen") else network
    X, theta = generator.normal(size=(7, 3)), network.start(1) + 0.1 * generator.normal(size=network.size)
    y = np.resize([0.0, 1.0, 1.0, 2.0 if width == 2 else 0.0], 7)

    def loglik(theta):
        A = X
        for layer, part in zip(network.layers, network.parts(theta), strict=True):
            A = forward(layer, part, A)
        return value(A[:, 0] if width == 1 else A, y).sum()

    eta, back = network.forward(theta, X)
    score = back(likelihood.score(eta[:, 0] if width == 1 else eta, y).reshape(eta.shape))
    np.testing.assert_allclose(score, complex_step(loglik, theta), rtol=1e-10, atol=1e-13)


def test_running_backward_needs_no_score_in_the_inputs_but_gives_the_same():
    """The first dense layer skips it: its own part is that of the full pullback."""
    layer, X = Dense(3, 2), np.random.default_rng(8).normal(size=(5, 3))
    theta, score = np.arange(8.0), np.ones((5, 2))
    np.testing.assert_array_equal(layer.own(X, score), layer.forward(theta, X)[1](score)[0])


def test_silenced_inputs_have_weights_of_zero_and_the_others_keep_theirs():
    network = Perceptron.of(3, [4], 2, activation="tanh", batch_norm=False)
    theta = network.start(0)
    silent = theta.copy()
    network.silence(silent, np.array([1]))
    moved = np.flatnonzero(silent != theta)
    assert moved.tolist() == [4, 5, 6, 7]
    assert not silent[moved].any()
