"""Triangles of many small matrices against NumPy's."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.numerics.small_matrices import backward, factored, forward, inverted


def matrices(p, m, seed=0):
    A = np.random.default_rng(seed).normal(size=(m, p + 3, p))
    return np.swapaxes(A, 1, 2) @ A


def test_factors_and_solutions_equal_numpy():
    for p, m in ((1, 7), (2, 7), (5, 7), (3, 201)):
        A, right = matrices(p, m), np.random.default_rng(1).normal(size=(m, p))
        L, pivot = factored(np.moveaxis(A, 0, 2))
        assert_allclose(np.moveaxis(L, 2, 0), np.linalg.cholesky(A), rtol=1e-12, atol=1e-13)
        found = backward(L, forward(L, right.T))
        assert_allclose(found.T, np.linalg.solve(A, right[:, :, None])[:, :, 0], rtol=1e-9)
        shares = np.diagonal(np.linalg.cholesky(A), axis1=1, axis2=2) ** 2 / np.diagonal(A, axis1=1, axis2=2)
        assert_allclose(pivot, shares.min(axis=1), rtol=1e-10)


def test_a_shared_factor_serves_all_members():
    A = matrices(3, 1)
    right = np.random.default_rng(1).normal(size=(3, 5))
    L, _ = factored(np.moveaxis(A, 0, 2))
    assert_allclose(backward(L, forward(L, right)), np.linalg.solve(A[0], right), rtol=1e-10)


def test_a_singular_matrix_has_no_pivot_and_spoils_no_other():
    for m in (2, 201):
        A = matrices(3, m)
        A[0] = np.ones((3, 3))
        L, pivot = factored(np.moveaxis(A, 0, 2))
        assert pivot[0] <= 1e-15
        assert pivot[1] > 1e-3
        assert np.isfinite(L).all()
        assert_allclose(L[:, :, 1], np.linalg.cholesky(A[1]), rtol=1e-12, atol=1e-13)


def test_only_lower_triangles_are_read():
    for m in (2, 201):
        A = np.moveaxis(matrices(3, m), 0, 2)
        below = A * np.tri(3)[:, :, None]
        assert_allclose(factored(below)[0], factored(A)[0], rtol=1e-14)


def test_inverses_of_triangles():
    L, _ = factored(np.moveaxis(matrices(3, 4), 0, 2))
    found = np.moveaxis(inverted(L), 2, 0) @ np.moveaxis(L, 2, 0)
    assert_allclose(found, np.broadcast_to(np.eye(3), found.shape), atol=1e-14)
