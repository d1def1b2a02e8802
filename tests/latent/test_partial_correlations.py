"""Every z between -1 and 1 makes a correlation matrix, and slopes are those of the matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.covariance_factors import slopes, triangle


@pytest.mark.parametrize("q", [1, 2, 3, 5])
def test_triangles_are_of_correlation_matrices_with_these_partial_correlations(q):
    z = np.random.default_rng(q).uniform(-0.95, 0.95, q * (q - 1) // 2)
    L = triangle(z, q)
    R = L @ L.T
    assert_allclose(np.diag(R), 1.0, rtol=1e-14)
    assert (np.diag(L) > 0.0).all()
    for k, (i, j) in enumerate(zip(*np.tril_indices(q, -1), strict=True)):
        P = np.linalg.inv(R[np.ix_([*range(j), j, i], [*range(j), j, i])])
        assert_allclose(-P[j, j + 1] / np.sqrt(P[j, j] * P[j + 1, j + 1]), z[k], rtol=1e-9)  # an inverse in between


def test_slopes_are_differences():
    rng = np.random.default_rng(7)
    z, by, h = rng.uniform(-0.9, 0.9, 6), rng.normal(size=(4, 4)), 1e-6
    found = slopes(z, triangle(z, 4), by)
    each = [np.sum(by * (triangle(z + e, 4) - triangle(z - e, 4))) / (2.0 * h) for e in h * np.eye(6)]
    assert_allclose(found, each, rtol=1e-8)
