"""Columns of slopes by level, kept as codes and numbers, equal the array that they stand for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.numerics.arrowhead import Arrow
from stattools.numerics.columns import Columns
from tests import columns


def slopes(k=2, complete=False, others=3, n=40, levels=5, ones=False):
    rng = np.random.default_rng(k)
    codes = rng.integers(0 if complete else -1, levels, n)
    values = rng.standard_normal((n, k))
    values[:, 0] = np.where(codes >= 0, 1.0, 0.0) if ones else values[:, 0]
    places = rng.permutation(others + levels * k)[: levels * k].reshape(levels, k)
    return Columns(rng.standard_normal((n, others)), codes, places, values)


def indicators(complete=False, others=3, at=1):
    rng = np.random.default_rng(3)
    codes = rng.integers(0 if complete else -1, 6, 40)
    return columns.indicators(rng.standard_normal((40, others)), codes, 6, min(at, others))


EACH = [slopes(), slopes(1), slopes(3, True, ones=True), slopes(2, True, 0), slopes(2, False, 1, 6, 9)]
EACH += [indicators(), indicators(True), indicators(True, 0), indicators(at=0)]


@pytest.mark.parametrize("X", EACH, ids=str)
def test_every_answer_is_that_of_the_array(X):
    A, rng = np.asarray(X), np.random.default_rng(4)
    n, p = A.shape
    v, V, u, U = (rng.standard_normal(shape) for shape in ((p,), (p, 2), (n,), (n, 2)))
    pairs = [
        (X @ v, A @ v), (X @ V, A @ V), (u @ X, u @ A), (U.T @ X, U.T @ A), (X.T @ u, A.T @ u), (X.T @ U, A.T @ U),
        (X[3:9] @ v, A[3:9] @ v), (X[u > 0] @ v, A[u > 0] @ v), (X[5], A[5]), (X[[4, 2]][:, 2:], A[[4, 2]][:, 2:]),
        (np.max(X, axis=0), A.max(axis=0)), (np.min(X, axis=0), A.min(axis=0)), (X.sum(axis=0), A.sum(axis=0)),
        (np.abs(X) @ v, np.abs(A) @ v), (np.square(X) @ v, np.square(A) @ v), (X * u[:, None], A * u[:, None]),
        (np.asarray(X.gram(np.abs(u))), A.T @ (A * np.abs(u)[:, None])), (np.asarray(X.gram()), A.T @ A),
        (X.max(), A.max()), (X.min(), A.min()), (X.sum(), A.sum()), (X.sum(axis=1), A.sum(axis=1)),
        (X.sparse().toarray(), A),
        (X.joined(*X.split(v)), v), (X[:, -1], A[:, -1]),
    ]  # fmt: skip
    for found, expected in pairs:
        assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert type(X.gram()) is Arrow
    for j in range(p):
        assert_array_equal(X[:, j], A[:, j])


def test_columns_are_left_out_of_some_levels_or_of_all():
    X = slopes()
    A, places = np.asarray(X), X.places
    each = {
        "one of the others": X.rest[1:2], "a number of all": places[:, 1], "all of one": places[2],
        "a number of one": places[3, :1], "of two, different ones": [places[0, 0], places[1, 1], X.rest[0]],
        "the levels": places.ravel(),
    }  # fmt: skip
    for name, gone in each.items():
        out = np.isin(np.arange(A.shape[1]), gone)
        left = X.without(out)
        assert_array_equal(np.asarray(left), A[:, ~out], err_msg=name)
        assert (type(left) is Columns) == (name != "the levels")


def test_which_number_is_a_constant_of_each_level():
    assert (slopes(ones=True).ones, slopes(ones=True).is_complete) == (0, False)
    assert (slopes(complete=True, ones=True).is_complete, slopes(complete=True).is_complete) == (True, False)


def test_columns_of_the_transposed_are_rows():
    X = indicators()
    A = np.asarray(X)
    assert_array_equal(np.asarray(X.T[:, [3, 1]]), A.T[:, [3, 1]])
    assert type(X.T[:, np.arange(4)].of) is Columns
    assert_array_equal(X.T[[2, 0], [1, 4]], A.T[[2, 0], [1, 4]])
    assert_array_equal(np.array(list(X.T)), A.T)


def test_some_of_the_indicators():
    X = indicators()
    A = np.asarray(X)
    for some in ([0, 1, 2, 3, 4, 5, 6, 8], [1, 4], [7], [8, 0], [8, 7, 0], [4, 0, 1]):
        assert_array_equal(np.asarray(X[:, some]), A[:, some])
    assert type(X[:, [0, 1, 3]]) is Columns
    assert type(X[:, [8, 0]]) is np.ndarray


@pytest.mark.parametrize("gone", [[0, 3], [2], [0, 1, 2, 7, 8], [1, 2, 3, 4, 5, 6]], ids=str)
def test_columns_are_left_out(gone):
    X, out = indicators(), np.isin(np.arange(9), gone)
    left = X.without(out)
    assert_array_equal(np.asarray(left), np.asarray(X)[:, ~out])
    assert isinstance(left, np.ndarray) == (len(gone) == 6)
