"""Each activation against its definition, and its pullback against differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.networks.perceptron import FUNCTIONS, SLOPES, Activation

Z = np.array([[-3.0, -0.4, 0.2], [1.0, 5.0, 30.0]])
DEFINED = {"sigmoid": 1 / (1 + np.exp(-Z)), "tanh": np.sinh(Z) / np.cosh(Z), "relu": np.where(Z > 0, Z, 0.0)}


def test_every_kind_has_a_slope_and_a_definition():
    assert FUNCTIONS.keys() == SLOPES.keys() == DEFINED.keys()


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_the_pullback_is_the_slope(kind):
    h, score = 1e-6, np.array([[1.0, -2.0, 3.0], [0.5, 0.1, 7.0]])
    A, pullback = Activation(kind).forward(np.empty(0), Z)
    ahead, behind = (Activation(kind).forward(np.empty(0), Z + s * h)[0] for s in (1, -1))
    own, back = pullback(score)
    assert_allclose(A, DEFINED[kind], rtol=1e-14)
    assert own.size == 0
    assert_allclose(back, score * (ahead - behind) / (2 * h), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("kind", ["gelu", 3, None])
def test_another_kind_is_refused(kind):
    with pytest.raises(DomainError, match="activation is 'sigmoid', 'tanh', 'relu'; got"):
        Activation(kind)
