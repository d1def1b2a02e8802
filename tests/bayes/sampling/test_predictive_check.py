"""Predictive checks of draws and of exact posteriors, under posterior and prior."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st


def test_under_the_prior_it_is_the_prior_predictive():
    """With a flat prior every count of successes is as likely as any other: P(K > 6) + P(K = 6) / 2 = 4.5 / 11."""
    model = st.binomial(6, 10)
    for posterior in (
        st.posterior(model, prior=st.Beta(1, 1)),
        st.posterior(model, prior=st.Beta(1, 1), method="importance", draws=250, seed=1),
    ):
        found = st.predictive_check(posterior, np.sum, under="prior", seed=2)
        assert_allclose(found.p_value, 4.5 / 11, atol=4 * 0.5 / np.sqrt(1000))  # 1,000 replicates
        assert "prior predictive p" in str(found)


def test_under_the_posterior_it_is_the_predictive_of_the_pair():
    posterior = st.posterior(st.binomial(6, 10), prior=st.Beta(2, 5))
    law = stats.betabinom(10, posterior.a, posterior.b)
    found = st.predictive_check(posterior, np.sum, seed=2)
    assert_allclose(found.p_value, law.sf(6) + 0.5 * law.pmf(6), atol=4 * 0.5 / np.sqrt(4000))


def test_what_cannot_be_checked_says_why():
    own = st.posterior(st.custom(lambda t: -0.5 * float(t @ t), start={"a": 0.1}), method="importance", seed=1)
    with pytest.raises(st.IncompatibleError, match="has no rows"):
        own.check(np.mean)
    improper = st.posterior(st.poisson_rate([3, 4]), prior=st.Gamma.jeffreys())
    assert 0.1 < st.predictive_check(improper, np.mean, seed=1).p_value < 0.9
    with pytest.raises(st.IncompatibleError, match="has no prior predictive"):
        st.predictive_check(improper, np.mean, under="prior")
    with pytest.raises(st.IncompatibleError, match="Flat is no distribution"):
        st.posterior(st.ols("y ~ 1", {"y": [1.0, 2.0, 4.0, 3.0]}), prior=st.Flat(), method="importance").check(
            np.mean, under="prior"
        )
    with pytest.raises(st.DomainError, match="has seen none"):
        st.predictive_check(st.Beta(1, 1), np.mean)
    with pytest.raises(st.DomainError, match="under="):
        st.predictive_check(improper, np.mean, under="data")
    with pytest.raises(st.IncompatibleError, match="needs a posterior"):
        st.predictive_check(3, np.mean)
