"""Probabilities of a zero: values, and intervals that hold those of parameters drawn around the estimate."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.prediction.kinds import eta_covariance
from tests.cases import rng


@pytest.fixture(scope="module")
def table():
    g = rng(31)
    frame = pd.DataFrame({"x": g.normal(size=200)})
    return frame.assign(y=np.where(g.random(200) < 0.3, 0, g.negative_binomial(2, 0.4, 200)))


@pytest.mark.parametrize(
    "make",
    [
        st.poisson,
        st.negative_binomial,
        lambda *given: st.zero_inflated(*given, zero="~ x"),
        lambda *given: st.hurdle(*given, zero="~ x"),
    ],
)
def test_intervals_hold_the_probability(make, table):
    fit = st.fit(make("y ~ x", table))
    new = pd.DataFrame({"x": [-1.0, 0.0, 2.0]})
    found = fit.predict(new, kind="zero", interval=0.9)
    assert_allclose(found["zero"], fit.predict(new, kind="zero"), rtol=0)
    draws = rng(2).multivariate_normal(fit.estimate, fit.covariance, 4000)
    at = fit.model.predictor.forward_many(draws, np.column_stack([np.ones(3), new.x]), None)
    p = np.exp(fit.model.likelihood.loglik(at, np.zeros(3)))
    inside = ((p >= found["lower"].to_numpy()) & (p <= found["upper"].to_numpy())).mean(axis=0)
    assert_allclose(inside, 0.9, atol=0.03)  # the delta method; 4000 draws err by 0.005


def test_what_is_no_count_has_no_zeros(table):
    with pytest.raises(st.IncompatibleError, match=r"probability that a count is 0; an outcome of Linear regression"):
        st.fit(st.ols("y ~ x", table)).predict(kind="zero")


def test_it_is_x_c_x():
    fit = st.fit(st.logistic([0, 1, 0, 1, 1], [[1.0], [2.0], [3.0], [4.0], [9.0]]))
    X = fit.model.rows.X
    V = eta_covariance(fit.model.predictor, X, fit.covariance)
    assert_allclose(V[:, 0, 0], [x @ fit.covariance @ x for x in X], rtol=1e-12)


def test_columns_far_from_zero_have_their_digits():
    """They were refused, as the covariance had lost them."""
    x = np.arange(6.0)
    near, far = (st.fit(st.ols([1.0, 2.0, 4.0, 4.0, 5.0, 9.0], x + shift)) for shift in (0.0, 1e9))
    found = far.predict(1e9 + x[:, None], interval=0.9)
    np.testing.assert_allclose(found, near.predict(x[:, None], interval=0.9), atol=1e-6)
