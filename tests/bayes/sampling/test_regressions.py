"""Fast log-likelihoods hand over what they do not answer: curvature, many points, the start and its coordinates."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.bayes.sampling.observed import FastRegression, Regression, observed

RNG = np.random.default_rng(3)
X = RNG.normal(size=(60, 2))
Y = RNG.negative_binomial(2, 0.3, 60)
MODELS = {
    "logistic": st.logistic(Y > 4, X, offset=X[:, 0] - 1.0),
    "poisson": st.poisson(Y, X, offset=X[:, 1]),
    "negative binomial": st.negative_binomial(Y, X, weights=RNG.integers(1, 4, 60)),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_what_is_not_fast_is_that_of_any_model(model):
    fast, slow = observed(model), Regression(model, model.standardized()[1])
    assert isinstance(fast, FastRegression)
    assert_array_equal(fast.start, slow.start)
    assert_array_equal(fast.frame, slow.frame)
    theta = fast.start + 0.1
    for order in (0, 2):
        now, expected = fast.evaluate(theta, order), slow.evaluate(theta, order)
        assert now.loglik == expected.loglik
        assert_array_equal(now.score, expected.score)
        assert_array_equal(now.information, expected.information)
    near, far = theta, 3.0 * theta
    assert_allclose(
        fast.logliks(np.array([near, far])), [slow.evaluate(at, 0).loglik for at in (near, far)], rtol=1e-12
    )


def test_only_the_likelihoods_that_have_one_are_fast():
    assert type(observed(st.probit(Y > 4, X))) is Regression
