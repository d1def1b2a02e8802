"""The linear predictor: eta, its pullback and its information against dense products."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Block
from stattools.models.predictors.linear import Linear
from tests.cases import PREDICTORS, rng


@pytest.fixture(params=[p for p in PREDICTORS if isinstance(p, Linear)], ids=str)
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
