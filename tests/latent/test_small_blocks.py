import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.small_matrices import eliminated, forward, grams, sums_by, times, transposed, triangles

R = np.random.default_rng(0)


def test_products_are_those_of_each_group():
    a, b = R.normal(size=(2, 3, 5)), R.normal(size=(3, 4, 5))
    assert_allclose(times(a, b)[:, :, 2], a[:, :, 2] @ b[:, :, 2], rtol=1e-13)
    assert_allclose(transposed(a)[:, :, 1], a[:, :, 1].T)


def test_factors_and_solutions_are_those_of_each_group():
    root = R.normal(size=(3, 3, 5))
    M = times(root, transposed(root)) + np.eye(len(root))[:, :, None]
    found = triangles(M, 1.0)[0]
    for j in range(5):
        assert_allclose(found[:, :, j], np.linalg.cholesky(M[:, :, j]), rtol=1e-8, atol=1e-10)
    b = R.normal(size=(3, 2, 5))
    assert_allclose(times(found, forward(found, b)), b, rtol=1e-9, atol=1e-9)


def test_sums_over_rows_and_over_groups():
    codes = np.array([1, 0, 1, 1])
    left, right = R.normal(size=(2, 4)), R.normal(size=(3, 4))
    found = grams(left, right, codes, 2)
    assert_allclose(found[:, :, 0], np.outer(left[:, 1], right[:, 1]))
    assert_allclose(found[:, :, 1], left[:, [0, 2, 3]] @ right[:, [0, 2, 3]].T)
    assert_allclose(sums_by(found, np.array([0, 0]), 1)[:, :, 0], left @ right.T)


@pytest.mark.parametrize("size", [0.0, 1e-9, 1e-3, 1.0, 1e6])
def test_what_is_left_of_a_scalar_effect_keeps_all_digits(size):
    counts = np.array([1.0, 7.0, 100.0])
    found = eliminated(counts[None, None], np.array([[size]]))
    assert_allclose(found.left[0, 0], 1.0 / (1.0 + size**2 * counts), rtol=1e-14)
    assert_allclose(found.inner[0, 0], counts / (1.0 + size**2 * counts), rtol=1e-14)
    assert_allclose(found.spread[0, 0], size**2 / (1.0 + size**2 * counts), rtol=1e-14)
    assert_allclose(found.log_determinant, np.log1p(size**2 * counts).sum(), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("scale", [np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([[2.0, 0.0], [1.0, 0.0]])])
def test_what_is_left_of_a_pair_of_effects(scale):
    root = R.normal(size=(2, 2, 3))
    gram = times(root, transposed(root))
    found = eliminated(gram, scale)
    for j in range(3):
        inverse = np.linalg.inv(np.eye(2) + gram[:, :, j] @ scale @ scale.T)
        assert_allclose(found.left[:, :, j], inverse, rtol=1e-11, atol=1e-12)
        assert_allclose(found.spread[:, :, j], scale @ scale.T @ inverse, rtol=1e-11, atol=1e-12)
