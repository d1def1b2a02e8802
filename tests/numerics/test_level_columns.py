"""Columns kept as codes equal the array that they stand for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.numerics.level_columns import LevelColumns


def columns(complete=False, others=3, n=40, levels=6, at=1):
    rng = np.random.default_rng(3)
    codes = rng.integers(0 if complete else -1, levels, n)
    return LevelColumns(rng.standard_normal((n, others)), codes, levels, min(at, others))


@pytest.mark.parametrize("X", [columns(), columns(True), columns(True, 0), columns(False, 3, at=0)], ids=str)
def test_every_answer_is_that_of_the_array(X):
    A, rng = np.asarray(X), np.random.default_rng(4)
    v, V, u, U = (rng.standard_normal(shape) for shape in ((A.shape[1],), (A.shape[1], 2), (40,), (40, 2)))
    assert A.shape == X.shape
    pairs = [
        (X @ v, A @ v), (X @ V, A @ V), (u @ X, u @ A), (U.T @ X, U.T @ A), (X.T @ u, A.T @ u), (X.T @ U, A.T @ U),
        (X[3:9] @ v, A[3:9] @ v), (X[u > 0] @ v, A[u > 0] @ v), (X[5], A[5]), (X[[4, 2]][:, 2:], A[[4, 2]][:, 2:]),
        (np.max(X, axis=0), A.max(axis=0)), (np.min(X, axis=0), A.min(axis=0)), (X.sum(axis=0), A.sum(axis=0)),
        (np.abs(X) @ v, np.abs(A) @ v), (np.square(X) @ v, np.square(A) @ v), (X * u[:, None], A * u[:, None]),
        (np.asarray(X.gram(np.abs(u))), A.T @ (A * np.abs(u)[:, None])), (np.asarray(X.gram()), A.T @ A),
        (X.max(), A.max()), (X.min(), A.min()), (X.sum(), A.sum()), (X.sum(axis=1), A.sum(axis=1)),
        (X.sparse().toarray(), A),
    ]  # fmt: skip
    for found, expected in pairs:
        assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
    for j in range(A.shape[1]):
        assert_array_equal(X[:, j], A[:, j])


def test_other_linear_predictors_beside_the_columns():
    X, rng = columns(), np.random.default_rng(5)
    half = rng.standard_normal((40, 3, 3))
    weight = half @ half.transpose(0, 2, 1)
    one, two = np.ones((40, 1)), rng.standard_normal((40, 2))
    J = np.zeros((40, 3, X.shape[1] + 3))
    J[:, 0, :-3], J[:, 1, -3], J[:, 2, -2:] = np.asarray(X), 1.0, two
    expected = np.einsum("nap,nab,nbq->pq", J, weight, J)
    assert_allclose(np.asarray(X.gram_beside([one, two], weight)), expected, rtol=1e-12, atol=1e-12)


def test_columns_of_the_transposed_are_rows():
    X = columns()
    A = np.asarray(X)
    assert_array_equal(np.asarray(X.T[:, [3, 1]]), A.T[:, [3, 1]])
    assert type(X.T[:, np.arange(4)].of) is LevelColumns
    assert_array_equal(X.T[[2, 0], [1, 4]], A.T[[2, 0], [1, 4]])
    assert_array_equal(np.array(list(X.T)), A.T)


def test_some_of_the_columns():
    X = columns()
    A = np.asarray(X)
    for some in ((0, 1, 2, 3, 4, 5, 6, 8), (1, 4), (7,), (8, 0), (8, 7, 0)):
        assert_array_equal(np.asarray(X.among(some)), A[:, list(some)])
    assert type(X.among((0, 1, 3))) is LevelColumns
    assert type(X.among((8, 0))) is np.ndarray


@pytest.mark.parametrize("gone", [[0, 3], [2], [0, 1, 2, 7, 8], [1, 2, 3, 4, 5, 6]], ids=str)
def test_columns_are_left_out(gone):
    X, out = columns(), np.isin(np.arange(9), gone)
    left = X.without(out)
    assert_array_equal(np.asarray(left), np.asarray(X)[:, ~out])
    assert isinstance(left, np.ndarray) == (len(gone) == 6)


def test_values_split_by_level_and_joined_again():
    X = columns()
    of_levels, others = X.split(np.arange(9.0))
    assert of_levels.tolist() == [1, 2, 3, 4, 5, 6]
    assert_array_equal(X.joined(of_levels, others), np.arange(9.0))
