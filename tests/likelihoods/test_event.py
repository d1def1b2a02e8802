"""Events with a symmetric link: both outcomes answer alike, and small probabilities keep their digits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.likelihoods.likelihood import side_of

FAMILIES = [(st.Bernoulli(), stats.logistic), (st.Probit(), stats.norm)]


@pytest.mark.parametrize(("family", "latent"), FAMILIES, ids=["logit", "probit"])
def test_an_event_is_a_latent_variable_above_zero(family, latent):
    eta = np.array([-30.0, -1.0, 0.0, 2.0, 30.0])
    p, q = latent.cdf(eta), latent.sf(eta)
    for y in (np.zeros(5), np.ones(5)):
        assert_allclose(family.cdf(eta, y), np.where(y > 0, 1.0, q), rtol=1e-12)
        assert_allclose(family.survival(eta, y), np.where(y > 0, 0.0, p), rtol=1e-12)
        assert_allclose(family.deviance(eta, y), -2.0 * latent.logcdf(np.where(y > 0, eta, -eta)), rtol=1e-12)
        assert_allclose(family.variance(eta, y), p * q, rtol=1e-12)
        assert_allclose(family.loglik(-eta, family.facts.reversed(family, y)), family.loglik(eta, y), rtol=1e-14)
        assert (np.sign(family.score(eta, y)) == side_of(family, y)).all()


@pytest.mark.parametrize(("family", "latent"), FAMILIES, ids=["logit", "probit"])
def test_draws_happen_as_often_as_they_should(family, latent):
    n = 40_000
    y = family.sample(np.full(n, -1.0), seed=3)
    p = latent.cdf(-1.0)
    assert set(y.tolist()) == {0.0, 1.0}
    assert abs(y.mean() - p) < 5 * np.sqrt(p * (1 - p) / n)  # five standard errors
