"""Priors that are a curve, moved and stretched."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.priors.families import OfLogarithm


def test_laplace_is_smoothed_where_it_has_its_kink():
    prior = st.Laplace(1.0, 2.0)
    assert prior.slope(1.0) == 0.0
    assert prior.smooth.slope(1.0) == 0.0
    assert_allclose(prior.smooth.slope([0.0, 2.0]), -np.array(prior.smooth.slope([2.0, 0.0])))


PRIOR, REFERENCE = OfLogarithm(st.Normal(0.5, 1.5)), stats.lognorm(1.5, scale=np.exp(0.5))
X = np.array([1e-3, 0.7, 5.0, 300.0])


def test_a_normal_logarithm_is_log_normal():
    assert_allclose(PRIOR.log_density(X), REFERENCE.logpdf(X), rtol=1e-12)
    assert_allclose(PRIOR.median, REFERENCE.median(), rtol=1e-14)
    assert PRIOR.log_density([-1.0, 0.0]).tolist() == [-np.inf, -np.inf]
    assert PRIOR.support == (0.0, np.inf)


def test_the_slope_is_the_derivative():
    h = 1e-6 * X
    ahead, behind = PRIOR.log_density(X + h), PRIOR.log_density(X - h)
    assert_allclose(PRIOR.slope(X), (ahead - behind) / (2 * h), rtol=1e-6)


def test_draws_are_exponentials_of_draws():
    assert_allclose(PRIOR.sample(5, seed=3), np.exp(st.Normal(0.5, 1.5).sample(5, seed=3)), rtol=1e-15)
    assert repr(PRIOR) == "exp of Normal(0.5, 1.5)"
