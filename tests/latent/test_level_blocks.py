import numpy as np
from numpy.testing import assert_allclose
from scipy.linalg import block_diag

from stattools.latent.blocks import Factor, diagonal, filled, on_both_sides, turned_rows


def factor(count, q):
    return Factor(np.zeros(3, dtype=int), count, np.zeros((q, 3)), (0,), (slice(0, q),))


ROOT = np.random.default_rng(0).normal(size=(8, 8))
WHOLE = ROOT @ ROOT.T
LOWER = np.tril(WHOLE)
FACTORS, SCALES = (factor(2, 1), factor(3, 2)), (np.array([[2.0]]), np.array([[1.0, 0.0], [-0.5, 3.0]]))
L = np.asarray(block_diag(*[SCALES[0]] * 2, *[SCALES[1]] * 3))


def test_both_sides_and_rows_are_multiplied_by_each_levels_factor():
    assert_allclose(filled(LOWER), WHOLE)
    assert_allclose(turned_rows(WHOLE, SCALES, FACTORS), L @ WHOLE, rtol=1e-12, atol=1e-12)
    assert_allclose(np.tril(on_both_sides(LOWER, SCALES, FACTORS)), np.tril(L @ WHOLE @ L.T), atol=1e-12)


def test_one_effect_of_each_level_is_a_number():
    single, sizes = (factor(5, 1), factor(3, 1)), np.repeat([2.0, -3.0], [5, 3])
    found = on_both_sides(LOWER, (np.array([[2.0]]), np.array([[-3.0]])), single)
    assert_allclose(np.tril(found), np.tril(sizes[:, None] * WHOLE * sizes), rtol=1e-13)


def test_blocks_on_the_diagonal():
    found = diagonal(LOWER[2:, 2:], FACTORS[1])
    for j in range(3):
        own = slice(2 + 2 * j, 4 + 2 * j)
        assert_allclose(found[:, :, j], WHOLE[own, own])
