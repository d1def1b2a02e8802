"""What a training says of itself, and what a ridge takes from its log-likelihood."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.networks.fitting_networks import mean_logliks, penalty_slope
from stattools.solvers.solution import Epoch
from tests.cases import rng


@pytest.mark.parametrize(("validation", "more"), [(-0.5, ", validation -0.5000"), (float("nan"), "")])
def test_a_bar_says_the_mean_log_likelihoods(validation, more):
    assert mean_logliks(Epoch(3, -0.25, validation)) == "loglik -0.2500" + more


LABELS = np.array(["a", "b", "c"])
CODES = rng(1).integers(0, 3, 60)
X = rng(2).normal(size=(60, 2)) + CODES[:, None]


def moved(theta, model):
    """theta of the network whose last category is the first: every eta less that of the new reference."""
    last = model.perceptron.layers[-1]
    rest, part = theta[: -last.size], theta[-last.size :].reshape(-1, 2)  # weights, then the biases as one more row
    full = np.column_stack([np.zeros(len(part)), part])[:, [2, 0, 1]]
    return np.concatenate([rest, (full - full[:, :1])[:, 1:].ravel()])


@pytest.mark.parametrize("hidden", [[], [4]])
@pytest.mark.parametrize("ridge", [st.Ridge(2.0), st.Ridge(2.0, centered=False)])
def test_the_penalty_of_every_reference_is_the_same(hidden, ridge):
    model = st.network(LABELS[CODES], X, hidden=hidden)
    other = st.network(LABELS[(CODES + 1) % 3], X, hidden=hidden)
    theta = rng(3).normal(size=model.perceptron.size)
    turned = moved(theta, model)
    assert_allclose(other.loglik(turned), model.loglik(theta), rtol=1e-12)
    values = [at @ penalty_slope(one, ridge)(at) for one, at in ((model, theta), (other, turned))]
    assert np.isclose(*values, rtol=1e-12) == (ridge.centered is None)


def test_without_layers_between_it_is_softmax_with_the_ridge():
    model = st.network(LABELS[CODES], X, hidden=[])
    solver = st.LBFGS(max_steps=2000, tolerance=1e-12)
    network = st.fit(model, penalty=st.Ridge(5.0), solver=solver)
    softmax = st.fit(st.softmax(LABELS[CODES], model.inputs(X)), penalty=st.Ridge(5.0))
    assert_allclose(network.predict(), softmax.predict(), atol=1e-5)  # L-BFGS ends at 1e-9 of its own
    assert network.penalty == "Ridge(5)"


def test_centered_needs_categories():
    with pytest.raises(st.IncompatibleError, match="centered"):
        st.fit(st.network(X[:, 0], X[:, 1:], hidden=[2]), penalty=st.Ridge(1.0, centered=True))
