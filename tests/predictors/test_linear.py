"""The linear predictor: eta, its pullback and its information against dense products."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows import Block
from tests.cases import PREDICTORS, rng


@pytest.fixture(params=PREDICTORS, ids=str)
def case(request):
    g = rng(0)
    predictor = request.param
    block = Block(g.normal(size=(9, predictor.columns)), np.zeros(9), None, g.normal(size=9))
    return predictor, block, g.normal(size=predictor.size), g


def test_forward_is_the_dense_product(case):
    predictor, block, theta, _ = case
    eta, _ = predictor.forward(theta, block)
    dense = np.kron(np.eye(predictor.width), block.X) @ theta  # one predictor after the other
    assert_allclose(eta.reshape(9, -1).T.ravel(), dense + np.tile(block.offset, predictor.width), rtol=1e-13)


def test_pullback_is_the_transposed_derivative(case):
    predictor, block, theta, g = case
    eta, pullback = predictor.forward(theta, block)
    score, direction = g.normal(size=eta.shape), g.normal(size=predictor.size)
    moved, _ = predictor.forward(theta + direction, block)
    assert_allclose(pullback(score) @ direction, np.sum(score * (moved - eta)), rtol=1e-12)


def test_information_is_the_sum_of_outer_products(case):
    predictor, block, _, g = case
    k = predictor.width
    root = g.normal(size=(9, k, k))
    weight = root @ root.transpose(0, 2, 1)
    dense = sum(np.kron(w, np.outer(x, x)) for w, x in zip(weight, block.X, strict=True))
    assert_allclose(predictor.information(block, weight if k > 1 else weight[:, 0, 0]), dense, rtol=1e-12, atol=1e-12)
