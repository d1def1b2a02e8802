"""Fits as trees: draws with the estimate's mean and covariance, labelled as what they are."""

import arviz
import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

RNG = np.random.default_rng(5)
X = RNG.normal(size=50)
DATA = {"x": X, "y": 1 + X + RNG.normal(size=50), "k": RNG.poisson(RNG.gamma(2, np.exp(0.5 * X)))}


def test_draws_have_the_moments_of_the_fit():
    fit = st.fit(st.ols("y ~ x", DATA))
    tree = st.to_arviz(fit, draws=20000, seed=1)
    beta = tree["posterior"]["beta"].values[0]
    assert_allclose(beta.mean(axis=0), fit.estimate, atol=4 * fit.se.max() / np.sqrt(20000))
    assert_allclose(np.quantile(beta, 0.975, axis=0), fit.interval(0.95).upper, atol=0.05 * fit.se.max())
    assert "not a posterior" in tree.attrs["inference"]
    assert tree.attrs["formula"] == "y ~ x"
    assert np.isfinite(arviz.loo(tree).elpd)


def test_alpha_is_on_its_own_scale():
    fit = st.fit(st.negative_binomial("k ~ x", DATA))
    alpha = st.to_arviz(fit, draws=4000, seed=1)["posterior"]["alpha"].values
    assert_allclose(np.median(np.log(alpha)), fit.estimate[-1], atol=0.1 * fit.se[-1])


def test_what_has_no_standard_errors_is_refused():
    with pytest.raises(st.IncompatibleError, match="to_arviz needs standard errors"):
        st.to_arviz(st.fit(st.logistic((DATA["y"] > 1).astype(int), X), penalty=st.Ridge(1.0)))
