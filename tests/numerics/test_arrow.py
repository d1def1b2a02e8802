"""Matrices with a diagonal block, against dense algebra."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.standardization import Standardization
from stattools.numerics.arrowhead import Arrow, ArrowFactor, Within


def arrow(at=2, levels=5, others=3):
    rng = np.random.default_rng(1)
    B = rng.standard_normal((levels, others))
    d = 1.0 + rng.random(levels)
    at = min(at, others) + np.arange(levels)[:, None]
    return Arrow(at, d[:, None, None], B, B.T @ (B / d[:, None]) + np.eye(others) + 0.1)


def of_blocks(k=2, others=3, levels=4):
    """A positive definite matrix whose levels have k rows each, those of one kind together."""
    rng = np.random.default_rng(k)
    half = rng.standard_normal((levels, k, k))
    D = half @ half.transpose(0, 2, 1) + 0.5 * np.eye(k)
    B, C = rng.standard_normal((levels * k, others)), np.zeros((others, others))
    at = np.arange(k) * (levels + (others > 0)) + np.arange(levels)[:, None]
    H = Arrow(at, D, B, C)
    return replace(H, C=H.taken() + np.eye(others) + 0.1)


@pytest.mark.parametrize("H", [arrow(), of_blocks(), of_blocks(3), of_blocks(1)], ids=str)
def test_sums_and_products_are_those_of_the_array(H):
    rng = np.random.default_rng(2)
    A, v = np.asarray(H), rng.standard_normal((len(H), 2))
    other = H.scaled(3.0)
    assert isinstance(H + other, Arrow)
    for found, expected in [
        (H + other, 4 * A), (other - H, 2 * A), (H / 2.0, A / 2), (2.0 * H, 2 * A), (H @ v, A @ v),
        (H @ v[:, 0], A @ v[:, 0]), (H.diagonal(), np.diagonal(A)), (H[1:3, 2], A[1:3, 2]),
        (H * v[:, :1], A * v[:, :1]), (H.T, A), (H.columns(np.array([3, 0])), A[:, [3, 0]]),
        (H.beside_diagonal(v[:, 0]), A + np.diag(v[:, 0])),
        (H.bordered(v, np.eye(2)), np.block([[A, v], [v.T, np.eye(2)]])), (H.raised(1e-9), A),
    ]:  # fmt: skip
        assert_allclose(np.asarray(found), expected, rtol=1e-13, atol=1e-13)


def test_blocks_on_both_sides_are_products_of_arrays():
    H = of_blocks(3)
    rng = np.random.default_rng(4)
    A, R = rng.standard_normal((2, len(H), 2))
    R[H.at] = 0.0
    t = np.isin(np.arange(len(H)), H.at, invert=True) * 1.0
    T = Standardization(t, A, R, Within(H.at, rng.standard_normal((4, 3, 3))))
    W = np.asarray(T)
    assert_allclose(np.asarray(H.mapped(T)), W.T @ np.asarray(H) @ W, rtol=1e-12, atol=1e-12)


def test_the_factor_solves_and_inverts():
    for H in (arrow(), arrow(0, 4, 1), arrow(0, 4, 0), of_blocks(), of_blocks(1), of_blocks(3, 0)):
        A, factor = np.asarray(H), ArrowFactor.of(H)
        v = np.random.default_rng(3).standard_normal((len(A), 2))
        assert factor.failed == 0
        assert_allclose(factor.solve(v), np.linalg.solve(A, v), rtol=1e-11, atol=1e-12)
        z, rest = factor.half(v[:, 0])
        assert_allclose(z @ z + rest @ rest, v[:, 0] @ np.linalg.solve(A, v[:, 0]), rtol=1e-12)
        E, W = factor.sides()
        found = W @ W.T
        found[H.at[:, :, None], H.at[:, None, :]] += E
        assert_allclose(found, np.linalg.inv(A), rtol=1e-10, atol=1e-12)
        assert_allclose(H.taken(), H.C - factor.R.T @ factor.R if len(H.C) else H.C, rtol=1e-10, atol=1e-10)


def test_a_matrix_that_is_not_definite_has_no_factor():
    H = arrow()
    assert ArrowFactor.of(Arrow(H.at, -H.D, H.B, H.C)).failed == 3
    assert ArrowFactor.of(Arrow(H.at, H.D, H.B, H.C - 5 * np.eye(3))).failed in (1, 2, 8)
    assert ArrowFactor.of(Arrow(H.at, H.D, 1e160 * H.B, H.C)).failed == 1  # whose squares are beyond float64


def test_some_rows_and_columns():
    rng = np.random.default_rng(0)
    H = Arrow(np.arange(2, 6)[:, None], rng.random((4, 1, 1)), rng.random((4, 3)), rng.random((3, 3)))
    for which in ([0, 2, 5, 6], [1, 3], [3, 4], [0, 1]):
        assert_allclose(np.asarray(H.among(which)), np.asarray(H)[np.ix_(which, which)])
    assert H.among([]).shape == (0, 0)


def test_some_rows_and_columns_of_blocks():
    H = of_blocks(3, 2)
    A = np.asarray(H)
    for which in ([0, 1, 2, 3], [4], [0, 2, 4, 7, 9, 13], [*range(len(H))], [10, 11, 12, 13], [1, 3, 6, 11], []):
        found, ones = H.among(which), np.ones(len(which))
        assert_allclose(np.asarray(found), A[np.ix_(which, which)], rtol=1e-13, atol=1e-13)
        assert_allclose(ArrowFactor.of(found).solve(ones), np.linalg.solve(A[np.ix_(which, which)], ones), rtol=1e-10)


def test_a_block_that_is_not_definite_is_found_and_raised():
    H = of_blocks()
    D = H.D.copy()
    D[2, 1, 1] = 0.9 * D[2, 0, 1] ** 2 / D[2, 0, 0]  # of the third level the determinant is below 0
    bent = replace(H, D=D)
    assert ArrowFactor.of(bent).failed == H.places[0][5] + 1
    assert np.linalg.eigvalsh(bent.raised(1e-3).D).min() >= 1e-3 * (1 - 1e-9)


def test_the_share_that_is_left_tells_of_columns_that_are_nearly_in_line():
    D = np.array([[[1.0, 1.0], [1.0, 1.0 + 1e-9]], [[2.0, 0.0], [0.0, 1.0]]])
    H = Arrow(np.array([[0, 2], [1, 3]]), D, np.zeros((4, 0)), np.zeros((0, 0)))
    assert_allclose(ArrowFactor.of(H).share, 1e-9, rtol=1e-6)
