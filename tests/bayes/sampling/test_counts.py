"""The fast log-likelihoods of counts are those of the model, near and far, with offsets and weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

import stattools as st
from stattools.bayes.sampling.observed import OverdispersedCounts, PoissonCounts, Regression, observed
from stattools.data.design import design

RNG = np.random.default_rng(2)
X = RNG.normal(size=(1200, 2))
Y = RNG.negative_binomial(2, 0.3, 1200)
BESIDE = [{}, {"offset": X[:, 0] - 1.0}, {"weights": RNG.integers(1, 4, 1200), "offset": X[:, 1]}]


@pytest.mark.parametrize("beside", BESIDE, ids=["alone", "offset", "weights"])
@pytest.mark.parametrize("size", [0.0, 0.5, 4.0])
@pytest.mark.parametrize("alpha", [1e-3, 0.7, 40.0])
def test_a_negative_binomial_is_that_of_digamma_functions_of_each_row(beside, size, alpha):
    model = st.negative_binomial(Y, X, **beside)
    fast, slow = observed(model), Regression(model, np.eye(4))
    assert isinstance(fast, OverdispersedCounts)
    theta = np.append(size * np.array([0.3, -1.0, 0.4]), alpha)
    now, expected = fast.evaluate(theta, 1), slow.evaluate(theta, 1)
    assert_allclose(now.loglik, expected.loglik, rtol=1e-12)
    assert_allclose(now.score, expected.score, rtol=1e-11, atol=1e-12 * np.abs(expected.score).max() + 1e-9 / alpha)


@pytest.mark.parametrize("beside", BESIDE, ids=["alone", "offset", "weights"])
@pytest.mark.parametrize("size", [0.0, 0.5, 4.0])
def test_poisson(beside, size):
    model = st.poisson(Y, X, **beside)
    fast, theta = observed(model), size * np.array([0.3, -1.0, 0.4])
    assert isinstance(fast, PoissonCounts)
    now, slow = fast.evaluate(theta, 1), model.evaluate(theta, 1)
    assert_allclose(now.loglik, slow.loglik, rtol=1e-12)
    assert_allclose(now.score, slow.score, rtol=1e-11, atol=1e-9)


def test_linear_predictors_beyond_the_exponential_are_right():
    fast = observed(st.negative_binomial(Y[:60], 400.0 * X[:60]))
    theta = np.array([0.0, 1.5, -1.5, 0.5])
    eta, y = 400.0 * X[:60] @ [1.5, -1.5], Y[:60]
    assert np.abs(eta).max() > 800.0
    law = (
        gammaln(y + 2.0) - gammaln(y + 1.0) + y * (eta - np.log(2.0)) - (y + 2.0) * np.logaddexp(0.0, eta - np.log(2.0))
    )
    now = fast.evaluate(theta, 1)
    assert_allclose(now.loglik, law.sum(), rtol=1e-12)
    assert np.isfinite(now.score).all()


def test_others_have_no_fast_form(monkeypatch):
    table = {"y": Y, "x": X[:, 0], "g": np.arange(1200) % 6}
    varying = st.negative_binomial("y ~ x", table, dispersion="~ x")
    assert type(observed(varying)) is Regression
    assert type(observed(st.negative_binomial(Y + 1000, X))) is Regression
    monkeypatch.setattr("stattools.bayes.sampling.observed.MOST_CELLS", 3000)
    assert type(observed(st.negative_binomial(Y, X))) is Regression
    assert type(observed(st.poisson(Y, X))) is Regression
    monkeypatch.setattr(design, "MANY", 4)
    assert type(observed(st.poisson("y ~ C(g)", table))) is Regression
