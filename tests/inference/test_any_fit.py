"""Densities of rows that a fit was not made of, against SciPy."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.estimates import judged, row_logliks

X, Y, PRECISION = np.array([[0.0], [1.0], [4.0]]), np.array([0.5, 2.0, 3.0]), np.array([1.0, 4.0, 0.25])


def test_the_scale_of_least_squares_goes_with_the_precision():
    model = st.ols(Y, X, precision=PRECISION)
    theta, scale = np.array([0.2, 0.9]), 1.7
    wanted = stats.norm(0.2 + 0.9 * X[:, 0], scale / np.sqrt(PRECISION)).logpdf(Y)
    assert_allclose(row_logliks(model, theta, scale), wanted, rtol=1e-13)
    assert_allclose(judged(model, theta, scale).mean, 0.2 + 0.9 * X[:, 0], rtol=1e-15)


def test_groups_are_seen_as_shares():
    model = st.logistic([1, 2, 0], X, trials=[4, 5, 2])
    found = judged(model, np.array([-1.0, 0.3]), 1.0)
    p = 1.0 / (1.0 + np.exp(1.0 - 0.3 * X[:, 0]))
    assert_allclose(found.loglik, stats.binom([4, 5, 2], p).logpmf([1, 2, 0]), rtol=1e-12)
    assert_allclose(found.mean, p, rtol=1e-14)
    assert found.observed.tolist() == [0.25, 0.4, 0.0]


def test_a_likelihood_without_a_mean_has_densities_alone():
    lik = st.likelihood(
        "Laplace", lambda y, loc: -np.abs(y - loc) - np.log(2), parameters={"loc": "identity"}, outcome="real"
    )
    found = judged(st.regression(Y, X, lik), np.array([0.2, 0.9]), 1.0)
    assert found.mean is None
    assert_allclose(found.loglik, stats.laplace(0.2 + 0.9 * X[:, 0]).logpdf(Y), rtol=1e-13)
