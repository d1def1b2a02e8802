"""A diagonal and a product beside it, against the array."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.low_rank import LowRank, congruent, quadratic
from tests.columns import indicators

rng = np.random.default_rng(1)
K = rng.standard_normal((2, 2))
V = LowRank(np.arange(6)[:, None], rng.random((6, 1, 1)), rng.standard_normal((7, 2)), K @ K.T)
half = rng.standard_normal((2, 2, 2))
W = LowRank(np.array([[0, 3], [5, 1]]), half @ half.transpose(0, 2, 1), V.U, V.K)
i = np.array([1, 4])


def whole(V):
    found = np.zeros(V.shape)
    for rows, block in zip(V.at, V.E, strict=True):
        found[np.ix_(rows, rows)] = block
    return found


@pytest.mark.parametrize("V", [V, W], ids=["diagonal", "blocks"])
@pytest.mark.parametrize(
    "place",
    [(2, 3), (2, 2), (slice(None), 1),
     (1, slice(None)), np.ix_(i, i), (slice(1, 4), slice(2, 6)), (i, i), (-1, slice(2)),
     3, (slice(None), i), (i, slice(None)), np.ix_(np.arange(7) > 2, np.arange(7) > 2), (slice(None), slice(None))],
    ids=str,
)  # fmt: skip
def test_entries_are_those_of_the_array(place, V):
    assert_allclose(np.asarray(V[place]), np.asarray(V)[place], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("V", [V, W], ids=["diagonal", "blocks"])
def test_products_and_sums(V):
    A = np.asarray(V)
    assert_allclose(A, V.U @ V.K @ V.U.T + whole(V), rtol=1e-12, atol=1e-13)
    v, X = rng.standard_normal((7, 2)), indicators(rng.standard_normal((9, 2)), np.arange(9) % 5, 5, 1)
    for found, expected in [
        (V @ v, A @ v), (v.T @ V, v.T @ A), (V @ v[:, 0], A @ v[:, 0]), (v[:, 0] @ V, v[:, 0] @ A), (2.0 * V, 2 * A),
        (V / 2.0, A / 2), (V.diagonal(), np.diagonal(A)), (V + A, 2 * A), (np.sqrt(np.abs(V)), np.sqrt(np.abs(A))),
        (V.T, A), (LowRank.of_parts(*V.parts()), A),
        (quadratic([X], V)[:, 0, 0], ((np.asarray(X) @ A) * np.asarray(X)).sum(axis=1)), (congruent(np.eye(7), V), A),
        (congruent(np.eye(7), A), A),
    ]:  # fmt: skip
        assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-13)
