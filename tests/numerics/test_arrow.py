"""Matrices with a diagonal block, against dense algebra."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.numerics.arrow import Arrow, ArrowFactor


def arrow(at=2, levels=5, others=3):
    rng = np.random.default_rng(1)
    B = rng.standard_normal((levels, others))
    d = 1.0 + rng.random(levels)
    return Arrow(min(at, others), d, B, B.T @ (B / d[:, None]) + np.eye(others) + 0.1)


def test_sums_and_products_are_those_of_the_array():
    H, rng = arrow(), np.random.default_rng(2)
    A, v = np.asarray(H), rng.standard_normal((8, 2))
    other = H.scaled(3.0)
    assert isinstance(H + other, Arrow)
    for found, expected in [
        (H + other, 4 * A), (other - H, 2 * A), (H / 2.0, A / 2), (2.0 * H, 2 * A), (H @ v, A @ v),
        (H @ v[:, 0], A @ v[:, 0]), (H.diagonal(), np.diagonal(A)), (H[1:3, 2], A[1:3, 2]),
        (H * v[:, :1], A * v[:, :1]), (H.T, A),
    ]:  # fmt: skip
        assert_allclose(np.asarray(found), expected, rtol=1e-13, atol=1e-13)


def test_the_factor_solves_and_inverts():
    for H in (arrow(), arrow(0, 4, 1), arrow(0, 4, 0)):
        A, factor = np.asarray(H), ArrowFactor.of(H)
        v = np.random.default_rng(3).standard_normal((len(A), 2))
        assert factor.failed == 0
        assert_allclose(factor.solve(v), np.linalg.solve(A, v), rtol=1e-11, atol=1e-12)
        z, rest = factor.half(v[:, 0])
        assert_allclose(z @ z + rest @ rest, v[:, 0] @ np.linalg.solve(A, v[:, 0]), rtol=1e-12)
        inverse, W = factor.sides()
        assert_allclose(np.diag(inverse) + W @ W.T, np.linalg.inv(A), rtol=1e-10, atol=1e-12)


def test_a_matrix_that_is_not_definite_has_no_factor():
    H = arrow()
    assert ArrowFactor.of(Arrow(H.at, -H.d, H.B, H.C)).failed == 3
    assert ArrowFactor.of(Arrow(H.at, H.d, H.B, H.C - 5 * np.eye(3))).failed in (1, 2, 8)
    assert ArrowFactor.of(Arrow(H.at, H.d, 1e160 * H.B, H.C)).failed == 1  # whose squares are beyond float64


def test_some_rows_and_columns():
    rng = np.random.default_rng(0)
    H = Arrow(2, rng.random(4), rng.random((4, 3)), rng.random((3, 3)))
    for which in ([0, 2, 5, 6], [1, 3], [3, 4], [0, 1]):
        assert_allclose(np.asarray(H.among(which)), np.asarray(H)[np.ix_(which, which)])
    assert H.among([]).shape == (0, 0)
