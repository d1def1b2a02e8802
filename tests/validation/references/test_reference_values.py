import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.penalties.penalized import penalized as ours
from stattools.validation.references.reference_values import penalized, summit
from tests.cases import rng


def test_the_maximum_of_a_function_that_is_no_parabola():
    """log of a gamma density: maximum at (a - 1) / b, curvature (a - 1) / x^2."""
    a, b = np.array([3.0, 9.0]), np.array([2.0, 0.5])
    x = (a - 1) / b
    top = summit(lambda t: float(((a - 1) * np.log(np.maximum(t, 1e-300)) - b * t).sum()), x * 1.05, x / np.sqrt(a - 1))
    assert_allclose(top.estimate, x, rtol=1e-8)
    assert_allclose(top.covariance, np.diag(x**2 / (a - 1)), rtol=1e-5, atol=1e-7)
    assert top.decrement < 1e-7
    assert_allclose(top.checked, np.sqrt(((0.05 * np.sqrt(a - 1)) ** 2).sum()), rtol=0.1)


G = rng(6)
X = G.normal(size=(40, 2))
MODELS = {
    "ols": st.ols(X[:, 0] + G.normal(size=40), X),
    "logistic": st.logistic(G.integers(0, 2, 40), X, weights=G.integers(1, 3, 40)),
    "poisson": st.poisson(G.poisson(2.0, 40), X, offset=0.3 * X[:, 1]),
    "softmax": st.softmax(G.integers(0, 3, 40), X),
    "negative_binomial": st.negative_binomial(G.poisson(2.0, 40), X),
    "probit": st.probit(G.integers(0, 2, 40), X),
    "grouped": st.logistic(G.integers(0, 3, 40), X, trials=np.full(40, 3), offset=0.3 * X[:, 1]),
    "loglog": st.glm(G.integers(0, 2, 40), X, family="binomial", link="loglog"),
    "gamma": st.gamma(G.gamma(2.0, size=40), X),
}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("penalty", [st.Ridge(2.0), st.Jeffreys()], ids=["ridge", "jeffreys"])
def test_differences_of_the_penalized_log_likelihood_are_ours(kind, penalty):
    model = MODELS[kind]
    if isinstance(penalty, st.Jeffreys) and kind in ("ols", "gamma"):
        with pytest.raises(st.IncompatibleError, match="no second form of"):
            penalized(model, penalty)
        return
    theirs, mine = penalized(model, penalty)[0], ours(model, penalty)
    one, two = 0.2 * G.normal(size=(2, len(model.names)))
    # constants such as log y! and log(2 pi) are left out on either side
    assert_allclose(theirs(one) - theirs(two), mine.loglik(one) - mine.loglik(two), rtol=1e-8, atol=1e-9)
