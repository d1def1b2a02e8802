"""Units of columns of which each level of a factor has several."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.standardization import orthogonal, standard_columns
from stattools.numerics.columns import Columns
from stattools.numerics.low_rank import LowRank
from tests.columns import diagonal

N, LEVELS = 60, 4


def slopes(constant, ones=True):
    rng = np.random.default_rng(1)
    codes = rng.integers(-1 if constant else 0, LEVELS, N)
    others = np.column_stack(
        [np.full(N, 2.0) if constant else rng.standard_normal(N), 1e6 + 50 * rng.standard_normal(N)]
    )
    x = 1e4 * (1 + codes) + rng.standard_normal(N)
    values = np.column_stack([np.ones(N), x, x * x]) if ones else np.column_stack([x, rng.standard_normal(N)])
    k = values.shape[1]
    places = rng.permutation(2 + LEVELS * k)[: LEVELS * k].reshape(LEVELS, k)
    return Columns(others, codes, places, np.where(codes[:, None] >= 0, values, 0.0))


@pytest.mark.parametrize("ones", [True, False], ids=["about means", "no constant"])
@pytest.mark.parametrize("constant", [True, False], ids=["constant", "all levels"])
@pytest.mark.parametrize("weight", [None, np.arange(N) % 3 + 0.0], ids=["alone", "weighted"])
def test_standardized_columns_are_the_columns_times_the_map(constant, weight, ones):
    X = slopes(constant, ones)
    Z, T = standard_columns(X, weight)
    A, M, w = np.asarray(X), np.asarray(T), np.ones(N) if weight is None else weight
    scale = np.abs(A) @ np.abs(M)
    assert (np.abs(np.asarray(Z) - A @ M) <= 1e-14 * scale + 1e-12).all()
    blocks = Z.gram(w).D
    assert_allclose(blocks / X.by_level(w)[:, None, None], np.broadcast_to(np.eye(blocks.shape[1]), blocks.shape),
                    rtol=1e-11, atol=1e-11)  # fmt: skip
    rng = np.random.default_rng(2)
    phi = rng.standard_normal(len(M))
    assert_allclose(T.solve(T @ phi), phi, rtol=1e-6, atol=1e-6)
    assert_allclose(T @ phi, M @ phi, rtol=1e-9, atol=1e-6)
    assert_allclose(T.pulled(phi), M.T @ phi, rtol=1e-9, atol=1e-6)
    assert_allclose(T.diagonal(), np.diagonal(M))
    assert T.moved(range(len(M))) == []
    assert set(T.moved(X.places[:, 1].tolist())) == set(X.places[:, 1].tolist())
    assert_allclose(T.before(np.eye(len(M))), M)
    penalty = rng.integers(0, 2, len(M)) * 2.0
    G = M.T @ (penalty[:, None] * M)
    assert_allclose(diagonal(X.places, penalty).mapped(T) / np.abs(G).max(), G / np.abs(G).max(), atol=1e-12)
    H, U = Z.gram(w), rng.standard_normal((len(M), 2))
    for E in (np.broadcast_to(np.eye(H.at.shape[1]), H.D.shape), H.D):
        V = LowRank(H.at, E, U, np.eye(2))
        expected = M @ np.asarray(V) @ M.T
        unit = np.sqrt(np.abs(np.diagonal(expected)))
        assert_allclose(np.asarray(V.mapped(T)) / np.outer(unit, unit), expected / np.outer(unit, unit), atol=1e-9)


def test_columns_of_a_level_in_which_a_number_does_not_vary():
    codes, x = np.repeat([0, 1, 2], 5), np.arange(15.0)
    x[5:10] = 7.3
    values = np.column_stack([np.ones(15), x])
    X = Columns(np.zeros((15, 0)), codes, np.arange(6).reshape(2, 3).T, values)
    assert orthogonal(X, None).aliased.tolist() == [[False, False], [False, True], [False, False]]
    assert np.isfinite(orthogonal(X, (x != 7.3) * 1.0).Q).all()  # a level none of whose rows counts
