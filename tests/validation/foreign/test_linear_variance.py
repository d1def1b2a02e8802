"""Counts whose variance is linear in the mean: derivatives, moments, and statsmodels' fit of them."""

import numpy as np
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.recipes.likelihoods import LinearVariance, with_linear_variance

FAMILY, h = LinearVariance(), 1e-6
eta = np.column_stack([np.linspace(-2.0, 3.0, 9), np.linspace(0.5, -1.0, 9)])
y = np.array([0.0, 1, 0, 2, 5, 1, 9, 30, 2])
x = np.linspace(-1.0, 1.0, 200)
mean = np.exp(1.0 + x)
counts = np.random.default_rng(0).negative_binomial(mean / 1.5, 1.0 / 2.5).astype(float)


def test_derivatives_are_slopes():
    for k in range(2):
        step = h * np.eye(2)[k]
        rise = FAMILY.loglik(eta + step, y) - FAMILY.loglik(eta - step, y)
        assert_allclose(FAMILY.score(eta, y)[:, k], rise / (2 * h), atol=1e-7)
        bend = FAMILY.score(eta + step, y) - FAMILY.score(eta - step, y)
        assert_allclose(FAMILY.information(eta, y)[..., k], -bend / (2 * h), atol=1e-6)
    assert_allclose(FAMILY.check(y), y)


def test_the_variance_is_linear_in_the_mean():
    k = np.arange(4000.0)
    at = np.broadcast_to([1.0, 0.3], (4000, 2))
    p = np.exp(FAMILY.loglik(at, k))
    assert_allclose([p.sum(), p @ k], [1.0, np.e], rtol=1e-10)
    assert_allclose(p @ (k - np.e) ** 2, np.e * (1.0 + np.exp(0.3)), rtol=1e-10)
    assert_allclose(FAMILY.variance(at[:1], y[:1]), np.e * (1.0 + np.exp(0.3)), rtol=1e-12)


def test_the_fit_is_that_of_statsmodels():
    fit = st.fit(with_linear_variance(st.negative_binomial(counts, x)))
    theirs = sm.NegativeBinomial(counts, sm.add_constant(x), loglike_method="nb1").fit(disp=0, maxiter=500)
    assert_allclose(fit.estimate[:2], theirs.params[:2], atol=1e-4)
    assert_allclose(np.exp(fit.estimate[2]), theirs.params[2], rtol=1e-3)
    assert_allclose(fit.loglik, theirs.llf, rtol=1e-9)
