"""Integrals of likelihood times prior against posteriors that are known in closed form."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.validation.references.posteriors import one_parameter, two_parameters
from tests.cases import rng


def test_a_beta_posterior_has_its_moments_and_evidence():
    found = one_parameter(st.posterior(st.binomial(7, 20), prior=st.Beta(2, 3)))
    assert_allclose(found.mean, [9 / 25], rtol=1e-10)
    assert_allclose(found.reference_sd, [np.sqrt(9 * 16 / (25**2 * 26))], rtol=1e-8)
    evidence = np.log(special.comb(20, 7)) + special.betaln(9, 16) - special.betaln(2, 3)
    assert found.evidence == pytest.approx(evidence, rel=1e-10)


def test_a_rate_under_an_improper_prior_has_no_evidence():
    found = one_parameter(st.posterior(st.poisson_rate([3, 4], exposure=[1.0, 2.5]), prior=st.Gamma.jeffreys()))
    assert_allclose(found.mean, [7.5 / 3.5], rtol=1e-10)
    assert_allclose(found.reference_sd, [np.sqrt(7.5) / 3.5], rtol=1e-8)
    assert found.evidence is found.own_evidence is None


def test_a_normal_sample_under_the_reference_prior_is_students_t():
    y = rng(2).normal(5.0, 2.0, 12)
    found = two_parameters(st.posterior(st.normal(y), prior=st.NormalInverseGamma.reference()))
    assert_allclose(found.mean, [y.mean()], rtol=1e-8)
    # a variance of 11 / 9 times that of the mean: eleven degrees of freedom
    assert_allclose(found.reference_sd, [y.std(ddof=1) / np.sqrt(12) * np.sqrt(11 / 9)], rtol=1e-6)
