"""The inverse Wishart distribution against SciPy: its density and the mean of its draws."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.belief import positive_root
from stattools.bayes.conjugate.normal_inverse_wishart import draw_roots, log_determinant, log_wishart_density
from stattools.errors import DomainError
from tests.cases import rng

SCALE = np.array([[2.0, 0.5], [0.5, 1.0]])
ROOT = np.linalg.cholesky(SCALE).T


def test_the_density_is_scipys():
    A = rng(1).normal(size=(4, 2, 2))
    sigma = A @ np.swapaxes(A, 1, 2) + np.eye(2)
    wanted = [stats.invwishart.logpdf(s, 7.5, SCALE) for s in sigma]
    assert_allclose(log_wishart_density(np.linalg.cholesky(sigma), ROOT, 7.5), wanted, rtol=1e-12)
    assert_allclose(log_determinant(np.linalg.cholesky(sigma)), 0.5 * np.log(np.linalg.det(sigma)), rtol=1e-12)


def test_draws_have_its_mean():
    n = 40_000
    roots = draw_roots(n, ROOT, 9.0, rng(2))
    sigma = roots @ np.swapaxes(roots, 1, 2)
    error = sigma.std(axis=0) / np.sqrt(n)
    assert (np.abs(sigma.mean(axis=0) - SCALE / (9.0 - 3.0)) < 5 * error).all()


@pytest.mark.parametrize("units", [1.0, 1e-6, np.array([1.0, 1e6, 1e-6])])
def test_the_root_gives_the_matrix_in_any_units(units):
    A = rng(1).normal(size=(3, 3))
    matrix = (A @ A.T + np.eye(3)) * units * np.broadcast_to(units, 3)[:, None]
    root = positive_root(matrix, 3, "it needs")
    assert_allclose(root.T @ root, matrix, rtol=1e-12)
    assert not np.tril(root, -1).any()


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.eye(2), r"it needs, a matrix of shape \(3, 3\); got shape \(2, 2\)"),
        (np.eye(3) + np.eye(3, k=1), "a symmetric matrix; got one that differs"),
        (np.diag([1.0, 1.0, 0.0]), "positive definite matrix; its smallest eigenvalue is 0 "),
        (np.diag([1.0, 1.0, -2.0]), "positive definite matrix; its smallest eigenvalue is -1 "),
        (np.ones((3, 3)) + 3.0 * (np.eye(3, k=2) + np.eye(3, k=-2)), "smallest eigenvalue is -"),
    ],
)
def test_what_is_not_positive_definite_is_refused(matrix, words):
    with pytest.raises(DomainError, match=words):
        positive_root(matrix, 3, "it needs")


@pytest.mark.parametrize("size", [5e-324, 1e300])
def test_sizes_whose_squares_leave_float64_are_refused(size):
    with pytest.raises(DomainError, match="it needs precision between 1e-240 and"):
        positive_root(size * np.eye(2), 2, "it needs precision")
