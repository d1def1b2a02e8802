"""What many parameter values say of each row: sums are the model's log-likelihood, replicates have its moments."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.arviz import datatree as module
from stattools.inference.arviz.datatree import expectations, log_likelihood, replicates

RNG = np.random.default_rng(3)
N = 7
DATA = {"x": RNG.normal(size=N), "k": RNG.poisson(2.0, N), "ill": [0, 1, 1, 0, 1, 0, 1], "g": list("abcabca")}
DATA["n"] = DATA["k"] + 3
W = np.array([1.0, 2, 0, 1, 3, 1, 1])
MODELS = {
    "logistic": st.logistic("ill ~ x", DATA, weights=W),
    "probit": st.probit("ill ~ x", DATA),
    "poisson": st.poisson("k ~ x", DATA, offset=DATA["x"]),
    "negative binomial": st.negative_binomial("k ~ x", DATA),
    "softmax": st.softmax("g ~ x", DATA),
    "grouped": st.logistic("k ~ x", DATA, trials="n"),
}


@pytest.mark.parametrize("name", MODELS)
def test_rows_add_up_to_the_model(name, monkeypatch):
    model = MODELS[name]
    theta = RNG.normal(0.0, 0.4, (5, model.predictor.size))
    own = theta.copy()
    if name == "negative binomial":
        theta[:, -1] = np.exp(theta[:, -1])
    each = log_likelihood(model, theta)
    assert each.shape == (5, N)
    assert_allclose(each.sum(axis=1), [model.loglik(point) for point in own], rtol=1e-11)
    monkeypatch.setattr(module, "CELLS", 10)  # one draw at a time
    assert_allclose(log_likelihood(model, theta), each, rtol=1e-14)


@pytest.mark.parametrize("name", MODELS)
def test_replicates_have_the_expected_mean(name):
    model = MODELS[name]
    theta = np.tile(RNG.normal(0.0, 0.3, model.predictor.size), (20_000, 1))
    theta[:, -1] = np.abs(theta[:, -1])
    drawn = replicates(model, theta, seed=1)
    mean = expectations(model, theta[:1])[0]
    if name == "grouped":
        mean = mean * DATA["n"]
    if name == "softmax":
        drawn, mean = np.mean(drawn == 1.0, axis=0), mean[:, 1]
        assert_allclose(drawn, mean, atol=4 * 0.5 / np.sqrt(20_000))
        return
    assert_allclose(drawn.mean(axis=0), mean, atol=float(4 * drawn.std(axis=0).max() / np.sqrt(20_000)))


def test_normal_rows_have_their_precision():
    model = st.ols("x ~ 1", DATA, precision=np.full(N, 4.0))
    drawn = replicates(model, np.tile([0.0, 3.0], (20_000, 1)), seed=1)
    assert_allclose(drawn.std(axis=0), 1.5, rtol=0.03)  # 20,000 draws
    assert_allclose(log_likelihood(model, np.array([[0.0, 3.0]])).sum(), np.sum(-0.5 * DATA["x"] ** 2 / 2.25
        - np.log(1.5) - 0.5 * np.log(2 * np.pi)))  # fmt: skip
