"""The inverse Wishart distribution against SciPy: its density and the mean of its draws."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.inverse_wishart import draw_roots, log_density, log_determinant
from tests.cases import rng

SCALE = np.array([[2.0, 0.5], [0.5, 1.0]])
ROOT = np.linalg.cholesky(SCALE).T


def test_the_density_is_scipys():
    A = rng(1).normal(size=(4, 2, 2))
    sigma = A @ np.swapaxes(A, 1, 2) + np.eye(2)
    wanted = [stats.invwishart.logpdf(s, 7.5, SCALE) for s in sigma]
    assert_allclose(log_density(np.linalg.cholesky(sigma), ROOT, 7.5), wanted, rtol=1e-12)
    assert_allclose(log_determinant(np.linalg.cholesky(sigma)), 0.5 * np.log(np.linalg.det(sigma)), rtol=1e-12)


def test_draws_have_its_mean():
    n = 40_000
    roots = draw_roots(n, ROOT, 9.0, rng(2))
    sigma = roots @ np.swapaxes(roots, 1, 2)
    error = sigma.std(axis=0) / np.sqrt(n)
    assert (np.abs(sigma.mean(axis=0) - SCALE / (9.0 - 3.0)) < 5 * error).all()
