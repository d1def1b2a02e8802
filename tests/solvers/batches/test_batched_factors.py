"""Factors of many small matrices against NumPy, one by one."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.solvers.batches.batched_factors import backward, factored, forward, products, unpacked


def matrices(p, m, seed=0):
    A = np.random.default_rng(seed).normal(size=(m, p + 3, p))
    return np.swapaxes(A, 1, 2) @ A


def test_factors_and_solutions_equal_numpy():
    for p in (1, 2, 5):
        A, right = matrices(p, 7), np.random.default_rng(1).normal(size=(7, p))
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
    A = matrices(3, 2)
    A[0] = np.ones((3, 3))
    L, pivot = factored(np.moveaxis(A, 0, 2))
    assert pivot[0] <= 1e-15
    assert pivot[1] > 1e-3
    assert_allclose(L[:, :, 1], np.linalg.cholesky(A[1]), rtol=1e-12, atol=1e-13)


def test_products_of_columns_are_unpacked_to_the_gram_matrix():
    Z, w = np.random.default_rng(2).normal(size=(6, 3)), np.arange(12.0).reshape(2, 6)
    A = unpacked(w @ products(Z), 3)
    for k in range(2):
        assert_allclose(A[:, :, k], np.tril(Z.T @ (w[k][:, None] * Z)), rtol=1e-12, atol=1e-12)
