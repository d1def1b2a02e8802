"""The fast log-likelihood of outcomes 0 and 1 is that of the model, near and far, with an offset and in many rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.sampling.observed import Logistic, observed

RNG = np.random.default_rng(2)
X = RNG.normal(size=(2500, 2))
Y = (RNG.random(2500) < 0.4).astype(int)


@pytest.mark.parametrize("size", [0.0, 0.5, 900.0])
@pytest.mark.parametrize("offset", [None, X[:, 0] - 1.0])
def test_value_and_score_are_those_of_the_model(size, offset):
    model = st.logistic(Y, X, offset=offset)
    fast = observed(model)
    assert isinstance(fast, Logistic)
    theta = size * np.array([0.3, -1.0, 0.4])
    now, slow = fast.evaluate(theta, 1), model.evaluate(theta, 1)
    assert_allclose(now.loglik, slow.loglik, rtol=1e-12)
    assert_allclose(now.score, slow.score, rtol=1e-11, atol=1e-10)


def test_other_models_have_no_fast_form():
    weighted = st.logistic(Y, X, weights=np.full(2500, 2.0))
    assert not any(isinstance(observed(model), Logistic) for model in (weighted, st.probit(Y, X), st.poisson(Y, X)))
