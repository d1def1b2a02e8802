import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.deviance import secant


def test_the_change_along_the_step_is_matched_and_the_matrix_stays_definite():
    r = np.random.default_rng(0)
    root = r.normal(size=(3, 3))
    exact = root @ root.T
    H = np.eye(3)
    for step in np.eye(3):
        found = secant(H, step, exact @ step)
        assert found is not None
        assert_allclose(found @ step, exact @ step, rtol=1e-12)
        assert np.linalg.eigvalsh(found)[0] > 0.0
        H = found


def test_a_gradient_that_does_not_bend_upwards_tells_nothing():
    assert secant(np.eye(2), np.array([1.0, 0.0]), np.array([-1.0, 0.0])) is None
    assert secant(np.eye(2), np.array([1.0, 0.0]), np.zeros(2)) is None
