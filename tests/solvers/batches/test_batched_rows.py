"""Scores and informations of many regressions against a loop over the members."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.likelihoods import Bernoulli, Gaussian, Poisson
from stattools.solvers.batches.batched_rows import (
    BatchedRows,
    products,
    unpacked,
    weighted_squares,
)

M, N, P = 4, 9, 3


def made(own, shared_outcome, weights, offset):
    random = np.random.default_rng(0)
    Z = random.normal(size=(M if own else 1, N, P))
    Y = (random.random((1 if shared_outcome else M, N)) < 0.5).astype(float)
    W = {"none": None, "own": random.random((M, N)), "shared": random.random((1, N))}[weights]
    return Z, Y, W, random.normal(size=(1, N)) if offset else None


@pytest.mark.parametrize("likelihood", [Bernoulli(), Poisson(), Gaussian()], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("weights", ["none", "own", "shared"])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("common", [False, True])
@pytest.mark.parametrize("shared_outcome", [False, True])
def test_derivatives_are_those_of_each_member(likelihood, weights, own, common, shared_outcome):
    Z, Y, W, offset = made(own, shared_outcome, weights, True)
    alone = common or (not own and shared_outcome and weights != "own")  # all shared: one member
    theta = np.random.default_rng(1).normal(size=(P, 1 if alone else M))
    score, information = BatchedRows(likelihood, Z, Y, W, offset).derivatives(theta)
    for k in range(M):
        X, y = Z[k % len(Z)], Y[k % len(Y)]
        w = np.ones(N) if W is None else W[k % len(W)]
        eta = X @ theta[:, k % theta.shape[1]] + offset[0]
        A = X.T @ ((w * likelihood.information(eta, y))[:, None] * X)
        assert_allclose(score[:, k % score.shape[1]], X.T @ (w * likelihood.score(eta, y)), rtol=1e-11, atol=1e-12)
        assert_allclose(np.tril(information[:, :, k % information.shape[2]]), np.tril(A), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("weights", ["none", "own", "shared"])
@pytest.mark.parametrize("shared_outcome", [False, True])
def test_weighted_squares(weights, shared_outcome):
    _, Y, W, _ = made(False, shared_outcome, weights, False)
    values = Y + 0.5
    expected = np.broadcast_to((values**2 * (1.0 if W is None else W)).sum(axis=1), M)
    assert_allclose(np.broadcast_to(weighted_squares(values, W), M), expected, rtol=1e-13)


def test_members_that_are_left_have_their_own_numbers():
    Z, Y, W, offset = made(True, False, "own", True)
    rows, theta = BatchedRows(Bernoulli(), Z, Y, W, offset), np.random.default_rng(1).normal(size=(P, M))
    going = np.array([True, False, True, False])
    score, _ = rows.derivatives(theta)
    assert_allclose(rows.kept(going).derivatives(theta[:, going])[0], score[:, going], rtol=1e-14)


def test_products_of_columns_are_unpacked_to_the_gram_matrix():
    Z, w = np.random.default_rng(2).normal(size=(6, 3)), np.arange(12.0).reshape(2, 6)
    A = unpacked(w @ products(Z), 3)
    for k in range(2):
        assert_allclose(A[:, :, k], np.tril(Z.T @ (w[k][:, None] * Z)), rtol=1e-12, atol=1e-12)
