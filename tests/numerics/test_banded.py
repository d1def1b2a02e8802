"""Every answer of a banded factor against the dense matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.numerics.banded import difference_penalty, factored, product, trace_of_product
from tests.cases import rng


def dense(band):
    n = band.shape[1]
    lower = sum(np.diag(band[i, : n - i], -i) for i in range(min(len(band), n)))
    return lower + np.tril(lower, -1).T


def positive(b, n):
    random = rng(10 * b + n)
    band = random.normal(size=(b + 1, n))
    for i in range(1, b + 1):
        band[i, max(n - i, 0) :] = 0.0
    band[0] = 2.0 * b + 1.0 + random.uniform(size=n)
    return band


@pytest.mark.parametrize(("b", "n"), [(0, 4), (1, 1), (1, 7), (2, 9), (3, 30), (5, 40)])
def test_factor_solution_determinant_inverse_and_draws_are_those_of_the_dense_matrix(b, n):
    band = positive(b, n)
    A, cholesky, right = dense(band), factored(band), rng(1).normal(size=(n, 3))
    assert cholesky is not None
    L = np.tril(dense(cholesky.L))
    assert_allclose(L @ L.T, A, rtol=0, atol=1e-13 * A.max())
    assert_allclose(cholesky.solve(right), np.linalg.solve(A, right), rtol=1e-11, atol=1e-13)
    assert_allclose(cholesky.solve(right[:, 0]), np.linalg.solve(A, right[:, 0]), rtol=1e-11, atol=1e-13)
    assert cholesky.solve(right[:, :0]).shape == (n, 0)
    assert_allclose(cholesky.colored(right), np.linalg.solve(L.T, right), rtol=1e-11, atol=1e-13)
    assert_allclose(cholesky.log_determinant, np.linalg.slogdet(A)[1], rtol=1e-13)
    inverse = np.linalg.inv(A)
    for i in range(min(b, n - 1) + 1):
        assert_allclose(cholesky.inverse[i, : n - i], np.diagonal(inverse, -i), rtol=0, atol=1e-14)
    assert_allclose(product(band, right), A @ right, rtol=1e-12, atol=1e-13)
    assert_allclose(product(band, right[:, 0]), A @ right[:, 0], rtol=1e-12, atol=1e-13)


def test_the_trace_of_a_product_needs_the_shorter_band_alone():
    first, second = positive(3, 12), positive(1, 12)
    first[2:, -3:] = 7.0  # what stands behind the end of a diagonal is nothing
    exact = np.trace(dense(first) @ dense(second))
    assert_allclose(trace_of_product(first, second), exact, rtol=1e-13)
    assert_allclose(trace_of_product(second, first), exact, rtol=1e-13)


def test_a_matrix_that_is_not_positive_definite_has_no_factor():
    band = positive(2, 10)
    band[0, 5] = -1.0
    assert factored(band) is None


def test_a_band_is_kept_unless_it_may_be_overwritten():
    band = np.asfortranarray(positive(2, 10))
    before = band.copy()
    kept = factored(band)
    assert_array_equal(band, before)
    over = factored(band, overwrite=True)
    assert kept is not None
    assert over is not None
    assert_array_equal(kept.L, over.L)


def test_the_penalty_is_that_of_the_differences():
    for order in (1, 2, 3):
        D = np.diff(np.eye(9), order, axis=0)
        assert_array_equal(dense(difference_penalty(9, order)), D.T @ D)
