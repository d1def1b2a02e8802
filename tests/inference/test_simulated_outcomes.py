"""Outcomes drawn from a likelihood have its mean and variance."""

import numpy as np
import pytest

import stattools as st
from stattools.inference.prediction.predict import outcomes

X = {"x": [0.0, 1.0, 2.0, 3.0]}
MODELS = {
    "ols": (st.ols("y ~ x", X | {"y": [1.0, 2.0, 4.0, 3.0]}), [1.0, 0.5], lambda mean: 4.0),
    "poisson": (st.poisson("y ~ x", X | {"y": [1, 2, 4, 3]}), [0.5, 0.3], lambda mean: mean),
    "logistic": (st.logistic("y ~ x", X | {"y": [0, 1, 0, 1]}), [0.5, -0.3], lambda mean: mean * (1.0 - mean)),
}


@pytest.mark.parametrize("name", MODELS)
def test_mean_and_variance_are_the_likelihoods(name):
    model, theta, variance = MODELS[name]
    eta = model.eta(theta)
    drawn = outcomes(model, eta, 2.0, 20_000, np.random.default_rng(1))
    mean = model.likelihood.mean(eta)
    error = np.sqrt(variance(mean) / 20_000)
    assert (np.abs(drawn.mean(axis=0) - mean) < 4.0 * error).all()  # Monte Carlo
    np.testing.assert_allclose(drawn.var(axis=0), variance(mean) * np.ones(4), rtol=0.1)  # Monte Carlo


def test_precision_and_trials_are_those_of_the_row():
    precise = st.ols("y ~ x", X | {"y": [1.0, 2.0, 4.0, 3.0], "w": [1.0, 4.0, 9.0, 16.0]}, precision="w")
    drawn = outcomes(precise, np.zeros(4), 2.0, 20_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.std(axis=0), [2.0, 1.0, 2 / 3, 0.5], rtol=0.05)  # Monte Carlo
    groups = st.logistic("y ~ x", X | {"y": [1, 2, 3, 4], "n": [10, 20, 30, 40]}, trials="n")
    drawn = outcomes(groups, np.zeros(4), 1.0, 5_000, np.random.default_rng(1))
    assert drawn[..., 1].tolist() == [[10.0, 20.0, 30.0, 40.0]] * 5_000
    np.testing.assert_allclose(drawn[..., 0].mean(axis=0), [5.0, 10.0, 15.0, 20.0], rtol=0.02)  # Monte Carlo
