"""Decompositions of small matrices are those of numpy.linalg."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.numerics.small_matrices import eigen, lower
from tests.cases import rng


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_eigenvalues_and_eigenvectors(n):
    A = rng(n).normal(size=(n, n))
    S = A + A.T
    before = S.copy()
    values, vectors = eigen(S)
    assert_array_equal(S, before)
    assert_allclose(values, np.linalg.eigvalsh(S), rtol=1e-12, atol=1e-13)
    assert_allclose(vectors * values @ vectors.T, S, atol=1e-12)
    assert_allclose(vectors.T @ vectors, np.eye(n), atol=1e-13)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_have_no_eigenvalues(value):
    with pytest.raises(np.linalg.LinAlgError):
        eigen(np.array([[1.0, value], [value, 1.0]]))


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 2), (3, 5), (2, 5)])
def test_the_triangle_has_the_products_of_the_root(shape):
    root = rng(1).normal(size=shape)
    before = root.copy()
    T = lower(root)
    assert_array_equal(root, before)
    assert_array_equal(T, np.tril(T))
    assert (T.diagonal() >= 0.0).all()
    assert_allclose(T @ T.T, root @ root.T, atol=1e-13)
