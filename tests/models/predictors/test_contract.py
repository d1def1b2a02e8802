"""Every predictor keeps the contract: its pullback and information are those of its own derivative."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Block
from tests.cases import PREDICTORS, rng


@pytest.fixture(params=PREDICTORS, ids=str)
def case(request):
    g = rng(0)
    predictor = request.param
    block = Block(g.normal(size=(9, predictor.columns)), np.zeros(9), None, g.normal(size=9))
    theta = g.normal(size=predictor.size)
    base = predictor.forward(theta, block)[0]
    moves = [predictor.forward(theta + unit, block)[0] - base for unit in np.eye(predictor.size)]
    jacobian = np.stack(moves, axis=-1).reshape(9, predictor.width, predictor.size)  # eta is affine in theta
    return predictor, block, theta, jacobian, g


def test_pullback_is_the_transposed_derivative(case):
    predictor, block, theta, jacobian, g = case
    eta, pullback = predictor.forward(theta, block)
    score = g.normal(size=eta.shape)
    assert_allclose(pullback(score), np.einsum("nk,nkp->p", score.reshape(9, -1), jacobian), rtol=1e-10, atol=1e-10)


def test_information_is_the_sum_of_quadratic_forms(case):
    predictor, block, _, jacobian, g = case
    k = predictor.width
    root = g.normal(size=(9, k, k))
    weight = root @ root.transpose(0, 2, 1)
    dense = np.einsum("nkp,nkl,nlq->pq", jacobian, weight, jacobian)
    weight = weight if k > 1 else weight[:, 0, 0]
    assert_allclose(predictor.information(block, weight), dense, rtol=1e-9, atol=1e-9)
    assert_allclose(np.triu(predictor.upper(block, weight)), np.triu(dense), rtol=1e-9, atol=1e-9)


def test_lift_follows_a_map_of_the_columns(case):
    predictor, block, theta, _, g = case
    T = g.normal(size=(predictor.columns,) * 2)
    moved = block._replace(X=block.X @ T)
    assert_allclose(
        predictor.forward(theta, moved)[0], predictor.forward(predictor.lift(T) @ theta, block)[0], rtol=1e-9
    )
