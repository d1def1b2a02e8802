"""Densities written again: SciPy's distributions, and the log-likelihoods that they check."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

import stattools as st
from stattools.validation.references.densities import DENSITIES

G = np.random.default_rng(4)
COUNTS, TRIALS, AMOUNTS = G.poisson(3.0, 30), G.integers(4, 9, 30), G.gamma(2.0, size=30)
CASES = {
    "negative_binomial": (
        st.NegativeBinomial(),
        COUNTS.astype(float),
        lambda y, eta, tau: stats.nbinom.logpmf(y, np.exp(-tau), special.expit(-tau - eta)),
    ),
    "beta_binomial": (
        st.BetaBinomial(),
        np.column_stack([np.minimum(COUNTS, TRIALS), TRIALS]).astype(float),
        lambda y, eta, tau: stats.betabinom.logpmf(
            *y.T, np.exp(tau) * special.expit(eta), np.exp(tau) * special.expit(-eta)
        ),
    ),
    "gamma": (
        st.GammaFamily(),
        AMOUNTS,
        lambda y, eta, tau: stats.gamma.logpdf(y, np.exp(-tau), scale=np.exp(eta + tau)),
    ),
}


@pytest.mark.parametrize("kind", DENSITIES)
def test_densities_are_scipys_and_the_log_likelihoods(kind):
    likelihood, y, scipys = CASES[kind]
    eta, tau = G.normal(size=30), 0.4
    found = np.real(DENSITIES[kind](y, eta, tau))
    assert_allclose(found, scipys(y, eta, tau), rtol=1e-11, atol=1e-12)
    assert_allclose(found, likelihood.loglik(np.column_stack([eta, np.full(30, tau)]), y), rtol=1e-11, atol=1e-12)
