import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.elimination import OneFactor, group_sums
from tests.latent.test_structure import of_one_factor


def test_sums_are_loops_over_rows():
    r = np.random.default_rng(0)
    codes, z, W = np.array([2, 0, 1, 2, 2]), r.normal(size=(2, 5)), r.normal(size=(3, 5))
    found = group_sums(codes, 3, z, W)
    slow = np.zeros((2, 5, 3))
    for i, j in enumerate(codes):
        slow[:, :, j] += np.outer(z[:, i], np.concatenate([z[:, i], W[:, i]]))
    assert_allclose(found, slow, rtol=1e-13, atol=1e-13)


def test_effects_of_columns_of_x_have_their_sums():
    r = np.random.default_rng(0)
    codes, W = np.array([2, 0, 1, 2, 2]), r.normal(size=(4, 5))
    for z in (W[:1], W[:3], W[1:3], W[::2], W[:2, ::-1], W):
        assert_allclose(group_sums(codes, 3, z, W), group_sums(codes, 3, z.copy(), W), rtol=1e-15)


def test_memory_grows_with_groups_and_not_with_rows():
    assert OneFactor.of(of_one_factor((1, 2)).columns).E.shape == (3, 3 + 4, 7)
