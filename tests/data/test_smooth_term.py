import numpy as np
from numpy.testing import assert_allclose
from scipy.interpolate import BSpline

from stattools.data.design.latent_terms import MARGIN, bsplines, wiggly

rng = np.random.default_rng(0)


def dense(first, values, k):
    found = np.zeros((len(first), k))
    for a in range(4):
        found[np.arange(len(first)), first + a] += values[:, a]
    return found


def test_the_basis_is_scipys():
    k, u = 9, rng.uniform(0.0, 6.0, 50)
    first, values, beyond = bsplines(u, k)
    exact = BSpline.design_matrix(u, np.arange(-3.0, 10.0), 3).toarray()
    assert_allclose(dense(first, values, k), exact, atol=1e-15)
    assert not beyond.any()


def test_a_curve_goes_on_as_the_straight_line_of_its_end():
    k, coefficients = 7, rng.normal(size=7)
    for end, out in ((0.0, -1.5), (4.0, 6.0)):
        u = np.array([end, end + 1e-6 * np.sign(2.0 - end), out])
        first, values, beyond = bsplines(u, k)
        f = dense(first, values, k) @ coefficients
        assert beyond.tolist() == [False, False, True]
        slope = (f[1] - f[0]) / (u[1] - u[0])
        assert_allclose(f[2], f[0] + slope * (out - end), rtol=1e-4)  # a difference of 1e-6
    assert_allclose(dense(*bsplines(np.array([-30.0, 99.0]), k)[:2], k) @ np.arange(k), [-29.0, 100.0], rtol=1e-14)


def test_wiggles_have_second_differences_1_and_no_line():
    M = wiggly(40)
    assert_allclose(np.diff(M, 2, axis=0), np.eye(38), atol=1e-12)  # entries of 100
    assert_allclose(np.array([np.ones(40), np.arange(40.0)]) @ M, 0.0, atol=1e-10)
    assert_allclose(M, np.linalg.pinv(np.diff(np.eye(40), 2, axis=0)), atol=1e-10)
    assert MARGIN == 0.001
