"""Priors by mean and strength: those of the family have that mean, and weigh as much as so many data."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.prior_checks.sensitivity import family

POSTERIORS = {
    "Beta": st.posterior(st.binomial(7, 20), prior=st.Beta(2, 3)),
    "Gamma": st.posterior(st.poisson_rate([3, 4], exposure=[1.0, 2.5]), prior=st.Gamma(2, 1)),
    "Normal": st.posterior(st.normal([1.0, 2.0, 6.0], sd=1.5), prior=st.Normal(0, 2)),
}


@pytest.mark.parametrize(("name", "size"), [("Beta", 20.0), ("Gamma", 3.5), ("Normal", 3.0)])
def test_a_prior_has_its_mean_and_the_data_their_size(name, size):
    found = family(POSTERIORS[name], "it")
    low, high = found.means
    assert found.size == pytest.approx(size)
    for mean in (low, 0.5 * (low + high), high):
        assert_allclose(found.make(mean, 5.0).mean, mean, rtol=1e-12)


def test_strength_is_the_size_of_data_that_a_prior_is_worth():
    """A prior of the strength of the data takes the mean halfway."""
    model = st.normal([1.0, 2.0, 6.0], sd=1.5)
    made = family(POSTERIORS["Normal"], "it").make(0.0, 3.0)
    assert_allclose(st.posterior(model, prior=made).mean, 1.5, rtol=1e-12)


def test_other_families_and_several_arms_are_refused():
    with pytest.raises(st.IncompatibleError, match="it knows priors of the families Beta, Gamma, Normal"):
        family(st.posterior(st.multinomial([1, 2]), prior=st.Dirichlet(1)), "it")
    with pytest.raises(st.DomainError, match="this posterior has 2 arms"):
        family(st.posterior(st.binomial(np.array([1, 2]), np.array([5, 5])), prior=st.Beta(1, 1)), "it")
