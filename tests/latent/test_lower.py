"""The lower triangle of a root has the covariance of the root, singular ones included."""

import numpy as np
import pytest

from stattools.numerics.small_matrices import least_size, lower


def test_the_triangle_has_the_same_covariance_and_no_negative_diagonal():
    rng = np.random.default_rng(3)
    for root in (rng.normal(size=(3, 3)), rng.normal(size=(3, 5)), np.outer([1.0, -2.0, 0.5], [3.0])):
        T = lower(root)
        np.testing.assert_allclose(T @ T.T, root @ root.T, atol=1e-13)
        assert not np.triu(T, 1).any()
        assert (T.diagonal() >= 0.0).all()


@pytest.mark.parametrize("q", [1, 2, 3])
def test_theleast_size_of_a_triangle_is_a_bound(q):
    r = np.random.default_rng(q)
    for T in (np.tril(r.normal(size=(q, q))), np.zeros((q, q)), 1e-200 * np.eye(q)):
        assert 0.0 <= least_size(T) <= np.linalg.svd(T)[1][-1] * (1.0 + 1e-12)
