"""The lower triangle of a root has the covariance of the root, singular ones included."""

import numpy as np

from stattools.latent.lower import lower


def test_the_triangle_has_the_same_covariance_and_no_negative_diagonal():
    rng = np.random.default_rng(3)
    for root in (rng.normal(size=(3, 3)), rng.normal(size=(3, 5)), np.outer([1.0, -2.0, 0.5], [3.0])):
        T = lower(root)
        np.testing.assert_allclose(T @ T.T, root @ root.T, atol=1e-13)
        assert not np.triu(T, 1).any()
        assert (T.diagonal() >= 0.0).all()
