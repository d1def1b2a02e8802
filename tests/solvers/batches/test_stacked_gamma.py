from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import Means, stacked_gamma
from tests.cases import rng

N, M = 50, 4
X = rng(1).normal(size=(N, 2))


def outcomes(shape):
    return rng(2).gamma(shape, np.exp(3.0 + X @ [0.5, -0.3]) / shape, (M, N))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [0.4, 2.0, 500.0])
def test_members_are_the_fits_that_they_are_alone(shape, weighted):
    Y, offset = outcomes(shape), 0.1 * X[:, 0]
    model = st.gamma(Y[0], X, offset=offset)
    W = rng(3).integers(0, 3, (M, N)).astype(float) if weighted else None
    found = stacked_gamma(model, model.rows.X, Y, W, offset)
    assert not found.doubtful.any()
    assert (found.decrement < 1e-8).all()
    for k in range(M):
        fit = st.fit(replace(model, rows=replace(model.rows, y=Y[k], weight=None if W is None else W[k])))
        assert np.abs((found.estimate[k] - fit.estimate) / fit.se).max() < 1e-7
        assert_allclose(found.covariance[k], fit.covariance, rtol=1e-6, atol=1e-10)
        assert_allclose(found.loglik[k], fit.loglik, rtol=1e-12)


def test_a_fit_to_round_off_is_doubtful():
    Y = outcomes(2.0)
    Y[1] = np.exp(X @ [0.5, -0.3])
    model = st.gamma(Y[0], X)
    assert stacked_gamma(model, model.rows.X, Y, None, None).doubtful.tolist() == [False, True] + 2 * [False]


def test_the_derivatives_of_the_means_are_differences():
    eta, y, h = np.array([0.3, -1.0]), np.array([2.0, 0.5]), 1e-6
    up, here, down = (Means().evaluate(eta + move, y) for move in (h, 0.0, -h))
    assert_allclose(here[1], (up[0] - down[0]) / (2 * h), rtol=1e-7)
    assert_allclose(here[2], -(up[1] - down[1]) / (2 * h), rtol=1e-7)
