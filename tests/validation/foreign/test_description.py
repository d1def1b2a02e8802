"""Arrays of somebody's fit become our model of the same numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.foreign.description import bound, coded, texts
from tests.cases import rng

G = rng(4)
X = np.column_stack([np.ones(20), G.normal(size=20)])
Y = G.integers(0, 2, 20)


def test_the_model_is_ours_with_their_names():
    found = bound("logistic", Y, X, ["const", "x"], outcome="sick")
    ours = st.logistic(Y, X[:, 1:])
    assert (found.names, found.outcome_name) == (("Intercept", "x"), "sick")
    assert_allclose(st.fit(found).estimate, st.fit(ours).estimate, rtol=1e-12)
    exposure = np.exp(G.normal(size=20))
    counts = bound("poisson", Y, X, ["const", "x"], exposure=exposure, offset=None)
    assert_allclose(counts.rows.offset, np.log(exposure), rtol=1e-14)


def test_weights_need_not_be_whole():
    weight = G.uniform(0.5, 2.0, 20)
    found = bound("logistic", Y, X, ["const", "x"], weight=weight)
    theta = np.array([0.2, -0.3])
    each = st.Bernoulli().loglik(X @ theta, Y.astype(float))
    assert_allclose(found.loglik(theta), weight @ each, rtol=1e-13)
    for bad in (-weight, np.zeros(20), np.full(20, np.nan)):
        with pytest.raises(st.DomainError, match="weights must be >= 0 and not all 0"):
            bound("logistic", Y, X, ["const", "x"], weight=bad)


def test_names_and_classes():
    assert texts(None, 2) == texts(["a"], 2) == ["x1", "x2"]
    assert texts([1, "b"], 2) == ["1", "b"]
    assert coded(["b", "a", "b"], ["a", "b"]).tolist() == [1, 0, 1]
    with pytest.raises(st.DomainError, match="the outcome has 'c', which the fit does not know; it has"):
        coded(["c"], ["a", "b"])
