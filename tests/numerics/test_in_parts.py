"""The contract of every matrix in parts: whatever NumPy asks of it is what it asks of the array."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.data.rows.rows import OnDisk
from stattools.data.rows.standardization import Standardization
from stattools.numerics.arrowhead import Arrow, InParts, SymmetricInParts
from stattools.numerics.columns import BesideOnes, Columns, Transposed
from stattools.numerics.low_rank import LowRank
from tests.columns import indicators

rng = np.random.default_rng(1)
K = rng.standard_normal((2, 2))
X = indicators(rng.standard_normal((7, 2)), np.array([0, 1, 2, -1, 0, 1, 2]), 3, 1)
KINDS = {
    Arrow: Arrow(np.array([[1], [2], [3]]), rng.random((3, 1, 1)), rng.standard_normal((3, 2)), K + K.T),
    BesideOnes: BesideOnes(rng.standard_normal((6, 2))),
    Columns: Columns(X.others, X.codes, np.array([[1, 4], [2, 5], [3, 7]]), rng.standard_normal((7, 2))),
    Transposed: Transposed(X),
    Standardization: Standardization.of(np.array([0.0, 3.0, -2.0, 0.0]), np.arange(1.0, 5.0), 0),
    LowRank: LowRank(np.arange(4)[:, None], rng.random((4, 1, 1)), rng.standard_normal((5, 2)), K @ K.T),
}


def below(kind):
    return {one for child in kind.__subclasses__() for one in {child, *below(child)}}


def test_every_kind_is_here():
    assert below(InParts) - {SymmetricInParts, OnDisk} == set(KINDS)  # an array on disk raises for every question


@pytest.mark.parametrize("matrix", KINDS.values(), ids=lambda matrix: type(matrix).__name__)
def test_every_answer_is_that_of_the_array(matrix):
    A = np.array(matrix)
    n, p = A.shape
    v, u = rng.standard_normal((p, 2)), rng.standard_normal((n, 2))
    assert (matrix.ndim, matrix.dtype, matrix.shape, len(matrix)) == (2, A.dtype, A.shape, n)
    assert matrix.size == (n * 5 if type(matrix) is Columns else n * p)  # what products read
    for found, expected in [
        (matrix @ v, A @ v), (matrix @ v[:, 0], A @ v[:, 0]), (u.T @ matrix, u.T @ A), (u[:, 0] @ matrix, u[:, 0] @ A),
        (matrix.T, A.T), (matrix[2, 1], A[2, 1]), (matrix + matrix, 2 * A), (matrix / 2.0, A / 2),
        (2.0 * matrix, 2 * A), (1.0 - matrix, 1.0 - A), (np.exp(matrix), np.exp(A)),
        (np.add.reduce(matrix, axis=0), A.sum(axis=0)),
        (matrix @ matrix.T, A @ A.T), (np.add(matrix, 1.0, out=np.empty((n, p))), A + 1.0), (matrix.mean(), A.mean()),
        (np.square(matrix), A**2), (matrix * np.ones((n, 1)), A), (matrix.copy(), A), (matrix.whole, A),
        (matrix.product(v), A @ v), (matrix.pulled(u), A.T @ u), (matrix.pulled(u[:, 0]), A.T @ u[:, 0]),
    ]:  # fmt: skip
        assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("matrix", KINDS.values(), ids=lambda matrix: type(matrix).__name__)
def test_a_copy_is_a_new_array_of_the_type_asked_for(matrix):
    copied = np.array(matrix, copy=True)
    expected = copied.copy()
    copied[:] = 0.0
    assert_array_equal(np.asarray(matrix), expected)
    assert np.asarray(matrix, dtype=np.float32).dtype == np.float32
